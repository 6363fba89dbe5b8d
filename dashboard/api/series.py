"""``data/series``: the curves of all cards in view, in one answer."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
from fastapi import APIRouter, Header, Query
from fastapi.responses import JSONResponse, Response

from dashboard.api import wire
from dashboard.api.errors import not_found
from dashboard.api.parameters import Name, SelectionParameter, SinceParameter
from dashboard.api.selections import Selections
from dashboard.api.shared import SharedAnswers
from dashboard.queries.draw import choose_points, smooth_series
from dashboard.queries.non_finite import last_value, tally_non_finite
from dashboard.queries.positions import Positions, XAxis
from dashboard.store.cache import ByteCache
from dashboard.store.protocol import LogStore, RunFacts
from summaries import Series

MAX_TAGS = 200
MAX_WIDTH_PX = 8_192
MAX_ANSWER_BYTES = 16 << 20
"""How much is kept of whole answers, for tabs that show the same."""
MAX_CURVE_BYTES = 64 << 20
"""How much is kept of single curves, for answers that share some."""


@dataclass(frozen=True)
class Window:
    """What every curve of one answer shares: the x-axis, the plot's width, the range and the smoothing weight."""

    x_axis: XAxis
    width_px: int
    start: float
    stop: float
    smoothing: float


def make_router(store: LogStore, selections: Selections, server: str) -> APIRouter:
    """Makes the route of the curves; `server` is part of each ETag."""
    router = APIRouter(tags=["series"])
    curves = Curves(store)

    @router.get("/data/series")
    def get_series(
        selection: SelectionParameter,
        tag: Annotated[list[Name], Query(min_length=1, max_length=MAX_TAGS, examples=[["train/loss"]])],
        x: XAxis = "step",
        width: Annotated[int, Query(ge=1, le=MAX_WIDTH_PX, description="Pixels of the plot.")] = 400,
        start: Annotated[float, Query(description="First position of the range, in units of x.")] = -math.inf,
        stop: Annotated[float, Query(description="Last position of the range, in units of x.")] = math.inf,
        smoothing: Annotated[float, Query(ge=0, lt=1, description="Weight of the moving average; 0 for none.")] = 0.0,
        since: SinceParameter = 0,
        format: Literal["binary", "json"] = "binary",
        if_none_match: Annotated[str | None, Header()] = None,
    ) -> Response:
        """The points to draw, of every tag in every run of a selection.

        Chosen per pixel column from all points of the range: first, last, smallest and largest.
        """
        version = store.version()
        etag = f'"{server}-{version}"'
        if if_none_match == etag:
            return Response(status_code=304)
        try:
            runs = selections[selection]
        except KeyError as error:
            raise not_found(error) from error
        window = Window(x, width, start, stop, smoothing)
        headers = {"etag": etag, "cache-control": "no-cache"}
        if format == "json":
            drawn = iter_drawn(store, runs, tag, window, since)
            content = {"version": version, "series": [wire.to_json(one) for one in drawn]}
            return JSONResponse(content, headers=headers)
        encoded = curves.answer(runs, tag, window, since, version)
        return Response(encoded, media_type="application/octet-stream", headers=headers)

    return router


class Curves:
    """Encoded curves, each drawn once for all who ask for it, until its run changes. Safe to use from any thread."""

    def __init__(self, store: LogStore) -> None:
        self._store = store
        self._answers = SharedAnswers(MAX_ANSWER_BYTES)
        self._bodies = ByteCache(MAX_CURVE_BYTES)

    def answer(self, runs: Sequence[str], tags: Sequence[str], window: Window, since: int, version: int) -> bytes:
        """Encodes what `iter_drawn` draws; `version` is the store's, taken before."""
        key = tuple(runs), tuple(tags), window, since
        return self._answers.find_or_make(key, version, lambda: wire.join(list(self._iter_blocks(*key)), version))

    def _iter_blocks(
        self, runs: Sequence[str], tags: Sequence[str], window: Window, since: int
    ) -> Iterator[tuple[bytes, bytes]]:
        for run, tag, place in _iter_wanted(self._store, runs, tags, since):
            key = run.name, tag, window
            body: bytes | None = self._bodies.find(key, run.version)
            if body is None:
                drawn = _find_drawn(self._store, run, tag, place, window)
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
    for run, tag, place in _iter_wanted(store, runs, tags, since):
        drawn = _find_drawn(store, run, tag, place, window)
        if drawn is not None:
            yield drawn


def _iter_wanted(
    store: LogStore, runs: Sequence[str], tags: Sequence[str], since: int
) -> Iterator[tuple[RunFacts, str, tuple[int, int]]]:
    """What there is of the tags in the runs that changed: run, tag, and their indices."""
    facts = {run.name: run for run in store.runs()}
    runs_by_tag = {tag: set(names) for tag, names in store.tags("scalars").items() if tag in set(tags)}
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
    """The drawn series; None if it is there no more."""
    try:
        series = store.series(run.name, tag)
    except KeyError:
        return None
    return _draw_one(series, run, place, window)


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
