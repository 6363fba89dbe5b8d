"""The routes of the Graph page, over real event files."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from dashboard.api.graph import make_router
from dashboard.api.graph_sources import GraphCache
from dashboard.api.graph_step import make_router as make_step_router
from dashboard.store.memory import MemoryStore
from summaries import LogdirTail, SummaryWriter
from summaries.proto.graph_pb2 import GraphDef, NodeDef


def graph_of(*names: str) -> GraphDef:
    """A chain of operations behind an input."""
    chain = ["x", *names]
    nodes = [NodeDef(name=name, op="Relu", input=[before]) for before, name in pairwise(chain)]
    return GraphDef(node=[NodeDef(name="x", op="Placeholder"), *nodes])


@pytest.fixture
def client(tmp_path: Path, read_store: Callable[[], MemoryStore]) -> Iterator[TestClient]:
    with SummaryWriter(tmp_path / "net") as writer:
        writer.add_graph(graph_of("net/relu", "net/relu_1"))
    with SummaryWriter(tmp_path / "bare") as writer:
        writer.add_scalar("loss", 1.0, 0)
    app = FastAPI()
    graphs = GraphCache(read_store())
    app.include_router(make_router(graphs, "board"))
    app.include_router(make_step_router(graphs, "board"))
    with TestClient(app) as client:
        yield client


def test_graph_is_answered_by_scopes(client: TestClient) -> None:
    answer = client.get("/data/graph", params={"run": "net", "open": "/"}).json()

    assert [(box["id"], box["kind"]) for box in answer["boxes"]] == [("x", "input"), ("net", "module")]
    assert [(edge["source"], edge["target"]) for edge in answer["edges"]] == [("x", "net")]


def test_open_scopes_are_named_in_the_query(client: TestClient) -> None:
    answer = client.get("/data/graph", params={"run": "net", "open": ["net", "nothing"]}).json()

    assert [box["id"] for box in answer["boxes"]] == ["x", "net", "net/relu", "net/relu_1"]


def test_graph_without_a_backward_pass_says_that_it_has_no_training_step(client: TestClient) -> None:
    answer = client.get("/data/graph/step", params={"run": "net"}).json()
    place = client.get("/data/graph/step/place", params={"run": "net", "id": "net"})

    assert (answer["has_backward"], answer["rows"]) == (False, [])
    assert [graph["name"] for graph in answer["graphs"]] == ["Graph"]
    assert (place.status_code, place.json()["detail"]) == (
        404,
        "This graph has no backward pass. Log the training step to see it.",
    )


def test_unchanged_graph_is_not_sent_again(client: TestClient) -> None:
    first = client.get("/data/graph", params={"run": "net"})
    again = client.get("/data/graph", params={"run": "net"}, headers={"If-None-Match": first.headers["etag"]})
    opened = client.get(
        "/data/graph", params={"run": "net", "open": "net"}, headers={"If-None-Match": first.headers["etag"]}
    )

    assert (again.status_code, again.content) == (304, b"")
    assert opened.status_code == 200


def test_module_that_is_alone_at_the_top_is_open_until_it_is_closed(client: TestClient) -> None:
    answer = client.get("/data/graph", params={"run": "net"}).json()

    assert [box["id"] for box in answer["boxes"]] == ["x", "net", "net/relu", "net/relu_1"]
    assert answer["only"] == "net"


def test_later_graph_of_a_run_replaces_the_earlier(
    tmp_path: Path, read_store: Callable[[], MemoryStore], client: TestClient
) -> None:
    etag = client.get("/data/graph", params={"run": "net"}).headers["etag"]
    with SummaryWriter(tmp_path / "net", filename_suffix=".later") as writer:
        writer.add_graph(graph_of("other/relu"))
    app = FastAPI()
    app.include_router(make_router(GraphCache(read_store()), "board"))

    answer = TestClient(app).get("/data/graph", params={"run": "net"}, headers={"If-None-Match": etag})

    assert answer.status_code == 200
    assert [box["id"] for box in answer.json()["boxes"]] == ["x", "other", "other/relu"]


def test_graph_of_a_run_that_began_anew_replaces_that_of_the_old(tmp_path: Path) -> None:
    tail, store = LogdirTail(tmp_path), MemoryStore()

    def write(name: str) -> None:
        with SummaryWriter(tmp_path / "net", heartbeat_secs=None) as writer:
            writer.add_graph(graph_of(name))
        for update in tail.poll():
            store.append(update)

    app = FastAPI()
    app.include_router(make_router(GraphCache(store), "board"))
    client = TestClient(app)
    write("one/relu")
    first = client.get("/data/graph", params={"run": "net"})
    shutil.rmtree(tmp_path / "net")
    write("two/relu")

    again = client.get("/data/graph", params={"run": "net"}, headers={"If-None-Match": first.headers["etag"]})

    assert again.status_code == 200
    assert [box["id"] for box in again.json()["boxes"]] == ["x", "two", "two/relu"]


@pytest.mark.parametrize(
    ("path", "params", "sentence"),
    [
        ("/data/graph", {"run": "gone"}, "There is no run 'gone' in the logdir."),
        ("/data/graph", {"run": "bare"}, "The run 'bare' logged no graph."),
        ("/data/graph/node", {"run": "net", "id": "y"}, "The graph has no node 'y'. It may belong to another run."),
    ],
)
def test_what_is_not_there_is_a_404_with_a_sentence(
    client: TestClient, path: str, params: dict[str, str], sentence: str
) -> None:
    answer = client.get(path, params=params)

    assert (answer.status_code, answer.json()) == (404, {"detail": sentence})


def test_node_and_search_are_answered(client: TestClient) -> None:
    node = client.get("/data/graph/node", params={"run": "net", "id": "net/relu"}).json()
    found = client.get("/data/graph/search", params={"run": "net", "q": "relu_1"}).json()

    assert (node["op"], node["path"]) == ("Relu", ["net", "net/relu"])
    assert found["hits"][0]["id"] == "net/relu_1"


def test_bad_search_is_a_422_with_a_sentence(client: TestClient) -> None:
    answer = client.get("/data/graph/search", params={"run": "net", "q": "/(/"})

    assert answer.status_code == 422
    assert answer.json()["detail"].startswith("q must be a regular expression between slashes; got '/(/'")
