"""The files of the page, under addresses that name what they hold.

Below ``/_files-<hash of all of them>/`` a browser keeps them for good and asks for none a second time, and an open page
never runs modules of two releases: once the files are others, there is nothing below their old address. The plain
addresses, ``/static/…`` and ``/vendor/…``, serve the same to tools and other pages; a browser asks whether its copy is
still good.

Files are read and compressed once, and again when they change on the disk. Some are made of others: the page's modules
are one script and its style sheets are one, since what a page waits for is the number of its files.
"""

from __future__ import annotations

import hashlib
import os
import re
import zlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from dashboard import page_scripts, page_sheets
from dashboard.api.answers import iter_etags
from dashboard.compression import GZIP, MIN_BYTES, takes_gzip
from dashboard.refusals import Refusal

FOLDERS = ("static", "vendor")
FOR_GOOD = "public, max-age=31536000, immutable"
_ROOT = Path(__file__).parent
_ADDRESS = re.compile(r"(?:/_files-(?P<release>[0-9a-f]{16}))?/(?P<name>(?:static|vendor)/.+)")
_TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".map": "application/json",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}
_COMPRESSED = (".js", ".css", ".map", ".svg")
_LEVEL = 6
_MADE = (page_scripts.SCRIPT, page_scripts.MAP, page_sheets.SHEET)
_MAKERS = (_ROOT / "page_scripts.py", _ROOT / "page_sheets.py")
_ONLY_GET = Refusal(405, "A file can be asked for with GET and HEAD.", (("allow", "GET, HEAD"),))
_OTHER_RELEASE = Refusal(
    404,
    "The file must be of the release that runs; this is the address of another. Load the page again.",
    (("cache-control", "no-store"),),
)


@dataclass(frozen=True)
class _File:
    """A file that was read.

    Attributes:
        stamp: Size and time of the change that it was read at; of a file that is made, of all that it is made of.
        content: Its bytes.
        packed: The same as gzip; empty if that is not worth it.
        etag: Of the content.
        content_type: As HTTP names it.
    """

    stamp: object
    content: bytes
    packed: bytes
    etag: str
    content_type: str


class PageFiles:
    """The files below the package's `FOLDERS`, by their paths in it. A path that the folders do not list is none."""

    def __init__(self) -> None:
        self._names: frozenset[str] = frozenset()
        self._files: dict[str, _File] = {}
        self._hashed: tuple[dict[str, tuple[int, int]], str] = ({}, "")  # stamps of files, and their release

    @property
    def release(self) -> str:
        """Sixteen hexadecimal digits of all files' names and content."""
        stamps = dict(_list_files())
        known, release = self._hashed
        if stamps != known:
            digest = hashlib.blake2b(b"".join(maker.read_bytes() for maker in _MAKERS), digest_size=8)
            for name in sorted(stamps):
                digest.update(f"{name}\0{stamps[name][0]}\0".encode() + (_ROOT / name).read_bytes())
            release = digest.hexdigest()
            self._hashed = stamps, release  # at once, for threads of other boards
        return release

    def holds(self, release: str, name: str) -> bool:
        """Whether a file that was found is of a release."""
        if name in _MADE:
            return release == self._files[name].stamp
        stamps, hashed = self._hashed
        is_as_hashed = stamps.get(name) == self._files[name].stamp
        return release == (hashed if is_as_hashed else self.release)

    @property
    def address(self) -> str:
        """Path below which the files of this release lie."""
        return f"/_files-{self.release}"

    def find(self, name: str) -> _File | None:
        """The file of a name like ``static/mark.svg`` as it is now; None if there is none."""
        if name in _MADE:
            return self._find_made(name)
        if name not in self._names:
            self._names = frozenset(dict(_list_files()))
        if name not in self._names or not (_ROOT / name).is_file():
            return None
        stamp = _stamp_of((_ROOT / name).stat())
        known = self._files.get(name)
        if known is None or known.stamp != stamp:
            known = self._files[name] = _read(name, stamp)
        return known

    def _find_made(self, name: str) -> _File:
        release = self.release
        known = self._files.get(name)
        if known is None or known.stamp != release:
            known = self._files[name] = _pack(name, release, self._make(name).encode())
        return known

    def _make(self, name: str) -> str:
        if name == page_sheets.SHEET:
            return page_sheets.write_sheet(_read_text)
        modules = page_scripts.collect(filter(page_scripts.is_module, sorted(self._hashed[0])), _read_text)
        return page_scripts.write_map(modules) if name == page_scripts.MAP else page_scripts.write_script(modules)


@cache
def open_page_files() -> PageFiles:
    """The files that all boards of this process serve, so that each is read and compressed once."""
    return PageFiles()


def _list_files() -> list[tuple[str, tuple[int, int]]]:
    found = []
    waiting = [*FOLDERS]
    while waiting:
        folder = waiting.pop()
        with os.scandir(_ROOT / folder) as entries:
            for entry in entries:
                name = f"{folder}/{entry.name}"
                if entry.is_dir():
                    waiting.append(name)
                else:
                    found.append((name, _stamp_of(entry.stat())))
    return found


def _stamp_of(stat: os.stat_result) -> tuple[int, int]:
    return stat.st_size, stat.st_mtime_ns


def _read(name: str, stamp: tuple[int, int]) -> _File:
    return _pack(name, stamp, (_ROOT / name).read_bytes())


def _read_text(name: str) -> str:
    return (_ROOT / name).read_text(encoding="utf-8")


def _pack(name: str, stamp: object, content: bytes) -> _File:
    suffix = os.path.splitext(name)[1]
    is_worth_it = suffix in _COMPRESSED and len(content) >= MIN_BYTES
    packed = zlib.compress(content, _LEVEL, GZIP) if is_worth_it else b""
    etag = f'"{hashlib.blake2b(content, digest_size=8).hexdigest()}"'
    return _File(stamp, content, packed, etag, _TYPES.get(suffix, "text/plain; charset=utf-8"))


class FileRequests:
    """Answers requests for files of the page, and passes on others."""

    def __init__(self, app: ASGIApp, *, files: PageFiles) -> None:
        self._app = app
        self._files = files

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request (ASGI)."""
        asked = _ADDRESS.fullmatch(scope["path"]) if scope["type"] == "http" else None
        file = self._files.find(asked["name"]) if asked else None
        if asked is None or file is None:
            await self._app(scope, receive, send)
        elif scope["method"] != "GET":
            await _ONLY_GET.send(scope, send)
        elif asked["release"] is None:
            await _send(file, "no-cache", Headers(scope=scope), send)
        elif self._files.holds(asked["release"], asked["name"]):
            await _send(file, FOR_GOOD, Headers(scope=scope), send)
        else:
            await _OTHER_RELEASE.send(scope, send)


async def _send(file: _File, keep: str, asked: Headers, send: Send) -> None:
    is_packed = bool(file.packed) and takes_gzip(asked.get("accept-encoding", ""))
    is_known = file.etag in iter_etags(asked.get("if-none-match", ""))
    body = b"" if is_known else file.packed if is_packed else file.content
    headers = {"etag": f"W/{file.etag}" if is_packed else file.etag, "cache-control": keep}
    if file.packed:
        headers["vary"] = "Accept-Encoding"
    if not is_known:
        headers |= {"content-type": file.content_type, "content-length": str(len(body))}
    if is_packed and not is_known:
        headers["content-encoding"] = "gzip"
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": 304 if is_known else 200, "headers": raw})
    await send({"type": "http.response.body", "body": body})
