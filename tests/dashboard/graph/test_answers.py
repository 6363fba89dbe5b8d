from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from dashboard.graph import Hierarchy, drawing_answer, panel_answer, search_answer
from dashboard.graph.panel import attribute_text
from summaries.proto.graph_pb2 import AttrValue
from summaries.proto.tensor_pb2 import TensorProto, TensorShapeProto
from tests.dashboard.graph.conftest import Traced

MakeHierarchy = Callable[..., Hierarchy]
CLOSED: frozenset[str] = frozenset()


def test_modules_are_described_by_their_parameters_and_operations(iris: Hierarchy) -> None:
    boxes = {box["id"]: box for box in drawing_answer(iris, CLOSED)["boxes"]}

    told = {name: (boxes[name]["op"], boxes[name]["detail"], boxes[name]["family"]) for name in boxes}
    assert told["dense_1"] == ("Dense", "10 → 20 · relu", "linear")
    assert told["dense_3"] == ("Dense", "10 → 3", "linear")
    assert told["loss"] == ("Softmax cross-entropy", "", "loss")
    assert boxes["dense_1"]["params"] == 220
    assert boxes["dense_1"]["can_open"]


def test_layer_table_lists_modules_in_order_and_adds_up(iris: Hierarchy) -> None:
    answer = drawing_answer(iris, CLOSED)

    rows = answer["layers"]
    assert [row["name"] for row in rows] == ["dense_0", "dense_1", "dense_2", "dense_3", "loss", "accuracy"]
    assert [row["output"] for row in rows] == ["16×10", "16×20", "16×10", "16×3", "scalar", "scalar"]
    assert [row["params"] for row in rows] == [50, 220, 210, 33, 0, 0]
    assert sum(row["params"] for row in rows) == answer["totals"]["params"] == 513
    assert sum(row["flops"] for row in rows) == answer["totals"]["flops"]
    assert answer["batch"] == 16


def test_batch_size_is_that_of_the_inputs_not_of_what_a_layer_carries() -> None:
    traced = Traced()
    traced.add("batch_normalization_0/moving_mean", "Placeholder", shape=(16,))
    traced.add("features", "Placeholder", shape=(32, 4))
    traced.add("labels", "Placeholder", shape=(32,))

    assert drawing_answer(traced.hierarchy(), CLOSED)["batch"] == 32


def test_graph_of_one_example_has_no_batch_size() -> None:
    traced = Traced()
    traced.add("image", "Placeholder", shape=(3, 32, 32))
    traced.add("conv/weight", "Placeholder", shape=(16, 3, 5, 5), params=1200)
    traced.add("conv/conv", "conv_general_dilated", ["image", "conv/weight"], (1, 16, 28, 28))

    assert drawing_answer(traced.hierarchy(), CLOSED)["batch"] is None


def test_open_module_lists_its_operations_below_it(iris: Hierarchy) -> None:
    rows = drawing_answer(iris, frozenset({"dense_0"}))["layers"]

    assert [(row["name"], row["depth"]) for row in rows[:4]] == [
        ("dense_0", 0),
        ("dot_general", 1),
        ("add", 1),
        ("relu", 1),
    ]
    assert rows[0]["is_open"]


def test_legend_holds_the_families_in_sight(iris: Hierarchy) -> None:
    closed, opened = drawing_answer(iris, CLOSED), drawing_answer(iris, frozenset({"dense_0"}))

    assert [family["name"] for family in closed["families"]] == ["Linear", "Loss"]
    assert "Activation, MLP" in [family["name"] for family in opened["families"]]


def test_answers_are_plain_json(block: Hierarchy) -> None:
    answer = drawing_answer(block, frozenset({"h", "h/0", "h/0/attn"}))

    assert json.loads(json.dumps(answer))["boxes"] == answer["boxes"]


def test_closed_groups_are_told(make_hierarchy: MakeHierarchy) -> None:
    nodes = [(f"{scope}/op_{i}", "Mul", []) for scope in "ab" for i in range(250)]
    answer = drawing_answer(make_hierarchy(*nodes), frozenset("ab"))

    assert answer["closed"] == ("b",)
    assert answer["notes"] == ["Closed 1 group to keep this fluid."]


def test_panel_of_a_module_tells_what_it_reads_keeps_and_holds(iris: Hierarchy) -> None:
    panel = panel_answer(iris, "dense_1")

    assert (panel["op"], panel["params"], panel["flops"]) == ("Dense", 220, 16 * 20 * 22)
    assert (panel["output"], panel["output_bytes"]) == ("f32[16,20]", 1280)
    assert panel["weights"] == [
        {"id": "dense_1/kernel", "name": "kernel", "value": "f32[10,20]"},
        {"id": "dense_1/bias", "name": "bias", "value": "f32[20]"},
    ]
    assert panel["saved"] == [{"id": "dense_1/relu", "name": "relu", "dtype": "f32", "bytes": 1280}]
    assert panel["inputs"]["listed"] == [{"id": "dense_0/relu", "value": "f32[16,10]"}]
    assert panel["outputs"]["listed"] == [{"id": "dense_2/dot_general", "value": "f32[16,20]"}]
    assert panel["source"] == "model.py:7"


def test_panel_of_a_node_tells_its_attributes_and_control_edges(make_hierarchy: MakeHierarchy) -> None:
    hierarchy = make_hierarchy(("net/init", "NoOp", []), ("net/x", "Relu", ["^net/init"]))
    hierarchy.graph.definition.node[1].attr["T"].type = 1
    hierarchy.graph.definition.node[1].device = "/cpu:0"

    panel = panel_answer(hierarchy, "net/x")

    assert panel["path"] == ["net", "net/x"]
    assert panel["attributes"] == [["T", "f32"]]
    assert (panel["controls"], panel["device"]) == (["net/init"], "/cpu:0")


@pytest.mark.parametrize("unknown", ["", "gone", "dense_1/"])
def test_panel_of_an_unknown_node_is_a_sentence(iris: Hierarchy, unknown: str) -> None:
    with pytest.raises(KeyError, match="The graph has no node"):
        panel_answer(iris, unknown)


def test_large_attributes_are_named_not_shown() -> None:
    shape = TensorShapeProto(dim=[TensorShapeProto.Dim(size=size) for size in (512, 512)])
    constant = TensorProto(dtype="DT_FLOAT", tensor_shape=shape, tensor_content=bytes(4 * 512 * 512))

    assert attribute_text(AttrValue(tensor=constant)) == "constant f32[512,512]"
    assert attribute_text(AttrValue(s=b"x" * 10_000_000)) == "x" * 200 + "…"
    assert attribute_text(AttrValue(list=AttrValue.ListValue(i=[1, 2, 2, 1]))) == "[1, 2, 2, 1]"
    assert attribute_text(AttrValue(b=False)) == "False"
    assert attribute_text(AttrValue()) == ""


def test_search_finds_by_name_path_and_op_best_first(iris: Hierarchy) -> None:
    assert [hit["id"] for hit in search_answer(iris, "RELU")["hits"]] == [f"dense_{i}/relu" for i in range(3)]
    assert search_answer(iris, "dense_1")["hits"][0]["id"] == "dense_1"
    assert search_answer(iris, "dense_1")["hits"][1]["scopes"] == ["dense_1"]
    assert {hit["op"] for hit in search_answer(iris, "exp")["hits"]} == {"exp"}


def test_search_takes_a_regular_expression_between_slashes(iris: Hierarchy) -> None:
    assert search_answer(iris, "/^dense_[01]$/")["total"] == 2
    with pytest.raises(ValueError, match="must be a regular expression"):
        search_answer(iris, "/(/")
    with pytest.raises(ValueError, match="at most 200 characters"):
        search_answer(iris, "x" * 201)


@pytest.mark.timeout(10)
def test_search_takes_no_longer_for_an_expression_that_backtracks(make_hierarchy: MakeHierarchy) -> None:
    assert search_answer(make_hierarchy(("a" * 60 + "!", "Mul", [])), "/^(a|a)*$/")["total"] == 0


def test_search_lists_fifty_of_many(make_hierarchy: MakeHierarchy) -> None:
    answer = search_answer(make_hierarchy(*((f"op_{i}", "Mul", []) for i in range(60))), "op")

    assert (answer["total"], len(answer["hits"])) == (60, 50)
