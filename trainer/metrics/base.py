"""What a metric is: sums that add up over batches, and a value computed from them at the end.

A metric is a pytree, so it passes through compiled programs; adding two leaf by leaf merges their batches, which makes
the value exact whatever the batch size.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp

from trainer.protocols import Array
from trainer.protocols import Metric as Metric


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
    # A padding row has weight 0; its value may be NaN, which a product would keep.
    return Mean(jnp.sum(jnp.where(weights > 0, rows * weights, 0.0)), jnp.sum(weights))
