"""Another order for rows that come one by one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

import numpy as np

T = TypeVar("T")

_DRAWS = 1024  # one call of the generator costs as much as a hundred draws


def shuffled(rows: Iterator[T], buffer_size: int, generator: np.random.Generator) -> Iterator[T]:
    """Gives each row once, drawn among the next `buffer_size`.

    >>> sorted(shuffled(iter(range(5)), 3, np.random.default_rng(0)))
    [0, 1, 2, 3, 4]
    """
    buffer: list[T] = []
    places: list[int] = []
    for row in rows:
        if len(buffer) < buffer_size:
            buffer.append(row)
            continue
        if not places:
            places = generator.integers(buffer_size, size=_DRAWS).tolist()
        place = places.pop()
        yield buffer[place]
        buffer[place] = row
    for place in generator.permutation(len(buffer)).tolist():
        yield buffer[place]
