"""What lies between the server and the routes: HEAD, compression, and the requests of callbacks."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.responses import Response
from starlette.testclient import TestClient
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboard.app import create_app
from dashboard.compression import Compression
from dashboard.settings import Settings

PATHS = ["/", "/scalars", "/data/runs", "/data/openapi.json", "/static/js/session.js", "/favicon.ico", "/_dash-layout"]
KEPT_FOR_GOOD = "public, max-age=31536000"
GZIP, PLAIN = {"accept-encoding": "gzip"}, {"accept-encoding": "identity"}


@pytest.fixture
def client(write_run: Callable[..., Path], tmp_path: Path) -> Iterator[TestClient]:
    for number in range(20):
        write_run(f"run_{number:02}", {"loss": [1.0] * 50})
    app = create_app(Settings(logdir=tmp_path, index="off"))
    with TestClient(app, base_url="http://localhost", raise_server_exceptions=False) as client:
        with client.websocket_connect("ws://localhost/data/live") as socket:
            while socket.receive_json()["is_reading"]:
                pass
        yield client


def series_of(client: TestClient, form: str) -> str:
    runs = [run["name"] for run in client.get("/data/runs").json()["runs"]]
    key = client.post("/data/selections", json={"runs": runs}).json()["key"]
    return f"/data/series?selection={key}&tag=loss&format={form}"


@pytest.mark.parametrize("path", [*PATHS, "/data/gone", "/gone"])
def test_head_has_the_status_and_headers_of_get(client: TestClient, path: str) -> None:
    head, get = client.head(path, headers=PLAIN), client.get(path, headers=PLAIN)

    assert (head.status_code, head.content) == (get.status_code, b"")
    assert head.headers == get.headers


@pytest.mark.parametrize("form", ["binary", "json", "csv", "arrow"])
def test_head_of_points_has_no_body(client: TestClient, form: str) -> None:
    address = series_of(client, form)

    head, get = client.head(address), client.get(address)

    assert (head.status_code, head.content, head.headers["etag"]) == (200, b"", get.headers["etag"])


@pytest.mark.parametrize(
    "path", ["/static/js/session.js", "/data/runs", "/data/openapi.json", "/vendor/uplot/uPlot.esm.js"]
)
def test_text_is_compressed_for_who_takes_it(client: TestClient, path: str) -> None:
    plain, packed = client.get(path, headers=PLAIN), client.get(path, headers=GZIP)

    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert (plain.headers["vary"], packed.headers["vary"]) == ("Accept-Encoding", "Accept-Encoding")
    assert packed.content == plain.content  # the client unpacks it


def test_compressed_bytes_are_what_gzip_reads(client: TestClient) -> None:
    with client.stream("GET", "/data/openapi.json", headers=GZIP) as answer:
        packed = b"".join(answer.iter_raw())

    assert len(packed) == int(answer.headers["content-length"])
    assert json.loads(gzip.decompress(packed))["info"]["title"] == "board"


def test_what_browsers_keep_for_good_is_compressed_once() -> None:
    bodies = iter([b"one " * 9_000, b"one " * 9_000, b"two " * 9_000])

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        await Response(next(bodies), media_type="text/plain", headers={"cache-control": KEPT_FOR_GOOD})(
            scope, receive, send
        )

    first, again, other = asyncio.run(ask_thrice(Compression(answer)))

    assert gzip.decompress(first) == b"one " * 9_000
    assert again is first
    assert gzip.decompress(other) == b"two " * 9_000


async def ask_thrice(app: ASGIApp) -> list[bytes]:
    """The bodies of three answers to the same request of who takes gzip."""
    scope = {"type": "http", "path": "/script.js", "query_string": b"", "headers": [(b"accept-encoding", b"gzip")]}
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    for _ in range(3):
        await app(scope, receive, send)
    return [message["body"] for message in sent if message["type"] == "http.response.body"]


@pytest.mark.parametrize("form", ["json", "csv"])
def test_streamed_table_is_compressed_as_it_comes(client: TestClient, form: str) -> None:
    address = series_of(client, form) + "&points=all"

    plain, packed = client.get(address, headers=PLAIN), client.get(address, headers=GZIP)

    assert packed.headers["content-encoding"] == "gzip"
    assert packed.content == plain.content


@pytest.mark.parametrize("form", ["binary", "arrow"])
def test_columns_are_not_compressed(client: TestClient, form: str) -> None:
    assert "content-encoding" not in client.get(series_of(client, form), headers=GZIP).headers


@pytest.mark.parametrize("path", ["/data/runs", "/data/tags?kind=scalars", "/vendor/uplot/uPlot.esm.js"])
def test_etag_of_a_compressed_answer_saves_the_next(client: TestClient, path: str) -> None:
    etag = client.get(path, headers=GZIP).headers["etag"]

    for headers in (GZIP, PLAIN):
        answer = client.get(path, headers=headers | {"if-none-match": etag})
        assert (answer.status_code, answer.content) == (304, b"")
    assert client.get(path, headers={"if-none-match": '"other", ' + etag}).status_code == 304


@pytest.mark.parametrize(
    ("address", "is_there"),
    [("http://localhost/scalars?runs=a", True), ("http://localhost/", True), ("http://localhost/graph", False)],
)
def test_layout_holds_the_first_page_if_that_asks_for_it(client: TestClient, address: str, is_there: bool) -> None:
    layout = client.get("/_dash-layout", headers={"referer": address}).json()

    page = layout["props"]["children"][-1]["props"]
    assert (page["id"], page["children"] is not None) == ("page", is_there)


def test_callback_that_the_page_asks_for_is_answered(client: TestClient) -> None:
    answer = client.post("/_dash-update-component", json=make_body(client))

    assert answer.status_code in (200, 204)


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"output": "x.y"}, 404),
        ({"output": None}, 422),
        ({"outputs": None}, 422),
        ({"outputs": []}, 422),
        ({"outputs": {"id": "x", "property": "y"}}, 422),
        ({"inputs": 3}, 422),
        ({"inputs": [3]}, 422),
        ({"inputs": []}, 422),
        ({"state": [{"id": "x", "property": "y"}]}, 422),
        ({"changedPropIds": 3}, 422),
    ],
)
def test_callback_that_no_page_asks_for_is_refused(client: TestClient, change: dict[str, Any], status: int) -> None:
    answer = client.post("/_dash-update-component", json=make_body(client) | change)

    assert answer.status_code == status
    assert answer.json()["detail"].endswith("Load the page again if it is of another release.")


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"3", b"\xff\xfe", b"[" * 100_000, b"{}"])
def test_body_that_is_none_of_a_callback_is_refused(client: TestClient, body: bytes) -> None:
    answer = client.post("/_dash-update-component", content=body)

    assert answer.status_code in (400, 422)
    assert answer.json()["detail"].startswith("The body must be")


def make_body(client: TestClient) -> dict[str, Any]:
    """What the page posts to be filled in."""
    callbacks = client.get("/_dash-dependencies").json()
    callback = next(one for one in callbacks if one["output"] == "page.children")
    part_id, _, name = callback["output"].rpartition(".")
    return {
        "output": callback["output"],
        "outputs": {"id": part_id, "property": name},
        "inputs": [{"id": one["id"], "property": one["property"], "value": None} for one in callback["inputs"]],
        "state": [{"id": one["id"], "property": one["property"], "value": None} for one in callback["state"]],
        "changedPropIds": [],
    }
