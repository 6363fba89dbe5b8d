"""What the data routes answer: plain dictionaries, ready for JSON.

The numbers are raw (the page formats them), the places are in px at zoom 1, rounded to a tenth.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from dashboard.graph.definition import has_backward_pass
from dashboard.graph.drawing import Box, Drawing, Edge
from dashboard.graph.elements import find_only_end
from dashboard.graph.families import FAMILY_NAMES, INPUT_OPS, JOIN_SYMBOLS, plain_op
from dashboard.graph.flows import find_output, outgoing_links
from dashboard.graph.hierarchy import Hierarchy, Item
from dashboard.graph.layout import layout
from dashboard.graph.limits import CLOSED, find_only_module
from dashboard.graph.loops import find_turns
from dashboard.graph.modules import describe, display_name, is_parameter, is_weighted
from dashboard.graph.quantities import box_quantities, missing_quantities
from dashboard.graph.stacks import count_copies, find_scope

MAX_LAYERS = 2000

Answer = dict[str, Any]


def drawing_answer(
    hierarchy: Hierarchy,
    open_ids: frozenset[str],
    keep: str = "",
    check: Callable[[], None] = lambda: None,
    blocks: Mapping[str, int] | None = None,
) -> Answer:
    """The drawing and the layer table of a graph with some scopes open; see `layout`.

    A module that is alone at the top is open unless `CLOSED` is among the ids.
    """
    only = hierarchy.once(find_only_module)
    if only and CLOSED not in open_ids:
        open_ids |= {only}
    drawing = layout(hierarchy, open_ids, keep, check, blocks)
    boxes = [
        _box(hierarchy, box) | _stack(hierarchy, box.item, drawing.shown) | quantities
        for box, quantities in zip(drawing.boxes, box_quantities(hierarchy, drawing.boxes), strict=True)
    ]
    used = {box["family"] for box in boxes if box["kind"] in ("module", "stack", "op", "group")}
    opened = frozenset(box.id for box in drawing.boxes if box.kind == "group")
    return {
        "boxes": boxes,
        "edges": [_edge(edge) for edge in drawing.edges],
        "left": round(drawing.left, 1),
        "right": round(drawing.right, 1),
        "height": round(drawing.height, 1),
        "byte_range": hierarchy.byte_range if hierarchy.byte_range[1] else None,
        "closed": drawing.closed,
        "twins": drawing.twins,
        "is_coarse": drawing.is_coarse,
        "only": only,
        "families": [{"key": key, "name": name} for key, name in FAMILY_NAMES.items() if key in used],
        "layers": _layers(hierarchy, opened, drawing.shown),
        "totals": _totals(hierarchy.items[0]),
        "missing": hierarchy.once(missing_quantities),
        "is_traced": hierarchy.graph.is_traced,
        "has_backward": hierarchy.once(_has_backward_pass),
        "batch": hierarchy.once(find_batch),
        "dtype": hierarchy.dtype,
        "notes": notes(hierarchy, drawing),
    }


def _totals(root: Item) -> Answer:
    return {
        "params": root.params,
        "flops": root.flops,
        "saved_bytes": root.saved_bytes,
        "nodes": root.num_nodes,
    }


def notes(hierarchy: Hierarchy, drawing: Drawing) -> list[str]:
    """One sentence for each thing that is missing from the graph or from its drawing."""
    said = list(hierarchy.graph.notes)
    if drawing.is_coarse:
        said.append("Laid out by scope only.")
    if len(drawing.closed) == 1:
        said.append("Closed 1 group to keep this fluid.")
    elif drawing.closed:
        said.append(f"Closed {len(drawing.closed)} groups to keep this fluid.")
    return said


def _has_backward_pass(hierarchy: Hierarchy) -> bool:
    return has_backward_pass(hierarchy.graph)


def find_batch(hierarchy: Hierarchy) -> int | None:
    """The first size that most inputs of a traced graph share: what layers carry from step to step may have another.

    It is none if no layer gives as many: then the graph is of one example, whose first axis is another.
    """
    if not hierarchy.graph.is_traced:
        return None
    given = [node.outputs[0].shape or () for node in hierarchy.graph.nodes if is_weighted(node.op) and node.outputs]
    firsts = {shape[0] for shape in given if len(shape) > 1}  # the batch, or of a flattened one a multiple
    lasts = {shape[-1] for shape in given if len(shape) > 1}  # the batch under vmap
    sizes = Counter(
        node.outputs[0].shape[0]
        for node in hierarchy.graph.nodes
        if plain_op(node.op) in INPUT_OPS and not is_parameter(node) and node.outputs and node.outputs[0].shape
    )
    known = [
        size for size in sizes if not given or size in lasts or any(size and first % size == 0 for first in firsts)
    ]
    return max(known, key=lambda size: sizes[size], default=None)


def _box(hierarchy: Hierarchy, box: Box) -> Answer:
    item = hierarchy.items[box.item]
    node = hierarchy.node(item)
    answer: Answer = {
        "id": box.id,
        "kind": box.kind,
        "name": display_name(hierarchy, box.item) if box.item else box.name,
        "parent": box.parent,
        "level": box.level,
        "x": round(box.x, 1),
        "y": round(box.y, 1),
        "width": round(box.width, 1),
        "height": round(box.height, 1),
        "spine": round(box.spine, 1),
        "count": box.count,
    }
    if not box.item:
        members = [_member(hierarchy, index) for index in box.members]
        return answer | {"item": "", "family": "io", "can_open": False, "members": members}
    description = hierarchy.once(describe, box.item)
    owner = None if item.params or item.node >= 0 else hierarchy.owners.get(box.item)
    return answer | {
        "item": item.id,
        "op": description.op,
        "detail": description.detail,
        "family": description.family,
        "symbol": JOIN_SYMBOLS.get(plain_op(node.op), "") if node else "",
        "can_open": bool(item.children) and box.kind not in ("input", "output"),
        "params": item.params,
        "tied": hierarchy.items[owner].id if owner is not None else "",
        "flops": item.flops,
        "saved_bytes": item.saved_bytes,
        "nodes": item.num_nodes,
        "copies": count_copies(hierarchy, box.item),
        "is_series": box.item in hierarchy.series,
        "turns": find_turns(hierarchy, box.item),
    }


def _member(hierarchy: Hierarchy, index: int) -> Answer:
    """An item that is folded into a box, as the list of that box tells it."""
    item = hierarchy.items[index]
    description = describe(hierarchy, index)
    return {"id": item.id, "name": display_name(hierarchy, index), "op": description.op, "params": item.params}


def _stack(hierarchy: Hierarchy, index: int, shown: Mapping[int, int]) -> Answer:
    if index in hierarchy.series:
        return {"count": len(hierarchy.items[index].children)}
    blocks = hierarchy.stacks.get(index)
    if not blocks:
        return {}
    return {
        "count": len(blocks),
        "blocks": [hierarchy.items[block].id for block in blocks],
        "shown": hierarchy.items[find_scope(hierarchy, index, shown)].id,
    }


def _edge(edge: Edge) -> Answer:
    head, dot, label = edge.head, edge.dot, edge.label
    return {
        "source": edge.source,
        "target": edge.target,
        "points": [[round(x, 1), round(y, 1)] for x, y in edge.points],
        "radius": edge.radius,
        "width": edge.width,
        "bytes": edge.num_bytes,
        "head": [round(head.x, 1), round(head.y, 1), head.to] if head else None,
        "dot": [round(dot[0], 1), round(dot[1], 1)] if dot else None,
        "label": [label.text, round(label.x, 1), round(label.y, 1), label.anchor] if label else None,
        "title": edge.title,
        "dashed": edge.is_dashed,
        "level": edge.level,
    }


def _layers(hierarchy: Hierarchy, opened: frozenset[str], shown: Mapping[int, int]) -> list[Answer]:
    """The layer table: every scope that is a child of an open one, and the operations that cost something."""
    rows: list[Answer] = []

    def add(outer: int, depth: int) -> None:
        scope = find_scope(hierarchy, outer, shown)
        links = hierarchy.once(outgoing_links, scope)
        for child in hierarchy.items[scope].children:
            if len(rows) >= MAX_LAYERS:
                return
            item = hierarchy.items[child]
            node = hierarchy.node(item)
            if find_only_end(hierarchy, child):
                continue
            if node is not None and (is_parameter(node) or not (item.flops or item.saved_bytes or item.params)):
                continue
            rows.append(_layer(hierarchy, child, depth, links.get(child, []), opened))
            if item.id in opened:
                add(child, depth + 1)

    add(0, 0)
    return rows


def _layer(hierarchy: Hierarchy, index: int, depth: int, links: list[int], opened: frozenset[str]) -> Answer:
    item = hierarchy.items[index]
    output = find_output(hierarchy, index, links)
    members = item.children if index in hierarchy.series else hierarchy.stacks.get(index, ())
    return {
        "id": item.id,
        "name": display_name(hierarchy, index),
        "depth": depth,
        "output": output.label,
        "output_bytes": output.num_bytes,
        "params": item.params,
        "flops": item.flops,
        "saved_bytes": item.saved_bytes,
        "nodes": item.num_nodes,
        "count": len(members),
        "can_open": bool(item.children),
        "is_open": item.id in opened,
    }
