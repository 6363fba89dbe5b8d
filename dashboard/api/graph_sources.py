"""The graphs that there are: those of runs, of every kind that holds one, and those that somebody uploaded.

A graph is indexed once, when it is first asked for; the last few stay in memory. What does that is imported then: a
start need not wait for it.
"""

from __future__ import annotations

import gc
import hashlib
import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

from fastapi import Depends, Query

from dashboard.api.clients import Client
from dashboard.api.parameters import Name, RunParameter
from dashboard.store.blob_bytes import name_place
from dashboard.store.protocol import LogStore
from summaries.kinds.graph_kinds import GRAPH_KINDS, read_graph

if TYPE_CHECKING:
    from dashboard.graph import Hierarchy

MAX_GRAPHS = 4
MAX_UPLOADS = 4
MAX_LISTED = 100
UPLOAD = "upload"
FUNCTION = "#function="

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
    graph: Annotated[Name, Query(description="Which graph of the run; the newest if empty.", examples=[""])] = ""


GraphNameParameter = Annotated[GraphName, Depends()]


class GraphCache:
    """The indexed graphs of a store, the last `MAX_GRAPHS` of them, and uploaded ones. Safe to use from any thread."""

    def __init__(self, store: LogStore) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._hierarchies: OrderedDict[GraphKey, Hierarchy] = OrderedDict()
        self._uploads: OrderedDict[str, bytes] = OrderedDict()

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
                key = GraphKey(run, kind, tag, index, name_place(places, index))
                if graph in ("", key.id):
                    return key
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
        """Keeps a GraphDef that somebody sent, binary or as text, in the place of the oldest of `MAX_UPLOADS` others.

        Raises:
            ValueError: If it is none.
        """
        blob = _read_upload(content)
        name = hashlib.sha256(blob).hexdigest()[:32]
        with self._lock:
            self._uploads[name] = blob
            self._uploads.move_to_end(name)
            while len(self._uploads) > MAX_UPLOADS:
                self._uploads.popitem(last=False)
        return _upload_key(name)

    def _find_upload(self, graph: str) -> GraphKey:
        key = _upload_key(graph.rpartition(":")[2])
        with self._lock:
            if key.tag in self._uploads and key.id == graph:
                return key
        raise KeyError("This graph was uploaded and is not kept any more. Open its file again.")

    def get(self, key: GraphKey, client: Client) -> Hierarchy:
        """The graph of a key, indexed now if it was not asked for lately.

        Raises:
            KeyError: If it was uploaded and is gone.
            ValueError: If the logged bytes are no graph.
            ClientGoneError: If the client went away before all was done.
        """
        with self._lock:
            client.check()  # it may have waited for the graphs of others
            return self._get(key, client)

    def _get(self, key: GraphKey, client: Client) -> Hierarchy:
        if key not in self._hierarchies:
            self._hierarchies[key] = self._read(key, client)
        self._hierarchies.move_to_end(key)
        while len(self._hierarchies) > MAX_GRAPHS:
            self._hierarchies.popitem(last=False)
        return self._hierarchies[key]

    def _read(self, key: GraphKey, client: Client) -> Hierarchy:
        from dashboard.graph import build_hierarchy
        from dashboard.graph import read_graph as read_nodes

        if key.function:
            definition = self._get(key.whole, client).graph.logged
            return build_hierarchy(read_nodes(definition, client.check, (), key.function), client.check)
        if key.kind == UPLOAD:
            kind, content = "graphs", self._uploads[key.tag]
        else:
            kind, content = key.kind, self._store.blob(key.run, key.tag, key.kind, key.number)
        client.check()
        with _garbage_kept():
            definition, notes = read_graph(kind, content)
            return build_hierarchy(read_nodes(definition, client.check, notes), client.check)


def _upload_key(name: str) -> GraphKey:
    return GraphKey("", UPLOAD, name, 0, name)


def _read_upload(content: bytes) -> bytes:
    """A GraphDef as bytes, from its binary form or from its text.

    Raises:
        ValueError: If it is neither.
    """
    from google.protobuf import text_format

    from summaries.proto.graph_pb2 import GraphDef

    try:
        text = content.decode()
        graph: Any = text_format.Parse(text, GraphDef(), allow_unknown_field=True)
    except (UnicodeDecodeError, text_format.ParseError):
        graph, _ = read_graph("graphs", content)
    if not graph.node and not graph.library.function:
        raise ValueError("The file must be a GraphDef, as .pb or .pbtxt, with at least one node; this one has none.")
    return bytes(graph.SerializeToString())


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
