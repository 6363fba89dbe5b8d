"""The graphs that there are: those of runs, of every kind that holds one, and those that somebody uploaded.

A graph is indexed once, when it is first asked for; the last few stay in memory. What does that is imported then: a
start need not wait for it.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

from fastapi import Depends, Query

from dashboard.api.clients import Client
from dashboard.api.made_once import Check, MadeOnce
from dashboard.api.parameters import Name, RunParameter
from dashboard.api.uploaded_graphs import UploadedGraphs
from dashboard.store.blob_bytes import name_place
from dashboard.store.protocol import LogStore
from summaries.kinds.graph_kinds import GRAPH_KINDS, read_graph

if TYPE_CHECKING:
    from dashboard.graph import Hierarchy

MAX_BYTES = 400 << 20
NODE_BYTES, MESSAGE_BYTES = 4_000, 3
"""What a node costs as it is indexed, and a byte of a GraphDef as a message."""
MAX_LISTED = 100
UPLOAD = "upload"
FUNCTION = "#function="

GONE = "This graph was uploaded and is not kept any more. Open its file again."

_NAMES = {"graphs": "Graph", "graph_keras_model": "Keras model"}


class GraphKey(NamedTuple):
    """Names one graph.

    Attributes:
        run: The run that logged it; empty for an uploaded one.
        kind: One of `GRAPH_KINDS`, or `UPLOAD`.
        tag: Its tag; of an uploaded one what it is called in the API.
        number: Its place among the graphs of that tag.
        place: Where it lies on disk, which is in ETags.
        function: The function of its library that is shown in its place, or empty.
    """

    run: str
    kind: str
    tag: str
    number: int
    place: str
    function: str = ""

    @property
    def id(self) -> str:
        """What the API and links call it, beside its run."""
        graph = f"{self.kind}:{self.number}:{self.tag}"
        return f"{graph}{FUNCTION}{self.function}" if self.function else graph

    def show(self, function: str) -> GraphKey:
        """The key of a function in the library of this graph."""
        return self._replace(place=f"{self.place}{FUNCTION}{function}", function=function)

    @property
    def whole(self) -> GraphKey:
        """The key of the graph that a function is of; itself if it is no function."""
        return self._replace(place=self.place.removesuffix(f"{FUNCTION}{self.function}"), function="")


@dataclass(frozen=True)
class GraphName:
    """Which graph is asked for, from the query of a request; the newest of the run if `graph` is empty."""

    run: RunParameter
    graph: Annotated[
        Name, Query(description="Which graph of the run, or an uploaded one; the newest if empty.", examples=[""])
    ] = ""


GraphNameParameter = Annotated[GraphName, Depends()]


class GraphCache:
    """The indexed graphs of a store, those asked for lately, and uploaded ones. Safe to use from any thread."""

    def __init__(self, store: LogStore) -> None:
        self._store = store
        self._hierarchies: MadeOnce[GraphKey, Hierarchy] = MadeOnce(MAX_BYTES, weigh)
        self._uploads = UploadedGraphs()

    def find_key(self, run: str, graph: str = "") -> GraphKey:
        """Finds a graph of a run.

        Args:
            run: The run.
            graph: Which of its graphs, as `list_graphs` calls them, or one that was uploaded; empty for the newest of
                the most detailed kind.

        Raises:
            KeyError: If there is no such run, or it logged no such graph; carries a sentence.
        """
        whole, is_function, function = graph.rpartition(FUNCTION)
        if is_function:
            return self.find_key(run, whole).show(function)
        if graph.startswith(f"{UPLOAD}:"):
            return self._find_upload(graph)
        self._store.run(run)
        for kind, tag in self._tags(run):
            places = self._store.blobs(run, tag, kind)
            for index in range(len(places.steps) - 1, -1, -1):
                key = GraphKey(run, kind, tag, index, "")
                if graph in ("", key.id):
                    return key._replace(place=name_place(places, index))
        if graph:
            raise KeyError(f"The run {run!r} has no graph {graph!r}. Choose one of those that it logged.")
        raise KeyError(f"The run {run!r} logged no graph.")

    def list_graphs(self, run: str) -> list[dict[str, Any]]:
        """All graphs of a run, the newest of each tag first: what they are called, and their steps."""
        found = []
        for kind, tag in self._tags(run):
            steps = self._store.blobs(run, tag, kind).steps
            for index in range(len(steps) - 1, -1, -1):
                key = GraphKey(run, kind, tag, index, "")
                found.append({"id": key.id, "kind": kind, "name": _NAMES.get(kind, tag), "step": int(steps[index])})
        return found[:MAX_LISTED]

    def describe(self, name: GraphName, client: Client) -> dict[str, Any]:
        """What a drawing says of where it is from: which `graphs` there are, and which `graph` it is."""
        key = self.find_key(name.run, name.graph)
        return {"graphs": [*self.list_graphs(name.run), *self.list_functions(key, client)], "graph": key.id}

    def list_functions(self, key: GraphKey, client: Client) -> list[dict[str, Any]]:
        """The functions in the library of a graph that are not opened in it, as `list_graphs` lists graphs."""
        names = self.get(key.whole, client).graph.functions[:MAX_LISTED]
        found = {key.whole.show(name).id: name for name in names}
        if key.function:
            found.setdefault(key.id, key.function)
        return [{"id": id, "kind": "function", "name": name, "step": 0} for id, name in found.items()]

    def count_graphs(self, run: str) -> int:
        """How many graphs a run has logged."""
        return sum(len(self._store.blobs(run, tag, kind).steps) for kind, tag in self._tags(run))

    def _tags(self, run: str) -> Iterator[tuple[str, str]]:
        for kind in GRAPH_KINDS:
            for tag, runs in self._store.tags(kind).items():
                if run in runs:
                    yield kind, tag

    def add_upload(self, content: bytes) -> GraphKey:
        """Keeps a GraphDef that somebody sent, binary or as text, in place of those asked for longest ago.

        Raises:
            ValueError: If it is none.
        """
        return _upload_key(self._uploads.add(content))

    def _find_upload(self, graph: str) -> GraphKey:
        key = _upload_key(graph.rpartition(":")[2])
        if key.id != graph or self._uploads.find(key.tag) is None:
            raise KeyError(GONE)
        return key

    def get(self, key: GraphKey, client: Client) -> Hierarchy:
        """The graph of a key, indexed now if it was not asked for lately.

        Raises:
            KeyError: If it was uploaded and is gone.
            ValueError: If the logged bytes are no graph.
            OSError: If the event file can't be read any more; EOFError likewise.
            ClientGoneError: If the client went away before all was done.
        """
        whole = self.get(key.whole, client) if key.function else None
        return self._hierarchies.get(key, lambda check: self._read(key, whole, check), client)

    def _read(self, key: GraphKey, whole: Hierarchy | None, check: Check) -> Hierarchy:
        from dashboard.graph import build_hierarchy
        from dashboard.graph import read_graph as read_nodes

        with _garbage_kept():
            definition, notes = (whole.graph.logged, ()) if whole else self._read_definition(key)
            check()
            return build_hierarchy(read_nodes(definition, check, notes, key.function), check)

    def _read_definition(self, key: GraphKey) -> tuple[Any, tuple[str, ...]]:
        if key.kind != UPLOAD:
            return read_graph(key.kind, self._store.blob(key.run, key.tag, key.kind, key.number))
        found = self._uploads.find(key.tag)
        if found is None:
            raise KeyError(GONE)
        content, notes = found
        return read_graph("graphs", content)[0], notes


def weigh(hierarchy: Hierarchy) -> int:
    """About how many bytes an indexed graph takes."""
    return NODE_BYTES * len(hierarchy.graph.nodes) + MESSAGE_BYTES * int(hierarchy.graph.definition.ByteSize())


def _upload_key(name: str) -> GraphKey:
    return GraphKey("", UPLOAD, name, 0, name)


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
