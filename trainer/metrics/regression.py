"""Metrics of predicted numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from trainer.metrics.base import Mean, RootMean, mean, row_weights, weigh
from trainer.protocols import Array


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class RSquared:
    """Share of the labels' variance that predictions explain.

    The spread of two batches is merged around their common mean, so labels far from 0 lose nothing in float32.

    Attributes:
        weight: Sum of the weights.
        center: Mean of the labels, ``(d,)``.
        spread: Weighted sum of squares of label minus mean, ``(d,)``.
        residual: Weighted sum of squares of label minus prediction, ``(d,)``.

    References:
        Chan, Golub & LeVeque 1983, Algorithms for computing the sample variance.
    """

    weight: Any
    center: Any
    spread: Any
    residual: Any

    def merge(self, other: RSquared) -> RSquared:
        """That of the rows of both."""
        weight = self.weight + other.weight
        share = other.weight / jnp.where(weight > 0, weight, 1.0)
        distance = other.center - self.center
        spread = self.spread + other.spread + distance**2 * self.weight * share
        return RSquared(weight, self.center + distance * share, spread, self.residual + other.residual)

    def compute(self) -> Any:
        """Returns R², averaged over the dimensions; NaN without any weight."""
        if self.weight == 0:
            return float("nan")
        return r2_of(np.asarray(self.residual), np.asarray(self.spread)).mean()


def r2_of(residual: np.ndarray, spread: np.ndarray) -> np.ndarray:
    """One minus residual ÷ spread; of constant labels 1 where nothing is wrong, else 0, as scikit-learn has it."""
    is_constant = spread == 0
    scores = 1 - residual / np.where(is_constant, 1, spread)
    return np.where(is_constant, np.where(residual == 0, 1.0, 0.0), scores)


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


def r2(labels: Array, predictions: Array, weights: Array | None = None) -> RSquared:
    """R², the coefficient of determination, averaged over the dimensions.

    Args:
        labels: ``(batch,)`` or ``(batch, d)``.
        predictions: The same shape.
        weights: Weight of each row, ``(batch,)``.
    """
    weights = row_weights(labels, weights)
    truth = jnp.reshape(jnp.asarray(labels, jnp.float32), (labels.shape[0], -1))
    errors = truth - jnp.reshape(predictions, truth.shape)
    weight = jnp.sum(weights)
    center = jnp.sum(weigh(truth, weights), axis=0) / jnp.where(weight > 0, weight, 1.0)
    return RSquared(
        weight,
        center,
        jnp.sum(weigh((truth - center) ** 2, weights), axis=0),
        jnp.sum(weigh(errors**2, weights), axis=0),
    )
