"""What the node panel finds worth knowing of a node."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from dashboard.graph import Hierarchy, build_hierarchy, panel_answer, read_graph
from dashboard.graph.findings import count_copies, find_finding, write_bytes
from dashboard.graph.panel import attribute_text
from summaries.proto.graph_pb2 import AttrValue, GraphDef, NodeDef
from summaries.proto.tensor_pb2 import TensorProto

MB = 1_000_000


def traced(name: str, inputs: list[str], dtype: str, saved: int = 0, params: int = 0, size: int = 1000) -> NodeDef:
    node = NodeDef(name=name, op="Placeholder" if params else name.rpartition("/")[2], input=inputs)
    node.attr["_jax_shape"].shape.dim.add().size = size
    node.attr["_jax_dtype"].s = dtype.encode()
    node.attr["_jax_saved_bytes"].i = saved
    if params:
        node.attr["_jax_params"].i = params
    return node


def finding(hierarchy: Hierarchy, item: str) -> str:
    found = find_finding(hierarchy, hierarchy.index_by_id[item])
    return f"{found.lead}: {found.text}" if found else ""


def graph_of(*nodes: NodeDef) -> Hierarchy:
    return build_hierarchy(read_graph(GraphDef(node=nodes)))


def test_a_wide_tensor_kept_in_a_half_precision_model_is_found() -> None:
    graph = graph_of(
        traced("x", [], "bfloat16", size=10**6),
        traced("attn/exp", ["x"], "float32", saved=4 * MB, size=10),
        traced("attn/mul", ["attn/exp"], "bfloat16", saved=MB),
        traced("mlp/dot", ["attn/mul", "x"], "bfloat16", saved=15 * MB),
        traced("out", ["mlp/dot"], "bfloat16"),
    )

    assert finding(graph, "attn") == (
        "4.00 MB of this is f32: exp runs in float32 and its result is kept for backward. "
        "That is 20 % of all saved bytes."
    )
    assert finding(graph, "mlp").startswith("75 % of all saved bytes: kept here for backward")
    assert finding(graph, "out") == ""


def test_bytes_of_blocks_are_told_for_all_of_them() -> None:
    nodes = [traced("x", [], "bfloat16", size=10**6)]
    before = "x"
    for block in range(4):
        exp, mul = f"h/{block}/exp", f"h/{block}/mul"
        nodes += [traced(exp, [before], "float32", saved=MB, size=10), traced(mul, [exp], "bfloat16", size=10**6)]
        before = mul
    graph = graph_of(*nodes, traced("out", [before], "bfloat16"))

    assert count_copies(graph, graph.index_by_id["h/2/exp"]) == 4
    assert "Over 4 blocks that is 4.00 MB, 100 % of all saved bytes." in finding(graph, "h/2/exp")


def test_parameters_that_nothing_reads_are_found() -> None:
    graph = graph_of(
        traced("x", [], "float32"),
        traced("fc/kernel", [], "float32", params=12),
        traced("fc/dead", [], "float32", params=1500),
        traced("fc/dot", ["x", "fc/kernel"], "float32"),
    )

    assert finding(graph, "fc") == "1,500 parameters are read by nothing: no node of the forward pass uses dead."


def test_an_ordinary_layer_has_no_finding(iris: Hierarchy) -> None:
    assert finding(iris, "dense_0") == ""


def test_a_stack_says_nothing_of_its_share(make_hierarchy: Callable[..., Hierarchy]) -> None:
    graph = make_hierarchy(("x", "Placeholder", []), ("net/relu", "Relu", ["x"]))

    assert panel_answer(graph, "net")["finding"] is None
    assert panel_answer(graph, "net")["copies"] == 1


def test_a_constant_of_10_mb_is_told_in_a_few_words() -> None:
    tensor = TensorProto(dtype=1, tensor_content=bytes(10 * MB))
    tensor.tensor_shape.dim.add().size = 2_500_000

    assert attribute_text(AttrValue(tensor=tensor)) == "constant f32[2500000]"
    assert len(attribute_text(AttrValue(s=b"x" * 10 * MB))) < 300
    assert attribute_text(AttrValue(s="é".encode() * 10 * MB)) == "é" * 200 + "…"


@pytest.mark.parametrize(("num_bytes", "text"), [(0, "0 B"), (999, "999 B"), (1234, "1.23 kB"), (4.83e9, "4.83 GB")])
def test_bytes_have_three_digits(num_bytes: float, text: str) -> None:
    assert write_bytes(num_bytes) == text
