"""The news of one tab, over a store that the test fills by hand."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from dashboard.api.live import HEARTBEAT_SECS, News, NewsHub, make_router, wait_for_news
from dashboard.sidecar import Sidecar
from dashboard.store.memory import MemoryStore
from summaries import FolderProblem, LogdirTail, SummaryWriter


@dataclass
class Board:
    """The live route over the logdir `path`; it reads when it is told to."""

    path: Path
    is_reading: bool = True
    num_bytes: tuple[int, int] | None = (0, 0)
    last_checked: float = 0.0
    problems: tuple[FolderProblem, ...] = ()

    def __post_init__(self) -> None:
        self.store, self.hub, self.tail = MemoryStore(), NewsHub(), LogdirTail(self.path, walk_interval_secs=0)

        @asynccontextmanager
        async def lifespan(_: FastAPI) -> AsyncIterator[None]:
            self.hub.open()
            yield
            self.hub.close()

        self.app = FastAPI(lifespan=lifespan)
        self.app.include_router(make_router(self.store, Sidecar([]), self.hub, self, "board"))

    def reload(self) -> None:
        for update in self.tail.poll():
            self.store.append(update)
            self.hub.notify()

    def end_first_look(self) -> None:
        self.is_reading = False
        self.hub.notify()


@pytest.fixture
def board(tmp_path: Path) -> Board:
    return Board(tmp_path)


def test_news_of_the_first_look_are_gathered(board: Board, write_run: Callable[..., Path]) -> None:
    for name in "abcdef":
        write_run(name, {"loss": [1.0]})
    with TestClient(board.app) as client, client.websocket_connect("/data/live") as socket:
        socket.receive_json()
        began = time.monotonic()

        board.reload()
        news = socket.receive_json()

        assert time.monotonic() - began >= 0.25
        assert (news["is_reading"], sorted(news["runs"])) == (True, list("abcdef"))


def test_end_of_the_first_look_is_news_though_nothing_changed(board: Board) -> None:
    with TestClient(board.app) as client, client.websocket_connect("/data/live") as socket:
        before = socket.receive_json()

        board.end_first_look()
        after = socket.receive_json()

    assert (before["is_reading"], after["is_reading"]) == (True, False)
    assert before["version"] == after["version"]


def test_change_right_after_the_look_is_not_missed() -> None:
    async def miss_it() -> int:
        hub, listener, looks = NewsHub(), asyncio.create_task(asyncio.Event().wait()), []
        hub.open()

        def is_news() -> bool:
            looks.append(len(looks))
            hub.notify()  # as the reading thread does between this look and the wait for a change
            return len(looks) > 1

        await asyncio.wait_for(wait_for_news(hub, listener, is_news), timeout=HEARTBEAT_SECS / 2)
        listener.cancel()
        return len(looks)

    assert asyncio.run(miss_it()) == 2


def test_news_begin_after_the_version_that_the_page_knows(board: Board, write_run: Callable[..., Path]) -> None:
    for name in "abc":
        write_run(name, {"loss": [1.0]})
    board.reload()
    known = board.store.version()
    write_run("d", {"loss": [1.0, 2.0]})
    board.reload()

    with TestClient(board.app) as client:
        told = {}
        for query in ("", f"?server=board&since={known}", f"?server=another&since={known}", "?since=no%20number"):
            with client.websocket_connect(f"/data/live{query}") as socket:
                told[query] = sorted(socket.receive_json()["runs"])

    assert list(told.values()) == [list("abcd"), ["d"], [], list("abcd")]


def test_news_of_one_run_among_many_are_short(board: Board, write_run: Callable[..., Path]) -> None:
    for number in range(300):
        write_run(f"run_{number}", {"loss": [1.0]})
    board.reload()
    news = News(board.store, board, Sidecar([]), board.store.version(), clock=lambda: 0.0)
    news.tell()
    write_run("run_7", {"loss": [3.0, 4.0]})
    board.reload()

    assert news.is_due
    assert {name: told[2:4] for name, told in news.tell()["runs"].items()} == {"run_7": [3, 0]}
    assert not news.is_due


def test_run_whose_state_changes_by_time_alone_is_told_once(board: Board) -> None:
    writer = SummaryWriter(board.path / "run", heartbeat_secs=10)
    writer.add_scalar("loss", 1.0, 0)
    writer.flush()
    board.reload()
    (run,) = board.store.runs()
    now = run.last_heard
    news = News(board.store, board, Sidecar([]), clock=lambda: now)

    said = []
    for secs in (0, 29, 2, 1):
        now += secs
        said.append({name: told[-1] for name, told in news.tell()["runs"].items()})
    writer.close()
    board.reload()
    said.append({name: told[-1] for name, told in news.tell()["runs"].items()})

    assert said == [{"run": "running"}, {}, {"run": "stalled"}, {}, {"run": "finished"}]


def test_clock_of_the_server_that_jumps_stops_no_news(board: Board, write_run: Callable[..., Path]) -> None:
    now = time.time()
    news = News(board.store, board, Sidecar([]), clock=lambda: now)
    states = []
    for step, hours in enumerate((0, 24, -48, 24)):
        now += hours * 3600
        write_run("run", {"loss": [float(step)]})
        board.reload()
        told = news.tell()
        states.append(told["runs"]["run"][-1])
        assert told["runs"]["run"][0] == told["version"]

    assert states == ["finished"] * 4
