"""What goes into and out of an item, and where the saved bytes and the weights inside of it are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from dashboard.graph.definition import Node
from dashboard.graph.hierarchy import Hierarchy, Level
from dashboard.graph.modules import is_parameter
from dashboard.graph.tensors import UNKNOWN, Tensor


def outgoing_links(hierarchy: Hierarchy, scope: int) -> dict[int, list[int]]:
    """Indices of the links that leave each child of a scope."""
    level = hierarchy.levels.get(scope) or Level()
    links: dict[int, list[int]] = defaultdict(list)
    for child, held in level.leaving.items():
        links[child] += held
    for (source, _), held in level.between.items():
        links[source] += held
    return links


def incoming_links(hierarchy: Hierarchy, index: int) -> list[int]:
    """Indices of the links that end in an item and begin outside of it, in the order of their readers."""
    level = hierarchy.levels.get(hierarchy.items[index].parent) or Level()
    links = list(level.entering.get(index, ()))
    for (_, target), held in level.between.items():
        if target == index:
            links += held
    return sorted(links)


def largest_tensor(hierarchy: Hierarchy, links: Iterable[int]) -> Tensor | None:
    """The value of most bytes on some links; None without links."""
    tensors = [hierarchy.tensor(hierarchy.links[index]) for index in links]
    return max(tensors, key=lambda tensor: tensor.num_bytes, default=None)


def find_output(hierarchy: Hierarchy, index: int, links: Iterable[int]) -> Tensor:
    """What an item gives: the largest value that leaves it, else what its last node computes.

    Args:
        hierarchy: The graph.
        index: The item.
        links: The links that leave it, from `outgoing_links`.
    """
    largest = largest_tensor(hierarchy, links)
    if largest is not None:
        return largest
    item = hierarchy.items[index]
    while item.node < 0 and item.children:
        item = hierarchy.items[item.children[-1]]
    node = hierarchy.node(item)
    return node.outputs[0] if node is not None and node.outputs else UNKNOWN


def weights_below(hierarchy: Hierarchy, index: int, limit: int) -> list[Node]:
    """The first parameters in an item."""
    nodes = (hierarchy.graph.nodes[i] for i in hierarchy.nodes_below(index))
    return [node for node in nodes if is_parameter(node)][:limit]


def saved_below(hierarchy: Hierarchy, index: int, limit: int) -> list[Node]:
    """The nodes in an item whose values are kept for the backward pass, the largest first."""
    nodes = (hierarchy.graph.nodes[i] for i in hierarchy.nodes_below(index))
    return sorted((node for node in nodes if node.saved_bytes), key=lambda node: -node.saved_bytes)[:limit]
