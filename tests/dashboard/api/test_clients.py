"""A client that goes away in the middle of an answer: the work for it ends."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
import uvicorn
from fastapi import FastAPI, Request
from starlette.types import Message, Receive, Scope, Send

from dashboard.api import (
    aggregates,
    clients,
    errors,
    graph,
    health,
    points,
    run_groups,
    run_queries,
    series,
    sparklines,
)
from dashboard.api.graph_sources import GraphCache
from dashboard.api.groupings import Groupings
from dashboard.api.run_facts import RunFactTable
from dashboard.api.selections import Selections
from dashboard.security import SecurityMiddleware
from dashboard.settings import Settings
from dashboard.sidecar import Sidecar
from dashboard.store.memory import MemoryStore
from dashboard.store.protocol import FileFacts, RunFacts
from dashboard.store.tailer import Tailer
from summaries import LogdirTail, Series, SummaryWriter
from summaries.proto.graph_pb2 import GraphDef, NodeDef

RUNS = [f"run_{number:02}" for number in range(20)]
LIMIT_SECS = 30
CLIENT_CLOSED_REQUEST = 499


class SlowStore(MemoryStore):
    """A store of which things are read when the test lets them be."""

    def __init__(self) -> None:
        super().__init__()
        self.num_read, self.has_begun, self.may_go_on = 0, threading.Event(), threading.Event()

    def series(self, run: str, tag: str) -> Series:
        self._wait()
        return super().series(run, tag)

    def files(self) -> tuple[FileFacts, ...]:
        self._wait()
        return super().files()

    def blob(self, run: str, tag: str, kind: str, index: int) -> bytes:
        self._wait()
        return super().blob(run, tag, kind, index)

    def runs(self) -> tuple[RunFacts, ...]:
        self._wait()
        return super().runs()

    def _wait(self) -> None:
        self.num_read += 1
        self.has_begun.set()
        assert self.may_go_on.wait(LIMIT_SECS)


class PausingClient(clients.Client):
    """A client for which work pauses, so many steps later, until the client has gone."""

    def __init__(self, num_steps: int) -> None:
        super().__init__()
        self.num_left, self.num_late = num_steps, 0
        self.is_pausing, self.may_go_on = threading.Event(), threading.Event()

    def check(self) -> None:
        self.num_left -= 1
        self.num_late += self.num_left < 0
        if self.num_left == 0:
            self.is_pausing.set()
            assert self.may_go_on.wait(LIMIT_SECS)
        super().check()

    async def watch(self, request: Request) -> AsyncIterator[clients.Client]:
        async for _ in clients.watch(request, self):
            yield self


class Witness:
    """Sees from outside of an application when it hears that its client went away, and when it has ended."""

    def __init__(self, app: FastAPI) -> None:
        self.app, self.has_heard, self.has_ended = app, threading.Event(), threading.Event()
        self.status = 0  # of the last answer, which nobody gets

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def receive_and_tell() -> Message:
            message = await receive()
            if message["type"] == "http.disconnect":  # told after the application has dealt with it
                asyncio.get_running_loop().call_soon(self.has_heard.set)
            return message

        async def note_and_send(message: Message) -> None:
            if message["type"] == "http.response.start":
                self.status = message["status"]
            await send(message)

        await self.app(scope, receive_and_tell if scope["type"] == "http" else receive, note_and_send)
        if scope["type"] == "http":
            self.has_ended.set()


@pytest.fixture
def store(write_run: Callable[..., Path], tmp_path: Path) -> SlowStore:
    for name in RUNS:
        write_run(name, {"loss": [1.0]})
    with SummaryWriter(tmp_path / RUNS[0]) as writer:
        nodes = [NodeDef(name=f"scope/{number}", op="Relu", input=[f"scope/{number - 1}"]) for number in range(1, 100)]
        writer.add_graph(GraphDef(node=[NodeDef(name="x", op="Placeholder"), *nodes]))
    store = SlowStore()
    for update in LogdirTail(tmp_path).poll():
        store.append(update)
    return store


@pytest.fixture
def witness(store: SlowStore, tmp_path: Path) -> Witness:
    app, selections, groupings, settings = FastAPI(), Selections(), Groupings(), Settings(logdir=tmp_path, index="off")
    table = RunFactTable(store, Sidecar([]), selections, "board")
    errors.install(app)
    app.include_router(series.make_router(store, selections, "board"))
    app.include_router(points.make_router(store, selections, "board"))
    app.include_router(aggregates.make_router(store, groupings, "board"))
    app.include_router(graph.make_router(GraphCache(store), "board"))
    app.include_router(health.make_router(store, settings, Tailer(tmp_path, store, lambda: None), "board"))
    app.include_router(run_queries.make_router(table))
    app.include_router(run_groups.make_router(table))
    app.include_router(sparklines.make_router(store, "board"))
    app.state.keys = {"selection": selections.add(RUNS), "grouping": groupings.add([RUNS])}
    app.add_middleware(SecurityMiddleware, settings=settings, access=None, policy="")
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


def leave(client: socket.socket, store: SlowStore, witness: Witness) -> None:
    """Has the client go away after the store was asked for the first thing, and the work go on."""
    assert store.has_begun.wait(LIMIT_SECS)
    client.close()
    assert witness.has_heard.wait(LIMIT_SECS)
    store.may_go_on.set()
    assert witness.has_ended.wait(LIMIT_SECS)


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
    leave(client, store, witness)

    assert store.num_read == 1


@pytest.mark.parametrize(
    ("route", "params"),
    [
        ("graph", {"run": RUNS[0]}),
        ("graph/node", {"run": RUNS[0], "id": "x"}),
        ("graph/search", {"run": RUNS[0], "q": "x"}),
        ("health", {}),
        ("health", {"format": "text"}),
        ("health/why", {"run": RUNS[0], "kind": "images"}),
        ("runs/columns", {}),
    ],
)
def test_answer_for_a_client_that_went_away_is_not_made(
    store: SlowStore, witness: Witness, client: socket.socket, route: str, params: dict[str, str]
) -> None:
    client.sendall(request(witness, route, **params))
    leave(client, store, witness)

    assert witness.status == CLIENT_CLOSED_REQUEST


@pytest.mark.parametrize(
    ("route", "body"),
    [
        ("query", {"query": "run"}),
        ("complete", {"text": "r", "cursor": 1}),
        ("table", {"columns": ["name"]}),
        ("differences", {}),
        ("groups", {"by": ["name"]}),
        ("ramp", {}),
        ("sparklines", {"runs": RUNS, "tag": "loss"}),
    ],
)
def test_question_of_a_client_that_went_away_is_not_answered(
    store: SlowStore, witness: Witness, client: socket.socket, route: str, body: dict[str, object]
) -> None:
    content = json.dumps(body).encode()
    head = f"POST /data/runs/{route} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    client.sendall(f"{head}Content-Length: {len(content)}\r\n\r\n".encode() + content)
    leave(client, store, witness)

    assert witness.status == CLIENT_CLOSED_REQUEST
    assert store.num_read == 1


@pytest.mark.parametrize(
    ("route", "params", "num_steps"),
    [
        pytest.param("graph", {"run": RUNS[0]}, 50, id="while a graph is read"),
        pytest.param("graph", {"run": RUNS[0]}, 150, id="while its scopes are found"),
        pytest.param("graph", {"run": RUNS[0]}, 250, id="while its edges are counted"),
        pytest.param("graph", {"run": RUNS[0], "open": "scope"}, 303, id="while it is laid out"),
        pytest.param("health", {}, 30, id="while folders are looked through"),
    ],
)
def test_one_long_piece_of_work_ends_in_its_middle_when_the_client_goes_away(
    store: SlowStore, witness: Witness, client: socket.socket, route: str, params: dict[str, str], num_steps: int
) -> None:
    store.may_go_on.set()
    pausing = PausingClient(num_steps)
    witness.app.dependency_overrides[clients.watch] = pausing.watch

    client.sendall(request(witness, route, **params))
    assert pausing.is_pausing.wait(LIMIT_SECS)
    client.close()
    assert witness.has_heard.wait(LIMIT_SECS)
    pausing.may_go_on.set()
    assert witness.has_ended.wait(LIMIT_SECS)

    assert (witness.status, pausing.num_late) == (CLIENT_CLOSED_REQUEST, 0)


def test_answer_of_a_client_that_stays_is_whole(store: SlowStore, witness: Witness, client: socket.socket) -> None:
    store.may_go_on.set()

    client.sendall(request(witness, "series", format="json"))
    with client.makefile("rb") as answer:
        head = b"".join(iter(answer.readline, b"\r\n")).decode().lower()
        length = int(head.partition("content-length: ")[2].split()[0])
        content = json.loads(answer.read(length))

    assert [one["run"] for one in content["series"]] == list(range(len(RUNS)))
