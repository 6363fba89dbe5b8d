"""From the user's class labels to class ids."""

from __future__ import annotations

from typing import Any

import numpy as np


def encode_classes(labels: Any, classes: np.ndarray) -> np.ndarray:
    """Returns the place of each label in `classes`, ``(n,)`` int32.

    Args:
        labels: ``(n,)`` or ``(n, 1)``.
        classes: The known labels, ``(k,)``.

    Raises:
        ValueError: If a label is not among them, or the shape is another.
    """
    array = np.asarray(labels)
    if array.ndim == 2 and array.shape[1] == 1:
        array = array[:, 0]
    if array.ndim != 1:
        raise ValueError(f"labels must have the shape (n,); got {array.shape}. Pass one class label a row.")
    order = np.argsort(classes, kind="stable")
    try:
        place = np.searchsorted(classes, array, sorter=order)
    except TypeError as error:  # texts among numbers have no order
        raise _unknown(array[0], classes) from error
    ids = order[np.minimum(place, len(classes) - 1)]
    wrong = np.flatnonzero(classes[ids] != array)
    if len(wrong):
        raise _unknown(array[wrong[0]], classes, row=int(wrong[0]))
    return ids.astype(np.int32)


def _unknown(label: Any, classes: np.ndarray, row: int = 0) -> ValueError:
    known = ", ".join(repr(item) for item in classes[:10].tolist()) + (", …" if len(classes) > 10 else "")
    got = label.item() if isinstance(label, np.generic) else label
    return ValueError(
        f"labels must be among the {len(classes)} classes {known}; got {got!r} in row {row}. "
        "Correct it, or make the head or the estimator for all classes."
    )


def class_accuracy(labels: np.ndarray, predicted: np.ndarray, weights: np.ndarray | None) -> float:
    """Weighted share of equal labels, on the host."""
    return float(np.average(np.asarray(labels).reshape(-1) == predicted, weights=weights))


def check_vocabulary(label_vocabulary: Any, n_classes: int) -> tuple[Any, ...] | None:
    """Returns the vocabulary as a tuple.

    Raises:
        ValueError: If it has not `n_classes` different entries.
    """
    if label_vocabulary is None:
        return None
    vocabulary = tuple(label_vocabulary)
    if len(set(vocabulary)) != n_classes or len(vocabulary) != n_classes:
        raise ValueError(
            f"label_vocabulary must hold {n_classes} different labels; got {vocabulary!r}. Name each class once."
        )
    return vocabulary
