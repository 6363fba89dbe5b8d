"""Reads what a run measured of its graph's nodes: time and memory, from the RunMetadata of a step."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from dashboard.api.graph_sources import GraphKey
from dashboard.store.blob_bytes import name_place
from dashboard.store.cache import ByteCache
from dashboard.store.protocol import LogStore
from summaries.kinds import RUN_METADATA, TRACE

if TYPE_CHECKING:
    from dashboard.graph import Hierarchy
    from dashboard.graph.live_values import Values

MAX_TRIES = 4
MAX_KEPT_BYTES = 32_000_000
VALUE_BYTES = 100

_KINDS = {kind.name: kind for kind in (RUN_METADATA, TRACE)}


class _Logged(NamedTuple):
    step: int
    kind: str
    tag: str
    row: int
    place: str


class CostReader:
    """Reads times and memory, and remembers those of what it read. Safe to use from any thread."""

    def __init__(self, store: LogStore) -> None:
        self._store = store
        self._kept = ByteCache(MAX_KEPT_BYTES)

    def find(self, hierarchy: Hierarchy, graph: GraphKey, step: int | None) -> dict[str, Values]:
        """Time and memory by item, from the RunMetadata of a step, or the last before it that says something."""
        logged = sorted(self._iter_logged(graph.run, step), reverse=True)
        for one in logged[:MAX_TRIES]:
            found = self._read(hierarchy, graph, one)
            if any(found.values()):
                return found
        return {"time": {}, "memory": {}}

    def _iter_logged(self, run: str, step: int | None) -> Iterator[_Logged]:
        """The last of each tag up to a step."""
        for kind in _KINDS:
            for tag in (tag for tag, runs in self._store.tags(kind).items() if run in runs):
                blobs = self._store.blobs(run, tag, kind)
                rows = [(at, row) for row, at in enumerate(blobs.steps.tolist()) if step is None or at <= step]
                if rows:
                    at, row = max(rows)
                    yield _Logged(at, kind, tag, row, name_place(blobs, row))

    def _read(self, hierarchy: Hierarchy, graph: GraphKey, logged: _Logged) -> dict[str, Values]:
        from dashboard.graph import sum_costs

        kept: dict[str, Values] | None = self._kept.find(logged.place, graph.place)
        if kept is not None:
            return kept
        try:
            blob = self._store.blob(graph.run, logged.tag, logged.kind, logged.row)
            found = sum_costs(hierarchy, _KINDS[logged.kind].decode(blob))
        except (ValueError, OSError, EOFError):
            return {}
        self._kept.put(logged.place, graph.place, found, VALUE_BYTES * sum(map(len, found.values())))
        return found
