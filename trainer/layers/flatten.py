"""Flatten."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jax.numpy as jnp

from trainer.layers.base import Layer
from trainer.protocols import Array, Params, State


@dataclass(frozen=True)
class Flatten(Layer):
    """Joins all axes but the first: ``(batch, a, b)`` becomes ``(batch, a·b)``, ``(batch,)`` becomes ``(batch, 1)``."""

    def apply(
        self, params: Params, state: State, inputs: Any, *, training: bool = False, key: Array | None = None
    ) -> tuple[Any, State]:
        """Maps ``(batch, …)`` to ``(batch, features)``, in C order."""
        del params, training, key
        return jnp.reshape(inputs, (inputs.shape[0], -1)), state
