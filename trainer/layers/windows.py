"""Windows that slide over the spatial axes of images, series and volumes: their shapes, paddings and slices.

Arrays are ``(batch, *spatial, channels)`` here; layers with ``data_format="channels_first"`` move their axes first.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from trainer.layers.checks import check_axes, check_choice, title
from trainer.protocols import Array

AXES = {1: ("steps",), 2: ("height", "width"), 3: ("depth", "height", "width")}
DATA_FORMATS = ("channels_last", "channels_first")


class Window(NamedTuple):
    """A window along one axis.

    Attributes:
        size: Number of positions in it.
        stride: From one window to the next.
        dilation: From one position in it to the next.
        padding: How many positions are put in front of the axis, and behind it.
    """

    size: int
    stride: int
    dilation: int
    padding: tuple[int, int]

    @property
    def extent(self) -> int:
        """How far it reaches, gaps included."""
        return (self.size - 1) * self.dilation + 1

    def number(self, length: int) -> int:
        """How many windows fit on an axis of `length`; 0 or fewer if none does."""
        return (length + sum(self.padding) - self.extent) // self.stride + 1


def windows_of(
    lengths: Sequence[int], sizes: Sequence[int], strides: Sequence[int], dilations: Sequence[int], padding: str
) -> tuple[Window, ...]:
    """One window for each spatial axis.

    Args:
        lengths: Of the axes.
        sizes: Of the window.
        strides: See `Window`.
        dilations: See `Window`.
        padding: ``"valid"`` is none. ``"same"`` makes ⌈length / stride⌉ windows, with the odd position behind.
            ``"causal"`` puts all in front, so that no window reaches beyond its last position.
    """
    rows = zip(lengths, sizes, strides, dilations, strict=True)
    return tuple(
        Window(size, stride, dilation, _padding(length, (size - 1) * dilation + 1, stride, padding))
        for length, size, stride, dilation in rows
    )


def _padding(length: int, extent: int, stride: int, padding: str) -> tuple[int, int]:
    if padding == "valid":
        return 0, 0
    if padding == "causal":
        return extent - 1, 0
    total = max((-(-length // stride) - 1) * stride + extent - length, 0)
    return total // 2, total - total // 2


def check_format(data_format: str | None) -> str:
    """Returns one of `DATA_FORMATS`; None is the first.

    Raises:
        ValueError: If it is none of them.
    """
    return check_choice("data_format", data_format or DATA_FORMATS[0], DATA_FORMATS)


def check_spatial(layer: Any, inputs: Any, rank: int, data_format: str) -> None:
    """Refuses inputs that have not `rank` spatial axes, a batch axis and a channel axis.

    Raises:
        TypeError: If `inputs` is not an array.
        ValueError: If its rank is another.
    """
    is_last = data_format == "channels_last"
    check_axes(layer, inputs, "batch", *(() if is_last else ("channels",)), *AXES[rank], *(("channels",) * is_last))


def check_fits(layer: Any, lengths: Sequence[int], windows: Sequence[Window]) -> None:
    """Refuses axes that are shorter than the window.

    Raises:
        ValueError: If no window fits.
    """
    for length, window, axis in zip(lengths, windows, AXES[len(windows)], strict=True):
        if window.number(length) < 1:
            raise ValueError(
                f"inputs of {title(layer)} must have at least {window.extent - sum(window.padding)} positions along "
                f"{axis}; got {length}. Pass larger ones, or padding='same'."
            )


def channels_last(inputs: Array, data_format: str) -> Array:
    """Moves the channels to the last axis, if they are elsewhere."""
    return inputs if data_format == "channels_last" else jnp.moveaxis(inputs, 1, -1)


def channels_back(outputs: Array, data_format: str) -> Array:
    """Undoes `channels_last`."""
    return outputs if data_format == "channels_last" else jnp.moveaxis(outputs, -1, 1)


def pad(inputs: Array, windows: Sequence[Window], value: float = 0) -> Array:
    """Puts the windows' padding around the spatial axes."""
    amounts = [(0, 0), *(window.padding for window in windows), (0, 0)]
    if not any(low or high for low, high in amounts):
        return inputs
    return jnp.pad(inputs, amounts, constant_values=value)


def slices(padded: Array, windows: Sequence[Window]) -> list[Array]:
    """For each position in the window, in C order, the values that all windows have there.

    Args:
        padded: ``(batch, *spatial, channels)``, padded already.
        windows: One for each spatial axis; their padding is not looked at.

    Returns:
        Arrays ``(batch, *windows, channels)``.
    """
    lengths = padded.shape[1:-1]
    counts = [window._replace(padding=(0, 0)).number(length) for window, length in zip(windows, lengths, strict=True)]
    strides = (1, *(window.stride for window in windows), 1)
    found = []
    for position in product(*(range(window.size) for window in windows)):
        starts = [at * window.dilation for at, window in zip(position, windows, strict=True)]
        ends = [
            start + (count - 1) * window.stride + 1
            for start, count, window in zip(starts, counts, windows, strict=True)
        ]
        limits = (padded.shape[0], *ends, padded.shape[-1])
        found.append(jax.lax.slice(padded, (0, *starts, 0), limits, strides))
    return found
