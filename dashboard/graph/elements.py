"""What one open scope shows: its children as elements, and one wire for all the edges between two of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain

from dashboard.graph.families import (
    CONSTANT_OPS,
    INPUT_OPS,
    JOIN_SYMBOLS,
    OUTPUT_OPS,
    PARAMETER_OPS,
    PLUMBING_OPS,
    RANDOM_OPS,
    plain_op,
)
from dashboard.graph.hierarchy import Hierarchy, Item, Level
from dashboard.graph.tensors import UNKNOWN, Tensor

MAX_READERS = 8
MAX_CONSTANTS = 2
ENTRY, EXIT = -1, -2


@dataclass(frozen=True, slots=True)
class Element:
    """One thing that a scope shows.

    Attributes:
        id: Names it in the page.
        kind: ``module``, ``stack``, ``group`` (one of these that is open), ``op``, ``join``, ``input``, ``output``,
            ``aux``, ``more``, ``entry`` or ``exit`` (where edges pass the border of the scope).
        item: Index in the hierarchy; that of the scope for ``entry`` and ``exit``, 0 for ``more``.
        name: What is written on it.
        count: How many stand behind it: readers of a copied node, or nodes folded into ``more`` or constants.
        members: Indices in the hierarchy of what is folded into it.
    """

    id: str
    kind: str
    item: int
    name: str
    count: int = 0
    members: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Wire:
    """All edges from one element to another.

    Attributes:
        source: Index of an element of the scene.
        target: Index of an element of the scene.
        tensor: The largest value that it carries.
        num_tensors: Distinct values.
        num_bytes: Of all of them.
        origins: The (node, output) of each, which tells whether two wires carry the same value.
        via: Names of shape-only operations that it passes, in order.
    """

    source: int
    target: int
    tensor: Tensor
    num_tensors: int
    num_bytes: int
    origins: frozenset[tuple[int, int]]
    via: tuple[str, ...] = ()


@dataclass(frozen=True)
class Scene:
    """The elements of one open scope, in file order, entry first and exit last, and the wires between them."""

    elements: tuple[Element, ...]
    wires: tuple[Wire, ...]


@dataclass(slots=True)
class _Bundle:
    links: list[int]
    via: tuple[str, ...] = ()


def build_scene(
    hierarchy: Hierarchy, scope: int, open_ids: frozenset[str], kept: Collection[int] = frozenset()
) -> Scene:
    """What a scope shows while the scopes of `open_ids` are open.

    Shape-only operations become part of the edge they lie on, a source that many read is set beside each of its
    readers, and the constants of one reader are folded, but for the items of `kept`.
    """
    level = hierarchy.levels.get(scope) or Level()
    bundles = {pair: _Bundle(links) for pair, links in level.between.items()}
    if scope:
        bundles |= {(ENTRY, child): _Bundle(links) for child, links in level.entering.items()}
        bundles |= {(child, EXIT): _Bundle(links) for child, links in level.leaving.items()}
    children = _contract(hierarchy, scope, bundles)
    elements, index_of = _make_elements(hierarchy, scope, children, bundles, open_ids)
    wires = [
        _make_wire(hierarchy, index_of[source], index_of[target], bundle)
        for (source, target), bundle in bundles.items()
    ]
    scene = Scene(tuple(elements), tuple(sorted(wires, key=lambda w: (w.source, w.target))))
    return _copy_busy_sources(_fold_constants(scene, hierarchy, kept))


def _contract(hierarchy: Hierarchy, scope: int, bundles: dict[tuple[int, int], _Bundle]) -> list[int]:
    """Joins the two edges of a shape-only operation that has one of each; returns the children that stay.

    The joined edge carries what arrives; of a parameter or constant, what it is.
    """
    children = list(hierarchy.items[scope].children)
    sources: dict[int, set[int]] = {}
    targets: dict[int, set[int]] = {}
    for source, target in bundles:
        sources.setdefault(target, set()).add(source)
        targets.setdefault(source, set()).add(target)
    kept: list[int] = []
    for child in children:
        above, below = sources.get(child, set()), targets.get(child, set())
        is_last = not kept and child == children[-1]
        if is_last or len(above) != 1 or len(below) != 1 or not _is_plumbing(hierarchy, child):
            kept.append(child)
            continue
        (source,), (target,) = above, below
        if (source, target) in bundles or source == target or (source, target) == (ENTRY, EXIT):
            kept.append(child)
            continue
        before, after = bundles.pop((source, child)), bundles.pop((child, target))
        carried = before if source >= 0 and _find_kind(hierarchy, source, frozenset()) == "aux" else after
        bundles[source, target] = _Bundle(carried.links, (*before.via, hierarchy.items[child].name, *after.via))
        targets[source] = (targets[source] - {child}) | {target}
        sources[target] = (sources[target] - {child}) | {source}
    return kept


def _is_plumbing(hierarchy: Hierarchy, index: int) -> bool:
    node = hierarchy.node(hierarchy.items[index])
    return node is not None and plain_op(node.op) in PLUMBING_OPS


def _make_elements(
    hierarchy: Hierarchy,
    scope: int,
    children: list[int],
    bundles: dict[tuple[int, int], _Bundle],
    open_ids: frozenset[str],
) -> tuple[list[Element], dict[int, int]]:
    elements: list[Element] = []
    index_of: dict[int, int] = {}
    outer = hierarchy.items[scope]
    if any(source == ENTRY for source, _ in bundles):
        index_of[ENTRY] = len(elements)
        elements.append(Element(f"{outer.id}#in", "entry", scope, ""))
    kinds = {child: _find_kind(hierarchy, child, open_ids) for child in children}
    num_streams = Counter(target for source, target in bundles if kinds.get(source) != "aux")
    for child in children:
        item = hierarchy.items[child]
        kind = kinds[child]
        if kind == "op" and _is_join(hierarchy, item, num_streams[child]):
            kind = "join"
        index_of[child] = len(elements)
        elements.append(Element(item.id, kind, child, item.name))
    if any(target == EXIT for _, target in bundles):
        index_of[EXIT] = len(elements)
        elements.append(Element(f"{outer.id}#out", "exit", scope, ""))
    return elements, index_of


def _find_kind(hierarchy: Hierarchy, index: int, open_ids: frozenset[str]) -> str:
    item = hierarchy.items[index]
    node = hierarchy.node(item)
    if node is None:
        end = find_only_end(hierarchy, index)
        closed = "stack" if index in hierarchy.stacks else "module"
        return end or ("group" if item.id in open_ids else closed)
    if item.node in hierarchy.constants:
        return "aux"
    plain = plain_op(node.op)
    if plain in OUTPUT_OPS or (plain == "ionode" and node.inputs):
        return "output"
    if node.inputs:
        return "op"
    if node.params or plain in PARAMETER_OPS or plain in CONSTANT_OPS or plain in RANDOM_OPS:
        return "aux"
    return "input" if plain in INPUT_OPS else "op"


def find_only_end(hierarchy: Hierarchy, index: int) -> str:
    """``input`` or ``output`` for a scope that holds one such node and nothing else, as torch writes them."""
    item = hierarchy.items[index]
    if item.num_nodes != 1:
        return ""
    while item.node < 0:
        item = hierarchy.items[item.children[0]]
    kind = _find_kind(hierarchy, hierarchy.item_by_node[item.node], frozenset())
    return kind if kind in ("input", "output") else ""


def _fold_constants(scene: Scene, hierarchy: Hierarchy, kept: Collection[int]) -> Scene:
    """Leaves out constants that nothing reads here, and folds the constants of one reader when they are many."""
    readers: dict[int, set[int]] = {}
    for wire in scene.wires:
        readers.setdefault(wire.source, set()).add(wire.target)
    constants = [i for i, e in enumerate(scene.elements) if hierarchy.items[e.item].node in hierarchy.constants]
    unread = {index for index in constants if not readers.get(index, set()) - set(constants)}
    if unread and len(unread) < len(scene.elements):
        return _fold_constants(drop_elements(scene, unread), hierarchy, kept)
    by_reader: dict[int, list[int]] = {}
    for index in constants:
        if len(readers.get(index, ())) == 1 and scene.elements[index].item not in kept:
            by_reader.setdefault(next(iter(readers[index])), []).append(index)
    many = next((held for held in by_reader.values() if len(held) > MAX_CONSTANTS), None)
    if many is None:
        return scene
    return _fold_constants(fold_elements(scene, many, "aux", "{:,} constants"), hierarchy, kept)


def _is_join(hierarchy: Hierarchy, item: Item, num_streams: int) -> bool:
    node = hierarchy.node(item)
    return node is not None and num_streams > 1 and plain_op(node.op) in JOIN_SYMBOLS


def _make_wire(hierarchy: Hierarchy, source: int, target: int, bundle: _Bundle) -> Wire:
    tensors: dict[tuple[int, int], Tensor] = {}
    for index in bundle.links:
        link = hierarchy.links[index]
        tensors.setdefault((link.source, link.port), hierarchy.tensor(link))
    largest = max(tensors.values(), key=lambda tensor: tensor.num_bytes, default=UNKNOWN)
    num_bytes = sum(tensor.num_bytes for tensor in tensors.values())
    return Wire(source, target, largest, len(tensors), num_bytes, frozenset(tensors), bundle.via)


def _copy_busy_sources(scene: Scene) -> Scene:
    """Sets a source read by more than `MAX_READERS` elements beside each reader instead, unless data flow from it."""
    readers: dict[int, list[int]] = {}
    flows: set[int] = set()
    for wire in scene.wires:
        readers.setdefault(wire.source, []).append(wire.target)
        flows.add(wire.target)
        if scene.elements[wire.source].kind == "input" and wire.tensor.shape != ():
            flows.add(wire.source)
    busy = {
        index
        for index, targets in readers.items()
        if len(targets) > MAX_READERS and index not in flows and scene.elements[index].kind in ("op", "input", "aux")
    }
    if not busy:
        return scene
    elements = list(scene.elements)
    wires = []
    for wire in scene.wires:
        if wire.source in busy:
            original = scene.elements[wire.source]
            copy_id = f"{original.id}@{scene.elements[wire.target].id}"
            elements.append(Element(copy_id, "aux", original.item, original.name, len(readers[wire.source])))
            wires.append(_moved(wire, {wire.source: len(elements) - 1}))
        else:
            wires.append(wire)
    return drop_elements(Scene(tuple(elements), tuple(wires)), busy)


def _moved(wire: Wire, index_of: dict[int, int]) -> Wire:
    source, target = index_of.get(wire.source, wire.source), index_of.get(wire.target, wire.target)
    return Wire(source, target, wire.tensor, wire.num_tensors, wire.num_bytes, wire.origins, wire.via)


def drop_elements(scene: Scene, dropped: Iterable[int]) -> Scene:
    """The scene without some elements and their wires."""
    gone = set(dropped)
    kept = [index for index in range(len(scene.elements)) if index not in gone]
    index_of = {index: place for place, index in enumerate(kept)}
    wires = tuple(_moved(w, index_of) for w in scene.wires if w.source not in gone and w.target not in gone)
    return Scene(tuple(scene.elements[index] for index in kept), wires)


def fold_elements(scene: Scene, folded: Sequence[int], kind: str = "more", words: str = "+{:,} more") -> Scene:
    """The scene with some elements folded into one, which says in `words` how many it stands for."""
    elements = [scene.elements[index] for index in sorted(folded)]
    members = dict.fromkeys(chain.from_iterable(element.members or (element.item,) for element in elements))
    count = len(members)
    into = Element(f"{elements[0].id}+{count}", kind, 0, words.format(count), count, tuple(members))
    return _merge_elements(scene, folded, into)


def _merge_elements(scene: Scene, merged: Iterable[int], into: Element) -> Scene:
    """The scene with some elements replaced by one, whose wires are theirs together."""
    gone = set(merged)
    elements = [element for index, element in enumerate(scene.elements) if index not in gone]
    index_of: dict[int, int] = {}
    for index in range(len(scene.elements)):
        index_of[index] = len(elements) if index in gone else len(index_of) - sum(g < index for g in gone)
    joined: dict[tuple[int, int], Wire] = {}
    for wire in scene.wires:
        moved = _moved(wire, index_of)
        if moved.source == moved.target:
            continue
        pair = moved.source, moved.target
        joined[pair] = _joined(joined[pair], moved) if pair in joined else moved
    return Scene((*elements, into), tuple(joined.values()))


def _joined(first: Wire, second: Wire) -> Wire:
    largest = max(first, second, key=lambda wire: wire.tensor.num_bytes)
    origins = first.origins | second.origins
    num_bytes = first.num_bytes + second.num_bytes
    return Wire(first.source, first.target, largest.tensor, len(origins), num_bytes, origins, ())
