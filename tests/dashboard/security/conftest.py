"""A really started board, and requests as raw as an attacker's."""

from __future__ import annotations

import contextlib
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from summaries import SummaryWriter

TOKEN = "correct-horse-battery-staple"


@dataclass(frozen=True)
class Answer:
    """What came back over a socket until the server closed it or had answered."""

    status: int
    headers: dict[str, str]
    body: str


@dataclass(frozen=True)
class Server:
    """A started board."""

    address: str
    process: subprocess.Popen[str]

    @property
    def place(self) -> tuple[str, int]:
        parts = urlsplit(self.address)
        return "127.0.0.1", parts.port or 0

    def send(self, *lines: str, body: str = "", host: str | None = "localhost") -> Answer:
        """Sends a request line and headers as they are; Host and `Connection: close` are added."""
        named = [] if host is None else [f"Host: {host}:{self.place[1]}"]
        closing = [] if any(line.startswith("Connection:") for line in lines) else ["Connection: close"]
        head = "\r\n".join([lines[0], *named, *closing, *lines[1:], "", ""])
        with socket.create_connection(self.place, timeout=20) as connection:
            connection.sendall((head + body).encode())
            return read_answer(connection)


def read_answer(connection: socket.socket) -> Answer:
    """Reads until the server closes the connection; a status of 0 says that it did so without an answer."""
    received = []
    with contextlib.suppress(ConnectionResetError):
        while chunk := connection.recv(1 << 20):
            received.append(chunk)
    head, _, body = b"".join(received).decode("latin-1").partition("\r\n\r\n")
    first, *lines = head.split("\r\n")
    status = int(first.split(" ")[1]) if first else 0
    return Answer(status, {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}, body)


@pytest.fixture(scope="session")
def logdir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A logdir with one run, a secret beside it, and links to the secret in it."""
    folder = tmp_path_factory.mktemp("boards")
    with SummaryWriter(folder / "runs" / "a", heartbeat_secs=None) as writer:
        writer.add_scalar("loss", 1.0, 0)
    (folder / "secret.txt").write_text("the secret")
    with SummaryWriter(folder / "outside", heartbeat_secs=None) as writer:
        writer.add_scalar("loss", 1.0, 0)
    (folder / "runs" / "linked").symlink_to(folder / "outside")
    (folder / "runs" / "link.txt").symlink_to(folder / "secret.txt")
    (folder / "runs" / "events.out.tfevents.1.link").symlink_to(folder / "secret.txt")
    return folder / "runs"


@pytest.fixture(scope="session")
def serve(logdir: Path) -> Iterator[Callable[..., Server]]:
    """Starts a board on `logdir` with further flags."""
    started: list[subprocess.Popen[str]] = []

    def start(*flags: str) -> Server:
        command = [sys.executable, "-m", "dashboard.cli", "--logdir", str(logdir), "--port", "0", "--index", "off"]
        process = subprocess.Popen([*command, *flags], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        started.append(process)
        return Server(re.search(r"board is ready at (\S+)", process.stdout.readline())[1], process)

    yield start
    for process in started:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=20)


@pytest.fixture(scope="session")
def board(serve: Callable[..., Server]) -> Server:
    """A board that only this machine can reach."""
    return serve()


@pytest.fixture(scope="session")
def guarded_board(serve: Callable[..., Server], tmp_path_factory: pytest.TempPathFactory) -> Server:
    """A board that asks for `TOKEN`."""
    path = tmp_path_factory.mktemp("token") / "token"
    path.write_text(f"{TOKEN}\n")
    return serve("--token-file", str(path))
