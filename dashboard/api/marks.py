"""``data/annotations``: what happened in runs, and at which step."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from dashboard.api.answers import answer, json_answer, looking_up, or_null
from dashboard.api.clients import ClientParameter
from dashboard.api.description import shows
from dashboard.api.parameters import SelectionParameter, SinceParameter
from dashboard.api.selections import Selections
from dashboard.store.protocol import LogStore, RunFacts
from summaries import Mark
from summaries.kinds import ANNOTATIONS

MAX_MARKS = 10_000
LimitParameter = Annotated[
    int, Query(ge=1, le=MAX_MARKS, description="At most so many marks of a run, the last ones.", examples=[100])
]
EXAMPLE = {
    "version": 5312,
    "runs": [
        {
            "run": 0,
            "version": 5311,
            "num_total": 1,
            "marks": [
                {
                    "step": 1000,
                    "wall_time": 1764084100.0,
                    "kind": "alert",
                    "level": "warning",
                    "text": "The gradient's norm is 100 times its mean.",
                    "superseded": False,
                }
            ],
        }
    ],
}


def make_router(store: LogStore, selections: Selections, server: str) -> APIRouter:
    """Makes the route; `server` is part of each ETag."""
    router = APIRouter(tags=["series"])

    @router.get("/data/annotations", responses=shows(EXAMPLE))
    def get_annotations(
        request: Request,
        client: ClientParameter,
        selection: SelectionParameter,
        since: SinceParameter = 0,
        limit: LimitParameter = 1_000,
    ) -> Response:
        """What the runs of a selection logged of themselves: checkpoints, restarts, alerts and notes.

        `run` counts in the order of the selection; runs without a mark are left out. `num_total` counts all marks of a
        run. `superseded` marks are of steps that a restart replaced.
        """
        with looking_up():
            names = selections[selection]
        version, found = store.version(), store.find_runs(names)
        numbers = {name: number for number, name in enumerate(names)}
        wanted = [run for run in found if run.version > since and ANNOTATIONS.name in run.kinds]

        def make() -> Response:
            told = client.while_there(run_to_json(store, run, numbers[run.name], limit) for run in wanted)
            return json_answer({"version": version, "runs": [run for run in told if run is not None]})

        return answer(request, (server, max((run.version for run in found), default=0), len(found)), make)

    return router


def run_to_json(store: LogStore, run: RunFacts, number: int, limit: int) -> dict[str, Any] | None:
    """The last marks of a run, in the order in which they were written; None if the run is there no more."""
    try:
        marks = store.annotations(run.name)
    except KeyError:
        return None
    shown = [mark_to_json(mark) for mark in marks[-limit:]]
    return {"run": number, "version": run.version, "num_total": len(marks), "marks": shown}


def mark_to_json(mark: Mark) -> dict[str, Any]:
    """One thing that happened."""
    return {
        "step": mark.step,
        "wall_time": or_null(mark.wall_time),
        "kind": mark.annotation.kind,
        "level": mark.annotation.level,
        "text": mark.annotation.text,
        "superseded": bool(mark.is_superseded),
    }
