"""Curves: what ``data/series`` draws of each tag in each run, drawn once for all who look at it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from dashboard.api import wire
from dashboard.api.clients import Client
from dashboard.api.shared import SharedAnswers
from dashboard.queries.draw import choose_points, smooth_series
from dashboard.queries.non_finite import last_value, tally_non_finite
from dashboard.queries.positions import Positions, XAxis
from dashboard.store.cache import ByteCache
from dashboard.store.protocol import LogStore, RunFacts
from summaries import Series

MAX_ANSWER_BYTES = 16 << 20
"""How much is kept of whole answers, for tabs that show the same."""
MAX_CURVE_BYTES = 64 << 20
"""How much is kept of single curves, for answers that share some."""

Points = Literal["drawn", "all"]


@dataclass(frozen=True)
class Window:
    """What every curve of one answer shares: the x-axis, the plot's width, the range and the smoothing weight."""

    x_axis: XAxis
    width_px: int
    start: float
    stop: float
    smoothing: float


@dataclass(frozen=True)
class Wanted:
    """What one request asks for.

    Attributes:
        runs: Names of runs, in the order of their numbers in the answer.
        tags: Names of tags, likewise.
        window: What all curves share.
        since: Leave out runs unchanged since this version.
        points: Whether the points to draw are chosen, or all of the range are told.
    """

    runs: tuple[str, ...]
    tags: tuple[str, ...]
    window: Window
    since: int
    points: Points


class Curves:
    """Encoded curves, each drawn once for all who ask for it, until its run changes. Safe to use from any thread."""

    def __init__(self, store: LogStore) -> None:
        self._store = store
        self._answers = SharedAnswers(MAX_ANSWER_BYTES)
        self._bodies = ByteCache(MAX_CURVE_BYTES)

    def answer(self, wanted: Wanted, version: int, client: Client) -> bytes:
        """Encodes what `iter_drawn` draws; `version` is the store's, taken before.

        Raises:
            ClientGoneError: If the client went away. What was drawn until then is kept.
        """

        def make() -> bytes:
            return wire.join(list(client.while_there(self._iter_blocks(wanted))), version)

        return self._answers.find_or_make(wanted, version, make)

    def _iter_blocks(self, wanted: Wanted) -> Iterator[tuple[bytes, bytes]]:
        for run, tag, place in iter_wanted(self._store, wanted.runs, wanted.tags, wanted.since):
            key = run.name, tag, wanted.window
            body: bytes | None = self._bodies.find(key, run.version)
            if body is None:
                drawn = _find_drawn(self._store, run, tag, place, wanted.window)
                if drawn is None:
                    continue
                body = wire.encode_body(drawn)
                self._bodies.put(key, run.version, body, len(body))
            yield wire.encode_place(*place, run.version), body


def iter_drawn(
    store: LogStore, runs: Sequence[str], tags: Sequence[str], window: Window, since: int = 0
) -> Iterator[wire.DrawnSeries]:
    """Draws each tag of each run that changed after version `since`.

    What a run lacks is left out, and so is what was removed from the logdir while the others were drawn.
    """
    for run, tag, place in iter_wanted(store, runs, tags, since):
        drawn = _find_drawn(store, run, tag, place, window)
        if drawn is not None:
            yield drawn


def iter_wanted(
    store: LogStore, runs: Sequence[str], tags: Sequence[str], since: int
) -> Iterator[tuple[RunFacts, str, tuple[int, int]]]:
    """What there is of the tags in the runs that changed: run, tag, and their indices."""
    runs_by_tag = {tag: set(names) for tag, names in store.tags("scalars").items() if tag in set(tags)}
    facts = {run.name: run for run in store.find_runs(runs)}
    for run_index, name in enumerate(runs):
        run = facts.get(name)
        if run is None or run.version <= since:
            continue
        for tag_index, tag in enumerate(tags):
            if name in runs_by_tag.get(tag, ()):
                yield run, tag, (run_index, tag_index)


def _find_drawn(
    store: LogStore, run: RunFacts, tag: str, place: tuple[int, int], window: Window
) -> wire.DrawnSeries | None:
    series = find_series(store, run, tag)
    return None if series is None else _draw_one(series, run, place, window)


def find_series(store: LogStore, run: RunFacts, tag: str) -> Series | None:
    """A series; None if it was removed from the logdir while others were read."""
    try:
        return store.series(run.name, tag)
    except KeyError:
        return None


def _draw_one(series: Series, run: RunFacts, place: tuple[int, int], window: Window) -> wire.DrawnSeries:
    x = Positions.make(series, window.x_axis, run.first_wall_time)
    drawn = choose_points(series, x, window.width_px, window.start, window.stop)
    return wire.DrawnSeries(
        run=place[0],
        tag=place[1],
        version=run.version,
        num_total=drawn.num_total,
        steps=series.steps[drawn.points].astype(np.float64),
        wall_times=series.wall_times[drawn.points],
        values=series.values[drawn.points],
        smoothed=smooth_series(series, window.smoothing)[drawn.points] if window.smoothing else None,
        segment_starts=drawn.segment_starts,
        superseded=drawn.superseded,
        non_finite_steps=series.steps[drawn.non_finite].astype(np.float64),
        non_finite_wall_times=series.wall_times[drawn.non_finite],
        non_finite_values=series.values[drawn.non_finite],
        first_wall_time=run.first_wall_time,
        tally=tally_non_finite(series, x, window.start, window.stop),
        last_value=last_value(series),
    )
