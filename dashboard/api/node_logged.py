"""What the node panel lists of a node's logged values: each with its value at the step and a small curve."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from dashboard.api.clients import Client
from dashboard.api.logged_values import LoggedReader, Track, pick_steps
from dashboard.api.sparklines import draw_sparkline
from dashboard.queries.buckets import make_buckets, resample
from dashboard.store.blob_bytes import FileIdentity
from dashboard.store.protocol import LogStore
from summaries import Histogram

if TYPE_CHECKING:
    from dashboard.graph import Hierarchy

Row = dict[str, Any]

MAX_ROWS = 12
MAX_POINTS = 48
MAX_READS = 1_500  # histograms for one curve
NUM_BARS = 24
_TENSORS = ("params", "grads", "updates", "activations")
_ORDER = ("other", "grad_norm", "update_ratio", *_TENSORS, "nonfinite_share", "zero_share")


def list_logged(
    store: LogStore, reader: LoggedReader, client: Client, place: tuple[Hierarchy, str, int], step: int | None
) -> list[Row]:
    """The rows of a node: norms and ratios of all that it holds, then each tag of it and of its own weights.

    Args:
        store: Where the values are.
        reader: Reads them.
        client: Who waits.
        place: The graph, the run, the index of the item.
        step: Of the cursor; None for the newest.
    """
    hierarchy, run, index = place
    held = [tag for tag in reader.find_tags(hierarchy, run) if index in (tag.item, *hierarchy.ancestors(tag.item))]
    tracks = [track for tag in client.while_there(held) if (track := reader.find_track(run, tag))]
    own = [track for track in tracks if index in (track.tag.item, hierarchy.items[track.tag.item].parent)]
    own.sort(key=lambda track: (-hierarchy.items[track.tag.item].params, track.tag.item, _ORDER.index(track.tag.what)))
    rows = _curves(reader, client, hierarchy, index, tracks, step)
    listed = [
        _scalar_row(store, run, hierarchy, track, step)
        if track.tag.kind == "scalars"
        else _histogram_row(reader, hierarchy, track, step)
        for track in client.while_there(own)
        if track.tag.what not in ("grad_norm", "update_ratio")
    ]
    return [*rows, *(row for row in listed if row is not None)][:MAX_ROWS]


def _curves(
    reader: LoggedReader, client: Client, hierarchy: Hierarchy, index: int, tracks: Sequence[Track], step: int | None
) -> list[Row]:
    """Gradient norm and update ratio of an item over the steps, from all that was logged of what it holds."""
    from dashboard.graph import is_live, sum_up

    live = [track for track in tracks if is_live(track.tag) and track.tag.what not in ("activations", "other")]
    steps = pick_steps(live, max(2, min(MAX_POINTS, MAX_READS // max(1, len(live)))))
    shown = [at for at in steps if step is None or at <= step]
    identities: dict[Path, FileIdentity] = {}
    curves: dict[str, list[tuple[int, float]]] = {"grad_norm": [], "update_ratio": []}
    for at in client.while_there(dict.fromkeys([*steps, *([] if step is None or not shown else [step])])):
        values = sum_up(hierarchy, [one for track in live if (one := _read(reader, track, at, identities))])
        for what, curve in curves.items():
            if index in values[what]:
                curve.append((at, values[what][index]))
    rows = []
    for what, curve in curves.items():
        current = [value for at, value in sorted(curve) if step is None or at <= step]
        if curve:
            sources = [track.tag for track in live if track.tag.what in (what, _SOURCES[what])]
            tag = max(sources, key=lambda one: (one.what == what, hierarchy.items[one.item].params))
            points = sorted(curve)
            line = {"steps": [at for at, _ in points], "values": [value for _, value in points]}
            rows.append(_row(what, "", tag.tag, tag.kind) | {"curve": line, "value": current[-1] if current else None})
    return rows


_SOURCES = {"grad_norm": "grads", "update_ratio": "updates"}


def _read(reader: LoggedReader, track: Track, step: int, identities: dict[Path, FileIdentity]) -> Any:
    row = track.row_at(step)
    value = reader.read(track, row, identities) if row >= 0 else None
    return None if value is None else (track.tag, value)


def _row(what: str, name: str, tag: str, kind: str) -> Row:
    return {"what": what, "name": name, "tag": tag, "page": kind}


def _name(hierarchy: Hierarchy, track: Track) -> str:
    """Of a weight its name."""
    item = hierarchy.items[track.tag.item]
    return item.name if item.node >= 0 or not item.children else ""


def _scalar_row(store: LogStore, run: str, hierarchy: Hierarchy, track: Track, step: int | None) -> Row | None:
    row = track.row_at(step)
    try:
        curve = draw_sparkline(store.series(run, track.tag.tag), MAX_POINTS)
    except KeyError:  # the run lost it meanwhile
        return None
    value = float(np.asarray(track.source)[row]) if row >= 0 else None
    named = _row(track.tag.what, _name(hierarchy, track), track.tag.tag, "scalars")
    return named | {"curve": curve, "value": value}


def _histogram_row(reader: LoggedReader, hierarchy: Hierarchy, track: Track, step: int | None) -> Row | None:
    from dashboard.graph.live_values import find_moments

    named = _row(track.tag.what, _name(hierarchy, track), track.tag.tag, "histograms")
    row = track.row_at(step)
    if row < 0:
        return named | {"bars": [], "std": None, "num_bad": 0}
    histogram = reader.read_histogram(track, row)
    if histogram is None:
        return None
    moments = find_moments(histogram)
    return named | {"bars": draw_bars(histogram), "std": moments.std, "num_bad": moments.num_bad}


def draw_bars(histogram: Histogram) -> list[float]:
    """Heights from 0 to 1 of a few columns between the smallest and the largest value; none without values."""
    buckets = make_buckets(histogram)
    if not buckets.counts.size:
        return []
    low, high = float(buckets.lefts.min()), float(buckets.rights.max())
    if high <= low:
        return [1.0]
    counts = resample(buckets, np.linspace(low, high, NUM_BARS + 1))
    heights: Iterable[float] = (counts / max(counts.max(), 1e-300)).round(3).tolist()
    return list(heights)
