"""Where each element of a row stands to the left or right of the spine, which is x = 0."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from dashboard.graph.ranks import LEFT, RIGHT, Ranks

GAP = 40
GAP_BESIDE_OPS = 34
CHAR_WIDTH = 6.35  # mono 10.5 px
MAX_LABEL_GAP = 120


@dataclass(frozen=True, slots=True)
class Size:
    """Extents of an element around its own spine, in px; an open group need not be symmetric.

    >>> Size(20, 30, 50).width
    50
    """

    left: float
    right: float
    height: float

    @property
    def width(self) -> float:
        """From edge to edge."""
        return self.left + self.right


def place(ranks: Ranks, sizes: Sequence[Size]) -> tuple[float, ...]:
    """The x of each element, relative to the spine.

    An element beside the spine takes the x of what it is wired to beside the spine, as far as the row has
    room there; two sweeps, down and up, decide the order.
    """
    sides = _find_sides(ranks)
    members: dict[int, list[int]] = defaultdict(list)
    for index, row in enumerate(ranks.rows):
        members[row].append(index)
    neighbours = _neighbours(ranks)
    on_spine = set(ranks.spine)
    xs = [0.0] * len(sizes)
    for rows in (sorted(members), sorted(members, reverse=True)):
        for row in rows:
            centre = next((sizes[i] for i in members[row] if i in on_spine), Size(0, 0, 0))
            for side in (LEFT, RIGHT):
                held = [i for i in members[row] if i not in on_spine and sides[i] == side]
                _pack(held, side, centre, xs, sizes, neighbours, ranks)
    _straighten(ranks, members, xs, sizes)
    return tuple(xs)


def _find_sides(ranks: Ranks) -> list[int]:
    """A side for each element: that of its neighbours, or in turn right and left among those of one writer."""
    on_spine = set(ranks.spine)
    sides = [0] * len(ranks.rows)
    num_by_writer: dict[int, int] = defaultdict(int)
    writers: dict[int, list[int]] = defaultdict(list)
    readers: dict[int, list[int]] = defaultdict(list)
    for wire in ranks.scene.wires:
        writers[wire.target].append(wire.source)
        readers[wire.source].append(wire.target)
    for index in sorted(range(len(sides)), key=lambda i: (ranks.rows[i], i)):
        element = ranks.scene.elements[index]
        if index in ranks.asides:
            sides[index] = ranks.asides[index]
        elif element.kind in ("entry", "exit") or index in on_spine:
            sides[index] = 0
        elif element.kind == "aux" or index in ranks.metrics:
            sides[index] = LEFT
        elif held := [sides[i] for i in (*writers[index], *readers[index]) if sides[i]]:
            sides[index] = held[0]
        else:
            writer = min(writers[index], default=-1)
            sides[index] = LEFT if num_by_writer[writer] % 2 else RIGHT
            num_by_writer[writer] += 1
    return sides


def _neighbours(ranks: Ranks) -> dict[int, list[int]]:
    """What each element is wired to beside the spine."""
    on_spine = set(ranks.spine)
    neighbours: dict[int, list[int]] = defaultdict(list)
    for wire in ranks.scene.wires:
        for one, other in ((wire.source, wire.target), (wire.target, wire.source)):
            if other not in on_spine and ranks.rows[one] != ranks.rows[other]:
                neighbours[one].append(other)
    return neighbours


def _pack(
    held: list[int],
    side: int,
    centre: Size,
    xs: list[float],
    sizes: Sequence[Size],
    neighbours: dict[int, list[int]],
    ranks: Ranks,
) -> None:
    """Sets the elements of one side of one row from the spine outward, asides first."""
    wanted = {}
    for index in held:
        around = [abs(xs[i]) for i in neighbours[index] if xs[i] * side > 0]
        wanted[index] = sum(around) / len(around) if around else 0.0
    border = centre.right if side == RIGHT else centre.left
    for index in sorted(held, key=lambda i: (i not in ranks.asides, wanted[i], i)):
        size = sizes[index]
        inner, outer = (size.left, size.right) if side == RIGHT else (size.right, size.left)
        x = max(wanted[index], border + _gap(ranks, index) + inner)
        xs[index] = side * x
        border = x + outer


def _straighten(ranks: Ranks, members: dict[int, list[int]], xs: list[float], sizes: Sequence[Size]) -> None:
    """Moves an element onto the x of its only writer, or of its only reader, where its row has room there."""
    fixed = {*ranks.spine, *ranks.asides}
    above: dict[int, list[int]] = defaultdict(list)
    below: dict[int, list[int]] = defaultdict(list)
    for wire in ranks.scene.wires:
        above[wire.target].append(wire.source)
        below[wire.source].append(wire.target)
    for row in sorted(members):
        for index in members[row]:
            partners = [held[0] for held in (above[index], below[index]) if len(held) == 1]
            partner = next((other for other in partners if other not in fixed and xs[other] * xs[index] > 0), index)
            if index not in fixed and _has_room(index, xs[partner], members[row], xs, sizes):
                xs[index] = xs[partner]


def _has_room(index: int, x: float, row: list[int], xs: list[float], sizes: Sequence[Size]) -> bool:
    left, right = x - sizes[index].left - GAP_BESIDE_OPS, x + sizes[index].right + GAP_BESIDE_OPS
    if left < 0 < right and not any(xs[other] == 0 for other in row):
        return False  # the spine passes here
    return all(
        other == index or xs[other] + sizes[other].right <= left or right <= xs[other] - sizes[other].left
        for other in row
    )


def _gap(ranks: Ranks, index: int) -> float:
    """Room before an element: wide enough for the label of a wire that runs through it."""
    kind = ranks.scene.elements[index].kind
    base = GAP_BESIDE_OPS if kind in ("op", "join", "aux") else GAP
    if index not in ranks.asides:
        return base
    label = next((wire.tensor.label for wire in ranks.scene.wires if wire.source == index), "")
    return min(MAX_LABEL_GAP, max(base, len(label) * CHAR_WIDTH + 20))
