"""Which item of one graph is which of another: by name where the structure agrees, else by structure, else by name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from dashboard.graph.hierarchy import Hierarchy
from dashboard.graph.structure import op_hashes, structural_hashes

MIN_MOVED = 2
"""Operations that a scope needs to be known again under another parent."""


@dataclass(frozen=True)
class Matching:
    """Pairs of items of two trees. Pure data.

    Attributes:
        new_by_old: Index of the item in the new tree by that in the old; the roots are a pair.
        old_by_new: The same the other way.
        changed: Paired items of the new tree whose structure or inputs are others than before.
    """

    new_by_old: dict[int, int]
    old_by_new: dict[int, int]
    changed: frozenset[int]


def match(
    old: Hierarchy,
    new: Hierarchy,
    batches: tuple[int | None, int | None] = (None, None),
    check: Callable[[], None] = lambda: None,
) -> Matching:
    """Pairs the items of two trees, from the root down. Each item is in one pair at most.

    Args:
        old: The tree to compare with.
        new: The tree that is shown.
        batches: Batch sizes of both, which count as equal.
        check: Called between two items; what it raises ends the work.
    """
    trees = _Tree.of(old, batches[0], check), _Tree.of(new, batches[1], check)
    pairs = _Pairs(*trees, check)
    pairs.add_below(0, 0)
    pairs.add_moved()
    changed = {there for here, there in pairs.new_by_old.items() if trees[0].exact[here] != trees[1].exact[there]}
    rewired = _find_rewired(old, new, pairs)
    for index in rewired - changed:
        changed.update((index, *new.ancestors(index)))
    return Matching(pairs.new_by_old, pairs.old_by_new, frozenset(changed - {0}))


def children_of(hierarchy: Hierarchy, index: int) -> list[int]:
    """The children of a scope, those in its parts and stacks included."""
    items = hierarchy.items
    below = (children_of(hierarchy, i) if items[i].is_made else [i] for i in items[index].children)
    return list(chain.from_iterable(below))


@dataclass(frozen=True)
class _Tree:
    hierarchy: Hierarchy
    exact: tuple[int, ...]
    ops: tuple[int, ...]

    @classmethod
    def of(cls, hierarchy: Hierarchy, batch: int | None, check: Callable[[], None]) -> _Tree:
        return cls(hierarchy, structural_hashes(hierarchy, batch, check), op_hashes(hierarchy, check))

    def is_scope(self, index: int) -> bool:
        return self.hierarchy.items[index].node < 0


_Key = Callable[[_Tree, int], Any]
_KEYS: tuple[_Key, ...] = (
    lambda tree, i: (tree.hierarchy.items[i].name, tree.exact[i], tree.is_scope(i)),
    lambda tree, i: (tree.exact[i], tree.is_scope(i)),
    lambda tree, i: (tree.hierarchy.items[i].name, tree.is_scope(i)),
    lambda tree, i: (tree.ops[i], tree.is_scope(i)),
)
"""What makes two items of one scope a pair, the surest first; equal ones pair in file order."""


@dataclass
class _Pairs:
    old: _Tree
    new: _Tree
    check: Callable[[], None]
    new_by_old: dict[int, int] = field(default_factory=dict)
    old_by_new: dict[int, int] = field(default_factory=dict)

    def add_below(self, old: int, new: int) -> None:
        """Pairs two items and what they hold."""
        waiting = [(old, new)]
        while waiting:
            self.check()
            here, there = waiting.pop()
            self._add(here, there)
            if self.old.exact[here] == self.new.exact[there]:
                self._add_nodes(here, there)
            waiting += self._pair_children(here, there)

    def add_moved(self) -> None:
        """Pairs scopes of equal structure that have no partner under their own parent, outer ones first."""
        by_hash: dict[int, list[int]] = defaultdict(list)
        for index in self._movable(self.new, self.old_by_new):
            by_hash[self.new.exact[index]].append(index)
        for index in self._movable(self.old, self.new_by_old):
            found = by_hash[self.old.exact[index]]
            there = next((i for i in found if i not in self.old_by_new), None)
            if index not in self.new_by_old and there is not None:
                self.add_below(index, there)

    def _movable(self, tree: _Tree, paired: dict[int, int]) -> Iterable[int]:
        items = tree.hierarchy.items
        found = [
            i
            for i, item in enumerate(items)
            if i not in paired and item.node < 0 and not item.is_made and item.num_nodes >= MIN_MOVED
        ]
        return sorted(found, key=lambda i: (items[i].depth, i))

    def _add(self, old: int, new: int) -> None:
        self.new_by_old[old] = new
        self.old_by_new[new] = old

    def _add_nodes(self, old: int, new: int) -> None:
        """Pairs the operations of two equal scopes by their place: scopes inside may be cut otherwise."""
        here, there = self.old.hierarchy, self.new.hierarchy
        for first, second in zip(here.nodes_below(old), there.nodes_below(new), strict=True):
            before, after = here.item_by_node[first], there.item_by_node[second]
            if before not in self.new_by_old and after not in self.old_by_new:
                self._add(before, after)

    def _pair_children(self, old: int, new: int) -> list[tuple[int, int]]:
        left = [i for i in children_of(self.old.hierarchy, old) if i not in self.new_by_old]
        right = [i for i in children_of(self.new.hierarchy, new) if i not in self.old_by_new]
        found: list[tuple[int, int]] = []
        for key in _KEYS:
            pairs = _pair_by(key, (self.old, left), (self.new, right))
            found += pairs
            left = _without(left, (here for here, _ in pairs))
            right = _without(right, (there for _, there in pairs))
        return found


def _pair_by(key: _Key, old: tuple[_Tree, list[int]], new: tuple[_Tree, list[int]]) -> list[tuple[int, int]]:
    waiting: dict[Any, list[int]] = defaultdict(list)
    for index in reversed(new[1]):
        waiting[key(new[0], index)].append(index)
    pairs = []
    for index in old[1]:
        found = waiting.get(key(old[0], index))
        if found:
            pairs.append((index, found.pop()))
    return pairs


def _without(indices: list[int], gone: Iterable[int]) -> list[int]:
    left = set(gone)
    return [index for index in indices if index not in left]


def _find_rewired(old: Hierarchy, new: Hierarchy, pairs: _Pairs) -> set[int]:
    """Paired operations that read others than before, where all that they read and read before is in a pair."""
    found = set()
    for there, here in pairs.old_by_new.items():
        after, before = new.node(new.items[there]), old.node(old.items[here])
        if after is None or before is None:
            continue
        reads = [(new.item_by_node[source], port) for source, port in after.inputs]
        read = [(pairs.new_by_old.get(old.item_by_node[source]), port) for source, port in before.inputs]
        is_known = all(source in pairs.old_by_new for source, _ in reads) and all(i is not None for i, _ in read)
        if is_known and reads != read:
            found.add(there)
    return found
