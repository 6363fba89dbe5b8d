"""One of several classes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax  # type: ignore[import-untyped]

from trainer import metrics
from trainer.counts import check_count
from trainer.heads.base import check_logits
from trainer.heads.labels import check_vocabulary, class_accuracy, encode_classes
from trainer.metrics import Metric
from trainer.protocols import Array


@dataclass(frozen=True)
class MultiClassHead:
    """Softmax cross entropy over `n_classes` logits.

    Attributes:
        n_classes: Number of classes, at least 2.
        label_vocabulary: The label of each class; None means 0 … n_classes - 1.
    """

    n_classes: int
    label_vocabulary: tuple[Any, ...] | None = None

    def __post_init__(self) -> None:
        """Checks the fields.

        Raises:
            ValueError: If `n_classes` is below 2, or the vocabulary has another length.
        """
        object.__setattr__(self, "n_classes", check_count("n_classes", self.n_classes, least=2))
        object.__setattr__(self, "label_vocabulary", check_vocabulary(self.label_vocabulary, self.n_classes))

    @property
    def logits_dimension(self) -> int:
        """One logit a class."""
        return self.n_classes

    @property
    def classes(self) -> np.ndarray:
        """The labels in the order of the class ids, ``(n_classes,)``."""
        return np.arange(self.n_classes) if self.label_vocabulary is None else np.array(self.label_vocabulary)

    def encode_labels(self, labels: Any) -> np.ndarray:
        """Returns class ids, ``(n,)`` int32.

        Raises:
            ValueError: If a label is none of `classes`.
        """
        return encode_classes(labels, self.classes)

    def loss(self, logits: Array, labels: Array) -> Array:
        """Cross entropy of each row, ``(batch,)``, in nats."""
        losses: Array = optax.softmax_cross_entropy_with_integer_labels(check_logits(logits, self), labels)
        return losses

    def predictions(self, logits: Array) -> dict[str, Array]:
        """``logits`` and ``probabilities`` ``(batch, n_classes)``, ``class_ids`` ``(batch,)``."""
        logits = check_logits(logits, self)
        return {
            "logits": logits,
            "probabilities": jax.nn.softmax(logits),
            "class_ids": jnp.argmax(logits, axis=-1),
        }

    def metrics(self, logits: Array, labels: Array, weights: Array) -> dict[str, Metric]:
        """``loss`` and ``accuracy``."""
        class_ids = jnp.argmax(logits, axis=-1)
        return {
            "loss": metrics.mean(self.loss(logits, labels), weights),
            "accuracy": metrics.accuracy(labels, class_ids, weights),
        }

    def decode(self, predictions: Mapping[str, np.ndarray]) -> np.ndarray:
        """The most probable label of each row, ``(n,)``."""
        labels: np.ndarray = self.classes[predictions["class_ids"]]
        return labels

    def score(self, labels: np.ndarray, predicted: np.ndarray, weights: np.ndarray | None) -> float:
        """Accuracy."""
        return class_accuracy(labels, predicted, weights)
