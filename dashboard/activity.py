"""Whether someone waits for an answer: what is done ahead of time in the background gives way to that."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

from starlette.types import ASGIApp, Receive, Scope, Send


class Activity:
    """Counts requests that are being answered. Changed by the event loop, read from any thread."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._num_waiting = 0
        self._last_end = math.inf

    def begin(self) -> None:
        """Says that someone waits."""
        self._num_waiting += 1

    def end(self) -> None:
        """Says that the answer was given."""
        self._num_waiting -= 1
        self._last_end = self._clock()

    @property
    def is_begun(self) -> bool:
        """Whether someone was answered already."""
        return self._last_end < math.inf

    def is_quiet(self, secs: float) -> bool:
        """Whether someone was answered, and for so long nobody waited since."""
        return self._num_waiting == 0 and self._clock() - self._last_end >= secs


class NoteActivity:
    """Tells an `Activity` of every request over HTTP."""

    def __init__(self, app: ASGIApp, *, activity: Activity) -> None:
        self._app, self._activity = app, activity

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request (ASGI)."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        self._activity.begin()
        try:
            await self._app(scope, receive, send)
        finally:
            self._activity.end()
