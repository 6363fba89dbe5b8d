"""What was made lately and may be asked for again, as much of it as fits a number of bytes.

Synopsis:
    >>> lately = ByteCache(max_bytes=10_000)
    >>> lately.put("loss", stamp=1, value="first", num_bytes=6_000)
    >>> lately.find("loss", stamp=1), lately.find("loss", stamp=2)
    ('first', None)
    >>> lately.put("acc", stamp=1, value="second", num_bytes=6_000)
    >>> lately.find("loss", stamp=1), lately.find("acc", stamp=1)
    (None, 'second')
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import is_dataclass
from typing import Any

ENTRY_BYTES = 400
"""What an entry costs beside its key and its value."""


class ByteCache:
    """Values under keys, within a budget of bytes; those asked for longest ago go first. Thread-safe.

    Each value has a stamp that says what it was made from: asked for with another one, it counts as not there. Keys
    count too: what a request asks for may be longer than its answer.
    """

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._lock = threading.Lock()
        self._entries: OrderedDict[Hashable, tuple[Hashable, Any, int]] = OrderedDict()
        self._num_bytes = 0

    @property
    def num_bytes(self) -> int:
        """Bytes of all values and keys."""
        return self._num_bytes

    def find(self, key: Hashable, stamp: Hashable = None) -> Any:
        """The value; None if there is none of this stamp."""
        with self._lock:
            entry = self._entries.get(key)
            if entry is None or entry[0] != stamp:
                return None
            self._entries.move_to_end(key)
            return entry[1]

    def put(self, key: Hashable, stamp: Hashable, value: Any, num_bytes: int) -> None:
        """Keeps a value in place of what was under the key; one that is larger than the budget is not kept.

        Args:
            key: What it is found by.
            stamp: What it was made from.
            value: The value.
            num_bytes: What that costs.
        """
        cost = num_bytes + ENTRY_BYTES + weigh(key)
        with self._lock:
            self._drop(key)
            if cost > self._max_bytes:
                return
            self._entries[key] = stamp, value, cost
            self._num_bytes += cost
            while self._num_bytes > self._max_bytes:
                self._drop(next(iter(self._entries)))

    def drop_where(self, is_gone: Callable[[Any], bool]) -> None:
        """Drops the values whose keys are such."""
        with self._lock:
            for key in [key for key in self._entries if is_gone(key)]:
                self._drop(key)

    def clear(self) -> None:
        """Drops all values."""
        with self._lock:
            self._entries.clear()
            self._num_bytes = 0

    def _drop(self, key: Hashable) -> None:
        entry = self._entries.pop(key, None)
        if entry is not None:
            self._num_bytes -= entry[2]


def weigh(key: Hashable) -> int:
    """About how many bytes the texts of a key take, in tuples and dataclasses too.

    >>> weigh("loss"), weigh(("loss", ("a", "bc"), 7))
    (4, 7)
    """
    if isinstance(key, str | bytes):
        return len(key)
    if isinstance(key, tuple):
        return sum(map(weigh, key))
    return sum(map(weigh, vars(key).values())) if is_dataclass(key) else 0
