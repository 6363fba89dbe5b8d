"""Routes of the Graph page over two runs: one drawing of both graphs, with what was added, removed and changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Query, Request, Response

from dashboard.api.clients import Client, ClientParameter
from dashboard.api.description import shows
from dashboard.api.graph import (
    GRAPH_EXAMPLE,
    NODE_EXAMPLE,
    SEARCH_EXAMPLE,
    BlockParameter,
    IdParameter,
    KeepParameter,
    OpenParameter,
    SearchParameter,
)
from dashboard.api.graph_answers import GraphAnswers
from dashboard.api.graph_sources import GraphCache, GraphKey, GraphNameParameter, weigh
from dashboard.api.made_once import Check, MadeOnce
from dashboard.api.parameters import Name

if TYPE_CHECKING:
    from dashboard.graph.answers import Answer
    from dashboard.graph.compare import Comparison

MAX_BYTES = 200 << 20

BaseParameter = Annotated[
    Name, Query(description="The run to compare with, or an uploaded graph.", examples=["baseline"])
]
COMPARE_EXAMPLE = GRAPH_EXAMPLE | {
    "comparison": {"added": 1, "removed": 0, "changed": 2, "renamed": 0, "changes": [], "batches": [16, 16]}
}


class ComparisonCache:
    """Compared graphs, those asked for lately. Safe to use from any thread."""

    def __init__(self, graphs: GraphCache) -> None:
        self._graphs = graphs
        self._comparisons: MadeOnce[tuple[GraphKey, GraphKey], Comparison] = MadeOnce(MAX_BYTES, _weigh)

    def get(self, base: GraphKey, shown: GraphKey, client: Client) -> Comparison:
        """Compares two graphs, now if they were not compared lately.

        Raises:
            ValueError: If the logged bytes are no graph.
            ClientGoneError: If the client went away before all was done.
        """
        from dashboard.graph.compare import compare

        def make(check: Check) -> Comparison:
            return compare(old, new, check)

        old, new = self._graphs.get(base, client), self._graphs.get(shown, client)
        return self._comparisons.get((base, shown), make, client)


def _weigh(comparison: Comparison) -> int:
    return sum(map(weigh, (comparison.hierarchy, comparison.old, comparison.new)))


def make_router(graphs: GraphCache, server: str) -> APIRouter:
    """Makes the routes over two graphs; `server` is part of each ETag."""
    router = APIRouter(tags=["graph"])
    answer = GraphAnswers(graphs, server, ComparisonCache(graphs).get).answer

    @router.get("/data/graph/compare", responses=shows(COMPARE_EXAMPLE))
    def get_comparison(
        request: Request,
        client: ClientParameter,
        named: GraphNameParameter,
        base: BaseParameter,
        opened: OpenParameter = None,
        keep: KeepParameter = "",
        blocks: BlockParameter = None,
    ) -> Response:
        """The graph of a run as `/data/graph` draws it, together with what only `base` has."""
        from dashboard.graph import drawing_answer, read_blocks
        from dashboard.graph.compare import annotate
        from dashboard.graph.definition import has_backward_pass

        open_ids, shown = frozenset(opened or ()), read_blocks(blocks or ())

        def make(comparison: Comparison) -> Answer:
            drawn = drawing_answer(comparison.hierarchy, open_ids, keep, client.check, shown)
            drawn["has_backward"] = has_backward_pass(comparison.new.graph)
            return annotate(comparison, drawn) | graphs.describe(named, client)

        return answer(request, client, named, make, base)

    @router.get("/data/graph/compare/node", responses=shows(NODE_EXAMPLE))
    def get_node(
        request: Request, client: ClientParameter, named: GraphNameParameter, base: BaseParameter, id: IdParameter
    ) -> Response:
        """The facts of one scope or node of either graph."""
        from dashboard.graph import panel_answer

        return answer(request, client, named, lambda comparison: panel_answer(comparison.hierarchy, id), base)

    @router.get("/data/graph/compare/search", responses=shows(SEARCH_EXAMPLE))
    def search_nodes(
        request: Request, client: ClientParameter, named: GraphNameParameter, base: BaseParameter, q: SearchParameter
    ) -> Response:
        """The scopes and nodes of either graph whose path or op matches."""
        from dashboard.graph import search_answer

        return answer(request, client, named, lambda comparison: search_answer(comparison.hierarchy, q), base)

    return router
