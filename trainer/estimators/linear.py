"""Canned estimators: linear models, and the constant that others must beat."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import jax.numpy as jnp

from trainer.estimators.canned import Classifier, Regressor
from trainer.estimators.networks import NetworkEstimator
from trainer.feature_columns import FeatureColumn, LinearFeatures
from trainer.inputs import num_rows
from trainer.layers import Dense
from trainer.layers.base import Layer
from trainer.layers.initializers import Initializer
from trainer.layers.regularizers import Regularizer
from trainer.optimizers import OptimizerLike, Schedule
from trainer.protocols import Array, Network


@dataclass(eq=False, repr=False, kw_only=True)
class Linear(NetworkEstimator):
    """What the linear classifier and regressor share.

    Unless `batch_size` or the config says otherwise, a batch holds up to 8,192 rows: of fewer rows, all of them, and
    the gradient is exact.

    Attributes:
        kernel_regularizer: Penalty on the weights, as ``layers.regularizers.L2(1e-4)``.
    """

    optimizer: OptimizerLike = "adagrad"
    learning_rate: float | Schedule | None = 0.2
    kernel_regularizer: Regularizer = None

    USUAL: ClassVar[Mapping[str, Any]] = {"batch_size": 8192}

    def _layers(self, units: int) -> Sequence[Network]:
        if self.feature_columns:
            return [LinearFeatures(self.feature_columns, units, kernel_regularizer=self.kernel_regularizer)]
        return [Dense(units, kernel_initializer="zeros", kernel_regularizer=self.kernel_regularizer)]


@dataclass(eq=False, repr=False, kw_only=True)
class LinearClassifier(Linear, Classifier):
    """Logistic regression. Arguments as in `Linear`, `Classifier`, `NetworkEstimator`.

    >>> LinearClassifier(steps=100)
    LinearClassifier(steps=100)
    """


@dataclass(eq=False, repr=False, kw_only=True)
class LinearRegressor(Linear, Regressor):
    """Least squares. Arguments as in `Linear`, `Regressor`, `NetworkEstimator`.

    >>> LinearRegressor(label_dimension=2)
    LinearRegressor(label_dimension=2)
    """


@dataclass(frozen=True)
class Constant(Layer):
    """The same numbers for each row, whatever its features.

    Attributes:
        units: How many numbers.
        feature_columns: Columns that are read and not used.
    """

    units: int
    feature_columns: tuple[FeatureColumn, ...] = ()
    bias_initializer: Initializer = "zeros"

    def call(self, inputs: Any) -> Array:
        """Maps ``(batch, …)`` to ``(batch, units)``."""
        return jnp.broadcast_to(self.weight("bias", (self.units,)), (num_rows(inputs), self.units))


@dataclass(eq=False, repr=False, kw_only=True)
class Baseline(NetworkEstimator):
    """What the classifier and the regressor share: they learn one constant, and tell what features are worth."""

    optimizer: OptimizerLike = "adagrad"
    learning_rate: float | Schedule | None = 0.2

    USUAL: ClassVar[Mapping[str, Any]] = {"batch_size": 8192}

    def _layers(self, units: int) -> Sequence[Network]:
        return [Constant(units, tuple(self._columns()))]

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        for kind in (tags.classifier_tags, tags.regressor_tags):
            if kind is not None:
                kind.poor_score = True  # as of scikit-learn's dummies: features are not looked at
        return tags


@dataclass(eq=False, repr=False, kw_only=True)
class BaselineClassifier(Baseline, Classifier):
    """Predicts how frequent each class is. Arguments as in `Classifier`, `NetworkEstimator`."""


@dataclass(eq=False, repr=False, kw_only=True)
class BaselineRegressor(Baseline, Regressor):
    """Predicts the mean of the labels. Arguments as in `Regressor`, `NetworkEstimator`."""
