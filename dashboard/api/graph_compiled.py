"""``data/graph/compiled``: what XLA made of a run's graph, as a whole and of one node."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from dashboard.api.answers import answer, json_answer, reading_logged
from dashboard.api.clients import Client, ClientParameter
from dashboard.api.description import shows
from dashboard.api.graph_sources import GraphCache, GraphKey, GraphNameParameter
from dashboard.api.parameters import Name
from dashboard.store.blob_bytes import name_place
from dashboard.store.protocol import LogStore
from summaries.kinds import XLA_PROGRAMS

if TYPE_CHECKING:
    from dashboard.graph import Hierarchy
    from dashboard.graph.answers import Answer
    from dashboard.graph.compiled import Compiled

ItemParameter = Annotated[Name, Query(description="A scope or node; empty for all kernels.", examples=["dense_0"])]
EXAMPLE = {
    "program": {
        "name": "train_step",
        "platform": "cpu",
        "totals": {"flops": 110088.0, "bytes_accessed": 230269.0, "temporary_bytes": 26496.0},
        "num_kernels": 107,
        "num_fused": 34,
    },
    "kernels": [
        {
            "name": "fusion.12",
            "kind": "loop",
            "flops": 3600,
            "bytes": 4104,
            "times": 1,
            "num_ops": 2,
            "items": ["dense_0/add", "dense_0/relu"],
        }
    ],
    "more": 0,
}
NOTHING: Answer = {"program": None, "kernels": [], "more": 0}


class CompiledCache:
    """The program that was last laid over its graph. Safe to use from any thread."""

    def __init__(self, store: LogStore, graphs: GraphCache) -> None:
        self._store = store
        self._graphs = graphs
        self._lock = threading.Lock()
        self._last: tuple[tuple[GraphKey, list[str]], Compiled | None] | None = None

    def find_places(self, run: str) -> list[tuple[str, int, str]]:
        """Tag, index and place on disk of each program of a run, the newest of a tag first."""
        found = []
        for tag, runs in self._store.tags(XLA_PROGRAMS.name).items():
            if run in runs:
                blobs = self._store.blobs(run, tag, XLA_PROGRAMS.name)
                found += [(tag, index, name_place(blobs, index)) for index in range(len(blobs.steps) - 1, -1, -1)]
        return found

    def get(self, key: GraphKey, client: Client) -> Compiled | None:
        """The newest program of the graph's run that names nodes of the graph."""
        places = self.find_places(key.run) if key.run else []
        known = (key, [place for _, _, place in places])
        hierarchy = self._graphs.get(key, client)
        with self._lock:
            if self._last is None or self._last[0] != known:
                self._last = known, self._read(key.run, places, hierarchy, client)
            return self._last[1]

    def _read(
        self, run: str, places: list[tuple[str, int, str]], hierarchy: Hierarchy, client: Client
    ) -> Compiled | None:
        from dashboard.graph.compiled import lay_over

        for tag, index, _ in client.while_there(places):
            try:
                program = XLA_PROGRAMS.decode(self._store.blob(run, tag, XLA_PROGRAMS.name, index))
            except (ValueError, OSError, EOFError):
                continue
            if compiled := lay_over(program, hierarchy):
                return compiled
        return None


def make_router(store: LogStore, graphs: GraphCache, server: str) -> APIRouter:
    """Makes the route over the compiled programs of a store; `server` is part of each ETag."""
    router = APIRouter(tags=["graph"])
    cache = CompiledCache(store, graphs)

    @router.get("/data/graph/compiled", responses=shows(EXAMPLE))
    def get_compiled(
        request: Request, client: ClientParameter, name: GraphNameParameter, id: ItemParameter = ""
    ) -> Response:
        """What the compiler made of a graph: its totals, and the kernels that do the work of a scope or node.

        `program` is null if the run logged none of this graph. `flops` and `bytes` of a kernel are estimates, of one
        run.
        """
        from dashboard.graph.compiled import compiled_answer

        def make() -> Response:
            compiled = cache.get(key, client)
            return json_answer(compiled_answer(compiled, id) if compiled else NOTHING)

        with reading_logged():
            key = graphs.find_key(name.run, name.graph)
            stamp = server, key.place, [place for _, _, place in cache.find_places(key.run)]
            return answer(request, stamp, make)

    return router
