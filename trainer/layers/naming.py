"""Names of layers inside a network: they become graph scopes, parameter paths and tags."""

from __future__ import annotations

import re
from collections import Counter


def snake_case(name: str) -> str:
    """``MultiHeadAttention`` → ``multi_head_attention``, ``Conv2DTranspose`` → ``conv2d_transpose``."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z0-9])(?=[A-Z][a-z])", "_", name).lower()


class Namer:
    """Hands out ``dense_0``, ``dense_1``, … within one network."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()

    def name(self, type_name: str, given: str | None) -> str:
        """Returns `given`, or the next free name for this type of layer.

        Raises:
            ValueError: If `given` holds a ``/``, which separates scopes.
        """
        if given is not None:
            return check_name(given)
        prefix = snake_case(type_name)
        number = self._counts[prefix]
        self._counts[prefix] += 1
        return f"{prefix}_{number}"


def check_name(name: str) -> str:
    """Returns a name that may stand in a path.

    Raises:
        ValueError: If it is empty or holds a ``/``.
    """
    if not name or "/" in name:
        raise ValueError(f"name must be a non-empty text without '/'; got {name!r}. Use a scope for nested names.")
    return name
