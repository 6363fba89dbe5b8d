from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.graph import Hierarchy, build_hierarchy, layout, read_graph
from dashboard.graph.drawing import Box, Drawing, Edge
from summaries.proto.graph_pb2 import GraphDef, NodeDef

MakeHierarchy = Callable[..., Hierarchy]
CLOSED: frozenset[str] = frozenset()


def all_scopes(hierarchy: Hierarchy) -> frozenset[str]:
    return frozenset(item.id for item in hierarchy.items[1:] if item.children)


def box_named(drawing: Drawing, box_id: str) -> Box:
    return next(box for box in drawing.boxes if box.id == box_id)


def edge_between(drawing: Drawing, source: str, target: str) -> Edge:
    return next(edge for edge in drawing.edges if (edge.source, edge.target) == (source, target))


def check_boxes(drawing: Drawing) -> None:
    """Siblings do not overlap, and what a group holds lies inside of it, below its head."""
    by_id = {box.id: box for box in drawing.boxes}
    assert len(by_id) == len(drawing.boxes)
    by_parent: dict[str, list[Box]] = {}
    for box in drawing.boxes:
        by_parent.setdefault(box.parent, []).append(box)
        if box.parent:
            outer = by_id[box.parent]
            assert outer.kind == "group"
            assert outer.x + 17 <= box.x
            assert box.x + box.width <= outer.x + outer.width - 17
            assert outer.y + 34 <= box.y
            assert box.y + box.height <= outer.y + outer.height
        else:
            assert -drawing.left <= box.x + 0.01
            assert box.x + box.width <= drawing.right + 0.01
            assert 0 <= box.y <= drawing.height
    for siblings in by_parent.values():
        for one, other in itertools.combinations(siblings, 2):
            beside = one.x + one.width <= other.x or other.x + other.width <= one.x
            above = one.y + one.height <= other.y or other.y + other.height <= one.y
            assert beside or above, (one.id, other.id)


def check_edges(drawing: Drawing) -> None:
    """Edges run orthogonally, begin and end at their boxes, and cross none."""
    by_id = {box.id: box for box in drawing.boxes}
    for edge in drawing.edges:
        for (x0, y0), (x1, y1) in itertools.pairwise(edge.points):
            assert abs(x0 - x1) < 0.01 or abs(y0 - y1) < 0.01, (edge.source, edge.target)
        source, target = by_id[edge.source], by_id[edge.target]
        if edge.head is None:  # it leaves the group `target`
            assert edge.points[-1][1] == pytest.approx(target.y + target.height)
        else:
            assert_touches(target, edge)
        if source.id != target.parent and edge.dot is None:
            assert source.x - 0.01 <= edge.points[0][0] <= source.x + source.width + 0.01
        for box in drawing.boxes:
            if box.kind != "group" and box.id not in (edge.source, edge.target):
                assert not crosses(edge, box), (edge.source, edge.target, box.id)


def assert_touches(box: Box, edge: Edge) -> None:
    assert edge.head is not None
    x, y = edge.head.x, edge.head.y
    if edge.head.to == "d":
        assert y == pytest.approx(box.y - 2)
        assert box.x <= x <= box.x + box.width
    else:
        assert y == pytest.approx(box.y + box.height / 2)
        assert x == pytest.approx(box.x - 2 if edge.head.to == "r" else box.x + box.width + 2)


def crosses(edge: Edge, box: Box) -> bool:
    for (x0, y0), (x1, y1) in itertools.pairwise(edge.points):
        beside = max(x0, x1) <= box.x or box.x + box.width <= min(x0, x1)
        above = max(y0, y1) <= box.y or box.y + box.height <= min(y0, y1)
        if not beside and not above:
            return True
    return False


def test_iris_is_one_straight_line_with_labels_and_accuracy_beside_the_loss(iris: Hierarchy) -> None:
    drawing = layout(iris, CLOSED)

    spine = ["features", "dense_0", "dense_1", "dense_2", "dense_3", "loss"]
    assert [box_named(drawing, name).spine for name in spine] == [0.0] * 6
    assert [box_named(drawing, name).y for name in spine] == [0, 74, 170, 266, 362, 474]
    loss, labels, accuracy = (box_named(drawing, name) for name in ("loss", "labels", "accuracy"))
    assert labels.kind == "input"
    assert labels.x > loss.x + loss.width
    assert accuracy.kind == "aux"
    assert accuracy.x + accuracy.width < loss.x
    assert labels.y + labels.height / 2 == accuracy.y + accuracy.height / 2 == loss.y + loss.height / 2
    assert {box.id for box in drawing.boxes} == {*spine, "labels", "accuracy"}


def test_edges_of_iris_carry_shapes_and_grow_with_bytes(iris: Hierarchy) -> None:
    drawing = layout(iris, CLOSED)

    narrow, wide = edge_between(drawing, "features", "dense_0"), edge_between(drawing, "dense_1", "dense_2")
    assert narrow.label is not None
    assert wide.label is not None
    assert (narrow.label.text, wide.label.text) == ("16×4", "16×20")
    assert (narrow.num_bytes, wide.num_bytes) == (256, 1280)
    assert 1.3 <= narrow.width < wide.width <= 5.5
    tap = edge_between(drawing, "dense_3", "accuracy")
    assert tap.is_dashed
    assert tap.dot == tap.points[0]


def test_parts_of_a_dense_layer_are_drawn_without_shape_only_operations(iris: Hierarchy) -> None:
    drawing = layout(iris, frozenset({"dense_0"}))

    inside = {box.name: box.kind for box in drawing.boxes if box.parent == "dense_0"}
    assert inside == {"kernel": "aux", "bias": "aux", "dot_general": "op", "add": "op", "relu": "op"}
    bias = edge_between(drawing, "dense_0/bias", "dense_0/add")
    assert bias.title == "f32[10] · broadcast_in_dim"
    assert bias.label is not None
    assert bias.label.text == "10"


@pytest.mark.parametrize("opened", ["dense_0", "dense_2", "loss", "accuracy"])
def test_opening_a_group_keeps_the_spine_and_all_that_is_above(iris: Hierarchy, opened: str) -> None:
    before, after = layout(iris, CLOSED), layout(iris, frozenset({opened}))

    group = box_named(after, opened)
    assert group.kind == "group"
    for box in before.boxes:
        same = box_named(after, box.id)
        if box.spine == 0:
            assert same.spine == 0
        if box.y + box.height < group.y:
            assert same.y == box.y


def test_residual_runs_in_a_lane_at_the_left_of_its_block(block: Hierarchy) -> None:
    drawing = layout(block, frozenset({"h", "h/0"}))

    skips = [edge_between(drawing, "h", "h/0/add"), edge_between(drawing, "h/0/add", "h/0/add_1")]
    group = box_named(drawing, "h")
    for skip in skips:
        assert skip.dot is not None
        assert skip.dot[0] == 0
        assert skip.points[1][0] == skip.points[2][0] >= group.x + 19
        assert skip.points[1][0] == min(x for one in skips for x, _ in one.points)
        assert skip.head is not None
        assert skip.head.to == "r"
    assert box_named(drawing, "h/0/add").kind == "join"
    check_boxes(drawing)
    check_edges(drawing)


def test_fan_out_and_fan_in_take_ports_in_order(block: Hierarchy) -> None:
    drawing = layout(block, frozenset({"h", "h/0", "h/0/attn"}))

    fan = [edge_between(drawing, "h/0/attn/qkv", f"h/0/attn/{name}") for name in ("q", "k", "v")]
    assert len({edge.points[0][0] for edge in fan}) == 3
    starts = sorted(fan, key=lambda edge: edge.points[0][0])
    assert starts == sorted(fan, key=lambda edge: edge.points[-1][0])
    into = [edge.points[-1][0] for edge in drawing.edges if edge.target == "h/0/attn/scores"]
    assert max(into) - min(into) == pytest.approx(26)
    check_boxes(drawing)
    check_edges(drawing)


def test_everything_open_overlaps_nowhere(iris: Hierarchy, block: Hierarchy) -> None:
    for hierarchy in (iris, block):
        drawing = layout(hierarchy, all_scopes(hierarchy))

        check_boxes(drawing)
        check_edges(drawing)


def test_layout_is_the_same_each_time(block: Hierarchy) -> None:
    opened = all_scopes(block)

    assert layout(block, opened) == layout(block, opened)


def test_unknown_and_hidden_open_ids_do_nothing(iris: Hierarchy, block: Hierarchy) -> None:
    assert layout(iris, frozenset({"gone", "features", "dense_0/relu"})) == layout(iris, CLOSED)
    assert layout(block, frozenset({"h/0/attn"})).boxes == layout(block, CLOSED).boxes


def test_cycle_is_drawn_with_an_edge_that_runs_upwards(make_hierarchy: MakeHierarchy) -> None:
    hierarchy = make_hierarchy(("x", "Placeholder", []), ("a/y", "Merge", ["x", "b/z"]), ("b/z", "Add", ["a/y"]))

    drawing = layout(hierarchy, CLOSED)

    back = edge_between(drawing, "b", "a")
    assert back.points[-1][1] < back.points[0][1]
    assert min(y for _, y in back.points) >= 0
    check_boxes(drawing)
    check_edges(drawing)


def test_long_row_is_folded_to_ten_and_the_rest(make_hierarchy: MakeHierarchy) -> None:
    branches = [(f"branch{i}", "Relu", ["x"]) for i in range(40)]
    names = [name for name, _, _ in branches]
    hierarchy = make_hierarchy(("x", "Placeholder", []), *branches, ("sum", "AddN", names))

    drawing = layout(hierarchy, CLOSED)

    more = next(box for box in drawing.boxes if box.kind == "more")
    assert (more.name, more.count) == ("+30 more", 30)
    assert len(drawing.boxes) == 2 + 11
    check_boxes(drawing)
    check_edges(drawing)
    folded = {hierarchy.items[index].id for index in more.members}
    assert folded == set(names) - {box.id for box in drawing.boxes}


def test_long_row_shows_the_node_to_be_kept(make_hierarchy: MakeHierarchy) -> None:
    branches = [(f"branch{i}", "Relu", ["x"]) for i in range(40)]
    names = [name for name, _, _ in branches]
    loose = [(f"init{i}", "NoOp", []) for i in range(30)]
    constants = [(f"size{i}", "Const", []) for i in range(8)]
    hierarchy = make_hierarchy(
        ("x", "Placeholder", []), *branches, *loose, *constants, ("sum", "AddN", [*names, *(c[0] for c in constants)])
    )

    for keep in ("branch37", "init29", "size7"):
        drawing = layout(hierarchy, CLOSED, keep=keep)
        assert box_named(drawing, keep)
        assert len(drawing.boxes) <= len(layout(hierarchy, CLOSED).boxes) + 1
        check_boxes(drawing)
        check_edges(drawing)


def test_source_that_many_read_is_set_beside_each_reader(make_hierarchy: MakeHierarchy) -> None:
    chain = [(f"op_{i}", "Mul", [f"op_{i - 1}" if i else "x", "rate"]) for i in range(9)]
    hierarchy = make_hierarchy(("x", "Placeholder", []), ("rate", "Const", []), *chain)

    drawing = layout(hierarchy, CLOSED)

    copies = [box for box in drawing.boxes if box.name == "rate"]
    assert len(copies) == 9
    assert {(box.kind, box.count) for box in copies} == {("aux", 9)}
    check_boxes(drawing)
    check_edges(drawing)


def test_loose_nodes_stand_aside_and_are_folded(make_hierarchy: MakeHierarchy) -> None:
    loose = [(f"init_{i}", "NoOp", []) for i in range(30)]
    hierarchy = make_hierarchy(("x", "Placeholder", []), ("y", "Relu", ["x"]), *loose)

    drawing = layout(hierarchy, CLOSED)

    aside = [box for box in drawing.boxes if box.name not in ("x", "y")]
    assert len(aside) == 11
    assert all(box.x > 62 for box in aside)
    check_boxes(drawing)


def test_too_much_to_draw_closes_the_fullest_group_without_the_selection(make_hierarchy: MakeHierarchy) -> None:
    nodes = [
        (f"{scope}/op_{i}", "Mul", [f"{scope}/op_{i - 1}"] if i else [])
        for scope, size in (("a", 250), ("b", 240), ("c", 100))
        for i in range(size)
    ]
    hierarchy = make_hierarchy(*nodes)

    drawing = layout(hierarchy, frozenset("abc"), keep="a/op_3")

    assert drawing.closed == ("b",)
    assert len(drawing.boxes) <= 400
    assert box_named(drawing, "a").kind == "group"


def test_graph_without_nodes_is_an_empty_drawing(make_hierarchy: MakeHierarchy) -> None:
    drawing = layout(make_hierarchy(), CLOSED)

    assert (drawing.boxes, drawing.edges) == ((), ())


NAMES = st.sampled_from(["a", "b", "c", "s/a", "s/b", "s/t/a", "s/t/b", "u/a", "u/b", "s", "u/v/w"])
OPS = st.sampled_from(["Add", "Mul", "Relu", "Placeholder", "Const", "Reshape", "VariableV2", "Softmax", "NoOp"])
INPUTS = st.builds(lambda name, form: form.format(name), NAMES, st.sampled_from(["{}", "{}:1", "^{}"]))


@settings(max_examples=150)
@given(
    st.lists(
        st.builds(lambda n, op, i: NodeDef(name=n, op=op, input=i), NAMES, OPS, st.lists(INPUTS, max_size=3)),
        max_size=14,
    )
)
def test_any_graph_is_laid_out_without_overlap(nodes: list[NodeDef]) -> None:
    hierarchy = build_hierarchy(read_graph(GraphDef(node=nodes)))

    for opened in (CLOSED, all_scopes(hierarchy)):
        drawing = layout(hierarchy, opened)
        check_boxes(drawing)
        check_edges(drawing)


def test_layout_that_takes_too_long_shows_the_scopes_closed(block: Hierarchy) -> None:
    drawing = layout(block, all_scopes(block), max_secs=-1.0)

    assert drawing.is_coarse
    assert drawing.boxes == layout(block, CLOSED).boxes
