"""Which node of a graph an instruction of a compiled program came from."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from summaries.adapters.jax_graph.scopes import parse_name_stack
from summaries.adapters.xla.hlo import Shape

# What loops, calls and checkpoints add to names here or there.
_NOISE = frozenset(
    {"body", "body_pred", "checkpoint", "closed_call", "cond", "pick", "rematted_computation", "scan", "while"}
)
_NUMBER = re.compile(r"_\d+$")
_PHASES = ("forward", "backward", "update")
_XLA_TYPES = {"float": "f", "int": "s", "uint": "u", "bool": "pred", "bfloat": "bf", "complex": "c"}

Key = tuple[bool, tuple[str, ...], str]
"""Whether it is of the backward pass, its scopes, and its primitive."""


class NodeIndex:
    """The nodes of a graph by what XLA tells of an instruction. Each is given out once, if several fit."""

    def __init__(self, nodes: Iterable[Any], function: str) -> None:
        """Takes the graph's `NodeDef`s, and the name of the function that was converted."""
        self._function = f"jit({function})/"
        self._names: dict[tuple[Key, Shape], list[str]] = {}
        for node in nodes:
            if node.input or "_jax_source" in node.attr:
                shape = _shape_of(node)
                for key in _keys_of(node):
                    self._names.setdefault((key, shape), []).append(node.name)
        self._num_given: dict[tuple[Key, Shape], int] = {}

    def find(self, op_name: str, shape: Shape) -> str | None:
        """The node, None if there is none or it might be another."""
        place = parse_op_name(op_name, self._function), _plain(shape)
        names = self._names.get(place, [])
        if len({name.rpartition("/")[0] for name in names}) > 1:
            return None
        number = self._num_given.get(place, 0)
        self._num_given[place] = number + 1
        return names[min(number, len(names) - 1)] if names else None


def parse_op_name(op_name: str, function: str = "") -> Key:
    """What an op name says of where it came from.

    >>> parse_op_name("jit(step)/transpose(jvp(dense_0))/jit(relu)/mul", "jit(step)/")
    (True, ('dense_0', 'relu'), 'mul')

    Args:
        op_name: As XLA has it.
        function: The call of the function that was converted; what stands before it is left out.
    """
    _, found, inner = op_name.partition(function) if function else ("", "", "")
    stack, _, primitive = (inner if found else op_name.partition("/")[2]).rpartition("/")
    scopes, transforms = parse_name_stack(stack)
    return "transpose" in transforms, tuple(scope for scope in scopes if scope not in _NOISE), primitive


def short_op_name(op_name: str, function: str) -> str:
    """Scopes and primitive, to show."""
    _, scopes, primitive = parse_op_name(op_name, f"jit({function})/")
    return "/".join((*scopes, primitive))


def _keys_of(node: Any) -> Iterable[Key]:
    phase, *scopes, label = node.name.split("/")
    if phase not in _PHASES:
        return
    own = _NUMBER.sub("", label)
    if own not in (node.op.replace("-", "_"), "pick"):
        scopes.append(own)  # a call of one operation lent it its name
    path = tuple(scope for scope in scopes if scope not in _NOISE)
    is_backward = phase == "backward"
    if phase == "update":
        yield False, ("update", *path), node.op
        yield False, ("update",), node.op  # grouped by parameter here, not in the program
        yield False, (), node.op
    else:
        yield is_backward, path, node.op


def _shape_of(node: Any) -> Shape:
    dtype = node.attr["_jax_dtype"].s.decode()
    letters = dtype.rstrip("0123456789")
    sizes = tuple(int(dim.size) for dim in node.attr["_jax_shape"].shape.dim)
    return _plain(Shape(_XLA_TYPES.get(letters, letters) + dtype[len(letters) :], sizes))


def _plain(shape: Shape) -> Shape:
    """Without axes of one element and without their order: XLA adds and takes away such axes, and transposes."""
    return Shape(shape.type, tuple(sorted(size for size in shape.sizes if size != 1)))
