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
from dashboard.api.graph import IdParameter
from dashboard.api.graph_costs import CostReader
from dashboard.api.graph_sources import GraphCache, GraphKey, GraphName, GraphNameParameter
from dashboard.api.logged_values import LoggedReader, pick_steps, rounded
from dashboard.api.node_logged import list_logged
from dashboard.api.parameters import Step
from dashboard.store.blob_bytes import FileIdentity
from dashboard.store.protocol import LogStore

if TYPE_CHECKING:
    from dashboard.graph import Hierarchy

Readers = tuple[LoggedReader, CostReader]

MAX_STEPS = 500

StepParameter = Annotated[
    Step | None, Query(description="Values of this step, or the last before it; left out, the newest.", examples=[200])
]
EXAMPLE = {
    "version": 5312,
    "step": 200,
    "steps": [0, 100, 200],
    "quantities": {"grad_norm": {"dense_0": 0.131, "dense_0/kernel": 0.13}, "update_ratio": {}, "nonfinite": {}},
    "missing": {"update_ratio": "Not logged: scalars update_ratio/LAYER, or histograms updates/… beside params/…."},
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
    reader, costs = LoggedReader(store), CostReader(store)

    def send(
        request: Request, client: Client, name: GraphName, make: Callable[[Hierarchy, GraphKey], dict[str, Any]]
    ) -> Response:
        with reading_logged():
            key = cache.find_key(name.run, name.graph)
            version = store.run(key.run).version if key.run else 0
            return answer(
                request,
                (server, key.place, version),
                lambda: json_answer({"version": version, **make(cache.get(key, client), key)}),
            )

    @router.get("/data/graph/logged", responses=shows(EXAMPLE))
    def get_logged(
        request: Request, client: ClientParameter, name: GraphNameParameter, step: StepParameter = None
    ) -> Response:
        """What the run logged of its graph's nodes at a step: values by quantity and id of the node or scope.

        `step` is the step that the values are of, `steps` are those that have some, and `missing` says of each
        quantity without values why it has none. Of an uploaded graph nothing was logged.
        """
        readers = reader, costs
        return send(request, client, name, lambda hierarchy, key: _sum_up(readers, client, (hierarchy, key), step))

    @router.get("/data/graph/logged/node", responses=shows(NODE_EXAMPLE))
    def get_logged_of_node(
        request: Request, client: ClientParameter, name: GraphNameParameter, id: IdParameter, step: StepParameter = None
    ) -> Response:
        """What the run logged of one scope or node, each with its value at a step and a small curve or histogram."""

        def make(hierarchy: Hierarchy, key: GraphKey) -> dict[str, Any]:
            index = hierarchy.index_by_id.get(id, 0)
            return {"rows": list_logged(store, reader, client, (hierarchy, key.run, index), step) if index else []}

        return send(request, client, name, make)

    return router


def _sum_up(readers: Readers, client: Client, graph: tuple[Hierarchy, GraphKey], step: int | None) -> dict[str, Any]:
    from dashboard.graph import MISSING, MISSING_COSTS, is_live, sum_up

    reader, costs = readers
    hierarchy, key = graph
    tags = [tag for tag in reader.find_tags(hierarchy, key.run) if is_live(tag)]
    tracks = [track for tag in client.while_there(tags) if (track := reader.find_track(key.run, tag))]
    identities: dict[Path, FileIdentity] = {}
    logged, newest = [], None
    for track in client.while_there(tracks):
        row = track.row_at(step)
        value = reader.read(track, row, identities) if row >= 0 else None
        if value is not None:
            logged.append((track.tag, value))
            newest = max(int(track.steps[row]), newest if newest is not None else int(track.steps[row]))
    found = {**sum_up(hierarchy, logged), **costs.find(hierarchy, key, step)}
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
