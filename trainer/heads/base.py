"""What a head is: the end of a network, from logits to loss, predictions and metrics.

A member is a frozen dataclass; its functions of arrays are pure and run inside the compiled step, its functions of
labels run on the host. One line in ``registry.py`` makes it known.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np

from trainer.heads.signatures import Signature
from trainer.metrics import Metric
from trainer.protocols import Array


class Head(Protocol):
    """The end of a network."""

    @property
    def logits_dimension(self) -> int:
        """How many numbers per row the network must return."""

    @property
    def classes(self) -> np.ndarray | None:
        """The labels that can be predicted, in the order of the class ids; None if labels are numbers."""

    def encode_labels(self, labels: Any) -> Any:
        """Turns the user's labels into what `losses` takes: an array ``(n, …)``, or a dict of such.

        Args:
            labels: ``(n,)`` or ``(n, d)``, of any kind.

        Raises:
            ValueError: If they are not labels for this head.
        """

    def row_weights(self, labels: Any, sample_weight: np.ndarray | None = None) -> np.ndarray | None:
        """Returns how much each row counts while training, ``(n,)`` float32; None if all count the same.

        Args:
            labels: All labels of a fit, as made by `encode_labels`.
            sample_weight: What the rows count besides, ``(n,)``, as far as that tells how often a class comes.
        """

    def losses(self, logits: Any, labels: Any) -> Array:
        """Returns the loss of each row, ``(batch,)``.

        Args:
            logits: ``(batch, logits_dimension)``.
            labels: As made by `encode_labels`, ``(batch, …)``.
        """

    def training_losses(self, logits: Any, labels: Any) -> Array:
        """Returns what is minimised for each row, ``(batch,)``.

        That is `losses`, with the weights of classes in it where they are not weights of whole rows.
        """

    def predictions(self, logits: Any) -> dict[str, Array]:
        """Returns what is predicted for each row; the values are ``(batch, …)``."""

    def metrics(self, logits: Any, labels: Any, weights: Array) -> dict[str, Metric]:
        """Returns the metrics of a batch, among them ``loss``."""

    def export_signature(self) -> Signature:
        """Returns how `predictions` become labels, as plain JSON values; see `trainer.heads.signatures`."""

    def decode(self, predictions: Mapping[str, np.ndarray]) -> Any:
        """Turns `predictions`, fetched, into labels as the user gave them, ``(n,)`` or ``(n, d)``."""

    def score(self, labels: Any, predicted: Any, weights: np.ndarray | None) -> float:
        """scikit-learn's score: accuracy for classes, R² for numbers.

        Args:
            labels: As the user gave them.
            predicted: As made by `decode`.
            weights: Weight of each row, ``(n,)``, or None.
        """


def check_logits(logits: Array, head: Head) -> Array:
    """Returns logits that fit the head.

    Raises:
        ValueError: If the network returned another number of logits.
    """
    if logits.ndim != 2 or logits.shape[1] != head.logits_dimension:
        raise ValueError(
            f"network must return (batch, {head.logits_dimension}) logits for {type(head).__name__}; "
            f"got shape {tuple(logits.shape)}. End it with layers.Dense({head.logits_dimension})."
        )
    return logits
