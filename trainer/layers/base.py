"""What a layer is: hyperparameters in a frozen dataclass, and two pure functions over pytrees.

A layer with weights defines ``init`` and ``apply``::

    @dataclass(frozen=True)
    class Scale(Layer):
        scale_initializer: Initializer = "ones"
        scale_regularizer: Regularizer = None
        scale_constraint: Constraint = None

        def init(self, key, example):
            check_axes(self, example, "batch", "…", "features")
            return self.make_params(key, scale=(example.shape[-1],)), {}

        def apply(self, params, state, inputs, *, training=False, key=None):
            check_features(self, inputs, self.param(params, "scale").shape[0])
            inputs, params = self.policy.cast(inputs, params)
            return inputs * params["scale"], state

One without weights of its own, or one made of other layers, defines ``call``; the layers in its attributes, or made
inside ``call``, have their params under their names::

    @dataclass(frozen=True)
    class Block(Layer):
        units: int

        def call(self, inputs):
            hidden = Dense(self.units, "relu", name="hidden")(inputs)
            return inputs + Dense(inputs.shape[-1], name="out")(hidden)

Everything else comes from here:

- The fields ``<weight>_initializer``, ``_regularizer`` and ``_constraint``, and ``activation``, take names or functions
  and are checked when the layer is made. `Layer.make_params` uses the first, `trainer.layers.penalty` and
  `trainer.layers.constrain` the others. Where Keras names a field unlike its weight, `Layer.FIELD_NAMES` says so.
- Fields hold hashable values: make a list a tuple in ``__post_init__`` with `Layer.replace_fields`, after
  ``super().__post_init__()``. `trainer.layers.checks` has the checks that layers share.
- Configurations, equality, names, scopes, tags and the shapes of symbolic tensors follow from the fields.
- ``self.policy`` converts to the type in which to compute; ``self.activate(outputs)`` applies ``self.activation`` and
  hands over the penalty of ``activity_regularizer``. A layer that loops uses `trainer.layers.transforms`.
- A layer with several inputs lists them in ``INPUT_NAMES``, and `trainer.layers.named_inputs` finds them.

A new layer is a file of its own, and a line in ``registry.py`` and ``__init__.py``.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import jax

from trainer import passes
from trainer.layers import activations, build, constraints, initializers, precision, regularizers
from trainer.layers.configs import Configured
from trainer.layers.initializers import Initializer
from trainer.layers.named_inputs import join_inputs
from trainer.layers.naming import check_name
from trainer.layers.scopes import apply_in_scope
from trainer.protocols import Array, Network, Params, State

if TYPE_CHECKING:
    from trainer.layers.summary import NetworkSummary

_GETTERS: dict[str, Any] = {
    "activation": activations.get,
    "constraint": constraints.get,
    "initializer": initializers.get,
    "regularizer": regularizers.get,
}


@dataclass(frozen=True, eq=False)
class Layer(Configured):
    """Base of all layers.

    Attributes:
        name: Its name in the network, a graph scope and a part of tags; None numbers it by type (``dense_0``).
        dtype: Name of a `precision.Policy` for this layer; None takes that of the trace.
        trainable: Whether the optimizer changes its weights, and those of the layers in it.
    """

    _: KW_ONLY
    name: str | None = None
    dtype: str | None = None
    trainable: bool = True

    # Weight → the start of its fields' names, where it is another (``{"kernel": "depthwise"}``).
    FIELD_NAMES: ClassVar[Mapping[str, str]] = {}
    # Names of the inputs, in order; see `trainer.layers.named_inputs`.
    INPUT_NAMES: ClassVar[tuple[str, ...]] = ("inputs",)
    # Whether the params of sublayers are those of several copies, stacked along axis 0.
    IS_STACKED: ClassVar[bool] = False

    def __post_init__(self) -> None:
        """Refuses a name that is none, and names of functions that do not exist.

        Raises:
            ValueError: If a function or policy of that name is unknown, or the name holds a ``/``.
            TypeError: If one is neither a name nor a function.
        """
        if self.name is not None:
            check_name(self.name)
        if self.dtype is not None:
            precision.get(self.dtype)
        for field in dataclasses.fields(self):
            get = _GETTERS.get(field.name.rpartition("_")[2])
            if get is not None:
                get(getattr(self, field.name))

    def init(self, key: Array, example: Any) -> tuple[Params, State]:
        """Makes params and state. See `trainer.protocols.Network`."""
        if not hasattr(self, "call"):  # it has an `apply`, and neither
            return {}, {}
        return build.init_by_call(self, key, example)

    def apply(
        self, params: Params, state: State, inputs: Any, *, training: bool = False, key: Array | None = None
    ) -> tuple[Any, State]:
        """Computes the outputs. See `trainer.protocols.Network`."""
        return build.apply_by_call(self, params, state, inputs, training=training, key=key)

    def __call__(self, *inputs: Any, **named: Any) -> Any:
        """Places the layer behind `inputs`.

        Args:
            inputs: Symbolic tensors (`layers.Input` and what layers return for it), or, inside a ``model_fn`` or a
                layer's ``call``, arrays; one or a pytree of them. ``layer(a, b)`` is ``layer((a, b))``.
            named: Further inputs by their names, see `trainer.layers.named_inputs`.

        Returns:
            Symbolic tensors for symbolic ones, arrays for arrays.

        Raises:
            RuntimeError: If `inputs` are arrays and nothing is being built.
            TypeError: If there are none, or a name is not among ``INPUT_NAMES``.
        """
        joined = join_inputs(self, inputs, named)
        for leaf in jax.tree.leaves(joined):
            if hasattr(leaf, "place_layer"):
                return leaf.place_layer(self, joined)
        return build.current(type(self).__name__).call(self, joined)

    @property
    def policy(self) -> precision.Policy:
        """In which types this layer keeps its weights and computes."""
        return precision.current() if self.dtype is None else precision.get(self.dtype)

    def param(self, params: Params, name: str) -> Array:
        """One of the layer's own params.

        Raises:
            ValueError: If there is none of that name.
        """
        if name not in params:
            raise ValueError(
                f"params of {type(self).__name__} must hold {name!r}; got {', '.join(sorted(params)) or 'none'}. "
                "Pass what init returns: params, state = layer.init(key, inputs)."
            )
        found: Array = params[name]
        return found

    def sublayers(self) -> dict[str, Network]:
        """The layers in its attributes, lists of them included, by the name of their part of params.

        Raises:
            ValueError: If two have the same name.
        """
        found: dict[str, Network] = {}
        for attribute, value in vars(self).items():
            for suffix, member in _members(value):
                name = getattr(member, "name", None) or attribute + suffix
                if found.setdefault(name, member) is not member:
                    raise ValueError(f"names of layers must differ; got {name!r} twice. Rename one of them.")
        return found

    def summary(self, example: Any = None) -> NetworkSummary:
        """The table of its layers; see `trainer.layers.summary.summarize`."""
        from trainer.layers.summary import summarize

        return summarize(self, example)

    def count_params(self, example: Any = None) -> int:
        """Number of weights and of numbers in the state; see `trainer.layers.summary.summarize` for `example`."""
        from trainer.layers.summary import count_params

        return count_params(self, example)

    def make_params(self, key: Array, **shapes: Sequence[int] | None) -> Params:
        """Makes weights by their initialisers, in the policy's type.

        Args:
            key: PRNG key; each weight gets one derived from it.
            shapes: Shape of each weight; None leaves it out.
        """
        params: Params = {}
        for index, (name, shape) in enumerate(shapes.items()):
            if shape is not None:
                initializer = initializers.get(self.attached(name, "initializer"))
                weight_key = jax.random.fold_in(key, index) if index else key
                params[name] = initializer(weight_key, tuple(shape), self.policy.param_dtype)
        return params

    def attached(self, weight: str, kind: str) -> Any:
        """The initializer, regularizer or constraint of a weight; None without such a field."""
        start = self.FIELD_NAMES.get(weight, weight)
        return getattr(self, f"{start}_{kind}", None)

    def weight(self, name: str, shape: Sequence[int], initializer: Initializer = "glorot_uniform") -> Array:
        """Makes or finds a weight of this layer, inside ``call``.

        Args:
            name: Its name among the params. A field ``<name>_initializer`` goes before `initializer`.
            shape: Its shape.
            initializer: Name or function.
        """
        chosen = initializers.get(self.attached(name, "initializer") or initializer)
        dtype = self.policy.param_dtype
        weight = build.current("weight").weight(name, tuple(shape), lambda key: chosen(key, tuple(shape), dtype))
        return self.policy.cast(weight)  # type: ignore[no-any-return]

    def activate(self, outputs: Array) -> Array:
        """Applies ``self.activation``, and hands over the penalty of ``self.activity_regularizer`` for each row."""
        return self.penalize(activations.get(getattr(self, "activation", None))(outputs))

    def penalize(self, outputs: Array) -> Array:
        """Hands over the penalty of ``self.activity_regularizer`` for each row; returns the outputs as they are."""
        regularizer = regularizers.get(getattr(self, "activity_regularizer", None))
        if regularizer is not None:
            passes.add_loss(regularizer(outputs) / max(1, outputs.shape[0]))
        return outputs

    def replace_fields(self, **values: Any) -> None:
        """Sets fields to their checked form; for ``__post_init__`` only."""
        for name, value in values.items():
            object.__setattr__(self, name, value)

    def __eq__(self, other: object) -> bool:
        # A subclass that is no dataclass of its own would inherit a comparison of the fields above alone.
        return type(self) is type(other) and vars(self) == vars(other)

    def __hash__(self) -> int:
        return hash((type(self), *((name, _hashable(value)) for name, value in sorted(vars(self).items()))))


def _members(value: Any) -> list[tuple[str, Network]]:
    if value is None or isinstance(value, str | int | float):  # asking a protocol takes 20 µs
        return []
    if isinstance(value, list | tuple):
        return [(f"_{index}", item) for index, item in enumerate(value) if isinstance(item, Network)]
    return [("", value)] if isinstance(value, Network) and not isinstance(value, type) else []


def _hashable(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return tuple(_hashable(item) for item in value)
    if isinstance(value, dict):
        return tuple(sorted((str(key), _hashable(item)) for key, item in value.items()))
    return value


def apply_named(
    layer: Any, name: str, params: Params, state: State, inputs: Any, *, training: bool, key: Array | None
) -> tuple[Any, State]:
    """Applies one member of a network inside the graph scope of its name, with its part of `params` and `state`."""
    own_params, own_state = params.get(name, {}), state.get(name, {})
    return apply_in_scope(layer, name, own_params, own_state, inputs, training=training, key=key)


def key_for(key: Array | None, index: int) -> Array | None:
    """Derives the key of the member at `index`; None stays None."""
    return None if key is None else jax.random.fold_in(key, index)
