"""One middleware that says who may talk to the board and what the page may load.

A web page of a foreign site can make a browser talk to ``localhost`` (directly, or by pointing its own host
name at 127.0.0.1: DNS rebinding). Such requests carry the foreign site's name in Host or Origin, and are
refused here. Everything the page needs comes from this server, and the Content-Security-Policy says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboard.access import Access
from dashboard.hosts import allowed_host_names, is_allowed_host, is_origin_of
from dashboard.refusals import Refusal
from dashboard.settings import Settings

MAX_BODY_BYTES = 4 << 20
MAX_UPLOAD_BYTES = 32 << 20
UPLOAD_PATHS = frozenset({"/data/graph/upload"})
MAX_URL_BYTES = 64 << 10
MAX_HEADERS_BYTES = 64 << 10
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_FOREIGN_SITES = frozenset({"cross-site", "same-site"})  # another port of this host is of the same site
_CLOSE = (("connection", "close"),)


def content_security_policy(script_hashes: Iterable[str]) -> str:
    """The policy of every answer: scripts, fonts, images and requests from this server only, no ``eval``.

    Args:
        script_hashes: CSP hashes of the inline scripts that Dash puts into its page, as ``'sha256-…'``.
    """
    directives = {
        "default-src": ["'self'"],
        "script-src": ["'self'", *script_hashes],
        # React and the components set style attributes; those run no code.
        "style-src": ["'self'", "'unsafe-inline'"],
        "img-src": ["'self'", "data:", "blob:"],
        "connect-src": ["'self'"],
        "object-src": ["'none'"],
        "base-uri": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'self'"],
    }
    return "; ".join(" ".join([name, *sources]) for name, sources in directives.items())


class SecurityMiddleware:
    """Refuses foreign hosts and origins, requests without the token and those that are too large.

    It adds the security headers to every answer, so it must be the outermost layer of an application.
    """

    def __init__(self, app: ASGIApp, *, settings: Settings, access: Access | None, policy: str) -> None:
        self._app = app
        self._access = access
        self._prefix = settings.path_prefix
        self._proxy_names = frozenset(map(str.lower, settings.allow_host))
        self._allowed_names = allowed_host_names(settings.host, self._proxy_names)
        self._headers = {
            "content-security-policy": policy,
            "x-content-type-options": "nosniff",
            # Not no-referrer: with it a browser sends `Origin: null`.
            "referrer-policy": "same-origin",
            "cross-origin-opener-policy": "same-origin",
            "cross-origin-resource-policy": "same-origin",
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request (ASGI)."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        refusal = next(self._refusals(scope), None)
        if refusal is None and scope["type"] == "http":
            limit = self._body_limit(scope)
            body = await _read_body(receive, limit)
            refusal = _too_long(body, limit)
            receive = _Replay(body, receive)
        if refusal is not None:
            await refusal.send(scope, send_with_headers)
            return
        await self._app(scope, receive, send_with_headers)

    def _refusals(self, scope: Scope) -> Iterator[Refusal]:
        headers = Headers(scope=scope)
        checks = (
            _find_excess(scope, headers, self._body_limit(scope)),
            self._find_foreigner(scope, headers),
            self._find_stranger(scope, headers),
        )
        return (refusal for refusal in checks if refusal is not None)

    def _body_limit(self, scope: Scope) -> int:
        """Bytes that a body may have: more where a file is uploaded."""
        return MAX_UPLOAD_BYTES if scope["path"].removeprefix(self._prefix) in UPLOAD_PATHS else MAX_BODY_BYTES

    def _find_foreigner(self, scope: Scope, headers: Headers) -> Refusal | None:
        host = headers.get("host", "")
        if not is_allowed_host(host, self._allowed_names):
            sentence = f"Host must name this server; got {host[:200]!r}. Open the address that board printed, or start "
            return Refusal(421, sentence + "board with --allow-host and the name of the proxy before it.")
        origin = headers.get("origin")
        changes_state = scope["type"] == "websocket" or scope["method"] not in _SAFE_METHODS
        if changes_state and origin is not None and not is_origin_of(origin, host, self._proxy_names):
            sentence = f"Origin must be this server; got {origin[:200]!r}. Other sites may not talk to board."
            return Refusal(403, sentence)
        # What a browser says of an image, script or fetch of a foreign page; links to the board are followed.
        is_foreign = headers.get("sec-fetch-site") in _FOREIGN_SITES and headers.get("sec-fetch-mode") != "navigate"
        return Refusal(403, "Other sites may not ask for what board holds. Open its address.") if is_foreign else None

    def _find_stranger(self, scope: Scope, headers: Headers) -> Refusal | None:
        if self._access is None:
            return None
        is_page = scope["type"] == "http" and scope["method"] in ("GET", "HEAD")
        return (self._access.find_entrance(scope) if is_page else None) or self._access.find_refusal(headers)


def _find_excess(scope: Scope, headers: Headers, limit: int) -> Refusal | None:
    if not scope["path"].startswith("/"):
        return Refusal(400, "The request must be for a path of this server. board is no proxy.", _CLOSE)
    num_url_bytes = len(scope.get("raw_path") or b"") + len(scope["query_string"])
    if num_url_bytes > MAX_URL_BYTES:
        return Refusal(414, f"The URL must have at most {MAX_URL_BYTES:,} bytes; got {num_url_bytes:,}.", _CLOSE)
    num_header_bytes = sum(len(name) + len(value) for name, value in headers.raw)
    if num_header_bytes > MAX_HEADERS_BYTES:
        sentence = f"The headers must have at most {MAX_HEADERS_BYTES:,} bytes; got {num_header_bytes:,}."
        return Refusal(431, sentence, _CLOSE)
    length = headers.get("content-length", "0")
    if length.isdecimal() and int(length) > limit:
        return Refusal(413, f"The body must have at most {limit:,} bytes; got {length}.", _CLOSE)
    return None


def _too_long(body: bytes | None, limit: int) -> Refusal | None:
    if body is None or len(body) <= limit:
        return None
    return Refusal(413, f"The body must have at most {limit:,} bytes; got more.", _CLOSE)


async def _read_body(receive: Receive, limit: int) -> bytes | None:
    """Reads a body until it is too long; None if the client went away before its end."""
    chunks, num_bytes = [], 0
    while num_bytes <= limit:
        message = await receive()
        if message["type"] != "http.request":
            return None
        chunks.append(message.get("body", b""))
        num_bytes += len(chunks[-1])
        if not message.get("more_body", False):
            break
    return b"".join(chunks)


class _Replay:
    """Gives an application the body that was read, and afterwards what else comes."""

    def __init__(self, body: bytes | None, receive: Receive) -> None:
        self._body = body
        self._receive = receive
        self._is_first = True

    async def __call__(self) -> Message:
        if self._is_first:
            self._is_first = False
            return {"type": "http.disconnect"} if self._body is None else {"type": "http.request", "body": self._body}
        return await self._receive()
