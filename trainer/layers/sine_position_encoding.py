"""Sines and cosines for positions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jax.numpy as jnp
import numpy as np

from trainer.layers.base import Layer
from trainer.layers.checks import check_axes
from trainer.protocols import Array


@dataclass(frozen=True)
class SinePositionEncoding(Layer):
    """Sines (even features) and cosines (odd) of the position, of geometrically growing wavelength.

    The inputs are not in it: ``Residual(SinePositionEncoding())`` adds them.

    Attributes:
        max_wavelength: Wavelength divided by 2π that the last features approach.

    References:
        Vaswani et al. 2017, section 3.5, arXiv:1706.03762; ``keras_hub.layers.SinePositionEncoding``.
    """

    max_wavelength: float = 10_000

    def __post_init__(self) -> None:
        """Refuses a wavelength that grows nowhere.

        Raises:
            ValueError: If it is not greater than 1.
        """
        super().__post_init__()
        if not self.max_wavelength > 1:
            raise ValueError(f"max_wavelength must be greater than 1; got {self.max_wavelength!r}. Pass 10000.")

    def call(self, inputs: Any) -> Array:
        """Returns the encoding in the shape ``(batch, …, steps, features)`` of `inputs`.

        Raises:
            ValueError: If `inputs` have no axes of steps and features.
        """
        check_axes(self, inputs, "batch", "…", "steps", "features")
        steps, features = inputs.shape[-2:]
        feature = np.arange(features)
        rate = self.max_wavelength ** (-2.0 * (feature // 2) / features)
        # The cosine is the sine a quarter of a turn later; in float64 on the host, and a constant of the program.
        encoding = np.sin(np.arange(steps)[:, None] * rate + np.pi / 2 * (feature % 2))
        return jnp.broadcast_to(jnp.asarray(encoding, self.policy.compute_dtype), inputs.shape)
