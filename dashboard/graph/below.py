"""Which scopes to open to see all that a scope holds, as far as that can be drawn at once."""

from __future__ import annotations

from collections import deque

from dashboard.graph.hierarchy import Hierarchy

MAX_OPENED_BOXES = 300


def scopes_below(hierarchy: Hierarchy, index: int) -> tuple[list[str], bool]:
    """Ids of a scope and the scopes in it, the outer ones first, and whether some were left closed.

    No more than `MAX_OPENED_BOXES` boxes appear. Of a stack, its first block is opened.
    """
    found: list[str] = []
    num_boxes, is_cut = 0, False
    waiting = deque([index])
    while waiting:
        scope = waiting.popleft()
        item = hierarchy.items[scope]
        if not item.children:
            continue
        drawn = hierarchy.items[hierarchy.stacks[scope][0]].children if scope in hierarchy.stacks else item.children
        if num_boxes + len(drawn) > MAX_OPENED_BOXES:
            is_cut = True
            continue
        num_boxes += len(drawn)
        found.append(item.id)
        waiting += drawn
    return found, is_cut
