"""Weights of classes that are counted in the labels of a fit, for heads whose classes do not weigh whole rows."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from trainer.heads.base import Head
from trainer.heads.class_head import ClassHead
from trainer.heads.class_weights import balanced_factors
from trainer.heads.multi_head import MultiHead
from trainer.heads.multi_label import MultiLabelHead


def is_balanced(head: Any) -> bool:
    """Whether a head, or one of several, has weights that are counted."""
    if isinstance(head, MultiHead):
        return any(is_balanced(member) for member in head.members.values())
    weights = getattr(head, "class_weight", None)
    return isinstance(weights, str) and weights == "balanced"


def balance(head: Any, labels: Any, weights: np.ndarray | None) -> Any:
    """The head with the weights of its classes as they are counted in all labels of a fit.

    A head of one class a row is left as it is, since its classes weigh the rows, unless it is one of several.

    Args:
        head: As the user made it, or None.
        labels: Encoded, ``(n, …)``, or a dict of such by head.
        weights: Of the rows, ``(n,)``, or None.
    """
    if isinstance(head, MultiLabelHead) and is_balanced(head):
        columns = [_factors(labels[:, index], 2, weights) for index in range(head.n_classes)]
        return dataclasses.replace(head, counted_weight=tuple(columns))
    if not isinstance(head, MultiHead) or not is_balanced(head):
        return head
    members = {name: _balance_member(member, labels[name], weights) for name, member in head.members.items()}
    return dataclasses.replace(head, heads=members)


def _balance_member(head: Head, labels: Any, weights: np.ndarray | None) -> Head:
    if not isinstance(head, ClassHead) or not is_balanced(head):
        found: Head = balance(head, labels, weights)
        return found
    changed: Any = head
    found = dataclasses.replace(changed, counted_weight=_factors(labels, head.n_classes, weights))
    return found


def _factors(class_ids: np.ndarray, n_classes: int, weights: np.ndarray | None) -> tuple[float, ...]:
    return tuple(balanced_factors(np.bincount(class_ids, weights, minlength=n_classes)).tolist())
