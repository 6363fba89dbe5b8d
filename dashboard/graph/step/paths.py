"""Where an item of the graph is to be found among the rows."""

from __future__ import annotations

from dataclasses import dataclass

from dashboard.graph.hierarchy import Hierarchy
from dashboard.graph.step.contents import Contents
from dashboard.graph.step.rows import OPERATIONS, is_input

NO_ITEM = 0  # the root is in no scope


@dataclass(frozen=True)
class Place:
    """A row, and how to bring it into sight.

    Attributes:
        row: Id of the row.
        open_ids: Ids of the scopes and stacks that have to be open, the outermost first.
        shown: Which block of each of these stacks is shown.
    """

    row: str
    open_ids: tuple[str, ...]
    shown: tuple[tuple[str, int], ...]


def find_place(hierarchy: Hierarchy, contents: Contents, item_id: str) -> Place:
    """The innermost row that shows an item.

    Raises:
        KeyError: If the graph has no such item; carries a sentence.
    """
    index = hierarchy.index_by_id.get(item_id.removesuffix(OPERATIONS), -1)
    if index < 0 or not item_id:
        raise KeyError(f"The graph has no node {item_id!r}. It may belong to another run.")
    chain = [*hierarchy.ancestors(index), index] if index else []
    if item_id.endswith(OPERATIONS):
        chain.append(NO_ITEM)
    return _follow(hierarchy, contents, chain)


def _follow(hierarchy: Hierarchy, contents: Contents, chain: list[int]) -> Place:
    """Goes down a chain of scopes as the rows do; what is no module ends in the operations of its scope."""
    open_ids: list[str] = []
    shown: list[tuple[str, int]] = []
    outer, row = 0, ""
    while chain:
        scope = chain.pop(0)
        if scope not in contents.of(outer).modules:
            is_row = outer == 0 and is_input(hierarchy, scope)
            row = hierarchy.items[scope].id if is_row else hierarchy.items[outer].id + OPERATIONS
            break
        row = hierarchy.items[scope].id
        blocks = hierarchy.stacks.get(scope, ())
        if blocks and chain:
            scope = chain.pop(0)
            shown.append((row, blocks.index(scope)))
        if not chain or not contents.can_open(scope):
            break
        open_ids.append(row)
        outer = scope
    return Place(row, tuple(open_ids), tuple(shown))
