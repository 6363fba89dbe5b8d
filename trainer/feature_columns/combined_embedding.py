"""One vector for all categories of a row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jax.numpy as jnp

from trainer.layers.base import Layer
from trainer.layers.constraints import Constraint
from trainer.layers.initializers import Initializer
from trainer.layers.regularizers import Regularizer
from trainer.protocols import Array

COMBINERS = ("mean", "sqrtn", "sum")


@dataclass(frozen=True)
class CombinedEmbedding(Layer):
    """The rows of a table for the categories of a row, combined; zeros for a row without any.

    Attributes:
        num_categories: Number of categories.
        dimension: Size of a vector.
        combiner: ``sum``, ``mean`` (the sum over the sum of the weights) or ``sqrtn`` (the sum over the root of the
            sum of the squared weights).
        max_norm: Largest length of a row of the table; longer ones are shortened before they are combined.
        embeddings_initializer: Name or function for ``embeddings`` ``(num_categories, dimension)``.
        embeddings_regularizer: Penalty on the table.
        embeddings_constraint: Projection of the table after each update.
    """

    num_categories: int
    dimension: int
    combiner: str = "mean"
    max_norm: float | None = None
    embeddings_initializer: Initializer = "random_uniform"
    embeddings_regularizer: Regularizer = None
    embeddings_constraint: Constraint = None

    def call(self, inputs: Any) -> Array:
        """Maps ``(ids,)`` or ``(ids, weights)``, ``(batch, k)`` each, to ``(batch, dimension)``."""
        ids, *given = inputs
        table = self.weight("embeddings", (self.num_categories, self.dimension))
        vectors = self._shorten(jnp.take(table, jnp.maximum(ids, 0), axis=0))  # (batch, k, dimension)
        weights = jnp.where(ids >= 0, given[0] if given else 1.0, 0.0).astype(vectors.dtype)
        if given and self.combiner != "sum":
            weights = jnp.maximum(weights, 0)  # a mean over weights below 0 is none
        total = jnp.sum(vectors * weights[..., None], axis=1)
        if self.combiner == "sum":
            return total
        share = (
            jnp.sum(weights, axis=1) if self.combiner == "mean" else jnp.sqrt(_positive(jnp.sum(weights**2, axis=1)))
        )
        return total / _positive(share)[:, None]

    def _shorten(self, vectors: Array) -> Array:
        if self.max_norm is None:
            return vectors
        squares = jnp.sum(vectors**2, axis=-1, keepdims=True)
        return vectors * (self.max_norm / jnp.maximum(jnp.sqrt(_positive(squares)), self.max_norm))


def _positive(value: Array) -> Array:
    """The value, 1 where it is 0: for roots and quotients whose result is not used there, nor their gradient."""
    return jnp.where(value > 0, value, 1)
