"""``data/ranges``, ``data/values``: exact numbers of the logged points, for tables and for the held cursor."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from dashboard.api.answers import answer, json_answer, looking_up
from dashboard.api.bodies import Window
from dashboard.api.clients import ClientParameter
from dashboard.api.description import MEDIA_TYPES, shows
from dashboard.api.lines import Line, find_lines, stamp_of
from dashboard.api.parameters import SelectionParameter
from dashboard.api.selections import Selections
from dashboard.api.view_parameters import (
    BaselineParameter,
    SmoothingParameter,
    StartParameter,
    StopParameter,
    TagsParameter,
    XParameter,
)
from dashboard.queries.nearest import find_nearest, smooth_at
from dashboard.queries.non_finite import last_value
from dashboard.queries.ranges import RangeFacts, describe_range
from dashboard.store.protocol import LogStore

RANGE_COLUMNS = (
    "num_points", "start_step", "start", "stop_step", "stop", "min", "min_step", "max", "max_step", "mean", "delta",
    "slope", "num_nan", "num_pos_inf", "num_neg_inf", "value",
)  # fmt: skip
VALUE_COLUMNS = ("x", "step", "value", "smoothed", "wall_time", "relative")
_OF_FINITE = ("min", "min_step", "max", "max_step", "mean", "slope")
RANGE_EXAMPLE = {
    "version": 5312,
    "rows": {"run": [0], "tag": [0]} | {
        name: [value] for name, value in zip(
            RANGE_COLUMNS,
            (101, 0, 1.25, 100, 0.5, 0.45, 90, 1.25, 0, 0.7, -0.75, -0.006, 0, 0, 0, 0.25), strict=True,
        )
    },
}  # fmt: skip
VALUE_EXAMPLE = {
    "version": 5312,
    "rows": {
        "run": [0], "tag": [0], "x": [100.0], "step": [100], "value": [0.5], "smoothed": [0.52],
        "wall_time": [1764084100.0], "relative": [100.0],
    },
}  # fmt: skip
_CSV_ROW = "baseline,train/loss,101,0,1.25,100,0.5,0.45,90,1.25,0,0.7,-0.75,-0.006,0,0,0,0.25"
CSV_EXAMPLE = f"run,tag,{','.join(RANGE_COLUMNS)}\n{_CSV_ROW}\n"
Row = tuple[Line, dict[str, Any]]


def make_router(store: LogStore, selections: Selections, server: str) -> APIRouter:
    """Makes the routes; `server` is part of each ETag."""
    router = APIRouter(tags=["series"])
    _add_ranges(router, store, selections, server)
    _add_values(router, store, selections, server)
    return router


def _add_ranges(router: APIRouter, store: LogStore, selections: Selections, server: str) -> None:
    @router.get("/data/ranges", responses=shows(RANGE_EXAMPLE, csv=CSV_EXAMPLE))
    def get_ranges(
        request: Request,
        client: ClientParameter,
        selection: SelectionParameter,
        tag: TagsParameter,
        x: XParameter = "step",
        start: StartParameter = -math.inf,
        stop: StopParameter = math.inf,
        baseline: BaselineParameter = "",
        format: Annotated[Literal["json", "csv"], Query(description="Form of the answer.", examples=["csv"])] = "json",
    ) -> Response:
        """Each tag in each run of a selection between two positions, in numbers: a list a column, a row a series.

        Of the raw points that no restart replaced. `start` and `stop` are the values of the leftmost and of the
        rightmost point, `delta` is their difference; `min` to `mean` and `slope`, of the least-squares line per unit of
        x, are of finite values, and null without any. `value` is that of the series' last point, in the range or not.
        Series without a point in the range are left out.
        """
        with looking_up():
            runs = selections[selection]
        window = Window(x, 1, start, stop, 0.0, baseline)
        version = store.version()

        def make() -> Response:
            rows = client.while_there(iter_ranges(store, runs, tag, window))
            if format == "csv":
                headers = {"content-disposition": 'attachment; filename="ranges.csv"'}
                return Response(_to_csv(rows, RANGE_COLUMNS), media_type=MEDIA_TYPES["csv"], headers=headers)
            return json_answer({"version": version, "rows": _to_columns(rows, RANGE_COLUMNS)})

        return answer(request, (server, *stamp_of(store, runs, window)), make)


def _add_values(router: APIRouter, store: LogStore, selections: Selections, server: str) -> None:
    @router.get("/data/values", responses=shows(VALUE_EXAMPLE))
    def get_values(
        request: Request,
        client: ClientParameter,
        selection: SelectionParameter,
        tag: TagsParameter,
        at: Annotated[float, Query(description="A position, in units of x.", examples=[100])],
        x: XParameter = "step",
        smoothing: SmoothingParameter = 0.0,
        baseline: BaselineParameter = "",
    ) -> Response:
        """The point of each tag in each run of a selection that is nearest to a position: a list a column.

        Of the points that no restart replaced, drawn or not. `smoothed` is the moving average over all points until
        there; `relative` counts seconds since the run's first point.
        """
        with looking_up():
            runs = selections[selection]
        window = Window(x, 1, -math.inf, math.inf, smoothing, baseline)
        version = store.version()

        def make() -> Response:
            rows = client.while_there(iter_values(store, runs, tag, window, at))
            return json_answer({"version": version, "rows": _to_columns(rows, VALUE_COLUMNS)})

        return answer(request, (server, *stamp_of(store, runs, window)), make)


def iter_ranges(store: LogStore, runs: Sequence[str], tags: Sequence[str], window: Window) -> Iterator[Row]:
    """Each series that has a point in the range, with `RANGE_COLUMNS`."""
    for line in find_lines(store, runs, tags, window):
        curve = line.read(store, window)
        if curve is None:
            continue
        facts = describe_range(curve.series, curve.place(window.x_axis), window.start, window.stop)
        if facts is not None:
            yield line, _tell_range(facts) | {"value": last_value(curve.series)}


def _tell_range(facts: RangeFacts) -> dict[str, Any]:
    told = asdict(facts) | {"delta": facts.delta}
    if math.isnan(facts.min):
        told |= dict.fromkeys(_OF_FINITE)
    elif math.isnan(facts.slope):
        told["slope"] = None
    return told


def iter_values(store: LogStore, runs: Sequence[str], tags: Sequence[str], window: Window, at: float) -> Iterator[Row]:
    """Each series that has a point, with `VALUE_COLUMNS` of the one nearest to a position."""
    for line in find_lines(store, runs, tags, window):
        curve = line.read(store, window)
        x = None if curve is None else curve.place(window.x_axis)
        row = None if curve is None or x is None else find_nearest(curve.series, x, at)
        if curve is None or x is None or row is None:
            continue
        series, wall_time = curve.series, float(curve.series.wall_times[row])
        yield (
            line,
            {
                "x": float(x[slice(row, row + 1)][0]),
                "step": int(series.steps[row]),
                "value": float(series.values[row]),
                "smoothed": smooth_at(series, window.smoothing, row) if window.smoothing else float(series.values[row]),
                "wall_time": wall_time,
                "relative": wall_time - curve.first_wall_time,
            },
        )


def _to_columns(rows: Iterable[Row], names: Sequence[str]) -> dict[str, list[Any]]:
    columns: dict[str, list[Any]] = {name: [] for name in ("run", "tag", *names)}
    for line, told in rows:
        for name, value in (("run", line.place[0]), ("tag", line.place[1]), *told.items()):
            columns[name].append(value)
    return columns


def _to_csv(rows: Iterable[Row], names: Sequence[str]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("run", "tag", *names))
    writer.writerows((line.run.name, line.tag, *(told[name] for name in names)) for line, told in rows)
    return text.getvalue().encode("utf-8", "backslashreplace")
