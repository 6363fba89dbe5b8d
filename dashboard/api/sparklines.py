"""``data/runs/sparklines``: small curves of one tag for the rows of the run list that are in view."""

from __future__ import annotations

from typing import Any

import numpy as np
from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import BaseModel, Field

from dashboard.api.answers import json_answer
from dashboard.api.clients import ClientParameter
from dashboard.api.parameters import Name
from dashboard.queries.downsample import POINTS_PER_COLUMN, downsample
from dashboard.store.protocol import LogStore
from summaries import Series

MAX_RUNS = 64
MAX_POINTS = 64


class SparklinesBody(BaseModel):
    """Which curves."""

    runs: list[Name] = Field(max_length=MAX_RUNS, examples=[["baseline", "lr_0.1"]])
    tag: Name = Field(examples=["val/loss"])
    points: int = Field(default=MAX_POINTS, ge=POINTS_PER_COLUMN, le=MAX_POINTS, description="Of each, at most.")


def make_router(store: LogStore, server: str) -> APIRouter:
    """Makes the route of the small curves."""
    router = APIRouter(tags=["runs"])

    @router.post("/data/runs/sparklines")
    def post_sparklines(client: ClientParameter, body: SparklinesBody) -> Response:
        """A curve of each run that has the tag, by its name: few points, the smallest and the largest among them.

        Points that a restart replaced and values that are not finite are left out.
        """
        version = store.version()
        curves = {}
        for run in client.while_there(dict.fromkeys(body.runs)):
            try:
                series = store.series(run, body.tag)
            except KeyError:
                continue
            curves[run] = draw_sparkline(series, body.points)
        return json_answer({"server": server, "version": version, "curves": curves})

    return router


def draw_sparkline(series: Series, max_points: int) -> dict[str, Any]:
    """The steps and values of at most so many points, from left to right."""
    current = series.current()
    rows = np.flatnonzero(np.isfinite(current.values))
    rows = rows[np.argsort(current.steps[rows], kind="stable")]
    x, values = current.steps[rows].astype(np.float64), current.values[rows]
    if len(rows) > max_points:
        chosen = downsample(x, values, max_points // POINTS_PER_COLUMN)
        x, values = x[chosen], values[chosen]
    return {"steps": x.tolist(), "values": values.tolist()}
