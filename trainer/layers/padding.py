"""Zeros around sequences, images and volumes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import jax.numpy as jnp

from trainer.counts import check_count
from trainer.layers.base import Layer
from trainer.layers.windows import check_format, check_spatial
from trainer.protocols import Array


@dataclass(frozen=True)
class ZeroPadding(Layer):
    """Adds zeros before and after the axes between batch and channels; its members differ in their number.

    Attributes:
        padding: One number for all sides, one for each axis, or (before, after) for each axis.
        data_format: ``"channels_last"`` (None is the same) or ``"channels_first"``.
    """

    padding: Any = 1
    data_format: str | None = None

    RANK: ClassVar[int]

    def __post_init__(self) -> None:
        """Makes `padding` pairs, one for each axis.

        Raises:
            ValueError: If it is of another form, or negative.
        """
        super().__post_init__()
        items = self.padding if isinstance(self.padding, tuple | list) else (self.padding,) * self.RANK
        if self.RANK == 1 and len(items) == 2:
            items = (items,)
        if len(items) != self.RANK:
            raise ValueError(
                f"padding must be a number, or one or a pair for each of {self.RANK} axes; got {self.padding!r}. "
                "Pass for example 1."
            )
        self.replace_fields(padding=tuple(_pair(item) for item in items), data_format=check_format(self.data_format))

    def call(self, inputs: Any) -> Array:
        """Maps ``(batch, …, channels)`` to the same with longer axes between them."""
        check_spatial(self, inputs, self.RANK, str(self.data_format))
        around = (self.padding, ((0, 0),)) if self.data_format == "channels_last" else (((0, 0),), self.padding)
        return jnp.pad(inputs, ((0, 0), *around[0], *around[1]))


def _pair(item: Any) -> tuple[int, int]:
    before, after = item if isinstance(item, tuple | list) and len(item) == 2 else (item, item)
    return check_count("padding", before, least=0), check_count("padding", after, least=0)


@dataclass(frozen=True)
class ZeroPadding1D(ZeroPadding):
    """Zeros before and after a sequence ``(batch, steps, channels)``. See `ZeroPadding`."""

    RANK = 1


@dataclass(frozen=True)
class ZeroPadding2D(ZeroPadding):
    """Zeros around images ``(batch, height, width, channels)``. See `ZeroPadding`."""

    RANK = 2


@dataclass(frozen=True)
class ZeroPadding3D(ZeroPadding):
    """Zeros around volumes ``(batch, depth, height, width, channels)``. See `ZeroPadding`."""

    RANK = 3
