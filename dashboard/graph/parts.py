"""Laid out scopes as movable parts, and what stands beside what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from dashboard.graph.drawing import Box, Edge, Head, Label

COLUMN_GAP = 60
ROW_GAP = 22
MIN_COLUMN = 400.0


@dataclass(frozen=True)
class Part:
    """A laid out scope: boxes and edges around its own spine (x = 0) and upper border (y = 0)."""

    boxes: tuple[Box, ...]
    edges: tuple[Edge, ...]
    left: float
    right: float
    height: float

    def moved(self, dx: float, dy: float) -> Part:
        """The same part elsewhere; its extents stay as they are around its spine."""
        return replace(
            self,
            boxes=tuple([_move_box(box, dx, dy) for box in self.boxes]),
            edges=tuple([_move_edge(edge, dx, dy) for edge in self.edges]),
        )


# Each group moves all that it holds: `replace` would take three times as long.
def _move_box(box: Box, dx: float, dy: float) -> Box:
    return Box(
        id=box.id,
        item=box.item,
        kind=box.kind,
        name=box.name,
        parent=box.parent,
        level=box.level,
        x=box.x + dx,
        y=box.y + dy,
        width=box.width,
        height=box.height,
        spine=box.spine + dx,
        count=box.count,
        members=box.members,
    )


def _move_edge(edge: Edge, dx: float, dy: float) -> Edge:
    head, dot, label = edge.head, edge.dot, edge.label
    return Edge(
        source=edge.source,
        target=edge.target,
        points=tuple([(x + dx, y + dy) for x, y in edge.points]),
        radius=edge.radius,
        width=edge.width,
        num_bytes=edge.num_bytes,
        head=head and Head(head.x + dx, head.y + dy, head.to),
        dot=dot and (dot[0] + dx, dot[1] + dy),
        label=label and Label(label.text, label.x + dx, label.y + dy, label.anchor),
        title=edge.title,
        is_dashed=edge.is_dashed,
        level=edge.level,
    )


def set_beside(part: Part, others: Sequence[Part], top: float, parent: str) -> Part:
    """Sets what is not connected to the main part to its right, in columns no taller than it."""
    limit = max(part.height, MIN_COLUMN)
    x, y, column = part.right + COLUMN_GAP, top, 0.0
    boxes, edges, right, height = list(part.boxes), list(part.edges), part.right, part.height
    for other in others:
        if y > top and y + other.height > limit:
            x, y, column = x + column + COLUMN_GAP / 2, top, 0.0
        moved = other.moved(x + other.left, y)
        boxes += moved.boxes
        edges += moved.edges
        column = max(column, other.left + other.right)
        y += other.height + ROW_GAP
        right, height = max(right, x + column), max(height, y)
    if height > part.height:
        edges = [_lengthened(edge, part.height, height) if edge.target == parent else edge for edge in edges]
    return Part(tuple(boxes), tuple(edges), part.left, right, height)


def _lengthened(edge: Edge, old: float, new: float) -> Edge:
    """An edge that ended at the lower border of a scope, led down to where the border is now."""
    x, y = edge.points[-1]
    return replace(edge, points=(*edge.points[:-1], (x, new))) if edge.head is None and y == old else edge
