"""What became of a module, in a few words: before and now."""

from __future__ import annotations

import re

from dashboard.graph.definition import Node
from dashboard.graph.hierarchy import Hierarchy
from dashboard.graph.matching import children_of
from dashboard.graph.modules import describe
from dashboard.graph.panel import HIDDEN_ATTRIBUTES, attribute_text


def describe_change(old: Hierarchy, before: int, new: Hierarchy, now: int) -> tuple[str, str]:
    """The first thing that differs between two items: (before, now). Both empty if only its inputs are others."""
    pairs = (
        _blocks(old, before, new, now),
        _descriptions(old, before, new, now),
        _node_facts(old, before, new, now),
        (_params(old, before), _params(new, now)),
        (_count(old, before), _count(new, now)),
    )
    return next(((was, is_now) for was, is_now in pairs if was != is_now), ("", ""))


def _blocks(old: Hierarchy, before: int, new: Hierarchy, now: int) -> tuple[str, str]:
    """How many repeated blocks two scopes hold, also those that a change keeps apart."""
    counts = _count_blocks(old, before), _count_blocks(new, now)
    return (f"{counts[0]} blocks", f"{counts[1]} blocks") if all(counts) else ("", "")


def _count_blocks(hierarchy: Hierarchy, index: int) -> int:
    """The children of a scope if blocks are all that it holds, without those that were removed; else 0."""
    items, stacks = hierarchy.items, hierarchy.stacks
    if index not in stacks and not any(child in stacks for child in items[index].children):
        return 0
    blocks = [child for child in children_of(hierarchy, index) if not _is_removed(hierarchy, child)]
    names = {re.sub(r"\d+", "#", items[child].name) for child in blocks}
    return len(blocks) if len(names) == 1 else 0


def _is_removed(hierarchy: Hierarchy, index: int) -> bool:
    return all(hierarchy.graph.nodes[node].mark == "removed" for node in hierarchy.nodes_below(index))


def _descriptions(old: Hierarchy, before: int, new: Hierarchy, now: int) -> tuple[str, str]:
    """Kind and sizes; the kind, and the parts at the end, are left out where they are the same."""
    first, second = describe(old, before), describe(new, now)
    if first.op == second.op and first.detail and second.detail:
        return _without_common_end(first.detail.split(" · "), second.detail.split(" · "))
    return f"{first.op} {first.detail}".strip(), f"{second.op} {second.detail}".strip()


def _without_common_end(first: list[str], second: list[str]) -> tuple[str, str]:
    while len(first) > 1 and len(second) > 1 and first[-1] == second[-1]:
        first, second = first[:-1], second[:-1]
    return " · ".join(first), " · ".join(second)


def _node_facts(old: Hierarchy, before: int, new: Hierarchy, now: int) -> tuple[str, str]:
    """The first attribute, else the shape, that two operations differ in."""
    first, second = old.node(old.items[before]), new.node(new.items[now])
    if first is None or second is None:
        return "", ""
    was, is_now = _attributes(old, first), _attributes(new, second)
    for key in sorted(was.keys() | is_now.keys()):
        if was.get(key) != is_now.get(key):
            return f"{key} {was.get(key, 'unset')}", f"{key} {is_now.get(key, 'unset')}"
    return _output(first), _output(second)


def _attributes(hierarchy: Hierarchy, node: Node) -> dict[str, str]:
    attributes = hierarchy.graph.definition.node[node.position].attr
    return {key: attribute_text(attributes[key]) for key in attributes if not key.startswith(HIDDEN_ATTRIBUTES)}


def _output(node: Node) -> str:
    return node.outputs[0].text if node.outputs else ""


def _params(hierarchy: Hierarchy, index: int) -> str:
    return f"{hierarchy.items[index].params:,} params"


def _count(hierarchy: Hierarchy, index: int) -> str:
    return f"{hierarchy.items[index].num_nodes:,} ops"
