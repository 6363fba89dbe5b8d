"""Metrics of class predictions."""

from __future__ import annotations

from trainer.metrics.base import Mean, mean
from trainer.protocols import Array


def accuracy(labels: Array, predictions: Array, weights: Array | None = None) -> Mean:
    """Share of rows whose prediction is the label.

    Args:
        labels: Class ids, ``(batch,)``.
        predictions: Class ids, ``(batch,)``.
        weights: Weight of each row, ``(batch,)``.
    """
    return mean(labels == predictions, weights)
