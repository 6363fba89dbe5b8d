"""What stands in a scope as modules, in the order of the forward pass, and what is loose beside them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from dashboard.graph.hierarchy import Hierarchy

# A scope without parameters inside a module is a function that it calls (softmax, pad), unless its name is a layer's.
_NUMBERED = re.compile(r"_\d+$")
_LAYER = re.compile(
    r"drop|pool|flatten|reshape|activation|attention|residual|norm|block|layer|encoder|decoder|merge|mask"
)
_FUNCTIONS = frozenset(
    {"tril", "triu", "where", "clip", "var", "std", "mean", "take", "takealongaxis", "onehot", "split", "pad"}
    | {"softmax", "logsoftmax", "relu", "relu6", "gelu", "silu", "elu", "selu", "swish", "sigmoid", "softplus"}
    | {"logsumexp", "matmul", "roll", "floordivide", "remainder", "argmax", "isclose", "leakyrelu", "norm", "square"}
    | {"bernoulli", "uniform", "normal", "randomsplit", "cumsum", "nanmean", "sort", "tile", "repeat", "stack", "cond"}
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
        if item.node >= 0 or index in self._hierarchy.series:
            return False
        if not item.params and self._order[index] == len(self._hierarchy.graph.nodes):
            return False
        return item.params > 0 or _is_layer_name(item.name, is_top=item.parent == 0)


def _is_layer_name(name: str, *, is_top: bool) -> bool:
    plain = name.lower()
    if plain.startswith("einsum") or re.sub(r"[^a-z]", "", plain) in _FUNCTIONS:
        return False
    return is_top or bool(_NUMBERED.search(plain) or _LAYER.search(plain))


def _first_operations(hierarchy: Hierarchy) -> list[int]:
    """By item, the place of its first operation in file order; beyond all nodes for what has none."""
    first = [len(hierarchy.graph.nodes)] * len(hierarchy.items)
    for index, node in enumerate(hierarchy.graph.nodes):
        at = hierarchy.item_by_node[index]
        while node.inputs and at >= 0 and first[at] > index:
            first[at] = index
            at = hierarchy.items[at].parent
    return first
