"""The layout: which scopes are open → placed boxes and paths. A pure function.

An open scope is laid out first and then acts as one box, so that opening it moves nothing but what stands
below or beside it. The spine of a group is that of the scope around it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise

from dashboard.graph.columns import Size, place
from dashboard.graph.drawing import Box, Drawing, Edge, Head, Label
from dashboard.graph.elements import Element, Scene, Wire, build_scene, drop_elements, merge_elements
from dashboard.graph.grid import Grid
from dashboard.graph.hierarchy import Hierarchy
from dashboard.graph.paths import Course, Gaps, find_courses, stack_rows
from dashboard.graph.ranks import rank
from dashboard.graph.routes import find_routes
from dashboard.graph.widths import make_width

MAX_BOXES = 400
MAX_EDGES = 600

SIZES = {
    "module": (212, 50),
    "op": (148, 30),
    "join": (24, 24),
    "input": (124, 28),
    "output": (124, 28),
    "aux": (104, 24),
    "more": (104, 24),
    "entry": (0, 0),
    "exit": (0, 0),
}
SHORT_OP = (62, 30)
GROUP_PADDING = 18
GROUP_HEAD = 34
GROUP_FIRST_GAP = 22
GROUP_LAST_GAP = 22
GROUP_MIN_WIDTH = 200
GROUP_LANE = 34
FEW_ROWS = 8
LOOSE_GAP = 60
MAX_LOOSE = 12


@dataclass(frozen=True)
class _Part:
    """A laid out scope: boxes and edges around its own spine (x = 0) and upper border (y = 0)."""

    boxes: tuple[Box, ...]
    edges: tuple[Edge, ...]
    left: float
    right: float
    height: float

    def moved(self, dx: float, dy: float) -> _Part:
        return replace(
            self,
            boxes=tuple(replace(box, x=box.x + dx, y=box.y + dy, spine=box.spine + dx) for box in self.boxes),
            edges=tuple(_move_edge(edge, dx, dy) for edge in self.edges),
        )


def _move_edge(edge: Edge, dx: float, dy: float) -> Edge:
    head, dot, label = edge.head, edge.dot, edge.label
    return replace(
        edge,
        points=tuple((x + dx, y + dy) for x, y in edge.points),
        head=head and Head(head.x + dx, head.y + dy, head.to),
        dot=dot and (dot[0] + dx, dot[1] + dy),
        label=label and Label(label.text, label.x + dx, label.y + dy, label.anchor),
    )


def layout(hierarchy: Hierarchy, open_ids: frozenset[str], keep: str = "") -> Drawing:
    """Lays out a graph with some scopes open.

    Args:
        hierarchy: The graph.
        open_ids: Ids of the open scopes; unknown ones and those inside of closed ones do nothing.
        keep: Id of the selected item, whose groups are the last to be closed when there is too much to draw.

    Returns:
        The drawing, of at most `MAX_BOXES` boxes and `MAX_EDGES` edges: beyond, the group with the most
        children closes first.
    """
    width_of = make_width(hierarchy.byte_range)
    open_ids, closed = _within_limit(hierarchy, open_ids, keep)
    while True:
        part = _lay_scope(hierarchy, 0, open_ids, width_of, 0)
        fullest = _fullest(hierarchy, open_ids, keep)
        if len(part.edges) <= MAX_EDGES or fullest is None:
            break
        open_ids -= {fullest}
        closed.append(fullest)
    edges = sorted(part.edges, key=lambda edge: -edge.num_bytes)[:MAX_EDGES]
    kept = set(map(id, edges))
    return Drawing(
        boxes=part.boxes,
        edges=tuple(edge for edge in part.edges if id(edge) in kept),
        left=part.left,
        right=part.right,
        height=part.height,
        closed=tuple(closed),
    )


def _within_limit(hierarchy: Hierarchy, open_ids: frozenset[str], keep: str) -> tuple[frozenset[str], list[str]]:
    """Closes the fullest groups until no more than `MAX_BOXES` boxes can be visible."""
    closed: list[str] = []
    open_ids = _visible(hierarchy, open_ids)
    while _count_boxes(hierarchy, open_ids) > MAX_BOXES:
        fullest = _fullest(hierarchy, open_ids, keep)
        if fullest is None:
            break
        closed.append(fullest)
        open_ids = _visible(hierarchy, open_ids - {fullest})
    return open_ids, closed


def _visible(hierarchy: Hierarchy, open_ids: frozenset[str]) -> frozenset[str]:
    """Those of the ids that name a scope all of whose outer scopes are open too."""
    found = set()
    for scope_id in open_ids:
        index = hierarchy.index_by_id.get(scope_id, 0)
        if index and hierarchy.items[index].children:
            outer = (hierarchy.items[ancestor].id for ancestor in hierarchy.ancestors(index))
            if all(ancestor in open_ids for ancestor in outer):
                found.add(scope_id)
    return frozenset(found)


def _count_boxes(hierarchy: Hierarchy, open_ids: frozenset[str]) -> int:
    opened = (hierarchy.items[hierarchy.index_by_id[scope_id]] for scope_id in open_ids)
    return len(hierarchy.items[0].children) + sum(len(item.children) for item in opened)


def _fullest(hierarchy: Hierarchy, open_ids: frozenset[str], keep: str) -> str | None:
    kept = {hierarchy.items[index].id for index in hierarchy.ancestors(hierarchy.index_by_id.get(keep, 0))} | {keep}

    def merit(scope_id: str) -> tuple[bool, int, str]:
        return scope_id not in kept, len(hierarchy.items[hierarchy.index_by_id[scope_id]].children), scope_id

    return max(open_ids, key=merit, default=None)


def _lay_scope(
    hierarchy: Hierarchy, scope: int, open_ids: frozenset[str], width_of: Callable[[int], float], level: int
) -> _Part:
    scene = build_scene(hierarchy, scope, open_ids)
    if not scene.elements:
        return _Part((), (), 0, 0, GROUP_FIRST_GAP)
    inner = {
        element.id: _lay_group(hierarchy, element, open_ids, width_of, level)
        for element in scene.elements
        if element.kind == "group"
    }
    main, rest = _split(_fold_loose(scene))
    parent = hierarchy.items[scope].id
    part = _lay_connected(hierarchy, main, inner, width_of, parent, level)
    beside = [_lay_connected(hierarchy, scene, inner, width_of, parent, level) for scene in rest]
    return _set_beside(part, beside, top=GROUP_FIRST_GAP if scope else 0, parent=parent)


def _lay_group(
    hierarchy: Hierarchy, element: Element, open_ids: frozenset[str], width_of: Callable[[int], float], level: int
) -> _Part:
    """An open module: its children under a head, padded; a lane needs less padding at its side."""
    part = _lay_scope(hierarchy, element.item, open_ids, width_of, level + 1)
    left, right = part.left + GROUP_PADDING, part.right + GROUP_PADDING
    missing = max(0.0, GROUP_MIN_WIDTH - left - right) / 2
    moved = part.moved(0, GROUP_HEAD)
    return replace(moved, left=left + missing, right=right + missing, height=part.height + GROUP_HEAD)


def _fold_loose(scene: Scene) -> Scene:
    """Folds what has no wires when there is much of it."""
    wired = {index for wire in scene.wires for index in (wire.source, wire.target)}
    loose = [i for i, element in enumerate(scene.elements) if i not in wired and element.kind != "group"]
    if len(loose) <= MAX_LOOSE:
        return scene
    folded = loose[MAX_LOOSE - 2 :]
    first = scene.elements[folded[0]]
    into = Element(f"{first.id}+{len(folded)}", "more", 0, f"+{len(folded)} more", len(folded))
    return merge_elements(scene, folded, into)


def _split(scene: Scene) -> tuple[Scene, list[Scene]]:
    """The connected part to draw in the middle (with entry or exit, else the largest), and the others."""
    root = list(range(len(scene.elements)))

    def find(index: int) -> int:
        while root[index] != index:
            root[index] = root[root[index]]
            index = root[index]
        return index

    borders = [i for i, element in enumerate(scene.elements) if element.kind in ("entry", "exit")]
    joined = [(wire.source, wire.target) for wire in scene.wires] + list(pairwise(borders))
    for one, other in joined:
        root[find(one)] = find(other)
    held: dict[int, list[int]] = {}
    for index in range(len(scene.elements)):
        held.setdefault(find(index), []).append(index)

    def merit(members: list[int]) -> tuple[int, int, int]:
        num_borders = sum(scene.elements[i].kind in ("entry", "exit") for i in members)
        return num_borders, len(members), -members[0]

    groups = sorted(held.values(), key=merit, reverse=True)
    parts = [drop_elements(scene, set(range(len(scene.elements))) - set(members)) for members in groups]
    return parts[0], sorted(parts[1:], key=lambda part: -len(part.elements))


def _set_beside(part: _Part, others: list[_Part], top: float, parent: str) -> _Part:
    """Sets what is not connected to the main part to its right, in columns no taller than it."""
    limit = max(part.height, 400.0)
    x, y, column = part.right + LOOSE_GAP, top, 0.0
    boxes, edges, right, height = list(part.boxes), list(part.edges), part.right, part.height
    for other in others:
        if y > top and y + other.height > limit:
            x, y, column = x + column + LOOSE_GAP / 2, top, 0.0
        moved = other.moved(x + other.left, y)
        boxes += moved.boxes
        edges += moved.edges
        column = max(column, other.left + other.right)
        y += other.height + GROUP_FIRST_GAP
        right, height = max(right, x + column), max(height, y)
    if height > part.height:
        edges = [_lengthened(edge, part.height, height) if edge.target == parent else edge for edge in edges]
    return _Part(tuple(boxes), tuple(edges), part.left, right, height)


def _lengthened(edge: Edge, old: float, new: float) -> Edge:
    """An edge that ended at the lower border of a scope, led down to where the border is now."""
    x, y = edge.points[-1]
    return replace(edge, points=(*edge.points[:-1], (x, new))) if edge.head is None and y == old else edge


def _lay_connected(
    hierarchy: Hierarchy,
    scene: Scene,
    inner: dict[str, _Part],
    width_of: Callable[[int], float],
    parent: str,
    level: int,
) -> _Part:
    ranks = rank(scene, hierarchy)
    elements = ranks.scene.elements
    sizes = [_size(element, inner) for element in elements]
    grid = Grid(ranks, place(ranks, sizes), sizes)
    routes = find_routes(grid)
    rows = stack_rows(grid, routes, _gaps(grid, elements, level))
    courses = find_courses(grid, routes, rows, width_of, hierarchy.dtype)
    boxes: list[Box] = []
    edges = [_make_edge(elements, course, parent, level) for course in courses]
    for index, element in enumerate(elements):
        if element.kind in ("entry", "exit"):
            continue
        x, y, size = grid.xs[index], rows.tops[index], sizes[index]
        boxes.append(
            Box(
                id=element.id,
                item=element.item,
                kind=element.kind,
                name=element.name,
                parent=parent,
                level=level,
                x=x - size.left,
                y=y,
                width=size.width,
                height=size.height,
                spine=x,
                count=element.count,
            )
        )
        if element.id in inner:
            moved = inner[element.id].moved(x, y)
            boxes += moved.boxes
            edges += moved.edges
    lanes = [route.lane.x for route in routes if route.lane]
    reach = {side: max([0.0, *(x * side for x in lanes if x * side > 0)]) for side in (-1, 1)}
    last = grid.num_rows - 1
    return _Part(
        tuple(boxes),
        tuple(edges),
        max(grid.extent(-1, 0, last), reach[-1] + 2),
        max(grid.extent(1, 0, last), reach[1] + 2),
        rows.height,
    )


def _size(element: Element, inner: dict[str, _Part]) -> Size:
    if element.id in inner:
        part = inner[element.id]
        return Size(part.left, part.right, part.height)
    width, height = SIZES[element.kind]
    if element.kind == "op" and len(element.name) <= 2:
        width, height = SHORT_OP
    return Size(width / 2, width / 2, height)


def _gaps(grid: Grid, elements: tuple[Element, ...], level: int) -> Gaps:
    is_inside = level > 0
    between = 26 if is_inside else 46 if grid.num_rows < FEW_ROWS else 40
    has_border = any(element.kind in ("entry", "exit") for element in elements)
    border = GROUP_FIRST_GAP if is_inside and has_border else 0
    return Gaps(between, border, GROUP_LAST_GAP if border else 0)


def _make_edge(elements: tuple[Element, ...], course: Course, parent: str, level: int) -> Edge:
    wire = course.route.wire
    source, target = elements[wire.source], elements[wire.target]
    return Edge(
        source=parent if source.kind == "entry" else source.id,
        target=parent if target.kind == "exit" else target.id,
        points=course.points,
        radius=course.radius,
        width=course.width,
        num_bytes=wire.num_bytes,
        head=course.head,
        dot=course.dot,
        label=course.label,
        title=_title(wire),
        is_dashed="aux" in (source.kind, target.kind),
        level=level,
    )


def _title(wire: Wire) -> str:
    value = wire.tensor.text if wire.num_tensors == 1 else f"{wire.num_tensors} tensors"
    return " · ".join(part for part in (value, *wire.via) if part)
