"""Networks from symbolic tensors: any graph of layers, with several inputs and outputs and shared layers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Self

import jax

from trainer.layers.base import Layer, apply_named, key_for
from trainer.layers.input import Input, check_shape
from trainer.layers.model_config import decode_model, encode_model
from trainer.layers.naming import Namer
from trainer.layers.scopes import init_located
from trainer.layers.specs import output_spec, spec_of
from trainer.layers.symbolic import Call, SymbolicTensor
from trainer.protocols import Array, Network, Params, State


@dataclass(frozen=True)
class Ref:
    """Where a value comes from: leaf `index` of what call number `call` returned, or of the inputs if that is -1."""

    call: int
    index: int


@dataclass(frozen=True)
class Step:
    """One call as a plain value: which member runs, on what."""

    member: int
    treedef: Any
    refs: tuple[Ref, ...]


@dataclass(frozen=True, init=False)
class Model(Layer):
    """The network between symbolic inputs and outputs. It is itself a layer, and two equal ones compare equal.

    Attributes:
        places: The `Input` of each leaf of the inputs.
        members: Each layer once, in the order of first use.
        names: Name of each member.
        steps: The calls in topological order.
        input_treedef: Structure of the inputs.
        output_treedef: Structure of the outputs.
        output_refs: Where each leaf of the outputs comes from.
    """

    places: tuple[Input, ...]
    members: tuple[Any, ...]
    names: tuple[str, ...]
    steps: tuple[Step, ...]
    input_treedef: Any = field(repr=False)
    output_treedef: Any = field(repr=False)
    output_refs: tuple[Ref, ...]

    def __init__(self, inputs: Any, outputs: Any, *, name: str | None = None, trainable: bool = True) -> None:
        """Collects the calls between `inputs` and `outputs`.

        Args:
            inputs: An `Input`, or a pytree (list, dict, …) of them.
            outputs: A symbolic tensor, or a pytree of them.
            name: Its name when it is used as a layer.
            trainable: Whether the optimizer changes its weights.

        Raises:
            TypeError: If `inputs` holds something else than `Input`, or `outputs` than symbolic tensors.
            ValueError: If the outputs need an `Input` that is not among `inputs`, or two layers share a name.
        """
        places, input_treedef = jax.tree.flatten(inputs)
        tensors, output_treedef = jax.tree.flatten(outputs)
        _check_ends(places, tensors)
        calls = _calls_before(tensors)
        members = _unique([call.layer for call in calls])
        values = {
            "name": name,
            "dtype": None,
            "trainable": trainable,
            "places": tuple(places),
            "members": tuple(members),
            "names": _names_of(members),
            "steps": tuple(_step(call, members, places, calls) for call in calls),
            "input_treedef": input_treedef,
            "output_treedef": output_treedef,
            "output_refs": tuple(_ref(tensor, places, calls) for tensor in tensors),
        }
        self.replace_fields(**values)

    def sublayers(self) -> dict[str, Network]:
        """The layers by name."""
        return dict(zip(self.names, self.members, strict=True))

    def init(self, key: Array, example: Any) -> tuple[Params, State]:
        """Makes the params and state of all layers, keyed by their names."""
        created: dict[str, tuple[Params, State]] = {}

        def create(number: int, step: Step, inputs: Any) -> Any:
            del number
            name, member = self.names[step.member], self.members[step.member]
            if name not in created:
                created[name] = init_located(member, name, jax.random.fold_in(key, step.member), inputs)
            return output_spec(member, inputs)

        self._run(create, spec_of(example))
        return (
            {name: params for name, (params, _) in created.items() if params},
            {name: state for name, (_, state) in created.items() if state},
        )

    def apply(
        self, params: Params, state: State, inputs: Any, *, training: bool = False, key: Array | None = None
    ) -> tuple[Any, State]:
        """Computes the outputs from `inputs`, which have the structure given to the constructor.

        Raises:
            ValueError: If the structure or a shape is another.
        """
        new_state = dict(state)

        def run(number: int, step: Step, values: Any) -> Any:
            name, layer_key = self.names[step.member], key_for(key, number)
            outputs, layer_state = apply_named(
                self.members[step.member], name, params, new_state, values, training=training, key=layer_key
            )
            new_state.update({name: layer_state} if layer_state else {})
            return outputs

        return self._run(run, inputs), new_state

    def get_config(self) -> dict[str, Any]:
        """Returns the inputs, layers and calls as plain values; `from_config` makes an equal model of them.

        Raises:
            TypeError: If a layer is not registered, or a container is no list, tuple or dict.
        """
        return encode_model(self)

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """Makes a model from what `get_config` returned.

        Raises:
            ValueError: If a class in it is not registered.
        """
        return cls(*decode_model(config), name=config["name"], trainable=config["trainable"])

    def _run(self, run: Callable[[int, Step, Any], Any], inputs: Any) -> Any:
        """Walks the calls in order; `run` gets each call's number, the call, and its inputs."""
        values: list[list[Any]] = []
        sources = self._leaves(inputs)

        def value(ref: Ref) -> Any:
            return sources[ref.index] if ref.call < 0 else values[ref.call][ref.index]

        for number, step in enumerate(self.steps):
            outputs = run(number, step, jax.tree.unflatten(step.treedef, [value(ref) for ref in step.refs]))
            values.append(jax.tree.leaves(outputs))
        return jax.tree.unflatten(self.output_treedef, [value(ref) for ref in self.output_refs])

    def _leaves(self, inputs: Any) -> list[Any]:
        leaves, treedef = jax.tree.flatten(inputs)
        if treedef != self.input_treedef and _with_tuples(treedef) != _with_tuples(self.input_treedef):
            raise ValueError(
                f"inputs must have the structure {_say(self.input_treedef)} given to Model; got {_say(treedef)}. "
                "Pass the arrays in that structure."
            )
        for leaf, place in zip(leaves, self.places, strict=True):
            check_shape(leaf, place)
        return leaves


def _with_tuples(treedef: Any) -> Any:
    """The structure with tuples for lists: an estimator takes a list for rows, and a tuple for several inputs."""

    def convert(tree: Any) -> Any:
        if isinstance(tree, dict):
            return {key: convert(item) for key, item in tree.items()}
        return tuple(map(convert, tree)) if type(tree) in (list, tuple) else tree

    return jax.tree.structure(convert(jax.tree.unflatten(treedef, [0] * treedef.num_leaves)))


def _say(treedef: Any) -> str:
    return str(treedef).removeprefix("PyTreeDef(").removesuffix(")")


def _check_ends(places: list[Any], tensors: list[Any]) -> None:
    for place in places:
        if not isinstance(place, Input):
            raise TypeError(
                f"inputs must be layers.Input; got {type(place).__name__}. Pass what layers.Input returned."
            )
    for tensor in tensors:
        if not isinstance(tensor, SymbolicTensor | Input):
            raise TypeError(
                f"outputs must be symbolic tensors; got {type(tensor).__name__}. Pass what a layer returned."
            )


def _calls_before(tensors: list[Any]) -> list[Call]:
    """All calls that `tensors` depend on, in the order in which they were made."""
    found: dict[int, Call] = {}
    waiting = list(tensors)
    while waiting:
        tensor = waiting.pop()
        if isinstance(tensor, SymbolicTensor) and tensor.call.serial not in found:
            found[tensor.call.serial] = tensor.call
            waiting.extend(jax.tree.leaves(tensor.call.inputs))
    return [found[serial] for serial in sorted(found)]


def _unique(layers: list[Any]) -> list[Any]:
    return list({id(layer): layer for layer in layers}.values())


def _names_of(members: list[Any]) -> tuple[str, ...]:
    namer = Namer()
    names = tuple(namer.name(type(member).__name__, getattr(member, "name", None)) for member in members)
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise ValueError(f"names of layers must differ; got {twice!r} twice. Rename one, or call one layer twice.")
    return names


def _index_of(item: Any, items: list[Any]) -> int | None:
    """Place of an object in a list, by identity: two equal inputs are still two."""
    return next((index for index, other in enumerate(items) if other is item), None)


def _ref(tensor: Any, places: list[Any], calls: list[Call]) -> Ref:
    if isinstance(tensor, SymbolicTensor):
        number = _index_of(tensor.call, calls)
        assert number is not None
        return Ref(number, tensor.index)
    index = _index_of(tensor, places)
    if index is None:
        raise ValueError(f"inputs must hold every Input that the outputs need; got none for {tensor!r}. Add it.")
    return Ref(-1, index)


def _step(call: Call, members: list[Any], places: list[Any], calls: list[Call]) -> Step:
    leaves, treedef = jax.tree.flatten(call.inputs)
    member = _index_of(call.layer, members)
    assert member is not None
    return Step(member, treedef, tuple(_ref(leaf, places, calls) for leaf in leaves))
