"""A transformer's training step: equal blocks are one row, and the rows sum up to the step whatever is open."""

from __future__ import annotations

from typing import Any

import pytest

from dashboard.graph import build_hierarchy, read_graph
from dashboard.graph.step import StepGraph, operations_answer, place_answer, read_step_graph, step_answer
from tests.benchmarks.transformers import make_graph

BLOCKS = 3
OPEN = frozenset({"h", "h/0/attn", "h/0/mlp"})


@pytest.fixture(scope="module")
def definition() -> Any:
    return make_graph(BLOCKS)


@pytest.fixture(scope="module")
def graph(definition: Any) -> StepGraph:
    return read_step_graph(build_hierarchy(read_graph(definition)))


def logged(definition: Any, name: str, phase: str = "") -> int:
    return sum(node.attr[name].i for node in definition.node if node.name.startswith(phase))


@pytest.mark.parametrize("opened", [frozenset(), frozenset({"h"}), OPEN])
def test_rows_sum_up_to_the_whole_step(definition: Any, graph: StepGraph, opened: frozenset[str]) -> None:
    rows = [row for row in step_answer(graph, opened, {})["rows"] if row["kind"] != "group"]

    def total(name: str) -> int:
        return sum(row["all"][name] for row in rows)

    assert total("saved_bytes") == logged(definition, "_jax_saved_bytes")
    assert total("flops") == logged(definition, "_jax_flops", "forward/")
    assert total("backward_flops") == logged(definition, "_jax_flops", "backward/")
    assert total("params") == logged(definition, "_jax_params")


def test_segments_sum_up_to_the_saved_bytes(definition: Any, graph: StepGraph) -> None:
    segments = step_answer(graph, frozenset(), {})["segments"]

    assert sum(segment["num_bytes"] for segment in segments) == logged(definition, "_jax_saved_bytes")
    assert {"attention", "MLP", "LayerNorm"} <= {segment["name"] for segment in segments}


def test_blocks_are_one_row_and_open_into_the_modules_of_one(graph: StepGraph) -> None:
    closed = {row["id"]: row for row in step_answer(graph, frozenset(), {})["rows"]}
    opened = {row["id"]: row for row in step_answer(graph, OPEN, {})["rows"]}

    assert (closed["h"]["kind"], closed["h"]["count"], closed["h"]["forward"]) == ("stack", BLOCKS, "3 blocks")
    assert (opened["h"]["kind"], opened["h"]["shown"]) == ("group", "h/0")
    fc = opened["h/0/mlp/fc"]
    assert (fc["depth"], fc["copies"], fc["params"], fc["all"]["params"]) == (2, 3, 2_362_368, 7_087_104)
    assert fc["all"]["saved_bytes"] == BLOCKS * fc["saved_bytes"]
    order = [row["id"] for row in step_answer(graph, frozenset({"h"}), {})["rows"] if row["parent"] == "h"]
    assert order[:4] == ["h/0/ln_1", "h/0/attn", "h/0/ln_2", "h/0/mlp"]


def test_other_block_of_an_open_stack_shows_what_was_open_in_the_first(graph: StepGraph) -> None:
    rows = {row["id"]: row for row in step_answer(graph, OPEN, {"h": 2})["rows"]}

    assert rows["h/2/attn"]["kind"] == "group"
    assert rows["h/2/attn"]["opened_by"] == ["h/0/attn"]
    assert "h/2/attn/qkv" in rows


def test_place_of_a_node_in_a_block_opens_the_stack_at_that_block(graph: StepGraph) -> None:
    kept = next(node.path for node in graph.step.hierarchy.graph.nodes if node.path.startswith("h/1/attn/reshape"))

    assert place_answer(graph, "h/1/attn/qkv/dot_general") == {
        "row": "h/1/attn/qkv",
        "open": ["h", "h/1/attn"],
        "blocks": ["h=1"],
    }
    assert place_answer(graph, kept)["row"] == "h/1/attn#ops"
    with pytest.raises(KeyError, match="has no node 'gone'"):
        place_answer(graph, "gone")


def test_largest_tensor_is_counted_over_all_blocks(graph: StepGraph) -> None:
    largest = step_answer(graph, frozenset(), {})["largest"]

    assert largest["total_bytes"] == largest["count"] * largest["num_bytes"]
    assert largest["total_bytes"] == 8 * 1_024 * 50_257 * 4  # the probabilities of all words
    assert largest["place"]["row"] == "loss"


def test_operations_between_modules_have_facts_of_their_own(graph: StepGraph) -> None:
    row = next(row for row in step_answer(graph, OPEN, {})["rows"] if row["id"] == "h/0/attn#ops")
    facts = operations_answer(graph, "h/0/attn#ops")

    assert facts["finding"] is None
    assert facts["saved_bytes"] == row["saved_bytes"] == sum(kept["bytes"] for kept in facts["saved"])
    assert not any(kept["id"].startswith(("h/0/attn/qkv/", "h/0/attn/proj/")) for kept in facts["saved"])
    with pytest.raises(KeyError, match="has no row"):
        operations_answer(graph, "gone#ops")
