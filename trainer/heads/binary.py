"""One of two classes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import optax  # type: ignore[import-untyped]

from trainer import metrics
from trainer.heads.base import check_logits
from trainer.heads.class_head import ClassHead
from trainer.heads.class_weights import ClassWeight
from trainer.metrics import Metric
from trainer.protocols import Array


@dataclass(frozen=True)
class BinaryHead(ClassHead):
    """Sigmoid cross entropy over one logit, that of the second class.

    Attributes:
        label_vocabulary: The labels of the two classes; None means 0 and 1.
        class_weight: As for `MultiClassHead`.
        label_smoothing: As for `MultiClassHead`.
    """

    label_vocabulary: tuple[Any, ...] | None = None
    class_weight: ClassWeight = None
    label_smoothing: float = 0.0

    n_classes = 2

    @property
    def logits_dimension(self) -> int:
        """One logit."""
        return 1

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
        return {
            "loss": metrics.mean(self.losses(logits, labels), weights),
            "accuracy": metrics.accuracy(labels, class_ids, weights),
            "classes": metrics.class_report(labels, class_ids, weights, class_names=self.class_names),
            "ranking": metrics.ranking_report(labels, logits[:, 0], weights),
        }
