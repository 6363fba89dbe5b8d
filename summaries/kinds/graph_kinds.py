"""All kinds in which a run may have a graph, read in one way.

Synopsis:
    >>> from summaries.proto.graph_pb2 import GraphDef, NodeDef
    >>> graph, notes = read_graph("graphs", GraphDef(node=[NodeDef(name="x", op="Placeholder")]).SerializeToString())
    >>> graph.node[0].name, notes
    ('x', ())
"""

from __future__ import annotations

from collections.abc import Callable

from summaries.kinds.graphs import GRAPHS, read_graph_def
from summaries.kinds.keras_graphs import graph_of_keras_model
from summaries.kinds.keras_models import KERAS_MODELS
from summaries.kinds.run_metadata import TRACE, TRACED_GRAPH, graph_of_run_metadata
from summaries.proto.graph_pb2 import GraphDef

Found = tuple[GraphDef, tuple[str, ...]]


def _read_trace(blob: bytes) -> Found:
    graph = graph_of_run_metadata(TRACE.decode(blob))
    notes = () if graph.node or graph.library.function else ("These run metadata hold no graph, only times.",)
    return graph, notes


def _read_keras_model(blob: bytes) -> Found:
    return graph_of_keras_model(KERAS_MODELS.decode(blob)), ()


_READERS: dict[str, Callable[[bytes], Found]] = {
    GRAPHS.name: read_graph_def,
    TRACED_GRAPH.name: _read_trace,
    TRACE.name: _read_trace,
    KERAS_MODELS.name: _read_keras_model,
}

GRAPH_KINDS = tuple(_READERS)
"""Names of the kinds that hold graphs, the most detailed first."""


def read_graph(kind: str, blob: bytes) -> Found:
    """The graph in a blob, as far as it can be read.

    Args:
        kind: One of `GRAPH_KINDS`.
        blob: What `read_blob` gave.

    Returns:
        The graph with its function library, and a sentence for each thing that is missing from it.

    Raises:
        ValueError: If there is no such kind, or no graph in the bytes.
    """
    if kind not in _READERS:
        raise ValueError(f"kind must be one of {', '.join(map(repr, GRAPH_KINDS))}; got {kind!r}.")
    return _READERS[kind](blob)
