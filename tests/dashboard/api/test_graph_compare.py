"""The routes of the Graph page over two runs, and the graph as a file, over real event files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from google.protobuf import text_format

from dashboard.api.graph_compare import make_router as make_compare_router
from dashboard.api.graph_export import make_router as make_export_router
from dashboard.api.graph_sources import GraphCache
from dashboard.api.graph_upload import make_router as make_upload_router
from dashboard.store.memory import MemoryStore
from summaries import SummaryWriter
from summaries.proto.graph_pb2 import GraphDef, NodeDef

OLD = GraphDef(
    node=[
        NodeDef(name="x", op="Placeholder"),
        NodeDef(name="net/relu", op="Relu", input=["x"]),
        NodeDef(name="net/drop", op="Dropout", input=["net/relu"]),
    ]
)
NEW = GraphDef(
    node=[
        NodeDef(name="x", op="Placeholder"),
        NodeDef(name="net/relu", op="Relu", input=["x"]),
        NodeDef(name="head/exp", op="Exp", input=["net/relu"]),
    ]
)


@pytest.fixture
def client(tmp_path: Path, read_store: Callable[[], MemoryStore]) -> Iterator[TestClient]:
    for run, graph in (("old", OLD), ("new", NEW)):
        with SummaryWriter(tmp_path / run) as writer:
            writer.add_graph(graph)
    with SummaryWriter(tmp_path / "bare") as writer:
        writer.add_scalar("loss", 1.0, 0)
    graphs = GraphCache(read_store())
    app = FastAPI()
    app.include_router(make_compare_router(graphs, "board"))
    app.include_router(make_export_router(graphs, "board"))
    app.include_router(make_upload_router(graphs))
    with TestClient(app) as client:
        yield client


def test_two_graphs_are_drawn_in_one(client: TestClient) -> None:
    answer = client.get("/data/graph/compare", params={"run": "new", "base": "old", "open": "net"}).json()

    changes = {box["id"]: box["change"] for box in answer["boxes"]}
    assert changes == {"x": "", "net": "changed", "net/relu": "", "net/drop": "removed", "head": "added"}
    counts = {kind: answer["comparison"][kind] for kind in ("added", "removed", "changed")}
    assert counts == {"added": 1, "removed": 0, "changed": 1}
    assert ([graph["id"] for graph in answer["graphs"]], answer["has_backward"]) == ([answer["graph"]], False)


def test_removed_node_has_facts_and_is_found(client: TestClient) -> None:
    runs = {"run": "new", "base": "old"}

    facts = client.get("/data/graph/compare/node", params={**runs, "id": "net/drop"}).json()
    found = client.get("/data/graph/compare/search", params={**runs, "q": "Dropout"}).json()

    assert (facts["op"], facts["inputs"]["listed"][0]["id"]) == ("Dropout", "net/relu")
    assert [hit["id"] for hit in found["hits"]] == ["net/drop"]


def test_unchanged_comparison_is_not_sent_again(client: TestClient) -> None:
    params = {"run": "new", "base": "old"}
    first = client.get("/data/graph/compare", params=params)

    again = client.get("/data/graph/compare", params=params, headers={"If-None-Match": first.headers["etag"]})

    assert (again.status_code, again.content) == (304, b"")


def test_comparison_with_a_run_without_a_graph_is_a_404_with_a_sentence(client: TestClient) -> None:
    answer = client.get("/data/graph/compare", params={"run": "new", "base": "bare"})

    assert (answer.status_code, answer.json()) == (404, {"detail": "The run 'bare' logged no graph."})


def test_uploaded_graph_is_compared_and_given_back(client: TestClient) -> None:
    uploaded = client.post("/data/graph/upload", content=OLD.SerializeToString()).json()["graph"]

    as_base = client.get("/data/graph/compare", params={"run": "new", "base": uploaded}).json()
    as_shown = client.get("/data/graph/compare", params={"run": "", "graph": uploaded, "base": "new"}).json()
    content = client.get("/data/graph/file", params={"run": "", "graph": uploaded, "format": "pb"}).content

    assert (as_base["comparison"]["added"], as_base["comparison"]["changed"]) == (1, 1)
    assert (as_shown["comparison"]["removed"], as_shown["comparison"]["changed"]) == (1, 1)
    assert GraphDef.FromString(content) == OLD


def test_graph_is_given_as_a_file_that_can_be_read_again(client: TestClient) -> None:
    text = client.get("/data/graph/file", params={"run": "new"})
    content = client.get("/data/graph/file", params={"run": "new", "format": "pb"})

    assert text.headers["content-disposition"] == "attachment"
    assert text_format.Parse(text.text, GraphDef()) == GraphDef.FromString(content.content)
    assert [node.name for node in GraphDef.FromString(content.content).node] == ["x", "net/relu", "head/exp"]
