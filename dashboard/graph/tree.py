"""The tree of scopes over the nodes of a graph."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from dashboard.graph.definition import Graph

MAX_CHILDREN = 300
PART_SIZE = 150


@dataclass(slots=True)
class Item:
    """A scope or a node in the tree. Written while the tree is built, read only afterwards.

    Attributes:
        id: Path that names it in the page and in the API.
        name: Its last part.
        parent: Index of the scope that holds it; -1 for the root.
        depth: 0 for the root.
        node: Index of the node, or -1 for a scope.
        children: Indices of what a scope holds, in file order.
        params: Trained values in it.
        flops: Of all its nodes.
        saved_bytes: Of all its nodes.
        num_nodes: Nodes in it; 1 for a node.
        times: How often what runs least often in it runs in a step; 0 if nothing is computed in it.
        is_made: Whether the graph has no such scope: it holds some of the children of one, to keep them together.
    """

    id: str
    name: str
    parent: int
    depth: int
    node: int = -1
    children: list[int] = field(default_factory=list)
    params: int = 0
    flops: int = 0
    saved_bytes: int = 0
    num_nodes: int = 0
    times: int = 0
    is_made: bool = False


def build_tree(graph: Graph, check: Callable[[], None]) -> tuple[list[Item], list[int]]:
    """The tree, with the root first and the totals in every item, and the index of the item of each node."""
    items = [Item(id="", name="", parent=-1, depth=0)]
    scopes = {"": 0}

    def scope_index(path: str) -> int:
        found = scopes.get(path)
        if found is None:
            outer, _, name = path.rpartition("/")
            found = scopes[path] = _add(items, path, name, scope_index(outer))
        return found

    places = []
    for node in graph.nodes:
        check()
        outer, _, name = node.path.rpartition("/")
        places.append((scope_index(outer), name))
    item_by_node = []
    for index, (parent, name) in enumerate(places):
        path = graph.nodes[index].path
        if path in scopes:  # a node that is named like a scope goes into it, as TensorFlow's variables do
            parent, path, name = scopes[path], f"{path}/({name})", f"({name})"
        item_by_node.append(_add(items, path, name, parent, node=index))
    _order_children(items, graph)
    _split_wide_scopes(items)
    _add_totals(items, graph)
    return items, item_by_node


def _add(items: list[Item], path: str, name: str, parent: int, node: int = -1) -> int:
    items.append(Item(id=path, name=name, parent=parent, depth=items[parent].depth + 1, node=node))
    items[parent].children.append(len(items) - 1)
    return len(items) - 1


def _order_children(items: list[Item], graph: Graph) -> None:
    """File order: a scope stands where its first operation does, and what reads nothing where its first reader does."""
    place_of_node = _find_places(graph)
    first = [2 * len(items)] * len(items)
    for index in range(len(items) - 1, 0, -1):
        if items[index].node >= 0:
            first[index] = place_of_node[items[index].node]
        parent = items[index].parent
        first[parent] = min(first[parent], first[index])
    for item in items:
        item.children.sort(key=first.__getitem__)


def _find_places(graph: Graph) -> list[int]:
    places = [2 * index + 1 for index in range(len(graph.nodes))]
    for index in range(len(places) - 1, -1, -1):
        for source, _ in graph.nodes[index].inputs:
            if not graph.nodes[source].inputs:
                places[source] = 2 * index
    return places


def _split_wide_scopes(items: list[Item]) -> None:
    """Folds what is flat and wide: a scope of more than `MAX_CHILDREN` shows them in numbered parts."""
    waiting = list(range(len(items)))
    while waiting:
        index = waiting.pop()
        children = items[index].children
        if len(children) <= MAX_CHILDREN:
            continue
        size = max(PART_SIZE, -(-len(children) // PART_SIZE))
        items[index].children = []
        for start in range(0, len(children), size):
            held = children[start : start + size]
            name = f"{start + 1:,}–{start + len(held):,}"
            part = _add(items, f"{items[index].id}/[{name}]".lstrip("/"), name, index)
            items[part].children = held
            items[part].is_made = True
            for child in held:
                items[child].parent = part
            waiting.append(part)
    _set_depths(items)


def _set_depths(items: list[Item]) -> None:
    waiting = [0]
    while waiting:
        index = waiting.pop()
        for child in items[index].children:
            items[child].depth = items[index].depth + 1
            waiting.append(child)


def _add_totals(items: list[Item], graph: Graph) -> None:
    for index in sorted(range(len(items)), key=lambda i: -items[i].depth):
        item = items[index]
        if item.node >= 0:
            node = graph.nodes[item.node]
            item.params, item.flops, item.saved_bytes, item.num_nodes = node.params, node.flops, node.saved_bytes, 1
            item.times = node.times if node.inputs else 0
        if item.parent >= 0:
            outer = items[item.parent]
            outer.params += item.params
            outer.flops += item.flops
            outer.saved_bytes += item.saved_bytes
            outer.num_nodes += item.num_nodes
            outer.times = min(outer.times or item.times, item.times or outer.times)
