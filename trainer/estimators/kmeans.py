"""Canned estimator: k-means clustering."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal, Self

import jax.numpy as jnp
import numpy as np

from trainer.checkpoints import Checkpoints
from trainer.counts import check_count
from trainer.estimators.canned import Canned
from trainer.estimators.data import ArrayData, Data
from trainer.estimators.fitted import Fitted
from trainer.estimators.kmeans_objective import KMeansObjective, best_start
from trainer.estimators.networks import check_columns
from trainer.estimators.precise_objective import PreciseObjective
from trainer.estimators.standardization import MOST_ROWS
from trainer.estimators.training import Plan, Training
from trainer.feature_columns import DenseColumns, FeatureColumns
from trainer.heads import Head
from trainer.heads.signatures import Signature, output_signature
from trainer.hooks import ConvergenceHook, Hook
from trainer.inputs import Rows, num_rows, open_features, open_source
from trainer.metrics import Evaluation
from trainer.optimizers import OptimizerLike
from trainer.protocols import Objective

# As many rows as there are, however many.
ALL_ROWS = 2**31 - 1


@dataclass(frozen=True)
class ClusterHead:
    """What an estimator asks its head, of a model without labels."""

    classes: ClassVar[None] = None

    def encode_labels(self, labels: Any) -> np.ndarray:
        """Whatever they are, they do not count."""
        return np.zeros(len(labels), np.int8)

    def row_weights(self, labels: np.ndarray, sample_weight: np.ndarray | None = None) -> None:
        """None: no row counts more than another."""

    def export_signature(self) -> Signature:
        """The nearest center."""
        return output_signature("cluster_ids")

    def decode(self, predictions: Mapping[str, np.ndarray]) -> np.ndarray:
        """The nearest center of each row, ``(n,)``."""
        return predictions["cluster_ids"]


@dataclass(eq=False, repr=False, kw_only=True)
class KMeans(Canned):
    """Clusters of rows around means, from the start of k-means++.

    Arrays are used whole in each step (Lloyd's algorithm) unless `batch_size` is given; batches of an iterable, and the
    arrays of ``partial_fit``, move the centers as mini-batch k-means does. `y` is not used. Arguments as in `Canned`.

    >>> KMeans(3)
    KMeans(n_clusters=3)

    Attributes:
        n_clusters: Number of clusters.
        n_init: How many starts are tried, each for ten steps on at most 65,536 rows; the training begins from the best.
        tol: The training ends when ten steps lower the loss by a smaller share than this.
        batch_size: Rows of a step; None takes the config's, or all.
        feature_columns: Numeric, bucketized and indicator columns that read raw features, a dict or a table; None takes
            arrays of numbers. Distances are between what they give.
    """

    n_clusters: int = field(default=8, kw_only=False)
    n_init: int = 1
    tol: float = 1e-5
    batch_size: int | None = None
    feature_columns: Sequence[Any] | None = None

    optimizer: ClassVar[OptimizerLike] = "sgd"  # type: ignore[misc]
    learning_rate: ClassVar[float] = 1.0  # type: ignore[misc]
    USUAL: ClassVar[Mapping[str, Any]] = {"steps": 300, "batch_size": ALL_ROWS}

    def fit(self, X: Any, y: Any = None, sample_weight: Any = None, **options: Any) -> Self:  # noqa: N803
        """Moves centers until they stay, or `steps` are done. Arguments and errors as for other estimators."""
        del y
        rows, labels = _with_labels(X)
        super().fit(rows, labels, sample_weight, **_checked(options))
        return self._describe_rows(rows, labels, sample_weight)

    def partial_fit(self, X: Any, y: Any = None, sample_weight: Any = None, **options: Any) -> Self:  # noqa: N803
        """Moves the centers towards these rows, once without `steps`. Arguments and errors as in `fit`."""
        del y
        rows, labels = _with_labels(X)
        super().partial_fit(rows, labels, sample_weight, **_checked(options))
        return self._describe_rows(rows, labels, sample_weight)

    def restore(self, X: Any, y: Any = None, *, checkpoint: Literal["last", "best"] = "last") -> Self:  # noqa: N803
        """Takes the centers of the run in `model_dir`. Arguments and errors as for other estimators."""
        del y
        return super().restore(*_with_labels(X), checkpoint=checkpoint)

    def fit_predict(self, X: Any, y: Any = None, sample_weight: Any = None) -> np.ndarray:  # noqa: N803
        """Returns the cluster of each row after `fit`, ``(n,)``."""
        labels: np.ndarray = self.fit(X, y, sample_weight).predict(X)
        return labels

    def transform(self, X: Any) -> np.ndarray:  # noqa: N803
        """Returns the distance of each row to each center, ``(n, n_clusters)``."""
        return self.predictions(X)["distances"]

    def fit_transform(self, X: Any, y: Any = None, sample_weight: Any = None) -> np.ndarray:  # noqa: N803
        """Returns `transform` after `fit`."""
        return self.fit(X, y, sample_weight).transform(X)

    def evaluate(
        self,
        X: Any,  # noqa: N803
        y: Any = None,
        sample_weight: Any = None,
        *,
        steps: int | None = None,
    ) -> Evaluation:
        """Returns the mean squared distance to the nearest center as ``loss``. Arguments as for other estimators."""
        del y
        self._get_fitted("evaluate")
        return super().evaluate(*_with_labels(X), sample_weight, steps=steps)

    def score(self, X: Any, y: Any = None, sample_weight: Any = None) -> float:  # noqa: N803
        """Returns minus the sum of squared distances to the nearest centers, as scikit-learn does."""
        del y
        rows, labels = _with_labels(X)
        if labels is None:
            return sum(self.score(batch, None, *weights) for batch, _, *weights in (rows() if callable(rows) else rows))
        opened = open_source(rows, labels, sample_weight)
        total = len(labels) if opened.weights is None else float(np.asarray(opened.weights).sum())  # type: ignore[union-attr]
        return -total * self.evaluate(rows, None, sample_weight)["loss"]

    @property
    def cluster_centers_(self) -> np.ndarray:
        """The centers, ``(n_clusters, features)``."""
        return np.asarray(self.params_["centers"])

    def _estimator_type_name(self) -> str:
        return "clusterer"

    def __sklearn_tags__(self) -> Any:
        from sklearn.utils import TransformerTags

        tags = super().__sklearn_tags__()
        tags.target_tags.required = False
        tags.transformer_tags = TransformerTags(preserves_dtype=[])
        return tags

    def _make_head(self, labels: Any) -> Head:
        del labels
        head: Any = ClusterHead()
        return head  # type: ignore[no-any-return]

    def _make_objective(self, head: Head | None) -> Objective:
        del head
        return KMeansObjective(check_count("n_clusters", self.n_clusters), is_full=True)

    def _for_a_part(self, fitted: Fitted) -> Fitted:
        training = fitted.training
        batched = dataclasses.replace(training, objective=_in_batches(training.objective))
        return dataclasses.replace(fitted, training=batched)

    def _find_columns(self, objective: Objective) -> FeatureColumns | None:
        del objective
        return DenseColumns(self.feature_columns) if self.feature_columns else None

    def _make_training(self, objective: Objective, data: Data) -> Training:
        is_whole = isinstance(data, ArrayData) and self._make_config().batch_size >= len(data)
        return super()._make_training(objective if is_whole else _in_batches(objective), data)

    def _check_data(self, data: Data) -> None:
        check_columns(data)
        rows = len(data) if isinstance(data, ArrayData) else num_rows(data.example.features)
        if rows < self.n_clusters:
            raise ValueError(
                f"X must have at least n_clusters={self.n_clusters} rows; got n_samples={rows}. "
                "Pass more rows, in the first batch if there are batches, or fewer clusters."
            )

    def _prepare(self, X: Any, y: Any, sample_weight: Any) -> tuple[Fitted, Data, Checkpoints | None]:  # noqa: N803
        fitted, data, checkpoints = super()._prepare(X, y, sample_weight)
        if int(fitted.train_state.step) == 0:
            batch = data.rows if isinstance(data, ArrayData) else data.example
            stride = -(-num_rows(batch.features) // MOST_ROWS)
            weights = None if batch.weights is None else batch.weights[::stride]
            seed = fitted.training.config.seed
            rows = np.asarray(batch.features[::stride], np.float32)
            centers = best_start(rows, weights, self.n_clusters, seed, check_count("n_init", self.n_init))
            fitted = fitted.with_state(fitted.train_state._replace(params={"centers": jnp.asarray(centers)}))
        return fitted, data, checkpoints

    def _train(
        self,
        fitted: Fitted,
        data: Data,
        plan: Plan,
        checkpoints: Checkpoints | None,
        validation_data: Any,
        hooks: Sequence[Hook],
    ) -> Self:
        ends = [ConvergenceHook(self.tol)] if _is_full(fitted.training.objective) else []
        return super()._train(fitted, data, plan, checkpoints, validation_data, [*hooks, *ends])

    def _describe_rows(self, rows: Any, labels: Any, sample_weight: Any) -> Self:
        """Sets what scikit-learn's clusterers tell of the rows of `fit`, where these are in memory."""
        if labels is not None:
            opened = open_source(rows, labels, sample_weight)
            assert isinstance(opened, Rows)
            self.labels_ = self.predict(opened.features)
            self.inertia_ = -self.score(opened.features, None, opened.weights)
        return self


def _is_full(objective: Any) -> bool:
    """Whether its steps take all rows."""
    return _is_full(objective.objective) if isinstance(objective, PreciseObjective) else objective.is_full


def _in_batches(objective: Any) -> Any:
    """The objective for steps that do not take all rows."""
    if isinstance(objective, PreciseObjective):
        return dataclasses.replace(objective, objective=_in_batches(objective.objective))
    return dataclasses.replace(objective, is_full=False)


def _checked(options: Mapping[str, Any]) -> dict[str, Any]:
    """Options of a fit with labels for the validation data too."""
    validation = options.get("validation_data")
    if validation is None:
        return dict(options)
    rows = validation[0] if isinstance(validation, tuple) else validation
    pairs, labels = _with_labels(rows)
    return {**options, "validation_data": pairs if labels is None else (pairs, labels)}


def _with_labels(rows: Any) -> tuple[Any, Any]:
    """Rows with labels that say nothing; batches as pairs, and None."""
    is_list = isinstance(rows, list) and bool(rows) and getattr(rows[0], "ndim", 0) > 1
    source = open_source(rows) if is_list else open_features(rows)
    if isinstance(source, Rows):
        features = source.features
        if hasattr(features, "__array__") and not hasattr(features, "shape"):
            features = np.asarray(features)
        return features, np.zeros(_count(features), np.int8)

    def read() -> Iterator[tuple[Any, Any]]:
        return (_with_zeros(batch) for batch in source.read())

    return (read if source.is_repeatable else read()), None


def _with_zeros(batch: Rows) -> tuple[Any, ...]:
    labels = np.zeros(_count(batch.features), np.int8)
    return (batch.features, labels) if batch.weights is None else (batch.features, labels, batch.weights)


def _count(features: Any) -> int:
    """Number of rows of an array, a table or a dict of columns."""
    shape: tuple[int, ...] = getattr(features, "shape", ())
    if len(shape):  # asked first, since SciPy's matrices of one form are dicts of their entries
        return int(shape[0])
    return len(next(iter(features.values()), ())) if isinstance(features, Mapping) else len(features)
