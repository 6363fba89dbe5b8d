"""Scopes that the graph does not have: some of the children of one, kept together."""

from __future__ import annotations

import re
from collections.abc import Iterable

from dashboard.graph.hierarchy import Item, Level


def enclose(items: list[Item], levels: dict[int, Level], scope: int, held: list[int], name: str) -> int:
    """Puts some children of a scope into a scope of their own.

    Args:
        items: Items of the tree; are changed, and get one more.
        levels: Edges by scope; are changed.
        scope: Index of the scope.
        held: Indices of the children, in their order.
        name: Of the new scope; its id is made of the names of the first and last child.

    Returns:
        The index of the new scope.
    """
    first, last = items[held[0]], items[held[-1]]
    path = f"{items[scope].id}/[{first.name}–{last.name}]".lstrip("/")
    made = Item(path, name, scope, items[scope].depth + 1, children=held, is_made=True)
    for child in (items[index] for index in held):
        made.params += child.params
        made.flops += child.flops
        made.saved_bytes += child.saved_bytes
        made.num_nodes += child.num_nodes
        made.times = min(made.times or child.times, child.times or made.times)
    index = len(items)
    items.append(made)
    among = set(held)
    place = next(i for i, child in enumerate(items[scope].children) if child in among)
    items[scope].children = [child for child in items[scope].children if child not in among]
    items[scope].children.insert(place, index)
    _deepen(items, index, held)
    if scope in levels:
        levels[scope], levels[index] = _split_level(levels[scope], index, among)
    return index


def _deepen(items: list[Item], index: int, held: Iterable[int]) -> None:
    waiting = list(held)
    for child in waiting:
        items[child].parent = index
    while waiting:
        below = items[waiting.pop()]
        below.depth += 1
        waiting += below.children


def _split_level(level: Level, index: int, held: set[int]) -> tuple[Level, Level]:
    """The edges of a scope seen from it, and those seen from within the one that now holds some of its children."""
    outer, inner = Level(), Level()
    for (source, target), links in level.between.items():
        if source in held and target in held:
            inner.between[source, target] += links
            continue
        if source in held:
            inner.leaving[source] += links
        if target in held:
            inner.entering[target] += links
        outer.between[index if source in held else source, index if target in held else target] += links
    for side, own, within in (
        (level.entering, outer.entering, inner.entering),
        (level.leaving, outer.leaving, inner.leaving),
    ):
        for child, links in side.items():
            own[index if child in held else child] += links
            if child in held:
                within[child] += links
    return outer, inner


def natural_order(name: str) -> list[tuple[int, str]]:
    """Sorts ``h_2`` before ``h_10``."""
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", name)]
