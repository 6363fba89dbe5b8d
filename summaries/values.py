"""What callers may hand to the writer: checked, and brought into the one form that the encoders take."""

from __future__ import annotations

import contextlib
import math
import numbers
import operator
import time
from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from typing import Any

import numpy as np

from summaries.adapters import find_adapter, is_deferred, to_numpy

_REAL_KINDS = "fiub"
_BIN_RULES = ("tensorflow", "auto", "fd", "doane", "scott", "stone", "rice", "sturges", "sqrt")

_step_in_block: ContextVar[int] = ContextVar("step_in_block", default=0)


@contextlib.contextmanager
def step_in_block(step: int) -> Iterator[None]:
    """Within the block, and in this thread or asyncio task, `to_step(None)` is `step`."""
    token = _step_in_block.set(to_step(step))
    try:
        yield
    finally:
        _step_in_block.reset(token)


def to_step(step: Any) -> int:
    """The step as an int; for None that of the block around the call, 0 if there is none.

    Raises:
        ValueError: If it is no integer, or does not fit 64 bits.
    """
    if step is None:
        return _step_in_block.get()
    number = to_integer("global_step", step)
    if not -(2**63) <= number < 2**63:
        raise ValueError(f"global_step must fit 64 bits; got {number}. Count from 0.")
    return number


def to_integer(name: str, value: Any) -> int:
    """An integer of any library, an array of one too, or a float with nothing behind the point.

    Raises:
        ValueError: If it is none of these.
    """
    number = _unwrap(value)
    try:
        return operator.index(number)
    except TypeError:
        number = _to_float(number)
    if not number.is_integer():
        raise ValueError(f"{name} must be an integer; got {value!r}. Round it, or count in a smaller unit.")
    return int(number)


def to_time(walltime: float | None) -> float:
    """Seconds since the Unix epoch, now for None.

    Raises:
        ValueError: If it is no finite number.
    """
    if walltime is None:
        return time.time()
    secs = _to_float(_unwrap(walltime))
    if not math.isfinite(secs):
        rule = "seconds since the Unix epoch"
        raise ValueError(f"walltime must be {rule}; got {walltime!r}. Pass time.time(), or timestamp() of a datetime.")
    return secs


def _to_float64(number: Any) -> float:
    """A real number as a float, infinite if it is too large."""
    try:
        return float(number)
    except OverflowError:
        return math.inf if number > 0 else -math.inf


def _unwrap(value: Any) -> Any:
    """The element of an array of one, of any library; anything else as it is."""
    return value.item() if getattr(value, "size", 0) == 1 and hasattr(value, "item") else value


def _to_float(value: Any) -> float:
    """A number of any library; NaN for anything else, and for strings."""
    try:
        return float(value) if hasattr(value, "__float__") else math.nan
    except (TypeError, ValueError):
        return math.nan


def to_number(value: Any) -> float:
    """A number, or an array of one element, as a float.

    Raises:
        ValueError: If it is neither.
    """
    if isinstance(value, numbers.Number) and not isinstance(value, (complex, np.complexfloating)):
        return _to_float64(value)
    array = to_numpy(value)
    _check_one_real(array)
    return float(array.reshape(-1)[0])


def keep_number(value: Any) -> Any:
    """`value` as a float; an array of one element that may still be computed is kept as it is.

    Raises:
        ValueError: If it is not one real number.
    """
    if not is_deferred(value):
        return to_number(value)
    _check_one_real(value)
    return value


def _check_one_real(array: Any) -> None:
    if array.size != 1 or not is_real(array):
        shape = tuple(array.shape)
        raise ValueError(
            f"scalar_value must be one real number; got shape {shape} and dtype {array.dtype}. Reduce it first."
        )


def keep_array(value: Any, *, copy: bool = False) -> Any:
    """`value` as an array that nobody else changes: NumPy's are copied, immutable ones kept as they are.

    Args:
        value: The array.
        copy: Whether to copy immutable ones too, on their device: the caller will donate them.
    """
    if is_deferred(value):
        return value.copy() if copy else value
    adapter = find_adapter(value)
    return np.array(to_numpy(value)) if adapter is None else adapter.to_numpy(value)


def is_real(array: Any) -> bool:
    """Whether an array holds real numbers."""
    kind = getattr(array.dtype, "kind", "O")  # dtypes that are not NumPy's, as of JAX's keys, have none
    return kind in _REAL_KINDS or "float" in str(array.dtype)  # ml_dtypes' floats have kind V


def check_dtype(name: str, array: Any) -> None:
    """Raises ValueError unless `array` is of real numbers."""
    if not is_real(array):
        raise ValueError(
            f"{name} must be real numbers; got dtype {array.dtype}. Log magnitudes, or real and imaginary parts."
        )


def check_real(name: str, array: Any) -> None:
    """Raises ValueError unless `array` holds real numbers, and at least one."""
    check_dtype(name, array)
    if array.size == 0:
        raise ValueError(f"{name} must not be empty; got shape {tuple(array.shape)}. Leave empty arrays out.")


def check_mapping(name: str, value: Any) -> None:
    """Raises ValueError unless `value` is a mapping."""
    if not isinstance(value, Mapping):
        raise ValueError(f"{name} must be a dictionary; got {type(value).__name__}. Pass the values by name.")


def check_bins(bins: Any, max_bins: Any) -> None:
    """Raises ValueError unless a histogram can have such buckets."""
    if isinstance(bins, str):
        if bins not in _BIN_RULES:
            raise ValueError(f"bins must be one of {', '.join(_BIN_RULES)}, a number or edges; got {bins!r}.")
    elif np.ndim(bins) == 0:
        _check_count("bins", bins)
    elif np.ndim(bins) != 1 or len(bins) < 2 or not np.all(np.diff(bins) >= 0):
        raise ValueError(f"bins must be edges in ascending order; got {bins!r}. Pass at least two.")
    if max_bins is not None:
        _check_count("max_bins", max_bins)


def _check_count(name: str, value: Any) -> None:
    if not to_integer(name, value) > 0:
        raise ValueError(f"{name} must be above 0; got {value!r}.")


def check_shape(name: str, array: Any, shape: tuple[int, ...]) -> None:
    """Raises ValueError unless `array` has that shape."""
    if tuple(array.shape) != shape:
        raise ValueError(f"{name} must have shape {shape}; got {tuple(array.shape)}.")
