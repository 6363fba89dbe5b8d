"""One line that says where the board is, and the browser that opens it, while what serves is still imported.

The socket listens by then: who comes at once waits there for what is left of half a second, in which a browser starts.
"""

from __future__ import annotations

import signal
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import TextIO

from dashboard.access import Access
from dashboard.browser import Door
from dashboard.settings import Settings


@contextmanager
def announce(settings: Settings, access: Access | None, listening: socket.socket) -> Iterator[None]:
    """Says where the board is, and opens it if that was asked for; what was made for the browser is removed after."""
    address = address_of(listening, settings)
    address = access.add_to(address) if access else address
    with closing(Door(address, is_secret=access is not None)) as door:
        say(f"board is ready at {address} · logdir {settings.logdir_label} · Ctrl-C ends it", sys.stdout)
        if settings.open:  # some browsers end only after their first page came
            threading.Thread(target=_open, args=(door,), name="board-browser", daemon=True).start()
        yield


def _open(door: Door) -> None:
    try:
        door.open()
    except OSError as error:
        say(f"board: Could not open the browser: {error}. Continuing without; open the address.", sys.stderr)


class HeldInterrupt:
    """Ctrl-C in its block is noted, and breaks nothing off: an import that is broken off is no pretty sight.

    Attributes:
        is_noted: Whether it came.
    """

    def __init__(self) -> None:
        self.is_noted = False

    def __enter__(self) -> HeldInterrupt:
        self._before = signal.signal(signal.SIGINT, self._note)
        return self

    def __exit__(self, *_: object) -> None:
        signal.signal(signal.SIGINT, self._before)

    def _note(self, *_: object) -> None:
        self.is_noted = True


def address_of(listening: socket.socket, settings: Settings) -> str:
    """The address to open in a browser on this machine."""
    host = settings.host
    name = {"127.0.0.1": "localhost", "0.0.0.0": "localhost", "::": "localhost", "::1": "localhost"}.get(host, host)
    scheme = "https" if settings.certfile else "http"
    place = f"{f'[{name}]' if ':' in name else name}:{listening.getsockname()[1]}"
    return f"{scheme}://{place}{settings.path_prefix}/"


def say(line: str, stream: TextIO) -> None:
    """Writes a line that is read at once."""
    stream.write(line + "\n")
    stream.flush()
