"""Numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jax.numpy as jnp
import numpy as np

from trainer.heads.base import check_logits
from trainer.heads.losses import LossFn, get_loss
from trainer.heads.number_labels import encode_numbers, number_metrics
from trainer.heads.numbers import NumberHead
from trainer.metrics import Metric
from trainer.protocols import Array


@dataclass(frozen=True)
class RegressionHead(NumberHead):
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

    loss: str | LossFn = "mse"

    def __post_init__(self) -> None:
        """Checks the fields.

        Raises:
            ValueError: If `label_dimension` is not a positive integer, or there is no such loss.
        """
        super().__post_init__()
        get_loss(self.loss)

    def encode_labels(self, labels: Any) -> np.ndarray:
        """Returns ``(n, label_dimension)`` float32.

        Raises:
            ValueError: If `labels` are not finite numbers of that shape.
        """
        return encode_numbers(labels, self.label_dimension)

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
