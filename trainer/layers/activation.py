"""An activation function as a layer of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from trainer.layers import activations
from trainer.layers.base import Layer
from trainer.protocols import Array, Params, State


@dataclass(frozen=True)
class Activation(Layer):
    """Applies a function to each element (softmax and its like: along the last axis).

    Attributes:
        activation: Name or function.
    """

    activation: activations.Activation

    def __post_init__(self) -> None:
        """Refuses an unknown name.

        Raises:
            ValueError: If no activation has this name.
        """
        activations.get(self.activation)

    def apply(
        self, params: Params, state: State, inputs: Any, *, training: bool = False, key: Array | None = None
    ) -> tuple[Any, State]:
        """Maps any shape to the same shape."""
        del params, training, key
        return activations.get(self.activation)(inputs), state
