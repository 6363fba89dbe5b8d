"""Boards in processes of their own, that a test kills, freezes and starts again at one address, and logs that grow."""

from __future__ import annotations

import multiprocessing
import os
import re
import signal
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path

from dashboard.cli import main
from summaries import SummaryWriter

# All boards are forked from one process that has imported what they need, which is most of what starting one takes.
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["dashboard.serving", "tests.browser.warmed"])


def run_board(says: Connection, words: Sequence[str]) -> None:
    """What the process of a board does."""
    os.dup2(says.fileno(), 1)
    main(words)


class Board:
    """The command `board` with some words, ready to answer.

    Attributes:
        address: As it says it, without the slash at the end.
    """

    def __init__(self, *words: str) -> None:
        self._hears, says = FORKS.Pipe(duplex=False)
        self._process = FORKS.Process(target=run_board, args=(says, words), daemon=True)
        self._process.start()
        says.close()
        with os.fdopen(os.dup(self._hears.fileno())) as lines:
            self.address = re.search(r"board is ready at (\S+)/", lines.readline())[1]

    def signal(self, number: int) -> None:
        os.kill(self._process.pid, number)

    def wait(self) -> None:
        """Waits until it has ended."""
        self._process.join(timeout=20)
        assert self._process.exitcode is not None
        self._process.close()
        self._hears.close()


class Served:
    """A board on a logdir, at a port that stays the same."""

    def __init__(self, logdir: Path, *flags: str) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self._words = ["--logdir", str(logdir), "--port", str(port), *flags]
        self.address = f"http://127.0.0.1:{port}"
        self.start()

    def start(self) -> None:
        """Starts it and waits until it answers."""
        self._board: Board | None = Board(*self._words)

    def kill(self) -> None:
        """Ends it at once, as a machine that fails does."""
        if self._board:
            self._board.signal(signal.SIGKILL)
            self._board.wait()
        self._board = None

    def freeze(self) -> None:
        """Has it do nothing, though its connections stay open."""
        self._board.signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Has it go on."""
        self._board.signal(signal.SIGCONT)


@contextmanager
def serve(logdir: Path, *flags: str) -> Iterator[Served]:
    """A board that is gone afterwards."""
    served = Served(logdir, *flags)
    try:
        yield served
    finally:
        served.kill()


def log(writer: SummaryWriter, values: list[float], first_step: int = 0, tag: str = "loss") -> None:
    """Logs values at the steps from `first_step` on, and has them in the file."""
    for step, value in enumerate(values, first_step):
        writer.add_scalar(tag, value, step)
    writer.flush()
