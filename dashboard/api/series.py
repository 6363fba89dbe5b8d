"""``data/series``: the curves of all cards in view, in one answer."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated, Literal

import numpy as np
from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import Response, StreamingResponse
from numpy.typing import NDArray

from dashboard.api import wire
from dashboard.api.answers import JSON_TYPE, answer, json_answer, looking_up
from dashboard.api.bodies import Window
from dashboard.api.clients import Client, ClientParameter
from dashboard.api.curves import Curves, Points, Wanted, iter_drawn
from dashboard.api.description import MEDIA_TYPES, shows
from dashboard.api.lines import find_lines, stamp_of
from dashboard.api.parameters import SelectionParameter, SinceParameter
from dashboard.api.selections import Selections
from dashboard.api.tables import ArrowStream, Rows, iter_csv, iter_json
from dashboard.api.view_parameters import (
    AxesParameter,
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
from dashboard.queries.positions import Positions
from dashboard.store.protocol import LogStore
from summaries import Series

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
            "num_unplaced": 0,
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


NO_AXES: list[str] = []


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
        axes: AxesParameter = NO_AXES,
    ) -> Response:
        """The points of every tag in every run of a selection.

        Drawn points are chosen per pixel column from all points of the range: first, last, smallest and largest. As
        `binary` (`dashboard/api/wire.py` describes it) and `json` they come with what a chart says of NaN and Inf,
        and `run` and `tag` count in the order of the request. `csv`, `arrow` (an IPC stream) and `json` with
        `points=all` are tables of the points as they were logged: run, tag, step, wall_time, value, superseded, and
        with `axes` also axis and x.
        """
        if points is None:
            points = "all" if format in ("csv", "arrow") else "drawn"
        if axes and len(axes) != len(tag):
            raise HTTPException(
                422, f"axes must be as many as tag, {len(tag)}; got {len(axes)}. Leave them out, or name all."
            )
        if (format, points) == ("binary", "all"):
            raise HTTPException(422, "points must be drawn for format=binary; got all. Ask for arrow, csv or json.")
        with looking_up():
            runs = selections[selection]
        wanted = Wanted(
            runs, tuple(tag), Window(x, width, start, stop, smoothing, baseline, columns), since, points, tuple(axes)
        )
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
    tables, has_x = iter_rows(store, wanted), bool(wanted.axes)
    if format == "json":
        return StreamingResponse(iter_json(tables, version), media_type=JSON_TYPE)
    headers = {"content-disposition": "attachment"}  # a link that saves it says what the file is called
    if format == "csv":
        return StreamingResponse(iter_csv(tables, has_x=has_x), media_type=MEDIA_TYPES["csv"], headers=headers)
    try:
        stream = ArrowStream(wanted.runs, wanted.tags, wanted.axes)
    except ImportError as error:
        raise HTTPException(501, str(error)) from error
    return StreamingResponse(stream.iter(tables), media_type=MEDIA_TYPES["arrow"], headers=headers)


def iter_rows(store: LogStore, wanted: Wanted) -> Iterator[Rows]:
    """The points of each tag of each run that changed after version `since`, as they were logged; axis after axis."""
    for window, tags in _iter_windows(wanted):
        for line in find_lines(store, wanted.runs, tags, window, wanted.since):
            curve = line.read(store, window)
            if curve is None:
                continue
            series, x = curve.series, curve.place(window.x_axis)
            rows = _choose_rows(series, x, window, wanted.points)
            yield Rows(
                run=line.run.name,
                tag=line.tag,
                steps=series.steps[rows],
                wall_times=series.wall_times[rows],
                values=series.values[rows],
                superseded=~series.is_current[rows],
                axis=window.x_axis if wanted.axes else "",
                x=x[rows] if wanted.axes else None,
            )


def _iter_windows(wanted: Wanted) -> Iterator[tuple[Window, tuple[str, ...]]]:
    """The x-axes of a table, each with the tags over it; a range is of one axis, and the others are whole."""
    window = wanted.window
    if not wanted.axes:
        yield window, wanted.tags
    for axis in dict.fromkeys(wanted.axes):
        tags = tuple(tag for tag, own in zip(wanted.tags, wanted.axes, strict=True) if own == axis)
        yield window if axis == window.x_axis else replace(window, x_axis=axis, start=-math.inf, stop=math.inf), tags


def _choose_rows(series: Series, x: Positions, window: Window, points: Points) -> slice | NDArray[np.int64]:
    if points == "drawn":
        is_log = window.columns == "log"
        drawn = choose_points(series, x, window.width_px, window.start, window.stop, is_log=is_log)
        return np.sort(np.concatenate([drawn.points, drawn.non_finite]))
    if (window.start, window.stop) == (-math.inf, math.inf):
        return slice(None)
    positions = x[slice(None)]
    return np.flatnonzero((positions >= window.start) & (positions <= window.stop))
