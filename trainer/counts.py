"""Counts and other numbers that a user passes."""

from __future__ import annotations

from numbers import Integral, Real
from typing import Any


def check_count(name: str, value: Any, *, least: int = 1) -> int:
    """Returns a count as an int; one of NumPy or JAX is accepted, also as an array without axes.

    Raises:
        ValueError: If it is not an integer of at least `least`.
    """
    count = as_python(value)
    if isinstance(count, bool) or not isinstance(count, Integral) or count < least:
        rule = "a positive integer" if least == 1 else f"an integer of at least {least}"
        raise ValueError(f"{name} must be {rule}; got {value!r}. Pass a count.")
    return int(count)


def check_positive(name: str, value: Any) -> Any:
    """Returns a number above 0; one of NumPy or JAX as Python's.

    Raises:
        ValueError: If it is none.
    """
    number = as_python(value)
    if isinstance(number, bool) or not isinstance(number, Real) or not float(number) > 0:
        raise ValueError(f"{name} must be positive; got {value!r}. Pass such a number.")
    return number


def as_python(value: Any) -> Any:
    """An array without axes, or a scalar of NumPy, as a scalar of Python; anything else as it is."""
    return value.item() if getattr(value, "shape", None) == () and hasattr(value, "item") else value
