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
from trainer.heads.class_weights import ClassWeight, check_class_weight, weigh_rows
from trainer.heads.labels import check_smoothing, check_vocabulary, class_accuracy, encode_classes
from trainer.heads.signatures import Signature, classes_signature, decode
from trainer.metrics import Metric
from trainer.protocols import Array


@dataclass(frozen=True)
class BinaryHead:
    """Sigmoid cross entropy over one logit, that of the second class.

    Attributes:
        label_vocabulary: The labels of the two classes; None means 0 and 1.
        class_weight: As for `MultiClassHead`.
        label_smoothing: As for `MultiClassHead`.
    """

    label_vocabulary: tuple[Any, ...] | None = None
    class_weight: ClassWeight = None
    label_smoothing: float = 0.0

    def __post_init__(self) -> None:
        """Checks the fields.

        Raises:
            ValueError: If the vocabulary has not two different entries, a weight is of no class or not positive, or the
                smoothing is outside [0, 1).
        """
        object.__setattr__(self, "label_vocabulary", check_vocabulary(self.label_vocabulary, 2))
        object.__setattr__(self, "class_weight", check_class_weight(self.class_weight, self.classes))
        check_smoothing(self.label_smoothing)

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

    def row_weights(self, labels: np.ndarray, sample_weight: np.ndarray | None = None) -> np.ndarray | None:
        """The weights of the rows' classes, ``(n,)``."""
        return weigh_rows(self.class_weight, labels, sample_weight)

    def losses(self, logits: Array, labels: Array) -> Array:
        """Cross entropy of each row, ``(batch,)``, in nats."""
        logit = check_logits(logits, self)[:, 0]
        share = labels.astype(logit.dtype) * (1 - self.label_smoothing) + self.label_smoothing / 2
        losses: Array = optax.sigmoid_binary_cross_entropy(logit, share)
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
        """``loss``, ``accuracy``; ``precision``, ``recall`` and ``f1`` of the second class; ``auc`` and ``auc_pr``.

        And the confusion matrix and the PR curve.
        """
        class_ids = (logits[:, 0] > 0).astype(jnp.int32)
        names = tuple(str(name) for name in self.classes.tolist())
        return {
            "loss": metrics.mean(self.losses(logits, labels), weights),
            "accuracy": metrics.accuracy(labels, class_ids, weights),
            "classes": metrics.class_report(labels, class_ids, weights, class_names=names),
            "ranking": metrics.ranking_report(labels, logits[:, 0], weights),
        }

    def export_signature(self) -> Signature:
        """Classes."""
        return classes_signature(self.classes)

    def decode(self, predictions: Mapping[str, np.ndarray]) -> Any:
        """The more probable label of each row, ``(n,)``."""
        return decode(self.export_signature(), predictions)

    def score(self, labels: Any, predicted: Any, weights: np.ndarray | None) -> float:
        """Accuracy."""
        return class_accuracy(labels, predicted, weights)
