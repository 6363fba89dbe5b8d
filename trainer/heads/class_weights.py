"""Weights of classes, which are weights of the rows that bear their labels."""

from __future__ import annotations

import numbers
from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple, TypeAlias

import jax.numpy as jnp
import numpy as np

from trainer.protocols import Array

ClassWeight: TypeAlias = "Mapping[Any, float] | Sequence[float] | np.ndarray | Literal['balanced'] | None"


class WeighedLabels(NamedTuple):
    """Encoded labels with the factors of their losses, as they are counted in a fit; arrays, so that none is compiled.

    Attributes:
        labels: ``(n, …)``.
        factors: Of the same shape, float32.
    """

    labels: Any
    factors: Any


def check_class_weight(class_weight: Any, classes: np.ndarray) -> tuple[float, ...] | Literal["balanced"] | None:
    """Returns a weight for each class in the order of the class ids; a class that is not named has 1.

    Args:
        class_weight: By label; or a list, tuple or array of one for each class; or ``balanced``; or None.
        classes: The labels, ``(k,)``.

    Raises:
        ValueError: If a label is unknown, or a weight is no positive number.
    """
    if class_weight is None:
        return None
    if isinstance(class_weight, str) and class_weight == "balanced":
        return "balanced"
    labels = classes.tolist()
    if isinstance(class_weight, Mapping):
        unknown = [label for label in class_weight if label not in labels]
        if unknown:
            raise ValueError(
                f"class_weight must have labels among {', '.join(map(repr, labels[:10]))}; got {unknown[0]!r}. "
                "Correct or remove it."
            )
        weights = [class_weight.get(label, 1.0) for label in labels]
    elif not isinstance(class_weight, list | tuple | np.ndarray) or len(class_weight) != len(labels):
        raise ValueError(
            f"class_weight must be a dict from label to weight, one weight for each of the {len(labels)} classes, or "
            f"'balanced'; got {class_weight!r}. Pass one of these."
        )
    else:
        weights = list(class_weight)
    for label, weight in zip(labels, weights, strict=True):
        if not isinstance(weight, numbers.Real) or not 0 < float(weight) < float("inf"):
            raise ValueError(f"class_weight must have positive weights; got {weight!r} for {label!r}. Correct it.")
    return tuple(float(weight) for weight in weights)


def balanced_factors(counts: np.ndarray) -> np.ndarray:
    """The weights that give all classes that occur the same sum, and the rows a mean of 1, ``(k,)``.

    Args:
        counts: How often each class occurs, ``(k,)``.
    """
    factors: np.ndarray = counts.sum() / (np.count_nonzero(counts) * np.where(counts > 0, counts, 1))
    return factors


def weigh_losses(class_weight: Sequence[float] | None, losses: Array, class_ids: Array) -> Array:
    """Losses of rows, ``(batch,)``, times the weights of their classes; for a head among several, in a compiled step.

    Args:
        class_weight: One for each class.
        losses: ``(batch,)``.
        class_ids: ``(batch,)``.
    """
    return losses if class_weight is None else losses * jnp.asarray(class_weight, losses.dtype)[class_ids]


def weigh_rows(
    class_weight: ClassWeight, class_ids: np.ndarray, sample_weight: np.ndarray | None = None
) -> np.ndarray | None:
    """The weight of each row by its class, ``(n,)`` float32; None if all are equal.

    ``balanced`` gives all classes that occur the same sum of weights, and the rows a mean of 1, with `sample_weight`
    counted in.

    Args:
        class_weight: As made by `check_class_weight`.
        class_ids: ``(n,)``.
        sample_weight: What the rows count besides, ``(n,)``; None counts each as 1.
    """
    if class_weight is None:
        return None
    if class_weight == "balanced":
        by_class = balanced_factors(np.bincount(class_ids, sample_weight))
    else:
        by_class = np.asarray(class_weight)
    weights: np.ndarray = by_class[class_ids].astype(np.float32)
    return weights
