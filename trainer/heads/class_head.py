"""What the heads share that predict one class a row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from trainer.heads.class_weights import ClassWeight, check_class_weight, weigh_rows
from trainer.heads.labels import check_smoothing, check_vocabulary, class_accuracy, encode_classes
from trainer.heads.signatures import Signature, classes_signature, decode
from trainer.protocols import Array


class ClassHead:
    """Base of these; a member is a frozen dataclass with the fields below, and has losses, predictions and metrics.

    Attributes:
        n_classes: Number of classes.
        label_vocabulary: The label of each class; None means 0 … n_classes - 1.
        class_weight: How much rows count while training, by their label.
        label_smoothing: Share of each label that is spread over all classes, in [0, 1).
    """

    n_classes: int
    label_vocabulary: tuple[Any, ...] | None
    class_weight: ClassWeight
    label_smoothing: float

    def __post_init__(self) -> None:
        """Checks the fields.

        Raises:
            ValueError: If the vocabulary has not `n_classes` different entries, a weight is of no class or not
                positive, or the smoothing is outside [0, 1).
        """
        object.__setattr__(self, "label_vocabulary", check_vocabulary(self.label_vocabulary, self.n_classes))
        object.__setattr__(self, "class_weight", check_class_weight(self.class_weight, self.classes))
        check_smoothing(self.label_smoothing)

    @property
    def classes(self) -> np.ndarray:
        """The labels in the order of the class ids, ``(n_classes,)``."""
        return np.arange(self.n_classes) if self.label_vocabulary is None else np.array(self.label_vocabulary)

    @property
    def class_names(self) -> tuple[str, ...]:
        """The labels as texts, for figures."""
        return tuple(str(name) for name in self.classes.tolist())

    def encode_labels(self, labels: Any) -> np.ndarray:
        """Returns class ids, ``(n,)`` int32.

        Raises:
            ValueError: If a label is none of `classes`.
        """
        return encode_classes(labels, self.classes)

    def row_weights(self, labels: np.ndarray, sample_weight: np.ndarray | None = None) -> np.ndarray | None:
        """The weights of the rows' classes, ``(n,)``."""
        return weigh_rows(self.class_weight, labels, sample_weight)

    def losses(self, logits: Array, labels: Array) -> Array:
        """Cross entropy of each row, ``(batch,)``, in nats."""
        raise NotImplementedError

    def training_losses(self, logits: Array, labels: Array) -> Array:
        """`losses`: the classes weigh the rows."""
        return self.losses(logits, labels)

    def export_signature(self) -> Signature:
        """Classes."""
        return classes_signature(self.classes)

    def decode(self, predictions: Mapping[str, np.ndarray]) -> Any:
        """The most probable label of each row, ``(n,)``."""
        return decode(self.export_signature(), predictions)

    def score(self, labels: Any, predicted: Any, weights: np.ndarray | None) -> float:
        """Accuracy."""
        return class_accuracy(labels, predicted, weights)
