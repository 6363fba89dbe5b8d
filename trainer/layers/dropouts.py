"""Dropout: of single values, of whole channels, and the one that keeps mean and variance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import jax
import jax.numpy as jnp

from trainer.layers.base import Layer
from trainer.layers.checks import check_key, check_share, shape_of, title
from trainer.layers.windows import check_format, check_spatial
from trainer.protocols import Array

# The lower limit of `jax.nn.selu`: -scale · alpha.
_SELU_LIMIT = -1.0507009873554804934193349852946 * 1.6732632423543772848170429916717


@dataclass(frozen=True)
class Dropout(Layer):
    """While training, sets a share of the inputs to 0 and divides the rest by ``1 - rate``; else passes them on.

    Attributes:
        rate: Share set to 0, in [0, 1).
        noise_shape: Length of each axis of the choice, the length of the inputs (None also) or 1: along an axis of
            length 1 all or none are set to 0. None chooses each value by itself.

    References:
        Srivastava et al. 2014, Dropout (JMLR 15).
    """

    rate: float
    noise_shape: tuple[int | None, ...] | None = None

    def __post_init__(self) -> None:
        """Refuses a rate that leaves nothing.

        Raises:
            ValueError: If `rate` is outside [0, 1).
        """
        super().__post_init__()
        self.replace_fields(
            rate=check_share("rate", self.rate),
            noise_shape=None if self.noise_shape is None else tuple(self.noise_shape),
        )

    def call(self, inputs: Any, training: bool, key: Array | None) -> Any:
        """Maps any shape to the same shape.

        Raises:
            ValueError: If `training` and no `key` is given, or `noise_shape` does not fit.
        """
        if not training or self.rate == 0:
            return inputs
        is_kept = jax.random.bernoulli(check_key(self, key), 1 - self.rate, noise_shape_of(self, inputs))
        return self.drop(inputs, is_kept)

    def drop(self, inputs: Any, is_kept: Array) -> Any:
        """Replaces the values that are not kept; `is_kept` is bool, of a shape that broadcasts to that of `inputs`."""
        return jnp.where(is_kept, inputs / (1 - self.rate), jnp.zeros_like(inputs))


@dataclass(frozen=True)
class AlphaDropout(Dropout):
    """While training, sets a share of the inputs to the lower limit of selu, then restores mean 0 and variance 1.

    Attributes:
        rate: Share set to the limit, in [0, 1).
        noise_shape: See `Dropout`.

    References:
        Klambauer et al. 2017, arXiv:1706.02515.
    """

    def drop(self, inputs: Any, is_kept: Array) -> Any:
        """See `Dropout`."""
        scale = ((1 - self.rate) * (1 + self.rate * _SELU_LIMIT**2)) ** -0.5
        return scale * (jnp.where(is_kept, inputs, _SELU_LIMIT) - _SELU_LIMIT * self.rate)


def noise_shape_of(layer: Any, inputs: Any) -> tuple[int, ...]:
    """Shape of the choice for inputs.

    Raises:
        ValueError: If a layer's ``noise_shape`` does not fit.
    """
    shape = shape_of(layer, inputs)
    noise: Sequence[int | None] | None = layer.noise_shape
    if noise is None:
        return shape
    if len(noise) != len(shape) or any(given not in (None, 1, size) for given, size in zip(noise, shape, strict=True)):
        raise ValueError(
            f"noise_shape of {title(layer)} must have 1, None or the inputs' length for each axis of {shape}; got "
            f"{noise}. Correct it."
        )
    return tuple(size if given is None else given for given, size in zip(noise, shape, strict=True))


@dataclass(frozen=True)
class SpatialDropout(Layer):
    """While training, sets a share of the channels of each row to 0 and divides the rest by ``1 - rate``.

    Attributes:
        rate: Share set to 0, in [0, 1).
        data_format: ``"channels_last"`` (None is the same) or ``"channels_first"``.

    References:
        Tompson et al. 2015, arXiv:1411.4280.
    """

    RANK: ClassVar[int]

    rate: float
    data_format: str | None = None

    def __post_init__(self) -> None:
        """Refuses a rate that leaves nothing, and an unknown format.

        Raises:
            ValueError: If `rate` is outside [0, 1), or `data_format` is none.
        """
        super().__post_init__()
        self.replace_fields(rate=check_share("rate", self.rate), data_format=check_format(self.data_format))

    def call(self, inputs: Any, training: bool, key: Array | None) -> Any:
        """Maps any shape to the same shape.

        Raises:
            ValueError: If `training` and no `key` is given, or the inputs have another rank.
        """
        check_spatial(self, inputs, self.RANK, str(self.data_format))
        alike = (1,) * self.RANK
        noise_shape = (None, *alike, None) if self.data_format == "channels_last" else (None, None, *alike)
        return Dropout(self.rate, noise_shape, name=self.name).call(inputs, training, key)


@dataclass(frozen=True)
class SpatialDropout1D(SpatialDropout):
    """`SpatialDropout` over series, ``(batch, steps, channels)``."""

    RANK = 1


@dataclass(frozen=True)
class SpatialDropout2D(SpatialDropout):
    """`SpatialDropout` over images, ``(batch, height, width, channels)``."""

    RANK = 2


@dataclass(frozen=True)
class SpatialDropout3D(SpatialDropout):
    """`SpatialDropout` over volumes, ``(batch, depth, height, width, channels)``."""

    RANK = 3
