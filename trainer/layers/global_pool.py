"""Layers that take the greatest or the mean of each channel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import jax.numpy as jnp

from trainer.layers.base import Layer
from trainer.layers.windows import check_format, check_spatial
from trainer.protocols import Array


@dataclass(frozen=True)
class _GlobalPooling(Layer):
    RANK: ClassVar[int]
    FUNCTION: ClassVar[Any]

    data_format: str | None = None
    keepdims: bool = False

    def __post_init__(self) -> None:
        """Refuses an unknown format.

        Raises:
            ValueError: If `data_format` is none.
        """
        super().__post_init__()
        self.replace_fields(data_format=check_format(self.data_format))

    def call(self, inputs: Any) -> Array:
        """Maps ``(batch, *spatial, channels)``, or with the channels first, to ``(batch, channels)``.

        Raises:
            ValueError: If the inputs have another rank.
        """
        check_spatial(self, inputs, self.RANK, str(self.data_format))
        first = 1 if self.data_format == "channels_last" else 2
        axes = tuple(range(first, first + self.RANK))
        outputs: Array = type(self).FUNCTION(inputs, axis=axes, keepdims=self.keepdims)
        return outputs


@dataclass(frozen=True)
class GlobalMaxPooling(_GlobalPooling):
    """Greatest value of each channel; equal greatest values share the gradient evenly.

    Attributes:
        data_format: ``"channels_last"`` (None is the same) or ``"channels_first"``.
        keepdims: Whether the spatial axes stay, with length 1.
    """

    FUNCTION = staticmethod(jnp.max)


@dataclass(frozen=True)
class GlobalAveragePooling(_GlobalPooling):
    """Mean of each channel.

    Attributes:
        data_format: ``"channels_last"`` (None is the same) or ``"channels_first"``.
        keepdims: Whether the spatial axes stay, with length 1.
    """

    FUNCTION = staticmethod(jnp.mean)


@dataclass(frozen=True)
class GlobalMaxPooling1D(GlobalMaxPooling):
    """`GlobalMaxPooling` over series, ``(batch, steps, channels)``."""

    RANK = 1


@dataclass(frozen=True)
class GlobalMaxPooling2D(GlobalMaxPooling):
    """`GlobalMaxPooling` over images, ``(batch, height, width, channels)``."""

    RANK = 2


@dataclass(frozen=True)
class GlobalMaxPooling3D(GlobalMaxPooling):
    """`GlobalMaxPooling` over volumes, ``(batch, depth, height, width, channels)``."""

    RANK = 3


@dataclass(frozen=True)
class GlobalAveragePooling1D(GlobalAveragePooling):
    """`GlobalAveragePooling` over series, ``(batch, steps, channels)``."""

    RANK = 1


@dataclass(frozen=True)
class GlobalAveragePooling2D(GlobalAveragePooling):
    """`GlobalAveragePooling` over images, ``(batch, height, width, channels)``."""

    RANK = 2


@dataclass(frozen=True)
class GlobalAveragePooling3D(GlobalAveragePooling):
    """`GlobalAveragePooling` over volumes, ``(batch, depth, height, width, channels)``."""

    RANK = 3
