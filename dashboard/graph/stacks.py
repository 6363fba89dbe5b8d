"""Repeated blocks: siblings that compute the same, one after the other or side by side, become one *stack*.

A scope that holds nothing but such blocks is itself the stack. Among other siblings they get a scope of their own,
``h/[layer_0–layer_11]``. Of an open stack one block is shown, which stands for all.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import pairwise

from dashboard.graph.enclosing import enclose, natural_order
from dashboard.graph.hierarchy import Hierarchy, Item, Level
from dashboard.graph.likeness import find_keys

_INDEX = re.compile(r"\d+")
_LAST_INDEX = re.compile(r"[_.\- ]?\d+(?=\]?$)")


def add_stacks(hierarchy: Hierarchy, check: Callable[[], None] = lambda: None) -> Hierarchy:
    """The hierarchy with its repeated blocks stacked; the given one is used up.

    Args:
        hierarchy: Fresh from the nodes.
        check: Called between two nodes; what it raises ends the work.
    """
    keys = find_keys(hierarchy, check)
    scopes = sorted({hierarchy.items[index].parent for index in keys})
    items, stacks = list(hierarchy.items), dict(hierarchy.stacks)
    for scope in scopes:
        for blocks in _find_runs(hierarchy, scope, keys):
            if len(blocks) == len(items[scope].children) and scope:
                items[scope].children = blocks
                stacks[scope] = tuple(blocks)
            else:
                stacks[enclose(items, hierarchy.levels, scope, blocks, _stack_name(items[blocks[0]]))] = tuple(blocks)
    return replace(
        hierarchy,
        items=tuple(items),
        index_by_id={item.id: index for index, item in enumerate(items)},
        stacks=stacks,
    )


def _find_runs(hierarchy: Hierarchy, scope: int, keys: Mapping[int, int]) -> Iterator[list[int]]:
    """The children of a scope that repeat each other, in the order of the data or of their numbers."""
    groups: dict[tuple[int, str], list[int]] = defaultdict(list)
    for child in hierarchy.items[scope].children:
        if child in keys:
            groups[keys[child], _INDEX.sub("#", hierarchy.items[child].name)].append(child)
    level = hierarchy.levels.get(scope) or Level()
    for members in groups.values():
        if len(members) > 1:
            yield from _find_chains(members, level)
            yield from _find_fans(hierarchy.items, members, level)


def _find_chains(members: list[int], level: Level) -> Iterator[list[int]]:
    """Members each of which reads the one before and is read by the one after."""
    following, preceding = _inner_edges(members, level)
    for start in members:
        if start in preceding or start not in following:
            continue
        chain = [start]
        while len(held := following.get(chain[-1], [])) == 1 and len(preceding[held[0]]) == 1:
            chain.append(held[0])
        if len(chain) > 1:
            yield chain


def _inner_edges(members: list[int], level: Level) -> tuple[dict[int, list[int]], dict[int, list[int]]]:
    among = set(members)
    following: dict[int, list[int]] = defaultdict(list)
    preceding: dict[int, list[int]] = defaultdict(list)
    for source, target in level.between:
        if source in among and target in among:
            following[source].append(target)
            preceding[target].append(source)
    return following, preceding


def _find_fans(items: tuple[Item, ...], members: list[int], level: Level) -> Iterator[list[int]]:
    """Members side by side: they read the same siblings, and the same siblings read them."""
    following, preceding = _inner_edges(members, level)
    free = {member for member in members if member not in following and member not in preceding}
    around: dict[int, set[tuple[str, int]]] = {member: set() for member in free}
    for source, target in level.between:
        if source in free:
            around[source].add(("to", target))
        if target in free:
            around[target].add(("from", source))
    fans: dict[frozenset[tuple[str, int]], list[int]] = defaultdict(list)
    for member in members:
        if member in free:
            fans[frozenset(around[member])].append(member)
    for held in fans.values():
        if len(held) > 1:
            yield sorted(held, key=lambda member: natural_order(items[member].name))


def _stack_name(first: Item) -> str:
    return _LAST_INDEX.sub("", first.name) or first.name


def find_twin(hierarchy: Hierarchy, index: int, shown: Mapping[int, int]) -> int:
    """The item that is drawn for an item: the same one of the block shown, if it lies in another block of a stack.

    Args:
        hierarchy: The graph.
        index: The item.
        shown: By the index of a stack, which of its blocks is shown; the first if it is not in there.
    """
    path = [*hierarchy.ancestors(index), index]
    twin = path[0]
    for outer, inner in pairwise(path):
        children = hierarchy.items[twin].children
        place = shown.get(twin, 0) if twin in hierarchy.stacks else hierarchy.items[outer].children.index(inner)
        twin = children[place] if place < len(children) else twin
    return twin


def read_blocks(texts: Iterable[str]) -> dict[str, int]:
    """Which block to show of some stacks, from texts like ``h=9``; what is written otherwise says nothing.

    >>> read_blocks(["h=9", "a/b", "c=x"])
    {'h': 9}
    """
    parts = (text.rpartition("=") for text in texts)
    return {stack: int(place) for stack, _, place in parts if place.isdecimal() and len(place) < 10}


def find_blocks(hierarchy: Hierarchy, index: int) -> list[str]:
    """Which block each stack around an item must show, so that the item is drawn; in the form of `read_blocks`."""
    path = [*hierarchy.ancestors(index), index]
    return [
        f"{hierarchy.items[outer].id}={hierarchy.stacks[outer].index(inner)}"
        for outer, inner in pairwise(path)
        if outer in hierarchy.stacks
    ]


def count_copies(hierarchy: Hierarchy, index: int) -> int:
    """How many items of its kind an item stands for: the product of the blocks of the stacks around it."""
    return math.prod(len(hierarchy.stacks.get(outer, (outer,))) for outer in hierarchy.ancestors(index))


def find_scope(hierarchy: Hierarchy, index: int, shown: Mapping[int, int]) -> int:
    """The scope whose children are drawn when a scope is open: of a stack the block shown, else itself."""
    blocks = hierarchy.stacks.get(index)
    return blocks[shown.get(index, 0)] if blocks else index


def find_shown(hierarchy: Hierarchy, wanted: Mapping[str, int], seen: Iterable[str]) -> dict[int, int]:
    """Which block each stack shows: the one that is wanted, else the first that holds something to be seen."""
    shown: dict[int, int] = {}
    for stack_id, place in wanted.items():
        stack = hierarchy.index_by_id.get(stack_id, 0)
        if place < len(hierarchy.stacks.get(stack, ())):
            shown[stack] = place
    for item_id in seen:
        index = hierarchy.index_by_id.get(item_id, 0)
        for outer, inner in pairwise([*hierarchy.ancestors(index), index] if index else ()):
            if outer in hierarchy.stacks:
                shown.setdefault(outer, hierarchy.stacks[outer].index(inner))
    return shown
