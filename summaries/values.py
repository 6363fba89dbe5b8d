"""What callers may hand to the writer: checked, and brought into the one form that the encoders take."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from contextvars import ContextVar
from typing import Any

import numpy as np

from summaries.adapters import find_adapter, is_deferred, to_numpy

_REAL_KINDS = "fiub"


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
    """The step as an int; for None that of the block around the call, 0 if there is none."""
    return _step_in_block.get() if step is None else int(step)


def to_time(walltime: float | None) -> float:
    """Seconds since the Unix epoch, now for None."""
    return time.time() if walltime is None else float(walltime)


def to_number(value: Any) -> float:
    """A number, or an array of one element, as a float.

    Raises:
        ValueError: If it is neither.
    """
    if isinstance(value, (float, int)):
        return float(value)
    array = to_numpy(value)
    if array.size != 1 or not is_real(array):
        raise ValueError(
            f"scalar_value must be one real number; got shape {array.shape} and dtype {array.dtype}. Reduce it first."
        )
    return float(array.reshape(-1)[0])


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
    return np.dtype(array.dtype).kind in _REAL_KINDS or "float" in str(array.dtype)  # ml_dtypes' floats have kind V


def check_real(name: str, array: Any) -> None:
    """Raises ValueError unless `array` holds real numbers, and at least one."""
    if not is_real(array):
        raise ValueError(
            f"{name} must be real numbers; got dtype {array.dtype}. Log magnitudes, or real and imaginary parts."
        )
    if array.size == 0:
        raise ValueError(f"{name} must not be empty; got shape {tuple(array.shape)}. Leave empty arrays out.")


def check_shape(name: str, array: Any, shape: tuple[int, ...]) -> None:
    """Raises ValueError unless `array` has that shape."""
    if tuple(array.shape) != shape:
        raise ValueError(f"{name} must have shape {shape}; got {tuple(array.shape)}.")
