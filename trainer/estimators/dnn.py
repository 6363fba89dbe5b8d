"""Canned estimators: fully connected networks."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Sequence
from typing import Any

import numpy as np

from trainer.estimators.base import BaseEstimator
from trainer.estimators.data import Data
from trainer.estimators.network_objective import NetworkObjective
from trainer.estimators.probabilities import ClassProbabilities
from trainer.heads import BinaryHead, Head, MultiClassHead, RegressionHead
from trainer.layers import Dense, Dropout, Sequential
from trainer.layers.activations import Activation
from trainer.optimizers import OptimizerLike, Schedule
from trainer.protocols import Network, Objective
from trainer.run_config import RunConfig, as_config


class DNN(BaseEstimator):
    """What the classifier and the regressor share."""

    hidden_units: Sequence[int]
    activation: Activation
    dropout: float | None
    batch_size: int | None
    steps: int | None
    random_state: int | None

    def _make_config(self) -> RunConfig:
        given: dict[str, Any] = {"batch_size": self.batch_size, "steps": self.steps, "seed": self.random_state}
        config = as_config(self.config)
        return dataclasses.replace(config, **{name: value for name, value in given.items() if value is not None})

    def _make_objective(self, head: Head | None) -> Objective:
        assert head is not None
        layers: list[Network] = []
        for units in self.hidden_units:
            layers.append(Dense(units, self.activation))
            layers += [] if self.dropout is None else [Dropout(self.dropout)]
        return NetworkObjective(Sequential([*layers, Dense(head.logits_dimension)]), head)

    def _check_data(self, data: Data) -> None:
        shape = getattr(data.example.features, "shape", None)
        if shape is None or len(shape) != 2:
            got = f"shape {shape}" if shape is not None else f"a {type(data.example.features).__name__}"
            raise ValueError(f"X must have the shape (n, features); got {got}. Reshape your data to one row a label.")
        if shape[1] == 0:
            raise ValueError(f"X must have at least one feature; got shape {shape}. Pass some columns.")


class DNNClassifier(DNN, ClassProbabilities):
    """A fully connected network for one of several classes.

    >>> model = DNNClassifier([10, 20, 10], steps=100)
    >>> model
    DNNClassifier(hidden_units=[10, 20, 10], steps=100)

    Args:
        hidden_units: Outputs of each hidden layer.
        n_classes: Number of classes; None takes those that occur in `y`. Needed with an iterable of batches.
        label_vocabulary: The labels in the order of the classes; None takes those in `y`, or 0 … n_classes - 1.
        activation: Name or function after each hidden layer.
        dropout: Share of each hidden layer's outputs set to 0 while training; None for no dropout.
        optimizer: As for `Estimator`.
        learning_rate: As for `Estimator`.
        batch_size: Rows of a training batch; None takes the config's.
        steps: Steps of a ``fit`` that names none; None takes the config's.
        random_state: Seed; None takes the config's.
        model_dir: As for `Estimator`.
        config: As for `Estimator`.
    """

    def __init__(
        self,
        hidden_units: Sequence[int] = (100,),
        *,
        n_classes: int | None = None,
        label_vocabulary: Sequence[Any] | None = None,
        activation: Activation = "relu",
        dropout: float | None = None,
        optimizer: OptimizerLike = "adam",
        learning_rate: float | Schedule | None = None,
        batch_size: int | None = None,
        steps: int | None = None,
        random_state: int | None = None,
        model_dir: str | os.PathLike[str] | None = None,
        config: RunConfig | None = None,
    ) -> None:
        self.hidden_units = hidden_units
        self.n_classes = n_classes
        self.label_vocabulary = label_vocabulary
        self.activation = activation
        self.dropout = dropout
        self.optimizer = optimizer
        self.learning_rate = learning_rate
        self.batch_size = batch_size
        self.steps = steps
        self.random_state = random_state
        self.model_dir = model_dir
        self.config = config

    def _estimator_type_name(self) -> str:
        return "classifier"

    def _make_head(self, labels: Any) -> Head:
        vocabulary = self._vocabulary(labels)
        if len(vocabulary) < 2:
            raise ValueError(f"y must hold at least 2 classes; got only {vocabulary!r}. Pass labels of all classes.")
        if len(vocabulary) == 2:
            return BinaryHead(vocabulary)
        return MultiClassHead(len(vocabulary), vocabulary)

    def _vocabulary(self, labels: Any) -> tuple[Any, ...]:
        if self.label_vocabulary is not None:
            return tuple(self.label_vocabulary)
        if self.n_classes is not None and (labels is None or np.asarray(labels).dtype.kind in "iub"):
            return tuple(range(self.n_classes))
        if labels is None:
            raise ValueError("n_classes must be given with an iterable of batches; got None. Pass n_classes=.")
        return self._classes_in(np.asarray(labels))

    def _classes_in(self, labels: np.ndarray) -> tuple[Any, ...]:
        if labels.dtype.kind == "f" and not (np.isfinite(labels).all() and (labels == np.round(labels)).all()):
            raise ValueError(
                "y must hold class labels; got numbers with fractions or NaN. Use DNNRegressor, or drop such rows."
            )
        vocabulary = tuple(np.unique(labels).tolist())
        if self.n_classes is not None and len(vocabulary) != self.n_classes:
            raise ValueError(
                f"y must hold n_classes={self.n_classes} different labels; got {len(vocabulary)}. "
                "Pass label_vocabulary= if some classes do not occur."
            )
        return vocabulary


class DNNRegressor(DNN):
    """A fully connected network for numbers.

    >>> DNNRegressor([32], learning_rate=0.01)
    DNNRegressor(hidden_units=[32], learning_rate=0.01)

    Args:
        hidden_units: Outputs of each hidden layer.
        label_dimension: How many numbers are predicted for each row; None takes the shape of `y`.
        activation: Name or function after each hidden layer.
        dropout: Share of each hidden layer's outputs set to 0 while training; None for no dropout.
        optimizer: As for `Estimator`.
        learning_rate: As for `Estimator`.
        batch_size: Rows of a training batch; None takes the config's.
        steps: Steps of a ``fit`` that names none; None takes the config's.
        random_state: Seed; None takes the config's.
        model_dir: As for `Estimator`.
        config: As for `Estimator`.
    """

    def __init__(
        self,
        hidden_units: Sequence[int] = (100,),
        *,
        label_dimension: int | None = None,
        activation: Activation = "relu",
        dropout: float | None = None,
        optimizer: OptimizerLike = "adam",
        learning_rate: float | Schedule | None = None,
        batch_size: int | None = None,
        steps: int | None = None,
        random_state: int | None = None,
        model_dir: str | os.PathLike[str] | None = None,
        config: RunConfig | None = None,
    ) -> None:
        self.hidden_units = hidden_units
        self.label_dimension = label_dimension
        self.activation = activation
        self.dropout = dropout
        self.optimizer = optimizer
        self.learning_rate = learning_rate
        self.batch_size = batch_size
        self.steps = steps
        self.random_state = random_state
        self.model_dir = model_dir
        self.config = config

    def _estimator_type_name(self) -> str:
        return "regressor"

    def _make_head(self, labels: Any) -> Head:
        if self.label_dimension is not None or labels is None:
            return RegressionHead(self.label_dimension or 1)
        shape = np.shape(labels)
        return RegressionHead(shape[1] if len(shape) == 2 else 1)
