"""Raw values of features on the host: what came, checked, as numbers or as distinct values with their places."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from summaries.adapters import to_plain_numpy
from trainer.feature_columns.fingerprints import Words, fingerprint

Features = Mapping[str, Any]


@dataclass(frozen=True)
class Distinct:
    """Values of a feature without repetitions: tables are looked up, and texts hashed, once for each.

    Attributes:
        values: The distinct values: int or str; None is a missing one.
        places: Which of them stands where, ``(n, k)`` int.
    """

    values: Sequence[int | str | None]
    places: np.ndarray

    def spread(self, found: np.ndarray) -> np.ndarray:
        """What was found for each distinct value, at all places, ``(n, k)``."""
        spread: np.ndarray = found[self.places]
        return spread


def read_distinct(features: Features, key: str) -> Distinct:
    """Reads a categorical feature ``(n,)`` or ``(n, k)`` of integers or texts.

    Missing are None, NaN, ``""`` and, among integers, -1. Floats are integers if they are whole: tables make floats of
    integers where one is missing.

    Raises:
        ValueError: If it is missing, has another shape, or holds other values.
    """
    array = _two_axes(_whole_as_integers(read_array(features, key)), key)
    if array.dtype.kind in "iub":
        values, inverse = np.unique(array, return_inverse=True)
        listed = [None if value == -1 else int(value) for value in values.tolist()]
        return Distinct(listed, inverse.reshape(array.shape))
    flat = array.ravel().tolist()
    # Both passes run in C: about 0.1 µs a value.
    numbers = {value: number for number, value in enumerate(dict.fromkeys(flat))}
    places = np.fromiter(map(numbers.__getitem__, flat), np.int32, len(flat)).reshape(array.shape)
    return Distinct([_plain(value, key) for value in numbers], places)


def read_numbers(features: Features, key: str, shape: tuple[int, ...]) -> np.ndarray:
    """Reads a numeric feature, ``(n, *shape)`` float64 or as it came; missing values are NaN.

    Raises:
        ValueError: If it is missing, has another shape, or holds other values.
    """
    array = read_array(features, key)
    if array.dtype.kind == "O":
        array = _as_floats(array, key)
    if array.dtype.kind not in "fiub":
        raise ValueError(
            f"column {key!r} must hold numbers; got {array.dtype} values. Read it with a categorical column."
        )
    if array.shape[1:] == shape or (array.ndim == 1 and shape == (1,)):
        return array.reshape(len(array), *shape)
    raise ValueError(
        f"column {key!r} must have the shape {_shown('n', *shape)}; got {array.shape}. Pass shape= to numeric_column."
    )


def read_array(features: Features, key: str) -> np.ndarray:
    """A feature as an array.

    Raises:
        ValueError: If there is none of this name, or its rows are not equally long.
    """
    if key not in features:
        raise ValueError(f"features must hold the column {key!r}; got {', '.join(map(repr, features))}. Add it.")
    value = features[key]
    # A list may mix texts and missing values, of which NumPy would make texts.
    is_list = isinstance(value, list | tuple)
    try:
        array = np.array(value, dtype=object) if is_list else to_plain_numpy(value)
    except ValueError as error:
        raise _ragged(key) from error
    if array.dtype.kind == "O" and any(isinstance(item, list | tuple | np.ndarray) for item in array.ravel()[:1]):
        return _rectangular(array, key)
    return array


def hash_values(distinct: Distinct) -> Words:
    """``Fingerprint64`` of each distinct value, integers as texts; what a missing one gets is of no use."""
    return fingerprint([b"" if value is None else str(value).encode() for value in distinct.values])


def _two_axes(array: np.ndarray, key: str) -> np.ndarray:
    if array.ndim not in (1, 2):
        raise ValueError(
            f"column {key!r} must have the shape (n,) or (n, values); got {array.shape}. Pass one row for each label."
        )
    if array.dtype.kind not in "iubUSOT":
        raise ValueError(
            f"column {key!r} must hold texts or integers for a categorical column; got {array.dtype} values. "
            "Convert it, or put it into buckets with bucketized_column."
        )
    return array[:, None] if array.ndim == 1 else array


def _whole_as_integers(array: np.ndarray) -> np.ndarray:
    if array.dtype.kind != "f":
        return array
    is_missing = np.isnan(array)
    numbers = np.where(is_missing, -1, array)
    return numbers.astype(np.int64) if (np.abs(numbers) < 2**53).all() and (numbers % 1 == 0).all() else array


def _rectangular(array: np.ndarray, key: str) -> np.ndarray:
    """Rows that are lists or arrays, as one array."""
    lengths = {len(row) if hasattr(row, "__len__") else -1 for row in array}
    if len(lengths) > 1:
        raise _ragged(key)
    return np.array([list(row) for row in array], dtype=object)


def _ragged(key: str) -> ValueError:
    return ValueError(
        f"column {key!r} must have equally many values in each row; got rows of different lengths. "
        "Pad them with '' or -1, which stand for no value."
    )


def _as_floats(array: np.ndarray, key: str) -> np.ndarray:
    texts = [value for value in array.ravel() if isinstance(value, str | bytes)]
    try:
        if not texts:
            return array.astype(np.float64)
    except (TypeError, ValueError):
        texts = list(array.ravel())
    raise ValueError(f"column {key!r} must hold numbers; got {texts[0]!r}. Read it with a categorical column.")


def _plain(value: Any, key: str) -> int | str | None:
    if value is None or value == "" or value == b"" or (isinstance(value, float) and math.isnan(value)):
        return None
    if isinstance(value, bytes):
        return value.decode()
    if isinstance(value, str):
        return value
    if isinstance(value, int | np.integer | np.bool_) or (isinstance(value, float) and value.is_integer()):
        return None if value == -1 else int(value)
    raise ValueError(f"column {key!r} must hold texts or integers for a categorical column; got {value!r}. Convert it.")


def _shown(*sizes: object) -> str:
    return f"({', '.join(map(str, sizes))}{',' if len(sizes) == 1 else ''})"
