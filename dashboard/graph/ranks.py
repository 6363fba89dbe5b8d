"""Which row each element of a scope stands in, and which elements make its spine.

The spine is the path that carries the most bytes from the first input to the loss (in a group: from where
edges enter to where they leave). It is drawn straight, everything else stands beside it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, replace

from dashboard.graph.elements import Element, Scene, Wire, fold_elements
from dashboard.graph.families import find_family
from dashboard.graph.hierarchy import Hierarchy

MAX_ROW = 12
KEPT_IN_ROW = 10
LEFT, RIGHT = -1, 1


@dataclass(frozen=True)
class Ranks:
    """A scene with its rows.

    Attributes:
        scene: The elements and wires; rows that are too long have been folded.
        rows: Row of each element, from 0; the entry is in -1, the exit in the row after the last.
        spine: Elements of the spine from top to bottom, entry and exit included.
        asides: Side (`LEFT`, `RIGHT`) of each element that stands beside its only reader, in the reader's row.
        backward: Indices of the wires that run against the rows, because the graph has a cycle.
        metrics: Elements that only count something: drawn at the left, and with the wire from the model only.
    """

    scene: Scene
    rows: tuple[int, ...]
    spine: tuple[int, ...]
    asides: dict[int, int]
    backward: frozenset[int]
    metrics: frozenset[int] = frozenset()


def rank(scene: Scene, hierarchy: Hierarchy, kept: Collection[int] = ()) -> Ranks:
    """Finds spine and rows of a connected scene, folding the rows of more than `MAX_ROW` elements.

    Args:
        scene: The scene.
        hierarchy: The graph.
        kept: Items that are not folded.
    """
    while True:
        ranks = _rank_once(scene, hierarchy)
        folded = _fold_longest_row(ranks, hierarchy, kept)
        if folded is None:
            return ranks
        scene = folded


def _rank_once(scene: Scene, hierarchy: Hierarchy) -> Ranks:
    order, backward = _sort(scene)
    spine = _find_spine(scene, hierarchy, order, backward)
    metrics = _find_metrics(scene, hierarchy, spine)
    scene = _mark_metrics(scene, metrics)
    order, backward = _sort(scene)
    above, below = _neighbours(scene, backward)
    rows = _longest_paths(order, above)
    _pull_down(rows, order, spine, above, below)
    asides = _set_aside(scene, rows, spine, above, below)
    return Ranks(scene, _closed(scene, rows), spine, asides, backward, metrics)


def _neighbours(scene: Scene, backward: frozenset[int]) -> tuple[dict[int, list[int]], dict[int, list[int]]]:
    """What each element reads, and what reads it."""
    above: dict[int, list[int]] = defaultdict(list)
    below: dict[int, list[int]] = defaultdict(list)
    for index, wire in enumerate(scene.wires):
        if index not in backward:
            above[wire.target].append(wire.source)
            below[wire.source].append(wire.target)
    return above, below


def _sort(scene: Scene) -> tuple[list[int], frozenset[int]]:
    """A topological order, and the wires that had to be left out of it (depth first, in file order)."""
    outgoing: dict[int, list[int]] = defaultdict(list)
    has_input = set()
    for index, wire in enumerate(scene.wires):
        outgoing[wire.source].append(index)
        has_input.add(wire.target)
    starts = sorted(range(len(scene.elements)), key=lambda i: (i in has_input, i))
    finished: list[int] = []
    state = [0] * len(scene.elements)  # 0 not seen, 1 on the path, 2 finished
    backward = set()
    for start in starts:
        if state[start]:
            continue
        state[start] = 1
        path = [(start, iter(outgoing[start]))]
        while path:
            element, waiting = path[-1]
            index = next(waiting, -1)
            if index < 0:
                path.pop()
                state[element] = 2
                finished.append(element)
                continue
            target = scene.wires[index].target
            if state[target] == 1:
                backward.add(index)
            elif state[target] == 0:
                state[target] = 1
                path.append((target, iter(outgoing[target])))
    return finished[::-1], frozenset(backward)


def _find_spine(scene: Scene, hierarchy: Hierarchy, order: list[int], backward: frozenset[int]) -> tuple[int, ...]:
    wires_into = defaultdict(list)
    has_output = set()
    for index, wire in enumerate(scene.wires):
        if index not in backward:
            wires_into[wire.target].append(wire)
            has_output.add(wire.source)
    starts = _starts(scene, frozenset(wires_into), has_output)
    score: dict[int, tuple[int, int]] = dict.fromkeys(starts, (0, 0))
    before: dict[int, int] = {}
    for element in order:
        flops = hierarchy.items[scene.elements[element].item].flops
        for wire in wires_into[element]:
            if wire.source not in score or scene.elements[wire.source].kind == "aux":
                continue
            base = score[wire.source]
            candidate = base[0] + max(1, wire.num_bytes), base[1] + flops
            if element not in before or candidate > score[element]:
                score[element] = candidate
                before[element] = wire.source
    end = max(score, key=lambda i: (_end_merit(scene.elements[i], i in has_output), score[i], -i))
    path = [end]
    while path[-1] in before:
        path.append(before[path[-1]])
    return tuple(path[::-1])


def _starts(scene: Scene, has_input: frozenset[int], has_output: set[int]) -> list[int]:
    """Where the spine may begin: the entry, else the inputs, else whatever reads nothing, else the first element."""
    indices = range(len(scene.elements))
    kinds = [element.kind for element in scene.elements]
    for choice in (
        [i for i in indices if kinds[i] == "entry"],
        [i for i in indices if kinds[i] == "input" and i in has_output],
        [i for i in indices if i not in has_input and kinds[i] != "aux" and i in has_output],
    ):
        if choice:
            return choice
    return [0]


def _end_merit(element: Element, has_output: bool) -> int:
    """How well an element ends a spine: the exit best, then a loss, then whatever nobody reads."""
    if element.kind == "exit":
        return 3
    if has_output:
        return 0
    return 2 if element.kind != "aux" and find_family(element.name) == "loss" else 1


def _find_metrics(scene: Scene, hierarchy: Hierarchy, spine: tuple[int, ...]) -> frozenset[int]:
    """What only counts: it ends beside the spine in a scalar and holds no parameters."""
    on_spine = set(spine)
    is_read = {wire.source for wire in scene.wires}
    return frozenset(
        index
        for index, element in enumerate(scene.elements)
        if index not in on_spine
        and index not in is_read
        and element.kind in ("op", "module", "stack", "group", "aux")
        and _ends_in_scalar(hierarchy, element)
    )


def _mark_metrics(scene: Scene, metrics: frozenset[int]) -> Scene:
    if not metrics:
        return scene
    elements = (
        replace(element, kind="aux") if index in metrics and element.kind != "group" else element
        for index, element in enumerate(scene.elements)
    )
    return Scene(tuple(elements), _without_side_inputs(scene, metrics))


def _without_side_inputs(scene: Scene, metrics: frozenset[int]) -> tuple[Wire, ...]:
    """The wires without those from inputs to a metric that also reads the model: the panel lists them."""
    kinds = [element.kind for element in scene.elements]
    reads_model = {wire.target for wire in scene.wires if kinds[wire.source] not in ("input", "aux")}
    return tuple(
        wire
        for wire in scene.wires
        if not (wire.target in metrics & reads_model and kinds[wire.source] in ("input", "aux"))
    )


def _ends_in_scalar(hierarchy: Hierarchy, element: Element) -> bool:
    item = hierarchy.items[element.item]
    if item.params:
        return False
    while item.node < 0 and item.children:
        item = hierarchy.items[item.children[-1]]
    node = hierarchy.node(item)
    return node is not None and bool(node.outputs) and all(tensor.shape == () for tensor in node.outputs)


def _longest_paths(order: list[int], above: dict[int, list[int]]) -> list[int]:
    rows = [0] * len(order)
    for element in order:
        rows[element] = max((rows[source] + 1 for source in above[element]), default=0)
    return rows


def _pull_down(
    rows: list[int],
    order: list[int],
    spine: tuple[int, ...],
    above: dict[int, list[int]],
    below: dict[int, list[int]],
) -> None:
    """Moves what only feeds the spine down to its first reader: an input stands one row above it."""
    hangs_on_spine = set(spine)
    for element in order:
        if any(source in hangs_on_spine for source in above[element]):
            hangs_on_spine.add(element)
    for element in reversed(order):
        if element not in hangs_on_spine and below[element]:
            rows[element] = min(rows[target] for target in below[element]) - 1


def _set_aside(
    scene: Scene,
    rows: list[int],
    spine: tuple[int, ...],
    above: dict[int, list[int]],
    below: dict[int, list[int]],
) -> dict[int, int]:
    """Puts a source with one reader on the spine beside it: inputs right, all else left, one on each side."""
    on_spine = set(spine)
    taken: set[tuple[int, int]] = set()
    asides: dict[int, int] = {}
    for index, element in enumerate(scene.elements):
        if index in on_spine or above[index] or len(below[index]) != 1 or element.kind == "group":
            continue
        reader = below[index][0]
        if reader not in on_spine or scene.elements[reader].kind == "exit":
            continue
        wanted = LEFT if element.kind == "aux" else RIGHT
        side = next((side for side in (wanted, -wanted) if (reader, side) not in taken), 0)
        if side:
            taken.add((reader, side))
            asides[index] = side
            rows[index] = rows[reader]
    return asides


def _closed(scene: Scene, rows: list[int]) -> tuple[int, ...]:
    """Rows counted from 0 without empty ones, the entry above all and the exit below all."""
    kinds = [element.kind for element in scene.elements]
    used = sorted({row for row, kind in zip(rows, kinds, strict=True) if kind not in ("entry", "exit")})
    place = {row: index for index, row in enumerate(used)}
    ends = {"entry": -1, "exit": len(used)}
    return tuple(ends.get(kind, place.get(row, 0)) for row, kind in zip(rows, kinds, strict=True))


def _fold_longest_row(ranks: Ranks, hierarchy: Hierarchy, kept: Collection[int]) -> Scene | None:
    """The scene with the most crowded row folded to `KEPT_IN_ROW` elements and one for the rest; None if none is."""
    members: dict[int, list[int]] = defaultdict(list)
    for index, row in enumerate(ranks.rows):
        members[row].append(index)
    row = max(members, key=lambda r: len(members[r]))
    if len(members[row]) <= MAX_ROW:
        return None
    on_spine = set(ranks.spine)
    elements = ranks.scene.elements

    def merit(index: int) -> tuple[bool, bool, bool, int, int]:
        item = elements[index].item
        is_group = elements[index].kind == "group"
        return (index in on_spine, is_group, item in kept, hierarchy.items[item].num_nodes, -index)

    ordered = sorted((i for i in members[row] if elements[i].kind not in ("entry", "exit")), key=merit, reverse=True)
    rest = [index for index in ordered[KEPT_IN_ROW:] if not any(merit(index)[:3])]
    if len(rest) < 2:
        return None
    return fold_elements(ranks.scene, rest)
