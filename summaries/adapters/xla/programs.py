"""From JAX's compiled function to an `XlaProgram`."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from summaries.adapters.xla.hlo import Instruction, Module, Shape, parse_module
from summaries.adapters.xla.matching import NodeIndex, short_op_name
from summaries.kinds.xla_programs import Kernel, XlaProgram

MAX_OPS = 40
"""How many names of operations without a node a kernel lists."""
_MEMORY = {
    "argument_bytes": "argument_size_in_bytes",
    "output_bytes": "output_size_in_bytes",
    "alias_bytes": "alias_size_in_bytes",
    "temporary_bytes": "temp_size_in_bytes",
    "code_bytes": "generated_code_size_in_bytes",
}
_COSTS = {"flops": "flops", "transcendentals": "transcendentals", "bytes_accessed": "bytes accessed"}
# They run nothing themselves.
_SILENT = frozenset(
    {
        "after-all",
        "bitcast",
        "call",
        "conditional",
        "constant",
        "get-tuple-element",
        "parameter",
        "partition-id",
        "tuple",
        "while",
    }
)
# They move data and compute nothing.
_MOVES = frozenset(
    {
        "broadcast",
        "concatenate",
        "convert",
        "copy",
        "dynamic-slice",
        "dynamic-update-slice",
        "gather",
        "iota",
        "pad",
        "reshape",
        "reverse",
        "select",
        "slice",
        "sort",
        "transpose",
    }
)


def read_compiled(compiled: Any, graph: Any, function: str, *, platform: str = "") -> XlaProgram:
    """What the compiler made of a function.

    Args:
        compiled: As `jax.jit(f).lower(…).compile()` gives it.
        graph: The `GraphDef` that was made of the function's jaxpr.
        function: Name of the function; it may be called inside of what was compiled.
        platform: Of the device.
    """
    module = parse_module(compiled.as_text() or "")
    index = NodeIndex(graph.node, function)
    shapes = {one.name: one.shapes for lines in module.computations.values() for one in lines}
    kernels = tuple(
        _make_kernel(instruction, times, module, index, shapes, function)
        for instruction, times in module.iter_executed()
        if instruction.opcode not in _SILENT
    )
    return XlaProgram(function, platform, _totals(compiled), kernels)


def _make_kernel(
    instruction: Instruction,
    times: int,
    module: Module,
    index: NodeIndex,
    shapes: Mapping[str, tuple[Shape, ...]],
    function: str,
) -> Kernel:
    called = [name for role, name in instruction.called if role == "calls"]
    inside = [one for name in called for one in module.computations.get(name, ())] or [instruction]
    nodes: dict[str, None] = {}
    ops: dict[str, None] = {}
    for one in filter(_is_operation, inside):
        for op_name in _op_names_of(one):
            node = index.find(op_name, one.shapes[0])
            if node is None:
                ops[short_op_name(op_name, function)] = None
            else:
                nodes[node] = None
    read = [shape for name in instruction.operands for shape in shapes.get(name, ())]
    return Kernel(
        instruction.name,
        instruction.fusion_kind or instruction.opcode,
        tuple(nodes),
        tuple(ops)[:MAX_OPS],
        sum(_count_flops(one, shapes) for one in inside),
        sum(shape.num_bytes for shape in (*read, *instruction.shapes)),
        times,
    )


def _is_operation(instruction: Instruction) -> bool:
    """Whether it tells of an operation; some tell only which function was called."""
    name = instruction.op_name
    return "/" in name and not name.endswith(")") and instruction.opcode not in _SILENT and bool(instruction.shapes)


def _op_names_of(instruction: Instruction) -> list[str]:
    """What it came from; a product takes the transposition of its result in, and the name of that."""
    name = instruction.op_name
    stack, _, primitive = name.rpartition("/")
    return [f"{stack}/dot_general", name] if instruction.opcode == "dot" and primitive == "transpose" else [name]


def _count_flops(instruction: Instruction, shapes: Mapping[str, tuple[Shape, ...]]) -> int:
    """As the graph counts them; a multiply-add is 2."""
    size = sum(shape.size for shape in instruction.shapes)
    if instruction.opcode in _SILENT or instruction.opcode in _MOVES:
        return 0
    first = shapes.get(instruction.operands[0], ()) if instruction.operands else ()
    if instruction.opcode == "dot" and first:
        return 2 * size * math.prod(first[0].sizes[axis] for axis in instruction.contracted)
    if instruction.opcode.startswith("reduce") and first:
        return first[0].size
    return size


def _totals(compiled: Any) -> dict[str, float]:
    costs = compiled.cost_analysis() or {}
    costs = costs[0] if isinstance(costs, list) else costs
    totals = {name: float(costs[key]) for name, key in _COSTS.items() if key in costs}
    memory = compiled.memory_analysis()
    return totals | {name: float(getattr(memory, key)) for name, key in _MEMORY.items() if hasattr(memory, key)}
