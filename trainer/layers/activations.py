"""Activation functions by name, with Keras 3's definitions.

Most are `jax.nn`'s under its names; ``gelu`` and ``leaky_relu`` mean something else there. Others, and those with other
parameters, are given as functions: ``functools.partial(jax.nn.leaky_relu, negative_slope=0.1)``.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TypeAlias

import jax
import jax.numpy as jnp

from trainer.layers.named import find_named
from trainer.protocols import Array

ActivationFn: TypeAlias = Callable[[Array], Array]
Activation: TypeAlias = str | ActivationFn | None


def linear(inputs: Array) -> Array:
    """Returns the inputs as they are."""
    return inputs


def hard_shrink(inputs: Array, threshold: float = 0.5) -> Array:
    """``x`` where ``|x| > threshold``, else 0."""
    return jnp.where(jnp.abs(inputs) > threshold, inputs, jnp.zeros_like(inputs))


def soft_shrink(inputs: Array, threshold: float = 0.5) -> Array:
    """``x`` drawn towards 0 by `threshold`, and 0 within it."""
    return jnp.sign(inputs) * jnp.maximum(jnp.abs(inputs) - threshold, 0)


def tanh_shrink(inputs: Array) -> Array:
    """``x - tanh(x)``."""
    return inputs - jnp.tanh(inputs)


def sparsemax(inputs: Array) -> Array:
    """The probabilities nearest to the inputs along the last axis; many are exactly 0.

    References:
        Martins & Astudillo 2016, arXiv:1602.02068.
    """
    ranked = jnp.flip(jnp.sort(inputs, axis=-1), axis=-1)
    above = jnp.cumsum(ranked, axis=-1) - 1
    rank = jnp.arange(1, inputs.shape[-1] + 1, dtype=inputs.dtype)
    size = jnp.sum(rank * ranked > above, axis=-1, keepdims=True)
    tau = jnp.take_along_axis(above, size - 1, axis=-1) / size.astype(inputs.dtype)
    return jnp.maximum(inputs - tau, 0)


_TABLE: dict[str, ActivationFn] = {
    "celu": jax.nn.celu,
    "elu": jax.nn.elu,
    "exponential": jnp.exp,
    "gelu": functools.partial(jax.nn.gelu, approximate=False),
    "glu": jax.nn.glu,
    "hard_shrink": hard_shrink,
    "hard_sigmoid": jax.nn.hard_sigmoid,
    "hard_silu": jax.nn.hard_silu,
    "hard_swish": jax.nn.hard_swish,
    "hard_tanh": jax.nn.hard_tanh,
    "identity": linear,
    "leaky_relu": functools.partial(jax.nn.leaky_relu, negative_slope=0.2),
    "linear": linear,
    "log_sigmoid": jax.nn.log_sigmoid,
    "log_softmax": jax.nn.log_softmax,
    "mish": jax.nn.mish,
    "relu": jax.nn.relu,
    "relu6": jax.nn.relu6,
    "selu": jax.nn.selu,
    "sigmoid": jax.nn.sigmoid,
    "silu": jax.nn.silu,
    "soft_shrink": soft_shrink,
    "soft_sign": jax.nn.soft_sign,
    "softmax": jax.nn.softmax,
    "softplus": jax.nn.softplus,
    "softsign": jax.nn.soft_sign,
    "sparse_plus": jax.nn.sparse_plus,
    "sparse_sigmoid": jax.nn.sparse_sigmoid,
    "sparsemax": sparsemax,
    "squareplus": jax.nn.squareplus,
    "standardize": jax.nn.standardize,
    "swish": jax.nn.swish,
    "tanh": jnp.tanh,
    "tanh_shrink": tanh_shrink,
}
NAMES: tuple[str, ...] = tuple(_TABLE)


def get(activation: Activation) -> ActivationFn:
    """Returns the function for a name; a function is returned as it is, None means linear.

    Raises:
        ValueError: If no activation has this name.
        TypeError: If it is neither a name nor callable.
    """
    return linear if activation is None else find_named("activation", activation, _TABLE, "relu")
