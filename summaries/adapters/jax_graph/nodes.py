"""What stands between a jaxpr and a `GraphDef`: operations, and the values between them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

FORWARD, BACKWARD, UPDATE = "forward", "backward", "update"
INPUT_OP = "Placeholder"


@dataclass(eq=False, slots=True)
class Node:
    """One operation, or one input.

    Attributes:
        phase: `FORWARD`, `BACKWARD` or `UPDATE`.
        scopes: The module that it belongs to, outermost first.
        calls: Loops and calls of functions around it inside of the module.
        label: Its own name, to which a number is added where there are several.
        op: The primitive.
        inputs: What it reads, without literal numbers.
        avals: What it gives, as JAX's abstract values.
        flops: Of all turns.
        num_params: Number of elements, if it is a parameter.
        source: `file:line`, or empty.
        is_input: Whether it is an array that lies in memory before the step.
        is_constant: Whether it depends on no input.
        is_remat: Whether it computes a forward value again.
        is_plain: Whether nothing was differentiated where it stands.
        times: How often it runs.
        transformation: Of the update, which of optax's transformations it is part of, or empty.
    """

    phase: str
    scopes: tuple[str, ...]
    label: str
    op: str
    avals: list[Any]
    calls: tuple[str, ...] = ()
    inputs: list[Value] = field(default_factory=list)
    flops: int = 0
    num_params: int = 0
    source: str = ""
    is_input: bool = False
    is_constant: bool = False
    is_remat: bool = False
    is_plain: bool = True
    times: int = 1
    transformation: str = ""


class Value(NamedTuple):
    """Output `port` of a node; `copies` of it lie in memory, one of each turn of the loops that stack it.

    `carry` is set of what a loop hands from turn to turn: `node` gives that of the first turn only.
    """

    node: Node
    port: int
    copies: int = 1
    carry: Carry | None = None


@dataclass(eq=False, slots=True)
class Carry:
    """What a turn of a loop hands to the next one; None for a literal number, and until the loop was walked."""

    end: Value | None = None
