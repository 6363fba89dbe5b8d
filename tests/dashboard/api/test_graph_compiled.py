"""What XLA made of a graph, over real event files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from dashboard.api.graph_compiled import make_router
from dashboard.api.graph_sources import GraphCache
from dashboard.store.memory import MemoryStore
from summaries import SummaryWriter
from summaries.kinds import XLA_PROGRAMS
from summaries.kinds.xla_programs import XLA_TAG, Kernel, XlaProgram
from summaries.proto.event_pb2 import Event
from summaries.proto.graph_pb2 import GraphDef, NodeDef

EDGES = {
    "forward/net/x": [],
    "forward/net/mul": ["forward/net/x"],
    "forward/net/add": ["forward/net/mul"],
    "backward/net/mul": ["forward/net/add"],
    "update/net/sub": ["backward/net/mul"],
}
KERNELS = (
    Kernel("fusion.1", "loop", ("forward/net/mul", "forward/net/add"), ("tanh",), 30, 100, 4),
    Kernel("fusion.2", "loop", ("backward/net/mul", "update/net/sub"), (), 50, 300),
    Kernel("copy", "copy", (), (), 0, 500),
)


@pytest.fixture
def ask(tmp_path: Path, read_store: Callable[[], MemoryStore]) -> Iterator[Callable[..., Any]]:
    graph = GraphDef(node=[NodeDef(name=name, op="Mul", input=inputs) for name, inputs in EDGES.items()])
    for node in graph.node:
        node.attr["_jax_dtype"].s = b"float32"
        node.attr["_jax_shape"].shape.SetInParent()
    for run, kernels in (("net", KERNELS), ("other", (Kernel("dot", "dot", ("forward/away/dot",)),))):
        with SummaryWriter(tmp_path / run) as writer:
            writer.add_graph(graph)
            program = XlaProgram("train_step", "cpu", {"flops": 80.0}, kernels)
            envelope = XLA_PROGRAMS.envelope(XLA_PROGRAMS.encode(XLA_TAG, program), XLA_PROGRAMS.metadata)
            writer.file_writer.add_event(Event.FromString(envelope))
    with SummaryWriter(tmp_path / "bare") as writer:
        writer.add_graph(graph)
    with SummaryWriter(tmp_path / "real") as writer:
        writer.add_graph(lambda x: jnp.sin(x) + 1, (jax.ShapeDtypeStruct((64,), "float32"),), is_compiled=True)
    app = FastAPI()
    store = read_store()
    app.include_router(make_router(store, GraphCache(store), "board"))
    with TestClient(app) as client:
        yield lambda run="net", **query: client.get("/data/graph/compiled", params={"run": run, **query})


def test_the_whole_graph_has_totals_and_the_kernels_of_most_bytes_first(ask: Callable[..., Any]) -> None:
    answer = ask().json()

    assert answer["program"] == {
        "name": "train_step",
        "platform": "cpu",
        "totals": {"flops": 80},
        "num_kernels": 3,
        "num_fused": 2,
    }
    assert [kernel["name"] for kernel in answer["kernels"]] == ["copy", "fusion.1", "fusion.2"]


def test_a_node_is_in_the_kernel_that_does_its_work_with_the_others_in_it(ask: Callable[..., Any]) -> None:
    (kernel,) = [one for one in ask(id="net/add").json()["kernels"] if one["name"] == "fusion.1"]

    assert kernel["items"] == ["net/mul", "net/add"]
    assert (kernel["num_ops"], kernel["flops"], kernel["bytes"], kernel["times"]) == (3, 30, 100, 4)


def test_the_backward_pass_and_the_update_count_at_the_module(ask: Callable[..., Any]) -> None:
    assert [one["name"] for one in ask(id="net").json()["kernels"]] == ["fusion.1", "fusion.2"]


@pytest.mark.parametrize("run", ["bare", "other"])
def test_a_run_without_a_program_of_its_graph_has_none(ask: Callable[..., Any], run: str) -> None:
    assert ask(run).json() == {"program": None, "kernels": [], "more": 0}


def test_what_jax_compiled_is_laid_over_the_graph_of_the_function(ask: Callable[..., Any]) -> None:
    (kernel,) = ask("real", id="add").json()["kernels"]

    assert (kernel["items"], kernel["num_ops"]) == (["sin", "add"], 2)
    assert ask("real").json()["program"]["totals"]["flops"] == 64


def test_an_unknown_node_is_refused(ask: Callable[..., Any]) -> None:
    assert ask(id="gone").status_code == 404


def test_an_answer_that_the_client_has_is_not_sent_again(ask: Callable[..., Any]) -> None:
    assert ask().headers["etag"] == ask().headers["etag"]
