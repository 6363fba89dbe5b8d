"""Numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jax.numpy as jnp
import numpy as np

from trainer import metrics
from trainer.counts import check_count
from trainer.heads.base import check_logits
from trainer.metrics import Metric
from trainer.protocols import Array


@dataclass(frozen=True)
class RegressionHead:
    """Mean squared error.

    Attributes:
        label_dimension: How many numbers are predicted for each row.
    """

    label_dimension: int = 1

    def __post_init__(self) -> None:
        """Checks the field.

        Raises:
            ValueError: If `label_dimension` is not a positive integer.
        """
        object.__setattr__(self, "label_dimension", check_count("label_dimension", self.label_dimension))

    @property
    def logits_dimension(self) -> int:
        """One number for each dimension of the labels."""
        return self.label_dimension

    @property
    def classes(self) -> None:
        """None: the labels are numbers."""
        return

    def encode_labels(self, labels: Any) -> np.ndarray:
        """Returns ``(n, label_dimension)`` float32.

        Raises:
            ValueError: If `labels` are not finite numbers of that shape.
        """
        array = np.asarray(labels)
        if array.dtype.kind not in "fiub":
            raise ValueError(f"labels must be numbers; got {array.dtype} values. Pass floats, or use a classifier.")
        if array.ndim == 1 and self.label_dimension == 1:
            array = array[:, None]
        if array.ndim != 2 or array.shape[1] != self.label_dimension:
            expected = "(n,)" if self.label_dimension == 1 else f"(n, {self.label_dimension})"
            raise ValueError(
                f"labels must have the shape {expected}; got {array.shape}. "
                "Pass label_dimension= for several numbers a row."
            )
        if not np.isfinite(array).all():
            row = int(np.flatnonzero(~np.isfinite(array).all(axis=1))[0])
            raise ValueError(f"labels must be finite; got {array[row].tolist()} in row {row}. Drop or fill such rows.")
        return array.astype(np.float32)

    def loss(self, logits: Array, labels: Array) -> Array:
        """Squared error of each row, averaged over the dimensions, ``(batch,)``."""
        return jnp.mean((check_logits(logits, self) - labels) ** 2, axis=-1)

    def predictions(self, logits: Array) -> dict[str, Array]:
        """``predictions`` ``(batch, label_dimension)``."""
        return {"predictions": check_logits(logits, self)}

    def metrics(self, logits: Array, labels: Array, weights: Array) -> dict[str, Metric]:
        """``loss`` (mean squared error), ``mae`` and ``rmse``."""
        return {
            "loss": metrics.mean(self.loss(logits, labels), weights),
            "mae": metrics.mean_absolute_error(labels, logits, weights),
            "rmse": metrics.root_mean_squared_error(labels, logits, weights),
        }

    def decode(self, predictions: Mapping[str, np.ndarray]) -> np.ndarray:
        """The numbers, ``(n,)``, or ``(n, label_dimension)`` if there are several."""
        values = predictions["predictions"]
        return values[:, 0] if self.label_dimension == 1 else values

    def score(self, labels: np.ndarray, predicted: np.ndarray, weights: np.ndarray | None) -> float:
        """R², averaged over the dimensions; 0 where the labels are constant.

        References:
            scikit-learn, ``r2_score``.
        """
        truth = np.asarray(labels, dtype=np.float64).reshape(len(predicted), -1)
        errors = truth - np.asarray(predicted, dtype=np.float64).reshape(len(predicted), -1)
        spread = truth - np.average(truth, axis=0, weights=weights)
        residual = np.average(errors**2, axis=0, weights=weights)
        total = np.average(spread**2, axis=0, weights=weights)
        is_constant = total == 0
        scores = 1 - residual / np.where(is_constant, 1, total)
        scores[is_constant] = np.where(residual[is_constant] == 0, 1.0, 0.0)
        return float(scores.mean())
