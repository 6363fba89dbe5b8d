"""Shares between 0 and 1."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax  # type: ignore[import-untyped]

from trainer.heads.base import check_logits
from trainer.heads.number_labels import encode_numbers, number_metrics
from trainer.heads.numbers import NumberHead
from trainer.metrics import Metric
from trainer.protocols import Array


@dataclass(frozen=True)
class LogisticRegressionHead(NumberHead):
    """Sigmoid cross entropy with labels that are probabilities or rates, as a share of clicks.

    Attributes:
        label_dimension: How many shares are predicted for each row.
    """

    def encode_labels(self, labels: Any) -> np.ndarray:
        """Returns ``(n, label_dimension)`` float32.

        Raises:
            ValueError: If `labels` are not numbers in [0, 1] of that shape.
        """
        return encode_numbers(labels, self.label_dimension, least=0, most=1)

    def losses(self, logits: Array, labels: Array) -> Array:
        """Cross entropy of each row, averaged over the dimensions, ``(batch,)``, in nats."""
        losses = optax.sigmoid_binary_cross_entropy(check_logits(logits, self), labels)
        return jnp.mean(losses, axis=-1)

    def predictions(self, logits: Array) -> dict[str, Array]:
        """``logits`` and the shares ``predictions``, both ``(batch, label_dimension)``."""
        logits = check_logits(logits, self)
        return {"logits": logits, "predictions": jax.nn.sigmoid(logits)}

    def metrics(self, logits: Array, labels: Array, weights: Array) -> dict[str, Metric]:
        """``loss``; ``mae``, ``rmse`` and ``r2`` of the shares."""
        return number_metrics(labels, jax.nn.sigmoid(logits), self.losses(logits, labels), weights)
