"""An activation function as a layer of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from trainer.layers import activations
from trainer.layers.base import Layer
from trainer.layers.regularizers import Regularizer
from trainer.protocols import Array


@dataclass(frozen=True)
class Activation(Layer):
    """Applies a function to each element (softmax and its like: along the last axis).

    Attributes:
        activation: Name or function.
        activity_regularizer: Penalty on the outputs of each row.
    """

    activation: activations.Activation
    activity_regularizer: Regularizer = None

    def call(self, inputs: Any) -> Array:
        """Maps any shape to the same shape."""
        return self.activate(inputs)
