"""Things that a hyperparameter may give by name: activations, initialisers, regularisers, constraints."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any


def find_named(kind: str, value: Any, table: Mapping[str, Callable[..., Any]], example: str) -> Callable[..., Any]:
    """Returns what `table` has under a name; a function is returned as it is.

    Args:
        kind: What it is, for errors.
        value: A name or a function.
        table: Functions by name.
        example: A name to propose in errors.

    Raises:
        ValueError: If nothing has this name.
        TypeError: If it is neither a name nor callable.
    """
    if callable(value):
        return value  # type: ignore[no-any-return]
    if not isinstance(value, str):
        raise TypeError(f"{kind} must be a name or a function; got {value!r}. Pass for example {example!r}.")
    if value not in table:
        raise ValueError(f"{kind} must be one of {', '.join(sorted(table))}; got {value!r}. Or pass a function.")
    return table[value]
