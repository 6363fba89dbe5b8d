"""What is slow to make, made once however many ask for it, and kept within a budget of bytes."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from dashboard.api.clients import Client, ClientGoneError

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")
Check = Callable[[], None]

WAIT_SECS = 0.05


class MadeOnce(Generic[Key, Value]):
    """Values by key, those asked for lately. Safe to use from any thread.

    One value is made at a time; what is there already does not wait for it. Work ends when its client goes away, but
    not a second time: a key that was given up once is finished by the next that asks.
    """

    def __init__(self, max_bytes: int, weigh: Callable[[Value], int]) -> None:
        """Keeps values of `max_bytes`, as `weigh` says, and at least the newest."""
        self._max_bytes, self._weigh = max_bytes, weigh
        self._lock, self._making = threading.Lock(), threading.Lock()
        self._entries: OrderedDict[Key, tuple[Value, int]] = OrderedDict()
        self._given_up: set[Key] = set()

    def get(self, key: Key, make: Callable[[Check], Value], client: Client) -> Value:
        """The value of a key, made now if it is not kept.

        Args:
            key: What it is found by.
            make: Makes it; calls what it is given between two steps of the work.
            client: Who waits.

        Raises:
            ClientGoneError: If the client went away before all was done.
        """
        while (found := self._find(key)) is None:
            client.check()  # it may have waited for the values of others
            if self._making.acquire(timeout=WAIT_SECS):
                try:
                    found = self._find(key) or self._make(key, make, client)
                finally:
                    self._making.release()
                break
        return found[0]

    def _find(self, key: Key) -> tuple[Value, int] | None:
        with self._lock:
            if key in self._entries:
                self._entries.move_to_end(key)
            return self._entries.get(key)

    def _make(self, key: Key, make: Callable[[Check], Value], client: Client) -> tuple[Value, int]:
        try:
            value = make(_never if key in self._given_up else client.check)
        except ClientGoneError:
            self._given_up.add(key)
            raise
        self._given_up.discard(key)
        entry = value, self._weigh(value)
        with self._lock:
            self._entries[key] = entry
            while len(self._entries) > 1 and sum(cost for _, cost in self._entries.values()) > self._max_bytes:
                self._entries.popitem(last=False)
        return entry


def _never() -> None:
    """The check of work that does not end."""
