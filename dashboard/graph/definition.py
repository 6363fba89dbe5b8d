"""From a GraphDef, as anyone may have written it, to nodes whose inputs are known.

A *node* is one operation; its *path* is its name with ``/`` between the scopes that hold it. What a graph lacks
(inputs that name no node, two nodes of one name) never stops the page: it becomes a note.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from dashboard.graph.families import PARAMETER_OPS, plain_op
from dashboard.graph.functions import open_calls
from dashboard.graph.tensors import Tensor, find_tensors

MAX_DEPTH = 64
TORCH_PARAMETER_OP = "primgetattr"
NO_NODES = "This graph has no nodes."


@dataclass(slots=True)
class Node:
    """One operation of a graph. Read only: not frozen, since making a frozen one takes ten times as long.

    Attributes:
        path: Scopes and name, ``/`` between them; unique in the graph.
        op: What it computes, as the writer spells it.
        inputs: (index of the node, number of its output) of each data input, in order.
        controls: Indices of the nodes that must run before.
        outputs: What it returns, as far as the graph tells.
        params: Number of trained values that it holds.
        flops: Floating-point operations of one evaluation; a multiply-add counts as 2.
        saved_bytes: Bytes of it that are kept for the backward pass.
        source: ``file.py:12``, or empty.
        position: Place of its NodeDef in the GraphDef.
        times: How often it runs in a step, as far as that is known.
        mark: What a comparison says of it: ``added``, ``removed``, ``changed`` or nothing.
    """

    path: str
    op: str
    inputs: tuple[tuple[int, int], ...]
    controls: tuple[int, ...]
    outputs: tuple[Tensor, ...]
    params: int
    flops: int
    saved_bytes: int
    source: str
    position: int
    times: int = 1
    mark: str = ""


@dataclass(frozen=True)
class Graph:
    """The nodes of a graph, or of its forward part, in file order.

    Attributes:
        nodes: The nodes; `Node.inputs` are indices into them.
        is_traced: Whether it was traced from JAX, so that FLOPs and saved bytes are known.
        notes: One sentence for each thing that the graph lacks.
        definition: The GraphDef with its calls opened, for the attributes of single nodes.
        logged: The GraphDef as it was logged.
        functions: Functions of its library that are not in it.
        function_by_scope: The function whose nodes a scope holds, by its path.
        loops: Scopes that are the body of a loop.
    """

    nodes: tuple[Node, ...]
    is_traced: bool
    notes: tuple[str, ...]
    definition: Any
    logged: Any = None
    functions: tuple[str, ...] = ()
    function_by_scope: Mapping[str, str] = field(default_factory=dict)
    loops: frozenset[str] = frozenset()


def read_graph(
    definition: Any, check: Callable[[], None] = lambda: None, notes: tuple[str, ...] = (), function: str = ""
) -> Graph:
    """Reads a GraphDef; of a traced training step only the forward part, for the Model view.

    Args:
        definition: A GraphDef message; kept, not copied.
        check: Called between two nodes; what it raises ends the work.
        notes: What is known to be missing from it.
        function: A function of its library to read in place of its nodes.

    Raises:
        KeyError: If it has no such function; carries a sentence.
    """
    opened = open_calls(definition, function, check)
    protos = list(opened.definition.node)
    links = [split_inputs(proto.input) for proto in protos]
    position_by_name: dict[str, int] = {}
    for position, proto in enumerate(protos):
        position_by_name.setdefault(proto.name, position)
    kept = _forward_positions(protos, links, position_by_name)
    is_forward = len(kept) < len(protos) or _is_forward_pass(protos)
    paths, num_renamed = _paths([protos[position] for position in kept], is_forward=is_forward)
    index_by_position = {position: index for index, position in enumerate(kept)}
    slots = _find_slots(protos)
    nodes, num_missing = [], 0
    for index, position in enumerate(kept):
        check()
        data, controls = links[position]
        found = [(position_by_name.get(name), port) for name, port in data]
        if plain_op(protos[position].op) != TORCH_PARAMETER_OP:  # it reads the module, which torch leaves out
            num_missing += sum(source is None for source, _ in found)
        inputs = tuple((index_by_position[source], port) for source, port in found if source in index_by_position)
        sources = (index_by_position.get(position_by_name.get(name, -1)) for name in controls)
        node = _make_node(protos[position], paths[index], inputs, _known(sources), position)
        nodes.append(replace(node, params=0) if protos[position].name in slots else node)
    return Graph(
        tuple(nodes),
        _is_traced(protos),
        (*notes, *opened.notes, *_notes(num_missing, num_renamed, nodes)),
        opened.definition,
        definition,
        opened.left,
        opened.function_by_scope,
        opened.loops,
    )


def has_backward_pass(graph: Graph) -> bool:
    """Whether it is the traced step of a training: one that was differentiated."""
    return graph.is_traced and any(proto.name.startswith("backward/") for proto in graph.definition.node)


def _find_slots(protos: list[Any]) -> set[str]:
    """Variables that an optimizer keeps of another one, which TensorFlow names below it: ``dense/kernel/Adam``."""
    variables = {proto.name for proto in protos if plain_op(proto.op) in PARAMETER_OPS and not proto.input}
    return {name for name in variables if name.rpartition("/")[0] in variables}


def split_inputs(names: Iterable[str]) -> tuple[list[tuple[str, int]], list[str]]:
    """Data inputs ``name:port`` and control inputs ``^name``, apart."""
    data, controls = [], []
    for text in names:
        if text.startswith("^"):
            controls.append(text[1:])
        elif ":" in text:
            name, _, port = text.rpartition(":")
            data.append((name, int(port)) if name and port.isdecimal() else (text, 0))
        else:
            data.append((text, 0))
    return data, controls


def _known(indices: Iterable[int | None]) -> tuple[int, ...]:
    return tuple(index for index in indices if index is not None)


def _forward_positions(
    protos: list[Any], links: list[tuple[list[tuple[str, int]], list[str]]], position_by_name: dict[str, int]
) -> list[int]:
    """The forward part of a traced step and what it reads; everything in any other graph."""
    part_by_position = [proto.name.partition("/")[0] for proto in protos]
    waiting = [position for position, part in enumerate(part_by_position) if part == "forward"]
    if not waiting or not _is_traced(protos) or not any(part in ("backward", "update") for part in part_by_position):
        return list(range(len(protos)))
    kept = set(waiting)
    while waiting:
        for name, _ in links[waiting.pop()][0]:
            source = position_by_name.get(name)
            if source is not None and source not in kept and part_by_position[source] not in ("backward", "update"):
                kept.add(source)
                waiting.append(source)
    return sorted(kept - _unread(protos, links, kept))


def _unread(protos: list[Any], links: list[tuple[list[tuple[str, int]], list[str]]], kept: set[int]) -> set[int]:
    """Inputs that only the rest of the step reads, such as the seed of a model without dropout."""
    read = {name for position in kept for name, _ in links[position][0]}
    return {
        position
        for position in kept
        if not links[position][0] and protos[position].name not in read and "_jax_params" not in protos[position].attr
    }


def _paths(protos: list[Any], *, is_forward: bool) -> tuple[list[str], int]:
    """Unique paths without empty parts, and how many had to be renamed to be unique."""
    num_by_path: dict[str, int] = {}
    paths = []
    num_renamed = 0
    for proto in protos:
        path = base = _plain_path(proto.name, is_forward=is_forward)
        while path in num_by_path:
            num_by_path[base] += 1
            path = f"{base} ({num_by_path[base]})"
        num_renamed += path != base
        num_by_path[path] = 1
        paths.append(path)
    return paths, num_renamed


def _plain_path(name: str, *, is_forward: bool) -> str:
    if not is_forward and name and "//" not in f"/{name}/" and name.count("/") < MAX_DEPTH:
        return name  # as nearly every one is
    parts = [part for part in name.split("/") if part]
    if is_forward and len(parts) > 1 and parts[0] == "forward":
        parts = parts[1:]
    if len(parts) > MAX_DEPTH:
        parts = [*parts[: MAX_DEPTH - 1], "∕".join(parts[MAX_DEPTH - 1 :])]
    return "/".join(parts) or "(no name)"


def _make_node(
    proto: Any, path: str, inputs: tuple[tuple[int, int], ...], controls: tuple[int, ...], position: int
) -> Node:
    attributes = proto.attr
    keys = set(attributes)  # asking a message for each key takes a third longer
    outputs = find_tensors(attributes, keys)
    params = _number(attributes, keys, "_jax_params")
    if not params and plain_op(proto.op) in PARAMETER_OPS and outputs:
        params = _num_values(outputs[0])
    return Node(
        path=path,
        op=proto.op,
        inputs=inputs,
        controls=controls,
        outputs=outputs,
        params=params,
        flops=_number(attributes, keys, "_jax_flops"),
        saved_bytes=_number(attributes, keys, "_jax_saved_bytes"),
        source=_text(attributes, keys, "_jax_source"),
        position=position,
        times=_number(attributes, keys, "_jax_times") or 1,
    )


def _num_values(tensor: Tensor) -> int:
    count = 1
    for size in tensor.shape or (0,):
        count *= max(0, size)
    return count


def _number(attributes: Any, keys: Container[str], key: str) -> int:
    if key not in keys:
        return 0
    value = attributes[key]
    number = value.f if value.WhichOneof("value") == "f" else value.i
    return int(number) if math.isfinite(number) else 0


def _text(attributes: Any, keys: Container[str], key: str) -> str:
    return attributes[key].s.decode("utf-8", "replace") if key in keys else ""


def _is_forward_pass(protos: list[Any]) -> bool:
    """Whether it is a traced function without a backward pass, all of which stands in one scope."""
    return _is_traced(protos) and all(proto.name.startswith("forward/") for proto in protos)


def _is_traced(protos: list[Any]) -> bool:
    return any("_jax_shape" in proto.attr for proto in protos[:64])


def _notes(num_missing: int, num_renamed: int, nodes: list[Node]) -> tuple[str, ...]:
    notes = [] if nodes else [NO_NODES]
    num_own = sum(any(source == index for source, _ in node.inputs) for index, node in enumerate(nodes))
    if num_own == 1:
        notes.append("1 node reads itself; that edge is left out.")
    elif num_own:
        notes.append(f"{num_own:,} nodes read themselves; these edges are left out.")
    if num_missing == 1:
        notes.append("1 input names a node that is not in the graph; it is left out.")
    elif num_missing:
        notes.append(f"{num_missing:,} inputs name nodes that are not in the graph; they are left out.")
    if num_renamed == 1:
        notes.append("1 node shares its name with another; it is numbered.")
    elif num_renamed:
        notes.append(f"{num_renamed:,} nodes share a name with another; they are numbered.")
    return tuple(notes)
