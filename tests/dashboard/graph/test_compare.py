"""Comparing two graphs: what was added, removed and changed, and modules known again by their structure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

from dashboard.graph import Hierarchy, drawing_answer
from dashboard.graph.compare import annotate, compare
from summaries.proto.graph_pb2 import GraphDef
from tests.dashboard.graph.conftest import Traced

MakeHierarchy = Callable[..., Hierarchy]


def dense_net(sizes: Sequence[int], names: Sequence[str] = (), batch: int = 16) -> Hierarchy:
    graph = Traced()
    x = graph.add("forward/features", "Placeholder", shape=(batch, sizes[0]))
    for i, (before, after) in enumerate(pairwise(sizes)):
        name = names[i] if names else f"dense_{i}"
        x = graph.dense(f"forward/{name}", x, (batch, before, after), "relu")
    graph.add("forward/loss/exp", "exp", [x], (batch, sizes[-1]))
    graph.add("backward/x", "mul", ["forward/loss/exp"])
    return graph.hierarchy()


def blocks(kinds: Sequence[str]) -> Hierarchy:
    """A chain of blocks with a normalisation, an activation of its kind and a projection."""
    graph = Traced()
    x = graph.add("forward/tokens", "Placeholder", shape=(8, 64))
    for i, kind in enumerate(kinds):
        path = f"forward/h/{i}"
        x = graph.add(f"{path}/ln/rsqrt", "rsqrt", [x], (8, 64))
        x = graph.add(f"{path}/act/{kind}", kind, [x], (8, 64))
        x = graph.dense(f"{path}/mlp", x, (8, 64, 64))
    graph.add("backward/x", "mul", [x])
    return graph.hierarchy()


def drawn(old: Hierarchy, new: Hierarchy, *opened: str) -> dict[str, Any]:
    comparison = compare(old, new)
    return annotate(comparison, drawing_answer(comparison.hierarchy, frozenset(opened)))


def marks(answer: dict[str, Any]) -> dict[str, str]:
    return {box["id"]: box["change"] for box in answer["boxes"] if box["change"]}


def listed(answer: dict[str, Any]) -> list[tuple[str, str]]:
    return [(change["change"], change["id"]) for change in answer["comparison"]["changes"]]


def test_graph_compared_with_itself_has_no_changes() -> None:
    net = dense_net([4, 10, 20, 3])

    answer = drawn(net, net)

    assert listed(answer) == []
    assert [box["id"] for box in answer["boxes"]] == [box["id"] for box in drawing_answer(net, frozenset())["boxes"]]


def test_layer_of_another_size_is_changed_with_the_sizes_before_and_now() -> None:
    answer = drawn(dense_net([4, 10, 20, 10, 3]), dense_net([4, 10, 32, 10, 3]))

    assert marks(answer) == {"dense_1": "changed", "dense_2": "changed"}
    box = next(box for box in answer["boxes"] if box["id"] == "dense_1")
    assert (box["was"], box["now"]) == ("10 → 20", "10 → 32")


def test_layers_behind_an_added_one_are_known_by_their_structure_though_all_are_renamed() -> None:
    answer = drawn(dense_net([4, 10, 20, 10, 3]), dense_net([4, 10, 10, 20, 10, 3]))

    assert listed(answer) == [("added", "dense_1")]
    assert {box["id"]: box["old_name"] for box in answer["boxes"] if box["old_name"]} == {
        "dense_2": "dense_1",
        "dense_3": "dense_2",
        "dense_4": "dense_3",
    }
    assert answer["comparison"]["renamed"] == 3


def test_removed_layer_is_drawn_where_it_was_beside_one_of_its_name() -> None:
    answer = drawn(dense_net([4, 7, 20, 20, 10, 3]), dense_net([4, 7, 20, 10, 3]))

    assert listed(answer) == [("removed", "dense_2 (removed)")]
    edges = {(edge["source"], edge["target"]) for edge in answer["edges"]}
    assert {("dense_1", "dense_2 (removed)"), ("dense_2 (removed)", "dense_2")} <= edges


def test_totals_leave_out_what_was_removed_and_rows_tell_both_figures() -> None:
    old, new = dense_net([4, 10, 20, 3]), dense_net([4, 10, 3])

    answer = drawn(old, new)

    assert answer["totals"]["params"] == 4 * 10 + 10 + 10 * 3 + 3
    assert answer["comparison"]["was"]["params"] == 4 * 10 + 10 + 10 * 20 + 20 + 20 * 3 + 3
    assert answer["totals"]["nodes"] == drawing_answer(new, frozenset())["totals"]["nodes"]
    rows = {row["id"]: row for row in answer["layers"]}
    assert (rows["dense_0"]["params"], rows["dense_0"]["was"]["params"]) == (50, 50)


def test_another_batch_size_is_no_change() -> None:
    answer = drawn(dense_net([4, 10, 3], batch=16), dense_net([4, 10, 3], batch=64))

    assert listed(answer) == []
    assert answer["comparison"]["batches"] == [16, 64]


def flattened(batch: int) -> Hierarchy:
    """A net that works on batch × time at once, beside a width that the batch divides too."""
    graph = Traced()
    x = graph.add("forward/tokens", "Placeholder", shape=(batch, 6, 64))
    x = graph.add("forward/reshape", "reshape", [x], (batch * 6, 64))
    x = graph.dense("forward/dense_0", x, (batch * 6, 64, 64), "relu")
    x = graph.add("forward/loss/sum", "reduce_sum", [x], (64,))
    graph.add("backward/x", "mul", [x])
    return graph.hierarchy()


def test_batch_times_time_is_the_batch_and_a_width_that_it_divides_is_none() -> None:
    answer = drawn(flattened(8), flattened(32))

    assert listed(answer) == []
    assert answer["comparison"]["batches"] == [8, 32]


def residual_blocks(count: int, without: int = -1) -> Hierarchy:
    """Blocks that end in an addition, but for one that lacks it."""
    graph = Traced()
    x = graph.add("forward/tokens", "Placeholder", shape=(8, 64))
    for i in range(count):
        hidden = graph.dense(f"forward/h/{i}/mlp", x, (8, 64, 64), "relu")
        x = hidden if i == without else graph.add(f"forward/h/{i}/add", "add", [x, hidden], (8, 64))
    graph.add("forward/loss/mean", "reduce_sum", [x])
    graph.add("backward/x", "mul", ["forward/loss/mean"])
    return graph.hierarchy()


def test_block_behind_one_that_lost_its_last_operation_stays_in_its_stack() -> None:
    answer = drawn(residual_blocks(6), residual_blocks(6, without=2), "h")

    inside = [(box["kind"], box["count"]) for box in answer["boxes"] if box["parent"] == "h"]
    assert sorted(inside) == [("module", 0), ("stack", 2), ("stack", 3)]


def test_module_that_moved_into_another_is_the_same_module() -> None:
    names = ["body/dense_0", "body/dense_1", "head"]

    answer = drawn(dense_net([4, 10, 20, 3]), dense_net([4, 10, 20, 3], names), "body")

    assert marks(answer) == {}


def test_one_changed_block_among_equal_ones_is_the_only_change() -> None:
    answer = drawn(blocks(["tanh"] * 6), blocks(["tanh"] * 3 + ["sin"] + ["tanh"] * 2), "h")

    assert listed(answer) == [("changed", "h/3/act")]
    assert marks(answer) == {"h": "changed", "h/3": "changed"}


def test_unchanged_blocks_stay_stacked_around_the_changed_one() -> None:
    answer = drawn(blocks(["tanh"] * 6), blocks(["tanh"] * 3 + ["sin"] + ["tanh"] * 2), "h")

    inside = [(box["kind"], box["count"], box["change"]) for box in answer["boxes"] if box["parent"] == "h"]
    assert sorted(inside) == [("module", 0, "changed"), ("stack", 2, ""), ("stack", 3, "")]


def test_added_block_is_added_once_not_by_its_parts() -> None:
    answer = drawn(blocks(["tanh"] * 3), blocks(["tanh"] * 4))

    assert listed(answer) == [("added", "h/3")]
    assert next((box["was"], box["now"]) for box in answer["boxes"] if box["id"] == "h") == ("3 blocks", "4 blocks")


def test_operation_that_reads_another_is_changed(make_hierarchy: MakeHierarchy) -> None:
    nodes = [("x", "Placeholder", []), ("a", "Relu", ["x"]), ("b", "Tanh", ["x"])]

    answer = drawn(make_hierarchy(*nodes, ("y", "Exp", ["a"])), make_hierarchy(*nodes, ("y", "Exp", ["b"])))

    assert listed(answer) == [("changed", "y")]


def test_flat_graph_of_many_nodes_is_compared_in_its_numbered_parts(make_hierarchy: MakeHierarchy) -> None:
    def chain(count: int) -> Hierarchy:
        names = [f"op_{i}" for i in range(count)]
        return make_hierarchy((names[0], "Placeholder", []), *((b, "Relu", [a]) for a, b in pairwise(names)))

    answer = drawn(chain(400), chain(401))

    assert listed(answer) == [("added", "op_400")]


def test_graph_is_compared_with_an_empty_one(make_hierarchy: MakeHierarchy) -> None:
    net = dense_net([4, 3])

    assert {kind for kind, _ in listed(drawn(make_hierarchy(), net))} == {"added"}
    assert {kind for kind, _ in listed(drawn(net, make_hierarchy()))} == {"removed"}


def test_compared_graphs_stay_as_they_were() -> None:
    old, new = dense_net([4, 10, 3]), dense_net([4, 20, 3])
    before = [GraphDef.FromString(net.graph.definition.SerializeToString()) for net in (old, new)]

    compare(old, new)

    assert [old.graph.definition, new.graph.definition] == before
