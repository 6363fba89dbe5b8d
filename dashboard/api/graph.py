"""Routes of the Graph page: the drawing of a run's graph, the facts of one node, search.

A graph is indexed once, when it is first asked for; the last few stay in memory. What does that is imported then: a
start need not wait for it.
"""

from __future__ import annotations

import gc
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, HTTPException, Query, Request, Response

from dashboard.api.answers import answer as send
from dashboard.api.answers import json_answer
from dashboard.api.clients import Client, ClientParameter
from dashboard.api.description import shows
from dashboard.api.errors import not_found
from dashboard.api.parameters import Name, RunParameter
from dashboard.store.blob_bytes import name_place
from dashboard.store.protocol import LogStore
from summaries.kinds.graphs import GRAPHS

if TYPE_CHECKING:
    from dashboard.graph import Hierarchy
    from dashboard.graph.answers import Answer

MAX_GRAPHS = 4
MAX_OPEN = 500

GraphKey = tuple[str, str, int, str]

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


class GraphCache:
    """The indexed graphs of a store, the last `MAX_GRAPHS` of them. Safe to use from any thread."""

    def __init__(self, store: LogStore) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._hierarchies: OrderedDict[GraphKey, Hierarchy] = OrderedDict()

    def find_key(self, run: str) -> GraphKey:
        """Names the newest graph of a run, the last of the key by its place on disk.

        Raises:
            KeyError: If there is no such run, or it logged no graph; carries a sentence.
        """
        self._store.run(run)
        tag = next((tag for tag, runs in self._store.tags(GRAPHS.name).items() if run in runs), None)
        if tag is None:
            raise KeyError(f"The run {run!r} logged no graph.")
        places = self._store.blobs(run, tag, GRAPHS.name)
        last = len(places.steps) - 1
        return run, tag, last, name_place(places, last)

    def get(self, key: GraphKey, client: Client) -> Hierarchy:
        """The graph of a key, indexed now if it was not asked for lately.

        Raises:
            ValueError: If the logged bytes are no graph.
            ClientGoneError: If the client went away before all was done.
        """
        from dashboard.graph import build_hierarchy, read_graph

        with self._lock:
            client.check()  # it may have waited for the graphs of others
            if key not in self._hierarchies:
                run, tag, index, _ = key
                content = self._store.blob(run, tag, GRAPHS.name, index)
                client.check()
                with _garbage_kept():
                    graph = read_graph(GRAPHS.decode(content), client.check)
                    self._hierarchies[key] = build_hierarchy(graph, client.check)
            self._hierarchies.move_to_end(key)
            while len(self._hierarchies) > MAX_GRAPHS:
                self._hierarchies.popitem(last=False)
            return self._hierarchies[key]


@contextmanager
def _garbage_kept() -> Iterator[None]:
    """Leaves garbage uncollected for a while: reading makes much that stays, and each collection looks through all."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def make_router(cache: GraphCache, server: str) -> APIRouter:
    """Makes the routes over the graphs of a store; `server` is part of each ETag."""
    router = APIRouter(tags=["graph"])

    def answer(request: Request, client: Client, run: str, make: Callable[[Hierarchy], Answer]) -> Response:
        def draw() -> Response:
            hierarchy = cache.get(key, client)
            client.check()
            return json_answer(make(hierarchy))

        try:
            key = cache.find_key(run)
            return send(request, (server, key[-1]), draw)
        except KeyError as error:
            raise not_found(error) from error
        except ValueError as error:
            raise HTTPException(status_code=422, detail=str(error)) from error

    @router.get("/data/graph", responses=shows(GRAPH_EXAMPLE))
    def get_graph(
        request: Request,
        client: ClientParameter,
        run: RunParameter,
        opened: OpenParameter = None,
        keep: KeepParameter = "",
        blocks: BlockParameter = None,
    ) -> Response:
        """The placed boxes and edges of a run's graph, and its layer table, with the scopes `open` opened."""
        from dashboard.graph import drawing_answer, read_blocks

        open_ids, shown = frozenset(opened or ()), read_blocks(blocks or ())
        return answer(request, client, run, lambda graph: drawing_answer(graph, open_ids, keep, client.check, shown))

    @router.get("/data/graph/node", responses=shows(NODE_EXAMPLE))
    def get_node(request: Request, client: ClientParameter, run: RunParameter, id: IdParameter) -> Response:
        """The facts of one scope or node."""
        from dashboard.graph import panel_answer

        return answer(request, client, run, lambda hierarchy: panel_answer(hierarchy, id))

    @router.get("/data/graph/search", responses=shows(SEARCH_EXAMPLE))
    def search_nodes(request: Request, client: ClientParameter, run: RunParameter, q: SearchParameter) -> Response:
        """The scopes and nodes whose path or op matches."""
        from dashboard.graph import search_answer

        return answer(request, client, run, lambda hierarchy: search_answer(hierarchy, q))

    return router
