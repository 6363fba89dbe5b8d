"""Curves: what ``data/series`` draws of each tag in each run, drawn anew for each answer, which is kept a while."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from dashboard.api import wire
from dashboard.api.bodies import Curve, Window, draw, draw_bodies
from dashboard.api.clients import Client
from dashboard.api.lines import find_lines
from dashboard.api.shared import SharedAnswers
from dashboard.store.protocol import LogStore

MAX_ANSWER_BYTES = 16 << 20
"""How much is kept of whole answers, for tabs that show the same."""
AT_ONCE = max(2, os.cpu_count() or 1)
"""Answers that are drawn at the same time."""
BATCH_POINTS, BATCH_CURVES = 1 << 20, 256
"""How much is drawn before it is asked whether somebody still waits."""

Points = Literal["drawn", "all"]


@dataclass(frozen=True)
class Wanted:
    """What one request asks for.

    Attributes:
        runs: Names of runs, in the order of their numbers in the answer.
        tags: Names of tags, likewise.
        window: What all curves share.
        since: Leave out runs unchanged since this version.
        points: Whether the points to draw are chosen, or all of the range are told.
        axes: Of a table: x-axis of each tag, which is told beside its points; empty where `window` has that of all.
    """

    runs: tuple[str, ...]
    tags: tuple[str, ...]
    window: Window
    since: int
    points: Points
    axes: tuple[str, ...] = ()


class Found(NamedTuple):
    """A curve to draw.

    Attributes:
        curve: Its points.
        place: Indices of its run and tag in the request.
        version: Store version of the last change of what it is made from.
    """

    curve: Curve
    place: tuple[int, int]
    version: int


class Curves:
    """Answers of encoded curves, each made once for all who ask for it. Safe to use from any thread."""

    def __init__(self, store: LogStore) -> None:
        self._store = store
        self._answers = SharedAnswers(MAX_ANSWER_BYTES)
        # In turns, most of those who ask together wait for some of the others only; all at once, all wait for all.
        self._turns = threading.Semaphore(AT_ONCE)

    def answer(self, wanted: Wanted, version: int, client: Client) -> bytes:
        """Encodes what `iter_drawn` draws; `version` is the store's, taken before.

        Raises:
            ClientGoneError: If the client went away.
        """

        def make() -> bytes:
            found = iter_curves(self._store, wanted.runs, wanted.tags, wanted.window, wanted.since)
            return wire.join(self._encode(client.while_there(found), wanted.window), version)

        return self._answers.find_or_make(wanted, version, make)

    def _encode(self, found: Iterable[Found], window: Window) -> list[tuple[bytes, bytes]]:
        """Place and body of each curve, read and drawn a batch at a time, each when it is its turn."""
        blocks: list[tuple[bytes, bytes]] = []
        batches = _iter_batches(found)
        while True:
            with self._turns:
                batch = next(batches, None)
                if batch is None:
                    return blocks
                bodies = draw_bodies([one.curve for one in batch], window)
            places = [wire.encode_place(*one.place, one.version) for one in batch]
            blocks.extend(zip(places, bodies, strict=True))


def _iter_batches(found: Iterable[Found]) -> Iterator[list[Found]]:
    batch: list[Found] = []
    num_points = 0
    for one in found:
        batch.append(one)
        num_points += len(one.curve.series)
        if num_points >= BATCH_POINTS or len(batch) == BATCH_CURVES:
            yield batch
            batch, num_points = [], 0
    if batch:
        yield batch


def iter_drawn(
    store: LogStore, runs: Sequence[str], tags: Sequence[str], window: Window, since: int = 0
) -> Iterator[wire.DrawnSeries]:
    """Draws each tag of each run that changed after version `since`.

    What a run lacks is left out, and so is what was removed from the logdir while the others were drawn.
    """
    for one in iter_curves(store, runs, tags, window, since):
        yield draw(one.curve, one.place, one.version, window)


def iter_curves(
    store: LogStore, runs: Sequence[str], tags: Sequence[str], window: Window, since: int
) -> Iterator[Found]:
    """Each tag of each run that changed after version `since`; what a run lacks is left out, and what was removed."""
    for line in find_lines(store, runs, tags, window, since):
        curve = line.read(store, window)
        if curve is not None:
            yield Found(curve, line.place, line.version)
