"""What the routes of the Training step view answer: plain dictionaries, ready for JSON. The numbers are raw."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass

from dashboard.graph.answers import Answer, find_batch
from dashboard.graph.families import FAMILY_NAMES
from dashboard.graph.flows import saved_below
from dashboard.graph.hierarchy import Hierarchy
from dashboard.graph.panel import MAX_LISTED, describe_saved, panel_answer
from dashboard.graph.step.contents import Contents
from dashboard.graph.step.flows import find_flows
from dashboard.graph.step.kinds import Largest, Segment, find_largest, split_by_kind
from dashboard.graph.step.optimizers import name_optimizer
from dashboard.graph.step.paths import find_place
from dashboard.graph.step.phases import Step, read_step
from dashboard.graph.step.rows import MAX_ROWS, OPERATIONS, Figures, Row, build_rows, count_all, count_one, shown_block
from dashboard.graph.step.words import find_words

NO_BACKWARD = "This graph has no backward pass. Log the training step to see it."
NO_STEP: Answer = {"has_backward": False, "rows": []}
"""The answer of a graph without a backward pass."""
CUT = f"Shows the first {MAX_ROWS} rows. Close modules to see those below."
# Operations between modules that keep nothing and compute less than this share of their scope get one quiet line.
QUIET_SHARE = 0.02


@dataclass(frozen=True)
class StepGraph:
    """A training step as the routes use it: read once, asked often. Safe to share between threads.

    Attributes:
        step: The step.
        contents: The contents of its scopes.
        segments: Its saved bytes by kind.
        largest: The largest of the saved tensors.
    """

    step: Step
    contents: Contents
    segments: tuple[Segment, ...]
    largest: Largest | None


def read_step_graph(hierarchy: Hierarchy, check: Callable[[], None] = lambda: None) -> StepGraph:
    """Reads the training step of a graph that has a backward pass."""
    step = read_step(hierarchy, check)
    contents = Contents(hierarchy)
    segments = split_by_kind(step, [row for row in build_rows(step, contents) if row.depth == 0])
    return StepGraph(step, contents, tuple(segments), find_largest(step))


def step_answer(graph: StepGraph, open_ids: frozenset[str], shown: Mapping[str, int]) -> Answer:
    """The rows of a training step with some scopes open, and what stands above them.

    Args:
        graph: The step.
        open_ids: Ids of the open scopes and stacks.
        shown: Which block of a stack is shown, by its id.
    """
    step, hierarchy = graph.step, graph.step.hierarchy
    rows = build_rows(step, graph.contents, open_ids, shown)
    answers = [_row(graph, row, open_ids, shown) for row in rows]
    solid = {answer["id"] for answer in answers if not answer["is_quiet"]}
    root, costs = hierarchy.items[0], step.totals[0]
    return {
        "has_backward": True,
        "rows": answers,
        "flows": [[rows[upper].id, rows[lower].id] for upper, lower in find_flows(hierarchy, rows, solid)],
        "totals": {"params": root.params, "flops": root.flops, "saved_bytes": root.saved_bytes, **asdict(costs)},
        "segments": [asdict(segment) for segment in graph.segments],
        "largest": _largest(graph),
        "optimizer": _optimizer(step),
        "batch": find_batch(hierarchy),
        "dtype": hierarchy.dtype,
        "notes": [*hierarchy.graph.notes, *([CUT] if len(rows) >= MAX_ROWS else [])],
    }


def _optimizer(step: Step) -> str:
    """Its name; empty for a graph that ends with the gradients."""
    if not any(proto.name.startswith("update/") for proto in step.hierarchy.graph.definition.node):
        return ""
    num_kept = step.own[0].state_bytes if 0 in step.own else 0
    keeps_others = num_kept > step.param_bytes[0] / 2
    return name_optimizer(
        step.state_names, step.transformations, is_decaying=step.is_decaying, keeps_others=keeps_others
    )


def _row(graph: StepGraph, row: Row, open_ids: frozenset[str], shown: Mapping[str, int]) -> Answer:
    step, contents, hierarchy = graph.step, graph.contents, graph.step.hierarchy
    words = find_words(hierarchy, contents, row)
    one, every = count_one(step, contents, row), count_all(step, contents, row)
    owner = step.owners.get(row.item) if row.kind == "module" else None
    return {
        "id": row.id,
        "kind": row.kind,
        "item": hierarchy.items[row.item].id,
        "parent": row.parent,
        "depth": row.depth,
        "name": words.name,
        "op": words.op,
        "forward": words.forward,
        "main_op": words.main_op,
        "family": words.family,
        "is_quiet": _is_quiet(hierarchy, row, one),
        "can_open": row.kind in ("stack", "module") and contents.can_open(row.item),
        "opened_by": _opened_by(hierarchy, row, open_ids),
        "copies": 1 if row.blocks else len(row.members),
        **_blocks(hierarchy, row, shown),
        "gradients": _gradients(step, row, every),
        "tied": hierarchy.items[owner].id if owner is not None else "",
        **_figures(one),
        "param_bytes": sum(step.param_bytes[member] for member in (row.members if row.blocks else (row.item,))),
        "all": _figures(every),
    }


def _blocks(hierarchy: Hierarchy, row: Row, shown: Mapping[str, int]) -> Answer:
    """Of a stack: how many blocks it has, which, and the one that is shown."""
    if not row.blocks:
        return {}
    ids = [hierarchy.items[block].id for block in row.blocks]
    return {"count": len(ids), "blocks": ids, "shown": ids[shown_block(row.id, row.blocks, shown)]}


def _opened_by(hierarchy: Hierarchy, row: Row, open_ids: frozenset[str]) -> list[str]:
    """The ids that keep a group open: its own, or that of a copy in a block that was shown before."""
    if row.kind != "group":
        return []
    outer = {hierarchy.items[member].parent for member in row.members} if row.blocks else row.members
    return [hierarchy.items[index].id for index in outer if hierarchy.items[index].id in open_ids]


def _figures(figures: Figures) -> dict[str, int]:
    return {
        "params": figures.params,
        "flops": figures.flops,
        "saved_bytes": figures.saved_bytes,
        **asdict(figures.costs),
    }


def _is_quiet(hierarchy: Hierarchy, row: Row, figures: Figures) -> bool:
    if row.kind != "operations" or figures.saved_bytes or figures.params:
        return False
    return figures.flops < QUIET_SHARE * max(1, hierarchy.items[row.item].flops)


def _gradients(step: Step, row: Row, figures: Figures) -> list[str]:
    """Which gradients the backward pass of a row gives: of what it reads, of its weights."""
    if row.kind == "input" or not figures.costs.backward_flops:
        return []
    if row.kind == "operations":
        return ["∂x"]
    is_passing = any(member in step.passing for member in row.members)
    is_weighing = any(member in step.weighing for member in row.members) or row.item in step.owners
    return ["∂x"] * is_passing + ["∂W"] * is_weighing


def _largest(graph: StepGraph) -> Answer | None:
    if graph.largest is None:
        return None
    return asdict(graph.largest) | {"place": place_answer(graph, graph.largest.id)}


def place_answer(graph: StepGraph, item_id: str) -> Answer:
    """The row that shows an item of the graph, and what has to be open for it.

    Raises:
        KeyError: If the graph has no such item; carries a sentence.
    """
    place = find_place(graph.step.hierarchy, graph.contents, item_id)
    blocks = [f"{stack}={number}" for stack, number in place.shown]
    return {"row": place.row, "open": list(place.open_ids), "blocks": blocks}


def operations_answer(graph: StepGraph, row_id: str) -> Answer:
    """What the node panel says of a row of operations: the facts of its scope, without those of the modules in it.

    Raises:
        KeyError: If there is no such row; carries a sentence.
    """
    hierarchy = graph.step.hierarchy
    scope_id = row_id.removesuffix(OPERATIONS)
    scope = hierarchy.index_by_id.get(scope_id, -1)
    if scope < 0 or not row_id.endswith(OPERATIONS):
        raise KeyError(f"The training step has no row {row_id!r}. It may belong to another run.")
    row = Row(row_id, "operations", scope, (scope,), (), "", 0)
    words, figures = find_words(hierarchy, graph.contents, row), count_one(graph.step, graph.contents, row)
    loose = graph.contents.of(scope).loose
    around = panel_answer(hierarchy, scope_id) if scope else _NO_SCOPE
    return around | {
        "id": row_id,
        "name": words.name,
        "path": [*around["path"], row_id],
        "op": words.op,
        "detail": "",
        "family": words.family,
        "family_name": FAMILY_NAMES[words.family],
        "is_scope": False,
        "nodes": sum(hierarchy.items[index].num_nodes for index in loose),
        "params": figures.params,
        "flops": figures.flops,
        "saved_bytes": figures.saved_bytes,
        "weights": [],
        "saved": _saved_of(hierarchy, loose, scope_id),
        "finding": None,
    }


_NO_SCOPE: Answer = {
    "path": [],
    "is_parameter": False,
    "output": "",
    "output_bytes": 0,
    "source": "",
    "inputs": {"listed": [], "more": 0},
    "outputs": {"listed": [], "more": 0},
    "attributes": [],
    "controls": [],
    "device": "",
}


def _saved_of(hierarchy: Hierarchy, loose: tuple[int, ...], scope_id: str) -> list[Answer]:
    kept = [node for index in loose for node in saved_below(hierarchy, index, MAX_LISTED)]
    largest = sorted(kept, key=lambda node: -node.saved_bytes)[:MAX_LISTED]
    return [describe_saved(node, scope_id) for node in largest]
