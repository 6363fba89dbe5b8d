"""How each wire of a scope runs: straight, into a side, round a corner, over a track, or through a lane.

Routes know rows and x only; the y of rows and tracks follows from how many tracks each gap has to hold.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from dashboard.graph.elements import Wire
from dashboard.graph.grid import Grid, Lane, Track
from dashboard.graph.ranks import LEFT, RIGHT

PORT_STEP = 26
FAN_SHARE = 0.3
MIN_PORT = 10


@dataclass(slots=True)
class Route:
    """The course of one wire.

    Attributes:
        wire: The wire.
        shape: ``straight``, ``side``, ``corner``, ``elbow`` or ``lane``.
        enters: `LEFT` or `RIGHT` if it ends in a side of its target, 0 if in the top.
        x_out: Where it leaves the bottom of its source.
        x_in: Where it ends in the top of its target.
        is_tap: Whether it begins with a dot on the line below its source.
        from_border: Whether it begins at the border of the scope, in its lane.
        lane: Its lane.
        tracks: Its horizontal pieces, from source to target.
    """

    wire: Wire
    shape: str
    enters: int = 0
    x_out: float = 0.0
    x_in: float = 0.0
    is_tap: bool = False
    from_border: bool = False
    lane: Lane | None = None
    tracks: list[Track] = field(default_factory=list)


def find_routes(grid: Grid) -> list[Route]:
    """Finds a course for every wire, in the order of the wires."""
    planner = _Planner(grid)
    wires = grid.ranks.scene.wires
    order = sorted(range(len(wires)), key=lambda i: planner.urgency(wires[i]))
    routes = {index: planner.plan(wires[index], is_backward=index in grid.ranks.backward) for index in order}
    grid.settle_lanes([route.lane for route in routes.values() if route.lane])
    _set_ports(grid, routes.values())
    for route in routes.values():
        _add_tracks(grid, route)
    _order_fans(grid, routes.values())
    return [routes[index] for index in range(len(wires))]


class _Planner:
    """Chooses the shape of one wire after another; what is taken by one is not free for the next."""

    def __init__(self, grid: Grid) -> None:
        self._grid = grid
        self._rows = grid.ranks.rows
        self._elements = grid.ranks.scene.elements
        self._on_spine = set(grid.ranks.spine)
        self._used_sides: set[tuple[int, int]] = set()
        self._line_below: dict[int, Wire] = {}

    def urgency(self, wire: Wire) -> tuple[bool, bool, int]:
        """Spine first, then what stands beside its reader, then the shorter."""
        both = wire.source in self._on_spine and wire.target in self._on_spine
        return (not both, wire.source not in self._grid.ranks.asides, abs(self._span(wire)))

    def plan(self, wire: Wire, *, is_backward: bool) -> Route:
        route = None
        if not is_backward:
            finders = (self._find_straight, self._find_side, self._find_corner, self._find_elbow)
            route = next((found for find in finders if (found := find(wire))), None)
        if route is None:
            route = self._make_lane(wire, is_backward=is_backward or self._span(wire) < 1)
        if route.enters:
            self._used_sides.add((wire.target, route.enters))
        return route

    def _span(self, wire: Wire) -> int:
        return self._rows[wire.target] - self._rows[wire.source]

    def _kind(self, index: int) -> str:
        return self._elements[index].kind

    def _between(self, wire: Wire) -> tuple[int, int]:
        return self._rows[wire.source] + 1, self._rows[wire.target] - 1

    def _find_straight(self, wire: Wire) -> Route | None:
        grid = self._grid
        x = grid.xs[wire.source]
        if self._kind(wire.source) == "entry":
            x = grid.xs[wire.target]
        elif self._kind(wire.target) != "exit" and x != grid.xs[wire.target]:
            return None
        if self._span(wire) < 1 or not grid.is_free(x, *self._between(wire), owner=wire.source):
            return None
        if self._kind(wire.source) != "entry" or x == 0:
            self._line_below.setdefault(wire.source, wire)
        self._take(x, wire, owner=wire.source)
        return Route(wire, "straight", x_out=x, x_in=x)

    def _take(self, x: float, wire: Wire, owner: int) -> None:
        first, last = self._between(wire)
        if first <= last:
            self._grid.verticals.append((x, first, last, owner))

    def _find_side(self, wire: Wire) -> Route | None:
        if self._span(wire) != 0 or not self._grid.is_next(wire.source, wire.target):
            return None
        side = RIGHT if self._grid.xs[wire.source] > self._grid.xs[wire.target] else LEFT
        return None if (wire.target, side) in self._used_sides else Route(wire, "side", enters=side)

    def _find_corner(self, wire: Wire) -> Route | None:
        """Down from the source and across into a side: for joins, and for what comes from further up."""
        grid, source, target = self._grid, wire.source, wire.target
        if {self._kind(source), self._kind(target)} & {"entry", "exit"} or source in self._on_spine:
            return None
        if self._span(wire) < 1 or (self._span(wire) == 1 and self._kind(target) != "join"):
            return None
        x, size = grid.xs[source], grid.sizes[target]
        side = RIGHT if x > grid.xs[target] else LEFT
        reach = abs(x - grid.xs[target]) - (size.right if side == RIGHT else size.left)
        is_usable = reach >= 16 and grid.is_open(target, side) and (target, side) not in self._used_sides
        if not is_usable or not grid.is_free(x, *self._between(wire), owner=source):
            return None
        self._take(x, wire, owner=source)
        return Route(wire, "corner", enters=side, x_out=x)

    def _find_elbow(self, wire: Wire) -> Route | None:
        """Over one track: above the target if the source's x is free down to there, else under the source."""
        grid, source, target = self._grid, wire.source, wire.target
        if self._span(wire) < 1 or {self._kind(source), self._kind(target)} & {"entry", "exit"}:
            return None
        gap = self._rows[target]
        if self._span(wire) > 1:
            is_above_target = source not in self._on_spine and grid.is_free(
                grid.xs[source], *self._between(wire), owner=source
            )
            if is_above_target:
                self._take(grid.xs[source], wire, owner=source)
            elif grid.is_free(grid.xs[target], *self._between(wire), owner=target):
                gap = self._rows[source] + 1
                self._take(grid.xs[target], wire, owner=target)
            else:
                return None
        route = Route(wire, "elbow", x_out=grid.xs[source], x_in=grid.xs[target])
        route.tracks.append(Track(gap, 0, 0, (1, 0), ("wire", source, target), "turn"))
        is_aside = self._kind(target) == "aux" or target in grid.ranks.metrics
        if is_aside and self._shares_line(wire):
            route.is_tap = True
            route.tracks[0].manner = "tap"
            route.tracks[0].bus = ("tap", source)
        return route

    def _shares_line(self, wire: Wire) -> bool:
        line = self._line_below.get(wire.source)
        return line is not None and bool(line.origins & wire.origins)

    def _make_lane(self, wire: Wire, *, is_backward: bool) -> Route:
        """A residual runs at the left, everything else that finds no way at the right."""
        rows, target = self._rows, wire.target
        is_residual = not is_backward and wire.source in self._on_spine and self._kind(target) == "join"
        wanted = LEFT if is_residual else RIGHT
        enters = 0
        if not is_backward and self._kind(target) != "exit":
            for side in (wanted, -wanted) if self._kind(target) == "join" else (wanted,):
                if self._grid.is_open(target, side) and (target, side) not in self._used_sides:
                    enters = wanted = side
                    break
        low, high = sorted((rows[wire.source], rows[target]))
        clear = (low, high) if is_backward else (low + 1, high if enters else high - 1)
        is_tap = self._shares_line(wire)
        lane = Lane(wanted, *clear, (low + 0.5, high - (0 if enters else 0.4)), self._bus(wire, is_tap=is_tap))
        route = Route(wire, "lane", enters=enters, lane=lane, is_tap=is_tap, x_out=self._grid.xs[wire.source])
        route.from_border = self._kind(wire.source) == "entry" and not is_tap
        route.x_in = self._grid.xs[target]
        return route

    def _bus(self, wire: Wire, *, is_tap: bool) -> object:
        """Lanes of one value run together, and so do all that pass the border of the scope."""
        if self._kind(wire.source) == "entry" and not is_tap:
            return "entering"
        if self._kind(wire.target) == "exit":
            return "leaving"
        return wire.origins


def _set_ports(grid: Grid, routes: Iterable[Route]) -> None:
    """Spreads what enters the top of a box, 26 apart in the order of where it comes from, and what leaves a box."""
    into: dict[int, list[Route]] = defaultdict(list)
    straight_into, lines_below = set(), set()
    for route in routes:
        if route.shape == "straight":
            straight_into.add(route.wire.target)
            lines_below.add(route.wire.source)
        elif route.shape == "elbow" and route.tracks[0].gap != grid.ranks.rows[route.wire.target]:
            straight_into.add(route.wire.target)  # it comes down a channel of the target's own x
        elif route.shape in ("elbow", "lane") and not route.enters:
            into[route.wire.target].append(route)
    for target, held in into.items():
        kind = grid.ranks.scene.elements[target].kind
        if kind not in ("join", "exit"):
            _spread(grid, target, held, has_centre=target in straight_into)
    for route in routes:
        if route.shape == "elbow" and not route.is_tap:
            route.x_out += _out_port(grid, route, has_line=route.wire.source in lines_below)


def _spread(grid: Grid, target: int, held: list[Route], *, has_centre: bool) -> None:
    x = grid.xs[target]

    def comes_from(route: Route) -> float:
        return route.lane.x if route.lane else grid.xs[route.wire.source]

    held.sort(key=comes_from)
    if has_centre:
        left = [route for route in held if comes_from(route) < x]
        right = [route for route in held if comes_from(route) >= x]
        places = [*range(-len(left), 0), *range(1, len(right) + 1)]
    else:
        places = [i - (len(held) - 1) / 2 for i in range(len(held))]
    size = grid.sizes[target]
    room = min(size.left, size.right) - 12
    step = min(PORT_STEP, room / max(1, *(abs(place) for place in places)))
    for route, place in zip(held, places, strict=True):
        route.x_in = x + place * step


def _out_port(grid: Grid, route: Route, *, has_line: bool) -> float:
    source = route.wire.source
    if grid.ranks.scene.elements[source].kind == "join" or route.tracks[0].gap != grid.ranks.rows[source] + 1:
        return 0.0
    size = grid.sizes[source]
    offset = route.x_in - grid.xs[source]
    room = min(size.left, size.right) - 14
    port = max(-room, min(room, FAN_SHARE * offset))
    if has_line and abs(port) < MIN_PORT:
        port = MIN_PORT if offset >= 0 else -MIN_PORT
    return port


def _add_tracks(grid: Grid, route: Route) -> None:
    """Makes the horizontal pieces, now that ports and lanes have their x."""
    rows = grid.ranks.rows
    if route.shape == "elbow":
        track = route.tracks[0]
        track.x0, track.x1 = sorted((route.x_out, route.x_in))
    if route.lane is None:
        return
    wire, lane = route.wire, route.lane
    if not route.from_border:
        manner = "skip" if route.is_tap else "turn"
        bus = ("tap", wire.source, lane.side) if route.is_tap else ("wire", wire.source, wire.target)
        route.tracks.append(_track(rows[wire.source] + 1, route.x_out, lane.x, (3, 0.0), bus, manner))
    if not route.enters and grid.ranks.scene.elements[wire.target].kind != "exit":
        bus = ("into", wire.source, wire.target)
        route.tracks.append(_track(rows[wire.target], lane.x, route.x_in, (2, abs(lane.x - route.x_in)), bus, "turn"))


def _track(gap: int, x0: float, x1: float, order: tuple[int, float], bus: object, manner: str) -> Track:
    return Track(gap, min(x0, x1), max(x0, x1), order, bus, manner)


def _order_fans(grid: Grid, routes: Iterable[Route]) -> None:
    """Of what one box fans out, the furthest lies on top; of what fans into one, the furthest lies below."""
    num_out: dict[tuple[int, int], int] = defaultdict(int)
    elbows = [route for route in routes if route.shape == "elbow"]
    for route in elbows:
        num_out[route.wire.source, route.tracks[0].gap] += 1
    for route in elbows:
        track = route.tracks[0]
        length = track.x1 - track.x0
        starts_here = track.gap == grid.ranks.rows[route.wire.source] + 1
        if track.manner == "tap":
            track.order = (0, -length)
        elif starts_here and num_out[route.wire.source, track.gap] > 1:
            track.order = (1, -length)
        else:
            track.order = (2, length)
