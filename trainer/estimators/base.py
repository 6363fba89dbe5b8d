"""What all estimators share: fit, evaluate, predict, and scikit-learn's manners."""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal, Self

import jax
import numpy as np

from trainer.checkpoints import Checkpoints
from trainer.estimators.data import Data, open_data
from trainer.estimators.exporters import Exporter
from trainer.estimators.exporting import export_model
from trainer.estimators.feature_reader import FeatureReader, find_columns
from trainer.estimators.fit_arguments import check_fit_arguments, open_validation, tell_interval
from trainer.estimators.fitted import Fitted
from trainer.estimators.model_fn_objective import ModelFnObjective
from trainer.estimators.precise_objective import PreciseObjective
from trainer.estimators.scoring import score_rows
from trainer.estimators.sklearn_manners import not_fitted
from trainer.estimators.tensorflow_manners import TensorFlowManners
from trainer.estimators.training import Plan, Training
from trainer.estimators.warm_start import WarmStart, initialize_from
from trainer.feature_columns import FeatureColumns
from trainer.heads import Head
from trainer.hooks import Hook
from trainer.inputs import Rows, first_batches, open_source
from trainer.layers.specs import spec_of
from trainer.metrics import Evaluation
from trainer.optimizers import OptimizerLike, Schedule, make_optimizer
from trainer.protocols import Objective, TrainState
from trainer.run_config import ResolvedConfig, RunConfig, resolve
from trainer.step_graph import make_step_graph

_LOG = logging.getLogger(__name__)


class BaseEstimator(TensorFlowManners):
    """Trains a model and predicts with it.

    A member keeps its constructor's arguments under their own names, among them the five below, and says how to make
    the head and the model from them.
    """

    optimizer: OptimizerLike
    learning_rate: float | Schedule | None
    model_dir: str | os.PathLike[str] | None
    config: RunConfig | None

    warm_start: bool = False
    warm_start_from: WarmStart | None = None

    _fitted: Fitted | None = None

    def fit(
        self,
        X: Any,  # noqa: N803 - scikit-learn's name, here and below
        y: Any = None,
        sample_weight: Any = None,
        *,
        steps: int | None = None,
        epochs: int | None = None,
        validation_data: Any = None,
        hooks: Sequence[Hook] = (),
    ) -> Self:
        """Trains until so many steps are done; afresh, or from where the run in `model_dir` stands.

        Args:
            X: Features ``(n, …)``; a dict or tuple of such arrays; a table of pandas, polars or pyarrow; without `y`
                an iterable of ``(features, labels)`` or ``(features, labels, weights)`` batches; or a function that
                returns any of these, or ``(features, labels)`` of all rows.
            y: Labels, one a row; or the name of their column in X, also in an iterable of dicts or tables.
            sample_weight: Weight of each row, ``(n,)``, or the name of its column in X.
            steps: Total number of steps, for which batches must last. Without `steps` and `epochs`: the config's for
                arrays, one pass over batches.
            epochs: How often each row is used, instead of `steps`.
            validation_data: ``(X, y)`` or an iterable of batches, evaluated at the config's interval and at the end.
            hooks: What else is called between steps.

        Returns:
            The estimator.

        Raises:
            ValueError: If data, labels or settings are wrong: before the first step, and nothing is written, where
                arrays or the first batch tell; at a later batch, with what was trained until then kept. Also if batches
                end before `steps`, with the same kept.
            TypeError: If `hooks` is not a list of hooks.
        """
        check_fit_arguments(steps, epochs, hooks, validation_data)
        if not self.warm_start:
            self._fitted = None
        fitted, data, checkpoints = self._prepare(X, y, sample_weight)
        if steps is None and epochs is None:
            steps, epochs = (self._make_config().steps, None) if data.repeats else (None, 1)
        first_step = int(fitted.train_state.step) if self.warm_start else 0
        return self._train(fitted, data, Plan.of(data, steps, epochs, first_step), checkpoints, validation_data, hooks)

    def partial_fit(
        self,
        X: Any,  # noqa: N803
        y: Any = None,
        sample_weight: Any = None,
        *,
        steps: int | None = None,
        epochs: int | None = None,
        validation_data: Any = None,
        hooks: Sequence[Hook] = (),
    ) -> Self:
        """Trains on: so many steps more, or one pass over the data. Arguments and errors as in `fit`."""
        check_fit_arguments(steps, epochs, hooks, validation_data)
        if steps is None and epochs is None:
            epochs = 1
        if self._fitted is None:
            fitted, data, checkpoints = self._prepare(X, y, sample_weight)
        else:
            data = self._fitted.open(X, y, sample_weight, is_training=True)
            fitted = self._fitted.with_state(self._fitted.copy_state())
            checkpoints = self._open_run(fitted)
        plan = Plan.of(data, steps, epochs, int(fitted.train_state.step))
        return self._train(self._for_a_part(fitted), data, plan, checkpoints, validation_data, hooks)

    def restore(self, X: Any, y: Any = None, *, checkpoint: Literal["last", "best"] = "last") -> Self:  # noqa: N803
        """Takes the state of the run in `model_dir`, to evaluate and predict without training.

        Args:
            X: Some rows like those of fit, which tell shapes and types: an iterator is used up by it.
            y: Their labels, as in `fit`; where no `label_vocabulary` is given, of all classes.
            checkpoint: The newest, or the one that was best in the config's `best_metric`.

        Returns:
            The estimator.

        Raises:
            ValueError: If there is no such checkpoint, or it is of another model.
        """
        if checkpoint not in ("last", "best"):
            raise ValueError(f"checkpoint must be 'last' or 'best'; got {checkpoint!r}. Pass one of these.")
        if self.latest_checkpoint() is None:
            raise ValueError(f"model_dir must hold a checkpoint to restore; got {self.model_dir!r}. Train first.")
        self._fitted = None
        fitted, _, checkpoints = self._prepare(X, y, None)
        if checkpoint == "best" and checkpoints is not None:
            fitted = fitted.with_state(checkpoints.restore(fitted.train_state, "best"))
        self._fitted = fitted
        return self

    def evaluate(
        self,
        X: Any,  # noqa: N803
        y: Any = None,
        sample_weight: Any = None,
        *,
        steps: int | None = None,
    ) -> Evaluation:
        """Returns the loss and the metrics over all rows, by name; those over the first `steps` batches of an iterable.

        Other arguments as in `fit`. Confusion matrices and PR curves are its `figures`.

        Raises:
            NotFittedError: Before fit.
            ValueError: If the data are not like those of fit, or no batches with `steps`.
        """
        fitted = self._get_fitted("evaluate")
        if steps is not None:
            X = first_batches(X, y, steps)  # noqa: N806
        return fitted.training.evaluate(fitted.train_state, fitted.open(X, y, sample_weight))

    def predictions(self, X: Any) -> dict[str, np.ndarray]:  # noqa: N803
        """Returns all that is predicted for each row, by name, as ``probabilities``.

        Args:
            X: Features as in `fit`, or an iterable of batches of them, or a function that returns either. Labels in the
                batches are not looked at.

        Raises:
            NotFittedError: Before fit.
            ValueError: If the features are not like those of fit.
        """
        return self._get_fitted("predict").predictions(X)

    def predict(self, X: Any) -> Any:  # noqa: N803
        """Returns the label of each row, ``(n,)`` or ``(n, d)``; of a ``model_fn`` its `predictions`."""
        head = self._get_fitted("predict").head
        predictions = self.predictions(X)
        if head is not None:
            return head.decode(predictions)
        return predictions["predictions"] if list(predictions) == ["predictions"] else predictions

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:  # noqa: N803
        """Returns the accuracy for classes, R² for numbers. Arguments as in `fit`, but no batches.

        Raises:
            AttributeError: If there is no head that knows which.
            ValueError: If the data are not like those of fit, or come in batches.
        """
        head = self._get_fitted("score").head
        if head is None:
            raise AttributeError("score must be called on a model with a head; got a model_fn. Use evaluate.")
        return score_rows(head, self.predictions, open_source(X, y, sample_weight))

    def export(self, folder: str | os.PathLike[str], *, platforms: Sequence[str] | None = None) -> Path:
        """Writes the trained model as a folder that `load_exported` reads, without the code of the network.

        Args:
            folder: Where; an export that lies there is replaced.
            platforms: What it can run on, ``cpu``, ``cuda`` or ``tpu``; None is what this process runs on.

        Returns:
            The folder.

        Raises:
            NotFittedError: Before fit.
            ValueError: If the folder holds something else, or cannot be written.
        """
        return export_model(self._get_fitted("export"), folder, platforms)

    @property
    def params_(self) -> dict[str, Any]:
        """The trained parameters, a dict of dicts of arrays."""
        params: dict[str, Any] = self._get_fitted("params_").train_state.params
        return params

    @property
    def state_(self) -> dict[str, Any]:
        """What else the layers carry (statistics of batches), by the name of the layer."""
        state: dict[str, Any] = self._get_fitted("state_").train_state.state
        return state

    @property
    def n_iter_(self) -> int:
        """Number of training steps done."""
        return int(self._get_fitted("n_iter_").train_state.step)

    def __summary_graph__(self) -> Any:
        """The ``GraphDef`` of the training step, for ``SummaryWriter.add_graph``.

        Raises:
            NotFittedError: Before fit.
            ValueError: If it was trained in another process.
        """
        program = self._get_fitted("add_graph").training.programs.last_train
        if program is None:
            raise ValueError(f"{type(self).__name__} must be trained in this process; got a loaded one. Train a step.")
        return make_step_graph(program)

    def __getstate__(self) -> dict[str, Any]:
        if self._fitted is None:
            return self.__dict__
        # Device arrays belong to this process.
        return {**self.__dict__, "_fitted": self._fitted.with_state(jax.device_get(self._fitted.train_state))}

    def _get_fitted(self, method: str) -> Fitted:
        if self._fitted is None:
            raise not_fitted(self, method)
        return self._fitted

    def _make_config(self) -> ResolvedConfig:
        """The settings of the next training."""
        return resolve(self.config)

    def _optimizer(self) -> OptimizerLike:
        """What is passed to `make_optimizer`."""
        return self.optimizer

    def _make_head(self, labels: Any) -> Head | None:
        """The head for the labels of a fit, which are None for an iterable of batches; None with a ``model_fn``."""
        raise NotImplementedError

    def _make_objective(self, head: Head | None) -> Objective:
        """The model for a head."""
        raise NotImplementedError

    def _check_data(self, data: Data) -> None:
        """Refuses data that the model cannot take; members know more."""

    def _for_a_part(self, fitted: Fitted) -> Fitted:
        """The model for the steps of a ``partial_fit``."""
        return fitted

    def _find_columns(self, objective: Objective) -> FeatureColumns | None:
        """The feature columns that features are read by; None takes arrays."""
        return find_columns(objective)

    def _prepare(self, X: Any, y: Any, sample_weight: Any) -> tuple[Fitted, Data, Checkpoints | None]:  # noqa: N803
        """A model with its first state, from the run in model_dir if there is one."""
        source = open_source(X, y, sample_weight)
        head = self._make_head(source.labels if isinstance(source, Rows) else None)
        objective = self._make_objective(head)
        reader = FeatureReader(type(self).__name__, self._find_columns(objective))
        data = open_data(source, reader.read, head, is_training=True)
        self._check_data(data)
        training = self._make_training(objective, data)
        reader = reader.fit_to(data.first.features, data.example.features)
        fitted = Fitted(training, head, reader, spec_of(data.example.features), self._start(training, data))
        checkpoints = self._open_run(fitted)
        if self.warm_start and self._fitted is not None:
            fitted = fitted.continue_from(self._fitted)
        elif checkpoints is not None and checkpoints.step is not None:
            fitted = fitted.with_state(checkpoints.restore(fitted.train_state))
        elif self.warm_start_from is not None:
            fitted = fitted.with_state(initialize_from(fitted.train_state, self.warm_start_from))
        self._remember(head, data.example.features, reader.names)
        return fitted, data, checkpoints

    def _start(self, training: Training, data: Data) -> TrainState:
        """The state before the first step, if it begins neither from a checkpoint nor with other weights."""
        return training.start(data)

    def _open_run(self, fitted: Fitted) -> Checkpoints | None:
        """The run in model_dir, which must be one of this model; None without a folder."""
        if self.model_dir is not None:
            return Checkpoints(self._run_dir(self.model_dir), fitted.describe())
        metric = fitted.training.config.best_metric
        if metric is not None:
            raise ValueError(
                f"model_dir must be given with best_metric={metric!r}, whose checkpoint lies there; got None. "
                f"Pass it to {type(self).__name__}, or hooks=[EarlyStoppingHook()] to fit."
            )
        return None

    def _make_training(self, objective: Objective, data: Data) -> Training:
        found = objective.find_optimizer(data.example) if isinstance(objective, ModelFnObjective) else None
        optimizer, start_rate = make_optimizer(self._optimizer() if found is None else found, self.learning_rate)
        config = self._make_config()
        if config.precision is not None:
            objective = PreciseObjective(objective, config.precision)
        return Training(objective, optimizer, start_rate, config)

    def _remember(self, head: Head | None, features: Any, names: tuple[str, ...] | None) -> None:
        """Sets what scikit-learn wants to know after fit."""
        vars(self).pop("feature_names_in_", None)
        if names is not None:
            self.feature_names_in_ = np.array(names, dtype=object)
        self.head_ = head
        if head is not None and head.classes is not None:
            self.classes_ = head.classes
        if isinstance(features, np.ndarray) and features.ndim == 2:
            self.n_features_in_ = int(features.shape[1])

    def _train(
        self,
        fitted: Fitted,
        data: Data,
        plan: Plan,
        checkpoints: Checkpoints | None,
        validation_data: Any,
        hooks: Sequence[Hook],
    ) -> Self:
        validation = open_validation(fitted, validation_data)
        exporters = self._bind_exporters(fitted, hooks)
        tell_interval(hooks, fitted.training.config.eval_interval)
        step = int(fitted.train_state.step)
        if plan.last_step is not None and step >= plan.last_step:
            _LOG.warning("%s holds a run of %d steps. Continuing without training.", self.model_dir, step)
            self._fitted = fitted
            for exporter in exporters:  # what a run that was killed after its last checkpoint did not come to
                exporter.finish(
                    fitted.train_state,
                    lambda: {} if validation is None else fitted.training.evaluate(fitted.train_state, validation),
                )
            return self

        def keep(train_state: TrainState) -> None:
            self._fitted = fitted.with_state(train_state)

        fitted.training.run(
            fitted.train_state, data, plan, checkpoints=checkpoints, validation=validation, hooks=hooks, keep=keep
        )
        return self

    def _bind_exporters(self, fitted: Fitted, hooks: Sequence[Hook]) -> list[Exporter]:
        exporters = [hook for hook in hooks if isinstance(hook, Exporter)]
        for exporter in exporters:
            if self.model_dir is None:
                raise ValueError(
                    f"model_dir must be given with an exporter; got None. Pass it to {type(self).__name__}."
                )
            exporter.bind(
                lambda state, to: export_model(fitted.with_state(state), to),
                Path(self._run_dir(self.model_dir)),
                fitted.training.config.eval_interval,
            )
        return exporters
