"""Who may see the board: anyone on this machine, or whoever has the token.

A board that others can reach asks for a token, and so does one that was given a token file. A browser brings it once,
in the URL that board printed, and from then on as a cookie; a program brings it as ``Authorization: Bearer TOKEN``.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, quote, urlencode

from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.types import Scope

from dashboard.refusals import Refusal
from dashboard.settings import Settings

PARAMETER = "token"
_TOKEN = re.compile(r"[A-Za-z0-9._~-]{16,256}")
_NUM_TOKEN_BYTES = 32
_MAX_FILE_BYTES = 1024


@dataclass(frozen=True)
class Access:
    """The token that a board asks for.

    Attributes:
        token: What must be brought.
        cookie_path: Path of the board in the browser, which the cookie is kept for.
    """

    token: str
    cookie_path: str = "/"

    @property
    def cookie_name(self) -> str:
        """Name of the cookie: each board has its own, since cookies of a host belong to all of its ports."""
        return f"board-{hashlib.sha256(self.token.encode()).hexdigest()[:8]}"

    def add_to(self, address: str) -> str:
        """An address of the board with its token."""
        return f"{address}?{urlencode({PARAMETER: self.token})}"

    def is_token(self, brought: str) -> bool:
        """Whether this is the token; takes as long for every answer."""
        return hmac.compare_digest(brought.encode("utf-8", "replace"), self.token.encode())

    def find_refusal(self, headers: Headers) -> Refusal | None:
        """Why a request without a token in its URL is not served."""
        scheme, _, bearer = headers.get("authorization", "").partition(" ")
        cookie = cookie_parser(headers.get("cookie", "")).get(self.cookie_name, "")
        is_bearer = scheme.lower() == "bearer" and self.is_token(bearer.strip())
        if is_bearer or self.is_token(cookie):
            return None
        sentence = "This board asks for a token. Open the address that board printed, with its token, once."
        return Refusal(401, sentence, (("www-authenticate", 'Bearer realm="board"'), ("cache-control", "no-store")))

    def find_entrance(self, scope: Scope) -> Refusal | None:
        """What a request with a token in its URL is answered: the same URL without it and a cookie, or a refusal."""
        query = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        brought = [value for name, value in query if name == PARAMETER]
        if not brought:
            return None
        if not self.is_token(brought[-1]):
            sentence = "The token of the URL must be this board's. Open the address that board printed last."
            return Refusal(401, sentence, (("cache-control", "no-store"),))
        rest = urlencode([(name, value) for name, value in query if name != PARAMETER])
        # Relative to the request: right behind every proxy, and never another host.
        place = f"./{quote(scope['path'].rpartition('/')[2])}{'?' if rest else ''}{rest}"
        headers = (("location", place), ("set-cookie", self._cookie(scope["scheme"])), ("cache-control", "no-store"))
        return Refusal(303, "The token is known now.", headers)

    def _cookie(self, scheme: str) -> str:
        # Lax, not Strict: the first view from a link in another site's page would be refused otherwise.
        parts = [f"{self.cookie_name}={self.token}", f"Path={self.cookie_path}", "HttpOnly", "SameSite=Lax"]
        return "; ".join([*parts, "Secure"] if scheme == "https" else parts)


def make_access(settings: Settings) -> Access | None:
    """What a board asks for: the token of its file, a new one if others can reach it, else nothing.

    Raises:
        OSError: If the token file can't be read.
        ValueError: If it holds no token.
    """
    if settings.token_file is not None:
        return Access(read_token(Path(settings.token_file)), f"{settings.path_prefix}/")
    if not settings.is_shared:
        return None
    return Access(secrets.token_urlsafe(_NUM_TOKEN_BYTES), f"{settings.path_prefix}/")


def read_token(path: Path) -> str:
    """Reads the token of a file; spaces and line ends around it do not count.

    Raises:
        OSError: If the file can't be read.
        ValueError: If it holds no token.
    """
    try:
        with path.open("rb") as file:
            token = file.read(_MAX_FILE_BYTES).decode("ascii", "replace").strip()
    except OSError as error:
        rule = f"--token-file must be a file that can be read; got {str(path)!r} ({error.strerror})"
        raise OSError(f"{rule}. Pass another, or leave it out.") from error
    if not _TOKEN.fullmatch(token):
        rule = "must hold 16 to 256 letters, digits or any of . _ ~ -"  # what it holds is not repeated
        raise ValueError(f"--token-file {str(path)!r} {rule}. Make one with: openssl rand -hex 32 > {path}.")
    return token
