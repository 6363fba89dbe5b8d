"""Numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jax.numpy as jnp
import numpy as np

from trainer.counts import check_count
from trainer.heads.base import check_logits
from trainer.heads.losses import LossFn, get_loss
from trainer.heads.number_labels import encode_numbers, number_metrics, r2_score
from trainer.heads.signatures import Signature, decode, numbers_signature
from trainer.metrics import Metric
from trainer.protocols import Array


@dataclass(frozen=True)
class RegressionHead:
    """Numbers, with the mean squared error or another loss.

    >>> from trainer.heads import losses
    >>> RegressionHead(loss=losses.Quantile(0.9)).logits_dimension
    1

    Attributes:
        label_dimension: How many numbers are predicted for each row.
        loss: ``mse``, ``mae``, ``huber`` or ``quantile`` (the median), a member of `trainer.heads.losses`, or a
            function of labels and predictions, ``(batch, label_dimension)`` both, that returns the losses in that shape
            or ``(batch,)``.
    """

    label_dimension: int = 1
    loss: str | LossFn = "mse"

    def __post_init__(self) -> None:
        """Checks the fields.

        Raises:
            ValueError: If `label_dimension` is not a positive integer, or there is no such loss.
        """
        object.__setattr__(self, "label_dimension", check_count("label_dimension", self.label_dimension))
        get_loss(self.loss)

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
        return encode_numbers(labels, self.label_dimension)

    def row_weights(self, labels: np.ndarray, sample_weight: np.ndarray | None = None) -> None:
        """None: no row counts more than another."""

    def losses(self, logits: Array, labels: Array) -> Array:
        """The loss of each row, averaged over the dimensions, ``(batch,)``.

        Raises:
            ValueError: If the loss function returns another shape.
        """
        losses = get_loss(self.loss)(labels, check_logits(logits, self))
        if losses.shape not in (logits.shape, logits.shape[:1]):
            raise ValueError(
                f"loss must return the shape of the labels, {logits.shape}, or of the rows, {logits.shape[:1]}; "
                f"got {losses.shape}. Leave the mean over the batch to the head."
            )
        return jnp.mean(losses, axis=-1) if losses.ndim == 2 else losses

    def predictions(self, logits: Array) -> dict[str, Array]:
        """``predictions`` ``(batch, label_dimension)``."""
        return {"predictions": check_logits(logits, self)}

    def metrics(self, logits: Array, labels: Array, weights: Array) -> dict[str, Metric]:
        """``loss``, ``mae``, ``rmse`` and ``r2``."""
        return number_metrics(labels, logits, self.losses(logits, labels), weights)

    def export_signature(self) -> Signature:
        """Numbers."""
        return numbers_signature(self.label_dimension)

    def decode(self, predictions: Mapping[str, np.ndarray]) -> Any:
        """The numbers, ``(n,)``, or ``(n, label_dimension)`` if there are several."""
        return decode(self.export_signature(), predictions)

    def score(self, labels: Any, predicted: Any, weights: np.ndarray | None) -> float:
        """R², averaged over the dimensions."""
        return r2_score(labels, predicted, weights)
