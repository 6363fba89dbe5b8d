"""Flatten."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jax.numpy as jnp

from trainer.layers.base import Layer
from trainer.layers.checks import check_axes
from trainer.protocols import Array


@dataclass(frozen=True)
class Flatten(Layer):
    """Joins all axes but the first: ``(batch, a, b)`` becomes ``(batch, a·b)``, ``(batch,)`` becomes ``(batch, 1)``."""

    def call(self, inputs: Any) -> Array:
        """Maps ``(batch, …)`` to ``(batch, features)``, in C order."""
        check_axes(self, inputs, "batch", "…")
        return jnp.reshape(inputs, (inputs.shape[0], -1))
