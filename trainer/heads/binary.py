"""One of two classes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax  # type: ignore[import-untyped]

from trainer import metrics
from trainer.heads.base import check_logits
from trainer.heads.labels import check_vocabulary, class_accuracy, encode_classes
from trainer.metrics import Metric
from trainer.protocols import Array


@dataclass(frozen=True)
class BinaryHead:
    """Sigmoid cross entropy over one logit, that of the second class.

    Attributes:
        label_vocabulary: The labels of the two classes; None means 0 and 1.
    """

    label_vocabulary: tuple[Any, ...] | None = None

    def __post_init__(self) -> None:
        """Checks the vocabulary.

        Raises:
            ValueError: If it has not two different entries.
        """
        object.__setattr__(self, "label_vocabulary", check_vocabulary(self.label_vocabulary, 2))

    @property
    def logits_dimension(self) -> int:
        """One logit."""
        return 1

    @property
    def classes(self) -> np.ndarray:
        """The two labels, ``(2,)``."""
        return np.arange(2) if self.label_vocabulary is None else np.array(self.label_vocabulary)

    def encode_labels(self, labels: Any) -> np.ndarray:
        """Returns class ids 0 and 1, ``(n,)`` int32.

        Raises:
            ValueError: If a label is none of `classes`.
        """
        return encode_classes(labels, self.classes)

    def loss(self, logits: Array, labels: Array) -> Array:
        """Cross entropy of each row, ``(batch,)``, in nats."""
        logit = check_logits(logits, self)[:, 0]
        losses: Array = optax.sigmoid_binary_cross_entropy(logit, labels.astype(logit.dtype))
        return losses

    def predictions(self, logits: Array) -> dict[str, Array]:
        """``logits`` ``(batch, 1)``, ``probabilities`` of both classes ``(batch, 2)``, ``class_ids`` ``(batch,)``."""
        logit = check_logits(logits, self)[:, 0]
        return {
            "logits": logits,
            "probabilities": jnp.stack([jax.nn.sigmoid(-logit), jax.nn.sigmoid(logit)], axis=1),
            "class_ids": (logit > 0).astype(jnp.int32),
        }

    def metrics(self, logits: Array, labels: Array, weights: Array) -> dict[str, Metric]:
        """``loss`` and ``accuracy``."""
        class_ids = (logits[:, 0] > 0).astype(jnp.int32)
        return {
            "loss": metrics.mean(self.loss(logits, labels), weights),
            "accuracy": metrics.accuracy(labels, class_ids, weights),
        }

    def decode(self, predictions: Mapping[str, np.ndarray]) -> np.ndarray:
        """The more probable label of each row, ``(n,)``."""
        labels: np.ndarray = self.classes[predictions["class_ids"]]
        return labels

    def score(self, labels: np.ndarray, predicted: np.ndarray, weights: np.ndarray | None) -> float:
        """Accuracy."""
        return class_accuracy(labels, predicted, weights)
