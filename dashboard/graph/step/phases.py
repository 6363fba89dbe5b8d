"""What the backward pass and the update cost, booked at the modules of the forward pass.

The hierarchy of a traced step holds its forward part only. The other two parts name the same modules: an operation
``backward/h/0/attn/mul`` belongs to the module ``h/0/attn``, ``update/dense_0/kernel_mu`` to ``dense_0``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from functools import cache
from typing import Any

from dashboard.graph.definition import split_inputs
from dashboard.graph.hierarchy import Hierarchy
from dashboard.graph.recomputed import is_recomputed, plain_parts
from dashboard.graph.tensors import find_tensors

BACKWARD, UPDATE = "backward", "update"
_NUMBER = re.compile(r"_\d+$")


@dataclass(slots=True)
class Costs:
    """What one module costs after the forward pass. Written while a step is read, only read afterwards.

    Attributes:
        backward_flops: Floating-point operations of its part of the backward pass, recomputed ones among them.
        recomputed_flops: Of them, those that repeat the forward pass (rematerialisation).
        update_flops: Of its part of the update.
        state_bytes: What the optimizer keeps for its parameters.
    """

    backward_flops: int = 0
    recomputed_flops: int = 0
    update_flops: int = 0
    state_bytes: int = 0

    def add(self, other: Costs) -> None:
        """Adds the costs of another to these."""
        for field in fields(Costs):
            setattr(self, field.name, getattr(self, field.name) + getattr(other, field.name))


@dataclass(frozen=True)
class Step:
    """A traced training step over the modules of its forward pass. Pure data.

    Attributes:
        hierarchy: The forward pass.
        own: Costs by the index of the innermost module that they belong to; the root's are those of no module.
        totals: The same with all that a module holds.
        passing: Modules whose backward pass hands a gradient on to another one.
        weighing: Modules whose backward pass gives the gradient of a parameter.
        kept_ports: Numbers of the outputs of a node that the backward pass reads, by the node's index.
        param_bytes: By item, the bytes of its parameters, which are also those of their gradients.
        owners: Modules that read a parameter of another module, and whose it is: tied weights.
        state_names: What the optimizer keeps of a parameter: ``mu``.
        is_decaying: Whether the update multiplies parameters: weight decay.
        transformations: The optimizer's parts, as optax calls them: ``scale_by_adam``.
    """

    hierarchy: Hierarchy
    own: dict[int, Costs]
    totals: dict[int, Costs]
    passing: frozenset[int]
    weighing: frozenset[int]
    kept_ports: dict[int, tuple[int, ...]]
    param_bytes: tuple[int, ...]
    owners: dict[int, int]
    state_names: frozenset[str]
    is_decaying: bool
    transformations: frozenset[str]


def read_step(hierarchy: Hierarchy, check: Callable[[], None] = lambda: None) -> Step:
    """Books the backward pass and the update of a traced step. Linear in nodes, edges and the depth of scopes.

    Args:
        hierarchy: The forward pass, over the whole step's GraphDef.
        check: Called between two nodes; what it raises ends the work.
    """
    reader = _Reader(hierarchy)
    for proto in hierarchy.graph.definition.node:
        check()
        phase, _, path = proto.name.partition("/")
        if phase == BACKWARD:
            reader.add_backward(proto, path)
        elif phase == UPDATE:
            reader.add_update(proto, path)
    return reader.finish()


class _Reader:
    """Collects what the nodes after the forward pass say."""

    def __init__(self, hierarchy: Hierarchy) -> None:
        self._hierarchy = hierarchy
        self._own: dict[int, Costs] = {}
        self._module_by_name: dict[str, int] = {}
        self._passing: set[int] = set()
        self._weighing: set[int] = set()
        self._kept: dict[int, set[int]] = {}
        self._state_names: set[str] = set()
        self._is_decaying = False
        self._transformations: set[str] = set()
        definition = hierarchy.graph.definition
        self._forward = {definition.node[node.position].name: i for i, node in enumerate(hierarchy.graph.nodes)}
        self._find = cache(self._find_module)
        self._chain = cache(lambda index: (*hierarchy.ancestors(index), index) if index else ())

    def add_backward(self, proto: Any, path: str) -> None:
        """Books an operation of the backward pass, and what it reads."""
        scope, _, _ = path.rpartition("/")
        module = self._module_by_name[proto.name] = self._find(scope)
        costs = self._own.setdefault(module, Costs())
        flops = proto.attr["_jax_flops"].i if "_jax_flops" in proto.attr else 0
        costs.backward_flops += flops
        if is_recomputed(proto):
            costs.recomputed_flops += flops
        for name, port in split_inputs(proto.input)[0]:
            if name in self._forward:
                self._kept.setdefault(self._forward[name], set()).add(port)
            elif name in self._module_by_name:
                self._hand_on(self._module_by_name[name], module)

    def _hand_on(self, source: int, target: int) -> None:
        """A gradient leaves every module that holds its source but not its target."""
        if source != target:
            kept = set(self._chain(target))
            self._passing.update(module for module in self._chain(source) if module not in kept)

    def add_update(self, proto: Any, path: str) -> None:
        """Books an operation of the update, or a value that the optimizer keeps."""
        scope, _, label = path.rpartition("/")
        module = self._find(scope)
        costs = self._own.setdefault(module, Costs())
        if not proto.input and proto.op == "Placeholder":
            costs.state_bytes += sum(tensor.num_bytes for tensor in find_tensors(proto.attr, proto.attr))
            self._state_names.update(
                _state_names(scope, label, self._hierarchy.items[module].id, self._params_of(module))
            )
            return
        if "_jax_transformation" in proto.attr:
            self._transformations.add(proto.attr["_jax_transformation"].s.decode(errors="replace"))
        costs.update_flops += proto.attr["_jax_flops"].i if "_jax_flops" in proto.attr else 0
        for name, _ in split_inputs(proto.input)[0]:
            self._weighing.update(self._chain(self._module_by_name.get(name, 0)))
            if proto.op == "mul" and self._is_parameter(name):
                self._is_decaying = True

    def _is_parameter(self, name: str) -> bool:
        return name in self._forward and self._hierarchy.graph.nodes[self._forward[name]].params > 0

    def _params_of(self, module: int) -> list[str]:
        items = self._hierarchy.items
        return [items[child].name for child in items[module].children if items[child].params]

    def _find_module(self, scope: str) -> int:
        """The innermost module of a scope, without what JAX adds to the model's names."""
        index_by_id = self._hierarchy.index_by_id
        parts = plain_parts(scope)
        while parts:
            index = index_by_id.get("/".join(parts))
            if index is not None and self._hierarchy.items[index].node < 0:
                return index
            parts = parts[:-1]
        return 0

    def finish(self) -> Step:
        """Adds the costs up the tree."""
        totals: dict[int, Costs] = {}
        for index, costs in self._own.items():
            for module in (0, *self._chain(index)):
                totals.setdefault(module, Costs()).add(costs)
        return Step(
            hierarchy=self._hierarchy,
            own=self._own,
            totals=totals,
            passing=frozenset(self._passing),
            weighing=frozenset(self._weighing),
            kept_ports={node: tuple(sorted(ports)) for node, ports in self._kept.items()},
            param_bytes=_param_bytes(self._hierarchy),
            owners=self._hierarchy.owners,
            state_names=frozenset(self._state_names),
            is_decaying=self._is_decaying,
            transformations=frozenset(self._transformations),
        )


def _param_bytes(hierarchy: Hierarchy) -> tuple[int, ...]:
    found = [0] * len(hierarchy.items)
    for index, node in enumerate(hierarchy.graph.nodes):
        if node.params:
            at = hierarchy.item_by_node[index]
            while at >= 0:
                found[at] += sum(tensor.num_bytes for tensor in node.outputs)
                at = hierarchy.items[at].parent
    return tuple(found)


def _state_names(scope: str, label: str, module: str, params: Iterable[str]) -> list[str]:
    """``mu`` of ``kernel/mu``, or of ``kernel_mu``, when the module has a parameter ``kernel``."""
    plain = _NUMBER.sub("", label)
    if any(scope == f"{module}/{name}".lstrip("/") for name in params):
        return [plain]
    return [plain[len(name) + 1 :] for name in params if plain.startswith(f"{name}_")]
