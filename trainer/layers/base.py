"""What a layer is: hyperparameters in a frozen dataclass, and two pure functions over pytrees.

A member subclasses `Layer`, lists its hyperparameters as fields, and defines `init` and `apply`; one line in
``registry.py`` makes it known. Names, scopes, composition and configuration come from here.
"""

from __future__ import annotations

import dataclasses
from dataclasses import KW_ONLY, dataclass
from typing import Any, Self

import jax

from trainer import passes
from trainer.layers import build
from trainer.protocols import Array, Params, State


@dataclass(frozen=True)
class Layer:
    """Base of all layers.

    Attributes:
        name: Its name in the network, a graph scope and a part of tags; None numbers it by type (``dense_0``).
    """

    _: KW_ONLY
    name: str | None = None

    def init(self, key: Array, example: Any) -> tuple[Params, State]:
        """Makes params and state; a layer without either inherits this one. See `trainer.protocols.Network`."""
        del key, example
        return {}, {}

    def apply(
        self, params: Params, state: State, inputs: Any, *, training: bool = False, key: Array | None = None
    ) -> tuple[Any, State]:
        """Computes the outputs. See `trainer.protocols.Network`."""
        raise NotImplementedError(f"{type(self).__name__} must define apply.")

    def __call__(self, inputs: Any) -> Any:
        """Places the layer behind `inputs`.

        Args:
            inputs: Symbolic tensors (`layers.Input` and what layers return for it), or, inside a ``model_fn``, arrays.

        Returns:
            Symbolic tensors for symbolic ones, arrays for arrays.

        Raises:
            RuntimeError: If `inputs` are arrays and no ``model_fn`` is being built.
        """
        for leaf in jax.tree.leaves(inputs):
            if hasattr(leaf, "place_layer"):
                return leaf.place_layer(self, inputs)
        return build.current(type(self).__name__).call(self, inputs)

    def get_config(self) -> dict[str, Any]:
        """Returns the hyperparameters as plain values; `from_config` makes an equal layer of them."""
        return {field.name: plain_value(getattr(self, field.name)) for field in dataclasses.fields(self)}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """Makes a layer from what `get_config` returned."""
        return cls(**config)


def plain_value(value: Any) -> Any:
    """Turns tuples into lists, and functions into their names."""
    if isinstance(value, tuple):
        return [plain_value(item) for item in value]
    return value.__name__ if callable(value) else value


def apply_named(
    layer: Any, name: str, params: Params, state: State, inputs: Any, *, training: bool, key: Array | None
) -> tuple[Any, State]:
    """Applies one member of a network inside the graph scope of its name, with its part of `params` and `state`."""
    with passes.scope(name):
        outputs, state = layer.apply(params.get(name, {}), state.get(name, {}), inputs, training=training, key=key)
        passes.observe(outputs)
        return outputs, state


def key_for(key: Array | None, index: int) -> Array | None:
    """Derives the key of the member at `index`; None stays None."""
    return None if key is None else jax.random.fold_in(key, index)


def spec_of(value: Any) -> Any:
    """Shape and dtype of each array in a pytree, as ``jax.ShapeDtypeStruct``."""
    return jax.tree.map(lambda leaf: shape_struct(leaf.shape, leaf.dtype), value)


def shape_struct(shape: tuple[int, ...], dtype: Any) -> Any:
    """A ``jax.ShapeDtypeStruct``."""
    return jax.ShapeDtypeStruct(shape, dtype)  # type: ignore[no-untyped-call]


def output_spec(layer: Any, example: Any) -> Any:
    """Shape and dtype of what `layer` returns for inputs like `example`; nothing is computed."""

    def run(key: Array, inputs: Any) -> Any:
        with passes.collect():  # what it hands over belongs to no step
            params, state = layer.init(key, inputs)
            return layer.apply(params, state, inputs, training=False, key=None)[0]

    return jax.eval_shape(run, KEY_SPEC, spec_of(example))


# A key's shape and dtype without making one: `jax.random.key` compiles a program.
KEY_SPEC = jax.eval_shape(lambda: jax.random.key(0))
