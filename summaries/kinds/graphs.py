"""Graphs: a `GraphDef` in the event itself, not in a summary.

It stands in `Event.graph_def`, or inside the `MetaGraphDef` of `Event.meta_graph_def`.
"""

from __future__ import annotations

from google.protobuf.message import DecodeError

from summaries import wire
from summaries.kinds.contract import Kind
from summaries.kinds.damaged_graphs import salvage_graph
from summaries.proto.graph_pb2 import GraphDef

_META_GRAPH_GRAPH_DEF = 2


def encode_graph(_tag: str, graph: GraphDef) -> bytes:
    """A serialised `GraphDef`."""
    return graph.SerializeToString()


def decode_graph(blob: bytes) -> GraphDef:
    """The graph in a serialised `GraphDef`.

    Raises:
        ValueError: If the bytes are none.
    """
    try:
        return GraphDef.FromString(blob)
    except DecodeError as error:
        raise ValueError("The bytes logged as a graph must be a GraphDef; got others. Log the graph again.") from error


def read_graph_def(blob: bytes) -> tuple[GraphDef, tuple[str, ...]]:
    """The graph in a serialised `GraphDef`, as far as it can be read if it was cut off or damaged.

    Returns:
        The graph with its function library, and a sentence for each thing that is missing from it.

    Raises:
        ValueError: If nothing in the bytes can be read.
    """
    try:
        return decode_graph(blob), ()
    except ValueError:
        return salvage_graph(blob)


def find_graph_in_meta_graph(data: bytes, start: int, end: int) -> tuple[int, int] | None:
    """Where the graph lies inside the `MetaGraphDef` in `data[start:end]`, as (start, end).

    Raises:
        ValueError: If the bytes are no message.
    """
    place = None
    for number, wire_type, begin, stop in wire.iter_fields(data, start, end):
        if number == _META_GRAPH_GRAPH_DEF and wire_type == wire.BYTES:
            place = begin, stop
    return place


GRAPHS = Kind(name="graphs", encode=encode_graph, decode=decode_graph, is_graph=True)
