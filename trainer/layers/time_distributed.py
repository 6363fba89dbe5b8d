"""A layer applied to each step of a sequence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp

from trainer import passes
from trainer.layers import build
from trainer.layers.base import Layer
from trainer.layers.checks import check_axes, check_network
from trainer.protocols import Array, Network


@dataclass(frozen=True)
class TimeDistributed(Layer):
    """`layer` applied to each step, with the same weights: ``(batch, steps, …)`` is taken as ``(batch·steps, …)``.

    Attributes:
        layer: Any layer.
    """

    layer: Network

    def __post_init__(self) -> None:
        """Refuses what is no layer.

        Raises:
            TypeError: If `layer` has no init and apply.
        """
        super().__post_init__()
        check_network("layer", self.layer)

    def call(self, inputs: Any) -> Any:
        """Maps ``(batch, steps, …)`` to ``(batch, steps, …)``."""
        check_axes(self, inputs, "batch", "steps", "…")
        batch, steps = inputs.shape[:2]
        flat = jnp.reshape(inputs, (batch * steps, *inputs.shape[2:]))
        mask = passes.row_mask()
        with passes.collect(row_mask=None if mask is None else jnp.repeat(mask, steps)) as collected:
            outputs = build.current("TimeDistributed").call(self.layer, flat)
        passes.extend(collected.outputs())

        def unfold(array: Array) -> Array:
            return jnp.reshape(array, (batch, steps, *array.shape[1:]))

        return jax.tree.map(unfold, outputs)
