"""Ours and TensorBoard's server, started as their commands start them, and what they take of the machine."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
_END_SECS = 20


@dataclass(frozen=True)
class Server:
    """A server that runs.

    Attributes:
        host: Its address.
        port: Its port.
        pid: Its first process.
    """

    host: str
    port: int
    pid: int

    @property
    def address(self) -> str:
        """What a browser is given."""
        return f"http://{self.host}:{self.port}/"

    @property
    def cpu_secs(self) -> float:
        """Seconds that its processes have worked, in the program and in the system."""
        return sum(sum(map(int, _read_stat(pid)[11:13])) for pid in self._pids()) / _TICKS

    @property
    def resident_bytes(self) -> int:
        """Memory that its processes hold."""
        return sum(int(_read_stat(pid)[21]) for pid in self._pids()) * _PAGE_BYTES

    def _pids(self) -> list[int]:
        """Its first process and that one's children: TensorBoard reads files in a process of its own."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text()
        return [self.pid, *map(int, children.split())]


def _read_stat(pid: int) -> list[str]:
    """The fields of a process after its name, which may hold spaces."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


@contextmanager
def start_board(logdir: str | Path, index: str | Path) -> Iterator[Server]:
    """Ours on a logdir, from the line that says that it is ready; it ends as Ctrl-C ends it."""
    command = [sys.executable, "-m", "dashboard.cli", "--port", "0", "--index", str(index), "--logdir", str(logdir)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        ready = re.search(r"board is ready at http://[^:]+:(\d+)", process.stdout.readline())
        assert ready is not None
        try:
            yield Server("127.0.0.1", int(ready[1]), process.pid)
        finally:
            process.terminate()
            process.wait(_END_SECS)


@contextmanager
def start_tensorboard(logdir: str | Path, *flags: str) -> Iterator[Server]:
    """TensorBoard on a logdir, from the line that says that it is ready."""
    port = find_free_port()
    command = [sys.executable, "-m", "tensorboard.main", "--port", str(port), "--logdir", str(logdir), *flags]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        while "Press CTRL+C" not in process.stderr.readline():
            assert process.poll() is None
        try:
            yield Server("127.0.0.1", port, process.pid)
        finally:
            process.terminate()
            process.wait(_END_SECS)


def find_free_port() -> int:
    """A port that nobody listens at."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
