"""``data/series``: the curves of all cards in view, in one answer."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Annotated, Literal

import numpy as np
from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import Response, StreamingResponse
from numpy.typing import NDArray

from dashboard.api import wire
from dashboard.api.answers import JSON_TYPE, answer, json_answer, looking_up
from dashboard.api.bodies import Curve, Window
from dashboard.api.clients import Client, ClientParameter
from dashboard.api.curves import Curves, Points, Wanted, iter_drawn
from dashboard.api.description import MEDIA_TYPES, shows
from dashboard.api.lines import find_lines, stamp_of
from dashboard.api.parameters import SelectionParameter, SinceParameter
from dashboard.api.selections import Selections
from dashboard.api.tables import ArrowStream, Rows, iter_csv, iter_json
from dashboard.api.view_parameters import (
    BaselineParameter,
    ColumnsParameter,
    SmoothingParameter,
    StartParameter,
    StopParameter,
    TagsParameter,
    WidthParameter,
    XParameter,
)
from dashboard.queries.draw import choose_points
from dashboard.store.protocol import LogStore

Format = Literal["binary", "json", "csv", "arrow"]
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
            "x": [0.0, 2048.0],
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
        baseline: BaselineParameter = "",
        columns: ColumnsParameter = "linear",
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
        wanted = Wanted(runs, tuple(tag), Window(x, width, start, stop, smoothing, baseline, columns), since, points)
        version = store.version()
        stamp = server, *stamp_of(store, runs, wanted.window)
        return answer(request, stamp, lambda: _make(store, curves, client, wanted, (format, version)))

    return router


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
    headers = {"content-disposition": "attachment"}  # a link that saves it says what the file is called
    if format == "csv":
        return StreamingResponse(iter_csv(tables), media_type=MEDIA_TYPES["csv"], headers=headers)
    try:
        stream = ArrowStream(wanted.runs, wanted.tags)
    except ImportError as error:
        raise HTTPException(501, str(error)) from error
    return StreamingResponse(stream.iter(tables), media_type=MEDIA_TYPES["arrow"], headers=headers)


def iter_rows(store: LogStore, wanted: Wanted) -> Iterator[Rows]:
    """The points of each tag of each run that changed after version `since`, as they were logged."""
    for line in find_lines(store, wanted.runs, wanted.tags, wanted.window, wanted.since):
        curve = line.read(store, wanted.window)
        if curve is None:
            continue
        series, rows = curve.series, _choose_rows(curve, wanted)
        yield Rows(
            run=line.run.name,
            tag=line.tag,
            steps=series.steps[rows],
            wall_times=series.wall_times[rows],
            values=series.values[rows],
            superseded=~series.is_current[rows],
        )


def _choose_rows(curve: Curve, wanted: Wanted) -> slice | NDArray[np.int64]:
    window, x = wanted.window, curve.place(wanted.window.x_axis)
    if wanted.points == "drawn":
        is_log = window.columns == "log"
        drawn = choose_points(curve.series, x, window.width_px, window.start, window.stop, is_log=is_log)
        return np.sort(np.concatenate([drawn.points, drawn.non_finite]))
    if (window.start, window.stop) == (-math.inf, math.inf):
        return slice(None)
    positions = x[slice(None)]
    return np.flatnonzero((positions >= window.start) & (positions <= window.stop))
