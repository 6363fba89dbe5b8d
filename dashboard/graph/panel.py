"""The facts of one item, for the node panel."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from dashboard.graph.answers import Answer
from dashboard.graph.below import scopes_below
from dashboard.graph.definition import Node
from dashboard.graph.families import FAMILY_NAMES
from dashboard.graph.findings import Finding, find_finding
from dashboard.graph.flows import find_output, incoming_links, outgoing_links, saved_below, weights_below
from dashboard.graph.hierarchy import Hierarchy
from dashboard.graph.modules import describe, display_name
from dashboard.graph.quantities import device_of
from dashboard.graph.stacks import count_copies, find_blocks
from dashboard.graph.tensors import find_tensors, short_dtype

MAX_LISTED = 12
MAX_TEXT = 200
HIDDEN_ATTRIBUTES = ("_jax_", "_output_shapes")


def panel_answer(hierarchy: Hierarchy, item_id: str) -> Answer:
    """What the panel says of a scope or a node.

    Raises:
        KeyError: If the graph has no such item; carries a sentence.
    """
    index = hierarchy.index_by_id.get(item_id, 0)
    if index == 0:
        raise KeyError(f"The graph has no node {item_id!r}. It may belong to another run.")
    item = hierarchy.items[index]
    node = hierarchy.node(item)
    description = describe(hierarchy, index)
    leaving = outgoing_links(hierarchy, item.parent).get(index, [])
    output = find_output(hierarchy, index, leaving)
    entering = incoming_links(hierarchy, index)
    below, is_cut = scopes_below(hierarchy, index)
    return {
        "id": item.id,
        "name": display_name(hierarchy, index),
        "path": [hierarchy.items[outer].id for outer in hierarchy.ancestors(index)] + [item.id],
        "blocks": find_blocks(hierarchy, index),
        "op": description.op,
        "function": hierarchy.graph.function_by_scope.get(item.id, ""),
        "detail": description.detail,
        "family": description.family,
        "family_name": FAMILY_NAMES[description.family],
        "is_scope": node is None,
        "below": below,
        "is_below_cut": is_cut,
        "is_parameter": description.is_parameter,
        "nodes": item.num_nodes,
        "params": item.params,
        "flops": item.flops,
        "saved_bytes": item.saved_bytes,
        "times": item.times,
        "recomputed_flops": hierarchy.recomputed_flops.get(index),
        "output": output.text,
        "output_bytes": output.num_bytes,
        "weights": [_weight(weight, item.id) for weight in weights_below(hierarchy, index, MAX_LISTED)],
        "saved": [describe_saved(kept, item.id) for kept in saved_below(hierarchy, index, MAX_LISTED)],
        "copies": count_copies(hierarchy, index),
        "finding": _finding(find_finding(hierarchy, index)),
        "source": _find_source(hierarchy, index),
        "inputs": _ends(hierarchy, entering, is_input=True),
        "outputs": _ends(hierarchy, leaving, is_input=False),
        **(_node_facts(hierarchy, node) if node else _scope_facts(hierarchy, index)),
    }


def _finding(finding: Finding | None) -> Answer | None:
    return asdict(finding) if finding else None


def _weight(node: Node, scope: str) -> Answer:
    return {"id": node.path, "name": _relative(node.path, scope), "value": node.outputs[0].text if node.outputs else ""}


def describe_saved(node: Node, scope: str) -> Answer:
    """A node whose value is kept for the backward pass, named from a scope around it."""
    dtype = node.outputs[0].dtype if node.outputs else ""
    return {"id": node.path, "name": _relative(node.path, scope), "dtype": dtype, "bytes": node.saved_bytes}


def _relative(path: str, scope: str) -> str:
    return path.removeprefix(f"{scope}/") if path != scope else path.rpartition("/")[2]


def _find_source(hierarchy: Hierarchy, index: int) -> str:
    nodes = (hierarchy.graph.nodes[i] for i in hierarchy.nodes_below(index))
    return next((node.source for node in nodes if node.source), "")


def _ends(hierarchy: Hierarchy, links: list[int], *, is_input: bool) -> Answer:
    """The other ends of some links, each once, and how many more there are than are listed."""
    found: dict[tuple[int, int], Answer] = {}
    for index in links:
        link = hierarchy.links[index]
        end = link.source if is_input else link.target
        key = (end, link.port if is_input else -1)
        if key not in found:
            found[key] = {
                "id": hierarchy.items[hierarchy.item_by_node[end]].id,
                "value": hierarchy.tensor(link).text,
            }
    listed = list(found.values())
    return {"listed": listed[:MAX_LISTED], "more": max(0, len(listed) - MAX_LISTED)}


def _scope_facts(hierarchy: Hierarchy, index: int) -> Answer:
    return {"attributes": [], "controls": [], "device": device_of(hierarchy, index)}


def _node_facts(hierarchy: Hierarchy, node: Node) -> Answer:
    proto = hierarchy.graph.definition.node[node.position]
    shown = sorted(key for key in proto.attr if not key.startswith(HIDDEN_ATTRIBUTES))
    controls = [hierarchy.items[hierarchy.item_by_node[index]].id for index in node.controls]
    return {
        "attributes": [[key, attribute_text(proto.attr[key])] for key in shown],
        "controls": controls[:MAX_LISTED],
        "device": proto.device,
    }


def attribute_text(value: Any) -> str:
    """An attribute in words; constants are named by shape and type, long texts are cut."""
    form = value.WhichOneof("value")
    if form == "s":
        return _cut(value.s[: 4 * MAX_TEXT + 4].decode("utf-8", "replace"))
    if form in ("i", "f", "b", "placeholder"):
        return str(getattr(value, form))
    if form in ("shape", "type"):
        key = "shape" if form == "shape" else "dtype"
        tensors = find_tensors({key: value}, {key})
        return tensors[0].text if tensors else "unknown"
    if form == "tensor":
        return _tensor_text(value)
    if form == "func":
        return _cut(value.func.name)
    return _list_text(value.list) if form == "list" else ""


def _tensor_text(value: Any) -> str:
    tensor = value.tensor
    sizes = ",".join(str(dim.size) for dim in tensor.tensor_shape.dim)
    name = type(tensor).DESCRIPTOR.fields_by_name["dtype"].enum_type.values_by_number.get(tensor.dtype)
    return f"constant {short_dtype(name.name.removeprefix('DT_')) if name else ''}[{sizes}]"


def _list_text(values: Any) -> str:
    shown: list[str] = [value.decode("utf-8", "replace") for value in values.s[:MAX_LISTED]]
    for held in (values.i, values.f, values.b):
        shown += [str(value) for value in held[:MAX_LISTED]]
    for shape in values.shape[:MAX_LISTED]:
        shown.append("[" + ",".join(str(dim.size) for dim in shape.dim) + "]")
    return _cut(f"[{', '.join(shown)}]")


def _cut(text: str) -> str:
    return text if len(text) <= MAX_TEXT else text[:MAX_TEXT] + "…"
