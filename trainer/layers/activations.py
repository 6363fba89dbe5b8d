"""Activation functions by name, with Keras 3's definitions.

Most are `jax.nn`'s; the table lists the names that mean something else there, or that it lacks.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TypeAlias

import jax
import jax.numpy as jnp

from trainer.protocols import Array

ActivationFn: TypeAlias = Callable[[Array], Array]
Activation: TypeAlias = str | ActivationFn | None


def linear(inputs: Array) -> Array:
    """Returns the inputs as they are."""
    return inputs


_KERAS: dict[str, ActivationFn] = {
    "exponential": jnp.exp,
    "gelu": functools.partial(jax.nn.gelu, approximate=False),
    "hard_swish": jax.nn.hard_swish,
    "leaky_relu": functools.partial(jax.nn.leaky_relu, negative_slope=0.2),
    "linear": linear,
    "softsign": jax.nn.soft_sign,
}
_FROM_JAX = (
    "celu",
    "elu",
    "glu",
    "hard_sigmoid",
    "hard_silu",
    "hard_tanh",
    "log_sigmoid",
    "log_softmax",
    "mish",
    "relu",
    "relu6",
    "selu",
    "sigmoid",
    "silu",
    "softmax",
    "softplus",
    "sparse_plus",
    "squareplus",
    "swish",
    "tanh",
)
NAMES: tuple[str, ...] = tuple(sorted([*_KERAS, *_FROM_JAX]))


def get(activation: Activation) -> ActivationFn:
    """Returns the function for a name; a function is returned as it is, None means linear.

    Raises:
        ValueError: If no activation has this name.
        TypeError: If it is neither a name nor callable.
    """
    if activation is None:
        return linear
    if callable(activation):
        return activation
    if not isinstance(activation, str):
        raise TypeError(f"activation must be a name or a function; got {activation!r}. Pass for example 'relu'.")
    if activation in _KERAS:
        return _KERAS[activation]
    if activation in _FROM_JAX:
        function: ActivationFn = getattr(jax.nn, activation)
        return function
    raise ValueError(f"activation must be one of {', '.join(NAMES)}; got {activation!r}. Or pass a function.")
