"""Series: operations of one kind and one name that stand side by side, ``add``, ``add_1`` … ``add_19``, are one box.

The scope that holds them opens to its members, as any scope does. What follows one another is no series: it is the way
that the data take.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import replace
from itertools import chain

from dashboard.graph.enclosing import enclose, natural_order
from dashboard.graph.families import INPUT_OPS, plain_op
from dashboard.graph.hierarchy import Hierarchy, Level
from dashboard.graph.modules import is_parameter

MIN_MEMBERS = 5


def add_series(hierarchy: Hierarchy, check: Callable[[], None] = lambda: None) -> Hierarchy:
    """The hierarchy with its series folded; the given one is used up.

    Args:
        hierarchy: Fresh from the nodes.
        check: Called between two scopes; what it raises ends the work.
    """
    items, series = list(hierarchy.items), set()
    for scope in range(len(hierarchy.items)):
        check()
        for members in _find_series(hierarchy, scope):
            name = _base_name(items[members[0]].name)
            series.add(enclose(items, hierarchy.levels, scope, members, name))
    if not series:
        return hierarchy
    return replace(
        hierarchy,
        items=tuple(items),
        index_by_id={item.id: index for index, item in enumerate(items)},
        series=frozenset(series),
    )


def _base_name(name: str) -> str:
    base, _, number = name.rpartition("_")
    return base if base and number.isdecimal() else name


def _find_series(hierarchy: Hierarchy, scope: int) -> Iterator[list[int]]:
    """The operations of each series right in a scope, in the order of their numbers."""
    groups = _group_by_name(hierarchy, scope)
    if not groups:
        return
    children = hierarchy.items[scope].children
    pairs = (hierarchy.levels.get(scope) or Level()).between
    from_top = _find_depths(children, pairs)
    rows = [row for members in groups for row in _group(members, from_top.get)]
    if not rows:
        return
    streams = _find_streams(hierarchy, scope)
    from_bottom = _find_depths(children, [(target, source) for source, target in pairs])

    def place(member: int) -> int | None:
        """What reads weights only stands at its reader."""
        return 0 if member in streams else from_bottom.get(member)

    for members in chain.from_iterable(_group(row, place) for row in rows):
        if len(members) < len(children):
            yield sorted(members, key=lambda member: natural_order(hierarchy.items[member].name))


def _group_by_name(hierarchy: Hierarchy, scope: int) -> list[list[int]]:
    """Operations that may be a series by name and kind. What reads nothing stands at its reader and is none."""
    if len(hierarchy.items[scope].children) < MIN_MEMBERS:
        return []

    def kind(child: int) -> tuple[str, str, str] | None:
        node = hierarchy.node(hierarchy.items[child])
        return (_base_name(hierarchy.items[child].name), node.op, node.mark) if node and node.inputs else None

    return _group(hierarchy.items[scope].children, kind)


def _group(members: Iterable[int], key: Callable[[int], Hashable]) -> list[list[int]]:
    """The members by key, where `MIN_MEMBERS` have the same; those without a key are left out."""
    groups: dict[Hashable, list[int]] = defaultdict(list)
    for member in members:
        groups[key(member)].append(member)
    groups.pop(None, None)
    return [held for held in groups.values() if len(held) >= MIN_MEMBERS]


def _find_streams(hierarchy: Hierarchy, scope: int) -> set[int]:
    """The children that data run through: from outside of the scope, or from an input in it."""
    level = hierarchy.levels.get(scope) or Level()
    found = set(level.entering)
    for child in hierarchy.items[scope].children:
        node = hierarchy.node(hierarchy.items[child])
        if node is not None and plain_op(node.op) in INPUT_OPS and not is_parameter(node):
            found.add(child)
    below: dict[int, list[int]] = defaultdict(list)
    for source, target in level.between:
        below[source].append(target)
    waiting = list(found)
    for source in waiting:
        waiting += [target for target in dict.fromkeys(below[source]) if target not in found]
        found.update(below[source])
    return found


def _find_depths(children: Iterable[int], pairs: Iterable[tuple[int, int]]) -> dict[int, int]:
    """How many edges the longest path to each child has; what lies in or behind a cycle is missing.

    Children of one depth never reach each other, so that joining them makes no cycle.
    """
    below: dict[int, list[int]] = defaultdict(list)
    num_above: Counter[int] = Counter()
    for source, target in pairs:
        below[source].append(target)
        num_above[target] += 1
    depths = {child: 0 for child in children if not num_above[child]}
    finished = list(depths)
    for source in finished:
        for target in below[source]:
            depths[target] = max(depths.get(target, 0), depths[source] + 1)
            num_above[target] -= 1
            if not num_above[target]:
                finished.append(target)
    return {child: depths[child] for child in finished}
