"""Shares between 0 and 1."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax  # type: ignore[import-untyped]

from trainer.counts import check_count
from trainer.heads.base import check_logits
from trainer.heads.number_labels import encode_numbers, number_metrics, r2_score
from trainer.heads.signatures import Signature, decode, numbers_signature
from trainer.metrics import Metric
from trainer.protocols import Array


@dataclass(frozen=True)
class LogisticRegressionHead:
    """Sigmoid cross entropy with labels that are probabilities or rates, as a share of clicks.

    Attributes:
        label_dimension: How many shares are predicted for each row.
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
        """One logit for each share."""
        return self.label_dimension

    @property
    def classes(self) -> None:
        """None: the labels are numbers."""
        return

    def encode_labels(self, labels: Any) -> np.ndarray:
        """Returns ``(n, label_dimension)`` float32.

        Raises:
            ValueError: If `labels` are not numbers in [0, 1] of that shape.
        """
        return encode_numbers(labels, self.label_dimension, least=0, most=1)

    def row_weights(self, labels: np.ndarray, sample_weight: np.ndarray | None = None) -> None:
        """None: no row counts more than another."""

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

    def export_signature(self) -> Signature:
        """Numbers."""
        return numbers_signature(self.label_dimension)

    def decode(self, predictions: Mapping[str, np.ndarray]) -> Any:
        """The shares, ``(n,)``, or ``(n, label_dimension)`` if there are several."""
        return decode(self.export_signature(), predictions)

    def score(self, labels: Any, predicted: Any, weights: np.ndarray | None) -> float:
        """R², averaged over the dimensions."""
        return r2_score(labels, predicted, weights)
