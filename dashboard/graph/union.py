"""Two graphs in one: the new one, with what only the old one has at its place."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace

from dashboard.graph.definition import Graph, Node
from dashboard.graph.hierarchy import Hierarchy
from dashboard.graph.index import build_hierarchy
from dashboard.graph.matching import Matching
from summaries.proto.graph_pb2 import GraphDef

ADDED, REMOVED, CHANGED = "added", "removed", "changed"
_End = tuple[bool, int]
"""A node of one of the two graphs: whether of the old, and its index there."""


@dataclass(frozen=True)
class Union:
    """A graph that holds two. Pure data.

    Attributes:
        hierarchy: The tree of both.
        old_by_node: Index in the old graph of each node that was there; nodes that were not are missing.
    """

    hierarchy: Hierarchy
    old_by_node: dict[int, int]


def unite(old: Hierarchy, new: Hierarchy, matching: Matching) -> Union:
    """Sets the removed nodes of `old` into `new`, each behind the node that it followed."""
    partner = _node_partners(old, new, matching)
    order = _merge_order(old, new, partner)
    place: dict[_End, int] = {end: index for index, end in enumerate(order)}
    for here, there in partner.items():
        place[True, here] = place[False, there]
    readers = _removed_inputs(old, partner)
    paths = _Paths(old, new, matching)
    known, changed = set(partner.values()), {new.items[index].node for index in matching.changed}
    nodes = []
    for is_old, index in order:
        if is_old:
            moved = _moved(old.graph.nodes[index], place, is_old=True)
            position = len(new.graph.definition.node) + moved.position
            nodes.append(replace(moved, path=paths.translate(index), position=position, mark=REMOVED))
        else:
            moved = _moved(new.graph.nodes[index], place, is_old=False)
            extra = tuple((place[True, source], port) for source, port in readers.get(index, ()))
            mark = ADDED if index not in known else CHANGED if index in changed else ""
            nodes.append(replace(moved, inputs=moved.inputs + extra, mark=mark))
    old_by_node = {place[False, there]: here for here, there in partner.items()}
    removed = {at: index for at, (is_old, index) in enumerate(order) if is_old}
    hierarchy = build_hierarchy(_join(old.graph, new.graph, tuple(nodes)))
    return Union(hierarchy, old_by_node | removed)


def _node_partners(old: Hierarchy, new: Hierarchy, matching: Matching) -> dict[int, int]:
    pairs = ((old.items[here].node, new.items[there].node) for here, there in matching.new_by_old.items())
    return {here: there for here, there in pairs if here >= 0 and there >= 0}


def _merge_order(old: Hierarchy, new: Hierarchy, partner: dict[int, int]) -> list[_End]:
    after: dict[int, list[_End]] = defaultdict(list)
    last = -1
    for index in range(len(old.graph.nodes)):
        if index in partner:
            last = partner[index]
        else:
            after[last].append((True, index))
    order = list(after[-1])
    for index in range(len(new.graph.nodes)):
        order += [(False, index), *after.get(index, ())]
    return order


def _removed_inputs(old: Hierarchy, partner: dict[int, int]) -> dict[int, list[tuple[int, int]]]:
    """(old node, port) of what each new node read before and that is gone."""
    found: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for here, there in partner.items():
        found[there] += [(source, port) for source, port in old.graph.nodes[here].inputs if source not in partner]
    return found


def _moved(node: Node, place: dict[_End, int], *, is_old: bool) -> Node:
    inputs = tuple((place[is_old, source], port) for source, port in node.inputs)
    return replace(node, inputs=inputs, controls=tuple(place[is_old, source] for source in node.controls))


class _Paths:
    """Where removed nodes stand in the new tree: below the partner of their nearest scope that has one."""

    def __init__(self, old: Hierarchy, new: Hierarchy, matching: Matching) -> None:
        self._old, self._new, self._matching = old, new, matching

    def translate(self, node: int) -> str:
        item = self._old.item_by_node[node]
        own = [*self._old.ancestors(item), item]
        kept = [index for index in own if index in self._matching.new_by_old and self._old.items[index].node < 0]
        outer = self._new.items[self._matching.new_by_old[kept[-1]]].id if kept else ""
        start = self._old.items[kept[-1]].id if kept else ""
        rest = self._old.items[item].id.removeprefix(f"{start}/" if start else "")
        first, slash, others = rest.partition("/")
        path = f"{outer}/{first}".lstrip("/")
        if path in self._new.index_by_id:
            path += " (removed)"
        return path + slash + others


def _join(old: Graph, new: Graph, nodes: tuple[Node, ...]) -> Graph:
    definition = GraphDef()
    definition.CopyFrom(new.definition)
    definition.node.extend(old.definition.node)
    return replace(new, nodes=nodes, definition=definition)
