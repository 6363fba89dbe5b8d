"""From the user's class labels to class ids."""

from __future__ import annotations

from typing import Any

import numpy as np


def encode_classes(labels: Any, classes: np.ndarray, rows: np.ndarray | None = None) -> np.ndarray:
    """Returns the place of each label in `classes`, ``(n,)`` int32.

    Args:
        labels: ``(n,)`` or ``(n, 1)``.
        classes: The known labels, ``(k,)``.
        rows: Which row each belongs to, for messages; None counts them.

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
        known = classes.tolist()
        first = next((row for row, label in enumerate(array.tolist()) if label not in known), 0)
        raise _unknown(array[first], classes, int(first if rows is None else rows[first])) from error
    ids = order[np.minimum(place, len(classes) - 1)]
    wrong = np.flatnonzero(classes[ids] != array)
    if len(wrong):
        raise _unknown(array[wrong[0]], classes, int(wrong[0] if rows is None else rows[wrong[0]]))
    return ids.astype(np.int32)


def encode_indicators(labels: Any, classes: np.ndarray) -> np.ndarray:
    """Returns a column of 0 and 1 for each class, ``(n, k)`` int32.

    Args:
        labels: Such a matrix; or for each row a list, tuple or set of its labels, possibly empty.
        classes: The known labels, ``(k,)``.

    Raises:
        ValueError: If they are neither, or a label is not among the known ones.
    """
    rows = labels.tolist() if isinstance(labels, np.ndarray) and labels.dtype.kind == "O" else labels
    if isinstance(rows, list | tuple) and _are_lists(rows) and not _is_matrix(rows, len(classes)):
        return _encode_lists(rows, classes)
    array = np.asarray(rows)
    if array.ndim != 2 or array.shape[1] != len(classes):
        raise ValueError(
            f"labels must have the shape (n, {len(classes)}), or be lists of labels; got shape {array.shape}. "
            "Pass a column of 0 and 1 for each class."
        )
    is_wrong = (array != 0) & (array != 1) if array.dtype.kind in "fiub" else np.ones(array.shape, bool)
    if is_wrong.any():
        row = int(np.flatnonzero(is_wrong.any(axis=1))[0])
        raise ValueError(f"labels must be 0 or 1; got {array[row].tolist()} in row {row}. Correct them.")
    return array.astype(np.int32)


def _are_lists(rows: Any) -> bool:
    return all(isinstance(row, list | tuple | set | frozenset) for row in rows)


def _is_matrix(rows: Any, width: int) -> bool:
    """Whether lists are rows of 0 and 1 rather than lists of labels."""
    return all(isinstance(row, list | tuple) and len(row) == width and set(row) <= {0, 1} for row in rows)


def _encode_lists(rows: Any, classes: np.ndarray) -> np.ndarray:
    lengths = [len(row) for row in rows]
    flat = [label for row in rows for label in row]
    encoded = np.zeros((len(rows), len(classes)), np.int32)
    if flat:
        of_row = np.repeat(np.arange(len(rows)), lengths)
        encoded[of_row, encode_classes(flat, classes, of_row)] = 1
    return encoded


def _unknown(label: Any, classes: np.ndarray, row: int) -> ValueError:
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


def check_smoothing(label_smoothing: float) -> None:
    """Refuses a share outside [0, 1).

    Raises:
        ValueError: If it is.
    """
    if not 0 <= label_smoothing < 1:
        raise ValueError(f"label_smoothing must be in [0, 1); got {label_smoothing!r}. Pass for example 0.1.")
