"""``data/live``: one WebSocket a tab that says what changed, as soon as it did.

News carry versions, never data: a page fetches what its cards in view need. Each message is
``{"server": id, "version": V, "tags_version": T, "runs": {name: [version, last wall time, number of points, number of
problems, state], …}, "sidecar": S, "num_remarks": number, "time": wall time, "checked": wall time, "is_reading": bool,
"num_bytes": [read, found] or null}`` with the runs that changed since the message before. The first lists every run, or
with ``?server=id&since=V`` those that changed after version V of that server; if it is another by now, none: nothing
that was fetched before counts any more, and what is fetched from now on is as new as the news.

States are those of `RunFacts.state_at`, and a run whose state changes by time alone is told too, under its old version.
S is the version of `data/sidecar`. Remarks are those on the logdir and on its index. `time` is when the message was
made and `checked` when a look at the logdir ended last, both by the server's clock. One message follows at least every
`HEARTBEAT_SECS`, so that silence means a lost server. While `is_reading`, the logdir is read for the first time;
`num_bytes` says how much is read of the bytes that were found, in that and in any other look that takes long.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable, Mapping
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


class News:
    """What one tab is told, message by message. Not thread-safe."""

    def __init__(
        self,
        store: LogStore,
        progress: Progress,
        sidecar: Sidecar,
        since: int = -1,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Tells nothing yet.

        Args:
            store: What changes.
            progress: How far the logdir is read.
            sidecar: What people add.
            since: The version that the tab knows.
            clock: Seconds since the epoch.
        """
        self._store, self._progress, self._sidecar, self._clock = store, progress, sidecar, clock
        self._version = since
        self._told: tuple[bool, tuple[int, int] | None, int] | None = None
        now = clock()
        self._running = {run.name: run for run in store.runs() if run.state_at(now) == "running"}

    @property
    def is_due(self) -> bool:
        """Whether there is something that the tab was not told."""
        return self._store.version() != self._version or self._look_beside() != self._told

    def tell(self) -> dict[str, Any]:
        """The next message: what changed since the last one."""
        now, version = self._clock(), self._store.version()
        self._told = is_reading, num_bytes, sidecar = self._look_beside()
        changed = {run.name: run for run in self._store.runs_since(self._version)}
        self._version = version
        silent = {name: run for name, run in self._running.items() if run.state_at(now) != "running"}
        told = silent | changed
        self._running = {name: run for name, run in self._running.items() if name not in told} | {
            name: run for name, run in changed.items() if run.state_at(now) == "running"
        }
        return {
            "version": version,
            "tags_version": self._store.tags_version(),
            "runs": {name: _describe(run, now) for name, run in told.items()},
            "sidecar": sidecar,
            "num_remarks": len(self._store.remarks()) + len(self._progress.problems),
            "time": now,
            "checked": self._progress.last_checked,
            "is_reading": is_reading,
            "num_bytes": num_bytes,
        }

    def _look_beside(self) -> tuple[bool, tuple[int, int] | None, int]:
        """What may change without a change of the store."""
        return self._progress.is_reading, self._progress.num_bytes, self._sidecar.version


def _describe(run: RunFacts, now: float) -> list[Any]:
    return [run.version, _or_null(run.last_wall_time), run.num_points, _count_problems(run), run.state_at(now)]


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
        try:
            since = _find_since(socket.query_params, server, store)
            # It asks for the state of every run, which takes long for thousands.
            news = await asyncio.to_thread(News, store, progress, sidecar, since)
            while not (hub.is_closed or listener.done()):
                await socket.send_json({"server": server, **news.tell()})
                await wait_for_news(hub, listener, lambda: news.is_due)
                await asyncio.sleep(GATHER_FIRST_SECS if progress.is_reading else GATHER_SECS)
        except WebSocketDisconnect:
            return
        finally:
            listener.cancel()
        if hub.is_closed:
            await socket.close(code=1001)

    return router


def _find_since(asked: Mapping[str, str], server: str, store: LogStore) -> int:
    """The version from which on a tab is to be told; a word that is none counts as left out."""
    if asked.get("server", server) != server:
        return store.version()
    try:
        return max(int(asked.get("since", "-1")), -1)
    except ValueError:
        return -1


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
