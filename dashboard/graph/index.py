"""From the nodes of a graph to the hierarchy that its pages ask."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable

from dashboard.graph.definition import Graph
from dashboard.graph.families import CONSTANT_OPS, LIST_OPS, plain_op
from dashboard.graph.hierarchy import Hierarchy, Level, Link
from dashboard.graph.series import add_series
from dashboard.graph.stacks import add_stacks
from dashboard.graph.tensors import Tensor
from dashboard.graph.tree import Item, build_tree
from dashboard.graph.widths import find_byte_range


def build_hierarchy(graph: Graph, check: Callable[[], None] = lambda: None) -> Hierarchy:
    """Counts out a graph. Linear in nodes and edges times the depth of the scopes.

    Args:
        graph: The nodes.
        check: Called between two nodes and two edges; what it raises ends the work.
    """
    items, item_by_node = build_tree(graph, check)
    links = tuple(
        Link(source, port, target)
        for target, node in enumerate(graph.nodes)
        for source, port in node.inputs
        if source != target
    )
    sizes = [(tensor.dtype, tensor.num_bytes) for tensor in _streams(graph, links)]
    constants = _find_constants(graph)
    hierarchy = Hierarchy(
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
    return add_stacks(add_series(hierarchy, check), check)


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
