"""Answers that are made once for all who ask for the same: many tabs show one page, and hear of news together.

Synopsis:
    >>> answers = SharedAnswers(max_bytes=10_000)
    >>> answers.find_or_make("loss", 1, lambda: b"drawn"), answers.find_or_make("loss", 1, lambda: b"again")
    (b'drawn', b'drawn')
    >>> answers.find_or_make("loss", 2, lambda: b"anew")
    b'anew'
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable

from dashboard.store.cache import ByteCache

_NUM_LOCKS = 64


class SharedAnswers:
    """Answers under keys, each of a version that only grows; kept are those of the newest. Thread-safe.

    Who asks for one that is being made waits for it. Where making fails, the next one who asks tries again.
    """

    def __init__(self, max_bytes: int) -> None:
        self._made = ByteCache(max_bytes)
        self._newest = -1
        self._keeping = threading.Lock()
        # Of two keys that share a lock one waits for nothing, which costs little: only one thread computes at a time.
        self._locks = [threading.Lock() for _ in range(_NUM_LOCKS)]

    def find_or_make(self, key: Hashable, version: int, make: Callable[[], bytes]) -> bytes:
        """The answer; made now unless that was done for this version. What `make` raises is raised."""
        known: bytes | None = self._made.find(key, version)
        if known is not None:
            return known
        with self._locks[hash(key) % _NUM_LOCKS]:
            known = self._made.find(key, version)
            if known is None:
                known = make()
                self._keep(key, version, known)
            return known

    def _keep(self, key: Hashable, version: int, made: bytes) -> None:
        """Keeps an answer in place of those of older versions, which nobody asks for any more."""
        with self._keeping:
            if version > self._newest:
                self._made.clear()
                self._newest = version
            if version == self._newest:
                self._made.put(key, version, made, len(made))
