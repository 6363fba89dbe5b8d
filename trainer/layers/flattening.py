"""Flatten."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jax.numpy as jnp

from trainer.layers.base import Layer
from trainer.layers.checks import check_axes
from trainer.layers.windows import channels_last, check_format
from trainer.protocols import Array


@dataclass(frozen=True)
class Flatten(Layer):
    """Joins all axes but the first: ``(batch, a, b)`` becomes ``(batch, a·b)``, ``(batch,)`` becomes ``(batch, 1)``.

    Attributes:
        data_format: ``"channels_last"`` (None is the same), or ``"channels_first"``: then channels are moved to the end
            first, so that weights trained in either order fit.
    """

    data_format: str | None = None

    def __post_init__(self) -> None:
        """Refuses an order of axes that does not exist.

        Raises:
            ValueError: If `data_format` is none.
        """
        super().__post_init__()
        self.replace_fields(data_format=check_format(self.data_format))

    def call(self, inputs: Any) -> Array:
        """Maps ``(batch, …)`` to ``(batch, features)``, in C order."""
        check_axes(self, inputs, "batch", "…")
        ordered = channels_last(inputs, str(self.data_format)) if inputs.ndim > 2 else inputs
        return jnp.reshape(ordered, (inputs.shape[0], -1))
