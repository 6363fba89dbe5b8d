from __future__ import annotations

import pytest

from dashboard.graph import build_hierarchy, read_graph
from dashboard.graph.families import FAMILY_NAMES, find_family
from dashboard.graph.modules import describe, display_name
from summaries.proto.graph_pb2 import GraphDef, NodeDef
from summaries.proto.tensor_pb2 import TensorShapeProto
from tests.dashboard.graph.conftest import Traced

LAYERS = [
    (
        "conv",
        [("kernel", (3, 3, 16, 32))],
        ["conv_general_dilated", "relu"],
        ("Conv", "3×3 · 16 → 32 · relu", "linear"),
    ),
    ("fc", [("kernel", (64, 10)), ("bias", (10,))], ["dot_general", "add"], ("Dense", "64 → 10", "linear")),
    ("wte", [("embedding", (50257, 768))], ["gather"], ("Embedding", "50,257 × 768", "embed")),
    ("ln_1", [("scale", (768,)), ("bias", (768,))], ["rsqrt", "mul"], ("LayerNorm", "768", "norm")),
    ("batch_norm", [("scale", (16,))], ["rsqrt", "mul"], ("BatchNorm", "16", "norm")),
    ("dropout", [], ["random_bits", "select_n"], ("Dropout", "", "math")),
    ("loss", [], ["logistic", "log"], ("Sigmoid cross-entropy", "", "loss")),
    ("pool", [], ["reduce_window_max"], ("", "reduce_window_max", "math")),
    ("mystery", [("w", (3,))], ["sin", "cos"], ("", "3 ops", "math")),
]


@pytest.mark.parametrize(("name", "weights", "ops", "expected"), LAYERS, ids=[layer[0] for layer in LAYERS])
def test_layer_is_told_from_weights_and_operations(
    name: str, weights: list[tuple[str, tuple[int, ...]]], ops: list[str], expected: tuple[str, str, str]
) -> None:
    definition = GraphDef(node=[NodeDef(name="x", op="Placeholder")])
    for weight, shape in weights:
        node = definition.node.add(name=f"{name}/{weight}", op="VariableV2")
        node.attr["shape"].shape.CopyFrom(TensorShapeProto(dim=[TensorShapeProto.Dim(size=size) for size in shape]))
    for op in ops:
        definition.node.add(name=f"{name}/{op}", op=op, input=["x"])
    hierarchy = build_hierarchy(read_graph(definition))

    description = describe(hierarchy, hierarchy.index_by_id[name])

    assert (description.op, description.detail, description.family) == expected


def test_scope_of_torch_is_named_by_its_module() -> None:
    nodes = [
        NodeDef(name="Net/Linear[fc1]/weight", op="prim::Param"),
        NodeDef(name="Net/Linear[fc1]/1", op="aten::linear"),
    ]
    hierarchy = build_hierarchy(read_graph(GraphDef(node=nodes)))
    index = hierarchy.index_by_id["Net/Linear[fc1]"]

    assert display_name(hierarchy, index) == "fc1"
    assert describe(hierarchy, index).op == "Linear"
    assert describe(hierarchy, index).family == "linear"


def test_scope_of_modules_names_them() -> None:
    nodes = [NodeDef(name=f"block_0/{part}/w", op="Variable") for part in ("ln", "attn")]
    for node in nodes:
        node.attr["shape"].shape.dim.add(size=4)
    hierarchy = build_hierarchy(read_graph(GraphDef(node=nodes)))

    description = describe(hierarchy, hierarchy.index_by_id["block_0"])

    assert (description.detail, description.family) == ("ln · attn", "attn")


@pytest.mark.parametrize(
    ("op", "family"),
    [
        ("MatMul", "linear"),
        ("aten::conv2d", "linear"),
        ("convert_element_type", "math"),
        ("aten::layer_norm", "norm"),
        ("FusedBatchNormV3", "norm"),
        ("aten::gelu", "act"),
        ("SparseSoftmaxCrossEntropyWithLogits", "loss"),
        ("softmax", "attn"),
        ("ResourceGather", "embed"),
        ("an op nobody knows", "math"),
    ],
)
def test_family_of_operations_of_all_libraries(op: str, family: str) -> None:
    assert find_family(op) == family
    assert family in FAMILY_NAMES


@pytest.mark.parametrize(
    ("op", "weight", "inputs", "given", "expected"),
    [
        ("dot_general", (8, 4), ["fc/w", "x"], (8,), "4 → 8"),
        ("dot_general", (8, 4), ["x", "fc/w"], (2, 4), "8 → 4"),
        ("conv_general_dilated", (16, 3, 5, 5), ["x", "fc/w"], (1, 16, 28, 28), "5×5 · 3 → 16"),
        ("conv_general_dilated", (5, 5, 3, 16), ["x", "fc/w"], (1, 28, 28, 16), "5×5 · 3 → 16"),
    ],
)
def test_sizes_of_a_layer_are_inputs_and_outputs_however_its_weight_is_kept(
    op: str, weight: tuple[int, ...], inputs: list[str], given: tuple[int, ...], expected: str
) -> None:
    graph = Traced()
    graph.add("x", "Placeholder", shape=(2, 4))
    graph.add("fc/w", "Placeholder", shape=weight, params=1)
    graph.add(f"fc/{op}", op, inputs, given)
    hierarchy = graph.hierarchy()

    assert describe(hierarchy, hierarchy.index_by_id["fc"]).detail == expected
