"""Counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jax.numpy as jnp
import numpy as np

from trainer.counts import check_count
from trainer.heads.base import check_logits
from trainer.heads.number_labels import encode_numbers, number_metrics, r2_score
from trainer.heads.signatures import Signature, decode, numbers_signature
from trainer.metrics import Metric
from trainer.protocols import Array


@dataclass(frozen=True)
class PoissonHead:
    """Poisson regression: the network predicts the logarithm of the expected count.

    Attributes:
        label_dimension: How many counts are predicted for each row.

    References:
        McCullagh & Nelder 1989, Generalized Linear Models, chapter 6.
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
        """One logarithm for each count."""
        return self.label_dimension

    @property
    def classes(self) -> None:
        """None: the labels are numbers."""
        return

    def encode_labels(self, labels: Any) -> np.ndarray:
        """Returns ``(n, label_dimension)`` float32.

        Raises:
            ValueError: If `labels` are not finite numbers of at least 0 of that shape.
        """
        return encode_numbers(labels, self.label_dimension, least=0)

    def row_weights(self, labels: np.ndarray, sample_weight: np.ndarray | None = None) -> None:
        """None: no row counts more than another."""

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

    def export_signature(self) -> Signature:
        """Numbers."""
        return numbers_signature(self.label_dimension)

    def decode(self, predictions: Mapping[str, np.ndarray]) -> Any:
        """The expected counts, ``(n,)``, or ``(n, label_dimension)`` if there are several."""
        return decode(self.export_signature(), predictions)

    def score(self, labels: Any, predicted: Any, weights: np.ndarray | None) -> float:
        """R², averaged over the dimensions."""
        return r2_score(labels, predicted, weights)
