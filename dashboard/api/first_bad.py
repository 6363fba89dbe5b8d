"""``data/non_finite``: which tag of a run went bad first, at which step, and what it was then."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np
from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from dashboard.api.answers import answer, json_answer, looking_up, or_null
from dashboard.api.clients import ClientParameter
from dashboard.api.description import shows
from dashboard.api.parameters import SelectionParameter, SinceParameter
from dashboard.api.selections import Selections
from dashboard.queries.non_finite import WORDS, find_first, kinds_of
from dashboard.store.protocol import LogStore, RunFacts

MAX_TAGS = 200
_EXAMPLE_TAG = {"tag": "train/grad_norm", "step": 1204, "wall_time": 1764084100.0, "value": "NaN", "num_points": 17}
EXAMPLE = {"version": 5312, "runs": [{"run": 0, "version": 5311, "num_tags": 1, "tags": [_EXAMPLE_TAG]}]}


def make_router(store: LogStore, selections: Selections, server: str) -> APIRouter:
    """Makes the route; `server` is part of each ETag."""
    router = APIRouter(tags=["series"])

    @router.get("/data/non_finite", responses=shows(EXAMPLE))
    def get_non_finite(
        request: Request,
        client: ClientParameter,
        selection: SelectionParameter,
        since: SinceParameter = 0,
        limit: Annotated[int, Query(ge=1, le=MAX_TAGS, description="Tags of each run at most.", examples=[1])] = 20,
    ) -> Response:
        """The tags of each run that hold NaN or Inf, that one first which held the first one.

        Of two at one step it is the one that was written first. `num_tags` counts all of them; `num_points` how many
        points of a tag are such. Runs without any are left out, and what restarts replaced does not count.
        """
        with looking_up():
            names = selections[selection]
        version, found = store.version(), store.find_runs(names)
        numbers = {name: number for number, name in enumerate(names)}
        wanted = [run for run in found if run.version > since]

        def make() -> Response:
            told = client.while_there(_describe(store, run, numbers[run.name], limit) for run in wanted)
            return json_answer({"version": version, "runs": [one for one in told if one["tags"]]})

        return answer(request, (server, max((run.version for run in found), default=0), len(found)), make)

    return router


def _describe(store: LogStore, run: RunFacts, number: int, limit: int) -> dict[str, Any]:
    tags = sorted(
        (one for tag in _find_tags(store, run.name) if (one := _describe_tag(store, run.name, tag)) is not None),
        key=lambda one: (one["step"], one["wall_time"] or 0.0, one["tag"]),
    )
    return {"run": number, "version": run.version, "num_tags": len(tags), "tags": tags[:limit]}


def _find_tags(store: LogStore, run: str) -> list[str]:
    """The tags that hold NaN or Inf, by what is counted of them: no other series is read."""
    try:
        counted = store.tallies(run)
    except KeyError:
        return []
    rows = np.flatnonzero(counted.tallies.num_finite < counted.tallies.num_points)
    return [counted.tags[row] for row in rows.tolist()]


def _describe_tag(store: LogStore, run: str, tag: str) -> dict[str, Any] | None:
    try:
        series = store.series(run, tag)
    except KeyError:
        return None
    first = find_first(series)
    if first is None:
        return None
    row, num_points = first
    return {
        "tag": tag,
        "step": int(series.steps[row]),
        "wall_time": or_null(float(series.wall_times[row])),
        "value": WORDS[int(kinds_of(series.values[row : row + 1])[0])],
        "num_points": num_points,
    }
