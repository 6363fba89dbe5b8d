"""Structural hashes: what an item computes, whatever it and its parts are called.

Two items of one hash hold the same operations on values of the same shapes, wired alike. Trained values never count,
only their shapes; the batch size is one symbol, so that a run of another batch size is no other model.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import accumulate
from operator import mul
from typing import Any

from dashboard.graph.definition import Node
from dashboard.graph.hierarchy import Hierarchy
from dashboard.graph.modules import is_parameter
from dashboard.graph.tensors import Tensor

MAX_CONSTANT_BYTES = 64
"""Of a constant that counts by its value, such as an epsilon; larger ones count by shape and type."""
_NOT_STRUCTURE = ("_jax_", "_output_shapes", "_class", "shape")


def structural_hashes(
    hierarchy: Hierarchy, batch: int | None, check: Callable[[], None] = lambda: None
) -> tuple[int, ...]:
    """Hashes every item of a tree, valid in this process only. Linear in nodes times the depth of the scopes.

    Args:
        hierarchy: The tree.
        batch: The size that stands for the batch where it comes first in a shape; None if it is not known.
        check: Called between two items; what it raises ends the work.
    """
    protos = hierarchy.graph.definition.node
    nodes = hierarchy.graph.nodes
    firsts = _batch_multiples(nodes, batch)
    of_node = [hash(_node_token(nodes[i], protos[nodes[i].position], firsts[i])) for i in range(len(nodes))]
    return _hash_items(hierarchy, of_node, check)


def op_hashes(hierarchy: Hierarchy, check: Callable[[], None] = lambda: None) -> tuple[int, ...]:
    """As `structural_hashes`, by operations and wiring alone: layers of other sizes are alike."""
    return _hash_items(hierarchy, [hash(node.op) for node in hierarchy.graph.nodes], check)


def _hash_items(hierarchy: Hierarchy, of_node: list[int], check: Callable[[], None]) -> tuple[int, ...]:
    hashes = [0] * len(hierarchy.items)
    for index, item in enumerate(hierarchy.items):
        check()
        hashes[index] = of_node[item.node] if item.node >= 0 else _hash_scope(hierarchy, index, of_node)
    return tuple(hashes)


def _hash_scope(hierarchy: Hierarchy, index: int, of_node: list[int]) -> int:
    """By the nodes in file order, each with where its inputs come from: a place in the scope, or one outside."""
    held = hierarchy.nodes_below(index)
    place = {node: at for at, node in enumerate(held)}
    outside: dict[int, int] = {}
    tokens = []
    for node in held:
        inputs = tuple(
            (place[source], port) if source in place else (-1 - outside.setdefault(source, len(outside)), port)
            for source, port in hierarchy.graph.nodes[node].inputs
        )
        tokens.append((of_node[node], inputs))
    return hash(tuple(tokens))


def _batch_multiples(nodes: Sequence[Node], batch: int | None) -> list[int | None]:
    """By node, the first size of its outputs that stands for the batch: that, or the batch times what was flattened.

    Of multiples only those count that are joined, node by node, to a shape whose first sizes were flattened into one:
    512 may be a width as well as 64 × 8.
    """
    sizes = [None if is_parameter(node) else _first(node) for node in nodes]
    flattened: dict[int, int] = {}
    for index, node in enumerate(nodes if batch else ()):
        size = sizes[index]
        if size is not None and size != batch and size % (batch or 1) == 0:
            sources = [source for source, _ in node.inputs if source < index]
            if any(flattened.get(source) == size or _merges(nodes[source], size, batch) for source in sources):
                flattened[index] = size
    for index in range(len(nodes) - 1, -1, -1):  # what is added to such a value has its size, as a bias spread out
        for source, _ in nodes[index].inputs if index in flattened else ():
            if sizes[source] == flattened[index]:
                flattened[source] = flattened[index]
    return [flattened.get(index, None if is_parameter(node) else batch) for index, node in enumerate(nodes)]


def _first(node: Node) -> int | None:
    return node.outputs[0].shape[0] if node.outputs and node.outputs[0].shape else None


def _merges(node: Node, size: int, batch: int | None) -> bool:
    """Whether the first sizes of what a node gives, the batch before others, are one size together."""
    shape = (node.outputs[0].shape if node.outputs else None) or (0,)
    return shape[0] == batch and size in accumulate(shape, mul)


def _node_token(node: Node, proto: Any, first: int | None) -> tuple[Any, ...]:
    attributes = tuple(
        (key, _value_token(proto.attr[key])) for key in sorted(proto.attr) if not key.startswith(_NOT_STRUCTURE)
    )
    return node.op, tuple(_shape_token(tensor, first) for tensor in node.outputs), attributes


def _shape_token(tensor: Tensor, first: int | None) -> tuple[Any, ...]:
    shape = tensor.shape
    if shape and shape[0] == first:
        shape = (-1, *shape[1:])
    return tensor.dtype, shape


def _value_token(value: Any) -> bytes:
    if value.WhichOneof("value") != "tensor" or value.tensor.ByteSize() <= MAX_CONSTANT_BYTES:
        return bytes(value.SerializeToString(deterministic=True))
    tensor = value.tensor
    return f"{tensor.dtype} {[dim.size for dim in tensor.tensor_shape.dim]}".encode()
