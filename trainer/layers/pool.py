"""Layers that take the greatest or the mean of windows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from trainer.layers.base import Layer
from trainer.layers.checks import check_choice, check_counts
from trainer.layers.pooling import average_pool, max_pool
from trainer.layers.windows import (
    channels_back,
    channels_last,
    check_fits,
    check_format,
    check_spatial,
    windows_of,
)
from trainer.protocols import Array


@dataclass(frozen=True)
class _Pooling(Layer):
    RANK: ClassVar[int]
    FUNCTION: ClassVar[Any]

    pool_size: int | tuple[int, ...] = 2
    strides: int | tuple[int, ...] | None = None
    padding: str = "valid"
    data_format: str | None = None

    def __post_init__(self) -> None:
        """Refuses windows that do not exist.

        Raises:
            ValueError: If a number is not positive, or as many as axes; if a name is unknown.
        """
        super().__post_init__()
        check_choice("padding", self.padding, ("valid", "same"))
        strides = self.pool_size if self.strides is None else self.strides
        self.replace_fields(
            pool_size=check_counts("pool_size", self.pool_size, self.RANK),
            strides=check_counts("strides", strides, self.RANK),
            data_format=check_format(self.data_format),
        )

    def call(self, inputs: Any) -> Array:
        """Maps ``(batch, *spatial, channels)`` to ``(batch, *windows, channels)``, or with the channels first.

        Raises:
            ValueError: If the inputs have another rank, or are smaller than the window.
        """
        data_format = str(self.data_format)
        check_spatial(self, inputs, self.RANK, data_format)
        inputs = channels_last(inputs, data_format)
        sizes: Any = self.pool_size
        strides: Any = self.strides
        windows = windows_of(inputs.shape[1:-1], sizes, strides, (1,) * self.RANK, self.padding)
        check_fits(self, inputs.shape[1:-1], windows)
        return channels_back(type(self).FUNCTION(inputs, windows), data_format)


@dataclass(frozen=True)
class MaxPooling(_Pooling):
    """Greatest value in each window.

    On CPU small windows are lowered to reshapes or slices. There, equal greatest values share the gradient evenly;
    elsewhere the first gets it. See `trainer.layers.pooling`.

    Attributes:
        pool_size: Of the window, for each spatial axis; one integer stands for all.
        strides: From one window to the next, likewise; None is `pool_size`.
        padding: ``"valid"``: none. ``"same"``: around, so that there are ⌈length / stride⌉ windows; it never is the
            greatest.
        data_format: ``"channels_last"`` (None is the same) or ``"channels_first"``.
    """

    FUNCTION = staticmethod(max_pool)


@dataclass(frozen=True)
class AveragePooling(_Pooling):
    """Mean of the values in each window.

    Attributes:
        pool_size: Of the window, for each spatial axis; one integer stands for all.
        strides: From one window to the next, likewise; None is `pool_size`.
        padding: ``"valid"``: none. ``"same"``: around, so that there are ⌈length / stride⌉ windows; it does not count.
        data_format: ``"channels_last"`` (None is the same) or ``"channels_first"``.
    """

    FUNCTION = staticmethod(average_pool)


@dataclass(frozen=True)
class MaxPooling1D(MaxPooling):
    """`MaxPooling` over series, ``(batch, steps, channels)``."""

    RANK = 1


@dataclass(frozen=True)
class MaxPooling2D(MaxPooling):
    """`MaxPooling` over images, ``(batch, height, width, channels)``."""

    RANK = 2


@dataclass(frozen=True)
class MaxPooling3D(MaxPooling):
    """`MaxPooling` over volumes, ``(batch, depth, height, width, channels)``."""

    RANK = 3


@dataclass(frozen=True)
class AveragePooling1D(AveragePooling):
    """`AveragePooling` over series, ``(batch, steps, channels)``."""

    RANK = 1


@dataclass(frozen=True)
class AveragePooling2D(AveragePooling):
    """`AveragePooling` over images, ``(batch, height, width, channels)``."""

    RANK = 2


@dataclass(frozen=True)
class AveragePooling3D(AveragePooling):
    """`AveragePooling` over volumes, ``(batch, depth, height, width, channels)``."""

    RANK = 3
