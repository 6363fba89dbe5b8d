"""The fully connected recurrent layer."""

from __future__ import annotations

from dataclasses import dataclass

from trainer.layers import activations
from trainer.layers.recurrent import Masks, Recurrent, States, product
from trainer.protocols import Array, Params


@dataclass(frozen=True)
class SimpleRNN(Recurrent):
    """``h ← activation(x @ kernel + bias + h @ recurrent_kernel)``; see `Recurrent` for inputs and hyperparameters.

    References:
        Elman 1990, Finding structure in time (Cognitive Science 14).
    """

    use_bias: bool = True

    def step(self, params: Params, projected: Array, states: States, masks: Masks | None) -> States:
        """See `Recurrent.step`."""
        recurrent = product(states[0], params["recurrent_kernel"], masks)
        return (activations.get(self.activation)(projected + recurrent),)
