"""Any number of several classes."""

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
from trainer.heads.class_weights import ClassWeight, WeighedLabels, check_class_weight
from trainer.heads.labels import check_vocabulary, encode_indicators
from trainer.heads.signatures import Signature, decode, indicators_signature
from trainer.metrics import Metric
from trainer.protocols import Array


@dataclass(frozen=True)
class MultiLabelHead:
    """Sigmoid cross entropy over `n_classes` logits, each a question of its own.

    >>> MultiLabelHead(3, ("news", "sport", "music")).encode_labels([["music"], ["sport", "news"], []]).tolist()
    [[0, 0, 1], [1, 1, 0], [0, 0, 0]]

    Attributes:
        n_classes: Number of classes.
        label_vocabulary: The label of each class; None means 0 … n_classes - 1.
        class_weight: How much the rows that bear a label count while training, in the loss of that class (1 where it
            is not named): above 1, rare labels are missed less often. ``balanced`` gives the rows with and without a
            label the same sum, in the loss of each class.
    """

    n_classes: int
    label_vocabulary: tuple[Any, ...] | None = None
    class_weight: ClassWeight = None

    def __post_init__(self) -> None:
        """Checks the fields.

        Raises:
            ValueError: If `n_classes` is not positive, the vocabulary has another length, or a weight is of no class or
                not positive.
        """
        object.__setattr__(self, "n_classes", check_count("n_classes", self.n_classes))
        object.__setattr__(self, "label_vocabulary", check_vocabulary(self.label_vocabulary, self.n_classes))
        object.__setattr__(self, "class_weight", check_class_weight(self.class_weight, self.classes))

    @property
    def logits_dimension(self) -> int:
        """One logit a class."""
        return self.n_classes

    @property
    def classes(self) -> np.ndarray:
        """The labels in the order of the columns, ``(n_classes,)``."""
        return np.arange(self.n_classes) if self.label_vocabulary is None else np.array(self.label_vocabulary)

    def encode_labels(self, labels: Any) -> np.ndarray:
        """Returns a column of 0 and 1 for each class, ``(n, n_classes)`` int32.

        Args:
            labels: Such a matrix, or for each row a list or set of its labels.

        Raises:
            ValueError: If they are neither, or a label is none of `classes`.
        """
        return encode_indicators(labels, self.classes)

    def row_weights(self, labels: np.ndarray, sample_weight: np.ndarray | None = None) -> None:
        """None: no row counts more than another."""

    def losses(self, logits: Array, labels: Array) -> Array:
        """Cross entropy of each row, averaged over the classes, ``(batch,)``, in nats."""
        return jnp.mean(self._losses_by_class(logits, labels), axis=-1)

    def training_losses(self, logits: Array, labels: Array | WeighedLabels) -> Array:
        """`losses`, with the weights of the labels that a row bears."""
        if isinstance(labels, WeighedLabels):
            return jnp.mean(self._losses_by_class(logits, labels.labels) * labels.factors, axis=-1)
        losses = self._losses_by_class(logits, labels)
        if self.class_weight not in (None, "balanced"):  # not counted yet while shapes alone are looked at
            losses *= jnp.where(labels > 0, jnp.asarray(self.class_weight, losses.dtype), 1)
        return jnp.mean(losses, axis=-1)

    def _losses_by_class(self, logits: Array, labels: Array) -> Array:
        logits = check_logits(logits, self)
        losses: Array = optax.sigmoid_binary_cross_entropy(logits, labels.astype(logits.dtype))
        return losses

    def predictions(self, logits: Array) -> dict[str, Array]:
        """``logits``, ``probabilities`` and ``class_ids`` (0 or 1), all ``(batch, n_classes)``."""
        logits = check_logits(logits, self)
        return {"logits": logits, "probabilities": jax.nn.sigmoid(logits), "class_ids": _decide(logits)}

    def metrics(self, logits: Array, labels: Array, weights: Array) -> dict[str, Metric]:
        """``loss``; ``accuracy`` (all labels of a row right); ``precision``, ``recall``, ``f1`` and ``auc``.

        The last four are means over the classes.
        """
        class_ids = _decide(logits)
        return {
            "loss": metrics.mean(self.losses(logits, labels), weights),
            "accuracy": metrics.accuracy(labels, class_ids, weights),
            "precision": metrics.precision(labels, class_ids, weights, average="macro"),
            "recall": metrics.recall(labels, class_ids, weights, average="macro"),
            "f1": metrics.f1(labels, class_ids, weights, average="macro"),
            "auc": metrics.auc(labels, logits, weights),
        }

    def export_signature(self) -> Signature:
        """Indicators."""
        return indicators_signature(self.classes)

    def decode(self, predictions: Mapping[str, np.ndarray]) -> Any:
        """A column of 0 and 1 for each class, ``(n, n_classes)``, as scikit-learn has it."""
        return decode(self.export_signature(), predictions)

    def score(self, labels: Any, predicted: Any, weights: np.ndarray | None) -> float:
        """Share of rows of which all labels are right."""
        is_right = (self.encode_labels(labels) == predicted).all(axis=1)
        return float(np.average(is_right, weights=weights))


def _decide(logits: Array) -> Array:
    return (logits > 0).astype(jnp.int32)
