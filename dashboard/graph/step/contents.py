"""What stands in a scope as modules, in the order of the forward pass, and what is loose beside them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from dashboard.graph.hierarchy import Hierarchy

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
        modules: Modules and stacks, in the order in which they run.
        loose: Items that are no modules: operations, functions, parameters, inputs.
    """

    modules: tuple[int, ...]
    loose: tuple[int, ...]


class Contents:
    """The contents of the scopes of a step, each found once. Safe to share: threads find the same."""

    def __init__(self, hierarchy: Hierarchy) -> None:
        self._hierarchy = hierarchy
        self._order = _first_operations(hierarchy)
        self._found: dict[int, Content] = {}

    def of(self, scope: int) -> Content:
        """The content of a scope."""
        if scope not in self._found:
            children = sorted(self._hierarchy.items[scope].children, key=self._order.__getitem__)
            modules = tuple(child for child in children if self._is_module(child))
            self._found[scope] = Content(modules, tuple(child for child in children if child not in modules))
        return self._found[scope]

    def first_operation(self, index: int) -> int:
        """Place of the first operation of an item in the forward pass."""
        return self._order[index]

    def can_open(self, index: int) -> bool:
        """Whether a module, or a block of a stack, holds modules."""
        blocks = self._hierarchy.stacks.get(index)
        return bool(self.of(blocks[0] if blocks else index).modules)

    def _is_module(self, index: int) -> bool:
        item = self._hierarchy.items[index]
        if item.node >= 0:
            return False
        plain = re.sub(r"[^a-z]", "", item.name.lower())
        return item.params > 0 or (plain not in _FUNCTIONS and self._order[index] < len(self._hierarchy.graph.nodes))


def _first_operations(hierarchy: Hierarchy) -> list[int]:
    """By item, the place of its first operation in file order; beyond all nodes for what has none."""
    first = [len(hierarchy.graph.nodes)] * len(hierarchy.items)
    for index, node in enumerate(hierarchy.graph.nodes):
        at = hierarchy.item_by_node[index]
        while node.inputs and at >= 0 and first[at] > index:
            first[at] = index
            at = hierarchy.items[at].parent
    return first
