"""XLA programs: what the compiler made of a step, to lay over its graph.

One encoding: a JSON object, with plugin `xla_programs`. Totals come from the compiler itself. What is told of a single
kernel is estimated from the text of the program: `flops` from shapes, `bytes` from what it reads and writes.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass

from summaries.kinds.contract import Kind
from summaries.kinds.json_values import decode_json_object, encode_json, get_members, make_metadata, make_record

XLA_TAG = "xla/step"
"""Under which the program of a training step is written."""


@dataclass(frozen=True)
class Kernel:
    """One instruction of a compiled program that runs on its own; a fusion does the work of several nodes.

    Attributes:
        name: Its name in the program, `fusion.12`.
        kind: `loop`, `input`, `output` or `custom` of a fusion, else the instruction, as `dot`.
        nodes: Names of the graph's nodes whose work it does, where that is beyond doubt.
        ops: Scoped names of other operations in it, as XLA tells them.
        flops: Estimate of one run.
        bytes: Estimate of what one run reads and writes.
        times: How often it runs in a step, where a loop's turns are known.
    """

    name: str
    kind: str
    nodes: tuple[str, ...] = ()
    ops: tuple[str, ...] = ()
    flops: int = 0
    bytes: int = 0
    times: int = 1


@dataclass(frozen=True)
class XlaProgram:
    """A compiled program.

    Attributes:
        name: The function that was compiled.
        platform: `cpu`, `gpu`, …
        totals: Numbers of the whole program by name, as the compiler tells them: `flops`, `transcendentals`,
            `bytes_accessed`, `argument_bytes`, `output_bytes`, `alias_bytes`, `temporary_bytes`, `code_bytes`. Loops
            whose number of turns is not known count once: so does the loop over the steps of a chunk. Those that the
            platform does not tell are missing.
        kernels: In the program's order.
    """

    name: str
    platform: str = ""
    totals: Mapping[str, float] = dataclasses.field(default_factory=dict)
    kernels: tuple[Kernel, ...] = ()

    @property
    def fusions(self) -> tuple[Kernel, ...]:
        """The kernels that do the work of several operations."""
        return tuple(kernel for kernel in self.kernels if len(kernel.nodes) + len(kernel.ops) > 1)


def encode_xla_program(tag: str, program: XlaProgram) -> bytes:
    """A `Summary.Value` with the program as JSON."""
    kernels = [get_members(kernel) for kernel in program.kernels]
    return encode_json(tag, {**get_members(program), "kernels": kernels})


def decode_xla_program(blob: bytes) -> XlaProgram:
    """The program in a `Summary.Value`.

    Raises:
        ValueError: If there is none.
    """
    members = decode_json_object(blob)
    try:
        kernels = tuple(make_record(kernel, Kernel) for kernel in members.get("kernels", ()))
    except (AttributeError, TypeError) as error:
        raise ValueError(f"kernels must be a list of objects: {error}.") from error
    return make_record({**members, "kernels": kernels}, XlaProgram)


XLA_PROGRAMS = Kind(
    name="xla_programs", encode=encode_xla_program, decode=decode_xla_program, metadata=make_metadata("xla_programs")
)
