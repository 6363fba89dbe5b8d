"""How many connections a board holds, and how long a client may take.

uvicorn bounds the size of a request's head (with h11) and how long a connection rests between two requests. It waits
for ever for a request that never ends and for a client that never reads its answer; here they are cut off.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any, ClassVar, cast

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

MAX_HEAD_BYTES = 128 << 10
MAX_MESSAGE_BYTES = 64 << 10


@dataclass(frozen=True)
class Patience:
    """What a client may ask of the server.

    Attributes:
        max_connections: Connections of all clients together; one more is closed.
        request_secs: How long a request may take to arrive, body included.
        stall_secs: How long a client may take to read `stall_bytes` of an answer.
        stall_bytes: What it must have read by then.
        check_secs: How often both are looked at.
    """

    max_connections: int = 512  # below the 1,024 files that a process may usually open
    request_secs: float = 30.0
    stall_secs: float = 30.0
    stall_bytes: int = 64 << 10
    check_secs: float = 5.0


class PatientProtocol(H11Protocol):
    """HTTP/1.1 of uvicorn, which aborts connections that take too long.

    Counted is the time in which the server looks: while it is stopped or has no processor, no client is late.
    """

    patience: ClassVar[Patience] = Patience()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in H11Protocol
        """Takes a connection in, or closes it where there are too many."""
        super().connection_made(transport)
        if len(self.connections) > self.patience.max_connections:
            transport.abort()
            return
        self._looked_secs = self._waits_since = self._stalls_since = 0.0
        self._unread_bytes = 0
        self.loop.call_later(self.patience.check_secs, self._check)

    def on_response_complete(self) -> None:
        """Begins to wait for the next request."""
        self._waits_since = self._looked_secs
        super().on_response_complete()

    def _check(self) -> None:
        if self._is_over():
            return
        self._looked_secs += self.patience.check_secs
        now = self._looked_secs
        unread = self.transport.get_write_buffer_size()
        if unread == 0 or unread <= self._unread_bytes - self.patience.stall_bytes:
            self._stalls_since, self._unread_bytes = now, unread
        self._unread_bytes = max(self._unread_bytes, unread)
        is_late = self._is_awaiting_request() and now - self._waits_since > self.patience.request_secs
        if is_late or now - self._stalls_since > self.patience.stall_secs:
            self.transport.abort()
            return
        self.loop.call_later(self.patience.check_secs, self._check)

    def _is_over(self) -> bool:
        return self.transport.is_closing() and self.transport.get_write_buffer_size() == 0

    def _is_awaiting_request(self) -> bool:
        # After an upgrade the transport belongs to the WebSocket, which pings by itself.
        is_ours = cast(Any, self.transport).get_protocol() is self
        return is_ours and self.conn.their_state in (h11.IDLE, h11.SEND_BODY)
