"""The free room between the boxes of a scope: vertical channels, lanes at the sides, tracks in the gaps."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from dashboard.graph.columns import Size
from dashboard.graph.ranks import RIGHT, Ranks

CLEARANCE = 8
LANE_MARGIN = 32
LANE_STEP = 14
LANE_SNAP = 240
TRACK_STEP = 10
ABOVE_TRACKS = 14
BELOW_TRACKS = 19
TAP_ROOM = 16


@dataclass(slots=True)
class Track:
    """A horizontal piece of an edge in the gap above a row.

    Attributes:
        gap: Row below it; the gap below the last row is the number of rows.
        x0: Left end.
        x1: Right end.
        order: Where it wants to lie among the others, small above.
        bus: Tracks of one bus may lie on each other: they carry the same value.
        manner: ``tap`` just under the source, ``skip`` just above the next row, ``turn`` between.
        slot: Its line in the gap, from 0 at the top.
    """

    gap: int
    x0: float
    x1: float
    order: tuple[int, float]
    bus: object
    manner: str
    slot: int = 0


@dataclass(slots=True)
class Lane:
    """A vertical piece beside all boxes of the rows that it passes.

    Attributes:
        side: `LEFT` or `RIGHT`.
        first: First row whose boxes it must clear.
        last: Last such row.
        span: Half rows between which it runs, which decides whether two lanes meet.
        bus: Lanes of one bus may lie on each other.
        x: Set by `Grid.settle_lanes`.
    """

    side: int
    first: int
    last: int
    span: tuple[float, float]
    bus: object
    x: float = 0.0


@dataclass
class Grid:
    """The boxes of a scope by rows, and the channels taken so far.

    Attributes:
        ranks: Rows and spine.
        xs: x of each element.
        sizes: Extents of each element.
    """

    ranks: Ranks
    xs: Sequence[float]
    sizes: Sequence[Size]
    members: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    verticals: list[tuple[float, int, int, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        for index, row in enumerate(self.ranks.rows):
            if self.ranks.scene.elements[index].kind not in ("entry", "exit"):
                self.members[row].append(index)
        rows = [self.ranks.rows[index] for index in self.ranks.spine]
        self.spine_rows = (min(rows), max(rows))

    @property
    def num_rows(self) -> int:
        """Rows with elements."""
        return len(self.members)

    def extent(self, side: int, first: int, last: int) -> float:
        """How far the boxes of some rows reach to one side of the spine."""
        reach = [0.0]
        for row in range(first, last + 1):
            for index in self.members.get(row, ()):
                size = self.sizes[index]
                reach.append(self.xs[index] + size.right if side == RIGHT else size.left - self.xs[index])
        return max(reach)

    def is_free(self, x: float, first: int, last: int, owner: int, margin: float = CLEARANCE) -> bool:
        """Whether a vertical line of an element meets no box, and no line of another, in the rows `first` to `last`."""
        for row in range(first, last + 1):
            for index in self.members.get(row, ()):
                if (
                    self.xs[index] - self.sizes[index].left - margin
                    < x
                    < self.xs[index] + self.sizes[index].right + margin
                ):
                    return False
            if abs(x) < margin and owner not in self.ranks.spine and self.spine_rows[0] <= row <= self.spine_rows[1]:
                return False
        return not any(
            abs(x - taken) < CLEARANCE and first <= high and low <= last and owner != other
            for taken, low, high, other in self.verticals
        )

    def is_open(self, index: int, side: int) -> bool:
        """Whether nothing stands beside an element on one side of its row."""
        x = self.xs[index]
        return not any((self.xs[other] - x) * side > 0 for other in self.members[self.ranks.rows[index]])

    def is_next(self, index: int, other: int) -> bool:
        """Whether two elements stand in one row with nothing between them."""
        low, high = sorted((self.xs[index], self.xs[other]))
        row = self.members[self.ranks.rows[index]]
        return other in row and not any(low < self.xs[i] < high for i in row)

    def settle_lanes(self, lanes: Iterable[Lane]) -> None:
        """Gives each lane its x: outside of the boxes it passes, the shorter inside, none on another."""
        buses: dict[tuple[int, object], list[Lane]] = defaultdict(list)
        for lane in lanes:
            buses[lane.side, lane.bus].append(lane)
        for side in (-1, 1):
            trunks = [_Trunk(held) for (at, _), held in buses.items() if at == side]
            placed: list[_Trunk] = []
            for trunk in sorted(trunks, key=lambda t: t.high - t.low):
                trunk.x = max(self.extent(side, lane.first, lane.last) for lane in trunk.lanes) + LANE_MARGIN
                while any(trunk.meets(other) and abs(trunk.x - other.x) < LANE_STEP for other in placed):
                    trunk.x += LANE_STEP
                placed.append(trunk)
            _snap(placed)
            for trunk in placed:
                for lane in trunk.lanes:
                    lane.x = trunk.x * side


class _Trunk:
    """The lanes of one bus: they share their x."""

    def __init__(self, lanes: list[Lane]) -> None:
        self.lanes = lanes
        self.low = min(lane.span[0] for lane in lanes)
        self.high = max(lane.span[1] for lane in lanes)
        self.x = 0.0

    def meets(self, other: _Trunk) -> bool:
        return other is not self and self.low < other.high and other.low < self.high


def _snap(trunks: list[_Trunk]) -> None:
    """Moves trunks onto the outermost line where nothing is in the way: parallel residuals look like one."""
    outer = max((trunk.x for trunk in trunks), default=0.0)
    for trunk in trunks:
        is_taken = any(trunk.meets(other) and abs(outer - other.x) < LANE_STEP for other in trunks)
        if outer - trunk.x < LANE_SNAP and not is_taken:
            trunk.x = outer


def settle_tracks(tracks: Sequence[Track], base: float) -> float:
    """Gives the tracks of one gap their slots, and returns the height that the gap needs.

    Args:
        tracks: All tracks of the gap.
        base: Height of the gap without them, in px.
    """
    placed: list[Track] = []
    for track in sorted(tracks, key=lambda t: t.order):
        meeting = [
            other.slot
            for other in placed
            if other.bus != track.bus and track.x0 - CLEARANCE < other.x1 and other.x0 - CLEARANCE < track.x1
        ]
        track.slot = max(meeting, default=-1) + 1
        placed.append(track)
    if not placed:
        return base
    num_slots = max(track.slot for track in placed) + 1
    room = TAP_ROOM if any(track.manner != "turn" for track in placed) else 0
    return max(base + room, ABOVE_TRACKS + BELOW_TRACKS + (num_slots - 1) * TRACK_STEP)


def track_offset(track: Track, tracks: Sequence[Track], height: float) -> float:
    """The y of a track below the top of its gap, in px."""
    num_slots = max(other.slot for other in tracks) + 1
    if num_slots == 1:
        manners = {other.manner for other in tracks}
        if manners == {"tap"}:
            return min(12.0, height / 2)
        return height - 17 if manners == {"skip"} else height * 0.44
    step = (height - ABOVE_TRACKS - BELOW_TRACKS) / (num_slots - 1)
    return ABOVE_TRACKS + track.slot * step
