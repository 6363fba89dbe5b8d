"""The tree of scopes over a graph's nodes, and for every scope the edges between its children.

An *item* is a scope or a node in that tree; item 0 is the root. Everything that a layout asks of a graph is
counted once, here: an edge is booked at the scope where its two ends part, and as entering or leaving each
scope below. After that, opening a scope looks at that scope's children only.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import chain

from dashboard.graph.definition import Graph, Node
from dashboard.graph.families import CONSTANT_OPS, LIST_OPS, plain_op
from dashboard.graph.tensors import UNKNOWN, Tensor
from dashboard.graph.widths import find_byte_range

MAX_CHILDREN = 300
PART_SIZE = 150


@dataclass(frozen=True, slots=True)
class Link:
    """A data edge between two nodes.

    Attributes:
        source: Index of the node that gives the value.
        port: Number of that node's output.
        target: Index of the node that reads it.
    """

    source: int
    port: int
    target: int


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


@dataclass(slots=True)
class Level:
    """The edges seen from inside one scope, as indices into `Hierarchy.links`.

    Attributes:
        between: By (item, item) of two children.
        entering: By the child that they end in; they begin outside of the scope.
        leaving: By the child that they begin in; they end outside.
    """

    between: dict[tuple[int, int], list[int]] = field(default_factory=lambda: defaultdict(list))
    entering: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    leaving: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))


@dataclass(frozen=True)
class Hierarchy:
    """A graph with its tree. Pure data: safe to read from any thread.

    Attributes:
        graph: The nodes.
        items: Items of the tree; the root is first.
        index_by_id: Index of an item by its id.
        item_by_node: Index of the item of each node.
        links: All data edges.
        constants: Indices of the nodes that are constants. Their edges into other scopes are in no level.
        levels: Edges by the index of their scope; a scope without edges is missing.
        dtype: The type of most bytes on the edges, which labels leave out.
        byte_range: The bytes drawn thinnest and thickest; (0, 0) if no size is known.
    """

    graph: Graph
    items: tuple[Item, ...]
    index_by_id: dict[str, int]
    item_by_node: tuple[int, ...]
    links: tuple[Link, ...]
    constants: frozenset[int]
    levels: dict[int, Level]
    dtype: str
    byte_range: tuple[int, int]

    def node(self, item: Item) -> Node | None:
        """The node of an item; None for a scope."""
        return self.graph.nodes[item.node] if item.node >= 0 else None

    def tensor(self, link: Link) -> Tensor:
        """The value on an edge."""
        outputs = self.graph.nodes[link.source].outputs
        return outputs[link.port] if link.port < len(outputs) else UNKNOWN

    def ancestors(self, index: int) -> list[int]:
        """The scopes that hold an item, the outermost first, without the root."""
        path = []
        index = self.items[index].parent
        while index > 0:
            path.append(index)
            index = self.items[index].parent
        return path[::-1]

    def nodes_below(self, index: int) -> list[int]:
        """Indices of the nodes in an item, in file order."""
        item = self.items[index]
        if item.node >= 0:
            return [item.node]
        return list(chain.from_iterable(self.nodes_below(child) for child in item.children))


def build_hierarchy(graph: Graph, check: Callable[[], None] = lambda: None) -> Hierarchy:
    """Counts out a graph. Linear in nodes and edges times the depth of the scopes.

    Args:
        graph: The nodes.
        check: Called between two nodes and two edges; what it raises ends the work.
    """
    items, item_by_node = _build_tree(graph, check)
    _split_wide_scopes(items)
    _add_totals(items, graph)
    links = tuple(
        Link(source, port, target)
        for target, node in enumerate(graph.nodes)
        for source, port in node.inputs
        if source != target
    )
    sizes = [(tensor.dtype, tensor.num_bytes) for tensor in _streams(graph, links)]
    constants = _find_constants(graph)
    return Hierarchy(
        graph=graph,
        items=tuple(items),
        index_by_id={item.id: index for index, item in enumerate(items)},
        item_by_node=tuple(item_by_node),
        links=links,
        constants=constants,
        levels=_book(items, item_by_node, links, constants, check),
        dtype=_main_dtype(sizes),
        byte_range=find_byte_range(num_bytes for _, num_bytes in sizes),
    )


def _build_tree(graph: Graph, check: Callable[[], None]) -> tuple[list[Item], list[int]]:
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
    _order_children(items)
    return items, item_by_node


def _add(items: list[Item], path: str, name: str, parent: int, node: int = -1) -> int:
    items.append(Item(id=path, name=name, parent=parent, depth=items[parent].depth + 1, node=node))
    items[parent].children.append(len(items) - 1)
    return len(items) - 1


def _order_children(items: list[Item]) -> None:
    """File order: a scope stands where its first node does."""
    first = [len(items)] * len(items)
    for index in range(len(items) - 1, 0, -1):
        if items[index].node >= 0:
            first[index] = items[index].node
        parent = items[index].parent
        first[parent] = min(first[parent], first[index])
    for item in items:
        item.children.sort(key=first.__getitem__)


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
        if item.parent >= 0:
            outer = items[item.parent]
            outer.params += item.params
            outer.flops += item.flops
            outer.saved_bytes += item.saved_bytes
            outer.num_nodes += item.num_nodes


def _find_constants(graph: Graph) -> frozenset[int]:
    """Constants, and lists of nothing but constants."""
    found: set[int] = set()
    for index, node in enumerate(graph.nodes):
        plain = plain_op(node.op)
        is_list = plain in LIST_OPS and node.inputs and all(source in found for source, _ in node.inputs)
        if is_list or (plain in CONSTANT_OPS and not node.inputs):
            found.add(index)
    return frozenset(found)


def _book(
    items: list[Item],
    item_by_node: list[int],
    links: tuple[Link, ...],
    constants: frozenset[int],
    check: Callable[[], None],
) -> dict[int, Level]:
    levels: dict[int, Level] = defaultdict(Level)
    parents = [item.parent for item in items]
    depths = [item.depth for item in items]
    for index, link in enumerate(links):
        check()
        source, target = item_by_node[link.source], item_by_node[link.target]
        if link.source in constants and parents[source] != parents[target]:
            continue
        while parents[source] != parents[target]:
            if depths[source] >= depths[target]:
                outer = parents[source]
                levels[outer].leaving[source].append(index)
                source = outer
            else:
                outer = parents[target]
                levels[outer].entering[target].append(index)
                target = outer
        if source != target:
            levels[parents[source]].between[source, target].append(index)
    return dict(levels)


def _streams(graph: Graph, links: tuple[Link, ...]) -> list[Tensor]:
    """What flows on the edges: parameters and scalars do not."""
    tensors = []
    for link in links:
        node = graph.nodes[link.source]
        if not node.params and link.port < len(node.outputs) and node.outputs[link.port].shape:
            tensors.append(node.outputs[link.port])
    return tensors


def _main_dtype(sizes: list[tuple[str, int]]) -> str:
    totals: dict[str, int] = defaultdict(int)
    for dtype, num_bytes in sizes:
        totals[dtype] += num_bytes
    return max(totals, key=totals.__getitem__, default="")
