"""A graph as its pages ask for it: the tree of scopes, and for every scope the edges between its children.

An *item* is a scope or a node in that tree; item 0 is the root. Everything that a layout asks of a graph is
counted once: an edge is booked at the scope where its two ends part, and as entering or leaving each
scope below. After that, opening a scope looks at that scope's children only.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from typing import Any, NamedTuple, TypeVar

from dashboard.graph.definition import Graph, Node
from dashboard.graph.recomputed import count_recomputed_flops
from dashboard.graph.tensors import UNKNOWN, Tensor
from dashboard.graph.tied import find_owners
from dashboard.graph.tree import Item as Item

Found = TypeVar("Found")


class Link(NamedTuple):
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
        stacks: The blocks of each stack, in their order, by the index of its item; see `stacks`.
        series: Indices of the items that hold a series of operations; see `series`.
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
    stacks: dict[int, tuple[int, ...]] = field(default_factory=dict)
    series: frozenset[int] = frozenset()

    def once(self, find: Callable[..., Found], *given: Hashable) -> Found:
        """What a function says of this graph, which it is asked for the first time only.

        Args:
            find: A pure function; from two threads it may be asked twice.
            given: What it is given beside the graph.
        """
        key = find, *given
        if key not in self._found:
            self._found[key] = find(self, *given)
        found: Found = self._found[key]
        return found

    @cached_property
    def _found(self) -> dict[Any, Any]:
        return {}

    def node(self, item: Item) -> Node | None:
        """The node of an item; None for a scope."""
        return self.graph.nodes[item.node] if item.node >= 0 else None

    def tensor(self, link: Link) -> Tensor:
        """The value on an edge."""
        outputs = self.graph.nodes[link.source].outputs
        return outputs[link.port] if link.port < len(outputs) else UNKNOWN

    @cached_property
    def read_nodes(self) -> frozenset[int]:
        """Indices of the nodes whose values some node reads."""
        return frozenset(link.source for link in self.links)

    @cached_property
    def item_by_name(self) -> dict[str, int]:
        """Index of the item of each node by its name in the GraphDef."""
        protos = self.graph.definition.node
        nodes = zip(self.graph.nodes, self.item_by_node, strict=True)
        return {protos[node.position].name: item for node, item in nodes}

    @cached_property
    def devices(self) -> dict[int, frozenset[str]]:
        """Names of the devices of the nodes in each item; without those items that have none."""
        devices: dict[int, set[str]] = defaultdict(set)
        protos = self.graph.definition.node
        for node, index in zip(self.graph.nodes, self.item_by_node, strict=True):
            device = protos[node.position].device
            while device and index >= 0 and device not in devices[index]:
                devices[index].add(device)
                index = self.items[index].parent
        return {index: frozenset(names) for index, names in devices.items()}

    @cached_property
    def recomputed_flops(self) -> dict[int, int]:
        """FLOPs that the backward pass spends on computing an item again; without items that are kept."""
        return count_recomputed_flops(self)

    @cached_property
    def owners(self) -> dict[int, int]:
        """Modules that read a parameter of another module, and whose it is: tied weights."""
        return find_owners(self)

    def ancestors(self, index: int) -> list[int]:
        """The scopes that hold an item, the outermost first, without the root."""
        path = []
        index = self.items[index].parent
        while index > 0:
            path.append(index)
            index = self.items[index].parent
        return path[::-1]

    def scope_of(self, index: int) -> int:
        """The scope that holds an item, as the graph has it: around the series that the item may be in."""
        parent = self.items[index].parent
        return self.items[parent].parent if parent in self.series else parent

    def operations(self, scope: int) -> list[int]:
        """Items of the nodes right in a scope, those of its series too."""
        found: list[int] = []
        for child in self.items[scope].children:
            if child in self.series:
                found += self.items[child].children
            elif self.items[child].node >= 0:
                found.append(child)
        return found

    def nodes_below(self, index: int) -> list[int]:
        """Indices of the nodes in an item, in file order."""
        item = self.items[index]
        if item.node >= 0:
            return [item.node]
        return list(chain.from_iterable(self.nodes_below(child) for child in item.children))
