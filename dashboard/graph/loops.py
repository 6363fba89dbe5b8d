"""Which scopes are the body of a loop, and how many turns it takes."""

from __future__ import annotations

from dashboard.graph.families import LOOP_OPS, plain_op
from dashboard.graph.hierarchy import Hierarchy

UNKNOWN_TURNS = 0


def find_turns(hierarchy: Hierarchy, index: int) -> int | None:
    """The turns of the loop whose body a scope is: `UNKNOWN_TURNS` if the graph does not tell; None of no loop."""
    item = hierarchy.items[index]
    if item.node >= 0 or index == 0:
        return None
    outer = hierarchy.items[item.parent].times or 1
    if item.times > outer:
        return item.times // outer
    if item.id in hierarchy.graph.loops:
        return UNKNOWN_TURNS
    nodes = (hierarchy.node(hierarchy.items[child]) for child in item.children)
    return UNKNOWN_TURNS if any(node is not None and plain_op(node.op) in LOOP_OPS for node in nodes) else None
