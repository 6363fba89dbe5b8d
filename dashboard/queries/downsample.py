"""Choosing the points that a curve of a given width can show, from all points, losing no extreme."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

POINTS_PER_COLUMN = 4


def downsample(
    x: NDArray[np.float64], values: NDArray[np.float64], width_px: int, extent: tuple[float, float] | None = None
) -> NDArray[np.int64]:
    """Chooses the first, last, smallest and largest finite point of every pixel column (M4).

    Drawn as a line of `width_px` pixels, the chosen points give the same picture as all points.

    Args:
        x: Positions, not falling. Shape ``(n,)``.
        values: Shape ``(n,)``. Non-finite points are never chosen.
        width_px: Pixel columns of the picture, at least 1.
        extent: Positions of the picture's edges; None for those of the first and last point.

    Returns:
        Indices of the chosen points, rising. Shape ``(k,)``, ``k <= 4 * width_px``; all finite points where
        they are no more than that.

    Raises:
        ValueError: If `width_px` is less than 1.

    References:
        Jugel et al. 2014, "M4: A Visualization-Oriented Time Series Data Aggregation", VLDB 7(10).
    """
    if width_px < 1:
        raise ValueError(f"width_px must be at least 1; got {width_px}. Pass the width of the plot in pixels.")
    finite = np.flatnonzero(np.isfinite(values) & np.isfinite(x))
    if finite.size <= POINTS_PER_COLUMN * width_px:
        return finite
    starts = _column_starts(x[finite], width_px, extent or (float(x[finite[0]]), float(x[finite[-1]])))
    inside = values[finite]
    chosen = np.concatenate(
        [
            starts,
            np.append(starts[1:], finite.size) - 1,
            _first_equal(inside, np.minimum.reduceat(inside, starts), starts),
            _first_equal(inside, np.maximum.reduceat(inside, starts), starts),
        ]
    )
    kept: NDArray[np.int64] = finite[np.unique(chosen)]
    return kept


def pixel_columns(x: NDArray[np.float64], width_px: int, extent: tuple[float, float]) -> NDArray[np.int64]:
    """The pixel column of each position, in ``[0, width_px)``; what lies outside of `extent` is in the outermost."""
    first, last = extent
    if last <= first:
        return np.zeros(x.size, dtype=np.int64)
    return np.clip((x - first) / (last - first) * width_px, 0, width_px - 1).astype(np.int64)


def _column_starts(x: NDArray[np.float64], width_px: int, extent: tuple[float, float]) -> NDArray[np.int64]:
    """Index of the first point of each pixel column that holds one. `x` does not fall. Shape ``(c,)``."""
    columns = pixel_columns(x, width_px, extent)
    return np.concatenate([[0], np.flatnonzero(np.diff(columns) > 0) + 1]).astype(np.int64)


def _first_equal(
    values: NDArray[np.float64], wanted: NDArray[np.float64], starts: NDArray[np.int64]
) -> NDArray[np.int64]:
    """For each group that begins at `starts`, the index of its first value equal to `wanted`."""
    sizes = np.diff(np.append(starts, values.size))
    hits: NDArray[np.int64] = np.flatnonzero(values == np.repeat(wanted, sizes))
    groups = np.searchsorted(starts, hits, side="right") - 1
    first: NDArray[np.int64] = np.unique(groups, return_index=True)[1]
    return hits[first]
