"""What a compiler made of a graph: which kernels do the work of which nodes.

A kernel names nodes of the whole step. Those of the forward pass are items of the hierarchy; an operation of the
backward pass or the update counts at the item whose gradient or parameter it is about.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from dashboard.graph.answers import Answer
from dashboard.graph.hierarchy import Hierarchy
from dashboard.graph.recomputed import find_item
from summaries.kinds.xla_programs import Kernel, XlaProgram

MAX_KERNELS = 12
MAX_ITEMS = 200
_OTHER_PHASES = ("backward", "update")


@dataclass(frozen=True)
class Compiled:
    """A program laid over a graph. Pure data: safe to read from any thread.

    Attributes:
        program: The program.
        hierarchy: The graph.
        items: By kernel, the items that it does the work of.
        kernels: By item, the indices of the kernels that do some of its work; of a scope, of all in it.
    """

    program: XlaProgram
    hierarchy: Hierarchy
    items: tuple[tuple[int, ...], ...]
    kernels: dict[int, tuple[int, ...]]


def lay_over(program: XlaProgram, hierarchy: Hierarchy) -> Compiled | None:
    """Finds the nodes of a program in a graph; None if there are none of them: it is of another graph."""
    definition = hierarchy.graph.definition
    names = {proto.name for proto in definition.node}
    forward = {
        definition.node[node.position].name: item
        for node, item in zip(hierarchy.graph.nodes, hierarchy.item_by_node, strict=True)
    }

    def items_of(kernel: Kernel) -> tuple[int, ...]:
        found = (_find(hierarchy, forward, name) for name in kernel.nodes if name in names)
        return tuple(dict.fromkeys(item for item in found if item))

    items = tuple(items_of(kernel) for kernel in program.kernels)
    kernels: dict[int, dict[int, None]] = {}
    for number, held in enumerate(items):
        for item in held:
            for index in (item, *hierarchy.ancestors(item)):
                kernels.setdefault(index, {})[number] = None
    if not any(items):
        return None
    return Compiled(program, hierarchy, items, {item: tuple(numbers) for item, numbers in kernels.items()})


def _find(hierarchy: Hierarchy, forward: dict[str, int], name: str) -> int:
    phase, _, path = name.partition("/")
    if phase in _OTHER_PHASES and name not in forward:
        return find_item(hierarchy, path)
    return forward.get(name, 0)


def compiled_answer(compiled: Compiled, item_id: str) -> Answer:
    """The totals of a program, and its kernels that do the work of an item, those of most bytes first.

    Args:
        compiled: The program over its graph.
        item_id: A scope or node; empty for the whole program.

    Raises:
        KeyError: If the graph has no such item; carries a sentence.
    """
    program = compiled.program
    if item_id and item_id not in compiled.hierarchy.index_by_id:
        raise KeyError(f"The graph has no node {item_id!r}. It may belong to another run.")
    numbers: Iterable[int] = range(len(program.kernels))
    if item_id:
        numbers = compiled.kernels.get(compiled.hierarchy.index_by_id[item_id], ())
    ordered = sorted(numbers, key=lambda number: -program.kernels[number].bytes * program.kernels[number].times)
    return {
        "program": {
            "name": program.name,
            "platform": program.platform,
            "totals": dict(program.totals),
            "num_kernels": len(program.kernels),
            "num_fused": len(program.fusions),
        },
        "kernels": [_kernel(compiled, number) for number in ordered[:MAX_KERNELS]],
        "more": max(0, len(ordered) - MAX_KERNELS),
    }


def _kernel(compiled: Compiled, number: int) -> Answer:
    """One kernel; its figures are estimates, of one run."""
    kernel = compiled.program.kernels[number]
    return {
        "name": kernel.name,
        "kind": kernel.kind,
        "flops": kernel.flops,
        "bytes": kernel.bytes,
        "times": kernel.times,
        "num_ops": len(kernel.nodes) + len(kernel.ops),
        "items": [compiled.hierarchy.items[item].id for item in compiled.items[number][:MAX_ITEMS]],
    }
