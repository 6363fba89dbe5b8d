"""A board in a process of its own that a test kills, freezes and starts again at one address, and logs that grow."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from summaries import SummaryWriter


class Served:
    """A board on a logdir, at a port that stays the same."""

    def __init__(self, logdir: Path, *flags: str) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = free.getsockname()[1]
        self._logdir, self._flags = logdir, flags
        self.address = f"http://127.0.0.1:{self._port}"
        self.start()

    def start(self) -> None:
        """Starts it and waits until it answers."""
        command = [sys.executable, "-m", "dashboard.cli", "--logdir", str(self._logdir), "--port", str(self._port)]
        self.process = subprocess.Popen([*command, *self._flags], stdout=subprocess.PIPE, text=True)
        assert re.search("board is ready", self.process.stdout.readline())

    def kill(self) -> None:
        """Ends it at once, as a machine that fails does."""
        self.process.kill()
        self.process.wait(timeout=20)
        self.process.stdout.close()

    def freeze(self) -> None:
        """Has it do nothing, though its connections stay open."""
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Has it go on."""
        self.process.send_signal(signal.SIGCONT)


@contextmanager
def serve(logdir: Path, *flags: str) -> Iterator[Served]:
    """A board that is gone afterwards."""
    served = Served(logdir, *flags)
    try:
        yield served
    finally:
        if served.process.poll() is None:
            served.kill()


def log(writer: SummaryWriter, values: list[float], first_step: int = 0, tag: str = "loss") -> None:
    """Logs values at the steps from `first_step` on, and has them in the file."""
    for step, value in enumerate(values, first_step):
        writer.add_scalar(tag, value, step)
    writer.flush()
