"""Answers of the server itself, before any route is asked."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from starlette.types import Scope, Send

_POLICY_VIOLATION = 1008
_MAX_REASON_CHARACTERS = 120  # a closing frame has room for 123 bytes


@dataclass(frozen=True)
class Refusal:
    """Why a request is not served.

    Attributes:
        status: HTTP status.
        sentence: What must hold, what came and what to do.
        headers: Headers beside those of every answer.
    """

    status: int
    sentence: str
    headers: tuple[tuple[str, str], ...] = field(default=())

    async def send(self, scope: Scope, send: Send) -> None:
        """Answers a request with the sentence as JSON, or closes a WebSocket."""
        if scope["type"] == "websocket":
            reason = self.sentence.encode("ascii", "replace").decode()[:_MAX_REASON_CHARACTERS]
            await send({"type": "websocket.close", "code": _POLICY_VIOLATION, "reason": reason})
            return
        body = json.dumps({"detail": self.sentence}).encode()
        named = [("content-type", "application/json"), ("content-length", str(len(body))), *self.headers]
        headers = [(name.encode(), value.encode()) for name, value in named]
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": body})
