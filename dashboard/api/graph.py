"""Routes of the Graph page: the drawing of a run's graph, the facts of one node, search."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Query, Request, Response

from dashboard.api.clients import ClientParameter
from dashboard.api.description import shows
from dashboard.api.graph_answers import GraphAnswers
from dashboard.api.graph_sources import GraphCache, GraphNameParameter
from dashboard.api.parameters import Name

if TYPE_CHECKING:
    from dashboard.graph import Hierarchy
    from dashboard.graph.answers import Answer

MAX_OPEN = 500

OpenParameter = Annotated[
    list[Name] | None,
    Query(alias="open", max_length=MAX_OPEN, description="Scopes that are open.", examples=[["model"]]),
]
BlockParameter = Annotated[
    list[Name] | None,
    Query(
        alias="block",
        max_length=MAX_OPEN,
        description="Which block a stack of repeated blocks shows, counted from 0: `stack=block`.",
        examples=[["model/h=9"]],
    ),
]
KeepParameter = Annotated[Name, Query(description="What stays in its place.", examples=["model"])]
IdParameter = Annotated[Name, Query(description="A scope or node.", examples=["model/dense"])]
SearchParameter = Annotated[
    Name, Query(description="Part of a path or op, or /a regular expression/.", examples=["MatMul"])
]
GRAPH_EXAMPLE = {
    "boxes": [{"id": "model", "kind": "module", "name": "model", "x": -106.0, "y": 0.0, "width": 212.0, "height": 50}],
    "edges": [],
    "layers": [{"id": "model", "name": "model", "depth": 0, "params": 0, "nodes": 2, "can_open": True}],
    "totals": {"params": 0, "flops": 0, "saved_bytes": 0, "nodes": 2},
}
NODE_EXAMPLE = {"id": "model", "name": "model", "path": ["model"], "op": "", "is_scope": True, "nodes": 2, "params": 0}
SEARCH_EXAMPLE = {
    "total": 1,
    "hits": [{"id": "model/dense/out", "name": "out", "op": "MatMul", "scopes": ["model", "model/dense"]}],
}


def make_router(cache: GraphCache, server: str) -> APIRouter:
    """Makes the routes over the graphs of a store; `server` is part of each ETag."""
    router = APIRouter(tags=["graph"])
    answer = GraphAnswers(cache, server, cache.get).answer

    @router.get("/data/graph", responses=shows(GRAPH_EXAMPLE))
    def get_graph(
        request: Request,
        client: ClientParameter,
        name: GraphNameParameter,
        opened: OpenParameter = None,
        keep: KeepParameter = "",
        blocks: BlockParameter = None,
    ) -> Response:
        """The placed boxes and edges of a graph, and its layer table, with the scopes `open` opened.

        `graphs` are all graphs of the run and the functions of this one that are not in it; `graph` is which of them
        this is.
        """
        from dashboard.graph import drawing_answer, read_blocks

        open_ids, shown = frozenset(opened or ()), read_blocks(blocks or ())

        def make(hierarchy: Hierarchy) -> Answer:
            drawing = drawing_answer(hierarchy, open_ids, keep, client.check, shown)
            return drawing | cache.describe(name, client)

        return answer(request, client, name, make)

    @router.get("/data/graph/node", responses=shows(NODE_EXAMPLE))
    def get_node(request: Request, client: ClientParameter, name: GraphNameParameter, id: IdParameter) -> Response:
        """The facts of one scope or node."""
        from dashboard.graph import panel_answer

        return answer(request, client, name, lambda hierarchy: panel_answer(hierarchy, id))

    @router.get("/data/graph/search", responses=shows(SEARCH_EXAMPLE))
    def search_nodes(
        request: Request, client: ClientParameter, name: GraphNameParameter, q: SearchParameter
    ) -> Response:
        """The scopes and nodes whose path or op matches."""
        from dashboard.graph import search_answer

        return answer(request, client, name, lambda hierarchy: search_answer(hierarchy, q))

    return router
