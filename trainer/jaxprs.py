"""Looking through traced programs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def iter_primitives(jaxpr: Any) -> Iterator[str]:
    """Names of all primitives in a jaxpr and in those inside of it, ``conv_general_dilated``."""
    for equation in getattr(jaxpr, "jaxpr", jaxpr).eqns:
        yield equation.primitive.name
        for value in equation.params.values():
            for inner in value if isinstance(value, tuple | list) else (value,):
                if hasattr(inner, "eqns") or hasattr(getattr(inner, "jaxpr", None), "eqns"):
                    yield from iter_primitives(inner)
