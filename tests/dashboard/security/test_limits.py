"""Clients that are slow, many or large."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator

import pytest
import uvicorn
from starlette.types import Receive, Scope, Send

from dashboard.connections import Patience, PatientProtocol
from dashboard.security import MAX_BODY_BYTES
from tests.dashboard.security.conftest import Server, read_answer
from tests.dashboard.security.test_attacks import JSON

NUM_BYTES = 64 << 20
PATIENCE_SECS = 30


class HastyProtocol(PatientProtocol):
    patience = Patience(max_connections=20, request_secs=0.3, stall_secs=0.5, check_secs=0.05)


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers with a byte, after a second if the path is `/late`, or with many bytes if it is `/large`."""
    if scope["type"] != "http":
        return
    while (await receive()).get("more_body"):
        pass
    body = b"x" * NUM_BYTES if scope["path"] == "/large" else b"x"
    headers = [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


@pytest.fixture(scope="module")
def server() -> Iterator[uvicorn.Server]:
    """An application served by a protocol of little patience."""
    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(application, http=HastyProtocol, log_level="error", lifespan="off", loop="asyncio")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([listening],))
    thread.start()
    while not server.started:
        thread.join(0.01)
    yield server
    server.should_exit = True
    thread.join(20)


@pytest.fixture
def place(server: uvicorn.Server) -> tuple[str, int]:
    """Where it is."""
    address: tuple[str, int] = server.servers[0].sockets[0].getsockname()
    return address


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"GET / HTTP/1.1\r\nHost: a\r\nX: ",
        b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nx",
        b"GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\n",
    ],
    ids=["nothing", "half a head", "half a body", "a request and half a head"],
)
def test_request_that_does_not_end_is_cut_off(place: tuple[str, int], sent: bytes) -> None:
    with socket.create_connection(place, timeout=PATIENCE_SECS) as connection:
        connection.sendall(sent)

        read_answer(connection)  # to its end, in time


def test_request_that_drips_is_cut_off(place: tuple[str, int]) -> None:
    with socket.create_connection(place, timeout=0.1) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\n")
        num_sent = next(count for count in range(200) if is_closed_after(connection, b"X: y\r\n"))

    assert num_sent < 100


def is_closed_after(connection: socket.socket, sent: bytes) -> bool:
    """Whether the server has closed a connection a tenth of a second after something was sent."""
    try:
        connection.sendall(sent)
        return connection.recv(1) == b""
    except TimeoutError:
        return False
    except ConnectionError:
        return True


def test_client_that_does_not_read_is_cut_off(server: uvicorn.Server, place: tuple[str, int]) -> None:
    with socket.create_connection(place, timeout=PATIENCE_SECS) as connection:
        connection.sendall(b"GET /large HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        connection.recv(1)
        began = time.monotonic()
        while server.server_state.connections and time.monotonic() - began < PATIENCE_SECS:
            threading.Event().wait(0.02)
        answer = read_answer(connection)

    assert len(answer.body) < NUM_BYTES - (1 << 20)
    assert time.monotonic() - began < PATIENCE_SECS


def test_client_is_not_late_while_the_server_stands_still(server: uvicorn.Server, place: tuple[str, int]) -> None:
    with socket.create_connection(place, timeout=PATIENCE_SECS) as connection:
        connection.sendall(b"GET /large HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        connection.recv(1)
        goes_on = threading.Event()

        def stand_still() -> None:
            threading.Event().wait(1.5)
            goes_on.set()

        next(iter(server.server_state.connections)).loop.call_soon_threadsafe(stand_still)
        goes_on.wait(10)
        answer = read_answer(connection)

    assert len(answer.body) == NUM_BYTES


def test_client_that_reads_gets_all(place: tuple[str, int]) -> None:
    with socket.create_connection(place, timeout=PATIENCE_SECS) as connection:
        connection.sendall(b"GET /large HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        answer = read_answer(connection)

    assert len(answer.body) == NUM_BYTES


def test_one_connection_too_many_is_closed(place: tuple[str, int]) -> None:
    connections = [
        socket.create_connection(place, timeout=PATIENCE_SECS)
        for _ in range(HastyProtocol.patience.max_connections + 5)
    ]
    statuses = []
    for connection in connections:
        try:
            connection.sendall(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        except ConnectionError:
            statuses.append(0)
            continue
        statuses.append(read_answer(connection).status)
    for connection in connections:
        connection.close()

    assert 0 in statuses
    assert statuses.count(200) >= 10


def test_body_in_chunks_ends_at_the_limit(board: Server) -> None:
    chunk = "x" * 65_536
    body = "".join(f"{len(chunk):x}\r\n{chunk}\r\n" for _ in range(MAX_BODY_BYTES // len(chunk) + 1)) + "0\r\n\r\n"

    answer = board.send("POST /data/selections HTTP/1.1", JSON, "Transfer-Encoding: chunked", body=body)

    assert (answer.status, "The body must have at most 4,194,304 bytes" in answer.body) == (413, True)


def test_selection_of_as_many_runs_as_there_may_be_is_taken(board: Server) -> None:
    runs = ",".join(f'"{"run" * 50}{index:05d}"' for index in range(20_000))
    body = f'{{"runs": [{runs}]}}'

    answer = board.send("POST /data/selections HTTP/1.1", JSON, f"Content-Length: {len(body)}", body=body)

    assert answer.status == 200
