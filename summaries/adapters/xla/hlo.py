"""The text of an optimized HLO module: its computations, and the instructions in them.

The text is no stable interface. What is not understood is passed over, so that a later XLA costs facts, not the run.
"""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

_HEADER = re.compile(r"^(ENTRY )?%?([\w.\-]+) \(.*\{$")
_INSTRUCTION = re.compile(r"^\s+(?:ROOT )?%?([\w.\-]+) = (\(.*?\)|\S+) ([\w\-]+)\((.*)$")
_SHAPE = re.compile(r"\b([a-z]\w*)\[([\d,<=]*)\]")
_OPERAND = re.compile(r"%([\w.\-]+)")
_OP_NAME = re.compile(r'op_name="([^"]*)"')
_CALLED = re.compile(r"\b(calls|body|condition|to_apply|true_computation|false_computation)=%?([\w.\-]+)")
_BRANCHES = re.compile(r"branch_computations=\{([^}]*)\}")
_TRIP_COUNT = re.compile(r'"known_trip_count":\{"n":"(\d+)"\}')
_FUSION_KIND = re.compile(r"\bkind=k(\w+)")
_CONTRACTED = re.compile(r"\blhs_contracting_dims=\{([\d,]*)\}")
_LEAVES = frozenset(("constant", "get-tuple-element", "iota", "parameter", "tuple"))
"""Of these only the shape is looked at."""
_BITS = re.compile(r"\d+")


class Shape(NamedTuple):
    """Type and sizes of an array, as `f32` and `(8, 3)`."""

    type: str
    sizes: tuple[int, ...]

    @property
    def size(self) -> int:
        """Number of elements."""
        return math.prod(self.sizes)

    @property
    def num_bytes(self) -> int:
        """Size in bytes; a truth value takes one."""
        bits = _BITS.search(self.type)
        return self.size * max(1, int(bits[0]) // 8) if bits else self.size


@dataclass(frozen=True)
class Instruction:
    """One line of a computation.

    Attributes:
        name: Its name, unique in the module.
        opcode: As `dot` or `fusion`.
        shapes: What it gives, several for a tuple.
        operands: Names of the instructions that it reads.
        op_name: Scopes and primitive that it came from; empty if unknown.
        fusion_kind: `loop`, … of a fusion, else empty.
        called: Computations by their role: `calls`, `body`, `condition`, `to_apply`, `branch`.
        trip_count: Turns of a loop, where XLA knows them.
        contracted: Axes of the first operand of a `dot` that are summed over.
    """

    name: str
    opcode: str
    shapes: tuple[Shape, ...]
    operands: tuple[str, ...]
    op_name: str
    fusion_kind: str
    called: tuple[tuple[str, str], ...]
    trip_count: int
    contracted: tuple[int, ...]


@dataclass(frozen=True)
class Module:
    """A program.

    Attributes:
        entry: Name of the computation that is run.
        computations: Instructions by name of their computation.
    """

    entry: str
    computations: dict[str, list[Instruction]]

    def iter_executed(self) -> Iterator[tuple[Instruction, int]]:
        """Instructions that are run by themselves, in loops and branches too, and how often."""
        waiting, seen = [(self.entry, 1)], {self.entry}
        while waiting:
            name, times = waiting.pop()
            for instruction in self.computations.get(name, ()):
                yield instruction, times
                if instruction.opcode in ("while", "call", "conditional", "async-start"):
                    inner = times * instruction.trip_count
                    new = [(called, inner) for _, called in instruction.called if called not in seen]
                    seen.update(called for called, _ in new)
                    waiting.extend(new)


def parse_module(text: str) -> Module:
    """Reads the text of a module."""
    entry, current = "", ""
    computations: dict[str, list[Instruction]] = {}
    for line in text.splitlines():
        if line.startswith((" ", "\t")):
            if current and (instruction := _parse_instruction(line)) is not None:
                computations[current].append(instruction)
        elif header := _HEADER.match(line):
            current = header[2]
            computations[current] = []
            entry = current if header[1] else entry
        elif line.startswith("}"):
            current = ""
    return Module(entry, computations)


def _parse_instruction(line: str) -> Instruction | None:
    found = _INSTRUCTION.match(line)
    if found is None:
        return None
    name, shape, opcode, rest = found.groups()
    shapes = tuple(_parse_shape(type, sizes) for type, sizes in _SHAPE.findall(shape))
    if opcode in _LEAVES:
        return Instruction(name, opcode, shapes, (), "", "", (), 1, ())
    operands, _, attributes = rest.partition(")")
    op_name = _OP_NAME.search(attributes)
    fusion_kind = _FUSION_KIND.search(attributes) if opcode == "fusion" else None
    trip_count = _TRIP_COUNT.search(attributes) if opcode == "while" else None
    contracted = _CONTRACTED.search(attributes) if opcode == "dot" else None
    return Instruction(
        name,
        opcode,
        shapes,
        tuple(_OPERAND.findall(operands)),
        op_name[1] if op_name else "",
        fusion_kind[1].lower() if fusion_kind else "",
        _find_called(attributes),
        int(trip_count[1]) if trip_count else 1,
        tuple(int(axis) for axis in contracted[1].split(",") if axis) if contracted else (),
    )


@functools.lru_cache(maxsize=4096)
def _parse_shape(type: str, sizes: str) -> Shape:
    return Shape(type, tuple(int(size) for size in sizes.split(",") if size.isdecimal()))


def _find_called(attributes: str) -> tuple[tuple[str, str], ...]:
    if "=%" not in attributes and "={%" not in attributes:
        return ()
    branches = _BRANCHES.search(attributes)
    named = [("branch", name) for name in _OPERAND.findall(branches[1])] if branches else []
    return (*_CALLED.findall(attributes), *named)
