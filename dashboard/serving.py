"""From settings to a server that answers, and one line when it does."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import sys
from types import FrameType
from typing import TextIO

import uvicorn

from dashboard.access import Access
from dashboard.app import create_app
from dashboard.browser import Door
from dashboard.connections import MAX_HEAD_BYTES, MAX_MESSAGE_BYTES, PatientProtocol
from dashboard.settings import Settings
from dashboard.tuning import rest_collector, use_one_heap

_TICK_SECS = 1.0
_PROXIES = ["127.0.0.1", "::1"]  # may say in X-Forwarded-Proto that the browser came over HTTPS


def address_of(listening: socket.socket, settings: Settings) -> str:
    """The address to open in a browser on this machine."""
    host = settings.host
    name = {"127.0.0.1": "localhost", "0.0.0.0": "localhost", "::": "localhost", "::1": "localhost"}.get(host, host)
    scheme = "https" if settings.certfile else "http"
    place = f"{f'[{name}]' if ':' in name else name}:{listening.getsockname()[1]}"
    return f"{scheme}://{place}{settings.path_prefix}/"


def serve(settings: Settings, access: Access | None, listening: socket.socket) -> None:
    """Serves until the process is interrupted, and says when the page can be opened."""
    use_one_heap()
    config = uvicorn.Config(
        create_app(settings, access),
        http=PatientProtocol,
        h11_max_incomplete_event_size=MAX_HEAD_BYTES,
        ws="websockets-sansio",
        ws_max_size=MAX_MESSAGE_BYTES,
        ssl_certfile=settings.certfile,
        ssl_keyfile=settings.keyfile,
        log_level="warning",
        access_log=False,  # it would write tokens down
        server_header=False,
        forwarded_allow_ips=_PROXIES,  # said here, so that uvicorn's environment variable changes nothing
        timeout_graceful_shutdown=2,
    )
    address = address_of(listening, settings)
    address = access.add_to(address) if access else address
    with contextlib.closing(Door(address, is_secret=access is not None)) as door:
        server = _AnnouncingServer(config, address, settings, door)
        with contextlib.suppress(KeyboardInterrupt):
            server.run(sockets=[listening])


class _AnnouncingServer(uvicorn.Server):
    """Prints one line with the address once the server answers, and rests until it is to end."""

    def __init__(self, config: uvicorn.Config, address: str, settings: Settings, door: Door) -> None:
        super().__init__(config)
        self._door = door
        self._address = address
        self._loop: asyncio.AbstractEventLoop | None = None
        self._is_ending = asyncio.Event()
        self._settings = settings

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if not self.started:
            return
        rest_collector()
        _say(f"board is ready at {self._address} · logdir {self._settings.logdir_label} · Ctrl-C ends it", sys.stdout)
        if self._settings.open:
            self._open()

    async def main_loop(self) -> None:
        """Serves until it is to end; uvicorn's own loop asks for that ten times a second, however quiet it is."""
        self._loop = asyncio.get_running_loop()
        while not await self.on_tick(0):  # writes the time of the answers anew
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._is_ending.wait(), _TICK_SECS)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Takes the signal to end; called between any two steps of the event loop."""
        super().handle_exit(sig, frame)
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._is_ending.set)

    def _open(self) -> None:
        try:
            self._door.open()
        except OSError as error:
            _say(f"board: Could not open the browser: {error}. Continuing without; open the address.", sys.stderr)


def _say(line: str, stream: TextIO) -> None:
    stream.write(line + "\n")
    stream.flush()
