"""Reads what a run logged of its tensors: a number, or the moments of a histogram, at the step of the cursor."""

from __future__ import annotations

import math
import weakref
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from dashboard.queries.histograms import current_points
from dashboard.store.blob_bytes import FileIdentity, identify_file
from dashboard.store.cache import ByteCache, weigh
from dashboard.store.protocol import LogStore
from summaries import Blobs, Histogram, kinds
from summaries.proto.summary_pb2 import Summary
from summaries.reader import read_blob

if TYPE_CHECKING:
    from dashboard.graph import Hierarchy
    from dashboard.graph.live_values import Value
    from dashboard.graph.logged import LoggedTag

HISTOGRAMS = "histograms"
KINDS = ("scalars", HISTOGRAMS)
MAX_KEPT_BYTES = 8_000_000
MOMENTS_BYTES, TAG_BYTES = 200, 300


@dataclass(frozen=True)
class Track:
    """What was logged of one tensor, step by step.

    Attributes:
        tag: Which tag.
        steps: Ascending, each once. Shape ``(n,)``, int64.
        source: The numbers, shape ``(n,)``, or where the histograms lie.
        rows: Of a histogram, the row of `source` of each step. Shape ``(n,)``.
    """

    tag: LoggedTag
    steps: NDArray[np.int64]
    source: NDArray[np.float64] | Blobs
    rows: NDArray[np.int64]

    def row_at(self, step: int | None) -> int:
        """The row of a step, or of the last before it; −1 if there is none. None stands for the newest."""
        return len(self.steps) - 1 if step is None else int(np.searchsorted(self.steps, step, "right")) - 1


class LoggedReader:
    """Reads tracks, and remembers the moments of what it read. Safe to use from any thread."""

    def __init__(self, store: LogStore) -> None:
        self._store = store
        self._moments = ByteCache(MAX_KEPT_BYTES)
        self._matched = ByteCache(MAX_KEPT_BYTES)

    def find_tags(self, hierarchy: Hierarchy, run: str) -> tuple[LoggedTag, ...]:
        """The tags of a run that belong to something in its graph, matched anew when the run has others."""
        from dashboard.graph import match_tags

        tags = {kind: tuple(tag for tag, runs in self._store.tags(kind).items() if run in runs) for kind in KINDS}
        stamp = tuple(tags.values())
        kept = self._matched.find(run, stamp)
        if kept is not None and kept[0]() is hierarchy:
            matched: tuple[LoggedTag, ...] = kept[1]
            return matched
        found = match_tags(hierarchy, tags)
        self._matched.put(run, stamp, (weakref.ref(hierarchy), found), weigh(stamp) + TAG_BYTES * len(found))
        return found

    def find_track(self, run: str, tag: LoggedTag) -> Track | None:
        """All of a tag that counts; None if nothing does, or the run lost it meanwhile."""
        try:
            track = self._blobs(run, tag) if tag.kind == HISTOGRAMS else self._numbers(run, tag)
        except KeyError:
            return None
        return track if len(track.steps) else None

    def _numbers(self, run: str, tag: LoggedTag) -> Track:
        series = self._store.series(run, tag.tag).current()
        rows = current_points(series.steps, np.zeros(len(series), dtype=bool))
        return Track(tag, series.steps[rows], series.values[rows], rows)

    def _blobs(self, run: str, tag: LoggedTag) -> Track:
        blobs = self._store.blobs(run, tag.tag, HISTOGRAMS)
        rows = current_points(blobs.steps, blobs.is_superseded)
        return Track(tag, blobs.steps[rows], blobs, rows)

    def read(self, track: Track, row: int, identities: dict[Path, FileIdentity]) -> Value | None:
        """The value of a row; None if its file went away or was rewritten.

        Args:
            track: Of which tag.
            row: Counts in `Track.steps`.
            identities: Of the files that one request reads; filled here.
        """
        from dashboard.graph.live_values import find_moments

        if not isinstance(track.source, Blobs):
            return float(track.source[row])
        blobs, index = track.source, int(track.rows[row])
        path, offset = blobs.paths[index], int(blobs.offsets[index])
        if path not in identities:
            identities[path] = identify_file(path)
        moments = self._moments.find((path, offset), identities[path])
        if moments is None:
            histogram = self.read_histogram(track, row)
            if histogram is None:
                return None
            moments = find_moments(histogram)
            self._moments.put((path, offset), identities[path], moments, MOMENTS_BYTES)
        found: Value = moments
        return found

    def read_histogram(self, track: Track, row: int) -> Histogram | None:
        """The histogram of a row; None if its file went away or was rewritten.

        That the tag stands in its bytes tells enough of a file that was rewritten: checking the record around each of
        hundreds of histograms that were written as one would read that record hundreds of times.
        """
        blobs = track.source
        if not isinstance(blobs, Blobs):
            raise TypeError(f"track must be of a histogram; got {track.tag.kind}.")
        index = int(track.rows[row])
        try:
            blob = read_blob(blobs.paths[index], int(blobs.offsets[index]), int(blobs.lengths[index]))
            histogram: Histogram = kinds.decode(HISTOGRAMS, blob)
        except (OSError, EOFError, ValueError):
            return None
        return histogram if Summary.Value.FromString(blob).tag == track.tag.tag else None


def pick_steps(tracks: Sequence[Track], limit: int) -> list[int]:
    """The steps at which something was logged, ascending; if they are too many, some of them spaced evenly."""
    if not tracks:
        return []
    steps = np.unique(np.concatenate([track.steps for track in tracks]))
    if len(steps) > limit:
        steps = steps[np.unique(np.linspace(0, len(steps) - 1, limit).round().astype(np.int64))]
    picked: list[int] = steps.tolist()
    return picked


def rounded(values: Mapping[str, float]) -> dict[str, float]:
    """Values to send, to 6 digits: more is not shown."""
    return {name: float(f"{value:.6g}") if math.isfinite(value) else value for name, value in values.items()}
