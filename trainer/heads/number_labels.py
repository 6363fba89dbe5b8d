"""From the user's labels to numbers, for the heads that predict numbers."""

from __future__ import annotations

from typing import Any

import numpy as np

from trainer import metrics
from trainer.metrics import Metric
from trainer.protocols import Array


def encode_numbers(labels: Any, dimension: int, *, least: float = -np.inf, most: float = np.inf) -> np.ndarray:
    """Returns ``(n, dimension)`` float32.

    Args:
        labels: ``(n, dimension)``, or ``(n,)`` for 1.
        dimension: How many numbers a row has.
        least: Smallest allowed number.
        most: Largest allowed number.

    Raises:
        ValueError: If they are not finite numbers of that shape and range.
    """
    array = np.asarray(labels)
    if array.dtype.kind == "O":
        array = _as_numbers(array)
    if array.dtype.kind not in "fiub":
        raise ValueError(f"labels must be numbers; got {array.dtype} values. Pass floats, or use a classifier.")
    if array.ndim == 1 and dimension == 1:
        array = array[:, None]
    if array.ndim != 2 or array.shape[1] != dimension:
        expected = "(n,)" if dimension == 1 else f"(n, {dimension})"
        raise ValueError(
            f"labels must have the shape {expected}; got {array.shape}. "
            "Pass label_dimension= for several numbers a row."
        )
    _refuse_rows(array, ~np.isfinite(array), "finite", "Drop or fill such rows.")
    if least > -np.inf or most < np.inf:
        rule = f"at least {least:g}" if most == np.inf else f"in [{least:g}, {most:g}]"
        _refuse_rows(array, (array < least) | (array > most), rule, "Correct them, or use a RegressionHead.")
    return array.astype(np.float32)


def number_metrics(labels: Array, predictions: Array, losses: Array, weights: Array) -> dict[str, Metric]:
    """``loss``, ``mae``, ``rmse`` and ``r2`` of predicted numbers.

    Args:
        labels: ``(batch, dimension)``.
        predictions: ``(batch, dimension)``.
        losses: Of each row, ``(batch,)``.
        weights: Of each row, ``(batch,)``.
    """
    return {
        "loss": metrics.mean(losses, weights),
        "mae": metrics.mean_absolute_error(labels, predictions, weights),
        "rmse": metrics.root_mean_squared_error(labels, predictions, weights),
        "r2": metrics.r2(labels, predictions, weights),
    }


def r2_score(labels: Any, predicted: Any, weights: np.ndarray | None) -> float:
    """R², averaged over the dimensions, on the host in float64; 0 where the labels are constant.

    References:
        scikit-learn, ``r2_score``.
    """
    truth = np.asarray(labels, dtype=np.float64).reshape(len(predicted), -1)
    errors = truth - np.asarray(predicted, dtype=np.float64).reshape(len(predicted), -1)
    spread = truth - np.average(truth, axis=0, weights=weights)
    residual = np.average(errors**2, axis=0, weights=weights)
    total = np.average(spread**2, axis=0, weights=weights)
    return float(metrics.r2_of(residual, total).mean())


def _refuse_rows(array: np.ndarray, is_wrong: np.ndarray, rule: str, advice: str) -> None:
    if is_wrong.any():
        row = int(np.flatnonzero(is_wrong.any(axis=1))[0])
        raise ValueError(f"labels must be {rule}; got {array[row].tolist()} in row {row}. {advice}")


def _as_numbers(array: np.ndarray) -> np.ndarray:
    """Objects that are all numbers as floats; others as they are."""
    try:
        return array.astype(np.float64)
    except (TypeError, ValueError):
        return array
