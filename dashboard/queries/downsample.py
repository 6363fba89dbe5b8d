"""Choosing the points that a curve of a given width can show, from all points, losing no extreme."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

POINTS_PER_COLUMN = 4
_CHUNK = 1 << 18
"""Points compared at once: they stay in the processor's cache."""


def downsample(
    x: NDArray[np.float64],
    values: NDArray[np.float64],
    width_px: int,
    extent: tuple[float, float] | None = None,
    *,
    is_log: bool = False,
) -> NDArray[np.int64]:
    """Chooses the first, last, smallest and largest point of every pixel column (M4).

    Drawn as a line of `width_px` pixels, the chosen points give the same picture as all points. Of several equally
    small or large ones the first is chosen.

    Args:
        x: Positions, finite and not falling. Shape ``(n,)``.
        values: Finite. Shape ``(n,)``.
        width_px: Pixel columns of the picture, at least 1.
        extent: Positions of the picture's edges; None for those of the first and last point.
        is_log: Whether columns are as wide as on a logarithmic axis, where the left edge is positive.

    Returns:
        Indices of the chosen points, rising. Shape ``(k,)``, ``k <= 4 * width_px``; all points where they are no more
        than that.

    Raises:
        ValueError: If `width_px` is less than 1.

    References:
        Jugel et al. 2014, "M4: A Visualization-Oriented Time Series Data Aggregation", VLDB 7(10).
    """
    if width_px < 1:
        raise ValueError(f"width_px must be at least 1; got {width_px}. Pass the width of the plot in pixels.")
    if values.size <= POINTS_PER_COLUMN * width_px:
        return np.arange(values.size)
    inner_edges = _find_inner_edges(width_px, extent or (float(x[0]), float(x[-1])), is_log)
    bounds = np.empty(width_px + 1, dtype=np.int64)
    bounds[0], bounds[1:-1], bounds[-1] = 0, np.searchsorted(x, inner_edges), values.size
    is_filled = bounds[1:] > bounds[:-1]
    starts, stops = bounds[:-1][is_filled], bounds[1:][is_filled]
    is_chosen = np.zeros(values.size, dtype=bool)
    is_chosen[starts] = is_chosen[stops - 1] = True
    _choose_extremes(values, starts, stops, is_chosen)
    return np.flatnonzero(is_chosen)


def find_columns(
    x: NDArray[np.float64], width_px: int, extent: tuple[float, float], *, is_log: bool = False
) -> NDArray[np.int64]:
    """The pixel column of each position, in ``[0, width_px)``; what lies outside of `extent` is in the outermost."""
    columns: NDArray[np.int64] = np.searchsorted(_find_inner_edges(width_px, extent, is_log), x, side="right")
    return columns


def _find_inner_edges(width_px: int, extent: tuple[float, float], is_log: bool) -> NDArray[np.float64]:
    """Positions where the pixel columns begin, but for the first. Shape ``(width_px - 1,)``.

    Of a logarithmic axis the first column is of what has no place on it, at the left of its left edge.
    """
    if is_log and 0 < extent[0] < extent[1] and width_px > 1:
        # Products one after the other, as the compiled member makes them: powers of two libraries differ in their end.
        edges = np.full(width_px - 1, (extent[1] / extent[0]) ** (1 / (width_px - 1)))
        edges[0] = extent[0]
        with np.errstate(over="ignore"):
            growing: NDArray[np.float64] = np.multiply.accumulate(edges)
        return growing
    column_width = max(0.0, extent[1] - extent[0]) / width_px
    with np.errstate(over="ignore", invalid="ignore"):  # clocks can say anything
        return np.arange(1.0, width_px) * column_width + extent[0]


def _choose_extremes(
    values: NDArray[np.float64], starts: NDArray[np.int64], stops: NDArray[np.int64], is_chosen: NDArray[np.bool_]
) -> None:
    """Marks the first smallest and the first largest value between each start and its stop, chunk by chunk."""
    cuts = sorted({0, *np.searchsorted(starts, np.arange(_CHUNK, values.size, _CHUNK)).tolist(), starts.size})
    for begin, end in zip(cuts[:-1], cuts[1:], strict=True):
        first, last = starts[begin], stops[end - 1]
        part, begins, sizes = values[first:last], starts[begin:end] - first, (stops - starts)[begin:end]
        for extreme in (np.minimum, np.maximum):
            is_hit = part == np.repeat(extreme.reduceat(part, begins), sizes)
            if np.count_nonzero(is_hit) == begins.size:
                is_chosen[first:last] |= is_hit
            else:
                hits = np.flatnonzero(is_hit)
                is_chosen[first + hits[np.searchsorted(hits, begins)]] = True  # every stretch has one
