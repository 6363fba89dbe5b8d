"""From settings to a server that answers."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from types import FrameType

import uvicorn

from dashboard.access import Access
from dashboard.app import create_app
from dashboard.connections import MAX_HEAD_BYTES, MAX_MESSAGE_BYTES, PatientProtocol
from dashboard.settings import Settings
from dashboard.tuning import rest_collector, use_one_heap

_TICK_SECS = 1.0
_PROXIES = ["127.0.0.1", "::1"]  # may say in X-Forwarded-Proto that the browser came over HTTPS


def serve(settings: Settings, access: Access | None, listening: socket.socket) -> None:
    """Serves until the process is interrupted."""
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
    _RestingServer(config).run(sockets=[listening])


class _RestingServer(uvicorn.Server):
    """Rests until it is to end."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._is_ending = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        rest_collector()

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
