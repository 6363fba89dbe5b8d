"""Whether two scopes compute the same: a key for each, equal if their subgraphs are.

Operations, attributes, shapes, dtypes, edges inside and how edges come in all count; the values of constants, names of
nodes and source lines do not.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from itertools import chain
from typing import TYPE_CHECKING

from dashboard.graph.definition import Graph, Node

if TYPE_CHECKING:
    from dashboard.graph.hierarchy import Hierarchy, Item, Level, Link

# Beside attributes that begin with an underscore, which are remarks of the writer: what holds a value or a name.
_IGNORED = frozenset({"value", "shared_name", "container"})

Key = int


def find_keys(hierarchy: Hierarchy, check: Callable[[], None] = lambda: None) -> dict[int, Key]:
    """A key for each scope that may be like a sibling of it.

    Only scopes that are alike by a glance at their operations are looked at in full, so that the work is linear in the
    nodes of such scopes times their depth.
    """
    glances = _glance(hierarchy)
    alike: list[int] = []
    for item in hierarchy.items:
        if len(item.children) < 2:
            continue
        counts = Counter(glances[child] for child in item.children)
        alike += [c for c in item.children if _may_repeat(hierarchy.items[c]) and counts[glances[c]] > 1]
    reader = _Reader(hierarchy, check)
    return {index: reader.key(index) for index in alike}


def _may_repeat(item: Item) -> bool:
    return bool(item.children) and not item.is_made


def _glance(hierarchy: Hierarchy) -> list[int]:
    """A hash of the operations in each item, in file order."""
    graph = hierarchy.graph
    glances = [0] * len(hierarchy.items)
    for index in _bottom_up(hierarchy):
        item = hierarchy.items[index]
        node = hierarchy.node(item)
        glances[index] = (
            hash((node.op, node.params, _count_inputs(graph, node), node.mark))
            if node
            else hash(tuple([glances[child] for child in item.children]))
        )
    return glances


def _is_gone(graph: Graph, source: int, target: Node) -> bool:
    """Whether a comparison says that an input was removed: what read it is still alike."""
    return graph.nodes[source].mark == "removed" != target.mark


def _count_inputs(graph: Graph, node: Node) -> int:
    return sum(not _is_gone(graph, source, node) for source, _ in node.inputs)


def _bottom_up(hierarchy: Hierarchy) -> Iterable[int]:
    return sorted(range(len(hierarchy.items)), key=lambda index: -hierarchy.items[index].depth)


class _Reader:
    """Makes keys, each once. The place of a node is its number when the tree is walked from the top."""

    def __init__(self, hierarchy: Hierarchy, check: Callable[[], None]) -> None:
        self._hierarchy = hierarchy
        self._check = check
        self._keys: dict[int, Key] = {}
        self._place_of_item, self._place_of_node = _number_nodes(hierarchy)

    def key(self, index: int) -> Key:
        if index not in self._keys:
            item = self._hierarchy.items[index]
            node = self._hierarchy.node(item)
            self._keys[index] = self._node_key(node) if node else self._scope_key(index)
        return self._keys[index]

    def _node_key(self, node: Node) -> Key:
        self._check()
        told = (node.op, node.outputs, node.params, _count_inputs(self._hierarchy.graph, node), node.mark)
        if not node.inputs:  # it may hold a value of any size; what it is, its outputs tell
            return hash(told)
        attributes = self._hierarchy.graph.definition.node[node.position].attr
        names = sorted(name for name in attributes if not name.startswith("_") and name not in _IGNORED)
        return hash((told, tuple([(name, attributes[name].SerializeToString(deterministic=True)) for name in names])))

    def _scope_key(self, index: int) -> Key:
        children = self._hierarchy.items[index].children
        level = self._hierarchy.levels.get(index)
        keys = tuple([self.key(child) for child in children])
        return hash((keys, *self._edges(index, level))) if level else hash(keys)

    def _edges(self, index: int, level: Level) -> tuple[object, ...]:
        base, places, links = self._place_of_item[index], self._place_of_node, self._hierarchy.links
        graph = self._hierarchy.graph

        def end(node: int, port: int = 0) -> tuple[int, int]:
            return places[node] - base, port

        def gather(held: Iterable[list[int]]) -> list[Link]:
            return [links[i] for i in sorted(chain.from_iterable(held))]

        outside: dict[tuple[int, int], int] = {}
        entering = [
            (outside.setdefault((link.source, link.port), len(outside)), end(link.target))
            for link in gather(level.entering.values())
            if not _is_gone(graph, link.source, graph.nodes[link.target])
        ]
        between = [(end(link.source, link.port), end(link.target)) for link in gather(level.between.values())]
        return tuple(between), tuple(entering)


def _number_nodes(hierarchy: Hierarchy) -> tuple[list[int], list[int]]:
    """The place of each item's first node, and of each node, when the tree is walked from the top."""
    of_item, of_node = [0] * len(hierarchy.items), [0] * len(hierarchy.graph.nodes)
    waiting, place = [0], 0
    while waiting:
        index = waiting.pop()
        item = hierarchy.items[index]
        of_item[index] = place
        if item.node >= 0:
            of_node[item.node] = place
            place += 1
        waiting += reversed(item.children)
    return of_item, of_node
