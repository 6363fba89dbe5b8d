"""Canned estimators: a linear model and a network that are trained together ("wide & deep").

References:
    Cheng et al. 2016, Wide & Deep Learning for Recommender Systems, arXiv:1606.07792.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from trainer.estimators.canned import Classifier, Regressor
from trainer.estimators.dnn import DNN
from trainer.feature_columns import DenseFeatures, FeatureColumn, LinearFeatures
from trainer.layers import Dense, Sequential, build
from trainer.layers.base import Layer
from trainer.optimizers import OptimizerLike, Schedule
from trainer.protocols import Array, Network


@dataclass(frozen=True)
class WideAndDeep(Layer):
    """The sum of what two networks make of the same inputs.

    Attributes:
        linear: The wide part.
        dnn: The deep part.
    """

    linear: Network
    dnn: Network

    def call(self, inputs: Any) -> Array:
        """Maps ``(batch, …)`` to ``(batch, units)``."""
        place = build.current("WideAndDeep")
        total: Array = place.call(self.linear, inputs) + place.call(self.dnn, inputs)
        return total


@dataclass(eq=False, repr=False, kw_only=True)
class DNNLinearCombined(DNN):
    """What the classifier and the regressor share. `optimizer` and `learning_rate` are those of the deep part.

    Attributes:
        linear_optimizer: Optimizer of the wide part.
        linear_learning_rate: Its rate.
        linear_feature_columns: Columns of the wide part; None takes `feature_columns`.
        dnn_feature_columns: Columns of the deep part; None takes `feature_columns`.
    """

    linear_optimizer: OptimizerLike = "adagrad"
    linear_learning_rate: float | Schedule | None = 0.2
    linear_feature_columns: Sequence[Any] | None = None
    dnn_feature_columns: Sequence[Any] | None = None

    def _layers(self, units: int) -> Sequence[Network]:
        linear: Network = Dense(units, kernel_initializer="zeros")
        deep = self._dense_layers(units)
        if self._columns():
            linear = LinearFeatures(self.linear_feature_columns or self.feature_columns or (), units)
            deep = [DenseFeatures(self.dnn_feature_columns or self.feature_columns or ()), *deep]
        return [WideAndDeep(linear, Sequential(deep))]

    def _columns(self) -> Sequence[FeatureColumn]:
        given = (self.feature_columns, self.linear_feature_columns, self.dnn_feature_columns)
        return [column for columns in given for column in columns or ()]

    def _optimizer(self) -> Mapping[str, Any]:
        return {
            "*/linear/*": (self.linear_optimizer, self.linear_learning_rate),
            "*/dnn/*": (self.optimizer, self.learning_rate),
        }


@dataclass(eq=False, repr=False, kw_only=True)
class DNNLinearCombinedClassifier(DNNLinearCombined, Classifier):
    """Wide & deep for one of several classes. Arguments as in `DNNLinearCombined`, `DNN`, `Classifier`.

    >>> DNNLinearCombinedClassifier([32, 16], linear_optimizer="sgd")
    DNNLinearCombinedClassifier(hidden_units=[32, 16], linear_optimizer='sgd')
    """


@dataclass(eq=False, repr=False, kw_only=True)
class DNNLinearCombinedRegressor(DNNLinearCombined, Regressor):
    """Wide & deep for numbers. Arguments as in `DNNLinearCombined`, `DNN`, `Regressor`."""
