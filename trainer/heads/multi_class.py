"""One of several classes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import optax  # type: ignore[import-untyped]

from trainer import metrics
from trainer.counts import check_count
from trainer.heads.base import check_logits
from trainer.heads.class_head import ClassHead
from trainer.heads.class_weights import ClassWeight
from trainer.metrics import Metric
from trainer.protocols import Array


@dataclass(frozen=True)
class MultiClassHead(ClassHead):
    """Softmax cross entropy over `n_classes` logits.

    Attributes:
        n_classes: Number of classes, at least 2.
        label_vocabulary: The label of each class; None means 0 … n_classes - 1.
        class_weight: How much rows count while training, by their label (1 where it is not named); ``balanced`` gives
            all classes the same sum.
        label_smoothing: Share of each label that is spread over all classes, in [0, 1).

    References:
        Szegedy et al. 2016, section 7 (label smoothing), arXiv:1512.00567.
    """

    n_classes: int
    label_vocabulary: tuple[Any, ...] | None = None
    class_weight: ClassWeight = None
    label_smoothing: float = 0.0

    def __post_init__(self) -> None:
        """Checks the fields.

        Raises:
            ValueError: If `n_classes` is below 2, or as in `ClassHead`.
        """
        object.__setattr__(self, "n_classes", check_count("n_classes", self.n_classes, least=2))
        super().__post_init__()

    @property
    def logits_dimension(self) -> int:
        """One logit a class."""
        return self.n_classes

    def losses(self, logits: Array, labels: Array) -> Array:
        """Cross entropy of each row, ``(batch,)``, in nats."""
        logits = check_logits(logits, self)
        losses: Array = optax.softmax_cross_entropy_with_integer_labels(logits, labels)
        if self.label_smoothing:
            uniform = -jnp.mean(jax.nn.log_softmax(logits), axis=-1)
            losses = (1 - self.label_smoothing) * losses + self.label_smoothing * uniform
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
        """``loss``, ``accuracy``; ``precision``, ``recall`` and ``f1``, means over the classes that occur.

        Of more than 5 classes also ``top_5_accuracy``; of up to 100 the confusion matrix.
        """
        class_ids = jnp.argmax(logits, axis=-1)
        found: dict[str, Metric] = {
            "loss": metrics.mean(self.losses(logits, labels), weights),
            "accuracy": metrics.accuracy(labels, class_ids, weights),
            "classes": metrics.class_report(labels, class_ids, weights, class_names=self.class_names),
        }
        if self.n_classes > 5:
            found["top_5_accuracy"] = metrics.top_k_accuracy(labels, logits, weights, k=5)
        return found
