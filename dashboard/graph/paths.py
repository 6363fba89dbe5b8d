"""From routes to points: the y of rows and tracks, corners, arrow heads, labels."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from dashboard.graph.columns import CHAR_WIDTH
from dashboard.graph.drawing import Head, Label
from dashboard.graph.grid import Grid, Track, settle_tracks, track_offset
from dashboard.graph.ranks import LEFT, RIGHT
from dashboard.graph.routes import Route

TIP_GAP = 2
LABEL_GAP = 7
LABEL_HEIGHT = 11
LABEL_SLACK = 16
LINE_CLEARANCE = 4


@dataclass(frozen=True)
class Gaps:
    """Heights of the gaps of a scope before they make room for tracks, in px."""

    between: float
    first: float
    last: float


@dataclass(frozen=True)
class Course:
    """A route with its points; see `drawing.Edge`."""

    route: Route
    points: tuple[tuple[float, float], ...]
    radius: float
    width: float
    head: Head | None
    dot: tuple[float, float] | None
    label: Label | None = None


@dataclass(frozen=True)
class Rows:
    """The y of everything in a scope, from its upper border.

    Attributes:
        tops: Top of each element.
        height: To the lower border.
        track_ys: y of each track, by its identity.
    """

    tops: tuple[float, ...]
    height: float
    track_ys: dict[int, float]


def stack_rows(grid: Grid, routes: Sequence[Route], gaps: Gaps) -> Rows:
    """Sets rows and tracks below each other. Elements of a row are centred on one line."""
    by_gap: dict[int, list[Track]] = defaultdict(list)
    for route in routes:
        for track in route.tracks:
            by_gap[track.gap].append(track)
    tops = [0.0] * len(grid.sizes)
    track_ys: dict[int, float] = {}
    y = 0.0
    for row in range(grid.num_rows + 1):
        base = gaps.first if row == 0 else gaps.last if row == grid.num_rows else gaps.between
        height = settle_tracks(by_gap[row], base)
        for track in by_gap[row]:
            track_ys[id(track)] = y + track_offset(track, by_gap[row], height)
        y += height
        members = grid.members.get(row, [])
        tallest = max((grid.sizes[index].height for index in members), default=0.0)
        for index in members:
            tops[index] = y + (tallest - grid.sizes[index].height) / 2
        y += tallest
    return Rows(tuple(tops), y, track_ys)


def head_length(width: float) -> float:
    """Length of the arrow head of an edge, in px."""
    return 5 + 0.95 * width


def find_courses(
    grid: Grid, routes: Sequence[Route], rows: Rows, width_of: Callable[[int], float], main_dtype: str
) -> list[Course]:
    """The points of every route, with labels where they touch nothing.

    Args:
        grid: The boxes.
        routes: From `find_routes`.
        rows: From `stack_rows`.
        width_of: Thickness of an edge by its bytes.
        main_dtype: The type that labels leave out.
    """
    courses = [_find_course(grid, route, rows, width_of(route.wire.num_bytes)) for route in routes]
    return _add_labels(grid, rows, courses, main_dtype)


def _find_course(grid: Grid, route: Route, rows: Rows, width: float) -> Course:
    wire = route.wire
    kinds = [grid.ranks.scene.elements[index].kind for index in (wire.source, wire.target)]
    bottom = 0.0 if kinds[0] == "entry" else rows.tops[wire.source] + grid.sizes[wire.source].height
    ys = [rows.track_ys[id(track)] for track in route.tracks]
    x = route.x_out
    points = [(x, bottom)]
    dot = None
    if route.is_tap:
        points = [(x, ys[0])]
        dot = x, ys[0]
    if route.lane and route.from_border:
        points = [(route.lane.x, 0.0)]
    elif route.lane:
        points += [(x, ys[0])] * (not route.is_tap) + [(route.lane.x, ys[0])]
    elif route.shape == "elbow":
        points += [(x, ys[0])] * (not route.is_tap) + [(route.x_in, ys[0])]
    points, head = _finish(grid, route, rows, points, ys, width)
    radius = 14.0 if route.lane else 7.0 if route.shape == "elbow" else 10.0
    return Course(route, tuple(points), radius, width, head, dot)


def _finish(
    grid: Grid, route: Route, rows: Rows, points: list[tuple[float, float]], ys: list[float], width: float
) -> tuple[list[tuple[float, float]], Head | None]:
    """Appends the way into the target: into a side, through the lower border, or into the top."""
    target = route.wire.target
    length = head_length(width) * 0.8
    if route.enters:
        size, middle = grid.sizes[target], rows.tops[target] + grid.sizes[target].height / 2
        reach = size.right if route.enters == RIGHT else -size.left
        tip = grid.xs[target] + reach + TIP_GAP * route.enters
        if route.shape == "side":
            source = route.wire.source
            outer = grid.sizes[source].left if route.enters == RIGHT else -grid.sizes[source].right
            points = [(grid.xs[source] - outer, middle)]
        else:
            points.append((points[-1][0], middle))
        points.append((tip + length * route.enters, middle))
        return points, Head(tip, middle, "l" if route.enters == RIGHT else "r")
    if grid.ranks.scene.elements[target].kind == "exit":
        return [*points, (points[-1][0], rows.height)], None
    if route.lane:
        points += [(route.lane.x, ys[-1]), (route.x_in, ys[-1])]
    tip = rows.tops[target] - TIP_GAP
    return [*points, (points[-1][0], tip - length)], Head(points[-1][0], tip, "d")


def _add_labels(grid: Grid, rows: Rows, courses: list[Course], main_dtype: str) -> list[Course]:
    """Writes the shape on one edge of each fan, where it touches neither a box nor another edge."""
    blocked = [
        (
            grid.xs[i] - grid.sizes[i].left,
            rows.tops[i],
            grid.xs[i] + grid.sizes[i].right,
            rows.tops[i] + grid.sizes[i].height,
        )
        for held in grid.members.values()
        for i in held
    ]
    lines = [_span(*segment) for course in courses for segment in pairwise(course.points)]
    written: set[tuple[str, int, str]] = set()
    reach = (-grid.extent(LEFT, 0, grid.num_rows), grid.extent(RIGHT, 0, grid.num_rows))
    result = []
    for course in courses:
        wire = course.route.wire
        text = _label_text(grid, course.route, main_dtype)
        fans = {("from", wire.source, text)}
        if course.route.shape == "elbow":
            fans.add(("into", wire.target, text))
        label = None
        if text and not fans & written:
            around = [*blocked, *lines]
            places = (place for place in _label_places(course, text) if _is_within(place, reach))
            label = next((place for place in places if not _touches(place, around)), None)
        if label:
            written |= fans
            blocked.append(_label_box(label))
        result.append(Course(course.route, course.points, course.radius, course.width, course.head, course.dot, label))
    return result


def _label_text(grid: Grid, route: Route, main_dtype: str) -> str:
    """What to write on an edge; nothing on a branch of one that is labelled, nor where edges pass a border."""
    kinds = {grid.ranks.scene.elements[index].kind for index in (route.wire.source, route.wire.target)}
    if route.is_tap or route.lane or kinds & {"entry", "exit"}:
        return ""
    if route.wire.num_tensors > 1:
        return f"{route.wire.num_tensors} tensors"
    label, dtype = route.wire.tensor.label, route.wire.tensor.dtype
    if label in ("", "scalar"):
        return ""
    is_plain = dtype in ("", main_dtype) or route.shape == "side"
    return label if is_plain else f"{label} {dtype}"


def _label_places(course: Course, text: str) -> list[Label]:
    first, second = course.points[0], course.points[1]
    aside = course.width / 2 + LABEL_GAP
    if course.route.shape == "side":
        tip = course.head.x if course.head else second[0]
        return [Label(text, (first[0] + tip) / 2 + 2, first[1] - 7, "middle")]
    if course.route.shape == "corner":
        return [Label(text, first[0] + aside + 1, first[1] + 17, "start")]
    if course.route.shape == "elbow":
        first, second = course.points[-2], course.points[-1]
    tip = course.head.y if course.head else second[1]
    if tip - first[1] < 16:
        return []
    y = (first[1] + tip) / 2 + 3
    return [Label(text, first[0] + aside, y, "start"), Label(text, first[0] - aside, y, "end")]


def _label_box(label: Label) -> tuple[float, float, float, float]:
    width = len(label.text) * CHAR_WIDTH
    left = {"start": label.x, "end": label.x - width, "middle": label.x - width / 2}[label.anchor]
    return left, label.y - LABEL_HEIGHT + 2, left + width, label.y + 2


def _is_within(label: Label, reach: tuple[float, float]) -> bool:
    """Whether a label stays between the outermost boxes, with some room for the longest shapes."""
    left, _, right, _ = _label_box(label)
    return left > reach[0] - LABEL_SLACK and right < reach[1] + LABEL_SLACK


def _touches(label: Label, boxes: Sequence[tuple[float, float, float, float]]) -> bool:
    left, top, right, bottom = _label_box(label)
    return any(left < box[2] and box[0] < right and top < box[3] and box[1] < bottom for box in boxes)


def _span(a: tuple[float, float], b: tuple[float, float]) -> tuple[float, float, float, float]:
    (left, right), (top, bottom) = sorted((a[0], b[0])), sorted((a[1], b[1]))
    return left - LINE_CLEARANCE, top - LINE_CLEARANCE, right + LINE_CLEARANCE, bottom + LINE_CLEARANCE
