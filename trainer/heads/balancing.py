"""Weights of classes that are counted in the labels of a fit, for heads whose classes do not weigh whole rows."""

from __future__ import annotations

from typing import Any

import numpy as np

from trainer.heads.base import Head
from trainer.heads.class_head import ClassHead
from trainer.heads.class_weights import WeighedLabels, balanced_factors
from trainer.heads.multi_head import MultiHead
from trainer.heads.multi_label import MultiLabelHead


def is_balanced(head: Any) -> bool:
    """Whether a head, or one of several, has weights that are counted."""
    if isinstance(head, MultiHead):
        return any(is_balanced(member) for member in head.members.values())
    weights = getattr(head, "class_weight", None)
    return isinstance(weights, str) and weights == "balanced"


def balance(head: Any, labels: Any, weights: np.ndarray | None) -> Any:
    """The labels of a fit with the weights of their classes, as they are counted in all of them.

    Those of a head of one class a row are left as they are, since its classes weigh the rows, unless it is one of
    several.

    Args:
        head: As the user made it, or None.
        labels: Encoded, ``(n, …)``, or a dict of such by head.
        weights: Of the rows, ``(n,)``, or None.
    """
    if isinstance(head, MultiLabelHead) and is_balanced(head):
        columns = [_weigh(column, 2, weights) for column in labels.T]
        return WeighedLabels(labels, np.stack(columns, axis=1))
    if not isinstance(head, MultiHead) or not is_balanced(head):
        return labels
    return {name: _balance_member(member, labels[name], weights) for name, member in head.members.items()}


def _balance_member(head: Head, labels: Any, weights: np.ndarray | None) -> Any:
    if not isinstance(head, ClassHead) or not is_balanced(head):
        return balance(head, labels, weights)
    return WeighedLabels(labels, _weigh(labels, head.n_classes, weights))


def _weigh(class_ids: np.ndarray, n_classes: int, weights: np.ndarray | None) -> np.ndarray:
    factors = balanced_factors(np.bincount(class_ids, weights, minlength=n_classes))
    weighed: np.ndarray = factors.astype(np.float32)[class_ids]
    return weighed
