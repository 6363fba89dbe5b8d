"""What rematerialisation computes a second time: operations of the backward pass that repeat the forward pass."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dashboard.graph.hierarchy import Hierarchy

RECOMPUTED = "rematted_computation"
# Scopes that JAX adds to those of the model.
_ADDED = frozenset({RECOMPUTED, "checkpoint", "remat"})


def is_recomputed(proto: Any) -> bool:
    """Whether a node of the backward pass computes a forward value again."""
    return RECOMPUTED in proto.name.rpartition("/")[0] or ("_jax_remat" in proto.attr and proto.attr["_jax_remat"].b)


def find_item(hierarchy: Hierarchy, path: str) -> int:
    """The item of the forward pass that a node of another phase repeats, or else the innermost scope around it."""
    parts = plain_parts(path)
    while parts:
        index = hierarchy.index_by_id.get("/".join(parts))
        if index is not None:
            return index
        parts = parts[:-1]
    return 0


def count_recomputed_flops(hierarchy: Hierarchy) -> dict[int, int]:
    """FLOPs that are spent a second time, by the item whose values they give; without items that have no part in it."""
    found: dict[int, int] = {}
    for proto in hierarchy.graph.definition.node:
        phase, _, path = proto.name.partition("/")
        if phase == "backward" and is_recomputed(proto):
            index = find_item(hierarchy, path)
            for item in (index, *hierarchy.ancestors(index)):
                found[item] = found.get(item, 0) + (proto.attr["_jax_flops"].i if "_jax_flops" in proto.attr else 0)
    return found


def plain_parts(scope: str) -> list[str]:
    """The scopes of the model: a checkpointed function names those around it twice.

    >>> plain_parts("h/3/h/3/rematted_computation/attn")
    ['h', '3', 'attn']
    """
    parts = [part for part in scope.split("/") if part and part not in _ADDED]
    for size in range(len(parts) // 2, 0, -1):
        if parts[:size] == parts[size : 2 * size]:
            return parts[size:]
    return parts
