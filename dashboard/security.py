"""One middleware that says who may talk to the board and what the page may load.

A web page of a foreign site can make a browser talk to ``localhost`` (directly, or by pointing its own host
name at 127.0.0.1: DNS rebinding). Such requests carry the foreign site's name in Host or Origin, and are
refused here. Everything the page needs comes from this server, and the Content-Security-Policy says so.
"""

from __future__ import annotations

import ipaddress
import json
import socket
from collections.abc import Iterable
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def content_security_policy(script_hashes: Iterable[str]) -> str:
    """The policy of every answer: scripts, fonts, images and requests from this server only, no ``eval``.

    Args:
        script_hashes: CSP hashes of the inline scripts that Dash puts into its page, as ``'sha256-…'``.
    """
    directives = {
        "default-src": ["'self'"],
        "script-src": ["'self'", *script_hashes],
        # Mantine and Dash set style attributes; those run no code.
        "style-src": ["'self'", "'unsafe-inline'"],
        "img-src": ["'self'", "data:", "blob:"],
        "connect-src": ["'self'"],
        "object-src": ["'none'"],
        "base-uri": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'self'"],
    }
    return "; ".join(" ".join([name, *sources]) for name, sources in directives.items())


def is_allowed_host(host: str, allowed_names: frozenset[str]) -> bool:
    """Whether a Host header (``name[:port]``) names this server.

    An address literal can't be rebound by DNS, so it is allowed; a name must be one of `allowed_names`.
    """
    try:
        name = urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return False
    if name in allowed_names:
        return True
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def is_origin_of(origin: str, host: str) -> bool:
    """Whether an Origin header (``scheme://name[:port]``) names the server of a Host header."""
    try:
        return urlsplit(origin).netloc == host
    except ValueError:
        return False


def is_loopback(host: str) -> bool:
    """Whether an address to listen on is reachable from this machine only."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def allowed_host_names(host: str) -> frozenset[str]:
    """The names under which a server bound to `host` may be asked for."""
    return frozenset({"localhost", host.lower(), socket.gethostname().lower()})


class SecurityMiddleware:
    """Refuses foreign hosts and origins, and adds the security headers to every answer."""

    def __init__(self, app: ASGIApp, *, host: str, policy: str) -> None:
        self._app = app
        self._allowed_names = allowed_host_names(host)
        self._headers = {
            "content-security-policy": policy,
            "x-content-type-options": "nosniff",
            "referrer-policy": "same-origin",
            "cross-origin-resource-policy": "same-origin",
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request (ASGI)."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        refusal = self._find_refusal(scope)
        if refusal is not None:
            await _refuse(scope, send, refusal)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, send_with_headers)

    def _find_refusal(self, scope: Scope) -> str | None:
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        if not is_allowed_host(host, self._allowed_names):
            return f"Host must name this server; got {host!r}. Open the address that board printed."
        origin = headers.get("origin")
        changes_state = scope["type"] == "websocket" or scope["method"] not in _SAFE_METHODS
        if changes_state and origin is not None and not is_origin_of(origin, host):
            return f"Origin must be this server; got {origin!r}. Other sites may not talk to board."
        return None


async def _refuse(scope: Scope, send: Send, reason: str) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008, "reason": reason[:120]})
        return
    body = json.dumps({"detail": reason}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 421, "headers": headers})
    await send({"type": "http.response.body", "body": body})
