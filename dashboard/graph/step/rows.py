"""The rows of the Training step view: one for each module in sight, in forward order.

A row of a module inside a stack stands for its copies in all blocks. The rows of an open scope are those of its
modules and, where operations belong to none of them, one row of operations: so the sum over the rows is the total.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dashboard.graph.families import INPUT_OPS, find_family, plain_op
from dashboard.graph.hierarchy import Hierarchy
from dashboard.graph.modules import is_parameter
from dashboard.graph.step.contents import Contents
from dashboard.graph.step.phases import Costs, Step

MAX_INPUTS = 4
MAX_ROWS = 400
OPERATIONS = "#ops"


@dataclass(frozen=True)
class Row:
    """One row.

    Attributes:
        id: Names it in the page: the path of its scope, with `OPERATIONS` behind for loose operations.
        kind: ``input``, ``module``, ``stack`` (closed), ``group`` (open: the rows below it carry its numbers) or
            ``operations``.
        item: Index of the module that it shows; of the scope for operations.
        members: Indices of its copies in all blocks of the stacks around it, itself among them.
        blocks: Of a stack, open or closed, the blocks in it, as indices.
        parent: Id of the open group around it, or empty.
        depth: How many open groups are around it.
    """

    id: str
    kind: str
    item: int
    members: tuple[int, ...]
    blocks: tuple[int, ...]
    parent: str
    depth: int


@dataclass(frozen=True)
class Figures:
    """What a row costs, in one block or in all copies together.

    Attributes:
        params: Trained values.
        flops: Of the forward pass.
        saved_bytes: Kept for the backward pass.
        costs: Of the backward pass and the update.
    """

    params: int
    flops: int
    saved_bytes: int
    costs: Costs


def build_rows(
    step: Step, contents: Contents, open_ids: frozenset[str] = frozenset(), shown: Mapping[str, int] | None = None
) -> list[Row]:
    """The rows while some scopes are open.

    Args:
        step: The training step.
        contents: The contents of its scopes.
        open_ids: Ids of open scopes and stacks.
        shown: Which block of an open stack is shown, by the stack's id; the first where none is named.
    """
    builder = _Builder(step, contents, open_ids, shown or {})
    builder.add_scope((0,), "", 0)
    return _with_inputs(step.hierarchy, builder.rows)


def shown_block(id: str, blocks: tuple[int, ...], shown: Mapping[str, int]) -> int:
    """Which block of a stack is shown."""
    return min(max(0, shown.get(id, 0)), len(blocks) - 1)


class _Builder:
    def __init__(self, step: Step, contents: Contents, open_ids: frozenset[str], shown: Mapping[str, int]) -> None:
        self.rows: list[Row] = []
        self._step = step
        self._hierarchy = step.hierarchy
        self._contents = contents
        self._open_ids = open_ids
        self._shown = shown

    def add_scope(self, scopes: tuple[int, ...], parent: str, depth: int) -> None:
        """Adds the rows of a scope, the first of its copies."""
        content = self._contents.of(scopes[0])
        operations = self._operations_row(scopes, parent, depth)
        place = self._operations_place(content.loose) if operations else -1
        for module in content.modules:
            if operations and self._contents.first_operation(module) > place:
                self.rows.append(operations)
                operations = None
            if len(self.rows) < MAX_ROWS:
                self._add_module(module, self._copies(module, scopes), parent, depth)
        if operations:
            self.rows.append(operations)

    def _add_module(self, index: int, copies: tuple[int, ...], parent: str, depth: int) -> None:
        blocks = self._hierarchy.stacks.get(index, ())
        id = self._hierarchy.items[index].id
        members = (
            tuple(block for copy in copies for block in self._hierarchy.stacks.get(copy, ())) if blocks else copies
        )
        is_open = any(self._hierarchy.items[copy].id in self._open_ids for copy in copies)
        if not is_open or not self._contents.can_open(index):
            self.rows.append(Row(id, "stack" if blocks else "module", index, members, blocks, parent, depth))
            return
        self.rows.append(Row(id, "group", index, members, blocks, parent, depth))
        shown = blocks[shown_block(id, blocks, self._shown)] if blocks else index
        self.add_scope((shown, *(member for member in members if member != shown)), id, depth + 1)

    def _copies(self, index: int, scopes: tuple[int, ...]) -> tuple[int, ...]:
        """A child of the first scope, and the items of its name in the copies of that scope."""
        items = self._hierarchy.items
        end = items[index].id[len(items[scopes[0]].id) :]
        copies = (self._hierarchy.index_by_id.get(items[scope].id + end) for scope in scopes[1:])
        return (index, *(copy for copy in copies if copy is not None))

    def _operations_row(self, scopes: tuple[int, ...], parent: str, depth: int) -> Row | None:
        row = Row(self._hierarchy.items[scopes[0]].id + OPERATIONS, "operations", scopes[0], scopes, (), parent, depth)
        figures = count_all(self._step, self._contents, row)
        return row if figures.flops or figures.saved_bytes or figures.params or figures.costs.backward_flops else None

    def _operations_place(self, loose: tuple[int, ...]) -> int:
        """Operations stand where most of their saved bytes lie, else where most is computed, the last of equal ones."""
        items = self._hierarchy.items
        costs = ((items[i].saved_bytes, items[i].flops, self._contents.first_operation(i)) for i in loose)
        return max(costs, default=(0, 0, len(self._hierarchy.graph.nodes)))[2]


def count_one(step: Step, contents: Contents, row: Row) -> Figures:
    """What a row costs in the block that is shown; of a stack, in all its blocks."""
    return count_all(step, contents, row) if row.blocks else _count(step, contents, row.kind, (row.item,))


def count_all(step: Step, contents: Contents, row: Row) -> Figures:
    """What a row costs in all copies together."""
    return _count(step, contents, row.kind, row.members)


def _count(step: Step, contents: Contents, kind: str, members: tuple[int, ...]) -> Figures:
    params = flops = saved_bytes = 0
    costs = Costs()
    for member in members:
        counted = contents.of(member).loose if kind == "operations" else (member,)
        for index in counted:
            item = step.hierarchy.items[index]
            params, flops, saved_bytes = params + item.params, flops + item.flops, saved_bytes + item.saved_bytes
            costs.add(step.totals.get(index, _NOTHING))
        if kind == "operations":
            costs.add(step.own.get(member, _NOTHING))
    return Figures(params, flops, saved_bytes, costs)


_NOTHING = Costs()


def _with_inputs(hierarchy: Hierarchy, rows: list[Row]) -> list[Row]:
    """Sets each input of the model one row above its first reader; what only the loss reads has no row."""
    readers = _readers(hierarchy, rows)
    inputs = [index for index in hierarchy.items[0].children if index in readers and is_input(hierarchy, index)]
    of_modules = [index for index in inputs if readers[index].kind != "operations"]
    found: dict[str, list[Row]] = {}
    for index in (of_modules or inputs)[:MAX_INPUTS]:
        row = Row(hierarchy.items[index].id, "input", index, (index,), (), "", 0)
        found.setdefault(readers[index].id, []).append(row)
    return [row for reader in rows for row in (*found.get(reader.id, ()), reader)]


def is_input(hierarchy: Hierarchy, index: int) -> bool:
    """Whether an item is an array that the model reads, such as a batch's features."""
    node = hierarchy.node(hierarchy.items[index])
    if node is None or node.inputs or is_parameter(node) or plain_op(node.op) not in INPUT_OPS:
        return False
    return bool(node.outputs) and node.outputs[0].shape != ()


def _is_operation(hierarchy: Hierarchy, index: int) -> bool:
    return hierarchy.items[index].node >= 0 or index in hierarchy.series


def _readers(hierarchy: Hierarchy, rows: list[Row]) -> dict[int, Row]:
    """By the item of an input, the first top row that reads it, if that is not the loss."""
    top_rows = [row for row in rows if row.depth == 0 and find_family(hierarchy.items[row.item].name) != "loss"]
    row_by_item = {row.item: row for row in top_rows}
    place = {row.id: number for number, row in enumerate(top_rows)}
    found: dict[int, Row] = {}
    for link in hierarchy.links:
        source = hierarchy.item_by_node[link.source]
        if hierarchy.items[source].parent == 0:
            target = hierarchy.item_by_node[link.target]
            top = (*hierarchy.ancestors(target), target)[0]
            row = row_by_item.get(top) or row_by_item.get(0 if _is_operation(hierarchy, top) else top)
            if row:
                found[source] = min(found.get(source, row), row, key=lambda one: place[one.id])
    return found
