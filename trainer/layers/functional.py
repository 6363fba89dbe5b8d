"""TensorFlow 1.0's spelling: ``h = layers.dense(inputs, units=10, activation=jax.nn.relu)``.

Each function makes the layer of the same name and calls it: inside a ``model_fn`` on arrays, elsewhere on symbolic
tensors.
"""

from __future__ import annotations

from typing import Any

from trainer.layers import activations
from trainer.layers.activation import Activation
from trainer.layers.dense import Dense
from trainer.layers.dropout import Dropout
from trainer.layers.flatten import Flatten
from trainer.layers.initializers import Initializer


def dense(
    inputs: Any,
    units: int,
    activation: activations.Activation = None,
    use_bias: bool = True,
    kernel_initializer: Initializer = "glorot_uniform",
    bias_initializer: Initializer = "zeros",
    *,
    name: str | None = None,
) -> Any:
    """Fully connected layer; see `Dense`. A second call with the same `name` shares the parameters."""
    return Dense(units, activation, use_bias, kernel_initializer, bias_initializer, name=name)(inputs)


def dropout(inputs: Any, rate: float = 0.5, *, name: str | None = None) -> Any:
    """Sets a share `rate` of the inputs to 0 while training; see `Dropout`."""
    return Dropout(rate, name=name)(inputs)


def flatten(inputs: Any, *, name: str | None = None) -> Any:
    """Joins all axes but the first; see `Flatten`."""
    return Flatten(name=name)(inputs)


def activation(inputs: Any, activation: activations.Activation, *, name: str | None = None) -> Any:
    """Applies a function to each element; see `Activation`."""
    return Activation(activation, name=name)(inputs)
