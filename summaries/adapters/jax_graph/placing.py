"""Puts operations without a module of their own where they belong, by what they read and what reads them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from summaries.adapters.jax_graph.flops import size_of
from summaries.adapters.jax_graph.nodes import UPDATE, Node, Value

Owner = tuple[str, ...]
Readers = dict[int, list[Node]]


def live_nodes(nodes: Sequence[Node], outputs: Iterable[Value | None]) -> list[Node]:
    """The nodes that an output depends on, and all parameters, in their order."""
    live = {id(value.node) for value in outputs if value is not None}
    for node in reversed(nodes):  # an input of a node stands before it
        if id(node) in live:
            live.update(id(value.node) for value in node.inputs)
    return [node for node in nodes if id(node) in live or node.num_params]


def find_readers(nodes: Sequence[Node]) -> Readers:
    """The nodes that read each node, by its `id`."""
    readers: Readers = {}
    for node in nodes:
        for value in node.inputs:
            readers.setdefault(id(value.node), []).append(node)
    return readers


def place_constants(nodes: Sequence[Node], readers: Readers) -> None:
    """Moves constants and random keys to what reads them: JAX takes them out of loops, and out of their scopes."""
    for node in reversed(nodes):
        if node.is_input or not (node.is_constant or node.op.startswith("random_")):
            continue
        if own := readers.get(id(node)):
            _move_to(node, own)


def _move_to(node: Node, readers: Sequence[Node]) -> None:
    if node.scopes:
        outer = _find_outer(node.scopes[0], readers[0].scopes)
        node.scopes = (*outer, *node.scopes)
        return
    if node.is_constant and len({reader.phase for reader in readers}) == 1:
        node.phase = readers[0].phase
    if all(reader.phase == node.phase for reader in readers):
        node.scopes = _common(reader.scopes for reader in readers)


def _find_outer(scope: str, scopes: tuple[str, ...]) -> tuple[str, ...]:
    """What stands around a scope in the path of a reader."""
    return scopes[: scopes.index(scope)] if scope in scopes else ()


def _common(paths: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    first, *others = paths
    for other in others:
        shared = [one for one, two in zip(first, other, strict=False) if one == two]
        first = first[: len(shared)] if first[: len(shared)] == tuple(shared) else ()
    return first


def group_update(nodes: Sequence[Node], readers: Readers) -> None:
    """Puts the operations of the update under the one parameter that they belong to: `update/dense_0/kernel/mul`.

    An array belongs to the parameter from which it was computed, a gradient to the one whose update reads it. A single
    number, as a norm or a rate, belongs to none, so that it does not tie parameters together.
    """
    owners = _Owners(nodes, readers)
    free = [node for node in nodes if node.phase == UPDATE and not node.scopes and not node.is_input]
    for _ in range(2):  # at first the gradients belong to nobody
        for node in free:
            owners.take_from_inputs(node)
        for node in reversed(free):
            owners.take_from_readers(node)
        owners.give_to_gradients(free)
    for node in free:
        node.scopes = owners.find(node) or ()


class _Owners:
    """Which parameter each node belongs to."""

    def __init__(self, nodes: Sequence[Node], readers: Readers) -> None:
        params = {(*node.scopes, node.label) for node in nodes if node.num_params}
        self._owners: dict[int, Owner] = {}
        for node in nodes:
            if node.num_params:
                self._owners[id(node)] = (*node.scopes, node.label)
            elif node.is_input and node.scopes in params:  # what the optimizer keeps of it
                self._owners[id(node)] = node.scopes
        self._readers = readers

    def find(self, node: Node) -> Owner | None:
        return self._owners.get(id(node))

    def take_from_inputs(self, node: Node) -> None:
        carried = {self.find(value.node) for value in node.inputs if _carries(value)}
        self._take(node, carried)

    def take_from_readers(self, node: Node) -> None:
        """An array belongs to the one parameter among its readers, a single number only if all of them belong to it."""
        found = {self.find(reader) for reader in self._readers.get(id(node), []) if reader.phase == UPDATE}
        if any(size_of(aval) > 1 for aval in node.avals) or None not in found:
            self._take(node, found)

    def give_to_gradients(self, updates: Sequence[Node]) -> None:
        found: dict[int, set[Owner]] = {}
        gradients = {id(value.node): value.node for node in updates for value in node.inputs}
        for node in updates:
            owner = self.find(node)
            for value in node.inputs:
                if owner and not value.node.is_input and value.node.phase != UPDATE and _carries(value):
                    found.setdefault(id(value.node), set()).add(owner)
        for key, owners in found.items():
            self._take(gradients[key], set(owners))

    def _take(self, node: Node, owners: set[Owner | None]) -> None:
        owners.discard(None)
        if id(node) not in self._owners and len(owners) == 1:
            (owner,) = owners
            if owner is not None:
                self._owners[id(node)] = owner


def _carries(value: Value) -> bool:
    return value.node.is_input or size_of(value.node.avals[value.port]) > 1
