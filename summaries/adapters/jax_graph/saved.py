"""What the forward pass keeps for the backward pass."""

from __future__ import annotations

from collections.abc import Sequence

from summaries.adapters.jax_graph.flops import num_bytes
from summaries.adapters.jax_graph.nodes import BACKWARD, FORWARD, Node, Value

# Another shape of the same numbers, which takes no memory of its own.
_VIEWS = frozenset(("broadcast_in_dim", "copy", "expand_dims", "reduce_precision", "reshape", "squeeze"))


def count_saved_bytes(nodes: Sequence[Node]) -> dict[int, int]:
    """Bytes of the outputs of forward operations that backward operations read, by `id` of the node.

    What only has another shape is booked where the numbers were computed, and once. Inputs and constants are not kept:
    they lie in memory anyway, or cost nothing to make again. Of a loop all turns count.
    """
    copies: dict[tuple[int, int], int] = {}
    sizes: dict[tuple[int, int], int] = {}
    for node in nodes:
        if node.phase == BACKWARD:
            for value in node.inputs:
                if (origin := _find_origin(value)) is not None:
                    key = id(origin.node), origin.port
                    copies[key] = max(copies.get(key, 1), origin.copies)
                    sizes[key] = num_bytes(origin.node.avals[origin.port])
    saved: dict[int, int] = {}
    for key, size in sizes.items():
        saved[key[0]] = saved.get(key[0], 0) + size * copies[key]
    return saved


def _find_origin(value: Value) -> Value | None:
    """Where the numbers were computed; None if they are not kept."""
    while value.node.phase == FORWARD and value.node.op in _VIEWS and value.node.inputs:
        inner = value.node.inputs[0]
        value = inner._replace(copies=max(inner.copies, value.copies))
    node = value.node
    return None if node.phase != FORWARD or node.is_input or node.is_constant else value
