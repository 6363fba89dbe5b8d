"""Initialisers of weights: ``(key, shape, dtype) -> array``, with Keras 3's names, defaults and distributions.

A hyperparameter takes one by name (``"he_normal"``), as an object (``initializers.RandomNormal(stddev=0.1)``), or as
any function of that form, `jax.nn.initializers`' own among them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import jax
import jax.numpy as jnp

from trainer.layers.configs import Configured, register
from trainer.layers.named import find_named
from trainer.protocols import Array

InitializerFn: TypeAlias = Callable[..., Array]
Initializer: TypeAlias = str | InitializerFn

# Standard deviation of a standard normal that is cut at two.
_TRUNCATED_STDDEV = 0.87962566103423978
_MODES = ("fan_in", "fan_out", "fan_avg")
_DISTRIBUTIONS = ("truncated_normal", "untruncated_normal", "uniform")


@register
@dataclass(frozen=True)
class Zeros(Configured):
    """All 0."""

    def __call__(self, key: Array, shape: Sequence[int], dtype: Any = jnp.float32) -> Array:
        """Makes the array; `key` is not used."""
        del key
        return jnp.zeros(shape, dtype)


@register
@dataclass(frozen=True)
class Ones(Configured):
    """All 1."""

    def __call__(self, key: Array, shape: Sequence[int], dtype: Any = jnp.float32) -> Array:
        """Makes the array; `key` is not used."""
        del key
        return jnp.ones(shape, dtype)


@register
@dataclass(frozen=True)
class Constant(Configured):
    """All `value`."""

    value: float = 0.0

    def __call__(self, key: Array, shape: Sequence[int], dtype: Any = jnp.float32) -> Array:
        """Makes the array; `key` is not used."""
        del key
        return jnp.full(shape, self.value, dtype)


@register
@dataclass(frozen=True)
class Identity(Configured):
    """`gain` on the diagonal of a matrix, else 0."""

    gain: float = 1.0

    def __call__(self, key: Array, shape: Sequence[int], dtype: Any = jnp.float32) -> Array:
        """Makes the matrix; `key` is not used.

        Raises:
            ValueError: If `shape` is not that of a matrix.
        """
        del key
        if len(shape) != 2:
            raise ValueError(f"shape must be that of a matrix for Identity; got {tuple(shape)}. Use 'orthogonal'.")
        return self.gain * jnp.eye(shape[0], shape[1], dtype=dtype)


@register
@dataclass(frozen=True)
class RandomNormal(Configured):
    """Normal with this mean and standard deviation."""

    mean: float = 0.0
    stddev: float = 0.05

    def __call__(self, key: Array, shape: Sequence[int], dtype: Any = jnp.float32) -> Array:
        """Draws the array."""
        return self.mean + self.stddev * jax.random.normal(key, shape, dtype)


@register
@dataclass(frozen=True)
class TruncatedNormal(Configured):
    """Normal, drawn anew where it is more than two `stddev` from the mean."""

    mean: float = 0.0
    stddev: float = 0.05

    def __call__(self, key: Array, shape: Sequence[int], dtype: Any = jnp.float32) -> Array:
        """Draws the array."""
        return self.mean + self.stddev * jax.random.truncated_normal(key, -2, 2, shape, dtype)


@register
@dataclass(frozen=True)
class RandomUniform(Configured):
    """Uniform in ``[minval, maxval)``."""

    minval: float = -0.05
    maxval: float = 0.05

    def __call__(self, key: Array, shape: Sequence[int], dtype: Any = jnp.float32) -> Array:
        """Draws the array."""
        return jax.random.uniform(key, shape, dtype, self.minval, self.maxval)


@register
@dataclass(frozen=True)
class Orthogonal(Configured):
    """`gain` times a matrix with orthonormal columns, or rows where those are fewer.

    References:
        Saxe et al. 2014, arXiv:1312.6120.
    """

    gain: float = 1.0

    def __call__(self, key: Array, shape: Sequence[int], dtype: Any = jnp.float32) -> Array:
        """Draws the array; more than two axes are taken as ``(product of all but the last, last)``.

        Raises:
            ValueError: If `shape` has fewer than two axes.
        """
        if len(shape) < 2:
            raise ValueError(
                f"shape must have at least two axes for Orthogonal; got {tuple(shape)}. Use 'random_normal'."
            )
        return jax.nn.initializers.orthogonal(self.gain)(key, tuple(shape), dtype)


@register
@dataclass(frozen=True)
class VarianceScaling(Configured):
    """Variance `scale` / n, where n is the number of inputs, of outputs, or their mean.

    Attributes:
        scale: Greater than 0.
        mode: ``"fan_in"``, ``"fan_out"`` or ``"fan_avg"``.
        distribution: ``"truncated_normal"``, ``"untruncated_normal"`` or ``"uniform"``.
    """

    scale: float = 1.0
    mode: str = "fan_in"
    distribution: str = "truncated_normal"

    def __post_init__(self) -> None:
        """Refuses a scale or a name that does not exist.

        Raises:
            ValueError: If one of the three is none of the values above.
        """
        if not self.scale > 0:
            raise ValueError(f"scale must be greater than 0; got {self.scale!r}. Pass for example 1.0.")
        for name, allowed in (("mode", _MODES), ("distribution", _DISTRIBUTIONS)):
            value = getattr(self, name)
            if value not in allowed:
                raise ValueError(f"{name} must be one of {', '.join(allowed)}; got {value!r}. Pass {allowed[0]!r}.")

    def __call__(self, key: Array, shape: Sequence[int], dtype: Any = jnp.float32) -> Array:
        """Draws the array. ``(…, inputs, outputs)``: the axes in front multiply both numbers."""
        fan_in, fan_out = fans(shape)
        number = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}[self.mode]
        variance = self.scale / max(1.0, number)
        if self.distribution == "uniform":
            limit = math.sqrt(3 * variance)
            return jax.random.uniform(key, shape, dtype, -limit, limit)
        if self.distribution == "untruncated_normal":
            return math.sqrt(variance) * jax.random.normal(key, shape, dtype)
        stddev = math.sqrt(variance) / _TRUNCATED_STDDEV
        return stddev * jax.random.truncated_normal(key, -2, 2, shape, dtype)


def fans(shape: Sequence[int]) -> tuple[int, int]:
    """Numbers of inputs and of outputs of one unit, for weights ``(…, inputs, outputs)``.

    >>> fans((3, 3, 16, 32))
    (144, 288)
    """
    if len(shape) < 2:
        size = math.prod(shape)
        return size, size
    field = math.prod(shape[:-2])
    return field * shape[-2], field * shape[-1]


_TABLE: dict[str, InitializerFn] = {
    "constant": Constant(),
    "glorot_normal": VarianceScaling(1.0, "fan_avg", "truncated_normal"),
    "glorot_uniform": VarianceScaling(1.0, "fan_avg", "uniform"),
    "he_normal": VarianceScaling(2.0, "fan_in", "truncated_normal"),
    "he_uniform": VarianceScaling(2.0, "fan_in", "uniform"),
    "identity": Identity(),
    "lecun_normal": VarianceScaling(1.0, "fan_in", "truncated_normal"),
    "lecun_uniform": VarianceScaling(1.0, "fan_in", "uniform"),
    "ones": Ones(),
    "orthogonal": Orthogonal(),
    "random_normal": RandomNormal(),
    "random_uniform": RandomUniform(),
    "truncated_normal": TruncatedNormal(),
    "variance_scaling": VarianceScaling(),
    "zeros": Zeros(),
}
NAMES: tuple[str, ...] = tuple(_TABLE)


def get(initializer: Initializer) -> InitializerFn:
    """Returns the ``(key, shape, dtype) -> array`` function for a name; a function is returned as it is.

    Raises:
        ValueError: If no initialiser has this name.
        TypeError: If it is neither a name nor callable.
    """
    return find_named("initializer", initializer, _TABLE, "zeros")
