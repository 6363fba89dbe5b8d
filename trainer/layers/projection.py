"""The dense part of attention layers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jax.numpy as jnp

from trainer.layers.activations import Activation
from trainer.layers.base import Layer
from trainer.layers.constraints import Constraint
from trainer.layers.initializers import Initializer
from trainer.layers.regularizers import Regularizer
from trainer.protocols import Array, Params, State


@dataclass(frozen=True)
class Projection(Layer):
    """``activation(inputs · kernel + bias)`` from the last `num_axes` axes to axes of the shape `output_shape`.

    A part of other layers, which say its hyperparameters; it stands in no configuration.

    Attributes:
        output_shape: Sizes of the axes that come for those taken. Only `init` needs it.
        num_axes: Number of axes taken.
        activation: Name or function; None is linear.
        use_bias: Whether there is a bias.
        kernel_initializer: Name or function for the kernel, ``(taken…, output_shape…)``.
        bias_initializer: Name or function for the bias, ``output_shape``.
        kernel_regularizer: Penalty on the kernel.
        bias_regularizer: Penalty on the bias.
        activity_regularizer: Penalty on the outputs of each row.
        kernel_constraint: Projection of the kernel after each update.
        bias_constraint: Projection of the bias after each update.
    """

    output_shape: tuple[int, ...] = ()
    num_axes: int = 1
    activation: Activation = None
    use_bias: bool = True
    kernel_initializer: Initializer = "glorot_uniform"
    bias_initializer: Initializer = "zeros"
    kernel_regularizer: Regularizer = None
    bias_regularizer: Regularizer = None
    activity_regularizer: Regularizer = None
    kernel_constraint: Constraint = None
    bias_constraint: Constraint = None

    def init(self, key: Array, example: Any) -> tuple[Params, State]:
        """Makes ``kernel`` and ``bias``."""
        kernel = (*example.shape[-self.num_axes :], *self.output_shape)
        return self.make_params(key, kernel=kernel, bias=self.output_shape if self.use_bias else None), {}

    def apply(
        self, params: Params, state: State, inputs: Any, *, training: bool = False, key: Array | None = None
    ) -> tuple[Any, State]:
        """Maps ``(batch, …, taken…)`` to ``(batch, …, output_shape…)``."""
        del training, key
        inputs, params = self.policy.cast(inputs, params)
        outputs = jnp.tensordot(inputs, self.param(params, "kernel"), self.num_axes)
        return self.activate(outputs + params["bias"] if self.use_bias else outputs), state
