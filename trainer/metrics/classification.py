"""Metrics of class predictions."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from trainer.metrics.base import Mean, mean
from trainer.protocols import Array


def accuracy(labels: Array, predictions: Array, weights: Array | None = None) -> Mean:
    """Share of rows whose prediction is the label.

    Args:
        labels: Class ids, ``(batch,)``; or ``(batch, classes)``, where all of a row must be right.
        predictions: Class ids of that shape.
        weights: Weight of each row, ``(batch,)``.
    """
    is_right = labels == predictions
    return mean(jnp.all(jnp.reshape(is_right, (is_right.shape[0], -1)), axis=1), weights)


def top_k_accuracy(labels: Array, scores: Array, weights: Array | None = None, *, k: int = 5) -> Mean:
    """Share of rows whose label is among the `k` classes of the highest scores; of equal ones the first count.

    Args:
        labels: Class ids, ``(batch,)``.
        scores: Logits or probabilities, ``(batch, classes)``.
        weights: Weight of each row, ``(batch,)``.
        k: How many.
    """
    _, best = jax.lax.top_k(scores, min(k, scores.shape[1]))
    return mean(jnp.any(best == labels[:, None], axis=1), weights)
