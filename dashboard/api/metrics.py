"""``data/metrics``: what programs declare of their metrics by ``define_metric``."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from dashboard.api.answers import answer, json_answer, looking_up
from dashboard.api.clients import ClientParameter
from dashboard.api.description import shows
from dashboard.api.parameters import SelectionParameter
from dashboard.api.selections import Selections
from dashboard.queries.declarations import merge_directions, merge_x_axes
from dashboard.store.protocol import LogStore
from summaries.kinds.metrics import METRICS

EXAMPLE = {
    "version": 5312,
    "directions": {"train/loss": "min", "val/acc": "max"},
    "x_axes": {"val/acc": "epoch"},
}


def make_router(store: LogStore, selections: Selections, server: str) -> APIRouter:
    """Makes the route; `server` is part of each ETag."""
    router = APIRouter(tags=["series"])

    @router.get("/data/metrics", responses=shows(EXAMPLE))
    def get_metrics(request: Request, client: ClientParameter, selection: SelectionParameter) -> Response:
        """What the runs of a selection declare of tags: which values are better, `min` or `max`, and the x-axis.

        Left out are tags of which one run declares this and another one that, and x-axes that a run lacks which logs
        the tag.
        """
        with looking_up():
            names = selections[selection]
        version, found = store.version(), store.find_runs(names)

        def make() -> Response:
            declared = list(client.while_there((run.name, run.facts) for run in found if METRICS.name in run.kinds))
            tags = store.tags("scalars")
            x_axes = merge_x_axes(declared, tags, names)
            return json_answer({"version": version, "directions": merge_directions(declared, tags), "x_axes": x_axes})

        return answer(request, (server, max((run.version for run in found), default=0), len(found)), make)

    return router
