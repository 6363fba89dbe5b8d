"""From a jaxpr to nodes, the jaxprs inside it inlined."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from summaries.adapters.jax_graph.flops import count_flops, size_of
from summaries.adapters.jax_graph.nodes import BACKWARD, FORWARD, INPUT_OP, UPDATE, Carry, Node, Value
from summaries.adapters.jax_graph.scopes import Place, clean_name
from summaries.adapters.jax_graph.sources import Sources

CALLS = ("jaxpr", "call_jaxpr", "fun_jaxpr")
# Their jaxprs compute on single elements, or on what has no place in a graph.
_NO_CALLS = frozenset(("reduce", "reduce_window", "pallas_call", "custom_root", "custom_linear_solve"))
_DIFFERENTIATED = {"jvp", "transpose"}
_UPDATE_SCOPES = (UPDATE, "optimizer")


class Walk:
    """Collects nodes while walking a jaxpr.

    Attributes:
        nodes: In an order in which inputs come first.
    """

    def __init__(self, sources: Sources) -> None:
        """Takes what finds lines of code."""
        self.nodes: list[Node] = []
        self._sources = sources

    def add_input(self, name: str, aval: Any, *, is_param: bool) -> Value:
        """Adds an input array."""
        phase, *scopes, label = name.split("/")
        num_params = size_of(aval) if is_param else 0
        return self._append(Node(phase, tuple(scopes), label, INPUT_OP, [aval], num_params=num_params, is_input=True))

    def inline(self, closed_jaxpr: Any, inputs: Sequence[Value | None], place: Place) -> list[Value | None]:
        """Adds all operations of a jaxpr, and returns its outputs; None stands for a literal number."""
        jaxpr = getattr(closed_jaxpr, "jaxpr", closed_jaxpr)
        env: dict[Any, Value | None] = dict(zip(jaxpr.invars, inputs, strict=True))
        for var in jaxpr.constvars:
            env[var] = self._add_constant(var.aval, place)
        for eqn in jaxpr.eqns:
            values = [_read(env, var) for var in eqn.invars]
            outputs = self._add(eqn, values, place.inside(str(eqn.source_info.name_stack)))
            env.update(zip(eqn.outvars, outputs, strict=True))
        return [_read(env, var) for var in jaxpr.outvars]

    def _add(self, eqn: Any, values: list[Value | None], place: Place) -> list[Value | None]:
        name = eqn.primitive.name
        if name == "scan":
            return self._add_scan(eqn, values, place)
        if name == "while":
            return self._add_while(eqn, values, place)
        if name == "cond":
            return self._add_cond(eqn, values, place)
        inner = find_inner(eqn)
        if inner is None or len(getattr(inner, "jaxpr", inner).invars) != len(values):
            return self._add_operation(eqn, values, place)
        return self.inline(inner, values, _call_place(place, str(eqn.params.get("name", "")), inner))

    def _add_scan(self, eqn: Any, values: list[Value | None], place: Place) -> list[Value | None]:
        """One turn; of what it stacks, all turns lie in memory."""
        length, num_consts, num_carry = (int(eqn.params[key]) for key in ("length", "num_consts", "num_carry"))
        carries = [Carry() for _ in range(num_carry)]
        inputs = list(values)
        for index, carry in enumerate(carries, num_consts):
            value = values[index]
            inputs[index] = value and value._replace(carry=carry)
        outputs = self.inline(eqn.params["jaxpr"], inputs, place.loop("scan", times=length))
        for carry, value in zip(carries, outputs, strict=False):
            carry.end = value
        stacked = (value and value._replace(copies=value.copies * length) for value in outputs[num_carry:])
        return [*outputs[:num_carry], *stacked]

    def _add_while(self, eqn: Any, values: list[Value | None], place: Place) -> list[Value | None]:
        """One turn of the body; a graph has no cycle in which something would read the condition."""
        num_cond, num_body = eqn.params["cond_nconsts"], eqn.params["body_nconsts"]
        carry = values[num_cond + num_body :]
        body_inputs = [*values[num_cond : num_cond + num_body], *carry]
        return self.inline(eqn.params["body_jaxpr"], body_inputs, place.loop("while", "body"))

    def _add_cond(self, eqn: Any, values: list[Value | None], place: Place) -> list[Value | None]:
        """All branches, and an operation that picks."""
        predicate, *arguments = values
        inside = place.call("cond")
        branches = [
            self.inline(branch, arguments, inside.call(f"branch_{index}"))
            for index, branch in enumerate(eqn.params["branches"])
        ]
        picked = [predicate, *(value for branch in branches for value in branch)]
        return self._add_operation(eqn, picked, inside.labelled("pick"))

    def _add_operation(self, eqn: Any, values: Sequence[Value | None], place: Place) -> list[Value | None]:
        inputs = [value for value in values if value is not None]
        phase, scopes = _phase_of(place, inputs)
        node = Node(
            phase,
            scopes,
            place.label or eqn.primitive.name.replace("-", "_"),
            eqn.primitive.name,
            [var.aval for var in eqn.outvars],
            place.calls,
            inputs,
            flops=count_flops(eqn) * place.times,
            source=self._sources.find(eqn.source_info.traceback),
            is_constant=all(value.node.is_constant for value in inputs),
            is_remat=place.is_remat,
            is_plain=not place.transforms & _DIFFERENTIATED,
            times=place.times,
            transformation=self._sources.find_transformation(eqn.source_info.traceback) if phase == UPDATE else "",
        )
        self.nodes.append(node)
        return [Value(node, index) for index in range(len(eqn.outvars))]

    def _add_constant(self, aval: Any, place: Place) -> Value:
        phase, scopes = _phase_of(place, [])
        return self._append(
            Node(phase, scopes, "constant", "Const", [aval], place.calls, is_input=True, is_constant=True)
        )

    def _append(self, node: Node) -> Value:
        self.nodes.append(node)
        return Value(node, 0)


def find_inner(eqn: Any) -> Any:
    """The jaxpr that an equation calls, None if it calls none."""
    if eqn.primitive.name in _NO_CALLS:
        return None
    return next((eqn.params[key] for key in CALLS if key in eqn.params), None)


def iter_equations(closed_jaxpr: Any) -> Iterator[Any]:
    """All equations, also those of the jaxprs inside."""
    for eqn in getattr(closed_jaxpr, "jaxpr", closed_jaxpr).eqns:
        yield eqn
        for value in eqn.params.values():
            for item in value if isinstance(value, tuple | list) else (value,):
                if hasattr(item, "jaxpr"):
                    yield from iter_equations(item)


def _read(env: Mapping[Any, Value | None], var: Any) -> Value | None:
    return None if hasattr(var, "val") else env[var]


def _call_place(place: Place, name: str, inner: Any) -> Place:
    """A call of a single operation lends it its name; one of several is a scope."""
    label = clean_name(name)
    if not label:
        return place
    if _num_operations(inner) <= 1:
        return place.labelled(place.label or label)
    return place.call(label)


def _num_operations(closed_jaxpr: Any) -> int:
    count = 0
    for eqn in getattr(closed_jaxpr, "jaxpr", closed_jaxpr).eqns:
        inner = find_inner(eqn)
        count += 1 if inner is None else _num_operations(inner)
    return count


def _phase_of(place: Place, inputs: Sequence[Value]) -> tuple[str, tuple[str, ...]]:
    """Phase, and scopes without the phase."""
    if place.scopes[:1] and place.scopes[0] in _UPDATE_SCOPES:
        return UPDATE, place.scopes[1:]
    if "transpose" in place.transforms:
        return BACKWARD, place.scopes
    if "jvp" in place.transforms or all(value.node.phase == FORWARD for value in inputs):
        return FORWARD, place.scopes
    return UPDATE, place.scopes
