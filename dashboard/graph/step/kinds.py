"""What the saved bytes are: by kind of module (or by module, where there are few), and the largest tensor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dashboard.graph.families import find_family, plain_op
from dashboard.graph.hierarchy import Hierarchy
from dashboard.graph.modules import describe, display_name
from dashboard.graph.step.phases import Step
from dashboard.graph.step.rows import Row

MAX_MODULES = 8
_NAMES = {
    "linear": "dense",
    "attn": "attention",
    "norm": "normalisation",
    "act": "MLP",
    "embed": "embedding",
    "math": "element-wise",
    "loss": "loss",
    "io": "input",
    "other": "other",
}
# A module of such a name is one kind whatever it holds; a block or an encoder is not.
_WHOLE = ("attn", "act", "norm", "loss", "embed")
_CONTAINERS = ("block", "encoder", "decoder", "transformer")


@dataclass(frozen=True)
class Segment:
    """A part of the saved bytes: its name, the family that colours it, and its bytes."""

    name: str
    family: str
    num_bytes: int


@dataclass(frozen=True)
class Largest:
    """The tensor that takes the most of the saved bytes, with its copies in equal blocks.

    Attributes:
        id: Path of its node, in the first block.
        module: Name of the module that it belongs to; empty for none.
        name: Name of its operation.
        dtype: Its type, as ``f32``.
        num_bytes: Of one copy.
        count: How many copies are kept.
        total_bytes: Of all of them.
    """

    id: str
    module: str
    name: str
    dtype: str
    num_bytes: int
    count: int
    total_bytes: int


def split_by_kind(step: Step, top_rows: Sequence[Row]) -> list[Segment]:
    """The saved bytes by kind, the largest first; by module in forward order when the model has few and no stack."""
    hierarchy = step.hierarchy
    kept = [row for row in top_rows if _saved(hierarchy, row)]
    if len(kept) <= MAX_MODULES and all(row.kind == "module" for row in kept):
        return [
            Segment(display_name(hierarchy, row.item), describe(hierarchy, row.item).family, _saved(hierarchy, row))
            for row in kept
        ]
    found: dict[tuple[str, str], int] = {}
    kind_by_scope: dict[int, tuple[str, str]] = {}
    for index, node in enumerate(hierarchy.graph.nodes):
        if node.saved_bytes:
            scope = hierarchy.scope_of(hierarchy.item_by_node[index])
            if scope not in kind_by_scope:
                kind_by_scope[scope] = _kind(hierarchy, scope)
            kind = kind_by_scope[scope]
            found[kind] = found.get(kind, 0) + node.saved_bytes
    ordered = sorted(found.items(), key=lambda pair: -pair[1])
    return [Segment(name, family, num_bytes) for (name, family), num_bytes in ordered]


def _saved(hierarchy: Hierarchy, row: Row) -> int:
    return sum(hierarchy.items[member].saved_bytes for member in row.members)


def _kind(hierarchy: Hierarchy, scope: int) -> tuple[str, str]:
    """Name and family of a scope: of the outermost that is one kind as a whole, else of the innermost module."""
    chain = (*hierarchy.ancestors(scope), scope) if scope else ()
    for index in chain:
        plain = plain_op(hierarchy.items[index].name)
        family = find_family(hierarchy.items[index].name)
        if family in _WHOLE and not any(word in plain for word in _CONTAINERS):
            return _named(hierarchy, index, family)
    modules = [index for index in chain if hierarchy.items[index].params] or list(chain[:1])
    if not modules:
        return "operations", "math"
    innermost = modules[-1]
    if not hierarchy.items[innermost].params:
        return display_name(hierarchy, innermost), describe(hierarchy, innermost).family
    if _holds_modules(hierarchy, innermost):
        return "between modules", "math"
    return _named(hierarchy, innermost, describe(hierarchy, innermost).family)


def _holds_modules(hierarchy: Hierarchy, scope: int) -> bool:
    children = (hierarchy.items[child] for child in hierarchy.items[scope].children)
    return any(child.params and child.node < 0 for child in children)


def _named(hierarchy: Hierarchy, index: int, family: str) -> tuple[str, str]:
    """Layers that are told by their parameters are named as such: LayerNorm, Conv."""
    op = describe(hierarchy, index).op if family in ("norm", "linear", "embed") else ""
    return op or _NAMES[family], family


def find_largest(step: Step) -> Largest | None:
    """The largest of the saved tensors, all copies taken together; None if nothing is saved."""
    hierarchy = step.hierarchy
    kept = [(index, node) for index, node in enumerate(hierarchy.graph.nodes) if node.saved_bytes]
    if not kept:
        return None
    canonical = _canonical_ids(hierarchy)
    held: dict[str, list[int]] = {}
    for index, _ in kept:
        item = hierarchy.items[hierarchy.item_by_node[index]]
        held.setdefault(f"{canonical[item.parent]}/{item.name}", []).append(index)
    nodes = hierarchy.graph.nodes
    copies = max(held.values(), key=lambda indices: sum(nodes[index].saved_bytes for index in indices))
    first = nodes[copies[0]]
    item = hierarchy.items[hierarchy.item_by_node[copies[0]]]
    scope = hierarchy.scope_of(hierarchy.item_by_node[copies[0]])
    ports = step.kept_ports.get(copies[0], (0,))
    dtype = first.outputs[ports[0]].dtype if ports[0] < len(first.outputs) else ""
    total = sum(nodes[index].saved_bytes for index in copies)
    is_even = total == first.saved_bytes * len(copies)
    return Largest(
        item.id,
        display_name(hierarchy, scope) if scope else "",
        item.name.rstrip("0123456789").rstrip("_") or item.name,
        dtype,
        first.saved_bytes if is_even else max(nodes[index].saved_bytes for index in copies),
        len(copies) if is_even else 1,
        total,
    )


def _canonical_ids(hierarchy: Hierarchy) -> dict[int, str]:
    """Ids of all scopes, with the first block of a stack in place of each of its blocks."""
    ids = {0: ""}
    waiting = [0]
    while waiting:
        scope = waiting.pop()
        blocks = hierarchy.stacks.get(scope, ())
        for child in hierarchy.items[scope].children:
            if hierarchy.items[child].node < 0:
                name = hierarchy.items[blocks[0] if child in blocks else child].name
                ids[child] = f"{ids[scope]}/{name}".lstrip("/")
                waiting.append(child)
    return ids
