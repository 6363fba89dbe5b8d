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
    they lie in memory anyway, or cost nothing to make again. Of a loop all turns count. What it hands from turn to turn
    is booked where a turn computes it, beside what the turns themselves keep of it: these are two arrays.
    """
    largest: dict[tuple[int, int, bool], Value] = {}
    for node in nodes:
        if node.phase == BACKWARD:
            for value in node.inputs:
                if (origin := _find_origin(value)) is not None:
                    key = id(origin.node), origin.port, origin.carry is not None
                    largest[key] = max(origin, largest.get(key, origin), key=lambda one: one.copies)
    saved: dict[int, int] = {}
    for (node_id, *_), value in largest.items():
        saved[node_id] = saved.get(node_id, 0) + num_bytes(value.node.avals[value.port]) * value.copies
    return saved


def _find_origin(value: Value) -> Value | None:
    """Where the numbers were computed; None if they are not kept. `carry` stays set of what a turn began with."""
    carry = None
    while True:
        if carry is None and value.carry is not None and value.copies > 1:  # the stack of what all turns began with
            carry = value.carry
            if carry.end is None:
                return None
            value = carry.end._replace(copies=value.copies)
        elif value.node.phase == FORWARD and value.node.op in _VIEWS and value.node.inputs:
            inner = value.node.inputs[0]
            value = inner._replace(copies=max(inner.copies, value.copies))
        else:
            break
    node = value.node
    return None if node.phase != FORWARD or node.is_input or node.is_constant else value._replace(carry=carry)
