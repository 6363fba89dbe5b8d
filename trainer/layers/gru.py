"""Gated recurrent units."""

from __future__ import annotations

from dataclasses import dataclass

import jax.numpy as jnp

from trainer.layers import activations
from trainer.layers.activations import Activation
from trainer.layers.recurrent import Masks, Recurrent, States, product
from trainer.protocols import Array, Params


@dataclass(frozen=True)
class GRU(Recurrent):
    """``h ← z · h + (1 - z) · activation(n)`` with an update gate ``z`` and a reset gate ``r``.

    ``z, r, n`` are the parts of ``x @ kernel + bias + h @ recurrent_kernel``; what ``h`` adds to ``n`` is multiplied by
    ``r`` after the product (with a bias of its own), or ``h`` before it. See `Recurrent` for inputs and the other
    hyperparameters.

    Attributes:
        recurrent_activation: Name or function of the gates; None is linear.
        reset_after: Whether the reset gate acts after the product, as in cuDNN; the bias is then ``(2, 3 · units)``.

    References:
        Cho et al. 2014, arXiv:1406.1078 (v3 resets after the product, v1 before).
    """

    recurrent_activation: Activation = "sigmoid"
    reset_after: bool = True

    NUM_GATES = 3

    @property
    def bias_shape(self) -> tuple[int, ...]:
        """Shape of ``bias``: that of the inputs, and that of the state where it has one."""
        return (2, 3 * self.units) if self.reset_after else (3 * self.units,)

    def project(self, params: Params, sequences: Array, masks: Masks | None) -> Array:
        """See `Recurrent.project`."""
        if self.use_bias and self.reset_after:
            params = params | {"bias": params["bias"][0]}
        return super().project(params, sequences, masks)

    def step(self, params: Params, projected: Array, states: States, masks: Masks | None) -> States:
        """See `Recurrent.step`."""
        (hidden,) = states
        activation, gate = activations.get(self.activation), activations.get(self.recurrent_activation)
        units, kernel = self.units, params["recurrent_kernel"]
        if self.reset_after:
            recurrent = product(hidden, kernel, masks)
            recurrent = recurrent + params["bias"][1] if self.use_bias else recurrent
        else:
            recurrent = product(hidden, kernel[:, : 2 * units], None if masks is None else masks[:2])
        update, reset = jnp.split(gate(projected[:, : 2 * units] + recurrent[:, : 2 * units]), 2, axis=-1)
        if self.reset_after:
            candidate = reset * recurrent[:, 2 * units :]
        else:
            candidate = product(reset * hidden, kernel[:, 2 * units :], None if masks is None else masks[2:])
        return (update * hidden + (1 - update) * activation(projected[:, 2 * units :] + candidate),)
