"""Dropout."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp

from trainer.layers.base import Layer
from trainer.protocols import Array, Params, State


@dataclass(frozen=True)
class Dropout(Layer):
    """While training, sets a share of the inputs to 0 and divides the rest by ``1 - rate``; else passes them on.

    Attributes:
        rate: Share set to 0, in [0, 1).

    References:
        Srivastava et al. 2014, Dropout (JMLR 15).
    """

    rate: float

    def __post_init__(self) -> None:
        """Refuses a rate that leaves nothing.

        Raises:
            ValueError: If `rate` is outside [0, 1).
        """
        if not 0 <= self.rate < 1:
            raise ValueError(f"rate must be in [0, 1); got {self.rate!r}. Pass the share of inputs to set to 0.")

    def apply(
        self, params: Params, state: State, inputs: Any, *, training: bool = False, key: Array | None = None
    ) -> tuple[Any, State]:
        """Maps any shape to the same shape.

        Raises:
            ValueError: If `training` and no `key` is given.
        """
        del params
        if not training or self.rate == 0:
            return inputs, state
        if key is None:
            raise ValueError("key must be a PRNG key when training with dropout; got None. Pass jax.random.key(seed).")
        is_kept = jax.random.bernoulli(key, 1 - self.rate, inputs.shape)
        return jnp.where(is_kept, inputs / (1 - self.rate), jnp.zeros_like(inputs)), state
