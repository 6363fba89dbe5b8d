"""The fully connected layer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from trainer.counts import check_count
from trainer.layers.activations import Activation
from trainer.layers.base import Layer
from trainer.layers.checks import check_axes, check_features
from trainer.layers.constraints import Constraint
from trainer.layers.initializers import Initializer
from trainer.layers.regularizers import Regularizer
from trainer.protocols import Array, Params, State


@dataclass(frozen=True)
class Dense(Layer):
    """``activation(inputs @ kernel + bias)`` over the last axis.

    Attributes:
        units: Number of outputs.
        activation: Name or function; None is linear.
        use_bias: Whether there is a bias.
        kernel_initializer: Name or function for the kernel ``(features, units)``.
        bias_initializer: Name or function for the bias ``(units,)``.
        kernel_regularizer: Penalty on the kernel.
        bias_regularizer: Penalty on the bias.
        activity_regularizer: Penalty on the outputs of each row.
        kernel_constraint: Projection of the kernel after each update.
        bias_constraint: Projection of the bias after each update.
    """

    units: int
    activation: Activation = None
    use_bias: bool = True
    kernel_initializer: Initializer = "glorot_uniform"
    bias_initializer: Initializer = "zeros"
    kernel_regularizer: Regularizer = None
    bias_regularizer: Regularizer = None
    activity_regularizer: Regularizer = None
    kernel_constraint: Constraint = None
    bias_constraint: Constraint = None

    def __post_init__(self) -> None:
        """Refuses hyperparameters that no layer can have.

        Raises:
            ValueError: If `units` is not a positive integer, or a name is unknown.
        """
        super().__post_init__()
        self.replace_fields(units=check_count("units", self.units))

    def init(self, key: Array, example: Any) -> tuple[Params, State]:
        """Makes ``kernel`` ``(features, units)`` and ``bias`` ``(units,)``.

        Raises:
            ValueError: If `example` has no axis of features.
        """
        check_axes(self, example, "batch", "…", "features")
        bias = (self.units,) if self.use_bias else None
        return self.make_params(key, kernel=(example.shape[-1], self.units), bias=bias), {}

    def apply(
        self, params: Params, state: State, inputs: Any, *, training: bool = False, key: Array | None = None
    ) -> tuple[Any, State]:
        """Maps ``(batch, …, features)`` to ``(batch, …, units)``.

        Raises:
            ValueError: If the number of features is not the kernel's.
        """
        del training, key
        check_features(self, inputs, self.param(params, "kernel").shape[0])
        inputs, params = self.policy.cast(inputs, params)
        outputs = inputs @ params["kernel"]
        return self.activate(outputs + params["bias"] if self.use_bias else outputs), state
