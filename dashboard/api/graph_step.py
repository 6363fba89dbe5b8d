"""Routes of the Training step view: its rows, where a node stands among them, the facts of a row of operations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import APIRouter, Request
from fastapi.responses import Response

from dashboard.api.clients import Client, ClientParameter
from dashboard.api.description import shows
from dashboard.api.graph import BlockParameter, IdParameter, OpenParameter
from dashboard.api.graph_answers import GraphAnswers
from dashboard.api.graph_sources import GraphCache, GraphKey, GraphNameParameter, weigh
from dashboard.api.made_once import MadeOnce

if TYPE_CHECKING:
    from dashboard.graph.answers import Answer
    from dashboard.graph.step import StepGraph

MAX_BYTES = 100 << 20

STEP_EXAMPLE = {
    "has_backward": True,
    "rows": [{"id": "dense", "kind": "module", "name": "dense", "params": 50, "flops": 1600, "saved_bytes": 800}],
    "flows": [["features", "dense"]],
    "totals": {"params": 50, "flops": 1600, "saved_bytes": 800, "backward_flops": 3200, "state_bytes": 400},
    "segments": [{"name": "dense", "family": "linear", "num_bytes": 800}],
    "largest": None,
    "optimizer": "Adam",
}
PLACE_EXAMPLE = {"row": "h/0/attn#ops", "open": ["h", "h/0/attn"], "blocks": ["h=0"]}
OPERATIONS_EXAMPLE = {"id": "h/0/attn#ops", "name": "softmax attention", "op": "5 ops", "saved_bytes": 800}


class StepCache:
    """The training steps of indexed graphs, those asked for lately. Safe to use from any thread."""

    def __init__(self, graphs: GraphCache) -> None:
        """Over indexed graphs."""
        self._graphs = graphs
        self._steps: MadeOnce[GraphKey, StepGraph] = MadeOnce(MAX_BYTES, lambda step: weigh(step.step.hierarchy))

    def find(self, key: GraphKey, client: Client) -> StepGraph | None:
        """The step of a graph, read now if it was not asked for lately; None for a graph without a backward pass.

        Raises:
            ValueError: If the logged bytes are no graph.
            ClientGoneError: If the client went away before all was done.
        """
        from dashboard.graph import has_backward_pass
        from dashboard.graph.step import read_step_graph

        hierarchy = self._graphs.get(key, client)
        if not has_backward_pass(hierarchy.graph):
            return None
        return self._steps.get(key, lambda check: read_step_graph(hierarchy, check), client)

    def get(self, key: GraphKey, client: Client) -> StepGraph:
        """As `find`.

        Raises:
            KeyError: If the graph has no backward pass; carries a sentence.
        """
        from dashboard.graph.step import NO_BACKWARD

        step = self.find(key, client)
        if step is None:
            raise KeyError(NO_BACKWARD)
        return step


def make_router(graphs: GraphCache, server: str) -> APIRouter:
    """Makes the routes over the training steps of a store; `server` is part of each ETag."""
    router = APIRouter(tags=["graph"])
    steps = StepCache(graphs)
    answer = GraphAnswers(graphs, server, steps.get).answer
    answer_any = GraphAnswers(graphs, server, steps.find).answer

    @router.get("/data/graph/step", responses=shows(STEP_EXAMPLE))
    def get_step(
        request: Request,
        client: ClientParameter,
        name: GraphNameParameter,
        opened: OpenParameter = None,
        blocks: BlockParameter = None,
    ) -> Response:
        """The rows of a run's training step with the scopes and stacks `open` opened.

        `has_backward` is false of a graph without a backward pass, which has none.
        """
        from dashboard.graph import read_blocks
        from dashboard.graph.step import NO_STEP, step_answer

        open_ids, shown = frozenset(opened or ()), read_blocks(blocks or ())

        def make(step: StepGraph | None) -> Answer:
            drawn = step_answer(step, open_ids, shown) if step else NO_STEP
            return drawn | graphs.describe(name, client)

        return answer_any(request, client, name, make)

    @router.get("/data/graph/step/place", responses=shows(PLACE_EXAMPLE))
    def get_place(request: Request, client: ClientParameter, name: GraphNameParameter, id: IdParameter) -> Response:
        """The row of the training step that shows a node, and what has to be open for it."""
        from dashboard.graph.step import place_answer

        return answer(request, client, name, lambda step: place_answer(step, id))

    @router.get("/data/graph/step/operations", responses=shows(OPERATIONS_EXAMPLE))
    def get_operations(
        request: Request, client: ClientParameter, name: GraphNameParameter, id: IdParameter
    ) -> Response:
        """The facts of a row of operations that are in no module of their scope."""
        from dashboard.graph.step import operations_answer

        return answer(request, client, name, lambda step: operations_answer(step, id))

    return router
