"""Projections of weights after each update: ``array -> array``, with Keras 3's names, defaults and formulas.

A hyperparameter ``kernel_constraint`` takes one by name (``"non_neg"``), as an object (``constraints.MaxNorm(2.0)``),
or as any function of that form; `trainer.layers.constrain` applies them to a network's params.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import jax.numpy as jnp

from trainer.layers.configs import Configured, register
from trainer.layers.named import find_named
from trainer.protocols import Array

ConstraintFn: TypeAlias = Callable[[Array], Array]
Constraint: TypeAlias = str | ConstraintFn | None
Axis: TypeAlias = int | tuple[int, ...]

# Keras' epsilon: keeps a norm of 0 from dividing.
_EPSILON = 1e-7


def _norms(weights: Array, axis: Axis) -> Array:
    axes = tuple(axis) if isinstance(axis, tuple | list) else axis
    return jnp.sqrt(jnp.sum(jnp.square(weights), axis=axes, keepdims=True))


@register
@dataclass(frozen=True)
class NonNeg(Configured):
    """No weight below 0."""

    def __call__(self, weights: Array) -> Array:
        """Returns the projected weights, same shape."""
        return jnp.maximum(weights, 0)


@register
@dataclass(frozen=True)
class MaxNorm(Configured):
    """Norms along `axis` of at most `max_value`."""

    max_value: float = 2.0
    axis: Axis = 0

    def __call__(self, weights: Array) -> Array:
        """Returns the projected weights, same shape."""
        norms = _norms(weights, self.axis)
        return weights * (jnp.clip(norms, 0, self.max_value) / (_EPSILON + norms))


@register
@dataclass(frozen=True)
class UnitNorm(Configured):
    """Norms along `axis` of 1."""

    axis: Axis = 0

    def __call__(self, weights: Array) -> Array:
        """Returns the projected weights, same shape."""
        return weights / (_EPSILON + _norms(weights, self.axis))


@register
@dataclass(frozen=True)
class MinMaxNorm(Configured):
    """Norms along `axis` drawn towards ``[min_value, max_value]``, by the share `rate` of the way."""

    min_value: float = 0.0
    max_value: float = 1.0
    rate: float = 1.0
    axis: Axis = 0

    def __call__(self, weights: Array) -> Array:
        """Returns the projected weights, same shape."""
        norms = _norms(weights, self.axis)
        desired = self.rate * jnp.clip(norms, self.min_value, self.max_value) + (1 - self.rate) * norms
        return weights * (desired / (_EPSILON + norms))


_TABLE: dict[str, ConstraintFn] = {
    "max_norm": MaxNorm(),
    "min_max_norm": MinMaxNorm(),
    "non_neg": NonNeg(),
    "unit_norm": UnitNorm(),
}
NAMES: tuple[str, ...] = tuple(_TABLE)


def get(constraint: Constraint) -> ConstraintFn | None:
    """Returns the ``array -> array`` function for a name; a function, or None, is returned as it is.

    Raises:
        ValueError: If no constraint has this name.
        TypeError: If it is neither a name nor callable.
    """
    return None if constraint is None else find_named("constraint", constraint, _TABLE, "non_neg")
