"""Counts values into fixed buckets by the upper bits of each float, and takes their moments.

All floats whose sign, exponent and first four bits of the fraction agree make a cell. The limits of the buckets are
so far apart that no cell holds more than one, so a value's bucket is the first bucket of its cell, or the next one if
the value reaches the limit in the cell: exact, with one comparison and no search.

`count_in_cells` has two members: `summaries._counts`, which is compiled and leaves the interpreter's lock to others
all the while, and `count_portably`, which leaves it between slices.

Synopsis:
    >>> cells = make_cells(np.array([0.0, 1.0, 8.0]), np.dtype(np.float32))
    >>> counts, moments = count_in_cells(np.array([0.5, 3.0, 3.0], dtype=np.float32), cells)
    >>> counts.tolist(), moments.tolist()
    ([0, 1, 2], [0.5, 3.0, 3.0, 6.5, 18.25])
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from summaries.columns import Floats, Ints
from summaries.members import find_member

_FRACTION_BITS = 4
_SLICE = 1 << 16
"""Values a pass works on: each of its operations takes much less than 1 ms, then others get the interpreter's lock."""


@dataclass(frozen=True)
class Cells:
    """What the upper bits of a float tell about its bucket.

    Attributes:
        shift: How many lower bits tell nothing.
        num_buckets: How many buckets there are.
        firsts: The bucket of the least value in each cell; `num_buckets` for cells of what is not finite. Shape (c,).
        limits: The limit in each cell: who reaches it is in the next bucket. NaN, which nobody reaches, for none. Of
            the dtype that is counted. Shape (c,).
    """

    shift: int
    num_buckets: int
    firsts: Ints
    limits: npt.NDArray[np.floating[Any]]


def make_cells(limits: Floats, dtype: np.dtype[Any]) -> Cells:
    """The cells for values of a dtype.

    Args:
        limits: Right edges of the buckets, outside them but for the last; ascending, neighbours of one sign at least
            7 % apart. Shape (k,).
        dtype: float32 or float64.

    Raises:
        ValueError: If limits lie too close together.
    """
    info = np.finfo(dtype)
    shift = info.nmant - _FRACTION_BITS
    bits = np.dtype(f"u{dtype.itemsize}").type
    lows = np.arange(1 << (info.bits - shift), dtype=bits) << bits(shift)
    ends = np.stack([lows, lows | bits((1 << shift) - 1)]).view(dtype)
    is_finite = np.isfinite(ends).all(axis=0)
    inner = limits[:-1]
    ends = np.sort(np.where(is_finite, ends, 0), axis=0).astype(np.float64)
    firsts, lasts = np.searchsorted(inner, ends, side="right")
    if (lasts > firsts + 1).any():
        raise ValueError(f"limits must lie at least 7 % apart; got {len(limits)} closer ones. Count by sorting.")
    reached = np.append(_round_up(inner, dtype), np.nan)[np.where(lasts > firsts, firsts, len(inner))]
    return Cells(shift, len(limits), np.where(is_finite, firsts, len(limits)), reached.astype(dtype))


def _round_up(limits: Floats, dtype: np.dtype[Any]) -> npt.NDArray[Any]:
    """The least value of `dtype` not below each limit: values of that dtype reach the one when they reach the other."""
    with np.errstate(over="ignore"):
        rounded = limits.astype(dtype)
    return np.where(rounded < limits, np.nextafter(rounded, dtype.type(np.inf)), rounded)


def count_portably(values: npt.NDArray[Any], cells: Cells) -> tuple[Ints, Floats]:
    """Counts values, and takes their moments, slice by slice.

    Args:
        values: Of the dtype that the cells are made for. Shape (n,).
        cells: From `make_cells`.

    Returns:
        `(counts, moments)`: counts of each bucket, shape (k,); and the moments as `get_moments` gives them. Values that
        are not finite are in no bucket.
    """
    counts = np.zeros(cells.num_buckets + 1, dtype=np.int64)
    for part in iter_slices(values):
        keys = (part.view(f"u{part.itemsize}") >> cells.shift).astype(np.intp)
        places = cells.firsts.take(keys) + (part >= cells.limits.take(keys))
        counts += np.bincount(places, minlength=len(counts))
    return counts[:-1], get_moments(values)


def get_moments(values: npt.NDArray[Any]) -> Floats:
    """min, max, num, sum, sum of squares of the finite values, in float64; `num` counts all.

    min and max are NaN where no value is finite. Sums beyond float64 are infinite, or NaN.
    """
    low, high, total, squares = np.inf, -np.inf, 0.0, 0.0
    for part in iter_slices(values):
        is_finite = np.isfinite(part)
        finite = (part if is_finite.all() else part[is_finite]).astype(np.float64)
        if len(finite):
            low, high = min(low, float(finite.min())), max(high, float(finite.max()))
            with np.errstate(over="ignore", invalid="ignore"):
                total += float(finite.sum())
                squares += float(np.square(finite, out=finite).sum())  # a dot product would start BLAS's threads
    if low > high:
        low = high = np.nan
    return np.array([low, high, len(values), total, squares])


def iter_slices(values: npt.NDArray[Any]) -> Iterator[npt.NDArray[Any]]:
    """Parts of a vector that are short enough to work on without holding up other threads."""
    for start in range(0, len(values), _SLICE):
        yield values[start : start + _SLICE]


_compiled = find_member("counts")
count_in_cells: Callable[[npt.NDArray[Any], Cells], tuple[Ints, Floats]]
count_in_cells = count_portably if _compiled is None else _compiled.count_in_cells
