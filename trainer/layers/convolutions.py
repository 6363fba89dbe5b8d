"""Convolutions as functions, and how they are lowered.

XLA's CPU backend runs a convolution 7 times slower inside a loop than outside, and our training loop is one. There,
small convolutions become slices of the input and a matrix product, which are as fast in a loop, and in all 2.6 times
faster than a step with convolutions outside of one. Of a large batch some rows are done after others, as many as the
processor's caches hold, and their slices are made anew for the gradient. Elsewhere the native operation is the fastest.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp

from trainer.layers.windows import Window, pad, slices
from trainer.protocols import Array

# A window of 5 × 5, or of 3 × 3 × 3. Beyond, the slices cost more than they save.
_MOST_POSITIONS = 27
# The slices lie side by side in memory.
_MOST_BYTES = 512 * 2**20
# What stays in the processors' own caches: slices of 29 MB that went to memory and back took a third of the time.
PART_BYTES = 2**20 * (len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)


def prefers_slices(windows: Sequence[Window], shape: Sequence[int], num_columns: int, itemsize: int) -> bool:
    """Whether a convolution is lowered to slices and a matrix product; the one place where this is decided.

    Args:
        windows: One for each spatial axis.
        shape: ``(batch, *spatial)`` of the side on which there is one row for each window.
        num_columns: Channels of each position in the window.
        itemsize: Bytes of a number.
    """
    positions = math.prod(window.size for window in windows)
    num_bytes = math.prod(shape) * positions * num_columns * itemsize
    return jax.default_backend() == "cpu" and positions <= _MOST_POSITIONS and num_bytes <= _MOST_BYTES


def convolve(inputs: Array, kernel: Array, windows: Sequence[Window], groups: int = 1) -> Array:
    """Cross-correlation, as layers call a convolution.

    Args:
        inputs: ``(batch, *spatial, channels)``.
        kernel: ``(*sizes, channels / groups, filters)``.
        windows: One for each spatial axis.
        groups: The channels and filters fall into this many parts that have nothing to do with each other.

    Returns:
        ``(batch, *windows, filters)``.
    """
    counts = [window.number(length) for window, length in zip(windows, inputs.shape[1:-1], strict=True)]
    if prefers_slices(windows, (inputs.shape[0], *counts), inputs.shape[-1], inputs.dtype.itemsize):
        return convolve_by_slices(inputs, kernel, windows, groups)
    return convolve_natively(inputs, kernel, windows, groups)


def convolve_depthwise(inputs: Array, kernel: Array, windows: Sequence[Window]) -> Array:
    """Convolves each channel with kernels of its own.

    Args:
        inputs: ``(batch, *spatial, channels)``.
        kernel: ``(*sizes, channels, multiplier)``.
        windows: One for each spatial axis.

    Returns:
        ``(batch, *windows, channels · multiplier)``.
    """
    *sizes, channels, multiplier = kernel.shape
    return convolve(inputs, kernel.reshape(*sizes, 1, channels * multiplier), windows, groups=channels)


def convolve_natively(inputs: Array, kernel: Array, windows: Sequence[Window], groups: int = 1) -> Array:
    """`convolve` by XLA's convolution."""
    return jax.lax.conv_general_dilated(
        inputs,
        kernel,
        window_strides=[window.stride for window in windows],
        padding=[window.padding for window in windows],
        rhs_dilation=[window.dilation for window in windows],
        dimension_numbers=_numbers(len(windows)),
        feature_group_count=groups,
    )


def convolve_by_slices(inputs: Array, kernel: Array, windows: Sequence[Window], groups: int = 1) -> Array:
    """`convolve` by slices of the input, of some rows after others."""

    def convolve_rows(rows: Array) -> Array:
        return _convolve_rows(rows, kernel, windows, groups)

    counts = [window.number(length) for window, length in zip(windows, inputs.shape[1:-1], strict=True)]
    numbers = math.prod(counts) * (math.prod(kernel.shape[:-2]) * inputs.shape[-1] + kernel.shape[-1])
    return _map_rows(convolve_rows, inputs, numbers * inputs.dtype.itemsize)


def _map_rows(function: Callable[[Array], Array], inputs: Array, row_bytes: int) -> Array:
    """The function of each part of the rows, one after another; for a gradient each part is computed again.

    Args:
        function: Of ``(any number of rows, …)``.
        inputs: ``(batch, …)``.
        row_bytes: What it takes for a row, in bytes.

    Returns:
        What it gives for all rows, ``(batch, …)``.
    """
    batch: Any = inputs.shape[0]
    if not isinstance(batch, int):  # a program that is exported for any number of rows
        return function(inputs)
    num_parts = -(-batch * row_bytes // PART_BYTES)
    if num_parts <= 1 or row_bytes > PART_BYTES:
        return function(inputs)
    num_rows = -(-batch // num_parts)
    num_whole = batch // num_rows
    whole, rest = inputs[: num_whole * num_rows], inputs[num_whole * num_rows :]
    recomputed = jax.checkpoint(function)
    parts = jax.lax.map(recomputed, whole.reshape(num_whole, num_rows, *inputs.shape[1:]))
    outputs = parts.reshape(-1, *parts.shape[2:])
    return jnp.concatenate([outputs, recomputed(rest)]) if rest.shape[0] else outputs


def _convolve_rows(inputs: Array, kernel: Array, windows: Sequence[Window], groups: int) -> Array:
    parts = slices(pad(inputs, windows), windows)
    positions, filters = len(parts), kernel.shape[-1]
    if groups == 1:
        patches = jnp.concatenate(parts, axis=-1) if positions > 1 else parts[0]
        # As one matrix: a product with the axes of space takes a fifth longer.
        outputs = patches.reshape(-1, patches.shape[-1]) @ kernel.reshape(-1, filters)
        return jnp.reshape(outputs, (*patches.shape[:-1], filters))
    weights = kernel.reshape(positions, kernel.shape[-2], groups, filters // groups)
    if kernel.shape[-2] == 1:  # each filter sees one channel: no sum over channels, hence no product of matrices
        summed = sum(part[..., None] * weight[0] for part, weight in zip(parts, weights, strict=True))
    else:
        grouped = jnp.stack([part.reshape(*part.shape[:-1], groups, -1) for part in parts], axis=-2)
        summed = jnp.einsum("...gpc,pcgf->...gf", grouped, weights)
    return jnp.reshape(summed, (*parts[0].shape[:-1], filters))


def convolve_transposed(inputs: Array, kernel: Array, windows: Sequence[Window], lengths: Sequence[int]) -> Array:
    """The transpose of `convolve`: each input adds the kernel, times its value, to the outputs in its window.

    Args:
        inputs: ``(batch, *windows, channels)``.
        kernel: ``(*sizes, filters, channels)``.
        windows: One for each spatial axis; its padding is cut off the outputs.
        lengths: Of the spatial axes of the outputs.

    Returns:
        ``(batch, *lengths, filters)``.
    """
    if prefers_slices(windows, inputs.shape[:-1], kernel.shape[-2], inputs.dtype.itemsize):
        return transposed_by_slices(inputs, kernel, windows, lengths)
    return transposed_natively(inputs, kernel, windows, lengths)


def transposed_natively(inputs: Array, kernel: Array, windows: Sequence[Window], lengths: Sequence[int]) -> Array:
    """`convolve_transposed` by XLA's convolution."""
    spread = [
        (window.extent - 1 - window.padding[0], _behind(window, length, number))
        for window, length, number in zip(windows, lengths, inputs.shape[1:-1], strict=True)
    ]
    flipped = jnp.flip(jnp.swapaxes(kernel, -1, -2), axis=range(len(windows)))
    return jax.lax.conv_general_dilated(
        inputs,
        flipped,
        window_strides=[1] * len(windows),
        padding=spread,
        lhs_dilation=[window.stride for window in windows],
        rhs_dilation=[window.dilation for window in windows],
        dimension_numbers=_numbers(len(windows)),
    )


def transposed_by_slices(inputs: Array, kernel: Array, windows: Sequence[Window], lengths: Sequence[int]) -> Array:
    """`convolve_transposed` by a matrix product, whose columns are spread and added."""
    *sizes, filters, channels = kernel.shape
    columns = inputs @ kernel.reshape(-1, channels).T
    columns = columns.reshape(*inputs.shape[:-1], math.prod(sizes), filters)
    spread = jax.eval_shape(lambda: jnp.zeros((inputs.shape[0], *lengths, filters), columns.dtype))

    def parts(outputs: Array) -> Array:
        return jnp.stack(slices(_padded(outputs, windows, inputs.shape[1:-1]), windows), axis=-2)

    outputs: Array = jax.linear_transpose(parts, spread)(columns)[0]
    return outputs


def _padded(outputs: Array, windows: Sequence[Window], numbers: Sequence[int]) -> Array:
    """Pads the outputs so that exactly as many windows fit as there are inputs."""
    amounts = [
        (window.padding[0], (number - 1) * window.stride + window.extent - length - window.padding[0], 0)
        for window, number, length in zip(windows, numbers, outputs.shape[1:-1], strict=True)
    ]
    return jax.lax.pad(outputs, jnp.zeros((), outputs.dtype), [(0, 0, 0), *amounts, (0, 0, 0)])


def _behind(window: Window, length: int, number: int) -> int:
    """What is put behind the spread inputs, so that the outputs have `length` positions."""
    return length + window.padding[0] - 1 - (number - 1) * window.stride


def _numbers(rank: int) -> tuple[str, str, str]:
    spatial = "DHW"[-rank:]
    return f"N{spatial}C", f"{spatial}IO", f"N{spatial}C"
