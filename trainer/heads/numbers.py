"""What the heads share whose labels are numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from trainer.counts import check_count
from trainer.heads.number_labels import r2_score
from trainer.heads.signatures import Signature, decode, numbers_signature
from trainer.protocols import Array


@dataclass(frozen=True)
class NumberHead:
    """Base of these; a member says how labels are encoded, and has losses, predictions and metrics.

    Attributes:
        label_dimension: How many numbers are predicted for each row.
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
        """One logit for each dimension of the labels."""
        return self.label_dimension

    @property
    def classes(self) -> None:
        """None: the labels are numbers."""
        return

    def row_weights(self, labels: np.ndarray, sample_weight: np.ndarray | None = None) -> None:
        """None: no row counts more than another."""

    def losses(self, logits: Array, labels: Array) -> Array:
        """The loss of each row, ``(batch,)``."""
        raise NotImplementedError

    def training_losses(self, logits: Array, labels: Array) -> Array:
        """`losses`."""
        return self.losses(logits, labels)

    def export_signature(self) -> Signature:
        """Numbers."""
        return numbers_signature(self.label_dimension)

    def decode(self, predictions: Mapping[str, np.ndarray]) -> Any:
        """The numbers, ``(n,)``, or ``(n, label_dimension)`` if there are several."""
        return decode(self.export_signature(), predictions)

    def score(self, labels: Any, predicted: Any, weights: np.ndarray | None) -> float:
        """R², averaged over the dimensions."""
        return r2_score(labels, predicted, weights)
