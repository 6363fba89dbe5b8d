"""Which rows of the Training step view read which: the arrows down the forward column and up the gradients'.

An arrow joins a row with the next one when that reads it. What is read only further below (an embedding beside
another, a tensor for a skip connection) passes behind the rows between, as far as its first reader.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from dashboard.graph.hierarchy import Hierarchy
from dashboard.graph.step.rows import Row

MAX_REACHING = 64


def find_flows(hierarchy: Hierarchy, rows: Sequence[Row], solid: Collection[str]) -> list[tuple[int, int]]:
    """Pairs of places in `rows`, the upper first; each row has at most one arrow downwards.

    Args:
        hierarchy: The forward pass.
        rows: As `build_rows` gives them.
        solid: Ids of the rows of operations that arrows end in. They pass through the others, as through what has
            no row, and so they do through the operations that nothing is kept of, such as the sums of residuals.
    """
    readers = _find_readers(hierarchy, _row_by_item(hierarchy, rows, solid))
    return [(place, min(later)) for place in range(len(rows)) if (later := readers.get(place))]


def _row_by_item(hierarchy: Hierarchy, rows: Sequence[Row], solid: Collection[str]) -> dict[int, int]:
    """The place of the row that shows an item, for the items that are shown as a whole."""
    found: dict[int, int] = {}
    for place, row in enumerate(rows):
        if row.kind == "operations" and row.id in solid:
            loose = [child for member in row.members for child in hierarchy.operations(member)]
            kept = [child for child in loose if hierarchy.items[child].saved_bytes]
            found.update(dict.fromkeys(kept or loose, place))
        elif row.kind in ("module", "stack", "input"):
            found.update(dict.fromkeys(row.members, place))
    return found


def _find_readers(hierarchy: Hierarchy, row_by_item: dict[int, int]) -> dict[int, set[int]]:
    """By the place of a row, the places of the rows below that read what it gives."""
    places = [row_by_item.get(index, -1) for index in range(len(hierarchy.items))]
    for index in sorted(range(len(places)), key=lambda index: hierarchy.items[index].depth):
        parent = hierarchy.items[index].parent
        if places[index] < 0 and parent > 0:
            places[index] = places[parent]
    readers: dict[int, set[int]] = {}
    reaching: list[frozenset[int]] = []
    for index, node in enumerate(hierarchy.graph.nodes):
        arriving = frozenset().union(*(reaching[source] for source, _ in node.inputs if source < index))
        place = places[hierarchy.item_by_node[index]]
        if place < 0:
            reaching.append(arriving if len(arriving) <= MAX_REACHING else frozenset())
            continue
        for source in arriving:
            if source < place:
                readers.setdefault(source, set()).add(place)
        reaching.append(frozenset((place,)))
    return readers
