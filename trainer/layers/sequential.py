"""Layers one after another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import jax

from trainer.layers.base import Layer, apply_named, key_for
from trainer.layers.naming import Namer
from trainer.layers.scopes import init_located
from trainer.layers.specs import output_spec
from trainer.protocols import Array, Network, Params, State


@dataclass(frozen=True)
class Sequential(Layer):
    """A network that hands each layer's outputs to the next. It is itself a layer.

    Attributes:
        layers: Layers, or anything else with ``init`` and ``apply``. A layer that stands twice in the list has
            parameters of its own in each place; `Model` shares them.
    """

    layers: Sequence[Network]

    def __post_init__(self) -> None:
        """Makes `layers` a tuple.

        Raises:
            TypeError: If something in it has no init and apply.
            ValueError: If it is empty, or two layers have the same name.
        """
        super().__post_init__()
        self.replace_fields(layers=tuple(self.layers))
        if not self.layers:
            raise ValueError("layers must hold at least one layer; got none. Pass for example [Dense(3)].")
        for layer in self.layers:
            if not isinstance(layer, Network):
                raise TypeError(f"layers must have init and apply; got {layer!r}. Wrap functions in Activation.")
        names = self.names
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            raise ValueError(f"names of layers must differ; got {twice!r} twice. Rename one of them.")

    @property
    def names(self) -> tuple[str, ...]:
        """Name of each layer, in order."""
        namer = Namer()
        return tuple(namer.name(type(layer).__name__, getattr(layer, "name", None)) for layer in self.layers)

    def sublayers(self) -> dict[str, Network]:
        """The layers by name."""
        return dict(zip(self.names, self.layers, strict=True))

    def init(self, key: Array, example: Any) -> tuple[Params, State]:
        """Makes the params and state of all layers, keyed by their names."""
        params: Params = {}
        state: State = {}
        for index, (name, layer) in enumerate(zip(self.names, self.layers, strict=True)):
            layer_params, layer_state = init_located(layer, name, jax.random.fold_in(key, index), example)
            params |= {name: layer_params} if layer_params else {}
            state |= {name: layer_state} if layer_state else {}
            example = output_spec(layer, example)
        return params, state

    def apply(
        self, params: Params, state: State, inputs: Any, *, training: bool = False, key: Array | None = None
    ) -> tuple[Any, State]:
        """Applies the layers in order, each in the graph scope of its name."""
        new_state: State = {}
        for index, (name, layer) in enumerate(zip(self.names, self.layers, strict=True)):
            inputs, layer_state = apply_named(
                layer, name, params, state, inputs, training=training, key=key_for(key, index)
            )
            new_state |= {name: layer_state} if layer_state else {}
        return inputs, new_state
