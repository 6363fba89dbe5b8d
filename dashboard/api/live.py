"""``data/live``: one WebSocket a tab that says what changed, as soon as it did.

News carry versions, never data: a page fetches what its cards in view need. Each message is
``{"server": id, "version": V, "tags_version": T, "runs": {name: [version, last wall time, number of problems], …},
"sidecar": S, "num_remarks": number, "checked": wall time, "is_reading": bool}`` with the runs that changed since the
message before; the first lists every run. S is the version of `data/sidecar`. Remarks are those on the logdir and on
its index. One message follows at least every `HEARTBEAT_SECS`, so that silence means a lost server. Another `server`
is another process or logdir: nothing that was fetched before counts any more. While `is_reading`, the logdir is read
for the first time.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, WebSocket, WebSocketDisconnect

from dashboard.sidecar import Sidecar
from dashboard.store.protocol import LogStore, Progress, RunFacts

HEARTBEAT_SECS = 5.0
# Several files often grow at once; one message for all of them costs a reader less than one each.
GATHER_SECS = 0.02
# The first look at a large logdir changes the store hundreds of times; pages need not draw each.
GATHER_FIRST_SECS = 0.25


class NewsHub:
    """Wakes the event loop's waiters from the thread that fills the store."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._changed = asyncio.Event()
        self._is_closed = False

    def open(self) -> None:
        """Binds the hub to the running event loop; call it there before any `notify`."""
        self._loop = asyncio.get_running_loop()

    def notify(self) -> None:
        """Says that the store changed. Called from any thread."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._wake)

    def close(self) -> None:
        """Ends every wait, so that the server can stop."""
        self._is_closed = True
        self._wake()

    @property
    def is_closed(self) -> bool:
        """Whether the server is stopping."""
        return self._is_closed

    def _wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    def next_change(self) -> asyncio.Event:
        """What the next change sets. Take it before you look whether something changed: then no change is missed."""
        return self._changed


def news_since(store: LogStore, version: int, progress: Progress, sidecar: Sidecar) -> dict[str, Any]:
    """What changed in the store after a version, and the version of what people added."""
    is_reading, checked = progress.is_reading, progress.last_checked
    now = store.version()
    changed = [run for run in store.runs() if run.version > version]
    return {
        "version": now,
        "tags_version": store.tags_version(),
        "runs": {run.name: [run.version, _or_null(run.last_wall_time), _count_problems(run)] for run in changed},
        "sidecar": sidecar.version,
        "num_remarks": len(store.remarks()) + len(progress.problems),
        "checked": checked,
        "is_reading": is_reading,
    }


def _count_problems(run: RunFacts) -> int:
    return sum(len(health.problems) for health in run.files)


def _or_null(wall_time: float) -> float | None:
    return None if math.isnan(wall_time) else wall_time


def make_router(store: LogStore, sidecar: Sidecar, hub: NewsHub, progress: Progress, server: str) -> APIRouter:
    """Makes the live route.

    Args:
        store: What changes.
        sidecar: What people add, which changes too.
        hub: Says when.
        progress: How far the logdir is read.
        server: Tells this board from every other.
    """
    router = APIRouter()

    @router.websocket("/data/live")
    async def live(socket: WebSocket) -> None:
        await socket.accept()
        listener = asyncio.create_task(_listen(socket))
        told = (-1, progress.is_reading, 0)

        def is_news() -> bool:
            return (store.version(), progress.is_reading, sidecar.version) != told

        try:
            while not (hub.is_closed or listener.done()):
                news = news_since(store, told[0], progress, sidecar)
                await socket.send_json({"server": server, **news})
                told = news["version"], news["is_reading"], news["sidecar"]
                await wait_for_news(hub, listener, is_news)
                await asyncio.sleep(GATHER_FIRST_SECS if progress.is_reading else GATHER_SECS)
        except WebSocketDisconnect:
            return
        finally:
            listener.cancel()
        if hub.is_closed:
            await socket.close(code=1001)

    return router


async def _listen(socket: WebSocket) -> None:
    """Ends when the browser goes away; what it says is not used."""
    while (await socket.receive())["type"] != "websocket.disconnect":
        pass


async def wait_for_news(hub: NewsHub, listener: asyncio.Task[None], is_news: Callable[[], bool]) -> None:
    """Returns when there is news, the browser goes away, the server stops, or after `HEARTBEAT_SECS`.

    Args:
        hub: Wakes at changes.
        listener: Ends when the browser goes away.
        is_news: Whether there is something to tell now.
    """
    deadline = time.monotonic() + HEARTBEAT_SECS
    while True:
        change = hub.next_change()
        left = deadline - time.monotonic()
        if is_news() or hub.is_closed or listener.done() or left <= 0:
            return
        waiter = asyncio.create_task(change.wait())
        await asyncio.wait({waiter, listener}, timeout=left, return_when=asyncio.FIRST_COMPLETED)
        waiter.cancel()
