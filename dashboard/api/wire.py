"""The binary form of series, as ``data/series`` sends it. `static/js/wire.js` decodes it.

Little-endian; every column begins at a multiple of 8 bytes, so that the browser looks at the buffer itself.

    message   := header series*
    header    := magic "BRDS" · wire_version u16 · 0 u16 · num_series u32 · 0 u32 · store_version u64      (24 bytes)
    series    := run u32 · tag u32 · version u64 · num_total u64 · num_drawn u32 · num_segments u32 ·
                 num_non_finite u32 · flags u32 · first_wall f64 · wall_base f64 ·
                 num_nan u32 · num_pos_inf u32 · num_neg_inf u32 · num_unplaced u32 ·
                 first_nan f64 · first_pos_inf f64 · first_neg_inf f64 · last_value f64 · step_base f64   (112 bytes)
                 steps u16|u32|f64[num_drawn] · x f64[num_drawn, if there] · walls f32[num_drawn] ·
                 values f32|f64[num_drawn] ·
                 smoothed f32|f64[num_drawn, if asked] · segment_starts u32[num_segments] ·
                 superseded u32[num_segments] · non_finite_steps u16|u32|f64[k] ·
                 non_finite_x f64[k, if x is there] · non_finite_walls f32[k] · non_finite_kinds u32[k],
                 k = num_non_finite

`run` and `tag` count in the order of the request. `num_total` points lie in the asked range, of which `num_drawn` and
the `num_non_finite` marks are here, and where lines reach over the range's edges, up to two neighbours a segment.
`num_unplaced` points, of no range, have no position where the x-axis is another metric. `first_wall` is the time of the
run's first point, in seconds since the epoch; walls are seconds after `wall_base`, a time near those that are drawn, so
that they are exact to less than a pixel at every zoom. `flags` bit 0: values are float64, and the smoothed ones too
(else float32, where that is exact for the values); bit 1: the smoothed values are there; bit 2: positions are there, as
where the x-axis is another metric; bit 3: steps are u16, bit 4: they are u32, both as counted from `step_base`, the
lowest of them (else f64, where they span more; `step_base` is 0 then).
Segment starts index the drawn points; each segment is one line, and no NaN or Inf lies inside of it. Non-finite
points are those to mark, one a pixel column and kind; kinds: 0 NaN, 1 +Inf, 2 −Inf. `num_nan`, … count all of the
asked range that no restart replaced, and `first_nan`, … are the lowest steps of those, NaN where there is none.
`last_value` is that of the series' last point that no restart replaced, whatever the range; it may be NaN or infinite,
and is NaN where there is no such point.
"""

from __future__ import annotations

import itertools
import math
import struct
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dashboard.queries.non_finite import WORDS, Tally, kinds_of

MAGIC = b"BRDS"
WIRE_VERSION = 5
_HEADER = struct.Struct("<4sHHIIQ")
_PLACE = struct.Struct("<IIQ")
_SERIES = struct.Struct("<QIIIIddIIIIddddd")
_FLAG_FLOAT64 = 1
_FLAG_SMOOTHED = 2
_FLAG_X = 4
_STEP_FORMS = ((8, 1 << 16, "<u2"), (16, 1 << 32, "<u4"))
"""Flag of each narrow form of steps, what their span stays below, and its type."""


@dataclass(frozen=True)
class DrawnSeries:
    """The points of one run and tag that were chosen for display.

    Attributes:
        run: Index of the run in the selection.
        tag: Index of the tag in the request.
        version: The run's version.
        num_total: Points in the asked range, drawn or not.
        steps: Shape ``(d,)``, float64, finite.
        wall_times: Seconds since the epoch. Shape ``(d,)``.
        values: Shape ``(d,)``, float64, finite.
        smoothed: The smoothed values at the same points, shape ``(d,)``; None if none were asked for.
        segment_starts: Index of the first drawn point of each segment. Shape ``(s,)``.
        superseded: Whether a later segment replaced this one. Shape ``(s,)``, bool.
        non_finite_steps: Steps of the points to mark. Shape ``(k,)``.
        non_finite_wall_times: Shape ``(k,)``.
        non_finite_values: NaN, +Inf or −Inf. Shape ``(k,)``.
        first_wall_time: Seconds since the epoch of the run's first point.
        tally: The non-finite points of the range, marked or not, that no restart replaced.
        last_value: Of the series' last point that no restart replaced; may be non-finite, NaN if there is none.
        x: Positions of the points where the x-axis is another metric, shape ``(d,)``, finite; else None.
        non_finite_x: Those of the marks, shape ``(k,)``; None where `x` is.
        num_unplaced: Points without a position, as that metric is not known at their steps.
    """

    run: int
    tag: int
    version: int
    num_total: int
    steps: NDArray[np.float64]
    wall_times: NDArray[np.float64]
    values: NDArray[np.float64]
    smoothed: NDArray[np.float64] | None
    segment_starts: NDArray[np.int64]
    superseded: NDArray[np.bool_]
    non_finite_steps: NDArray[np.float64]
    non_finite_wall_times: NDArray[np.float64]
    non_finite_values: NDArray[np.float64]
    first_wall_time: float
    tally: Tally = Tally()
    last_value: float = math.nan
    x: NDArray[np.float64] | None = None
    non_finite_x: NDArray[np.float64] | None = None
    num_unplaced: int = 0


def encode(series: Iterable[DrawnSeries], store_version: int) -> bytes:
    """Encodes drawn series as one message of the format above."""
    return join([(encode_place(one.run, one.tag, one.version), encode_body(one)) for one in series], store_version)


def join(blocks: Sequence[tuple[bytes, bytes]], store_version: int) -> bytes:
    """Makes one message of series that are encoded already, each as its place and its body."""
    header = _HEADER.pack(MAGIC, WIRE_VERSION, 0, len(blocks), 0, store_version)
    return b"".join([header, *itertools.chain.from_iterable(blocks)])


def encode_place(run: int, tag: int, version: int) -> bytes:
    """Encodes what differs between two requests for the same series: its indices, and the run's version."""
    return _PLACE.pack(run, tag, version)


def encode_body(series: DrawnSeries) -> bytes:
    """Encodes all of a series that follows its place."""
    with np.errstate(over="ignore"):  # what is beyond float32 becomes infinite, and clocks can say anything
        return b"".join(_iter_parts(series))


def _iter_parts(series: DrawnSeries) -> Iterator[bytes | memoryview]:
    """Yields the rest of a series' header and its columns, each with its padding."""
    narrow = series.values.astype("<f4")
    is_wide = bool((narrow != series.values).any())
    wall_base = _find_wall_base(series)
    step_flag, step_base, step_type = _find_step_form(series)
    yield _SERIES.pack(
        series.num_total,
        series.steps.size,
        series.segment_starts.size,
        series.non_finite_steps.size,
        _find_flags(series, is_wide) | step_flag,
        series.first_wall_time,
        wall_base,
        *series.tally.counts,
        series.num_unplaced,
        *series.tally.first_steps,
        series.last_value,
        step_base,
    )
    columns = (
        (series.steps - step_base).astype(step_type),
        *([] if series.x is None else [series.x.astype("<f8", copy=False)]),
        _to_seconds_after(wall_base, series.wall_times),
        series.values.astype("<f8", copy=False) if is_wide else narrow,
        *([] if series.smoothed is None else [series.smoothed.astype("<f8" if is_wide else "<f4", copy=False)]),
        series.segment_starts.astype("<u4"),
        series.superseded.astype("<u4"),
        (series.non_finite_steps - step_base).astype(step_type),
        *([] if series.non_finite_x is None else [series.non_finite_x.astype("<f8", copy=False)]),
        _to_seconds_after(wall_base, series.non_finite_wall_times),
        kinds_of(series.non_finite_values).astype("<u4"),
    )
    for column in columns:
        if column.size:
            yield column.data
            yield bytes(-column.nbytes % 8)


def _find_flags(series: DrawnSeries, is_wide: bool) -> int:
    has_smoothed, has_x = series.smoothed is not None, series.x is not None
    return is_wide * _FLAG_FLOAT64 | has_smoothed * _FLAG_SMOOTHED | has_x * _FLAG_X


def _find_step_form(series: DrawnSeries) -> tuple[int, float, str]:
    """Flag, base and type of the narrowest form that holds all steps."""
    steps = np.concatenate([series.steps, series.non_finite_steps])
    if steps.size:
        base, span = float(steps.min()), float(np.ptp(steps))
        for flag, limit, step_type in _STEP_FORMS:
            if span < limit:
                return flag, base, step_type
    return 0, 0.0, "<f8"


def _find_wall_base(series: DrawnSeries) -> float:
    """The first finite time of those that travel; 0 where there is none."""
    for wall_times in (series.wall_times, series.non_finite_wall_times):
        if wall_times.size and math.isfinite(wall_times[0]):
            return float(wall_times[0])
        is_finite = np.isfinite(wall_times)
        if is_finite.any():
            return float(wall_times[is_finite.argmax()])
    return 0.0


def _to_seconds_after(base: float, wall_times: NDArray[np.float64]) -> NDArray[np.float32]:
    return (wall_times - base).astype("<f4")


def to_json(series: DrawnSeries) -> dict[str, Any]:
    """The same facts for people and tools; non-finite values are spelled out as words, times that are none are null."""
    kinds = kinds_of(series.non_finite_values).tolist()
    marks = [
        {"step": step, "wall_time": wall, "value": WORDS[kind]}
        for step, wall, kind in zip(
            series.non_finite_steps.tolist(), _to_numbers(series.non_finite_wall_times), kinds, strict=True
        )
    ]
    if series.non_finite_x is not None:
        marks = [mark | {"x": x} for mark, x in zip(marks, series.non_finite_x.tolist(), strict=True)]
    return {
        "run": series.run,
        "tag": series.tag,
        "version": series.version,
        "num_total": series.num_total,
        "num_unplaced": series.num_unplaced,
        "steps": series.steps.tolist(),
        "x": None if series.x is None else series.x.tolist(),
        "wall_times": _to_numbers(series.wall_times),
        "values": series.values.tolist(),
        "smoothed": None if series.smoothed is None else series.smoothed.tolist(),
        "segment_starts": series.segment_starts.tolist(),
        "superseded": series.superseded.tolist(),
        "non_finite": marks,
        "num_non_finite": dict(zip(WORDS, series.tally.counts, strict=True)),
        "first_non_finite": dict(zip(WORDS, _to_numbers(np.array(series.tally.first_steps)), strict=True)),
        "last_value": _to_json_value(series.last_value),
    }


def _to_numbers(column: NDArray[np.float64]) -> list[float | None]:
    return [number if math.isfinite(number) else None for number in column.tolist()]


def _to_json_value(value: float) -> float | str:
    return value if math.isfinite(value) else WORDS[int(kinds_of(np.array([value]))[0])]
