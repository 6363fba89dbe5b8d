from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest

from dashboard.graph import Hierarchy, build_hierarchy, drawing_answer, panel_answer, read_blocks, read_graph
from dashboard.graph.answers import Answer
from summaries.proto.graph_pb2 import GraphDef

MakeHierarchy = Callable[..., Hierarchy]
Spec = tuple[str, str, list[str]]


def box_named(answer: Answer, name: str) -> Answer:
    box: Answer = next(box for box in answer["boxes"] if box["id"] == name)
    return box


def ids(answer: Answer) -> list[str]:
    return [box["id"] for box in answer["boxes"]]


def draw(hierarchy: Hierarchy, *open_ids: str, blocks: dict[str, int] | None = None, keep: str = "") -> Answer:
    return drawing_answer(hierarchy, frozenset(open_ids), keep, blocks=blocks)


def chain(names: Iterable[str], different: str = "") -> list[Spec]:
    """Layers one after the other, all alike but one."""
    nodes: list[Spec] = [("x", "Placeholder", [])]
    for name in names:
        nodes.append((f"{name}/matmul", "MatMul", [nodes[-1][0]]))
        nodes.append((f"{name}/act", "Tanh" if name == different else "Relu", [nodes[-1][0]]))
    return nodes


def test_scope_of_nothing_but_equal_blocks_is_a_stack(block: Hierarchy) -> None:
    box = box_named(draw(block), "h")

    assert (box["kind"], box["count"], box["shown"]) == ("stack", 2, "h/0")
    assert box["blocks"] == ["h/0", "h/1"]
    assert (box["width"], box["height"]) == (248, 76)
    assert box["params"] == 2 * (64 * 192 + 192 + 64 * 64 + 64)
    assert box["detail"] == "ln_1 · attn · mlp"


def test_open_stack_shows_the_inside_of_its_first_block(block: Hierarchy) -> None:
    answer = draw(block, "h")

    box = box_named(answer, "h")
    assert (box["kind"], box["count"], box["shown"]) == ("group", 2, "h/0")
    assert box["width"] >= 400
    assert {"h/0/ln_1", "h/0/attn", "h/0/add"} <= set(ids(answer))
    assert "h/0" not in ids(answer)
    assert {row["id"]: row["depth"] for row in answer["layers"]}["h/0/attn"] == 1
    assert [box_named(answer, name)["copies"] for name in ("h", "h/0/attn")] == [1, 2]


def test_block_that_is_picked_opens_what_was_open_in_another(block: Hierarchy) -> None:
    answer = draw(block, "h", "h/0/attn", blocks={"h": 1})

    assert box_named(answer, "h")["shown"] == "h/1"
    assert box_named(answer, "h/1/attn")["kind"] == "group"
    assert answer["twins"] == {"h/0/attn": "h/1/attn"}


def test_block_is_shown_that_holds_the_node_to_be_kept(block: Hierarchy) -> None:
    assert box_named(draw(block, "h", keep="h/1/mlp"), "h")["shown"] == "h/1"
    assert panel_answer(block, "h/1/mlp/gelu")["blocks"] == ["h=1"]


def test_block_beyond_the_last_shows_the_first(block: Hierarchy) -> None:
    assert draw(block, "h", blocks={"h": 7, "gone": 1}) == draw(block, "h")


def test_blocks_are_read_from_texts() -> None:
    assert read_blocks(["h=9", "a=b=1", "x", "y=", "z=-1", "w=99999999999999999999"]) == {"h": 9, "a=b": 1}


def test_stack_takes_the_order_of_the_data(make_hierarchy: MakeHierarchy) -> None:
    nodes = chain(f"net/layer_{i}" for i in range(11))
    shuffled = [*sorted(nodes[1:]), nodes[0]]

    box = box_named(draw(make_hierarchy(*shuffled)), "net")

    assert box["blocks"] == [f"net/layer_{i}" for i in range(11)]


def test_blocks_among_others_get_a_scope_of_their_own(make_hierarchy: MakeHierarchy) -> None:
    nodes = chain(["first", "layer_0", "layer_1", "layer_2", "last"])

    answer = draw(make_hierarchy(*nodes), "[layer_0–layer_2]")

    box = box_named(answer, "[layer_0–layer_2]")
    assert (box["name"], box["kind"], box["count"]) == ("layer", "group", 3)
    assert [(row["id"], row["count"]) for row in answer["layers"]] == [("first", 0), (box["id"], 3), ("last", 0)]
    edges = {(edge["source"], edge["target"]) for edge in answer["edges"]}
    assert {("first", box["id"]), (box["id"], "last"), (box["id"], "layer_0/matmul")} <= edges


def test_differing_block_splits_the_stack(make_hierarchy: MakeHierarchy) -> None:
    nodes = chain((f"h/{i}" for i in range(12)), different="h/5")

    answer = draw(make_hierarchy(*nodes), "h")

    inside = [(box["id"], box["count"]) for box in answer["boxes"] if box["parent"] == "h"]
    assert inside == [("h/[0–4]", 5), ("h/5", 0), ("h/[6–11]", 6)]


def test_equal_siblings_side_by_side_fan_in_and_out_as_one_edge(make_hierarchy: MakeHierarchy) -> None:
    experts = [(f"moe/expert_{i}/matmul", "MatMul", ["moe/route"]) for i in range(4)]
    nodes: list[Spec] = [
        ("x", "Placeholder", []),
        ("moe/route", "Softmax", ["x"]),
        *experts,
        ("moe/sum", "AddN", [name for name, _, _ in experts]),
        ("y", "Relu", ["moe/sum"]),
    ]

    answer = draw(make_hierarchy(*nodes), "moe")

    stack = box_named(answer, "moe/[expert_0–expert_3]")
    assert (stack["kind"], stack["count"]) == ("stack", 4)
    assert sum(edge["target"] == stack["id"] for edge in answer["edges"]) == 1
    assert sum(edge["source"] == stack["id"] for edge in answer["edges"]) == 1


@pytest.mark.parametrize(
    ("change", "is_stack"),
    [("attribute", False), ("shape", False), ("name", False), ("source", True), ("value", True), ("device", True)],
)
def test_only_what_a_block_computes_tells_it_from_another(change: str, is_stack: bool) -> None:
    definition = GraphDef()
    for i in range(2):
        name = "other" if change == "name" and i else f"layer_{i}"
        before = f"layer_{i - 1}/mul" if i else "x"
        definition.node.add(name=f"{name}/factor", op="Const").attr["value"].tensor.float_val.append(2)
        node = definition.node.add(name=f"{name}/mul", op="Mul", input=[before, f"{name}/factor"])
        node.attr["axis"].i = 1
        node.attr["_output_shapes"].list.shape.add().dim.add(size=8)
    last = definition.node[-1]
    if change == "attribute":
        last.attr["axis"].i = 2
    if change == "shape":
        last.attr["_output_shapes"].list.shape[0].dim[0].size = 9
    if change == "source":
        last.attr["_jax_source"].s = b"elsewhere.py:3"
    if change == "value":
        definition.node[-2].attr["value"].tensor.float_val[0] = 3
    if change == "device":
        last.device = "/gpu:1"
    definition.node.add(name="x", op="Placeholder")
    definition.node.add(name="y/relu", op="Relu", input=["layer_1/mul"])

    answer = draw(build_hierarchy(read_graph(definition)))

    assert ("[layer_0–layer_1]" in ids(answer)) == is_stack
