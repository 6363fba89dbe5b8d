"""``data/series``: the curves of all cards in view, in one answer."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import Response, StreamingResponse
from numpy.typing import NDArray

from dashboard.api import wire
from dashboard.api.answers import JSON_TYPE, answer, json_answer, looking_up
from dashboard.api.clients import Client, ClientParameter
from dashboard.api.description import MEDIA_TYPES, shows
from dashboard.api.parameters import Name, SelectionParameter, SinceParameter
from dashboard.api.selections import Selections
from dashboard.api.shared import SharedAnswers
from dashboard.api.tables import ArrowStream, Rows, iter_csv, iter_json
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

Format = Literal["binary", "json", "csv", "arrow"]
Points = Literal["drawn", "all"]
TagsParameter = Annotated[
    list[Name], Query(min_length=1, max_length=MAX_TAGS, description="Names of tags.", examples=[["train/loss"]])
]
XParameter = Annotated[XAxis, Query(description="The x-axis.", examples=["step"])]
WidthParameter = Annotated[int, Query(ge=1, le=MAX_WIDTH_PX, description="Pixels of the plot.", examples=[400])]
StartParameter = Annotated[float, Query(description="First position of the range, in units of x.", examples=[0])]
StopParameter = Annotated[float, Query(description="Last position of the range, in units of x.", examples=[1000])]
SmoothingParameter = Annotated[
    float, Query(ge=0, lt=1, description="Weight of the moving average of drawn points; 0 for none.", examples=[0.6])
]
FormatParameter = Annotated[Format, Query(description="Form of the answer.", examples=["json"])]
PointsParameter = Annotated[
    Points | None,
    Query(description="Which points; left out, `all` for `csv` and `arrow`, and else `drawn`.", examples=["all"]),
]
EXAMPLE = {
    "version": 5312,
    "series": [
        {
            "run": 0,
            "tag": 0,
            "version": 5311,
            "num_total": 3,
            "steps": [0.0, 2.0],
            "wall_times": [1764084000.0, 1764084002.0],
            "values": [1.25, 0.75],
            "smoothed": [1.25, 0.9],
            "segment_starts": [0, 1],
            "superseded": [False, False],
            "non_finite": [{"step": 1.0, "wall_time": 1764084001.0, "value": "NaN"}],
            "num_non_finite": {"NaN": 1, "+Inf": 0, "-Inf": 0},
            "first_non_finite": {"NaN": 1.0, "+Inf": None, "-Inf": None},
            "last_value": 0.75,
        }
    ],
}
CSV_EXAMPLE = """run,tag,step,wall_time,value,superseded
baseline,train/loss,0,1764084000.0,1.25,false
baseline,train/loss,1,1764084001.0,nan,false
"""


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


def make_router(store: LogStore, selections: Selections, server: str) -> APIRouter:
    """Makes the route of the curves; `server` is part of each ETag."""
    router = APIRouter(tags=["series"])
    curves = Curves(store)

    @router.get("/data/series", responses=shows(EXAMPLE, binary="BRDS…", csv=CSV_EXAMPLE, arrow="…"))
    def get_series(
        request: Request,
        client: ClientParameter,
        selection: SelectionParameter,
        tag: TagsParameter,
        x: XParameter = "step",
        width: WidthParameter = 400,
        start: StartParameter = -math.inf,
        stop: StopParameter = math.inf,
        smoothing: SmoothingParameter = 0.0,
        since: SinceParameter = 0,
        format: FormatParameter = "binary",
        points: PointsParameter = None,
    ) -> Response:
        """The points of every tag in every run of a selection.

        Drawn points are chosen per pixel column from all points of the range: first, last, smallest and largest. As
        `binary` (`dashboard/api/wire.py` describes it) and `json` they come with what a chart says of NaN and Inf,
        and `run` and `tag` count in the order of the request. `csv`, `arrow` (an IPC stream) and `json` with
        `points=all` are tables of the points as they were logged: run, tag, step, wall_time, value, superseded.
        """
        if points is None:
            points = "all" if format in ("csv", "arrow") else "drawn"
        if (format, points) == ("binary", "all"):
            raise HTTPException(422, "points must be drawn for format=binary; got all. Ask for arrow, csv or json.")
        with looking_up():
            runs = selections[selection]
        wanted = Wanted(runs, tuple(tag), Window(x, width, start, stop, smoothing), since, points)
        version = store.version()
        stamp = server, *_stamp(store, runs)
        return answer(request, stamp, lambda: _make(store, curves, client, wanted, (format, version)))

    return router


def _stamp(store: LogStore, runs: Sequence[str]) -> tuple[int, int]:
    """What grows or shrinks whenever one of the runs changes, comes or goes."""
    facts = store.find_runs(runs)
    return max((run.version for run in facts), default=0), len(facts)


def _make(store: LogStore, curves: Curves, client: Client, wanted: Wanted, form: tuple[Format, int]) -> Response:
    """Makes an answer in a format, of a version of the store."""
    format, version = form
    if format == "binary":
        return Response(curves.answer(wanted, version, client), media_type=MEDIA_TYPES["binary"])
    if format == "json" and wanted.points == "drawn":
        drawn = client.while_there(iter_drawn(store, wanted.runs, wanted.tags, wanted.window, wanted.since))
        return json_answer({"version": version, "series": [wire.to_json(one) for one in drawn]})
    tables = iter_rows(store, wanted)
    if format == "json":
        return StreamingResponse(iter_json(tables, version), media_type=JSON_TYPE)
    headers = {"content-disposition": f'attachment; filename="series.{format}"'}
    if format == "csv":
        return StreamingResponse(iter_csv(tables), media_type=MEDIA_TYPES["csv"], headers=headers)
    try:
        stream = ArrowStream(wanted.runs, wanted.tags)
    except ImportError as error:
        raise HTTPException(501, str(error)) from error
    return StreamingResponse(stream.iter(tables), media_type=MEDIA_TYPES["arrow"], headers=headers)


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
        for run, tag, place in _iter_wanted(self._store, wanted.runs, wanted.tags, wanted.since):
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
    for run, tag, place in _iter_wanted(store, runs, tags, since):
        drawn = _find_drawn(store, run, tag, place, window)
        if drawn is not None:
            yield drawn


def _iter_wanted(
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


def iter_rows(store: LogStore, wanted: Wanted) -> Iterator[Rows]:
    """The points of each tag of each run that changed after version `since`, as they were logged."""
    for run, tag, _ in _iter_wanted(store, wanted.runs, wanted.tags, wanted.since):
        series = _find_series(store, run, tag)
        if series is None:
            continue
        rows = _choose_rows(series, run, wanted)
        yield Rows(
            run=run.name,
            tag=tag,
            steps=series.steps[rows],
            wall_times=series.wall_times[rows],
            values=series.values[rows],
            superseded=~series.is_current[rows],
        )


def _choose_rows(series: Series, run: RunFacts, wanted: Wanted) -> slice | NDArray[np.int64]:
    window = wanted.window
    x = Positions.make(series, window.x_axis, run.first_wall_time)
    if wanted.points == "drawn":
        drawn = choose_points(series, x, window.width_px, window.start, window.stop)
        return np.sort(np.concatenate([drawn.points, drawn.non_finite]))
    if (window.start, window.stop) == (-math.inf, math.inf):
        return slice(None)
    positions = x[slice(None)]
    return np.flatnonzero((positions >= window.start) & (positions <= window.stop))


def _find_drawn(
    store: LogStore, run: RunFacts, tag: str, place: tuple[int, int], window: Window
) -> wire.DrawnSeries | None:
    series = _find_series(store, run, tag)
    return None if series is None else _draw_one(series, run, place, window)


def _find_series(store: LogStore, run: RunFacts, tag: str) -> Series | None:
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
