"""Long short-term memory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jax.numpy as jnp

from trainer.layers import activations
from trainer.layers.activations import Activation
from trainer.layers.recurrent import Masks, Recurrent, States, product
from trainer.protocols import Array, Params, State


@dataclass(frozen=True)
class LSTM(Recurrent):
    """Two states: ``c ← f · c + i · activation(z)`` and the output ``h ← o · activation(c)``.

    ``i, f, z, o`` are the parts of ``x @ kernel + bias + h @ recurrent_kernel``; `recurrent_activation` is applied to
    all but ``z``. See `Recurrent` for inputs and the other hyperparameters; ``initial_state`` is ``[h, c]``.

    Attributes:
        recurrent_activation: Name or function of the gates; None is linear.
        unit_forget_bias: Whether the bias of ``f`` begins at 1.

    References:
        Hochreiter & Schmidhuber 1997 (Neural Computation 9); Jozefowicz et al. 2015 (PMLR 37) for the bias.
    """

    recurrent_activation: Activation = "sigmoid"
    unit_forget_bias: bool = True

    NUM_GATES = 4
    NUM_STATES = 2

    def init(self, key: Array, example: Any) -> tuple[Params, State]:
        """Makes the params; see `Recurrent.init`."""
        params, state = super().init(key, example)
        if self.use_bias and self.unit_forget_bias:
            params["bias"] = params["bias"].at[self.units : 2 * self.units].set(1)
        return params, state

    def step(self, params: Params, projected: Array, states: States, masks: Masks | None) -> States:
        """See `Recurrent.step`."""
        hidden, carry = states
        joined = projected + product(hidden, params["recurrent_kernel"], masks)
        # One operation over all parts: on CPU, XLA computes four over slices in twice the time.
        gates = activations.get(self.recurrent_activation)(joined)
        activation = activations.get(self.activation)
        entry, forget, _, exit_ = jnp.split(gates, 4, axis=-1)
        carry = forget * carry + entry * activation(joined[:, 2 * self.units : 3 * self.units])
        return exit_ * activation(carry), carry
