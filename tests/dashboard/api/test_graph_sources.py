"""Several graphs of one run, and graphs that are uploaded."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from google.protobuf import text_format

from dashboard.api import graph, graph_upload
from dashboard.api.graph_sources import GraphCache
from dashboard.api.uploaded_graphs import MAX_TEXT_BYTES, UploadedGraphs
from dashboard.store.memory import MemoryStore
from summaries import SummaryWriter
from summaries.proto.graph_pb2 import GraphDef, NodeDef

SMALL = GraphDef(node=[NodeDef(name="a", op="Placeholder"), NodeDef(name="net/b", op="Relu", input=["a"])])


@pytest.fixture
def client(tmp_path: Path, read_store: Callable[[], MemoryStore]) -> Iterator[TestClient]:
    with SummaryWriter(tmp_path / "net") as writer:
        writer.add_graph(GraphDef(node=[NodeDef(name="first", op="Placeholder")]))
        writer.add_graph(GraphDef(node=[NodeDef(name="second", op="Placeholder")]))
    cache = GraphCache(read_store())
    app = FastAPI()
    app.include_router(graph.make_router(cache, "board"))
    app.include_router(graph_upload.make_router(cache))
    with TestClient(app) as client:
        yield client


def names(client: TestClient, **asked: str) -> list[str]:
    answer = client.get("/data/graph", params={"run": "net", **asked})
    assert answer.status_code == 200, answer.text
    return [box["id"] for box in answer.json()["boxes"]]


def upload(client: TestClient, content: bytes) -> str:
    answer = client.post("/data/graph/upload", content=content)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["graph"])


def test_run_lists_its_graphs_and_shows_the_one_that_is_asked_for(client: TestClient) -> None:
    newest = client.get("/data/graph", params={"run": "net"}).json()

    assert [(one["name"], one["step"]) for one in newest["graphs"]] == [("Graph", 0), ("Graph", 0)]
    assert newest["graph"] == newest["graphs"][0]["id"]
    assert names(client) == ["second"]
    assert names(client, graph=newest["graphs"][1]["id"]) == ["first"]


def test_graph_that_a_run_does_not_have_is_not_found(client: TestClient) -> None:
    answer = client.get("/data/graph", params={"run": "net", "graph": "graphs:9:graph"})

    assert answer.status_code == 404
    assert answer.json()["detail"] == "The run 'net' has no graph 'graphs:9:graph'. Choose one of those that it logged."


@pytest.mark.parametrize("content", [SMALL.SerializeToString(), text_format.MessageToString(SMALL).encode()])
def test_uploaded_file_is_drawn_whether_binary_or_text(client: TestClient, content: bytes) -> None:
    name = upload(client, content)

    assert names(client, graph=name) == ["a", "net", "net/b"]
    assert client.get("/data/graph/node", params={"run": "", "graph": name, "id": "net/b"}).json()["op"] == "Relu"


def test_upload_that_is_no_graph_is_refused(client: TestClient) -> None:
    for content in (b"", b"\xff\xfe\x00not a graph", b"hello"):
        answer = client.post("/data/graph/upload", content=content)

        assert answer.status_code == 422
        assert "GraphDef" in answer.json()["detail"]


def test_uploads_asked_for_longest_ago_go_first() -> None:
    graphs = [GraphDef(node=[NodeDef(name=f"{i}" * 900, op="Placeholder")]) for i in range(4)]
    uploads = UploadedGraphs(max_bytes=4_500)

    first, second, third = (uploads.add(one.SerializeToString()) for one in graphs[:3])
    was_there = uploads.find(first) is not None and uploads.find(second) is not None
    last = uploads.add(graphs[3].SerializeToString())

    assert was_there
    assert [uploads.find(name) is None for name in (first, second, third, last)] == [False, False, True, False]


def test_graph_that_is_not_kept_any_more_is_not_found(client: TestClient) -> None:
    gone = client.get("/data/graph", params={"run": "net", "graph": "upload:0:0123"})

    assert gone.status_code == 404
    assert gone.json()["detail"] == "This graph was uploaded and is not kept any more. Open its file again."


def test_text_that_was_cut_off_is_refused_by_its_line(client: TestClient) -> None:
    answer = client.post("/data/graph/upload", content=b'node { name: "a" }\nnode { name: "b"')

    assert answer.status_code == 422
    assert "cannot be read at 2:" in answer.json()["detail"]


def test_text_that_is_nested_too_deep_is_refused(client: TestClient) -> None:
    levels = 400
    text = "node { attr { value { list { func {" + "attr { value { func {" * levels + "}}}" * levels + "}}}}}"

    answer = client.post("/data/graph/upload", content=text.encode())

    assert answer.status_code == 422
    assert "GraphDef" in answer.json()["detail"]


def test_text_that_would_be_read_for_long_is_refused(client: TestClient) -> None:
    answer = client.post("/data/graph/upload", content=b"# comment\n" * (MAX_TEXT_BYTES // 10 + 1))

    assert answer.status_code == 422
    assert "as text" in answer.json()["detail"]


def test_what_is_missing_from_an_uploaded_file_is_told(client: TestClient) -> None:
    name = upload(client, SMALL.SerializeToString()[:-1])

    assert client.get("/data/graph", params={"run": "", "graph": name}).json()["notes"] != []


def test_lost_event_file_is_a_503(client: TestClient, tmp_path: Path) -> None:
    for path in (tmp_path / "net").iterdir():
        path.unlink()

    answer = client.get("/data/graph", params={"run": "net"})

    assert answer.status_code == 503
    assert answer.json()["detail"].endswith("Ask again.")
