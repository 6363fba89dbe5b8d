"""``data/series``: the curves of all cards in view, in one answer."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Annotated, Literal

import numpy as np
from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import Response, StreamingResponse
from numpy.typing import NDArray

from dashboard.api import wire
from dashboard.api.answers import JSON_TYPE, answer, json_answer, looking_up
from dashboard.api.bodies import Window
from dashboard.api.clients import Client, ClientParameter
from dashboard.api.curves import Curves, Points, Wanted, find_series, iter_drawn, iter_wanted
from dashboard.api.description import MEDIA_TYPES, shows
from dashboard.api.parameters import Name, SelectionParameter, SinceParameter
from dashboard.api.selections import Selections
from dashboard.api.tables import ArrowStream, Rows, iter_csv, iter_json
from dashboard.queries.draw import choose_points
from dashboard.queries.positions import Positions, XAxis
from dashboard.store.protocol import LogStore, RunFacts
from summaries import Series

MAX_TAGS = 200
MAX_WIDTH_PX = 8_192

Format = Literal["binary", "json", "csv", "arrow"]
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


def iter_rows(store: LogStore, wanted: Wanted) -> Iterator[Rows]:
    """The points of each tag of each run that changed after version `since`, as they were logged."""
    for run, tag, _ in iter_wanted(store, wanted.runs, wanted.tags, wanted.since):
        series = find_series(store, run, tag)
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
