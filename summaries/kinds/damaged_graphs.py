"""What is left of a damaged `GraphDef`: node by node, up to where its bytes stop being a message."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from google.protobuf.message import DecodeError

from summaries import wire
from summaries.proto.graph_pb2 import GraphDef

_NODE, _LIBRARY, _VERSIONS = 1, 2, 4
_FUNCTION, _GRADIENT, _REGISTERED_GRADIENT = 1, 2, 3
_NAMES = {_FUNCTION: "function", _GRADIENT: "gradient", _REGISTERED_GRADIENT: "registered_gradients"}


def salvage_graph(blob: bytes) -> tuple[GraphDef, tuple[str, ...]]:
    """The nodes and functions that can be read, and a sentence for each thing that is missing.

    Nodes behind the first place that is no field are lost, since nothing tells where the next one begins. A node whose
    own bytes are damaged is left out alone.

    Args:
        blob: Bytes that are no whole `GraphDef`.

    Raises:
        ValueError: If nothing in them can be read.
    """
    graph = GraphDef()
    fields = _Fields(blob)
    lost = {"nodes": 0, "functions": 0}
    for number, content in fields:
        if number == _NODE:
            lost["nodes"] += not _append(graph.node, content)
        elif number == _LIBRARY:
            lost["functions"] += _add_library(graph, content)
        elif number == _VERSIONS:
            _merge(graph.versions, content)
    if not graph.node and not graph.library.function:
        raise ValueError("The bytes logged as a graph must be a GraphDef; got others. Log the graph again.")
    return graph, tuple(_notes(graph, fields, lost))


class _Fields:
    """The fields of a message that hold bytes, up to the first damage.

    Attributes:
        end: Where the whole fields end, in bytes; known when all were taken.
        size: Length of the message in bytes.
    """

    def __init__(self, blob: bytes) -> None:
        self.end = 0
        self.size = len(blob)
        self._blob = blob

    def __iter__(self) -> Iterator[tuple[int, bytes]]:
        fields = wire.iter_fields(self._blob)
        while True:
            try:
                number, wire_type, start, end = next(fields)
            except (StopIteration, ValueError):
                return
            self.end = end
            if wire_type == wire.BYTES:
                yield number, self._blob[start:end]


def _append(repeated: Any, content: bytes) -> bool:
    """Whether the bytes are a message of the repeated field; then it is appended."""
    message = repeated.add()
    if _merge(message, content):
        return True
    del repeated[-1]
    return False


def _merge(message: Any, content: bytes) -> bool:
    try:
        message.MergeFromString(content)
    except DecodeError:
        return False
    return True


def _add_library(graph: GraphDef, content: bytes) -> int:
    """Adds the functions and gradients of a library; returns how many could not be read."""
    fields = _Fields(content)
    parts = [(_NAMES[number], part) for number, part in fields if number in _NAMES]
    lost = sum(not _append(getattr(graph.library, name), part) for name, part in parts)
    return lost + (fields.end < fields.size)


def _notes(graph: GraphDef, fields: _Fields, lost: dict[str, int]) -> Iterator[str]:
    if fields.end < fields.size:
        yield (
            f"The graph is damaged from byte {fields.end:,} of {fields.size:,}; "
            f"{len(graph.node):,} nodes before it are shown, those behind it are missing."
        )
    for noun, count in lost.items():
        if count:
            words, verb = (noun, "are") if count > 1 else (noun[:-1], "is")
            yield f"{count:,} {words} could not be read and {verb} left out."
