"""Sequences, images and volumes made larger."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import jax
import jax.numpy as jnp

from trainer.layers.base import Layer
from trainer.layers.checks import check_choice, check_counts
from trainer.layers.windows import channels_back, channels_last, check_format, check_spatial
from trainer.protocols import Array

INTERPOLATIONS = ("nearest", "bilinear", "bicubic", "lanczos3", "lanczos5")


@dataclass(frozen=True)
class UpSampling(Layer):
    """Repeats each element along the axes between batch and channels; its members differ in their number.

    Attributes:
        size: How often, one number or one for each axis.
        data_format: ``"channels_last"`` (None is the same) or ``"channels_first"``.
    """

    size: Any = 2
    data_format: str | None = None

    RANK: ClassVar[int]

    def __post_init__(self) -> None:
        """Makes `size` one count for each axis.

        Raises:
            ValueError: If it is of another form.
        """
        super().__post_init__()
        size = check_counts("size", self.size, self.RANK)
        self.replace_fields(size=size, data_format=check_format(self.data_format))

    def call(self, inputs: Any) -> Array:
        """Maps ``(batch, …, channels)`` to the same with `size` times as long axes between them."""
        check_spatial(self, inputs, self.RANK, str(self.data_format))
        first = 1 if self.data_format == "channels_last" else 2
        for axis, number in enumerate(self.size, start=first):
            inputs = jnp.repeat(inputs, number, axis=axis)
        return jnp.asarray(inputs)


@dataclass(frozen=True)
class UpSampling1D(UpSampling):
    """Repeats each step of a sequence ``(batch, steps, channels)``. See `UpSampling`."""

    RANK = 1


@dataclass(frozen=True)
class UpSampling2D(UpSampling):
    """Makes images ``(batch, height, width, channels)`` larger. See `UpSampling`.

    Attributes:
        interpolation: ``"nearest"`` repeats pixels; ``"bilinear"``, ``"bicubic"``, ``"lanczos3"``, ``"lanczos5"``.
    """

    interpolation: str = "nearest"

    RANK = 2

    def __post_init__(self) -> None:
        """Refuses an interpolation that does not exist.

        Raises:
            ValueError: If it is none of those above.
        """
        super().__post_init__()
        check_choice("interpolation", self.interpolation, INTERPOLATIONS)

    def call(self, inputs: Any) -> Array:
        """Maps ``(batch, height, width, channels)`` to ``(batch, height·size, width·size, channels)``."""
        if self.interpolation == "nearest":
            return super().call(inputs)
        check_spatial(self, inputs, 2, str(self.data_format))
        images = channels_last(inputs, str(self.data_format))
        batch, height, width, channels = images.shape
        shape = (batch, height * self.size[0], width * self.size[1], channels)
        method = {"bilinear": "linear", "bicubic": "cubic"}.get(self.interpolation, self.interpolation)
        return channels_back(jax.image.resize(images, shape, method), str(self.data_format))


@dataclass(frozen=True)
class UpSampling3D(UpSampling):
    """Repeats each element of volumes ``(batch, depth, height, width, channels)``. See `UpSampling`."""

    RANK = 3
