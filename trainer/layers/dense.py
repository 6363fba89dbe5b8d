"""The fully connected layer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp

from trainer.counts import check_count
from trainer.layers import activations, initializers
from trainer.layers.activations import Activation
from trainer.layers.base import Layer
from trainer.layers.initializers import Initializer
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
    """

    units: int
    activation: Activation = None
    use_bias: bool = True
    kernel_initializer: Initializer = "glorot_uniform"
    bias_initializer: Initializer = "zeros"

    def __post_init__(self) -> None:
        """Refuses hyperparameters that no layer can have.

        Raises:
            ValueError: If `units` is not a positive integer, or a name is unknown.
        """
        object.__setattr__(self, "units", check_count("units", self.units))
        activations.get(self.activation)
        initializers.get(self.kernel_initializer)
        initializers.get(self.bias_initializer)

    def init(self, key: Array, example: Any) -> tuple[Params, State]:
        """Makes ``kernel`` ``(features, units)`` and ``bias`` ``(units,)``, float32.

        Raises:
            ValueError: If `example` has no axis of features.
        """
        if len(example.shape) < 2:
            raise ValueError(
                f"inputs of Dense must have the shape (batch, …, features); got {tuple(example.shape)}. "
                "Add an axis of features."
            )
        shape = (example.shape[-1], self.units)
        params = {"kernel": initializers.get(self.kernel_initializer)(key, shape, jnp.float32)}
        if self.use_bias:
            bias_key = jax.random.fold_in(key, 1)
            params["bias"] = initializers.get(self.bias_initializer)(bias_key, (self.units,), jnp.float32)
        return params, {}

    def apply(
        self, params: Params, state: State, inputs: Any, *, training: bool = False, key: Array | None = None
    ) -> tuple[Any, State]:
        """Maps ``(batch, …, features)`` to ``(batch, …, units)``.

        Raises:
            ValueError: If the number of features is not the kernel's.
        """
        del training, key
        kernel = params["kernel"]
        if inputs.shape[-1] != kernel.shape[0]:
            raise ValueError(
                f"inputs of Dense({self.units}) must have {kernel.shape[0]} features in the last axis; "
                f"got shape {tuple(inputs.shape)}. Pass what the layer was made for."
            )
        outputs = inputs @ kernel
        if self.use_bias:
            outputs = outputs + params["bias"]
        return activations.get(self.activation)(outputs), state
