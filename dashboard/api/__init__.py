"""The data routes, ``/data/…``: binary or JSON over HTTP, news over a WebSocket."""

from __future__ import annotations

from fastapi import APIRouter

from dashboard.api import (
    aggregates,
    blobs,
    docs,
    errors,
    expressions,
    facts,
    first_bad,
    graph,
    graph_compare,
    graph_compiled,
    graph_export,
    graph_logged,
    graph_step,
    graph_upload,
    groupings,
    health,
    histograms,
    layouts,
    live,
    marks,
    metrics,
    points,
    run_groups,
    run_queries,
    run_texts,
    runs,
    selections,
    series,
    sidecar,
    sparklines,
    tags,
    trash,
)
from dashboard.api.graph_sources import GraphCache
from dashboard.api.groupings import Groupings
from dashboard.api.live import NewsHub
from dashboard.api.run_facts import RunFactTable
from dashboard.api.selections import Selections
from dashboard.settings import Settings
from dashboard.sidecar import Sidecar
from dashboard.sidecar.trash import Trash
from dashboard.store.opening import open_slots
from dashboard.store.protocol import LogStore
from dashboard.store.tailer import Tailer


def make_routers(
    store: LogStore,
    added: Sidecar,
    posted: Selections,
    run_facts: RunFactTable,
    hub: NewsHub,
    tailer: Tailer,
    settings: Settings,
    server: str,
) -> tuple[APIRouter, ...]:
    """Makes every data route of one board; `server` tells it from every other, also on the same logdir."""
    grouped = Groupings()
    graphs = GraphCache(store)
    return (
        aggregates.make_router(store, grouped, server),
        blobs.make_router(store, server),
        docs.make_router(),
        expressions.make_router(store, posted),
        facts.make_router(store, server),
        first_bad.make_router(store, posted, server),
        graph.make_router(graphs, server),
        graph_compiled.make_router(store, graphs, server),
        graph_logged.make_router(store, graphs, server),
        graph_step.make_router(graphs, server),
        graph_compare.make_router(graphs, server),
        graph_export.make_router(graphs, server),
        graph_upload.make_router(graphs),
        groupings.make_router(grouped),
        health.make_router(store, settings, tailer, server),
        histograms.make_router(store, posted, server),
        layouts.make_router(store, posted, server),
        metrics.make_router(store, posted, server),
        live.make_router(store, added, hub, tailer, server),
        marks.make_router(store, posted, server),
        points.make_router(store, posted, server),
        run_groups.make_router(run_facts),
        run_queries.make_router(run_facts),
        run_texts.make_router(store, added, server),
        runs.make_router(store, settings, tailer, open_slots(settings.logdir_key, settings.index), posted, server),
        selections.make_router(posted),
        series.make_router(store, posted, server),
        sidecar.make_router(added, hub, settings, server),
        sparklines.make_router(store, server),
        tags.make_router(store, tailer, server),
        trash.make_router(Trash(settings.logdirs, is_read_only=settings.read_only), store, server),
        errors.make_router(),  # last: it takes every path that is left
    )
