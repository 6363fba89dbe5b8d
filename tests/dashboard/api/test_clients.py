"""A client that goes away in the middle of an answer: the work for it ends."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
import uvicorn
from fastapi import FastAPI
from starlette.types import Message, Receive, Scope, Send

from dashboard.api import aggregates, errors, points, series
from dashboard.api.groupings import Groupings
from dashboard.api.selections import Selections
from dashboard.security import SecurityMiddleware
from dashboard.settings import Settings
from dashboard.store.memory import MemoryStore
from summaries import LogdirTail, Series

NUM_RUNS = 20
LIMIT_SECS = 30


class SlowStore(MemoryStore):
    """A store whose series are read when the test lets them be."""

    def __init__(self) -> None:
        super().__init__()
        self.num_read, self.has_begun, self.may_go_on = 0, threading.Event(), threading.Event()

    def series(self, run: str, tag: str) -> Series:
        self.num_read += 1
        self.has_begun.set()
        assert self.may_go_on.wait(LIMIT_SECS)
        return super().series(run, tag)


class Witness:
    """Sees from outside of an application when it hears that its client went away, and when it has ended."""

    def __init__(self, app: FastAPI) -> None:
        self.app, self.has_heard, self.has_ended = app, threading.Event(), threading.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def receive_and_tell() -> Message:
            message = await receive()
            if message["type"] == "http.disconnect":  # told after the application has dealt with it
                asyncio.get_running_loop().call_soon(self.has_heard.set)
            return message

        await self.app(scope, receive_and_tell if scope["type"] == "http" else receive, send)
        if scope["type"] == "http":
            self.has_ended.set()


@pytest.fixture
def store(write_run: Callable[..., Path], tmp_path: Path) -> SlowStore:
    for number in range(NUM_RUNS):
        write_run(f"run_{number:02}", {"loss": [1.0]})
    store = SlowStore()
    for update in LogdirTail(tmp_path).poll():
        store.append(update)
    return store


@pytest.fixture
def witness(store: SlowStore, tmp_path: Path) -> Witness:
    app, selections, groupings = FastAPI(), Selections(), Groupings()
    errors.install(app)
    app.include_router(series.make_router(store, selections, "board"))
    app.include_router(points.make_router(store, selections, "board"))
    app.include_router(aggregates.make_router(store, groupings, "board"))
    runs = [run.name for run in store.runs()]
    app.state.keys = {"selection": selections.add(runs), "grouping": groupings.add([runs])}
    app.add_middleware(SecurityMiddleware, settings=Settings(logdir=tmp_path), access=None, policy="")
    return Witness(app)


@pytest.fixture
def client(witness: Witness) -> Iterator[socket.socket]:
    """A connection to a server that is really there."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = uvicorn.Server(uvicorn.Config(witness, log_level="critical", lifespan="off", http="h11"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        with socket.create_connection(listener.getsockname()) as connection:
            yield connection
        server.should_exit = True
        thread.join(LIMIT_SECS)
        assert not thread.is_alive()


def request(witness: Witness, route: str, **params: str) -> bytes:
    query = urlencode(witness.app.state.keys | {"tag": "loss"} | params)
    return f"GET /data/{route}?{query} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()


@pytest.mark.parametrize(
    ("route", "params"),
    [
        ("series", {}),
        ("series", {"format": "json"}),
        ("series", {"format": "json", "points": "all"}),
        ("series", {"format": "csv"}),
        ("series", {"format": "arrow"}),
        ("aggregates", {}),
        ("aggregates", {"format": "csv"}),
        ("ranges", {}),
        ("values", {"at": "0"}),
    ],
)
def test_nothing_is_drawn_any_more_for_a_client_that_went_away(
    store: SlowStore, witness: Witness, client: socket.socket, route: str, params: dict[str, str]
) -> None:
    client.sendall(request(witness, route, **params))
    assert store.has_begun.wait(LIMIT_SECS)

    client.close()
    assert witness.has_heard.wait(LIMIT_SECS)
    store.may_go_on.set()

    assert witness.has_ended.wait(LIMIT_SECS)
    assert store.num_read == 1


def test_answer_of_a_client_that_stays_is_whole(store: SlowStore, witness: Witness, client: socket.socket) -> None:
    store.may_go_on.set()

    client.sendall(request(witness, "series", format="json"))
    with client.makefile("rb") as answer:
        head = b"".join(iter(answer.readline, b"\r\n")).decode().lower()
        length = int(head.partition("content-length: ")[2].split()[0])
        content = json.loads(answer.read(length))

    assert [one["run"] for one in content["series"]] == list(range(NUM_RUNS))
