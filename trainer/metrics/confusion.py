"""The confusion matrix, and what follows from it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from trainer.metrics.base import row_weights
from trainer.metrics.counts import average_of, count_classes
from trainer.protocols import Array

MAX_MATRIX_CLASSES = 100  # a larger one is not readable, and costs more than the network


@dataclass(frozen=True)
class MatrixFigure:
    """A confusion matrix to look at.

    Attributes:
        counts: Row: the label, column: the prediction. ``(k, k)`` float64.
        class_names: Length k.
    """

    counts: np.ndarray
    class_names: tuple[str, ...]

    def write(self, writer: Any, tag: str, step: int) -> None:
        """See `trainer.metrics.Figure`."""
        writer.add_confusion_matrix_raw(tag, self.counts, class_names=list(self.class_names), global_step=step)


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class ConfusionMatrix:
    """How often each class was taken for each.

    Attributes:
        counts: Row: the label, column: the prediction. ``(k, k)``.
        class_names: Length k.
    """

    counts: Any
    class_names: tuple[str, ...] = field(metadata={"static": True})

    def compute(self) -> Any:
        """Returns the matrix as a figure."""
        return MatrixFigure(np.asarray(self.counts, np.float64), self.class_names)


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class MatrixReport:
    """All that a confusion matrix tells.

    Attributes:
        matrix: The matrix.
    """

    matrix: ConfusionMatrix

    def compute(self) -> dict[str, Any]:
        """Returns ``precision``, ``recall`` and ``f1``, of the second of two classes or averaged, and the matrix."""
        figure = self.matrix.compute()
        counts = np.diagonal(figure.counts), figure.counts.sum(axis=0), figure.counts.sum(axis=1)
        return {**_measures(*counts), "confusion_matrix": figure}


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class CountsReport:
    """What counts by class tell, where a matrix would be too large.

    Attributes:
        true_positives: As in `trainer.metrics.counts.ClassCounts`, ``(classes,)``.
        predicted: Likewise.
        actual: Likewise.
    """

    true_positives: Any
    predicted: Any
    actual: Any

    def compute(self) -> dict[str, Any]:
        """Returns ``precision``, ``recall`` and ``f1``, averaged over the classes that occur."""
        return _measures(*(np.asarray(leaf, np.float64) for leaf in (self.true_positives, self.predicted, self.actual)))


def confusion_matrix(
    labels: Array, predictions: Array, weights: Array | None = None, *, class_names: tuple[str, ...]
) -> ConfusionMatrix:
    """Counts pairs of a label and a prediction.

    Args:
        labels: Class ids, ``(batch,)``.
        predictions: Class ids, ``(batch,)``.
        weights: Weight of each row, ``(batch,)``.
        class_names: The names of all classes.
    """
    size = len(class_names)
    counts = jnp.zeros((size, size), jnp.float32).at[labels, predictions].add(row_weights(labels, weights))
    return ConfusionMatrix(counts, tuple(class_names))


def class_report(
    labels: Array, predictions: Array, weights: Array | None = None, *, class_names: tuple[str, ...]
) -> MatrixReport | CountsReport:
    """Precision, recall, F1 and the confusion matrix, which is left out above 100 classes. Arguments as above."""
    if len(class_names) <= MAX_MATRIX_CLASSES:
        return MatrixReport(confusion_matrix(labels, predictions, weights, class_names=class_names))
    return CountsReport(*count_classes(labels, predictions, row_weights(labels, weights), len(class_names)))


def _measures(true_positives: np.ndarray, predicted: np.ndarray, actual: np.ndarray) -> dict[str, float]:
    counts = true_positives, predicted, actual
    if len(actual) == 2:
        return {
            name: average_of(name, "binary", *(part[1:] for part in counts)) for name in ("precision", "recall", "f1")
        }
    return {name: average_of(name, "macro", *counts) for name in ("precision", "recall", "f1")}
