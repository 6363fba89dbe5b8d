"""Graphs as nobody should write them: whatever is in a GraphDef, it is drawn, and what is missing is said."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.graph import build_hierarchy, drawing_answer, panel_answer, read_graph, search_answer
from dashboard.graph.limits import MAX_BOXES, MAX_EDGES
from summaries.proto.graph_pb2 import GraphDef

NAMES = st.sampled_from(
    ["a", "b", "a/b", "a/b/c", "a/b_1/c", "a/b_2/c", "", "/", "a//b", "//", "x/", "é/ü", "forward/a", "backward/a"]
)
OPS = st.sampled_from(
    ["Placeholder", "Const", "Relu", "AddV2", "Reshape", "NoSuchOp", "", "Merge", "VariableV2", "aten::mm"]
)
INPUTS = st.builds(
    "{}{}{}".format, st.sampled_from(["", "", "^"]), NAMES, st.sampled_from(["", ":0", ":7", ":x", ":99999999999"])
)
ATTRIBUTES = st.dictionaries(
    st.sampled_from(["T", "shape", "_output_shapes", "_jax_shape", "_jax_dtype", "_jax_params", "_jax_flops", "axis"]),
    st.sampled_from(["i", "s", "shape", "list", "type", "none"]),
    max_size=3,
)
NODES = st.lists(st.tuples(NAMES, OPS, st.lists(INPUTS, max_size=4), ATTRIBUTES), max_size=24)
OPENED = st.frozensets(st.sampled_from(["a", "a/b", "a/[b_1–b_2]", "gone", "[a–b]"]))


def make_graph(nodes: list[Any]) -> GraphDef:
    graph = GraphDef()
    for name, op, inputs, attributes in nodes:
        node = graph.node.add(name=name, op=op, input=inputs)
        for key, form in attributes.items():
            value = node.attr[key]
            if form == "i":
                value.i = -3
            elif form == "s":
                value.s = b"float32;\xff[4,-1]"
            elif form == "shape":
                value.shape.dim.add(size=-1)
            elif form == "list":
                value.list.shape.add(unknown_rank=True)
            elif form == "type":
                value.type = 101
    return graph


@settings(deadline=None, max_examples=150)
@given(nodes=NODES, opened=OPENED)
def test_any_graph_is_drawn(nodes: list[Any], opened: frozenset[str]) -> None:
    hierarchy = build_hierarchy(read_graph(make_graph(nodes)))

    answer = drawing_answer(hierarchy, opened)

    ids = [box["id"] for box in answer["boxes"]]
    assert len(set(ids)) == len(ids) <= MAX_BOXES
    assert len(answer["edges"]) <= MAX_EDGES
    for edge in answer["edges"]:
        assert {edge["source"], edge["target"]} <= set(ids)
    assert answer["totals"]["nodes"] == len(hierarchy.graph.nodes)
    assert answer == drawing_answer(build_hierarchy(read_graph(make_graph(nodes))), opened)


@settings(deadline=None, max_examples=50)
@given(nodes=NODES)
def test_every_item_of_any_graph_has_a_panel_and_is_found(nodes: list[Any]) -> None:
    hierarchy = build_hierarchy(read_graph(make_graph(nodes)))

    for item in hierarchy.items[1:]:
        assert panel_answer(hierarchy, item.id)["id"] == item.id
        if item.name:
            assert search_answer(hierarchy, item.name)["total"] > 0


def test_constant_of_ten_megabytes_is_told_by_its_shape_alone() -> None:
    graph = GraphDef()
    tensor = graph.node.add(name="weights", op="Const").attr["value"].tensor
    tensor.dtype = 1
    tensor.tensor_content = bytes(10_000_000)
    tensor.tensor_shape.dim.add(size=2_500_000)
    graph.node.add(name="net/relu", op="Relu", input=["weights"])
    hierarchy = build_hierarchy(read_graph(graph))

    panel = panel_answer(hierarchy, "weights")

    assert panel["attributes"] == [["value", "constant f32[2500000]"]]
