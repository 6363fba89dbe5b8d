"""What a run logged of its graph's nodes, over real event files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from dashboard.api import graph_upload
from dashboard.api.graph_logged import make_router
from dashboard.api.graph_sources import GraphCache
from dashboard.store.memory import MemoryStore
from summaries import SummaryWriter
from summaries.proto.graph_pb2 import GraphDef, NodeDef
from summaries.proto.run_metadata_pb2 import DeviceStepStats, NodeExecStats, RunMetadata, StepStats

UPLOADED = GraphDef(node=[NodeDef(name="fc/kernel", op="Parameter")])
KERNELS = {0: np.full(9, 1.0), 100: np.full(9, 2.0), 200: np.full(9, np.nan)}


@pytest.fixture
def ask(tmp_path: Path, read_store: Callable[[], MemoryStore]) -> Iterator[Callable[..., dict[str, Any]]]:
    with SummaryWriter(tmp_path / "net") as writer:
        nodes = [("x", "Placeholder", []), ("fc/kernel", "Parameter", []), ("fc/dot", "Dot", ["x", "fc/kernel"])]
        writer.add_graph(GraphDef(node=[NodeDef(name=name, op=op, input=inputs) for name, op, inputs in nodes]))
        for step, kernel in KERNELS.items():
            writer.add_histogram("grads/fc/kernel", kernel, step)
            writer.add_scalar("update_ratio/fc", 0.001 * (1 + step), step)
    with SummaryWriter(tmp_path / "bare") as writer:
        writer.add_graph(GraphDef(node=[NodeDef(name="x", op="Placeholder")]))
    with SummaryWriter(tmp_path / "profiled") as writer:
        writer.add_graph(GraphDef(node=[NodeDef(name="fc/dot", op="Dot")]))
        for step, micros in ((0, 40), (900, 50), (1000, 60)):
            stats = NodeExecStats(node_name="fc/dot", op_end_rel_micros=micros)
            devices = [DeviceStepStats(device="/cpu:0", node_stats=[stats])]
            metadata = RunMetadata(step_stats=StepStats(dev_stats=devices))
            writer.add_run_metadata(metadata, f"step{step}", step)
    app = FastAPI()
    store = read_store()
    graphs = GraphCache(store)
    app.include_router(make_router(store, graphs, "board"))
    app.include_router(graph_upload.make_router(graphs))
    with TestClient(app) as client:
        client.post("/data/graph/upload", content=UPLOADED.SerializeToString())
        yield lambda run="net", path="", **query: client.get(
            f"/data/graph/logged{path}", params={"run": run, **query}
        ).json()


def test_values_are_those_of_the_newest_step(ask: Callable[..., dict[str, Any]]) -> None:
    answer = ask()

    assert (answer["step"], answer["steps"]) == (200, [0, 100, 200])
    assert answer["quantities"]["nonfinite"] == {"fc/kernel": 9.0, "fc": 9.0}
    assert answer["quantities"]["update_ratio"] == {"fc": pytest.approx(0.201)}


def test_values_are_those_of_the_step_or_the_last_before_it(ask: Callable[..., dict[str, Any]]) -> None:
    at_step, after, before = ask(step=100), ask(step=199), ask(step=-1)

    assert at_step["step"] == after["step"] == 100
    assert at_step["quantities"]["grad_norm"] == {"fc/kernel": 6.0, "fc": 6.0}
    assert after["quantities"] == at_step["quantities"]
    assert (before["step"], before["quantities"]["grad_norm"]) == (None, {})


def test_a_run_that_logged_nothing_of_its_nodes_says_why(ask: Callable[..., dict[str, Any]]) -> None:
    answer = ask("bare")

    assert (answer["step"], answer["steps"]) == (None, [])
    assert set(answer["missing"]) == {"grad_norm", "update_ratio", "nonfinite", "time", "memory"}


def test_measured_times_come_from_the_run_metadata_of_the_step(ask: Callable[..., dict[str, Any]]) -> None:
    assert ask("profiled")["quantities"]["time"] == {"fc/dot": 60.0, "fc": 60.0}
    assert ask("profiled", step=50)["quantities"]["time"] == {"fc/dot": 40.0, "fc": 40.0}
    assert ask("profiled", step=999)["quantities"]["time"] == {"fc/dot": 50.0, "fc": 50.0}
    assert "time" not in ask("profiled")["missing"]


def test_nothing_was_logged_of_an_uploaded_graph(ask: Callable[..., dict[str, Any]]) -> None:
    name = GraphCache(MemoryStore()).add_upload(UPLOADED.SerializeToString()).id

    for run in ("net", ""):
        answer = ask(run, graph=name)

        assert (answer["step"], answer["quantities"]["grad_norm"]) == (None, {})
        assert ask(run, path="/node", graph=name, id="fc/kernel")["rows"] == []


def test_an_unknown_run_is_refused(ask: Callable[..., dict[str, Any]]) -> None:
    assert "nobody" in ask("nobody")["detail"]


def test_a_node_lists_what_was_logged_of_it(ask: Callable[..., dict[str, Any]]) -> None:
    rows = {row["tag"]: row for row in ask(path="/node", id="fc", step=100)["rows"] if row["what"] == "grads"}
    curves = {row["what"]: row for row in ask(path="/node", id="fc", step=100)["rows"] if "curve" in row}

    kernel = rows["grads/fc/kernel"]
    assert (kernel["name"], kernel["page"], kernel["std"], kernel["num_bad"]) == ("kernel", "histograms", 0.0, 0)
    assert curves["grad_norm"]["curve"] == {"steps": [0, 100, 200], "values": [3.0, 6.0, 0.0]}
    assert curves["grad_norm"]["value"] == 6.0
    assert (curves["update_ratio"]["tag"], curves["update_ratio"]["page"]) == ("update_ratio/fc", "scalars")


def test_a_node_of_which_nothing_was_logged_lists_nothing(ask: Callable[..., dict[str, Any]]) -> None:
    assert ask(path="/node", id="x")["rows"] == []
