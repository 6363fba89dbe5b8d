"""Graphs that somebody uploaded, kept for a while."""

from __future__ import annotations

import hashlib
import threading
from typing import Any

from dashboard.store.cache import ByteCache
from summaries.kinds.graph_kinds import read_graph

MAX_KEPT_BYTES = 128 << 20
MAX_TEXT_BYTES = 8 << 20


class UploadedGraphs:
    """Uploaded graphs by name, those asked for lately. Safe to use from any thread."""

    def __init__(self, max_bytes: int = MAX_KEPT_BYTES) -> None:
        """Keeps graphs of so many bytes."""
        self._kept = ByteCache(max_bytes)
        self._reading = threading.Lock()

    def add(self, content: bytes) -> str:
        """Keeps a GraphDef that somebody sent, binary or as text, and gives its name.

        Raises:
            ValueError: If it is none, or a text of more than `MAX_TEXT_BYTES`.
        """
        with self._reading:  # it takes all of a core
            blob, notes = _read(content)
        name = hashlib.sha256(blob).hexdigest()[:32]
        self._kept.put(name, None, (blob, notes), len(blob))
        return name

    def find(self, name: str) -> tuple[bytes, tuple[str, ...]] | None:
        """A graph as bytes, and a sentence for each thing that was missing from its file; None if it is gone."""
        found: tuple[bytes, tuple[str, ...]] | None = self._kept.find(name)
        return found


def _read(content: bytes) -> tuple[bytes, tuple[str, ...]]:
    """A GraphDef as bytes, from its binary form or from its text.

    Raises:
        ValueError: If it is neither.
    """
    try:
        graph, notes = _read_text(content)
    except RecursionError as error:
        raise ValueError("The file must be a GraphDef of fewer levels; this one is nested too deep to read.") from error
    if graph is None:
        try:
            graph, notes = read_graph("graphs", content)
        except ValueError as error:
            why = f"as text it cannot be read at {notes[0]}" if notes else "this one is neither"
            raise ValueError(f"The file must be a GraphDef, as .pb or .pbtxt; {why}.") from error
    if not graph.node and not graph.library.function:
        raise ValueError("The file must be a GraphDef, as .pb or .pbtxt, with at least one node; this one has none.")
    return bytes(graph.SerializeToString()), notes


def _read_text(content: bytes) -> tuple[Any, tuple[str, ...]]:
    """A GraphDef from its text, with no notes; None, and where and why it is none, if it is not written as text."""
    from google.protobuf import text_format

    from summaries.proto.graph_pb2 import GraphDef

    try:
        text = content.decode()
        if len(content) > MAX_TEXT_BYTES and "\0" not in text:
            limit = f"{MAX_TEXT_BYTES:,} bytes as text; got {len(content):,}"
            raise ValueError(f"The file must have at most {limit}. Save the graph as .pb.")
        return text_format.Parse(text, GraphDef(), allow_unknown_field=True), ()
    except UnicodeDecodeError:
        return None, ()
    except text_format.ParseError as error:
        return None, (f"{error}".rstrip("."),)
