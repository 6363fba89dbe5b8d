"""What a metric is: sums that add up over batches, and a value computed from them at the end.

A metric is a pytree, so it passes through compiled programs. Zeros in all leaves are the metric of no rows. Adding two
leaf by leaf merges their batches, unless the metric has a `merge` of its own; so the value is exact whatever the batch
size. `compute` runs on the host and returns a number, a `Figure`, or a dict of these.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import jax
import jax.numpy as jnp

from trainer.protocols import Array
from trainer.protocols import Metric as Metric


@runtime_checkable
class Figure(Protocol):
    """A result that is drawn instead of being a number."""

    def write(self, writer: Any, tag: str, step: int) -> None:
        """Writes it to a `SummaryWriter`."""


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Mean:
    """Weighted mean.

    Attributes:
        total: Sum of weight times value.
        weight: Sum of the weights.
    """

    total: Any
    weight: Any

    def compute(self) -> Any:
        """Returns total ÷ weight; NaN without any weight."""
        return self.total / self.weight


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class RootMean:
    """Square root of a weighted mean.

    Attributes:
        total: Sum of weight times value.
        weight: Sum of the weights.
    """

    total: Any
    weight: Any

    def compute(self) -> Any:
        """Returns the square root of total ÷ weight."""
        return (self.total / self.weight) ** 0.5


def mean(values: Array, weights: Array | None = None) -> Mean:
    """Mean of `values` over all axes.

    Args:
        values: ``(batch, …)``.
        weights: Weight of each row, ``(batch,)``; None counts all rows once.
    """
    rows = jnp.mean(jnp.reshape(values, (values.shape[0], -1)), axis=1, dtype=jnp.float32)
    if weights is None:
        return Mean(jnp.sum(rows), jnp.asarray(float(rows.shape[0])))
    return Mean(jnp.sum(weigh(rows, weights)), jnp.sum(weights))


def weigh(values: Array, weights: Array) -> Array:
    """Values times the weights of their rows; a row without weight gives 0 even if its value is NaN, as padding may be.

    Args:
        values: ``(batch, …)``.
        weights: ``(batch,)``.
    """
    of_rows = jnp.reshape(weights, (-1, *(1,) * (values.ndim - 1)))
    return jnp.where(of_rows > 0, values * of_rows, 0.0)


def row_weights(labels: Array, weights: Array | None) -> Array:
    """The weights, or 1 for each row, ``(batch,)`` float32."""
    return jnp.ones(labels.shape[0], jnp.float32) if weights is None else jnp.asarray(weights, jnp.float32)
