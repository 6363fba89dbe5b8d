"""Every data route by a table of good and bad requests; the bad ones come from the limits that are described."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from starlette.testclient import TestClient

from dashboard.app import create_app
from dashboard.settings import Settings
from summaries import SummaryWriter
from summaries.proto.graph_pb2 import AttrValue, GraphDef, NodeDef

SELECTION, GROUPING = "the key", "the groups"
GOOD: dict[str, list[dict[str, Any]]] = {
    "/data/runs": [{}, {"since": 1}],
    "/data/facts": [{"run": "a"}],
    "/data/runs/notes": [{"run": "a"}],
    "/data/console": [{"run": "a"}],
    "/data/tags": [{"kind": "scalars"}, {"kind": "none_has_it", "since": 1}],
    "/data/series": [
        {"selection": SELECTION, "tag": ["loss", "gone"], "format": form, "x": "relative", "start": 0, "columns": "log"}
        for form in ("binary", "json", "csv", "arrow")
    ]
    + [{"selection": SELECTION, "tag": "=loss / 2", "format": "json", "x": "metric:loss", "baseline": "a"}],
    "/data/aggregates": [
        {"grouping": GROUPING, "tag": ["loss", "gone"], "format": form, "band": "ci", "smoothing": 0.5}
        for form in ("binary", "json", "csv")
    ],
    "/data/ranges": [{"selection": SELECTION, "tag": ["loss", "gone"], "format": form} for form in ("json", "csv")],
    "/data/values": [{"selection": SELECTION, "tag": ["loss", "gone"], "at": 1, "smoothing": 0.5}],
    "/data/non_finite": [{"selection": SELECTION, "limit": 1}],
    "/data/layouts": [{"selection": SELECTION}],
    "/data/metrics": [{"selection": SELECTION}],
    "/data/annotations": [{"selection": SELECTION, "limit": 1}],
    "/data/blobs": [{"run": "a", "tag": "weights", "kind": "histograms", "first": 5, "limit": 1}],
    "/data/blob": [{"run": "a", "tag": "weights", "kind": "histograms", "index": 0, "format": "protobuf"}],
    "/data/histograms": [{"selection": SELECTION, "tag": "weights", "format": form} for form in ("binary", "json")],
    "/data/histograms/buckets": [{"run": "a", "tag": "weights", "step": 0, "format": "json"}],
    "/data/graph": [{"run": "a"}],
    "/data/graph/node": [{"run": "a", "id": "x"}],
    "/data/graph/search": [{"run": "a", "q": "x"}],
    "/data/graph/step": [{"run": "a", "open": ["x"], "block": ["h=9", "x"]}],
    "/data/graph/step/place": [{"run": "a", "id": "x"}],
    "/data/graph/step/operations": [{"run": "a", "id": "#ops"}],
    "/data/graph/compiled": [{"run": "a"}, {"run": "a", "id": "x"}],
    "/data/graph/logged": [{"run": "a"}, {"run": "a", "step": 0}],
    "/data/graph/logged/node": [{"run": "a", "id": "x"}],
    "/data/graph/compare": [{"run": "a", "base": "a"}],
    "/data/graph/compare/node": [{"run": "a", "base": "a", "id": "x"}],
    "/data/graph/compare/search": [{"run": "a", "base": "a", "q": "x"}],
    "/data/graph/file": [{"run": "a", "format": "pbtxt"}, {"run": "a", "format": "pb"}],
}
MISSING = {"run": "There is no run 'gone'", "selection": "No selection is known as 'gone'"}
MISSING["grouping"] = "No grouping is known as 'gone'"
STEP = (("forward/x", "features"), ("backward/x", "forward/x"))
TRACED = {"_jax_shape": AttrValue()}


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    folder = tmp_path_factory.mktemp("logs")
    with SummaryWriter(folder / "a", console=True) as writer:
        writer.add_scalar("loss", float("nan"), 0)
        writer.add_scalar("loss", 1.0, 1)
        writer.add_histogram("weights", np.arange(3.0), 0)
        writer.add_graph(
            GraphDef(node=[NodeDef(name=name, op="sin", input=[read], attr=TRACED) for name, read in STEP])
        )
        writer.add_annotation("begun", 0)
        sys.stdout.write("printed\n")
    with TestClient(create_app(Settings(logdir=folder, index="off")), base_url="http://localhost") as client:
        with client.websocket_connect("ws://localhost/data/live") as socket:
            while socket.receive_json()["is_reading"]:
                pass
        yield client


@pytest.fixture(scope="module")
def keys(client: TestClient) -> dict[str, str]:
    selection = client.post("/data/selections", json={"runs": ["a", "gone"]})
    grouping = client.post("/data/groupings", json={"groups": [["a", "gone"], []]})
    return {SELECTION: selection.json()["key"], GROUPING: grouping.json()["key"]}


def fill(params: dict[str, Any], keys: dict[str, str]) -> dict[str, Any]:
    return {name: keys.get(str(value), value) for name, value in params.items()}


@pytest.mark.parametrize(("path", "params"), [(path, params) for path, those in GOOD.items() for params in those])
def test_good_request_is_answered_once_and_then_known(
    client: TestClient, keys: dict[str, str], path: str, params: dict[str, Any]
) -> None:
    params = fill(params, keys)

    answer = client.get(path, params=params)

    assert answer.status_code == 200, answer.text
    assert client.head(path, params=params).status_code == 200
    again = client.get(path, params=params, headers={"if-none-match": answer.headers["etag"]})
    other = client.get(path, params=params, headers={"if-none-match": '"other"'})
    assert (again.status_code, again.content, other.status_code) == (304, b"", 200)
    assert again.headers["etag"] == answer.headers["etag"].removeprefix("W/")


def iter_bad(schema: dict[str, Any]) -> Iterator[Any]:
    """Values that a described parameter does not take."""
    for one in schema.get("anyOf", [schema]):
        if one.get("type") == "array":
            yield from iter_bad(one["items"])
            yield ["x"] * (one["maxItems"] + 1)
        elif "enum" in one:
            yield "nope"
        elif one.get("type") == "string" and "maxLength" in one:
            yield "x" * (one["maxLength"] + 1)
        elif one.get("type") in ("integer", "number"):
            yield from ("x", "", *(one[name] - 1 for name in ("minimum",) if name in one))
            yield from (one[name] + 1 for name in ("maximum", "exclusiveMaximum") if name in one)


@pytest.mark.parametrize("path", GOOD)
def test_bad_parameter_is_refused_with_a_sentence_that_names_it(
    client: TestClient, keys: dict[str, str], path: str
) -> None:
    good = fill(GOOD[path][0], keys)
    described = client.get("/data/openapi.json").json()["paths"][path]["get"].get("parameters", [])
    for parameter in described:
        name = parameter["name"]
        bad = [good | {name: value} for value in iter_bad(parameter["schema"])]
        if parameter["required"]:
            bad.append({other: value for other, value in good.items() if other != name})
        for params in bad:
            answer = client.get(path, params=params)

            assert answer.status_code == 422, (params, answer.text)
            assert answer.json()["detail"].startswith(name)
            assert answer.json()["detail"].endswith(".")
        if name in MISSING and name in good:
            missing = client.get(path, params=good | {name: "gone"})
            assert (missing.status_code, missing.json()["detail"].startswith(MISSING[name])) == (404, True), path


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'{"runs": 3}', b'{"runs": [3]}', b'{"runs": ["%s"]}' % (b"x" * 5000)]
)
def test_selection_that_is_none_is_refused(client: TestClient, body: bytes) -> None:
    answer = client.post("/data/selections", content=body, headers={"content-type": "application/json"})

    assert answer.status_code == 422
    assert answer.json()["detail"].endswith(".")


@pytest.mark.parametrize("path", GOOD)
def test_each_parameter_and_answer_is_described_by_an_example(client: TestClient, path: str) -> None:
    described = client.get("/data/openapi.json").json()["paths"][path]["get"]
    contents = described["responses"]["200"]["content"]

    without = [one["name"] for one in described.get("parameters", []) if not find_examples(one)]
    assert without == []
    assert [media_type for media_type, content in contents.items() if "example" not in content] == []


def find_examples(parameter: dict[str, Any]) -> list[Any]:
    examples: list[Any] = parameter.get("examples") or parameter["schema"].get("examples") or []
    return examples or ([parameter["example"]] if "example" in parameter else [])


@pytest.mark.parametrize(
    "path",
    ["/data/runs", "/data/facts", "/data/tags", "/data/series", "/data/aggregates", "/data/annotations", "/data/blobs"],
)
def test_example_of_an_answer_has_the_members_of_a_real_one(
    client: TestClient, keys: dict[str, str], path: str
) -> None:
    described = client.get("/data/openapi.json").json()["paths"][path]["get"]["responses"]["200"]
    example = described["content"]["application/json"]["example"]

    real = client.get(path, params=fill(GOOD[path][0], keys) | {"format": "json"}).json()

    assert list(real) == list(example) or set(real) == set(example)
    for name, value in example.items():
        if isinstance(value, list) and value and isinstance(value[0], dict) and real[name]:
            assert set(real[name][0]) == set(value[0]), name
