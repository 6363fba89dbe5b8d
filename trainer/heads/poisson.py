"""Counts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jax.numpy as jnp
import numpy as np

from trainer.heads.base import check_logits
from trainer.heads.number_labels import encode_numbers, number_metrics
from trainer.heads.numbers import NumberHead
from trainer.metrics import Metric
from trainer.protocols import Array


@dataclass(frozen=True)
class PoissonHead(NumberHead):
    """Poisson regression: the network predicts the logarithm of the expected count.

    Attributes:
        label_dimension: How many counts are predicted for each row.

    References:
        McCullagh & Nelder 1989, Generalized Linear Models, chapter 6.
    """

    def encode_labels(self, labels: Any) -> np.ndarray:
        """Returns ``(n, label_dimension)`` float32.

        Raises:
            ValueError: If `labels` are not finite numbers of at least 0 of that shape.
        """
        return encode_numbers(labels, self.label_dimension, least=0)

    def losses(self, logits: Array, labels: Array) -> Array:
        """``exp(logit) - label * logit``, averaged over the dimensions, ``(batch,)``.

        That is the negative log-likelihood in nats, without the part that depends on the labels alone.
        """
        logits = check_logits(logits, self)
        return jnp.mean(jnp.exp(logits) - labels * logits, axis=-1)

    def predictions(self, logits: Array) -> dict[str, Array]:
        """``logits`` and the expected counts ``predictions``, both ``(batch, label_dimension)``."""
        logits = check_logits(logits, self)
        return {"logits": logits, "predictions": jnp.exp(logits)}

    def metrics(self, logits: Array, labels: Array, weights: Array) -> dict[str, Metric]:
        """``loss``; ``mae``, ``rmse`` and ``r2`` of the expected counts."""
        return number_metrics(labels, jnp.exp(logits), self.losses(logits, labels), weights)
