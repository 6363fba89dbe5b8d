"""HEAD wherever GET is answered: the same status and headers, without the body."""

from __future__ import annotations

import asyncio

from starlette.types import ASGIApp, Message, Receive, Scope, Send


class HeadRequests:
    """Asks an application for GET where HEAD came; a long answer ends once its head is known."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request (ASGI)."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return
        has_begun, is_asked = asyncio.Event(), False

        async def receive_then_leave() -> Message:
            nonlocal is_asked
            if not is_asked:
                is_asked = True
                return await receive()
            await has_begun.wait()
            return {"type": "http.disconnect"}

        async def send_head(message: Message) -> None:
            if message["type"] == "http.response.start":
                await send(message)
                has_begun.set()

        await self._app({**scope, "method": "GET"}, receive_then_leave, send_head)
        await send({"type": "http.response.body", "body": b""})
