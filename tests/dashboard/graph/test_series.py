"""Operations of one kind and name side by side are one box that opens to them; what follows one another is not."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from dashboard.graph import Hierarchy, build_hierarchy, drawing_answer, panel_answer, read_graph, search_answer
from dashboard.graph.answers import Answer
from dashboard.graph.compare import compare
from summaries.proto.graph_pb2 import GraphDef

MakeHierarchy = Callable[..., Hierarchy]
Spec = tuple[str, str, list[str]]
SERIES = "net/[add–add_19]"


def numbered(base: str, count: int) -> list[str]:
    return [f"{base}_{i}" if i else base for i in range(count)]


def branches(adds: list[str], op: str = "AddV2") -> list[Spec]:
    """Two inputs, a branch for each name between operations of its own, and their sum."""
    nodes: list[Spec] = [("x", "Placeholder", []), ("y", "Placeholder", [])]
    for i, name in enumerate(adds):
        nodes += [(f"net/before{i}", "Relu", ["x"]), (f"net/{name}", op, [f"net/before{i}", "y"])]
    return [*nodes, ("net/sum", "AddN", [f"net/{name}" for name in adds])]


def draw(hierarchy: Hierarchy, *open_ids: str, keep: str = "") -> Answer:
    return drawing_answer(hierarchy, frozenset(open_ids), keep)


def inside(answer: Answer, scope: str) -> set[str]:
    return {box["id"] for box in answer["boxes"] if box["parent"] == scope}


def test_numbered_operations_side_by_side_are_one_box(make_hierarchy: MakeHierarchy) -> None:
    answer = draw(make_hierarchy(*branches(numbered("add", 20))), "net")

    box = next(box for box in answer["boxes"] if box["id"] == SERIES)
    assert (box["kind"], box["name"], box["op"], box["count"]) == ("module", "add", "AddV2", 20)
    assert box["is_series"]
    assert not any("add_" in box["id"] for box in answer["boxes"] if box is not box and box["id"] != SERIES)
    assert [edge["source"] for edge in answer["edges"] if edge["target"] == "net/sum"] == [SERIES]
    assert {row["id"]: row["count"] for row in answer["layers"]}[SERIES] == 20


def test_series_opens_to_its_members(make_hierarchy: MakeHierarchy) -> None:
    hierarchy = make_hierarchy(*branches(numbered("add", 8)))

    answer = draw(hierarchy, "net", "net/[add–add_7]")

    assert inside(answer, "net/[add–add_7]") == {f"net/{name}" for name in numbered("add", 8)}
    assert panel_answer(hierarchy, "net/add_7")["path"] == ["net", "net/[add–add_7]", "net/add_7"]
    hit = next(hit for hit in search_answer(hierarchy, "add_7")["hits"] if hit["id"] == "net/add_7")
    assert hit["scopes"] == ["net", "net/[add–add_7]"]


def test_member_that_is_selected_stands_among_the_first(make_hierarchy: MakeHierarchy) -> None:
    answer = draw(make_hierarchy(*branches(numbered("add", 20))), "net", SERIES, keep="net/add_19")

    assert "net/add_19" in inside(answer, SERIES)
    more = next(box for box in answer["boxes"] if box["kind"] == "more" and box["parent"] == SERIES)
    assert (more["name"], len(more["members"])) == ("+10 more", 10)
    assert {member["op"] for member in more["members"]} == {"AddV2"}


@pytest.mark.parametrize("count", [4, 5])
def test_five_members_make_a_series(make_hierarchy: MakeHierarchy, count: int) -> None:
    answer = draw(make_hierarchy(*branches(numbered("add", count))), "net")

    assert any(box.get("is_series") for box in answer["boxes"]) == (count == 5)


def test_operations_that_follow_one_another_stay(make_hierarchy: MakeHierarchy) -> None:
    names = numbered("add", 8)
    chain: list[Spec] = [
        (f"net/{name}", "AddV2", [f"net/{names[i - 1]}" if i else "x"]) for i, name in enumerate(names)
    ]

    answer = draw(make_hierarchy(("x", "Placeholder", []), *chain, ("net/y", "Relu", [f"net/{names[-1]}"])), "net")

    assert inside(answer, "net") == {*(f"net/{name}" for name in names), "net/y"}


def test_operations_at_different_places_of_the_spine_stay(make_hierarchy: MakeHierarchy) -> None:
    """Each scales the weights of another layer, and stands beside it."""
    nodes: list[Spec] = [("x", "Placeholder", []), ("net/start", "Relu", ["x"])]
    for i, name in enumerate(numbered("scale", 6)):
        nodes += [
            (f"net/weight{i}", "VariableV2", []),
            (f"net/{name}", "Softmax", [f"net/weight{i}"]),
            (f"net/layer{i}", "MatMul", [f"net/layer{i - 1}" if i else "net/start", f"net/{name}"]),
        ]

    answer = draw(make_hierarchy(*nodes), "net")

    assert not any(box.get("is_series") for box in answer["boxes"])


def test_other_operations_of_the_same_name_stay(make_hierarchy: MakeHierarchy) -> None:
    nodes = branches(numbered("add", 8))
    mixed = [(name, "Mul" if name in ("net/add_3", "net/add_5") else op, inputs) for name, op, inputs in nodes]

    answer = draw(make_hierarchy(*mixed), "net")

    assert {"net/add_3", "net/add_5", "net/[add–add_7]"} <= {box["id"] for box in answer["boxes"]}


def test_cycle_through_numbered_operations_is_drawn(make_hierarchy: MakeHierarchy) -> None:
    names = numbered("add", 6)
    nodes: list[Spec] = [(f"net/{name}", "AddV2", ["net/join"]) for name in names]

    answer = draw(make_hierarchy(*nodes, ("net/join", "AddN", [f"net/{name}" for name in names])), "net")

    assert {f"net/{name}" for name in names} <= {box["id"] for box in answer["boxes"]}


def test_flat_graph_with_a_series_is_not_taken_for_one_module(make_hierarchy: MakeHierarchy) -> None:
    flat = [
        (name.removeprefix("net/"), op, [one.removeprefix("net/") for one in inputs])
        for name, op, inputs in branches(numbered("add", 8))
    ]

    answer = draw(make_hierarchy(*flat))

    assert answer["only"] == ""
    assert "[add–add_7]" in inside(answer, "")


def test_operation_that_another_run_has_besides_stands_apart(make_hierarchy: MakeHierarchy) -> None:
    old, new = (make_hierarchy(*branches(numbered("add", count))) for count in (7, 8))

    tree = compare(old, new).hierarchy

    (series,) = tree.series
    assert len(tree.items[series].children) == 7
    assert {tree.node(tree.items[child]).mark for child in tree.items[series].children} == {""}  # type: ignore[union-attr]


def test_blocks_with_series_are_stacked(make_hierarchy: MakeHierarchy) -> None:
    definition = GraphDef()
    definition.node.add(name="x", op="Placeholder")
    before = "x"
    for i in range(3):
        names = [f"h/{i}/{name}" for name in numbered("mul", 6)]
        for name in names:
            definition.node.add(name=name, op="Mul", input=[before, before])
        before = f"h/{i}/sum"
        definition.node.add(name=before, op="AddN", input=names)

    answer = draw(build_hierarchy(read_graph(definition)), "h", "h/0/[mul–mul_5]")

    assert next(box for box in answer["boxes"] if box["id"] == "h")["count"] == 3
    assert next(box for box in answer["boxes"] if box["id"] == "h/0/[mul–mul_5]")["kind"] == "group"
