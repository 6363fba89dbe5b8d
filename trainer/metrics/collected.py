"""Metrics that need all rows at once: what they keep of each, collected over batches instead of summed."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any, Self

import jax
import numpy as np


@dataclass(frozen=True)
class Collected:
    """Base of these metrics. Rows of weight 0 do not count, so zeros are the metric of no rows, as for all others.

    Attributes:
        labels: ``(…, batch, …)``; the axes in front stand for batches.
        scores: Of that shape.
        weights: ``(…, batch)``.
    """

    labels: Any
    scores: Any
    weights: Any

    def merge(self, other: Self) -> Self:
        """Both one after the other, on the host."""
        parts = {name: np.concatenate(both) for name, *both in zip(_NAMES, self._flat(), other._flat(), strict=True)}
        return dataclasses.replace(self, **parts)

    def rows(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Labels, scores and weights of the rows with weight, ``(n, …)`` float64."""
        labels, scores, weights = self._flat()
        is_row = weights > 0
        return labels[is_row].astype(float), scores[is_row].astype(float), weights[is_row].astype(float)

    def _flat(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The arrays with one axis of rows."""
        front = np.ndim(self.weights)
        labels, scores, weights = (np.asarray(getattr(self, name)) for name in _NAMES)
        return tuple(array.reshape(-1, *array.shape[front:]) for array in (labels, scores, weights))  # type: ignore[return-value]


_NAMES = ("labels", "scores", "weights")


def is_metric(node: Any) -> bool:
    """Whether a node of a pytree is a metric."""
    return hasattr(node, "compute")


def empty(shapes: Any, num_batches: int) -> Any:
    """Metrics of no rows, with room for what is collected of so many batches.

    Args:
        shapes: Metrics of a batch, as ``ShapeDtypeStruct``.
        num_batches: How many.
    """

    def make(metric: Any) -> Any:
        front = (num_batches,) if isinstance(metric, Collected) else ()
        return jax.tree.map(lambda leaf: jax.numpy.zeros((*front, *leaf.shape), leaf.dtype), metric)

    return jax.tree.map(make, shapes, is_leaf=is_metric)


def add_batch(sums: Any, batch: Any, row: Any) -> Any:
    """Merges the metrics of one batch into those of the batches before, inside a compiled program.

    Args:
        sums: As made by `empty`.
        batch: Those of the batch.
        row: Its number.
    """

    def add(one: Any, other: Any) -> Any:
        if isinstance(one, Collected):
            return jax.tree.map(lambda buffer, leaf: buffer.at[row].set(leaf), one, other)
        return _merge(one, other)

    return jax.tree.map(add, sums, batch, is_leaf=is_metric)


def merge(one: Any, other: Any) -> Any:
    """The metrics of the rows of both, on the host."""
    return jax.tree.map(_merge, one, other, is_leaf=is_metric)


def _merge(one: Any, other: Any) -> Any:
    if hasattr(one, "merge"):
        return one.merge(other)
    return jax.tree.map(lambda left, right: left + right, one, other)
