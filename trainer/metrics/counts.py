"""Precision, recall and F1: from how often each class was predicted, was the label, and was both."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

import jax
import jax.numpy as jnp
import numpy as np

from trainer.metrics.base import row_weights, weigh
from trainer.protocols import Array

Average = Literal["binary", "macro", "micro", "weighted"]
Measure = Literal["precision", "recall", "f1"]


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class ClassCounts:
    """Counts by class, and one of the measures made from them.

    Attributes:
        true_positives: Weight of the rows where the class was predicted and is the label, ``(classes,)``.
        predicted: Weight of the rows where it was predicted, ``(classes,)``.
        actual: Weight of the rows where it is the label, ``(classes,)``.
        measure: What to compute.
        average: Over the classes that occur (``macro``), these by their weight (``weighted``), or of all counts at once
            (``micro``). ``binary``: of the only one.
    """

    true_positives: Any
    predicted: Any
    actual: Any
    measure: Measure = field(metadata={"static": True})
    average: Average = field(metadata={"static": True})

    def compute(self) -> float:
        """Returns the measure; 0 where nothing was predicted, or nothing is there to be found."""
        counts = [np.asarray(leaf, np.float64) for leaf in (self.true_positives, self.predicted, self.actual)]
        return average_of(self.measure, self.average, *counts)


def average_of(
    measure: Measure, average: Average, true_positives: np.ndarray, predicted: np.ndarray, actual: np.ndarray
) -> float:
    """A measure of counts by class, averaged; see `ClassCounts`."""
    if average in ("binary", "micro"):
        return float(_measure(measure, true_positives.sum(), predicted.sum(), actual.sum()))
    values = _measure(measure, true_positives, predicted, actual)
    weights = actual if average == "weighted" else (predicted + actual > 0).astype(np.float64)
    return float((values * weights).sum() / weights.sum()) if weights.sum() > 0 else 0.0


def precision(
    labels: Array,
    predictions: Array,
    weights: Array | None = None,
    *,
    num_classes: int | None = None,
    average: Average = "binary",
) -> ClassCounts:
    """Share of what was predicted that is right.

    Args:
        labels: ``(batch,)`` or ``(batch, classes)`` of 0 and 1; with `num_classes` class ids, ``(batch,)``.
        predictions: The same.
        weights: Weight of each row, ``(batch,)``.
        num_classes: Number of classes; None if `labels` are 0 and 1.
        average: See `ClassCounts`.
    """
    return ClassCounts(*_count(labels, predictions, weights, num_classes), "precision", average)


def recall(
    labels: Array,
    predictions: Array,
    weights: Array | None = None,
    *,
    num_classes: int | None = None,
    average: Average = "binary",
) -> ClassCounts:
    """Share of what there is to find that was found. Arguments as for `precision`."""
    return ClassCounts(*_count(labels, predictions, weights, num_classes), "recall", average)


def f1(
    labels: Array,
    predictions: Array,
    weights: Array | None = None,
    *,
    num_classes: int | None = None,
    average: Average = "binary",
) -> ClassCounts:
    """Harmonic mean of precision and recall. Arguments as for `precision`."""
    return ClassCounts(*_count(labels, predictions, weights, num_classes), "f1", average)


def _count(
    labels: Array, predictions: Array, weights: Array | None, num_classes: int | None
) -> tuple[Array, Array, Array]:
    weights = row_weights(labels, weights)
    if num_classes is not None:
        return count_classes(labels, predictions, weights, num_classes)
    truth, found = (jnp.reshape(array != 0, (array.shape[0], -1)) for array in (labels, predictions))
    both, predicted, actual = (
        jnp.sum(weigh(array.astype(jnp.float32), weights), axis=0) for array in (truth & found, found, truth)
    )
    return both, predicted, actual


def count_classes(labels: Array, predictions: Array, weights: Array, num_classes: int) -> tuple[Array, Array, Array]:
    """Weights of the rows by class where it was right, was predicted, and is the label; each ``(num_classes,)``."""
    zeros = jnp.zeros(num_classes, jnp.float32)
    return (
        zeros.at[labels].add(jnp.where(labels == predictions, weights, 0.0)),
        zeros.at[predictions].add(weights),
        zeros.at[labels].add(weights),
    )


def _measure(measure: Measure, true_positives: Any, predicted: Any, actual: Any) -> Any:
    if measure == "precision":
        return _divide(true_positives, predicted)
    if measure == "recall":
        return _divide(true_positives, actual)
    return _divide(2 * true_positives, predicted + actual)


def _divide(part: Any, whole: Any) -> Any:
    return np.where(whole > 0, part / np.where(whole > 0, whole, 1), 0.0)
