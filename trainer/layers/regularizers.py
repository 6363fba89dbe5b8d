"""Penalties on weights and outputs: ``array -> scalar``, with Keras 3's names, defaults and formulas.

A hyperparameter ``kernel_regularizer`` takes one by name (``"l2"``), as an object (``regularizers.L2(1e-4)``), or as
any function of that form; `trainer.layers.penalty` adds them up over a network.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import jax.numpy as jnp

from trainer.layers.configs import Configured, register
from trainer.layers.named import find_named
from trainer.protocols import Array

RegularizerFn: TypeAlias = Callable[[Array], Array]
Regularizer: TypeAlias = str | RegularizerFn | None


@register
@dataclass(frozen=True)
class L1(Configured):
    """``l1 · Σ|w|``."""

    l1: float = 0.01

    def __call__(self, weights: Array) -> Array:
        """Returns the penalty, a scalar."""
        return self.l1 * jnp.sum(jnp.abs(weights))


@register
@dataclass(frozen=True)
class L2(Configured):
    """``l2 · Σw²``."""

    l2: float = 0.01

    def __call__(self, weights: Array) -> Array:
        """Returns the penalty, a scalar."""
        return self.l2 * jnp.sum(jnp.square(weights))


@register
@dataclass(frozen=True)
class L1L2(Configured):
    """``l1 · Σ|w| + l2 · Σw²``."""

    l1: float = 0.0
    l2: float = 0.0

    def __call__(self, weights: Array) -> Array:
        """Returns the penalty, a scalar."""
        return self.l1 * jnp.sum(jnp.abs(weights)) + self.l2 * jnp.sum(jnp.square(weights))


@register
@dataclass(frozen=True)
class OrthogonalRegularizer(Configured):
    """`factor` times the mean of ``|cos|`` of the angles between the rows, or columns, of a matrix.

    Attributes:
        factor: Strength.
        mode: ``"rows"`` or ``"columns"``.
    """

    factor: float = 0.01
    mode: str = "rows"

    def __post_init__(self) -> None:
        """Refuses another mode.

        Raises:
            ValueError: If `mode` is neither ``"rows"`` nor ``"columns"``.
        """
        if self.mode not in ("rows", "columns"):
            raise ValueError(f"mode must be one of rows, columns; got {self.mode!r}. Pass 'rows'.")

    def __call__(self, weights: Array) -> Array:
        """Returns the penalty of a matrix, a scalar.

        Raises:
            ValueError: If `weights` is not a matrix.
        """
        if weights.ndim != 2:
            raise ValueError(
                f"weights must be a matrix for OrthogonalRegularizer; got shape {weights.shape}. Use 'l2' there."
            )
        rows = weights if self.mode == "rows" else weights.T
        # The square root of 0 has no gradient; Keras' lower limit.
        units = rows / jnp.sqrt(jnp.maximum(jnp.sum(rows**2, axis=1, keepdims=True), 1e-12))
        between = (units @ units.T) * (1 - jnp.eye(len(units), dtype=weights.dtype))
        num_pairs = len(units) * (len(units) - 1) / 2
        return self.factor * 0.5 * jnp.sum(jnp.abs(between)) / num_pairs


_TABLE: dict[str, RegularizerFn] = {
    "l1": L1(),
    "l1_l2": L1L2(0.01, 0.01),
    "l2": L2(),
    "orthogonal": OrthogonalRegularizer(),
}
NAMES: tuple[str, ...] = tuple(_TABLE)


def get(regularizer: Regularizer) -> RegularizerFn | None:
    """Returns the ``array -> scalar`` function for a name; a function, or None, is returned as it is.

    Raises:
        ValueError: If no regulariser has this name.
        TypeError: If it is neither a name nor callable.
    """
    return None if regularizer is None else find_named("regularizer", regularizer, _TABLE, "l2")
