"""How thick an edge is drawn, by the bytes that flow over it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable

THINNEST, THICKEST = 1.3, 5.5
MIN_SPAN = 5


def find_byte_range(sizes: Iterable[int]) -> tuple[int, int]:
    """The bytes drawn thinnest and thickest, to one digit and at least a factor of 32 apart; (0, 0) without sizes.

    The lower end is the tenth percentile: a few indices should not make all else thick.

    Args:
        sizes: Bytes of the values of one graph; those that are not positive do not count.

    >>> find_byte_range([256, 640, 1280])
    (60, 2000)
    """
    known = sorted(size for size in sizes if size > 0)
    if not known:
        return 0, 0
    high = _round(known[-1], up=True)
    low = _round(known[len(known) // 10], up=False)
    return min(low, _round(high // 2**MIN_SPAN or 1, up=False)), high


def _round(value: int, *, up: bool) -> int:
    """Rounds to one digit, away from the values between."""
    unit: int = 10 ** (len(str(value)) - 1)
    return (-(-value // unit) if up else value // unit) * unit


def make_width(byte_range: tuple[int, int]) -> Callable[[int], float]:
    """The thickness in px as a function of bytes: by their logarithm, held inside the range.

    >>> width = make_width((64, 2048))
    >>> width(0), width(64), width(4096)
    (1.3, 1.3, 5.5)
    """
    low, high = (max(1, end) for end in byte_range)
    span = max(MIN_SPAN, math.log2(high / low))

    def width(num_bytes: int) -> float:
        share = math.log2(max(num_bytes, low) / low) / span
        return round(THINNEST + (THICKEST - THINNEST) * min(1.0, share), 2)

    return width
