"""Checks of data before the first step, each with a message that says what must hold and what came."""

from __future__ import annotations

from typing import Any

import jax
import numpy as np

from summaries.adapters import to_plain_numpy
from trainer.paths import leaf_paths


def as_features(features: Any, *, name: str = "X", takes_missing: bool = False) -> Any:
    """Turns features into NumPy arrays of finite numbers that the device can take.

    Args:
        features: Array-like ``(n, …)``, or a dict or tuple of them.
        name: What to call them in messages.
        takes_missing: Whether NaN may stand for numbers that are missing.

    Returns:
        float32 for floats, int32 for integers, other numeric types as they are.

    Raises:
        ValueError: If a value is not numeric or not finite, or there is no row, or columns differ in length.
    """
    if isinstance(features, dict | tuple):
        arrays = jax.tree.map(lambda leaf: _as_array(leaf, name, takes_missing), features)
        lengths = {len(leaf) for leaf in jax.tree.leaves(arrays)}
        if len(lengths) != 1:
            raise ValueError(f"arrays of {name} must have equally many rows; got {sorted(lengths)}. Align them.")
        return arrays
    return _as_array(features, name, takes_missing)


def num_rows(features: Any) -> int:
    """Number of rows of an array or a pytree of arrays; a symbol where a program for any number is made."""
    rows: int = jax.tree.leaves(features)[0].shape[0]
    return rows


def check_same_rows(features: Any, other: Any, name: str) -> None:
    """Refuses labels or weights that are not one for each row.

    Args:
        features: Array or pytree of arrays, ``(n, …)``.
        other: Array ``(n, …)``, or a dict of such.
        name: What to call it in messages.

    Raises:
        ValueError: If the lengths differ.
    """
    expected = num_rows(features)
    for path, array in zip(leaf_paths(other), jax.tree.leaves(other), strict=True):
        if len(array) != expected:
            _refuse_length(f"{name} of {path!r}" if path else name, expected, len(array))


def _refuse_length(name: str, expected: int, got: int) -> None:
    raise ValueError(f"{name} must have one entry for each of the {expected} rows of X; got {got}. Align them.")


def as_weights(weights: Any, features: Any, name: str = "sample_weight") -> np.ndarray | None:
    """Returns weights of rows ``(n,)`` float32, or None.

    Args:
        weights: As they came.
        features: The rows, as arrays.
        name: What to call the weights in messages.

    Raises:
        ValueError: If they are not finite numbers of at least 0, one a row.
    """
    if weights is None:
        return None
    array = np.asarray(weights, dtype=np.float64)
    if array.ndim != 1:
        raise ValueError(f"{name} must have the shape (n,); got {array.shape}. Pass one weight a row.")
    check_same_rows(features, array, name)
    if not np.isfinite(array).all() or (array < 0).any():
        raise ValueError(f"{name} must be finite and at least 0; got negative or non-finite ones. Correct them.")
    return array.astype(np.float32)


def refuse_masked(values: Any, name: str) -> None:
    """Raises ValueError if some values of a masked array are none."""
    if isinstance(values, np.ma.MaskedArray) and np.ma.is_masked(values):
        raise ValueError(f"{name} must have no masked values; got {values.mask.sum()}. Fill them: {name}.filled(0).")


def _as_array(values: Any, name: str, takes_missing: bool) -> np.ndarray:
    if hasattr(values, "toarray") and hasattr(values, "nnz"):
        raise ValueError(f"{name} must be a dense array; got a sparse matrix. Pass {name}.toarray().")
    refuse_masked(values, name)
    _refuse_several(values, name)
    array = to_plain_numpy(values)
    if array.dtype.kind == "O":
        array = _numbers(array, name)
    if array.dtype.kind == "c":
        raise ValueError(
            f"{name} must be real; got {array.dtype} values. Complex data not supported: pass two columns."
        )
    if array.dtype.kind not in "fiub":
        raise ValueError(f"{name} must be numeric; got {array.dtype} values. Turn texts into numbers first.")
    if array.ndim == 0 or len(array) == 0:
        raise ValueError(f"{name} must have at least one row; got shape {array.shape}. Pass some data.")
    if array.dtype.kind == "f":
        with np.errstate(over="ignore"):  # what float32 cannot hold is refused below
            return _finite(array.astype(np.float32), name, takes_missing)
    return _narrow(array, name) if array.dtype.itemsize == 8 else array


def _refuse_several(values: Any, name: str) -> None:
    """Refuses a list of arrays of different shapes: rows are alike, so these are several inputs, as in Keras."""
    if not isinstance(values, list):
        return
    shapes = [value.shape for value in values if isinstance(value, np.ndarray | jax.Array)]
    if len(set(shapes)) > 1:
        raise ValueError(
            f"{name} must be rows of one shape in a list; got {', '.join(map(str, shapes[:3]))}. "
            "Pass a tuple or a dict of arrays for several inputs."
        )


def _narrow(array: np.ndarray, name: str) -> np.ndarray:
    limits = np.iinfo(np.int32)
    wrong = array[(array < limits.min) | (array > limits.max)]
    if len(wrong):
        raise ValueError(f"{name} must hold integers of 32 bits; got {wrong[0]}. Pass such numbers as floats.")
    return array.astype(np.int32)


def _numbers(array: np.ndarray, name: str) -> np.ndarray:
    if array.ndim == 0:  # what NumPy could not read
        got = type(array.item()).__name__
        raise TypeError(f"{name} must be an array, a list or a table; got {got}. Pass one: a LazyFrame collected.")
    try:
        return array.astype(np.float64)
    except (TypeError, ValueError) as error:
        kind = TypeError if isinstance(error, TypeError) else ValueError
        raise kind(
            f"{name} must be a rectangular array of numbers; got {array.shape} objects ({error}). "
            "Turn texts into numbers first."
        ) from error


def _finite(array: np.ndarray, name: str, takes_missing: bool) -> np.ndarray:
    is_finite = ~np.isinf(array) if takes_missing else np.isfinite(array)
    if not is_finite.all():
        place = tuple(int(index) for index in np.argwhere(~is_finite)[0])
        column = f", column {place[1]}" if array.ndim == 2 else ""
        got = "NaN" if np.isnan(array[place]) else array[place]
        raise ValueError(f"{name} must be finite; got {got} in row {place[0]}{column}. Drop or fill such rows.")
    return array
