"""The binary form of histograms. `static/js/histograms/decode.js` decodes it.

Little-endian; every column begins at a multiple of 8 bytes, so the browser views the buffer and copies nothing.

Ridges, as ``data/histograms`` sends them:

    message := header card*
    header  := magic "BRDH" · wire_version u16 · 0 u16 · num_cards u32 · 0 u32 · store_version u64           (24 bytes)
    card    := tag u32 · run u32 · num_runs u32 · num_rows u32 · num_columns u32 · num_flagged u32 · num_logged u32 ·
               num_replaced u32 · num_unreadable u32 · num_even_buckets u32 · flags u32 · 0 u32 ·
               low f64 · high f64 · peak f64 · edges_changed_step f64 · first_wall f64                       (88 bytes)
               runs u32[num_runs] · steps f64[r] · walls f64[r] · statistics f64[8][r] · shares f32[r][num_columns],
               r = num_rows

`tag` counts in the order of the request, `run` and `runs` in the order of the selection. `runs` are those that have
the tag, the newest first; `run` is the one drawn, 2**32 − 1 if there is none. Walls are seconds after `first_wall`, the
run's first point, itself in seconds since the epoch. `num_logged` histograms could be drawn, of which `num_flagged`
hold non-finite values; besides, a restart wrote over `num_replaced`, and `num_unreadable` are damaged,
or their file went away.
`edges_changed_step` is NaN where the edges of the buckets did not change. `flags` bit 0: spikes of one value are cut at
`peak`. Low, high, peak, statistics (in the order of the fields of `queries.buckets.Statistics`) and shares are those of
`queries.histograms.Ridges`.

Buckets as they were logged, as ``data/histograms/buckets`` sends them:

    message := magic "BRDB" · wire_version u16 · 0 u16 · num_histograms u32 · 0 u32 · histogram*
    histogram := step f64 · num_buckets u32 · 0 u32 · lefts f64[k] · rights f64[k] · counts f64[k],  k = num_buckets
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dashboard.queries.buckets import Statistics
from dashboard.queries.histograms import Ridges
from summaries import Histogram

WIRE_VERSION = 1
NO_RUN = 2**32 - 1
_RIDGES_HEADER = struct.Struct("<4sHHIIQ")
_CARD = struct.Struct("<12I5d")
_BUCKETS_HEADER = struct.Struct("<4sHHII")
_BUCKETS = struct.Struct("<dII")
_FLAG_CUT = 1


@dataclass(frozen=True)
class Heading:
    """What a card is of.

    Attributes:
        tag: Index of the tag in the request.
        run: Index of the drawn run in the selection.
        runs: Indices of all runs that have the tag, the newest first.
    """

    tag: int
    run: int
    runs: tuple[int, ...]


@dataclass(frozen=True)
class RidgeCard:
    """The ridges of one tag in one run.

    Attributes:
        heading: The tag and the runs.
        num_logged: Histograms that could be drawn.
        num_replaced: Histograms that a restart, or a later one of the same step, wrote over.
        num_unreadable: Histograms whose bytes are damaged, or not there any more.
        num_flagged: Logged histograms with a non-finite value.
        first_wall_time: Seconds since the epoch of the run's first point.
        steps: Shape ``(rows,)``, int64.
        wall_times: Seconds since the epoch. Shape ``(rows,)``.
        ridges: The rows.
    """

    heading: Heading
    num_logged: int
    num_replaced: int
    num_unreadable: int
    num_flagged: int
    first_wall_time: float
    steps: NDArray[np.int64]
    wall_times: NDArray[np.float64]
    ridges: Ridges

    @property
    def edges_changed_step(self) -> float:
        """The step at which the buckets' edges changed; NaN if they did not."""
        row = self.ridges.edges_changed_row
        return float(self.steps[row]) if row >= 0 else math.nan


@dataclass(frozen=True)
class EmptyCard:
    """A tag that no run of the selection has. `tag` is its index in the request."""

    tag: int


def encode_cards(cards: Iterable[RidgeCard | EmptyCard], store_version: int) -> bytes:
    """Encodes the ridges of several cards as one message."""
    blocks = [_encode_card(card) for card in cards]
    return b"".join([_RIDGES_HEADER.pack(b"BRDH", WIRE_VERSION, 0, len(blocks), 0, store_version), *blocks])


def _encode_card(card: RidgeCard | EmptyCard) -> bytes:
    if isinstance(card, EmptyCard):
        return _CARD.pack(card.tag, NO_RUN, *[0] * 10, -1.0, 1.0, 1.0, math.nan, 0.0)
    ridges = card.ridges
    header = _CARD.pack(
        card.heading.tag,
        card.heading.run,
        len(card.heading.runs),
        *ridges.shares.shape,
        card.num_flagged,
        card.num_logged,
        card.num_replaced,
        card.num_unreadable,
        ridges.num_even_buckets,
        _FLAG_CUT if ridges.is_cut else 0,
        0,
        ridges.low,
        ridges.high,
        ridges.peak,
        card.edges_changed_step,
        card.first_wall_time,
    )
    columns = (
        np.array(card.heading.runs, dtype="<u4"),
        card.steps.astype("<f8"),
        (card.wall_times - card.first_wall_time).astype("<f8"),
        ridges.statistics.astype("<f8"),
        ridges.shares.astype("<f4"),
    )
    return header + b"".join(_padded(column.tobytes()) for column in columns)


def encode_buckets(steps: Iterable[int], histograms: Iterable[Histogram]) -> bytes:
    """Encodes the logged buckets of several steps as one message."""
    blocks = [
        _BUCKETS.pack(step, histogram.counts.size, 0)
        + b"".join(part.astype("<f8").tobytes() for part in (histogram.lefts, histogram.rights, histogram.counts))
        for step, histogram in zip(steps, histograms, strict=True)
    ]
    return b"".join([_BUCKETS_HEADER.pack(b"BRDB", WIRE_VERSION, 0, len(blocks), 0), *blocks])


def _padded(data: bytes) -> bytes:
    return data + b"\0" * (-len(data) % 8)


def card_to_json(card: RidgeCard | EmptyCard) -> dict[str, Any]:
    """The same facts for people and tools; what is not a finite number is null."""
    if isinstance(card, EmptyCard):
        return {"tag": card.tag, "run": None}
    names = [field.name for field in fields(Statistics)]
    statistics = {name: _finite(row) for name, row in zip(names, card.ridges.statistics.tolist(), strict=True)}
    return {
        **asdict(card.heading),
        "num_logged": card.num_logged,
        "num_replaced": card.num_replaced,
        "num_unreadable": card.num_unreadable,
        "num_flagged": card.num_flagged,
        "range": [card.ridges.low, card.ridges.high],
        "steps": card.steps.tolist(),
        "wall_times": card.wall_times.tolist(),
        **statistics,
        "shares": card.ridges.shares.tolist(),
    }


def buckets_to_json(step: int, histogram: Histogram) -> dict[str, Any]:
    """The logged buckets of one step; an edge that is not a finite number is null."""
    columns = {"lefts": histogram.lefts, "rights": histogram.rights, "counts": histogram.counts}
    return {"step": step, **{name: _finite(column.tolist()) for name, column in columns.items()}}


def _finite(values: list[float]) -> list[float | None]:
    return [value if math.isfinite(value) else None for value in values]
