"""Counts and other numbers that a user passes."""

from __future__ import annotations

from numbers import Integral, Real
from typing import Any


def check_count(name: str, value: Any, *, least: int = 1) -> int:
    """Returns a count as an int; NumPy's integers are accepted.

    Raises:
        ValueError: If it is not an integer of at least `least`.
    """
    if isinstance(value, bool) or not isinstance(value, Integral) or value < least:
        rule = "a positive integer" if least == 1 else f"an integer of at least {least}"
        raise ValueError(f"{name} must be {rule}; got {value!r}. Pass a count.")
    return int(value)


def check_positive(name: str, value: Any) -> None:
    """Refuses what is no number above 0.

    Raises:
        ValueError: If it is none.
    """
    if isinstance(value, bool) or not isinstance(value, Real) or not float(value) > 0:
        raise ValueError(f"{name} must be positive; got {value!r}. Pass such a number.")
