"""``data/graph/logged``: gradient norms, update ratios and non-finite counts by node, at the step of the cursor."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from dashboard.api.answers import answer, json_answer, reading_logged
from dashboard.api.clients import Client, ClientParameter
from dashboard.api.description import shows
from dashboard.api.graph import GraphCache, IdParameter
from dashboard.api.graph_sources import GraphName, GraphNameParameter
from dashboard.api.logged_values import LoggedReader, find_tags, pick_steps, rounded
from dashboard.api.node_logged import list_logged
from dashboard.api.parameters import Step
from dashboard.store.blob_bytes import FileIdentity
from dashboard.store.protocol import LogStore
from summaries.kinds import RUN_METADATA, TRACE

if TYPE_CHECKING:
    from dashboard.graph import Hierarchy
    from dashboard.graph.live_values import Values

MAX_STEPS = 500

StepParameter = Annotated[
    Step | None, Query(description="Values of this step, or the last before it; left out, the newest.", examples=[200])
]
EXAMPLE = {
    "version": 5312,
    "step": 200,
    "steps": [0, 100, 200],
    "quantities": {"grad_norm": {"dense_0": 0.131, "dense_0/kernel": 0.13}, "update_ratio": {}, "nonfinite": {}},
    "missing": {"update_ratio": "This run logged no update ratios of its layers."},
}

NODE_EXAMPLE = {
    "version": 5312,
    "rows": [
        {
            "what": "grad_norm",
            "name": "",
            "tag": "grads/dense_0/kernel",
            "page": "histograms",
            "curve": {"steps": [0, 100], "values": [0.2, 0.131]},
            "value": 0.131,
        }
    ],
}


def make_router(store: LogStore, cache: GraphCache, server: str) -> APIRouter:
    """Makes the routes over what runs logged of their graphs' nodes; `server` is part of each ETag."""
    router = APIRouter(tags=["graph"])
    reader = LoggedReader(store)

    def send(
        request: Request, client: Client, name: GraphName, make: Callable[[Hierarchy, str], dict[str, Any]]
    ) -> Response:
        with reading_logged():
            key = cache.find_key(name.run, name.graph)
            version = store.run(key.run).version if key.run else 0
            return answer(
                request,
                (server, key.place, version),
                lambda: json_answer({"version": version, **make(cache.get(key, client), key.run)}),
            )

    @router.get("/data/graph/logged", responses=shows(EXAMPLE))
    def get_logged(
        request: Request, client: ClientParameter, name: GraphNameParameter, step: StepParameter = None
    ) -> Response:
        """What the run logged of its graph's nodes at a step: values by quantity and id of the node or scope.

        `step` is the step that the values are of, `steps` are those that have some, and `missing` says of each
        quantity without values why it has none. Of an uploaded graph nothing was logged.
        """
        return send(request, client, name, lambda hierarchy, run: _sum_up(store, reader, client, hierarchy, run, step))

    @router.get("/data/graph/logged/node", responses=shows(NODE_EXAMPLE))
    def get_logged_of_node(
        request: Request, client: ClientParameter, name: GraphNameParameter, id: IdParameter, step: StepParameter = None
    ) -> Response:
        """What the run logged of one scope or node, each with its value at a step and a small curve or histogram."""

        def make(hierarchy: Hierarchy, run: str) -> dict[str, Any]:
            index = hierarchy.index_by_id.get(id, 0)
            return {"rows": list_logged(store, reader, client, (hierarchy, run, index), step) if index else []}

        return send(request, client, name, make)

    return router


def _sum_up(
    store: LogStore, reader: LoggedReader, client: Client, hierarchy: Hierarchy, run: str, step: int | None
) -> dict[str, Any]:
    from dashboard.graph import MISSING, MISSING_COSTS, is_live, sum_up

    tags = [tag for tag in find_tags(store, hierarchy, run) if is_live(tag)]
    tracks = [track for tag in client.while_there(tags) if (track := reader.find_track(run, tag))]
    identities: dict[Path, FileIdentity] = {}
    logged, newest = [], None
    for track in client.while_there(tracks):
        row = track.row_at(step)
        value = reader.read(track, row, identities) if row >= 0 else None
        if value is not None:
            logged.append((track.tag, value))
            newest = max(int(track.steps[row]), newest if newest is not None else int(track.steps[row]))
    found = {**sum_up(hierarchy, logged), **_find_costs(store, hierarchy, run, step)}
    quantities = {
        what: rounded({hierarchy.items[item].id: value for item, value in values.items() if item})
        for what, values in found.items()
    }
    return {
        "step": newest,
        "steps": pick_steps(tracks, MAX_STEPS),
        "quantities": quantities,
        "missing": {what: reason for what, reason in (MISSING | MISSING_COSTS).items() if not quantities[what]},
    }


def _find_costs(store: LogStore, hierarchy: Hierarchy, run: str, step: int | None) -> dict[str, Values]:
    """Time and memory by item, from the RunMetadata of a step, or the last before it."""
    from dashboard.graph import sum_costs

    costs: dict[str, Values] = {"time": {}, "memory": {}}
    for kind in (RUN_METADATA, TRACE):
        for tag in (tag for tag, runs in store.tags(kind.name).items() if run in runs):
            blobs = store.blobs(run, tag, kind.name)
            rows = [row for row, at in enumerate(blobs.steps.tolist()) if step is None or at <= step]
            if not rows:
                continue
            try:
                metadata = kind.decode(store.blob(run, tag, kind.name, rows[-1]))
            except (ValueError, OSError, EOFError):
                continue
            found = sum_costs(hierarchy, metadata)
            costs = {what: found[what] or known for what, known in costs.items()}
    return costs
