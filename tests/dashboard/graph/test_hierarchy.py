from __future__ import annotations

from collections.abc import Callable

import pytest

from dashboard.graph import Hierarchy

MakeHierarchy = Callable[..., Hierarchy]


def names_of(hierarchy: Hierarchy, indices: list[int]) -> list[str]:
    return [hierarchy.items[index].id for index in indices]


def test_scopes_stand_where_their_first_node_does(make_hierarchy: MakeHierarchy) -> None:
    hierarchy = make_hierarchy(("b/x", "X", []), ("a", "Y", []), ("b/y", "Z", []), ("c/d/e", "W", []))

    assert names_of(hierarchy, hierarchy.items[0].children) == ["b", "a", "c"]
    assert hierarchy.items[0].num_nodes == 4


def test_node_named_like_a_scope_goes_into_it(make_hierarchy: MakeHierarchy) -> None:
    hierarchy = make_hierarchy(("w", "Variable", []), ("w/read", "Identity", ["w"]))

    assert names_of(hierarchy, hierarchy.items[0].children) == ["w"]
    scope = hierarchy.items[hierarchy.index_by_id["w"]]
    assert names_of(hierarchy, scope.children) == ["w/(w)", "w/read"]


def test_edge_is_booked_where_its_ends_part(make_hierarchy: MakeHierarchy) -> None:
    hierarchy = make_hierarchy(("a/b/x", "X", []), ("a/c/y", "Y", ["a/b/x", "a/b/x"]), ("z", "Z", ["a/c/y"]))
    index = hierarchy.index_by_id

    inside = hierarchy.levels[index["a"]]
    assert dict(inside.between) == {(index["a/b"], index["a/c"]): [0, 1]}
    assert dict(hierarchy.levels[index["a/b"]].leaving) == {index["a/b/x"]: [0, 1]}
    assert dict(hierarchy.levels[index["a/c"]].entering) == {index["a/c/y"]: [0, 1]}
    assert dict(hierarchy.levels[0].between) == {(index["a"], index["z"]): [2]}
    assert dict(inside.leaving) == {index["a/c"]: [2]}


def test_totals_add_up_to_the_root(iris: Hierarchy) -> None:
    root = iris.items[0]

    assert root.params == 513
    assert root.flops == sum(iris.items[child].flops for child in root.children)
    assert iris.items[iris.index_by_id["dense_1"]].params == 220


def test_main_type_and_byte_range_are_those_of_what_flows(iris: Hierarchy) -> None:
    assert iris.dtype == "f32"
    assert iris.byte_range == (60, 2000)


@pytest.mark.parametrize("num_nodes", [301, 20_000])
def test_flat_scope_is_folded_into_parts(make_hierarchy: MakeHierarchy, num_nodes: int) -> None:
    nodes = [(f"op_{i}", "Mul", [f"op_{i - 1}"] if i else []) for i in range(num_nodes)]

    hierarchy = make_hierarchy(*nodes)

    sizes = [len(item.children) for item in hierarchy.items if item.children]
    assert max(sizes) <= 300
    assert hierarchy.items[0].num_nodes == num_nodes
    part = hierarchy.items[hierarchy.items[hierarchy.index_by_id["op_0"]].parent]
    assert (part.name, part.parent) == ("1–150", 0)
