"""Metrics of predicted numbers."""

from __future__ import annotations

import jax.numpy as jnp

from trainer.metrics.base import Mean, RootMean, mean
from trainer.protocols import Array


def mean_absolute_error(labels: Array, predictions: Array, weights: Array | None = None) -> Mean:
    """Mean of ``|label - prediction|``.

    Args:
        labels: ``(batch, …)``.
        predictions: ``(batch, …)``.
        weights: Weight of each row, ``(batch,)``.
    """
    return mean(jnp.abs(labels - predictions), weights)


def root_mean_squared_error(labels: Array, predictions: Array, weights: Array | None = None) -> RootMean:
    """Square root of the mean of ``(label - prediction)²``.

    Args:
        labels: ``(batch, …)``.
        predictions: ``(batch, …)``.
        weights: Weight of each row, ``(batch,)``.
    """
    squared = mean((labels - predictions) ** 2, weights)
    return RootMean(squared.total, squared.weight)
