"""Requests of random parameters to a started board: each is answered, none with a failure."""

from __future__ import annotations

import http.client
import json
import random
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest

from summaries import SummaryWriter

WORDS = [
    "a", "b/c", "loss", "weights", "gone", "", " ", "0", "-1", "1", "1e308", "nan", "inf", "-inf", "1e999", "2.5",
    str(2**31), str(2**63 - 1), str(2**63), str(-(2**63) - 1), "9" * 400, "\x00", "\ud800", "é", "💥", "a" * 5_000,
    "../..", "/etc/passwd", "%", "%zz", "[", "(", "*", "/(/", "/a*/", "<b>", "'", '"', "\\", "\r\n", "step", "wall",
    "json", "binary", "csv", "arrow", "all", "scalars", "histograms", "graphs", "images", "=", "&", ";", "{}", "[]",
    "=loss / 2", "=loss +", "metric:loss", "metric:=log(loss)", "metric:",
]  # fmt: skip
PARAMETERS = {
    "/data/aggregates": [
        "grouping",
        "tag",
        "center",
        "band",
        "x",
        "width",
        "start",
        "stop",
        "smoothing",
        "baseline",
        "columns",
        "since",
        "format",
    ],
    "/data/ranges": ["selection", "tag", "x", "start", "stop", "baseline", "format"],
    "/data/values": ["selection", "tag", "at", "x", "smoothing", "baseline"],
    "/data/non_finite": ["selection", "since", "limit"],
    "/data/layouts": ["selection"],
    "/data/metrics": ["selection"],
    "/data/annotations": ["selection", "since", "limit"],
    "/data/blobs": ["run", "tag", "kind", "first", "limit"],
    "/data/blob": ["run", "tag", "kind", "index", "sample", "format"],
    "/data/facts": ["run"],
    "/data/runs/notes": ["run"],
    "/data/console": ["run"],
    "/data/runs": ["since"],
    "/data/tags": ["kind", "since"],
    "/data/series": [
        "selection",
        "tag",
        "x",
        "width",
        "start",
        "stop",
        "smoothing",
        "baseline",
        "columns",
        "since",
        "format",
        "points",
        "axes",
    ],  # fmt: skip
    "/data/health": ["run", "problems", "q", "offset", "limit", "format"],
    "/data/health/why": ["run", "kind"],
    "/data/histograms": ["selection", "tag", "run", "max_steps", "width", "since", "start", "stop", "format"],
    "/data/histograms/buckets": ["run", "tag", "step", "format"],
    "/data/graph": ["open", "keep", "block", "run", "graph"],
    "/data/graph/node": ["id", "run", "graph"],
    "/data/graph/search": ["q", "run", "graph"],
    "/data/graph/compiled": ["id", "run", "graph"],
    "/data/graph/logged": ["step", "run", "graph"],
    "/data/graph/logged/node": ["id", "step", "run", "graph"],
    "/data/graph/step": ["open", "block", "run", "graph"],
    "/data/graph/step/place": ["id", "run", "graph"],
    "/data/graph/step/operations": ["id", "run", "graph"],
    "/data/graph/compare": ["base", "open", "keep", "block", "run", "graph"],
    "/data/graph/compare/node": ["base", "id", "run", "graph"],
    "/data/graph/compare/search": ["base", "q", "run", "graph"],
    "/data/graph/file": ["format", "run", "graph"],
    "/data/sidecar": [],
    "/data/runs/columns": ["selection", "limit"],
    "/data/runs/trash": [],
    "/data/openapi.json": [],
    "/data/live": [],
    "/data/gone": ["x"],
}
GOOD = {
    "kind": "scalars", "tag": "loss", "run": "a", "x": "step", "width": "300", "smoothing": "0.5", "since": "0",
    "format": "json", "points": "drawn", "step": "0", "max_steps": "5", "start": "0", "stop": "5", "baseline": "a",
    "center": "median", "band": "ci", "at": "3",
}  # fmt: skip
GROUPING = b'{"groups": [["a"], ["b/c", "gone"], []]}'
SELECTION = b'{"runs": ["a", "b/c"]}'
BODIES = [
    SELECTION, GROUPING, b'{"text": "loss / 2"}', b'{"text": "\\ud83d\\ude00 + lo"}', b'{"text": "\\ud800"}',
    b"", b"{", b"[]", b"null", b'{"runs": null}', b'{"runs": [1]}', b'{"runs": ["\\ud800"]}', b"\xff\xfe",
    b'{"runs": [' + b"[" * 900 + b"]" * 900 + b"]}", b'{"runs": ' + b"[" * 100_000, b'{"runs": NaN}',
    b'{"runs": {"a": 1e999}}', b'{"edits": [{"path": ["runs", "a", "notes"], "value": "x"}]}', b'{"edits": []}',
    b'{"edits": [{"path": ["runs", "a", "notes"], "value": "\\ud800"}]}', b'{"edits": [{"path": []}]}',
    b'{"edits": [{"path": ["runs", "\\u0000", "color"], "value": 1e999}]}', b'{"edits": [{"path": ["\\ud800"]}]}',
    b'{"edits": [{"path": ["runs", "../..", "tags", "x"], "value": true}]}', b'{"undo": ["x"]}', b'{"undo": []}',
    b'{"edits": [{"path": ["baseline"], "value": {"a": [NaN, ' + b"9" * 5_000 + b"]}}]}",
    b'{"runs": ["a"], "confirmation": "x"}', b'{"runs": ["a"], "confirmation": "\\ud800"}', b'{"id": "../.."}',
    b'{"query": "loss.min < 3 or lr"}', b'{"query": "\\ud800 < 1"}', b'{"query": "name ~ /\\ud83d\\ude00(/"}',
    b'{"by": ["loss"]}',
    b'{"text": "\\ud83d\\ude00 lo", "cursor": 1}', b'{"text": "", "cursor": 0}', b'{"columns": ["loss", "status"]}',
    b'{"pattern": "(a)|b", "slots": {"": 1}}', b'{"runs": ["a"], "tag": "loss"}', b'{"by": "loss"}', b"{}",
]  # fmt: skip
POSTS = [
    "selections", "groupings", "expressions/check",
    "sidecar/edits", "sidecar/undo", "runs/trash", "runs/restore", "runs/query", "runs/complete",
    "runs/table", "runs/differences", "runs/groups", "runs/ramp", "runs/sparklines",
]  # fmt: skip


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[http.client.HTTPConnection]:
    """A connection to a board on two runs."""
    for name in ("a", "b/c"):
        with SummaryWriter(tmp_path / name) as writer:
            for step in range(10):
                writer.add_scalar("loss", [1.0, float("nan"), float("inf")][step % 3], step)
                writer.add_histogram("weights", [1.0, float(step)], step)
    command = [sys.executable, "-m", "dashboard.cli", "--logdir", str(tmp_path), "--port", "0", "--index", "off"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as board:
        port = int(re.search(r"localhost:(\d+)/", board.stdout.readline())[1])
        connection = http.client.HTTPConnection("localhost", port, timeout=30)
        yield connection
        connection.close()
        board.send_signal(signal.SIGINT)
        errors = board.communicate(timeout=20)[1]
    assert "Traceback" not in errors


def make_address(chance: random.Random, good: dict[str, str]) -> str:
    """A route with parameters, each left out, right, or any word."""
    path, names = chance.choice(list(PARAMETERS.items()))
    pairs = []
    for name in names:
        for _ in range(chance.choice([0, 1, 1, 1, 1, 2, 30] if chance.random() < 0.3 else [1])):
            pairs.append((name, good.get(name, "a") if chance.random() < 0.8 else chance.choice(WORDS)))
    query = urlencode(pairs, errors="surrogatepass")
    if chance.random() < 0.95:
        return f"{path}?{query}"
    return f"{path}{quote(chance.choice(WORDS), errors='surrogatepass')}?%ff&{query}"


def ask(
    connection: http.client.HTTPConnection, method: str, address: str, body: bytes | None = None
) -> tuple[int, bytes]:
    connection.request(method, address, body, {"Content-Type": "application/json"})
    answer = connection.getresponse()
    return answer.status, answer.read()


@pytest.mark.parametrize("num_requests", [3_000, pytest.param(10_000, marks=pytest.mark.slow)])
def test_no_request_makes_the_server_fail(connection: http.client.HTTPConnection, num_requests: int) -> None:
    chance = random.Random(6)
    good = GOOD | {
        name: json.loads(ask(connection, "POST", f"/data/{name}s", body)[1])["key"]
        for name, body in (("selection", SELECTION), ("grouping", GROUPING))
    }
    statuses: dict[int, int] = {}
    for _ in range(num_requests):
        method = chance.choices(["GET", "POST", "DELETE"], [16, 3, 1])[0]
        address = f"/data/{chance.choice(POSTS)}" if method == "POST" else make_address(chance, good)
        body = chance.choice(BODIES) if method == "POST" else None

        status, content = ask(connection, method, address, body)

        assert status in (200, 400, 404, 405, 409, 422), (method, address, body, status, content)
        if status != 200:
            detail = json.loads(content)["detail"]
            assert detail.endswith((".", "?")), (method, address, detail)
            assert len(detail) < 6_000
        statuses[status] = statuses.get(status, 0) + 1

    assert statuses[200] > num_requests // 5
    assert statuses[422] > num_requests // 10
