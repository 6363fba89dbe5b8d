"""What differs between two graphs: added, removed and changed, in one drawing.

Modules are matched by structure, so that one with another name, or one that moved, is the same module
(`dashboard.graph.matching`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from dashboard.graph.answers import Answer, find_batch
from dashboard.graph.changes import describe_change
from dashboard.graph.hierarchy import Hierarchy
from dashboard.graph.matching import children_of, match
from dashboard.graph.modules import display_name
from dashboard.graph.union import ADDED, CHANGED, REMOVED, unite

MAX_CHANGES = 500


@dataclass(frozen=True)
class Comparison:
    """Two graphs in one tree. Pure data: safe to read from any thread.

    Attributes:
        hierarchy: The new graph with what only the old one has.
        old: The graph that was compared with.
        new: The graph that is shown.
        change_by_item: ``added``, ``removed`` or ``changed`` of items of `hierarchy`; others are as before.
        old_by_item: Index in `old` of the items of `hierarchy` that were there.
        batches: The batch sizes of both, as far as they are known; they count as equal.
    """

    hierarchy: Hierarchy
    old: Hierarchy
    new: Hierarchy
    change_by_item: dict[int, str]
    old_by_item: dict[int, int]
    batches: tuple[int | None, int | None]


def compare(old: Hierarchy, new: Hierarchy, check: Callable[[], None] = lambda: None) -> Comparison:
    """Compares two graphs.

    Args:
        old: The graph to compare with.
        new: The graph that is shown.
        check: Called between two steps of the work; what it raises ends it.
    """
    batches = find_batch(old), find_batch(new)
    matching = match(old, new, batches if batches[0] != batches[1] else (None, None), check)
    check()
    union = unite(old, new, matching)
    check()
    tree = union.hierarchy
    old_by_item: dict[int, int] = {}
    changes: dict[int, str] = {}
    for index, item in enumerate(tree.items):
        there = None if item.is_made else new.index_by_id.get(item.id)
        node = tree.node(item)
        if node is not None:
            changes[index] = node.mark
            if node.mark != ADDED:
                old_by_item[index] = old.item_by_node[union.old_by_node[item.node]]
        elif there in matching.old_by_new:
            old_by_item[index] = matching.old_by_new[there]
            changes[index] = CHANGED if there in matching.changed else ""
    _fill_scopes(tree, changes, old_by_item)
    found = {index: change for index, change in changes.items() if change}
    return Comparison(tree, old, new, found, old_by_item, batches)


def _fill_scopes(tree: Hierarchy, changes: dict[int, str], old_by_item: dict[int, int]) -> None:
    """A scope all of whose parts were added or removed was so itself; one that holds a change is changed."""
    for index in sorted(range(1, len(tree.items)), key=lambda i: -tree.items[i].depth):
        item = tree.items[index]
        if item.node >= 0 or not item.children:
            continue
        below = {changes.get(child, "") for child in item.children}
        if index not in old_by_item and len(below) == 1 and below <= {ADDED, REMOVED}:
            changes[index] = next(iter(below))
        elif below != {""}:
            changes[index] = CHANGED


def annotate(comparison: Comparison, answer: Answer) -> Answer:
    """Adds to a drawing of `comparison.hierarchy` what differs: to its boxes and layers, and the list of changes."""
    index_by_id = comparison.hierarchy.index_by_id
    for box in answer["boxes"]:
        if box["item"]:
            box.update(_new_figures(comparison, box["item"]))
        box.update(_box_change(comparison, index_by_id.get(box["item"], 0)))
    for row in answer["layers"]:
        row.update(_new_figures(comparison, row["id"]))
        index = index_by_id[row["id"]]
        before = comparison.old_by_item.get(index)
        row["change"] = comparison.change_by_item.get(index, "")
        row["was"] = _figures(comparison.old, before) if before is not None else None
    changes = _list_changes(comparison)
    kinds = [change["change"] for change in changes]
    answer["comparison"] = {
        **{kind: kinds.count(kind) for kind in (ADDED, REMOVED, CHANGED)},
        "renamed": sum(_old_name(comparison, i) != "" for i in comparison.old_by_item),
        "changes": changes[:MAX_CHANGES],
        "batches": list(comparison.batches),
        "was": _figures(comparison.old, 0),
    }
    answer["totals"] = answer["totals"] | _figures(comparison.new, 0) | {"was": comparison.old.items[0].params}
    return answer


def _figures(hierarchy: Hierarchy, index: int) -> Answer:
    item = hierarchy.items[index]
    return {
        "params": item.params,
        "flops": item.flops,
        "saved_bytes": item.saved_bytes,
        "nodes": item.num_nodes,
    }


def _new_figures(comparison: Comparison, item_id: str) -> Answer:
    """The figures of an item of the new graph: the tree of both holds what was removed besides."""
    index = comparison.new.index_by_id.get(item_id)
    return _figures(comparison.new, index) if index is not None else {}


def _box_change(comparison: Comparison, index: int) -> Answer:
    change = comparison.change_by_item.get(index, "")
    before = comparison.old_by_item.get(index)
    answer: Answer = {"change": change, "old_name": _old_name(comparison, index), "was": "", "now": ""}
    if change == CHANGED and before is not None:
        answer["was"], answer["now"] = describe_change(comparison.old, before, comparison.hierarchy, index)
    return answer


def _old_name(comparison: Comparison, index: int) -> str:
    """What a scope was called; empty if as now. Numbered operations are named anew by any change before them."""
    before = comparison.old_by_item.get(index, 0)
    item, was = comparison.hierarchy.items[index], comparison.old.items[before]
    if not before or item.node >= 0 or comparison.change_by_item.get(index) == REMOVED:
        return ""
    return display_name(comparison.old, before) if was.name != item.name else ""


def _list_changes(comparison: Comparison) -> list[Answer]:
    """Each added or removed part once, by its outermost scope, and the changed layers."""
    tree = comparison.hierarchy
    found: list[int] = []

    def add(scope: int) -> None:
        for child in children_of(tree, scope):
            change = comparison.change_by_item.get(child, "")
            if change in (ADDED, REMOVED):
                if tree.items[child].node not in tree.constants:
                    found.append(child)
            elif change == CHANGED:
                count = len(found)
                if not _is_layer(tree, child):
                    add(child)
                if len(found) == count:
                    found.append(child)

    add(0)
    return [_change(comparison, index) for index in found]


def _is_layer(tree: Hierarchy, index: int) -> bool:
    """Whether an item holds operations and series of them only, or is an operation."""
    return all(tree.items[child].node >= 0 or child in tree.series for child in tree.items[index].children)


def _change(comparison: Comparison, index: int) -> Answer:
    tree = comparison.hierarchy
    return {
        "id": tree.items[index].id,
        "name": display_name(tree, index),
        "scopes": [tree.items[outer].id for outer in tree.ancestors(index)],
        **_box_change(comparison, index),
    }
