"""Compresses what shrinks, where the browser takes it: text from one kilobyte on.

Binary series are left as they are: drawn points are noise to a compressor. Compressing is done beside the event loop;
what has an ETag is compressed once, and so is what browsers keep for good, as Dash's own scripts.
"""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Callable
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboard.store.cache import ByteCache

MIN_BYTES = 1_024
MAX_KEPT_BYTES = 32 << 20
"""How much is kept of compressed answers."""
LEVEL = 6
GZIP = 31
"""Of zlib: the largest window, with gzip's head and end."""
_TYPES = ("text/", "application/json", "application/javascript", "image/svg+xml")
_FOR_GOOD = "max-age=31536000"
_INLINE_BYTES = 16 << 10
"""Up to here a thread costs more than the work."""


class Compression:
    """Compresses an application's answers with gzip."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._lately = ByteCache(MAX_KEPT_BYTES)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request (ASGI)."""
        if scope["type"] == "http":
            address = f"{scope['path']}?{scope['query_string'].decode('latin-1')}"
            is_taken = takes_gzip(Headers(scope=scope).get("accept-encoding", ""))
            send = _Answer(send, self._lately, address, is_taken=is_taken)
        await self._app(scope, receive, send)


def takes_gzip(header: str) -> bool:
    """Whether a client takes gzip.

    >>> takes_gzip("deflate, gzip;q=0.8"), takes_gzip("gzip;q=0, br")
    (True, False)
    """
    for coding in header.lower().split(","):
        name, _, quality = coding.partition(";")
        if name.strip() in ("gzip", "*"):
            return quality.replace(" ", "").rstrip("0.") not in ("q=",)
    return False


class _Answer:
    """Sends one answer, compressed if it is worth it. Its first part decides: it is all of it, or more is to come."""

    def __init__(self, send: Send, lately: ByteCache, address: str, *, is_taken: bool) -> None:
        self._send, self._lately, self._address, self._is_taken = send, lately, address, is_taken
        self._start: Message | None = None
        self._packer: Any = None

    async def __call__(self, message: Message) -> None:
        """Sends a part of the answer (ASGI)."""
        if message["type"] == "http.response.start":
            self._start = message
        elif self._start is None:
            await self._send(await self._pack_part(message))
        else:
            start, self._start = self._start, None
            message = await self._begin(MutableHeaders(raw=start["headers"]), message)
            await self._send(start)
            await self._send(message)

    async def _begin(self, headers: MutableHeaders, message: Message) -> Message:
        """Decides at the first part; returns it as it is to be sent."""
        if not headers.get("content-type", "").startswith(_TYPES) or "content-encoding" in headers:
            return message
        headers.add_vary_header("Accept-Encoding")
        body, has_more = bytes(message.get("body", b"")), message.get("more_body", False)
        is_small = len(body) < MIN_BYTES and not has_more
        if not self._is_taken or is_small or "content-range" in headers:
            return message
        etag = headers.get("etag", "")
        headers["content-encoding"] = "gzip"
        if etag and not etag.startswith("W/"):
            headers["etag"] = f"W/{etag}"  # the bytes are others, though what they say is the same
        if has_more:
            del headers["content-length"]
            self._packer = zlib.compressobj(LEVEL, wbits=GZIP)
            return await self._pack_part(message)
        is_kept = _FOR_GOOD in headers.get("cache-control", "")
        packed = await self._pack_once(body, etag or (f"{zlib.crc32(body):x}" if is_kept else ""))
        headers["content-length"] = str(len(packed))
        return {**message, "body": packed}

    async def _pack_once(self, body: bytes, stamp: str) -> bytes:
        known: bytes | None = self._lately.find(self._address, stamp) if stamp else None
        if known is None:
            known = await _run(lambda part: zlib.compress(part, LEVEL, GZIP), body)
            if stamp:
                self._lately.put(self._address, stamp, known, len(known))
        return known

    async def _pack_part(self, message: Message) -> Message:
        if self._packer is None:
            return message
        packed = await _run(self._packer.compress, bytes(message.get("body", b"")))
        return {**message, "body": packed if message.get("more_body", False) else packed + self._packer.flush()}


async def _run(pack: Callable[[bytes], bytes], body: bytes) -> bytes:
    return pack(body) if len(body) < _INLINE_BYTES else await asyncio.to_thread(pack, body)
