"""What stands in a scope as modules, in the order of the forward pass; equal neighbours are one stack."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import groupby

from dashboard.graph.hierarchy import Hierarchy
from dashboard.graph.step.phases import Step

# Scopes of functions of jax.numpy and jax.nn that are compiled on their own: operations of their module.
_FUNCTIONS = frozenset(
    {"tril", "triu", "where", "clip", "var", "std", "mean", "take", "takealongaxis", "onehot", "split", "einsum"}
    | {"softmax", "logsoftmax", "relu", "relu6", "gelu", "silu", "elu", "selu", "swish", "sigmoid", "softplus"}
    | {"logsumexp", "matmul", "roll", "floordivide", "remainder", "argmax", "isclose", "leakyrelu", "norm", "square"}
)


@dataclass(frozen=True)
class Content:
    """What one scope holds.

    Attributes:
        stacks: Modules in the order in which they run; those that are equal and follow each other are together.
        loose: Items that are no modules: operations, functions, parameters, inputs.
    """

    stacks: tuple[tuple[int, ...], ...]
    loose: tuple[int, ...]


class Blocks:
    """The contents of the scopes of a step, each found once. Safe to share: threads find the same."""

    def __init__(self, step: Step) -> None:
        self._step = step
        self._hierarchy = step.hierarchy
        self._order = _first_operations(step.hierarchy)
        self._contents: dict[int, Content] = {}
        self._signatures: dict[int, int] = {}

    def of(self, scope: int) -> Content:
        """The content of a scope."""
        if scope not in self._contents:
            self._contents[scope] = self._find(scope)
        return self._contents[scope]

    def only_stack(self, scope: int) -> tuple[int, ...]:
        """The blocks of a scope that holds equal ones and nothing else; empty for any other."""
        content = self.of(scope)
        is_only = len(content.stacks) == 1 and len(content.stacks[0]) > 1
        return content.stacks[0] if is_only and not self._costs_something(content.loose) else ()

    def first_operation(self, index: int) -> int:
        """Place of the first operation of an item in the forward pass."""
        return self._order[index]

    def has_modules(self, scope: int) -> bool:
        """Whether a scope can be opened into rows."""
        return bool(self.of(scope).stacks)

    def _costs_something(self, loose: tuple[int, ...]) -> bool:
        items = self._hierarchy.items
        return any(items[index].flops or items[index].saved_bytes or items[index].params for index in loose)

    def _find(self, scope: int) -> Content:
        children = sorted(self._hierarchy.items[scope].children, key=self._order.__getitem__)
        modules = [child for child in children if self._is_module(child)]
        held = set(modules)
        runs = groupby(modules, key=self._signature)
        return Content(tuple(tuple(run) for _, run in runs), tuple(child for child in children if child not in held))

    def _is_module(self, index: int) -> bool:
        item = self._hierarchy.items[index]
        if item.node >= 0:
            return False
        plain = re.sub(r"[^a-z]|_\d+$", "", item.name.lower())
        return item.params > 0 or (plain not in _FUNCTIONS and self._order[index] < len(self._hierarchy.graph.nodes))

    def _signature(self, index: int) -> int:
        """Equal for modules of the same operations, shapes and costs."""
        if index not in self._signatures:
            hierarchy, item = self._hierarchy, self._hierarchy.items[index]
            node = hierarchy.node(item)
            inner = tuple((hierarchy.items[child].name, self._signature(child)) for child in item.children)
            facts = (node.op, node.outputs, node.flops, node.params) if node else ()
            self._signatures[index] = hash((facts, inner, item.params))
        return self._signatures[index]


def _first_operations(hierarchy: Hierarchy) -> list[int]:
    """By item, the place of its first operation in file order; beyond all nodes for what has none."""
    first = [len(hierarchy.graph.nodes)] * len(hierarchy.items)
    for index, node in enumerate(hierarchy.graph.nodes):
        at = hierarchy.item_by_node[index]
        while node.inputs and at >= 0 and first[at] > index:
            first[at] = index
            at = hierarchy.items[at].parent
    return first
