"""Confusion matrices: how often each class was taken for each.

One encoding: a JSON object `{"counts": [[…]], "class_names": […]}`, with plugin `confusion_matrices`. Rows are the true
classes, columns the predicted ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from summaries.columns import Floats
from summaries.kinds.contract import Kind
from summaries.kinds.json_values import decode_json_object, encode_json, make_metadata


@dataclass(frozen=True)
class ConfusionMatrix:
    """Counts of pairs of classes.

    Attributes:
        counts: Row: the true class, column: the predicted one. Shape (k, k), float64.
        class_names: Length k; empty if the classes are only numbers.
    """

    counts: Floats
    class_names: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        shape, num_names = self.counts.shape, len(self.class_names)
        if len(shape) != 2 or shape[0] != shape[1]:
            raise ValueError(f"counts must have shape (k, k); got {shape}. Rows are true classes.")
        if num_names not in (0, shape[0]):
            raise ValueError(f"class_names must name each of the {shape[0]} classes; got {num_names} names.")


def make_confusion_matrix(
    labels: npt.NDArray[Any], predictions: npt.NDArray[Any], class_names: Sequence[str] | None
) -> ConfusionMatrix:
    """Counts pairs of a label and a prediction.

    Args:
        labels: Numbers of classes, or their names. Shape (n,).
        predictions: The same, or a score for each class. Shape (n,) or (n, k).
        class_names: Names of all classes; None for those that occur.

    Raises:
        ValueError: If the shapes differ, or a label is no class.
    """
    if predictions.ndim == 2:
        num_scores = predictions.shape[1]
        predictions = predictions.argmax(axis=1)
    else:
        num_scores = 0
    _check_pairs(labels, predictions)
    if labels.dtype.kind in "OUS":
        names = [str(name) for name in (np.union1d(labels, predictions) if class_names is None else class_names)]
        labels, predictions = _to_numbers(labels, names), _to_numbers(predictions, names)
        class_names = names
    num_seen = int(max(labels.max(initial=-1), predictions.max(initial=-1))) + 1
    num_classes = max(num_scores, num_seen) if class_names is None else len(class_names)
    if num_seen > num_classes or min(labels.min(initial=0), predictions.min(initial=0)) < 0:
        raise ValueError(f"labels and predictions must lie in [0, {num_classes}); got {num_seen - 1} or less than 0.")
    pairs = labels.astype(np.int64) * num_classes + predictions.astype(np.int64)
    counts = np.bincount(pairs, minlength=num_classes * num_classes).reshape(num_classes, num_classes)
    return ConfusionMatrix(counts.astype(np.float64), tuple(class_names or ()))


def _check_pairs(labels: npt.NDArray[Any], predictions: npt.NDArray[Any]) -> None:
    if labels.ndim != 1 or labels.shape != predictions.shape:
        shapes = f"{labels.shape} and {predictions.shape}"
        raise ValueError(f"labels and predictions must be of one shape (n,); got {shapes}. Pass scores as (n, k).")
    for name, array in (("labels", labels), ("predictions", predictions)):
        if array.dtype.kind not in "biuOUS" and (array.dtype.kind != "f" or (array != np.floor(array)).any()):
            raise ValueError(f"{name} must be classes, as numbers or names; got dtype {array.dtype}.")
    if (labels.dtype.kind in "OUS") != (predictions.dtype.kind in "OUS"):
        kinds = f"{labels.dtype} and {predictions.dtype}"
        raise ValueError(f"labels and predictions must both be numbers or both be names; got {kinds}.")


def _to_numbers(names: npt.NDArray[Any], class_names: Sequence[str]) -> npt.NDArray[np.int64]:
    numbers = {name: number for number, name in enumerate(class_names)}
    unknown = sorted({str(name) for name in names} - numbers.keys())
    if unknown:
        raise ValueError(f"class_names must hold all classes; got none of {unknown[:5]}. Add them.")
    return np.array([numbers[str(name)] for name in names], dtype=np.int64)


def encode_confusion_matrix(tag: str, matrix: ConfusionMatrix) -> bytes:
    """A `Summary.Value` with the counts; whole numbers are written as such."""
    counts = matrix.counts
    is_whole = bool((counts == np.floor(counts)).all())
    rows = (counts.astype(np.int64) if is_whole else counts).tolist()
    return encode_json(tag, {"counts": rows, "class_names": list(matrix.class_names)})


def decode_confusion_matrix(blob: bytes) -> ConfusionMatrix:
    """The matrix in a `Summary.Value`.

    Raises:
        ValueError: If there is none, or it is not square.
    """
    members = decode_json_object(blob)
    try:
        counts = np.array(members["counts"], dtype=np.float64)
        class_names = tuple(map(str, members.get("class_names", ())))
    except (KeyError, TypeError) as error:
        raise ValueError(f"the JSON must have counts and class_names: {error}.") from error
    return ConfusionMatrix(counts.reshape(0, 0) if counts.size == 0 else counts, class_names)


CONFUSION_MATRICES = Kind(
    name="confusion_matrices",
    encode=encode_confusion_matrix,
    decode=decode_confusion_matrix,
    metadata=make_metadata("confusion_matrices"),
)
