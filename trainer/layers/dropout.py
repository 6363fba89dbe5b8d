"""Dropout."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp

from trainer.layers.base import Layer
from trainer.layers.checks import check_share
from trainer.protocols import Array


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
        super().__post_init__()
        self.replace_fields(rate=check_share("rate", self.rate))

    def call(self, inputs: Any, training: bool, key: Array | None) -> Any:
        """Maps any shape to the same shape.

        Raises:
            ValueError: If `training` and no `key` is given.
        """
        if not training or self.rate == 0:
            return inputs
        if key is None:
            raise ValueError("key must be a PRNG key when training with dropout; got None. Pass jax.random.key(seed).")
        is_kept = jax.random.bernoulli(key, 1 - self.rate, inputs.shape)
        return jnp.where(is_kept, inputs / (1 - self.rate), jnp.zeros_like(inputs))
