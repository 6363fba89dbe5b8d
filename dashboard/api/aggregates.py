"""``data/aggregates``: groups of runs as one curve each, with a band, of all cards in view, in one answer."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Annotated, Literal, NamedTuple

import numpy as np
from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from dashboard.api import aggregates_wire
from dashboard.api.aggregates_wire import Told
from dashboard.api.answers import answer, json_answer, looking_up
from dashboard.api.bodies import Curve, Window
from dashboard.api.clients import Client, ClientParameter
from dashboard.api.description import MEDIA_TYPES, shows
from dashboard.api.groupings import Groupings, Groups
from dashboard.api.lines import Line, find_lines, stamp_of
from dashboard.api.parameters import Name, SinceParameter
from dashboard.api.shared import SharedAnswers
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
from dashboard.queries.aggregate import Member, Summary, aggregate
from dashboard.queries.joining import Lookup
from dashboard.queries.smooth import smooth
from dashboard.queries.statistics import Band, Center
from dashboard.store.protocol import LogStore

MAX_ANSWER_BYTES = 32 << 20
"""How much is kept of answers, for tabs that show the same."""

Format = Literal["binary", "json", "csv"]
GroupingParameter = Annotated[
    Name, Query(description="Key of a grouping that was posted.", examples=["5b1f0b2c8d9e4a37"])
]
CenterParameter = Annotated[Center, Query(description="Which middle of the runs.", examples=["mean"])]
BandParameter = Annotated[
    Band,
    Query(
        description="`minmax`; `std` or `stderr` to both sides of the centre; or `ci`, its bootstrap 95 % interval.",
        examples=["ci"],
    ),
]
EXAMPLE = {
    "version": 5312,
    "aggregates": [
        {
            "group": 0,
            "tag": 0,
            "version": 5311,
            "num_total": 3,
            "num_members": 2,
            "x": [0.0, 10.0, 20.0],
            "values": [1.25, 0.75, 0.5],
            "smoothed": [1.25, 0.9, 0.7],
            "low": [1.0, 0.5, None],
            "high": [1.5, 1.0, None],
            "least": [1.0, 0.5, 0.7],
            "greatest": [1.5, 1.0, 0.7],
            "counts": [2, 2, 1],
            "line_starts": [0],
            "last": 0.5,
        }
    ],
}
CSV_EXAMPLE = "group,tag,x,value,smoothed,low,high,least,greatest,n\n0,train/loss,0.0,1.25,1.25,1.0,1.5,1.0,1.5,2\n"


class Wanted(NamedTuple):
    """What one request asks for.

    Attributes:
        groups: Names of the runs of each group.
        tags: Names of tags.
        window: What all curves share.
        summary: How runs become one curve.
        since: Leave out groups unchanged since this version.
    """

    groups: Groups
    tags: tuple[str, ...]
    window: Window
    summary: Summary
    since: int


def make_router(store: LogStore, groupings: Groupings, server: str) -> APIRouter:
    """Makes the route; `server` is part of each ETag."""
    router = APIRouter(tags=["series"])
    answers = SharedAnswers(MAX_ANSWER_BYTES)

    @router.get("/data/aggregates", responses=shows(EXAMPLE, binary="BRDA…", csv=CSV_EXAMPLE))
    def get_aggregates(
        request: Request,
        client: ClientParameter,
        grouping: GroupingParameter,
        tag: TagsParameter,
        center: CenterParameter = "mean",
        band: BandParameter = "std",
        x: XParameter = "step",
        width: WidthParameter = 400,
        start: StartParameter = -math.inf,
        stop: StopParameter = math.inf,
        smoothing: SmoothingParameter = 0.0,
        baseline: BaselineParameter = "",
        columns: ColumnsParameter = "linear",
        since: SinceParameter = 0,
        format: Annotated[Format, Query(description="Form of the answer.", examples=["json"])] = "binary",
    ) -> Response:
        """The middle of the runs of each group at every tag, a band around it, and of how many runs that is.

        Runs on unequal steps are joined at all their steps, each linear between its points from its first to its last
        one; so a run that failed counts until its last step. What a restart replaced does not count, nor NaN and Inf.
        With `smoothing`, each run is smoothed first: all but `values` is of smoothed runs then. A band is of two runs
        at least; `least` and `greatest` are the extremes of the runs there. As `binary`
        `dashboard/api/aggregates_wire.py` describes it.
        """
        with looking_up():
            groups = groupings[grouping]
        window = Window(x, width, start, stop, smoothing, baseline, columns)
        wanted = Wanted(groups, tuple(tag), window, Summary(center, band), since)
        version = store.version()
        stamp = server, *stamp_of(store, [run for group in groups for run in group], window)
        return answer(request, stamp, lambda: _make(store, answers, client, wanted, (format, version)))

    return router


def _make(
    store: LogStore, answers: SharedAnswers, client: Client, wanted: Wanted, form: tuple[Format, int]
) -> Response:
    format, version = form
    told = iter_aggregates(store, wanted, client)
    if format == "binary":
        content = answers.find_or_make(wanted, version, lambda: aggregates_wire.encode(list(told), version))
        return Response(content, media_type=MEDIA_TYPES["binary"])
    if format == "json":
        return json_answer({"version": version, "aggregates": [aggregates_wire.to_json(one) for one in told]})
    headers = {"content-disposition": 'attachment; filename="aggregates.csv"'}
    return Response(aggregates_wire.to_csv(told, wanted.tags), media_type=MEDIA_TYPES["csv"], headers=headers)


def iter_aggregates(store: LogStore, wanted: Wanted, client: Client) -> Iterator[Told]:
    """One curve of each group and tag of which something changed after the version, while the client waits."""
    window = wanted.window
    for (group, tag), lines in _find_members(store, wanted).items():
        version = max(line.version for line in lines)
        if version <= wanted.since:
            continue
        curves = client.while_there(line.read(store, window) for line in lines)
        members = [_make_member(curve, window) for curve in curves if curve is not None]
        members = [member for member in members if member.points.steps.size]
        if members:
            is_log = window.columns == "log"
            made = aggregate(members, wanted.summary, window.width_px, window.start, window.stop, is_log=is_log)
            yield Told(group, tag, version, len(members), made)


def _find_members(store: LogStore, wanted: Wanted) -> dict[tuple[int, int], list[Line]]:
    """The lines of each group and tag, by their indices."""
    numbers = [number for number, group in enumerate(wanted.groups) for _ in group]
    runs = [run for group in wanted.groups for run in group]
    members: dict[tuple[int, int], list[Line]] = {}
    for line in find_lines(store, runs, wanted.tags, wanted.window):
        members.setdefault((numbers[line.place[0]], line.place[1]), []).append(line)
    return members


def _make_member(curve: Curve, window: Window) -> Member:
    """The points of a run that count, by their positions."""
    rows = np.flatnonzero(curve.series.is_current)
    x, values = curve.place(window.x_axis)[rows], curve.series.values[rows]
    smoothed = smooth(values, window.smoothing) if window.smoothing else None
    is_placed = np.isfinite(x)
    points = Lookup.make(x[is_placed], values[is_placed])
    return Member(points, None if smoothed is None else Lookup.make(x[is_placed], smoothed[is_placed]))
