"""A traced JAX function (a jaxpr) as a `GraphDef` that TensorBoard and the graph page draw.

Nodes are named `forward|backward|update / module path / op`. The phase and the module path come from JAX's name stacks:
`jvp(dense_0)` is forward, `transpose(jvp(dense_0))` is backward, what stands under the scope `update` is the update.
There an operation on the values of one module only is put under that module.

Attributes beside TensorFlow's `_output_shapes`:

| attribute | type | meaning |
|---|---|---|
| `_jax_shape` | shape | of the first output |
| `_jax_dtype` | bytes | of the first output, as `float32` |
| `_jax_flops` | int | floating-point operations; a multiply-add counts as 2; loops count all turns |
| `_jax_bytes` | int | size of all outputs |
| `_jax_saved_bytes` | int | of them, what the backward pass reads; 0 for inputs, which lie in memory anyway |
| `_jax_params` | int | number of elements, on the inputs that are parameters |
| `_jax_source` | bytes | `file:line` |

JAX's scopes and jaxprs are not a stable interface: all that knows about them is in this file.
"""

from __future__ import annotations

import math
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from summaries.proto.graph_pb2 import AttrValue, GraphDef, NodeDef
from summaries.proto.tensor_pb2 import TensorShapeProto

FORWARD, BACKWARD, UPDATE = "forward", "backward", "update"
INPUT_OP = "Placeholder"

# They move data and compute nothing.
_MOVES = frozenset(
    {
        "argsort",
        "bitcast_convert_type",
        "broadcast_in_dim",
        "concatenate",
        "convert_element_type",
        "copy",
        "copy_p",
        "device_put",
        "dynamic_slice",
        "dynamic_update_slice",
        "expand_dims",
        "gather",
        "iota",
        "pad",
        "reshape",
        "rev",
        "scatter",
        "select_n",
        "sharding_constraint",
        "slice",
        "sort",
        "split",
        "squeeze",
        "stack",
        "stop_gradient",
        "transpose",
    }
)
_CALLS = ("jaxpr", "call_jaxpr", "fun_jaxpr")


def find_call(closed_jaxpr: Any, name: str) -> Any:
    """The `ClosedJaxpr` of the first call of a jitted function, wherever it is nested.

    Args:
        closed_jaxpr: Where to look.
        name: The function's name.

    Raises:
        KeyError: If it is not called.
    """
    for eqn in _iter_equations(closed_jaxpr):
        if eqn.params.get("name") == name and "jaxpr" in eqn.params:
            return eqn.params["jaxpr"]
    raise KeyError(name)


def graph_from_jaxpr(
    closed_jaxpr: Any,
    *,
    input_names: Sequence[str] | None = None,
    params: Sequence[str] = (),
    library_folders: Sequence[str] = (),
) -> GraphDef:
    """Converts what a function computes; operations that nothing depends on are left out.

    Args:
        closed_jaxpr: As in `jax.jit(f).trace(*args).jaxpr`.
        input_names: Node name of each input array, phase first: `forward/dense_0/kernel`. None numbers them.
        params: Those of `input_names` that are parameters.
        library_folders: Code in these folders is not what `_jax_source` should name, if other code called it.

    Raises:
        ValueError: If the number of names is not that of the inputs.
    """
    jaxpr = closed_jaxpr.jaxpr
    names = [f"{FORWARD}/input_{i}" for i in range(len(jaxpr.invars))] if input_names is None else list(input_names)
    if len(names) != len(jaxpr.invars):
        raise ValueError(f"input_names must name the {len(jaxpr.invars)} inputs; got {len(names)}. Name each array.")
    builder = _Builder(tuple(library_folders))
    inputs = [
        builder.add_input(name, var.aval, is_param=name in params)
        for name, var in zip(names, jaxpr.invars, strict=True)
    ]
    outputs = builder.inline(closed_jaxpr, inputs, _Place())
    return _encode(_live_nodes(builder.nodes, outputs))


@dataclass(eq=False)
class _Node:
    """One operation, or one input."""

    phase: str
    scopes: tuple[str, ...]
    label: str
    op: str
    inputs: list[_Value]
    avals: list[Any]
    flops: int = 0
    num_params: int = 0
    source: str = ""
    is_input: bool = False


@dataclass(frozen=True)
class _Value:
    """Output `index` of a node."""

    node: _Node
    index: int


@dataclass(frozen=True)
class _Place:
    """Where an operation stands.

    Attributes:
        scopes: Names of the scopes around it, outermost first.
        transforms: `jvp`, `transpose`, … that were applied to it.
        label: Name to use in place of the operation's own.
        times: How often it runs.
    """

    scopes: tuple[str, ...] = ()
    transforms: frozenset[str] = frozenset()
    label: str | None = None
    times: int = 1

    def inside(self, name_stack: str) -> _Place:
        """The place of an operation whose own name stack is `name_stack`."""
        scopes, transforms = parse_name_stack(name_stack)
        return _Place((*self.scopes, *scopes), self.transforms | transforms, self.label, self.times)

    def scope(self, name: str, times: int = 1) -> _Place:
        """The place inside a scope, in a loop of so many turns."""
        return _Place((*self.scopes, name), self.transforms, None, self.times * times)

    def labelled(self, label: str) -> _Place:
        """The same place, with another name for the operation."""
        return _Place(self.scopes, self.transforms, label, self.times)


def parse_name_stack(name_stack: str) -> tuple[tuple[str, ...], frozenset[str]]:
    """Scopes and transforms in a name stack.

    >>> parse_name_stack("transpose(jvp(block/dense_0))/add")[0]
    ('block', 'dense_0', 'add')
    """
    transforms = frozenset(re.findall(r"(\w+)\(", name_stack))
    plain = re.sub(r"\w+\(|\)", "", name_stack)
    return tuple(part for part in plain.split("/") if part), transforms


class _Builder:
    """Collects nodes while walking a jaxpr, the jaxprs inside it inlined."""

    def __init__(self, library_folders: tuple[str, ...]) -> None:
        self.nodes: list[_Node] = []
        self._library_folders = library_folders

    def add_input(self, name: str, aval: Any, *, is_param: bool) -> _Value:
        """Adds an input array."""
        phase, *scopes, label = name.split("/")
        num_params = int(aval.size) if is_param else 0
        node = _Node(phase, tuple(scopes), label, INPUT_OP, [], [aval], num_params=num_params, is_input=True)
        self.nodes.append(node)
        return _Value(node, 0)

    def inline(self, closed_jaxpr: Any, inputs: Sequence[_Value | None], place: _Place) -> list[_Value | None]:
        """Adds all operations of a jaxpr, and returns its outputs; None stands for a literal number."""
        jaxpr = getattr(closed_jaxpr, "jaxpr", closed_jaxpr)
        env: dict[Any, _Value | None] = dict(zip(jaxpr.invars, inputs, strict=True))
        for var in jaxpr.constvars:
            env[var] = self._add_constant(var.aval, place)
        for eqn in jaxpr.eqns:
            values = [_read(env, var) for var in eqn.invars]
            outputs = self._add(eqn, values, place.inside(str(eqn.source_info.name_stack)))
            env.update(zip(eqn.outvars, outputs, strict=True))
        return [_read(env, var) for var in jaxpr.outvars]

    def _add(self, eqn: Any, values: list[_Value | None], place: _Place) -> list[_Value | None]:
        name = eqn.primitive.name
        if name == "scan":
            length = int(eqn.params["length"])
            return self.inline(eqn.params["jaxpr"], values, place.scope("scan", length))
        if name == "while":
            return self._add_while(eqn, values, place)
        if name == "cond":
            return self._add_cond(eqn, values, place)
        inner = next((eqn.params[key] for key in _CALLS if key in eqn.params), None)
        if inner is None or len(getattr(inner, "jaxpr", inner).invars) != len(values):
            return self._add_operation(eqn, values, place)
        return self.inline(inner, values, _call_place(place, str(eqn.params.get("name", "")), inner))

    def _add_while(self, eqn: Any, values: list[_Value | None], place: _Place) -> list[_Value | None]:
        """The condition and one turn of the body; a graph has no cycle."""
        num_cond, num_body = eqn.params["cond_nconsts"], eqn.params["body_nconsts"]
        carry = values[num_cond + num_body :]
        self.inline(eqn.params["cond_jaxpr"], [*values[:num_cond], *carry], place.scope("while").scope("cond"))
        body_inputs = [*values[num_cond : num_cond + num_body], *carry]
        return self.inline(eqn.params["body_jaxpr"], body_inputs, place.scope("while").scope("body"))

    def _add_cond(self, eqn: Any, values: list[_Value | None], place: _Place) -> list[_Value | None]:
        """All branches, and an operation that picks."""
        predicate, *arguments = values
        inside = place.scope("cond")
        branches = [
            self.inline(branch, arguments, inside.scope(f"branch_{index}"))
            for index, branch in enumerate(eqn.params["branches"])
        ]
        picked = [predicate, *(value for branch in branches for value in branch)]
        return self._add_operation(eqn, picked, inside.labelled("pick"))

    def _add_operation(self, eqn: Any, values: Sequence[_Value | None], place: _Place) -> list[_Value | None]:
        inputs = [value for value in values if value is not None]
        phase, scopes = _phase_of(place, inputs)
        node = _Node(
            phase,
            scopes or _owner(phase, inputs),
            place.label or eqn.primitive.name.replace("-", "_"),
            eqn.primitive.name,
            inputs,
            [var.aval for var in eqn.outvars],
            flops=count_flops(eqn) * place.times,
            source=self._source_of(eqn),
        )
        self.nodes.append(node)
        return [_Value(node, index) for index in range(len(eqn.outvars))]

    def _add_constant(self, aval: Any, place: _Place) -> _Value:
        phase, scopes = _phase_of(place, [])
        node = _Node(phase, scopes, "constant", "Const", [], [aval], is_input=True)
        self.nodes.append(node)
        return _Value(node, 0)

    def _source_of(self, eqn: Any) -> str:
        """`file:line` of the innermost code outside of libraries, else of the innermost outside of site-packages."""
        traceback = eqn.source_info.traceback
        frames = [] if traceback is None else [f for f in traceback.frames if "site-packages" not in f.file_name]
        own = [f for f in frames if not f.file_name.startswith(self._library_folders)]
        for frame in (*own, *frames):
            return f"{_short_path(frame.file_name)}:{frame.line_num}"
        return ""


def _iter_equations(closed_jaxpr: Any) -> Iterator[Any]:
    """All equations, also those of the jaxprs inside."""
    for eqn in getattr(closed_jaxpr, "jaxpr", closed_jaxpr).eqns:
        yield eqn
        for value in eqn.params.values():
            for item in value if isinstance(value, tuple | list) else (value,):
                if hasattr(item, "jaxpr"):
                    yield from _iter_equations(item)


def _read(env: Mapping[Any, _Value | None], var: Any) -> _Value | None:
    return None if hasattr(var, "val") else env[var]


def _call_place(place: _Place, name: str, inner: Any) -> _Place:
    """A call of a single operation lends it its name; one of several is a scope."""
    label = name.strip("_<>")
    if not label:
        return place
    if _num_operations(inner) <= 1:
        return place.labelled(place.label or label)
    return place.scope(label)


def _num_operations(closed_jaxpr: Any) -> int:
    count = 0
    for eqn in getattr(closed_jaxpr, "jaxpr", closed_jaxpr).eqns:
        inner = [eqn.params[key] for key in _CALLS if key in eqn.params]
        count += _num_operations(inner[0]) if inner else 1
    return count


def _phase_of(place: _Place, inputs: Sequence[_Value]) -> tuple[str, tuple[str, ...]]:
    """Phase, and scopes without the phase."""
    if place.scopes[:1] == (UPDATE,):
        return UPDATE, place.scopes[1:]
    if "transpose" in place.transforms:
        return BACKWARD, place.scopes
    if "jvp" in place.transforms or all(value.node.phase == FORWARD for value in inputs):
        return FORWARD, place.scopes
    return UPDATE, place.scopes


def _owner(phase: str, inputs: Sequence[_Value]) -> tuple[str, ...]:
    """The module that an update without a scope of its own belongs to: the only one among its inputs."""
    if phase != UPDATE:
        return ()
    owners = {value.node.scopes for value in inputs if value.node.scopes}
    return next(iter(owners)) if len(owners) == 1 else ()


def count_flops(eqn: Any) -> int:
    """Floating-point operations of one equation; a multiply-add counts as 2."""
    name = eqn.primitive.name
    out_size = sum(int(getattr(var.aval, "size", 0)) for var in eqn.outvars)
    if name == "dot_general":
        (contracted, _), _ = eqn.params["dimension_numbers"]
        return int(2 * out_size * math.prod(eqn.invars[0].aval.shape[axis] for axis in contracted))
    if name == "conv_general_dilated":
        kernel = eqn.invars[1].aval
        out_features = kernel.shape[eqn.params["dimension_numbers"].rhs_spec[0]]
        return int(2 * out_size * int(kernel.size) // int(out_features))
    if name in _MOVES or name.startswith("random_"):
        return 0
    if name.startswith(("reduce", "cum", "arg", "scatter")):
        return int(eqn.invars[-1 if name.startswith("scatter") else 0].aval.size)
    return out_size


def _live_nodes(nodes: Sequence[_Node], outputs: Sequence[_Value | None]) -> list[_Node]:
    """The nodes that an output depends on, and all parameters, in their order."""
    live = {id(value.node) for value in outputs if value is not None}
    for node in reversed(nodes):  # an input of a node stands before it
        if id(node) in live:
            live.update(id(value.node) for value in node.inputs)
    return [node for node in nodes if id(node) in live or node.num_params]


def _encode(nodes: Sequence[_Node]) -> GraphDef:
    names = _names_of(nodes)
    saved = _saved_outputs(nodes)
    graph = GraphDef()
    graph.versions.producer = 22
    for node in nodes:
        inputs = list(dict.fromkeys(_input_name(names, value) for value in node.inputs))
        proto = NodeDef(name=names[id(node)], op=node.op, input=inputs)
        for key, attribute in _attributes(node, saved.get(id(node), set())).items():
            proto.attr[key].CopyFrom(attribute)
        graph.node.append(proto)
    return graph


def _names_of(nodes: Sequence[_Node]) -> dict[int, str]:
    """A name of its own for each node, none of which is also a scope."""
    taken = {"/".join([node.phase, *node.scopes[:depth]]) for node in nodes for depth in range(len(node.scopes) + 1)}
    names = {}
    # Inputs come first, so that they keep the names that they were given.
    for node in sorted(nodes, key=lambda node: not node.is_input):
        base = "/".join([node.phase, *node.scopes, node.label])
        name, number = base, 0
        while name in taken:
            number += 1
            name = f"{base}_{number}"
        taken.add(name)
        names[id(node)] = name
    return names


def _input_name(names: Mapping[int, str], value: _Value) -> str:
    name = names[id(value.node)]
    return f"{name}:{value.index}" if value.index else name


def _saved_outputs(nodes: Sequence[_Node]) -> dict[int, set[int]]:
    """Outputs of forward operations that a backward operation reads."""
    saved: dict[int, set[int]] = {}
    for node in nodes:
        if node.phase != BACKWARD:
            continue
        for value in node.inputs:
            if value.node.phase == FORWARD and not value.node.is_input:
                saved.setdefault(id(value.node), set()).add(value.index)
    return saved


def _attributes(node: _Node, saved: set[int]) -> dict[str, AttrValue]:
    sizes = [_num_bytes(aval) for aval in node.avals]
    shapes = [_shape(aval) for aval in node.avals]
    attributes = {
        "_output_shapes": AttrValue(list=AttrValue.ListValue(shape=shapes)),
        "_jax_flops": AttrValue(i=node.flops),
        "_jax_bytes": AttrValue(i=sum(sizes)),
        "_jax_saved_bytes": AttrValue(i=sum(sizes[index] for index in saved)),
    }
    if node.avals:
        attributes["_jax_shape"] = AttrValue(shape=shapes[0])
        attributes["_jax_dtype"] = AttrValue(s=str(getattr(node.avals[0], "dtype", "")).encode())
    if node.num_params:
        attributes["_jax_params"] = AttrValue(i=node.num_params)
    if node.source:
        attributes["_jax_source"] = AttrValue(s=node.source.encode())
    return attributes


def _shape(aval: Any) -> TensorShapeProto:
    return TensorShapeProto(dim=[TensorShapeProto.Dim(size=int(size)) for size in getattr(aval, "shape", ())])


def _num_bytes(aval: Any) -> int:
    return int(getattr(aval, "size", 0)) * int(getattr(getattr(aval, "dtype", None), "itemsize", 0))


def _short_path(path: str) -> str:
    """Relative to the working directory where it lies below."""
    folder = os.getcwd() + os.sep
    return path.removeprefix(folder)
