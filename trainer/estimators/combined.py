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
        dnn_feature_columns: Columns of the deep part; None takes `feature_columns`. A part for which there are none is
            left out, as in TensorFlow.
    """

    linear_optimizer: OptimizerLike = "adagrad"
    linear_learning_rate: float | Schedule | None = 0.2
    linear_feature_columns: Sequence[Any] | None = None
    dnn_feature_columns: Sequence[Any] | None = None

    def _layers(self, units: int) -> Sequence[Network]:
        deep = self._dense_layers(units)
        if not self._columns():
            return [WideAndDeep(Dense(units, kernel_initializer="zeros"), Sequential(deep))]
        wide_columns, deep_columns = self._part_columns()
        if not deep_columns:
            return [LinearFeatures(wide_columns, units)]
        deep = [DenseFeatures(deep_columns), *deep]
        return [WideAndDeep(LinearFeatures(wide_columns, units), Sequential(deep))] if wide_columns else deep

    def _part_columns(self) -> tuple[Sequence[Any], Sequence[Any]]:
        """Columns of the wide part and of the deep one."""
        shared = self.feature_columns or ()
        return self.linear_feature_columns or shared, self.dnn_feature_columns or shared

    def _columns(self) -> Sequence[FeatureColumn]:
        given = (self.feature_columns, self.linear_feature_columns, self.dnn_feature_columns)
        return [column for columns in given for column in columns or ()]

    def _optimizer(self) -> Mapping[str, Any]:
        wide_columns, deep_columns = self._part_columns()
        wide, deep = (self.linear_optimizer, self.linear_learning_rate), (self.optimizer, self.learning_rate)
        if bool(wide_columns) != bool(deep_columns):
            return {"*": wide if wide_columns else deep}
        return {"*/linear/*": wide, "*/dnn/*": deep}


@dataclass(eq=False, repr=False, kw_only=True)
class DNNLinearCombinedClassifier(DNNLinearCombined, Classifier):
    """Wide & deep for one of several classes. Arguments as in `DNNLinearCombined`, `DNN`, `Classifier`.

    >>> DNNLinearCombinedClassifier([32, 16], linear_optimizer="sgd")
    DNNLinearCombinedClassifier(hidden_units=[32, 16], linear_optimizer='sgd')
    """


@dataclass(eq=False, repr=False, kw_only=True)
class DNNLinearCombinedRegressor(DNNLinearCombined, Regressor):
    """Wide & deep for numbers. Arguments as in `DNNLinearCombined`, `DNN`, `Regressor`."""
