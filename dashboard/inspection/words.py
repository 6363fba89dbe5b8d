"""Numbers, times and names as a terminal shows them: in few characters, and without any that could command it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime

WIDTH = 80
_MIN_NAME = 12
_MAX_WHOLE = 10**12
_UNITS = ("B", "kB", "MB", "GB", "TB")
_SPANS = (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1))


def format_bytes(num_bytes: float) -> str:
    """A size in decimal units.

    >>> format_bytes(999), format_bytes(1_234_567)
    ('999 B', '1.23 MB')
    """
    power = 0
    while num_bytes >= 999.5 and power < len(_UNITS) - 1:
        num_bytes, power = num_bytes / 1000, power + 1
    return f"{num_bytes:.3g} {_UNITS[power]}"


def format_count(count: int, noun: str) -> str:
    """A count and what is counted.

    >>> format_count(1, "file"), format_count(1_200, "file")
    ('1 file', '1,200 files')
    """
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def format_step(step: int) -> str:
    """A step; one that no program counts to, rounded.

    >>> format_step(12_000), format_step(2**62)
    ('12,000', '4.61e+18')
    """
    return f"{step:,}" if abs(step) < _MAX_WHOLE else f"{step:.2e}"


def format_time(secs: float) -> str:
    """A wall time, UTC, to the second; a dash where it is none that a calendar knows.

    >>> format_time(1_700_000_000.9), format_time(float("nan"))
    ('2023-11-14 22:13:20', '–')
    """
    try:
        return datetime.fromtimestamp(math.floor(secs), UTC).strftime("%Y-%m-%d %H:%M:%S")
    except (OverflowError, ValueError, OSError):
        return "–"


def format_duration(secs: float) -> str:
    """A span of time in its two largest units.

    >>> format_duration(0.0123), format_duration(0.25), format_duration(3_700)
    ('12 ms', '0.25 s', '1 h 1 min')
    """
    if secs < 0.1:
        return f"{1e3 * secs:.2g} ms"
    if secs < 60:
        return f"{secs:.3g} s"
    units = [(name, size) for name, size in _SPANS if secs >= size][:2]
    whole, parts = int(secs), []
    for name, size in units:
        parts.append(f"{whole // size:,} {name}")
        whole %= size
    return " ".join(parts)


def show_name(name: str, max_length: int | None = None) -> str:
    r"""A name from a file, shortened in its middle, with characters that are not printed written out.

    >>> show_name("train/loss"), show_name("\x1b[31mred"), show_name("a/very/long/name", 9)
    ('train/loss', '\\x1b[31mred', 'a/ve…name')
    """
    text = "".join(letter if letter.isprintable() else _escape(letter) for letter in name)
    if max_length is None or len(text) <= max_length:
        return text
    return f"{text[: max_length // 2]}…{text[len(text) - (max_length - 1) // 2 :]}"


def _escape(letter: str) -> str:
    return letter.encode("unicode_escape").decode()


def make_table(header: Sequence[str], rows: Iterable[Sequence[str]], num_left: int) -> list[str]:
    """Lines of a table: the first `num_left` columns stand left, the last of these gives way; the others stand right.

    >>> make_table(("tag", "points"), [("loss", "1,000")], 1)
    ['tag   points', 'loss   1,000']
    """
    cells = [list(header), *map(list, rows)]
    widths = [max(len(row[number]) for row in cells) for number in range(len(header))]
    named = num_left - 1
    too_wide = sum(widths) + 2 * (len(widths) - 1) - WIDTH
    if too_wide > 0:
        widths[named] = max(_MIN_NAME, widths[named] - too_wide)
    return ["  ".join(_align(row, widths, num_left)).rstrip() for row in cells]


def _align(row: Sequence[str], widths: Sequence[int], num_left: int) -> Iterator[str]:
    for number, (cell, width) in enumerate(zip(row, widths, strict=True)):
        yield show_name(cell, width).ljust(width) if number < num_left else cell.rjust(width)
