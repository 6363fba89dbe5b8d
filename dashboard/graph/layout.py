"""The layout: which scopes are open → placed boxes and paths. A pure function.

An open scope is laid out first and then acts as one box, so that opening it moves nothing but what stands
below or beside it. The spine of a group is that of the scope around it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from dashboard.graph.columns import Size, place
from dashboard.graph.components import fold_loose, split_scene
from dashboard.graph.drawing import Box, Drawing, Edge
from dashboard.graph.elements import Element, Scene, Wire, build_scene
from dashboard.graph.grid import Grid
from dashboard.graph.hierarchy import Hierarchy
from dashboard.graph.limits import MAX_EDGES, close_beyond_limit, find_drawn, find_fullest, find_visible
from dashboard.graph.parts import Part, set_beside
from dashboard.graph.paths import Course, Gaps, find_courses, stack_rows
from dashboard.graph.ranks import LEFT, RIGHT, rank
from dashboard.graph.routes import Route, find_routes
from dashboard.graph.stacks import find_scope, find_shown, find_twin
from dashboard.graph.widths import make_width

SIZES = {
    "module": (212, 50),
    "stack": (248, 76),
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
STACK_HEAD = 58
STACK_MIN_WIDTH = 400
FEW_ROWS = 8
MAX_SECS = 2.0


@dataclass(frozen=True)
class _Plan:
    """What is to be laid out.

    Attributes:
        hierarchy: The graph.
        open_ids: Ids of the open scopes.
        width_of: The thickness of an edge by its bytes.
        check: Called before each scope.
        shown: Which block each stack shows, by the index of the stack.
        kept: Items that no row folds away: what is selected, and what holds it.
    """

    hierarchy: Hierarchy
    open_ids: frozenset[str]
    width_of: Callable[[int], float]
    check: Callable[[], None]
    shown: Mapping[int, int] = field(default_factory=dict)
    kept: frozenset[int] = frozenset()


def layout(
    hierarchy: Hierarchy,
    open_ids: frozenset[str],
    keep: str = "",
    check: Callable[[], None] = lambda: None,
    blocks: Mapping[str, int] | None = None,
    max_secs: float = MAX_SECS,
) -> Drawing:
    """Lays out a graph with some scopes open.

    Args:
        hierarchy: The graph.
        open_ids: Ids of the open scopes; unknown ones and those inside of closed ones do nothing.
        keep: Id of the selected item, whose groups are the last to be closed when there is too much to draw, and
            which no long row folds away.
        check: Called between two scopes; what it raises ends the work.
        blocks: Which block a stack shows, by the id of the stack; the first that holds `keep` or something open
            where nothing is said.
        max_secs: What takes more computing time is drawn with all scopes closed.

    Returns:
        The drawing, of no more boxes and edges than `limits` says: beyond, the group with the most
        children closes first.
    """
    width_of = make_width(hierarchy.byte_range)
    shown = find_shown(hierarchy, blocks or {}, (keep, *sorted(open_ids)))
    drawn = find_drawn(hierarchy, open_ids, shown)
    open_ids, closed = close_beyond_limit(hierarchy, frozenset(drawn.values()), keep, shown)
    plan = _Plan(hierarchy, open_ids, width_of, check, shown, _find_kept(hierarchy, keep, shown))
    is_coarse = False
    try:
        part = _lay_fluid(replace(plan, check=_until(max_secs, check)), keep, closed)
    except _TooSlowError:
        is_coarse = True
        part = _lay_scope(replace(plan, open_ids=frozenset()), 0, 0)
    edges = sorted(part.edges, key=lambda edge: -edge.num_bytes)[:MAX_EDGES]
    kept = set(map(id, edges))
    return Drawing(
        boxes=part.boxes,
        edges=tuple(edge for edge in part.edges if id(edge) in kept),
        left=part.left,
        right=part.right,
        height=part.height,
        closed=() if is_coarse else tuple(closed),
        is_coarse=is_coarse,
        twins={asked: twin for asked, twin in sorted(drawn.items()) if asked != twin},
        shown=shown,
    )


def _find_kept(hierarchy: Hierarchy, keep: str, shown: Mapping[int, int]) -> frozenset[int]:
    index = hierarchy.index_by_id.get(keep, 0)
    if not index:
        return frozenset()
    twin = find_twin(hierarchy, index, shown)
    return frozenset((twin, *hierarchy.ancestors(twin)))


def _lay_fluid(plan: _Plan, keep: str, closed: list[str]) -> Part:
    """Lays out a graph, closing the fullest groups until there are few enough edges; adds them to `closed`."""
    while True:
        part = _lay_scope(plan, 0, 0)
        fullest = find_fullest(plan.hierarchy, plan.open_ids, keep)
        if len(part.edges) <= MAX_EDGES or fullest is None:
            return part
        plan = replace(plan, open_ids=find_visible(plan.hierarchy, plan.open_ids - {fullest}))
        closed.append(fullest)


class _TooSlowError(Exception):
    """A layout takes longer than it may."""


def _until(max_secs: float, check: Callable[[], None]) -> Callable[[], None]:
    """The check, which fails besides when this thread has computed for so long."""
    end = time.thread_time() + max_secs

    def check_time() -> None:
        check()
        if time.thread_time() > end:
            raise _TooSlowError

    return check_time


def _lay_scope(plan: _Plan, opened: int, level: int) -> Part:
    plan.check()
    scope = find_scope(plan.hierarchy, opened, plan.shown)
    scene = build_scene(plan.hierarchy, scope, plan.open_ids, plan.kept)
    if not scene.elements:
        return Part((), (), 0, 0, GROUP_FIRST_GAP)
    inner = {element.id: _lay_group(plan, element, level) for element in scene.elements if element.kind == "group"}
    main, rest = split_scene(fold_loose(scene, plan.kept))
    parent = plan.hierarchy.items[opened].id
    part = _lay_connected(plan, main, inner, parent, level)
    if scope and not _has_border(main.elements):
        part = replace(part.moved(0, GROUP_FIRST_GAP), height=part.height + GROUP_FIRST_GAP + GROUP_LAST_GAP)
    beside = [_lay_connected(plan, scene, inner, parent, level) for scene in rest]
    return set_beside(part, beside, top=GROUP_FIRST_GAP if scope else 0, parent=parent)


def _lay_group(plan: _Plan, element: Element, level: int) -> Part:
    """An open module: its children under a head, padded."""
    part = _lay_scope(plan, element.item, level + 1)
    left, right = part.left + GROUP_PADDING, part.right + GROUP_PADDING
    is_stack = element.item in plan.hierarchy.stacks
    missing = max(0.0, (STACK_MIN_WIDTH if is_stack else GROUP_MIN_WIDTH) - left - right) / 2
    head = STACK_HEAD if is_stack else GROUP_HEAD
    moved = part.moved(0, head)
    return replace(moved, left=left + missing, right=right + missing, height=part.height + head)


def _lay_connected(plan: _Plan, scene: Scene, inner: dict[str, Part], parent: str, level: int) -> Part:
    ranks = rank(scene, plan.hierarchy, plan.kept)
    elements = ranks.scene.elements
    sizes = [_size(element, inner) for element in elements]
    grid = Grid(ranks, place(ranks, sizes), sizes)
    routes = find_routes(grid)
    rows = stack_rows(grid, routes, _gaps(grid, elements, level))
    courses = find_courses(grid, routes, rows, plan.width_of, plan.hierarchy.dtype)
    boxes: list[Box] = []
    edges = [_make_edge(elements, course, parent, level) for course in courses]
    for index, element in enumerate(elements):
        if element.kind not in ("entry", "exit"):
            boxes.append(_make_box(element, sizes[index], (grid.xs[index], rows.tops[index]), parent, level))
        if element.id in inner:
            moved = inner[element.id].moved(grid.xs[index], rows.tops[index])
            boxes += moved.boxes
            edges += moved.edges
    left, right = (max(grid.extent(side, 0, grid.num_rows), _lane_reach(routes, side)) for side in (LEFT, RIGHT))
    return Part(tuple(boxes), tuple(edges), left, right, rows.height)


def _lane_reach(routes: Sequence[Route], side: int) -> float:
    """How far the lanes of one side lie from the spine, with half of their width."""
    return max((route.lane.x * side + 2 for route in routes if route.lane and route.lane.side == side), default=0.0)


def _make_box(element: Element, size: Size, place: tuple[float, float], parent: str, level: int) -> Box:
    x, y = place
    return Box(
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
        members=element.members,
    )


def _size(element: Element, inner: dict[str, Part]) -> Size:
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
    border = GROUP_FIRST_GAP if is_inside and _has_border(elements) else 0
    return Gaps(between, border, GROUP_LAST_GAP if border else 0)


def _has_border(elements: tuple[Element, ...]) -> bool:
    """Whether edges pass the border of the scope, which then keeps its distance."""
    return any(element.kind in ("entry", "exit") for element in elements)


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
