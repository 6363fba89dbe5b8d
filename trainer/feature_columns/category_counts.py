"""Categories of a row as counts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp

from trainer.layers.base import Layer
from trainer.protocols import Array


@dataclass(frozen=True)
class CategoryCounts(Layer):
    """How often each category occurs in a row, or the sum of its weights.

    >>> CategoryCounts(3).apply({}, {}, (jnp.array([[0, 2, 2], [1, -1, -1]]),))[0].tolist()
    [[1.0, 0.0, 2.0], [0.0, 1.0, 0.0]]

    Attributes:
        num_categories: Number of categories.
    """

    num_categories: int

    def call(self, inputs: Any) -> Array:
        """Maps ``(ids,)`` or ``(ids, weights)``, ``(batch, k)`` each, to ``(batch, num_categories)``."""
        ids, *weights = inputs
        dtype = self.policy.compute_dtype
        counts = jax.nn.one_hot(ids, self.num_categories, dtype=dtype)  # (batch, k, num_categories); zeros for -1
        if weights:
            counts = counts * weights[0][..., None].astype(dtype)
        return jnp.sum(counts, axis=1)
