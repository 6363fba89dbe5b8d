"""What the cells of a row say."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from dashboard.graph.families import PLUMBING_OPS, find_family, plain_op
from dashboard.graph.flows import weights_below
from dashboard.graph.hierarchy import Hierarchy
from dashboard.graph.modules import describe, display_name
from dashboard.graph.step.contents import Contents
from dashboard.graph.step.rows import Row

MAX_NAMED, MAX_INNER = 3, 4
_PRODUCTS = frozenset({"dotgeneral", "matmul", "dot"})
_SIZES = re.compile(r"→|^[\d,]+ ×")


@dataclass(frozen=True, slots=True)
class Words:
    """Texts of a row.

    Attributes:
        name: In the first column.
        op: What it is, for the second line and for what reads aloud.
        forward: First line of its forward cell.
        family: Key of `FAMILY_NAMES`.
        main_op: Its operation of most cost, written where there are no FLOPs to count.
    """

    name: str
    op: str
    forward: str
    family: str
    main_op: str = ""


def find_words(hierarchy: Hierarchy, contents: Contents, row: Row) -> Words:
    """Says what a row is."""
    if row.kind == "operations":
        return _name_operations(hierarchy, contents, row.item)
    name = display_name(hierarchy, row.item)
    if row.kind == "input":
        node = hierarchy.node(hierarchy.items[row.item])
        tensor = node.outputs[0] if node and node.outputs else None
        return Words(name, f"{tensor.label} {tensor.dtype}" if tensor else "", name, "io")
    if row.blocks:
        return _name_stack(hierarchy, row, name)
    return _name_module(hierarchy, contents, row, name)


def _name_module(hierarchy: Hierarchy, contents: Contents, row: Row, name: str) -> Words:
    description = describe(hierarchy, row.item)
    inner = [display_name(hierarchy, module) for module in contents.of(row.item).modules]
    if inner:
        text = description.op or " · ".join(inner[:MAX_INNER]) + (" …" if len(inner) > MAX_INNER else "")
        return Words(name, description.op, text, description.family)
    largest = _by_cost(hierarchy, [node for node in hierarchy.nodes_below(row.item) if _is_work(hierarchy, node)])
    main_op = hierarchy.graph.nodes[largest[0]].op if largest else ""
    product = _product(hierarchy, largest[0]) if largest and plain_op(main_op) in _PRODUCTS else ""
    if not description.op and description.family in ("math", "other"):
        return Words(name, "", product or description.detail or name, find_family(main_op), main_op)
    is_linear = description.family == "linear"
    is_sized = is_linear and bool(_SIZES.search(description.detail))
    sizes = description.detail if is_sized else _kernel_sizes(hierarchy, row.item) or product * is_linear
    text = sizes or description.op or description.detail or name
    return Words(name, description.op, text, description.family, main_op)


def _kernel_sizes(hierarchy: Hierarchy, index: int) -> str:
    """The sizes of a convolution that was lowered to other operations: ``3×3 · 16 → 32``."""
    shapes = [node.outputs[0].shape or () for node in weights_below(hierarchy, index, MAX_INNER) if node.outputs]
    widest = max(shapes, key=len, default=())
    if len(widest) < 3 or "conv" not in hierarchy.items[index].name.lower():
        return ""
    return f"{'×'.join(map(str, widest[:-2]))} · {widest[-2]:,} → {widest[-1]:,}"


def _product(hierarchy: Hierarchy, index: int) -> str:
    """The sizes of a matrix product with a weight that is another module's."""
    node = hierarchy.graph.nodes[index]
    source, port = node.inputs[0]
    outputs = hierarchy.graph.nodes[source].outputs
    read = outputs[port].shape if port < len(outputs) else None
    given = node.outputs[0].shape if node.outputs else None
    return f"{read[-1]:,} → {given[-1]:,}" if read and given else ""


def _name_stack(hierarchy: Hierarchy, row: Row, name: str) -> Words:
    first = describe(hierarchy, row.blocks[0])
    family = first.family if first.family != "other" else "attn"
    return Words(name, first.op, f"{len(row.blocks):,} blocks", family)


def _name_operations(hierarchy: Hierarchy, contents: Contents, scope: int) -> Words:
    """Operations of a module that are in no module inside it, named by what they do together."""
    nodes = [node for child in contents.of(scope).loose for node in hierarchy.nodes_below(child)]
    counted = [node for node in nodes if _is_work(hierarchy, node)]
    ops = [plain_op(hierarchy.graph.nodes[node].op) for node in counted]
    if not counted:
        return Words("sums of gradients", "backward only", "sums of gradients", "math")
    op = "1 op" if len(counted) == 1 else f"{len(counted):,} ops"
    if ops.count("dotgeneral") > 1 and "exp" in ops:
        return Words("softmax attention", op, "softmax(q·kᵀ)·v", "attn", "dot_general")
    if scope == 0 and "log" in ops and "exp" in ops:
        return Words("loss", op, "cross-entropy", "loss", "log")
    if "tanh" in ops and "integerpow" in ops:
        return Words("gelu", op, "gelu", "act", "tanh")
    largest = _by_cost(hierarchy, counted)
    names = list(dict.fromkeys(_bare(hierarchy.graph.nodes[node].path) for node in largest))
    text = " · ".join(names[:MAX_NAMED]) + (" …" if len(names) > MAX_NAMED else "")
    family = find_family(hierarchy.graph.nodes[largest[0]].op) if largest else "math"
    return Words(text or "operations", op, text or "operations", family, names[0] if names else "")


def _is_work(hierarchy: Hierarchy, index: int) -> bool:
    node = hierarchy.graph.nodes[index]
    return bool(node.inputs) and plain_op(node.op) not in PLUMBING_OPS


def _by_cost(hierarchy: Hierarchy, nodes: Sequence[int]) -> list[int]:
    """Most FLOPs first, then most bytes of the output."""

    def cost(index: int) -> tuple[int, int]:
        node = hierarchy.graph.nodes[index]
        return node.flops, sum(tensor.num_bytes for tensor in node.outputs)

    return sorted(nodes, key=cost, reverse=True)


def _bare(path: str) -> str:
    return re.sub(r"_\d+$", "", path.rpartition("/")[2])
