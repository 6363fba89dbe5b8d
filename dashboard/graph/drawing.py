"""What the page receives: placed boxes and paths, plain data in px at zoom 1."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Label:
    """The shape written on an edge. `anchor` is SVG's text-anchor; `y` is the baseline."""

    text: str
    x: float
    y: float
    anchor: str


@dataclass(frozen=True, slots=True)
class Head:
    """The arrow head of an edge: its tip, and where it points (``d``, ``u``, ``l``, ``r``)."""

    x: float
    y: float
    to: str


@dataclass(frozen=True, slots=True)
class Box:
    """An element with its place.

    Attributes:
        id: Names it in the page.
        item: Index in the hierarchy; 0 for what has none.
        kind: As `Element.kind`, without entry and exit.
        name: What is written on it.
        parent: Id of the open group that holds it, or empty.
        level: How many open groups hold it.
        x: Left edge.
        y: Top edge.
        width: From left to right.
        height: From top to bottom.
        spine: x of its own spine, where edges meet its top.
        count: As `Element.count`.
        members: As `Element.members`.
    """

    id: str
    item: int
    kind: str
    name: str
    parent: str
    level: int
    x: float
    y: float
    width: float
    height: float
    spine: float
    count: int
    members: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Edge:
    """A wire with its course.

    Attributes:
        source: Id of the box it leaves (an open group for what enters the group's inside).
        target: Id of the box it ends in (an open group for what leaves it).
        points: Corners of the course.
        radius: Of the rounded corners.
        width: Thickness, from the bytes it carries.
        num_bytes: Of all its values.
        head: Its arrow head, if it has one.
        dot: Where it begins on another edge, if it does.
        label: Its shape, if there is room to write it.
        title: All that the tooltip says.
        is_dashed: Whether it joins something auxiliary.
        level: How many open groups hold it.
    """

    source: str
    target: str
    points: tuple[tuple[float, float], ...]
    radius: float
    width: float
    num_bytes: int
    head: Head | None
    dot: tuple[float, float] | None
    label: Label | None
    title: str
    is_dashed: bool
    level: int


@dataclass(frozen=True)
class Drawing:
    """A graph with some scopes open, laid out.

    Attributes:
        boxes: Groups before what they hold.
        edges: All edges.
        left: How far the drawing reaches to the left of the spine, which is x = 0.
        right: How far it reaches to the right.
        height: From y = 0 down.
        closed: Ids of groups that were closed to keep the page fluid.
        is_coarse: Whether all scopes were closed since the layout took too long.
        twins: What is open in the block shown, by the id under which it was asked for, that of another block.
        shown: Which block each stack shows, by the index of the stack; the first of those that are missing.
    """

    boxes: tuple[Box, ...]
    edges: tuple[Edge, ...]
    left: float
    right: float
    height: float
    closed: tuple[str, ...] = ()
    is_coarse: bool = False
    twins: Mapping[str, str] = field(default_factory=dict)
    shown: Mapping[int, int] = field(default_factory=dict)
