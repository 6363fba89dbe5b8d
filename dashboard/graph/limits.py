"""How much is drawn at a time: beyond, the group with the most children closes first."""

from __future__ import annotations

from collections.abc import Mapping

from dashboard.graph.elements import find_only_end
from dashboard.graph.hierarchy import Hierarchy
from dashboard.graph.stacks import find_scope, find_twin

MAX_BOXES = 400
MAX_EDGES = 600
CLOSED = "/"


def close_beyond_limit(
    hierarchy: Hierarchy, open_ids: frozenset[str], keep: str, shown: Mapping[int, int]
) -> tuple[frozenset[str], list[str]]:
    """Closes the fullest groups until no more than `MAX_BOXES` boxes can be visible."""
    closed: list[str] = []
    open_ids = find_visible(hierarchy, open_ids)
    while _count_boxes(hierarchy, open_ids, shown) > MAX_BOXES:
        fullest = find_fullest(hierarchy, open_ids, keep)
        if fullest is None:
            break
        closed.append(fullest)
        open_ids = find_visible(hierarchy, open_ids - {fullest})
    return open_ids, closed


def find_only_module(hierarchy: Hierarchy) -> str:
    """Id of the module that is all of the graph but its inputs and outputs, as torch and Keras write; else empty."""
    children = hierarchy.items[0].children
    modules = [child for child in children if _is_module(hierarchy, child)]
    is_alone = len(modules) == 1 and modules[0] not in hierarchy.stacks
    return hierarchy.items[modules[0]].id if is_alone else ""


def _is_module(hierarchy: Hierarchy, index: int) -> bool:
    return hierarchy.items[index].node < 0 and index not in hierarchy.series and not find_only_end(hierarchy, index)


def find_drawn(hierarchy: Hierarchy, open_ids: frozenset[str], shown: Mapping[int, int]) -> dict[str, str]:
    """What each open scope is called in the block shown, whichever block it was opened in; blocks are left out."""
    drawn = {}
    for scope_id in open_ids:
        index = hierarchy.index_by_id.get(scope_id, 0)
        if index and hierarchy.items[index].children and hierarchy.items[index].parent not in hierarchy.stacks:
            drawn[scope_id] = hierarchy.items[find_twin(hierarchy, index, shown)].id
    return drawn


def find_visible(hierarchy: Hierarchy, open_ids: frozenset[str]) -> frozenset[str]:
    """Those of the ids that name a scope all of whose outer scopes are open too; a block is as open as its stack."""
    found = set()
    for scope_id in open_ids:
        index = hierarchy.index_by_id.get(scope_id, 0)
        if index and hierarchy.items[index].children:
            outer = (hierarchy.items[ancestor] for ancestor in hierarchy.ancestors(index))
            if all(item.id in open_ids for item in outer if item.parent not in hierarchy.stacks):
                found.add(scope_id)
    return frozenset(found)


def _count_boxes(hierarchy: Hierarchy, open_ids: frozenset[str], shown: Mapping[int, int]) -> int:
    opened = (find_scope(hierarchy, hierarchy.index_by_id[scope_id], shown) for scope_id in open_ids)
    return len(hierarchy.items[0].children) + sum(len(hierarchy.items[index].children) for index in opened)


def find_fullest(hierarchy: Hierarchy, open_ids: frozenset[str], keep: str) -> str | None:
    """The open scope to close first: one that does not hold the item `keep`, with the most children."""
    kept = {hierarchy.items[index].id for index in hierarchy.ancestors(hierarchy.index_by_id.get(keep, 0))} | {keep}

    def merit(scope_id: str) -> tuple[bool, int, str]:
        return scope_id not in kept, len(hierarchy.items[hierarchy.index_by_id[scope_id]].children), scope_id

    return max(open_ids, key=merit, default=None)
