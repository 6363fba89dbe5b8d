"""What was made lately and may be asked for again, as much of it as fits a number of bytes.

Synopsis:
    >>> lately = ByteCache(max_bytes=100)
    >>> lately.put("loss", stamp=1, value="first", num_bytes=60)
    >>> lately.find("loss", stamp=1), lately.find("loss", stamp=2)
    ('first', None)
    >>> lately.put("acc", stamp=1, value="second", num_bytes=60)
    >>> lately.find("loss", stamp=1), lately.num_bytes
    (None, 60)
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any


class ByteCache:
    """Values under keys, within a budget of bytes; those asked for longest ago go first. Thread-safe.

    Each value has a stamp that says what it was made from: asked for with another one, it counts as not there.
    """

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._lock = threading.Lock()
        self._entries: OrderedDict[Hashable, tuple[Hashable, Any, int]] = OrderedDict()
        self._num_bytes = 0

    @property
    def num_bytes(self) -> int:
        """Bytes of all values."""
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
        """Keeps a value in place of what was under the key; one that is larger than the budget is not kept."""
        with self._lock:
            self._drop(key)
            if num_bytes > self._max_bytes:
                return
            self._entries[key] = stamp, value, num_bytes
            self._num_bytes += num_bytes
            while self._num_bytes > self._max_bytes:
                self._drop(next(iter(self._entries)))

    def drop_where(self, is_gone: Callable[[Any], bool]) -> None:
        """Drops the values whose keys are such."""
        with self._lock:
            for key in [key for key in self._entries if is_gone(key)]:
                self._drop(key)

    def _drop(self, key: Hashable) -> None:
        entry = self._entries.pop(key, None)
        if entry is not None:
            self._num_bytes -= entry[2]
