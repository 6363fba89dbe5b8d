"""A table: attack → answer, over HTTP, against a started board."""

from __future__ import annotations

import json
from http import HTTPStatus
from pathlib import Path

import pytest

from tests.dashboard.security.conftest import Server

PAGE = Path(__file__).parents[3] / "docs" / "security.md"
JSON = "Content-Type: application/json"
UPGRADE = (
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
)
SELECTION = '{"runs": ["a"]}'
POST = (JSON, f"Content-Length: {len(SELECTION)}")
EDITS = '{"edits": [{"path": ["runs", "a", "name"], "value": "b"}]}'
POST_EDITS = (JSON, f"Content-Length: {len(EDITS)}")
UNDO = '{"undo": ["a"]}'
POST_UNDO = (JSON, f"Content-Length: {len(UNDO)}")
UP = '{"runs": ["../secret.txt"]}'
OUT = '{"runs": ["linked"]}'

ATTACKS = [
    ("a foreign name points here: DNS rebinding", "evil.example", ("GET /data/runs HTTP/1.1",), "", 421),
    ("a name that begins as ours", "localhost.evil.example", ("GET /data/runs HTTP/1.1",), "", 421),
    ("a user name before ours", "evil.example@localhost", ("GET /data/runs HTTP/1.1",), "", 421),
    ("no Host", None, ("GET /data/runs HTTP/1.1",), "", 400),
    ("no Host, as in HTTP/1.0", None, ("GET /data/runs HTTP/1.0",), "", 421),
    ("two Hosts", "localhost", ("GET /data/runs HTTP/1.1", "Host: evil.example"), "", 400),
    ("a foreign page posts", "localhost", ("POST /data/selections HTTP/1.1", "Origin: http://evil.example", *POST),
     SELECTION, 403),
    ("a page without an origin posts", "localhost", ("POST /data/selections HTTP/1.1", "Origin: null", *POST),
     SELECTION, 403),
    ("a page of another port posts", "localhost",
     ("POST /data/selections HTTP/1.1", "Origin: http://localhost:1", *POST), SELECTION, 403),
    ("a foreign page calls back", "localhost",
     ("POST /_dash-update-component HTTP/1.1", "Origin: http://evil.example", *POST), SELECTION, 403),
    ("a foreign page renames a run", "localhost",
     ("POST /data/sidecar/edits HTTP/1.1", "Origin: http://evil.example", *POST_EDITS), EDITS, 403),
    ("a form of a foreign page renames a run", "localhost",
     ("POST /data/sidecar/edits HTTP/1.1", "Origin: http://evil.example", "Content-Type: text/plain",
      f"Content-Length: {len(EDITS)}"), EDITS, 403),
    ("a foreign name renames a run", "evil.example", ("POST /data/sidecar/edits HTTP/1.1", *POST_EDITS), EDITS, 421),
    ("a foreign page takes an edit back", "localhost",
     ("POST /data/sidecar/undo HTTP/1.1", "Origin: null", *POST_UNDO), UNDO, 403),
    ("a foreign page reads notes", "localhost",
     ("GET /data/sidecar HTTP/1.1", "Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: cors"), "", 403),
    ("a foreign page deletes a run", "localhost",
     ("POST /data/runs/trash HTTP/1.1", "Origin: http://evil.example", *POST), SELECTION, 403),
    ("a page of another port brings a run back", "localhost",
     ("POST /data/runs/restore HTTP/1.1", "Origin: http://localhost:1", JSON, "Content-Length: 2"), "{}", 403),
    ("a file beside the logdir as a run to delete", "localhost",
     ("POST /data/runs/trash HTTP/1.1", JSON, f"Content-Length: {len(UP)}"), UP, 404),
    ("a run behind a link out of the logdir to delete", "localhost",
     ("POST /data/runs/trash HTTP/1.1", JSON, f"Content-Length: {len(OUT)}"), OUT, 409),
    ("up from the trash", "localhost",
     ("POST /data/runs/restore HTTP/1.1", JSON, "Content-Length: 18"), '{"id": "../../.."}', 404),
    ("edits by GET", "localhost", ("GET /data/sidecar/edits HTTP/1.1",), "", 404),
    ("a foreign page listens", "localhost",
     ("GET /data/live HTTP/1.1", "Origin: http://evil.example", *UPGRADE), "", 403),
    ("an image of a foreign page", "localhost",
     ("GET /data/graph/search?run=a&q=x HTTP/1.1", "Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: no-cors"), "", 403),
    ("a script of another port", "localhost",
     ("GET /data/runs HTTP/1.1", "Sec-Fetch-Site: same-site", "Sec-Fetch-Mode: no-cors"), "", 403),
    ("callbacks over a WebSocket", "localhost", ("GET /_dash-ws-callback HTTP/1.1", *UPGRADE), "", 403),
    ("a method that the route has not", "localhost", ("POST /data/runs HTTP/1.1", "Content-Length: 0"), "", 405),
    ("PUT on the page", "localhost", ("PUT / HTTP/1.1", "Content-Length: 0"), "", 405),
    ("DELETE of a file", "localhost", ("DELETE /static/mark.svg HTTP/1.1",), "", 405),
    ("TRACE", "localhost", ("TRACE /data/runs HTTP/1.1",), "", 405),
    ("OPTIONS: may another site ask?", "localhost", ("OPTIONS /data/selections HTTP/1.1",), "", 405),
    ("CONNECT", "localhost", ("CONNECT evil.example:80 HTTP/1.1",), "", 400),
    ("a proxy's request", "localhost", ("GET http://evil.example/data/runs HTTP/1.1",), "", 400),
    ("a body that says to be too long", "localhost",
     ("POST /data/selections HTTP/1.1", JSON, "Content-Length: 99999999"), "", 413),
    ("a length that is none", "localhost", ("POST /data/selections HTTP/1.1", JSON, "Content-Length: -1"), "", 400),
    ("two lengths: request smuggling", "localhost",
     ("POST /data/selections HTTP/1.1", JSON, "Content-Length: 5", "Content-Length: 6"), "", 400),
    ("a URL of 70 kB", "localhost", ("GET /data/runs?x=" + "a" * 70_000 + " HTTP/1.1",), "", 414),
    ("headers of 70 kB", "localhost", ("GET /data/runs HTTP/1.1", "X: " + "a" * 70_000), "", 431),
    ("a head without an end", "localhost", ("GET /data/runs HTTP/1.1", "X: " + "a" * 1_000_000), "", 400),
    ("no HTTP", "localhost", ("\x16\x03\x01 hello",), "", 400),
    ("MCP", "localhost", ("POST /_mcp HTTP/1.1", JSON, "Content-Length: 2"), "{}", 405),
    ("MCP over GET", "localhost", ("GET /_mcp HTTP/1.1",), "", 404),
    ("Dash's dev tools", "localhost", ("GET /_reload-hash HTTP/1.1",), "", 404),
    ("up from the static files", "localhost", ("GET /static/../cli.py HTTP/1.1",), "", 404),
    ("up, encoded", "localhost", ("GET /static/%2e%2e/cli.py HTTP/1.1",), "", 404),
    ("up, with the slash encoded", "localhost", ("GET /static/..%2f..%2fpyproject.toml HTTP/1.1",), "", 404),
    ("up from the files of a release", "localhost",
     ("GET /_files-0123456789abcdef/static/../cli.py HTTP/1.1",), "", 404),
    ("an absolute path", "localhost", ("GET /static//etc/passwd HTTP/1.1",), "", 404),
    ("an absolute path, encoded", "localhost", ("GET /vendor/%2fetc%2fpasswd HTTP/1.1",), "", 404),
    ("a NUL in a path", "localhost", ("GET /static/mark.svg%00.js HTTP/1.1",), "", 404),
    ("a folder's listing", "localhost", ("GET /static/js/ HTTP/1.1",), "", 404),
    ("a file of a Python package", "localhost", ("GET /_dash-component-suites/dash/dash.py HTTP/1.1",), "", 404),
    ("a module of Python", "localhost", ("GET /_dash-component-suites/os/os.py HTTP/1.1",), "", 404),
    ("up from a run", "localhost", ("GET /data/graph?run=../secret.txt HTTP/1.1",), "", 404),
    ("up from a run, encoded twice", "localhost", ("GET /data/graph?run=%252e%252e%252fsecret.txt HTTP/1.1",), "", 404),
    ("an absolute path as a run", "localhost", ("GET /data/graph?run=/etc/passwd HTTP/1.1",), "", 404),
    ("a link out of the logdir as a run", "localhost", ("GET /data/graph?run=link.txt HTTP/1.1",), "", 404),
    ("up from a run's histogram", "localhost",
     ("GET /data/histograms/buckets?run=..&tag=secret.txt&step=0 HTTP/1.1",), "", 404),
    ("a NUL in a run", "localhost", ("GET /data/graph?run=a%00 HTTP/1.1",), "", 404),
    ("a run of 5,000 characters", "localhost", ("GET /data/graph?run=" + "a" * 5_000 + " HTTP/1.1",), "", 422),
    ("a body that is no JSON", "localhost", ("POST /data/selections HTTP/1.1", JSON, "Content-Length: 1"), "{", 422),
    ("a selection of numbers", "localhost", ("POST /data/selections HTTP/1.1", JSON, "Content-Length: 12"),
     '{"runs":[1]}', 422),
]  # fmt: skip


@pytest.mark.parametrize(
    ("host", "lines", "body", "status"), [row[1:] for row in ATTACKS], ids=[row[0] for row in ATTACKS]
)
def test_attack_is_answered(
    board: Server, logdir: Path, host: str | None, lines: tuple[str, ...], body: str, status: int
) -> None:
    answer = board.send(*lines, body=body, host=host)

    assert answer.status == status
    for told in ("Traceback", "the secret", str(logdir.parent), "site-packages", __file__[:6]):
        assert told not in answer.body
    if status not in (400, 403):  # uvicorn's own answers are plain text
        assert json.loads(answer.body)["detail"].endswith(".")
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_page_on_security_tells_of_each_attack() -> None:
    rows = [f"| {what} | {status} {HTTPStatus(status).phrase} |" for what, *_, status in ATTACKS]

    assert PAGE.read_text().partition("| --- | --- |\n")[2].splitlines() == rows


def test_link_of_another_site_leads_to_the_board(board: Server) -> None:
    answer = board.send("GET /scalars HTTP/1.1", "Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate")

    assert answer.status == 200
    assert "frame-ancestors 'self'" in answer.headers["content-security-policy"]
