"""What the canned estimators with a network share: standardized features and numbers around it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from trainer.estimators.canned import Canned
from trainer.estimators.data import ArrayData, Data
from trainer.estimators.network_objective import NetworkObjective
from trainer.estimators.standardization import Restore, Standardize, measure
from trainer.estimators.training import Training
from trainer.estimators.warm_start import WarmStart
from trainer.feature_columns import FeatureColumn
from trainer.heads import Head
from trainer.layers import Sequential
from trainer.optimizers import OptimizerLike, Schedule
from trainer.protocols import Network, Objective, TrainState


@dataclass(eq=False, repr=False, kw_only=True)
class NetworkEstimator(Canned):
    """A canned estimator with a network, which a member makes in `_layers`.

    Attributes:
        optimizer: As for `Estimator`.
        learning_rate: As for `Estimator`.
        batch_size: Rows of a training batch; None takes the config's.
        warm_start_from: As for `Estimator`.
        feature_columns: How raw features, a dict or a table of columns, are read; None takes arrays of numbers.
        standardize: Whether features, and numbers to predict, are brought to mean 0 and deviation 1 by the rows (of an
            iterable: the batch) that the first ``fit`` sees. Predictions are in the unit of `y` all the same. Feature
            columns do so by their own ``normalizer_fn``.
    """

    optimizer: OptimizerLike = "adam"
    learning_rate: float | Schedule | None = None
    batch_size: int | None = None
    warm_start_from: WarmStart | None = None
    feature_columns: Sequence[Any] | None = None
    standardize: bool = True

    def _layers(self, units: int) -> Sequence[Network]:
        """The layers from ``(batch, features)`` to ``(batch, units)``."""
        raise NotImplementedError

    def _make_objective(self, head: Head | None) -> Objective:
        assert head is not None
        layers = list(self._layers(head.logits_dimension))
        if self.standardize:
            restore = [Restore(name="restore")] if head.classes is None else []
            first = [] if self._columns() else [Standardize(name="standardize")]
            layers = [*first, *layers, *restore]
        return NetworkObjective(Sequential(layers), head)

    def _start(self, training: Training, data: Data) -> TrainState:
        train_state = super()._start(training, data)
        batch = data.rows if isinstance(data, ArrayData) else data.example
        return train_state._replace(state=measure(train_state.state, batch))

    def _columns(self) -> Sequence[FeatureColumn]:
        """All feature columns; empty for arrays."""
        return () if self.feature_columns is None else self.feature_columns

    def _check_data(self, data: Data) -> None:
        if not self._columns():
            check_columns(data)


def check_columns(data: Data) -> None:
    """Refuses features that are not rows of at least one column.

    Raises:
        ValueError: If they have another shape.
    """
    shape = getattr(data.example.features, "shape", None)
    if shape is None or len(shape) != 2:
        got = f"shape {shape}" if shape is not None else f"a {type(data.example.features).__name__}"
        raise ValueError(f"X must have the shape (n, features); got {got}. Reshape your data to one row a label.")
    if shape[1] == 0:
        raise ValueError(
            f"X must have at least one feature; got 0 feature(s) (shape={shape}) while a minimum of 1 is required. "
            "Pass some columns."
        )
