"""At most one thing worth knowing of a node: one sentence, with the number in front."""

from __future__ import annotations

from dataclasses import dataclass

from dashboard.graph.definition import Node
from dashboard.graph.hierarchy import Hierarchy
from dashboard.graph.modules import is_parameter
from dashboard.graph.stacks import count_copies

LARGE_SHARE = 0.25
MIN_WIDE_SHARE = 0.01
_HALF = frozenset({"bf16", "f16"})
_UNITS = ("B", "kB", "MB", "GB", "TB", "PB")


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found.

    Attributes:
        lead: The number and what it counts.
        text: The rest of the sentence.
    """

    lead: str
    text: str


def find_finding(hierarchy: Hierarchy, index: int) -> Finding | None:
    """The most useful finding of an item: dead parameters, wide tensors of a half-precision model, a large share."""
    below = hierarchy.nodes_below(index)
    nodes = [hierarchy.graph.nodes[node] for node in below]
    return _find_unread(hierarchy, below) or _find_wide(hierarchy, index, nodes) or _find_large(hierarchy, index, nodes)


def _find_unread(hierarchy: Hierarchy, below: list[int]) -> Finding | None:
    held = ((index, hierarchy.graph.nodes[index]) for index in below)
    unread = [node for index, node in held if node.params and is_parameter(node) and index not in hierarchy.read_nodes]
    if not unread:
        return None
    count = sum(node.params for node in unread)
    names = ", ".join(node.path.rpartition("/")[2] for node in unread[:3]) + (", …" if len(unread) > 3 else "")
    return Finding(f"{count:,} parameters are read by nothing", f"no node of the forward pass uses {names}.")


def _find_wide(hierarchy: Hierarchy, index: int, nodes: list[Node]) -> Finding | None:
    if hierarchy.dtype not in _HALF:
        return None
    wide = [node for node in nodes if node.saved_bytes and node.outputs and node.outputs[0].dtype == "f32"]
    num_bytes = sum(node.saved_bytes for node in wide)
    share = _share(hierarchy, index, num_bytes)
    if share < MIN_WIDE_SHARE:
        return None
    largest = max(wide, key=lambda node: node.saved_bytes)
    name = largest.path.rpartition("/")[2]
    kept = f"{name} runs in float32 and its result is kept for backward"
    return Finding(f"{write_bytes(num_bytes)} of this is f32", f"{kept}. {_of_all(hierarchy, index, num_bytes, share)}")


def _find_large(hierarchy: Hierarchy, index: int, nodes: list[Node]) -> Finding | None:
    item = hierarchy.items[index]
    parts = [hierarchy.items[child].saved_bytes for child in item.children if hierarchy.items[child].node < 0]
    if index in hierarchy.stacks or any(2 * part > item.saved_bytes for part in parts):  # that part is told of
        return None
    share = _share(hierarchy, index, item.saved_bytes)
    if share <= LARGE_SHARE:
        return None
    largest = max(nodes, key=lambda node: node.saved_bytes)
    value = (
        f"; the largest is {largest.outputs[0].text} of {largest.path.rpartition('/')[2]}" if largest.outputs else ""
    )
    return Finding(f"{_percent(share)} of all saved bytes", f"kept here for backward{value}.")


def _share(hierarchy: Hierarchy, index: int, num_bytes: int) -> float:
    total = hierarchy.items[0].saved_bytes
    return count_copies(hierarchy, index) * num_bytes / total if total else 0.0


def _of_all(hierarchy: Hierarchy, index: int, num_bytes: int, share: float) -> str:
    copies = count_copies(hierarchy, index)
    if copies == 1:
        return f"That is {_percent(share)} of all saved bytes."
    return f"Over {copies} blocks that is {write_bytes(copies * num_bytes)}, {_percent(share)} of all saved bytes."


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def write_bytes(num_bytes: float) -> str:
    """Bytes to 3 significant digits.

    >>> write_bytes(402_653_184), write_bytes(12)
    ('403 MB', '12 B')
    """
    unit = 0
    while num_bytes >= 999.5 and unit < len(_UNITS) - 1:
        num_bytes /= 1000
        unit += 1
    if unit == 0:
        return f"{num_bytes:.0f} B"
    digits = 2 if num_bytes < 9.995 else 1 if num_bytes < 99.95 else 0
    return f"{num_bytes:.{digits}f} {_UNITS[unit]}"
