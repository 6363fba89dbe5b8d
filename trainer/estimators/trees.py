"""Canned estimators: gradient boosted trees, with LightGBM underneath."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from trainer.checkpoints import Checkpoints
from trainer.estimators.boosting import EMPTY, Boosting, Forest
from trainer.estimators.canned import Canned, Classifier, Regressor
from trainer.estimators.data import Data, open_data
from trainer.estimators.feature_reader import FeatureReader
from trainer.estimators.networks import check_columns
from trainer.estimators.rounds import load_lightgbm
from trainer.estimators.tree_params import checked_params, head_params
from trainer.estimators.whole_rows import open_rows
from trainer.feature_columns import DenseColumns
from trainer.heads import Head
from trainer.layers.specs import spec_of


@dataclass(eq=False, repr=False, kw_only=True)
class BoostedTrees(Canned):
    """What the classifier and the regressor share. A step is a round of boosting, which adds a tree for each logit.

    NaN in arrays and tables of numbers is a missing value: each split learns to which side it goes. Feature columns put
    their ``default_value`` in its place.

    Each round looks at all rows, so batches are read into memory, and without `steps` it is the estimator that says how
    many rounds there are. Needs the extra ``trees``.

    Attributes:
        learning_rate: How much of each tree counts.
        num_leaves: Most leaves of a tree.
        max_depth: Most levels of a tree; None bounds only the leaves.
        min_rows_in_leaf: Fewest training rows of a leaf.
        l1: Penalty on absolute values of leaves.
        l2: Penalty on squares of them.
        feature_columns: Numeric, bucketized and indicator columns that read raw features, a dict or a table; None takes
            arrays of numbers.
        lightgbm_params: What else LightGBM takes, by its own names; nothing that is an argument here.
    """

    learning_rate: float = 0.1
    num_leaves: int = 31
    max_depth: int | None = None
    min_rows_in_leaf: int = 20
    l1: float = 0.0
    l2: float = 0.0
    feature_columns: Sequence[Any] | None = None
    lightgbm_params: Mapping[str, Any] | None = None

    USUAL: ClassVar[Mapping[str, Any]] = {"steps": 100, "eval_interval": 10}

    @property
    def feature_importances_(self) -> np.ndarray:
        """How much each feature lowered the loss, as shares of the whole, ``(features,)``."""
        params = self._get_fitted("feature_importances_").train_state.params
        gains = np.asarray(params["booster"].feature_importance("gain", iteration=int(params["rounds"])))
        shares: np.ndarray = gains / max(float(gains.sum()), 1e-300)
        return shares

    def _prepare(self, X: Any, y: Any, sample_weight: Any) -> tuple[Any, Any, Checkpoints | None]:  # noqa: N803
        load_lightgbm()
        columns = DenseColumns(self.feature_columns) if self.feature_columns else None
        rows = open_rows(X, y, sample_weight, has_columns=columns is not None)
        head = self._make_head(rows.labels)
        assert head is not None
        if head.classes is None and head.logits_dimension > 1:
            raise ValueError(
                f"y must hold one number a row for trees; got {head.logits_dimension}. Fit an estimator for each."
            )
        reader = FeatureReader(type(self).__name__, columns, takes_missing=True)
        data = open_data(rows, reader.read, head, is_training=True)
        self._check_data(data)
        reader = reader.fit_to(rows.features, data.example.features)
        boosting: Any = Boosting(
            self._params(head),
            head,
            self._make_config(),
            has_own_params=bool(self.lightgbm_params),
            feature_names=reader.names if columns is None else columns.output_names,
        )
        forest = Forest(boosting, head, reader, spec_of(data.example.features), EMPTY)
        checkpoints = self._open_run(forest)
        if self.warm_start and self._fitted is not None:
            forest = forest.continue_from(self._fitted)
        elif checkpoints is not None and checkpoints.step is not None:
            forest = forest.restored(checkpoints)
        self._remember(head, data.example.features, reader.names)
        return forest, data, checkpoints

    def _check_data(self, data: Data) -> None:
        check_columns(data)

    def __sklearn_tags__(self) -> Any:
        """With NaN allowed."""
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags

    def _params(self, head: Head) -> dict[str, Any]:
        """LightGBM's parameters.

        Raises:
            ValueError: If `lightgbm_params` holds what the estimator sets, or the config what trees cannot do.
        """
        config = self._make_config()
        if config.best_metric is not None:
            raise ValueError(
                f"best_metric must be None for trees; got {config.best_metric!r}. Pass hooks=[EarlyStoppingHook()] to "
                "fit: it leaves the best trees."
            )
        return {
            **head_params(head),
            "learning_rate": self.learning_rate,
            "num_leaves": self.num_leaves,
            "max_depth": -1 if self.max_depth is None else self.max_depth,
            "min_data_in_leaf": self.min_rows_in_leaf,
            "lambda_l1": self.l1,
            "lambda_l2": self.l2,
            "seed": config.seed % 2**31,
            "verbosity": -1,
            **checked_params(self.lightgbm_params, head),
        }


@dataclass(eq=False, repr=False, kw_only=True)
class BoostedTreesClassifier(BoostedTrees, Classifier):
    """Trees for one of several classes. Arguments as in `BoostedTrees` and `Classifier`.

    >>> BoostedTreesClassifier(num_leaves=15)
    BoostedTreesClassifier(num_leaves=15)
    """


@dataclass(eq=False, repr=False, kw_only=True)
class BoostedTreesRegressor(BoostedTrees, Regressor):
    """Trees for numbers. Arguments as in `BoostedTrees` and `Regressor`."""
