"""``data/histograms``: the ridges of all cards in view, in one answer, and the logged buckets of single steps."""

from __future__ import annotations

import contextlib
import math
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Annotated, Literal

import numpy as np
from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import Response
from numpy.typing import NDArray

from dashboard.api import histograms_wire as wire
from dashboard.api.answers import answer, json_answer, looking_up
from dashboard.api.clients import ClientParameter
from dashboard.api.description import shows
from dashboard.api.errors import not_found
from dashboard.api.parameters import Name, RunParameter, SelectionParameter, SinceParameter, Step, TagParameter
from dashboard.api.selections import Selections
from dashboard.api.view_parameters import StartParameter, StopParameter
from dashboard.queries.histograms import choose_steps, current_points, make_ridges
from dashboard.store.blob_bytes import FileIdentity, identify_file, read_verified
from dashboard.store.protocol import LogStore, RunFacts
from summaries import Blobs, Histogram, kinds

KIND = "histograms"
MAX_TAGS = 100
MAX_STEPS = 60
MAX_WIDTH_PX = 2_000
MAX_REMEMBERED = 500_000
_BINARY = "application/octet-stream"


PreferredRunParameter = Annotated[
    Name | None, Query(description="Drawn where it has the tag; else the newest run.", examples=["baseline"])
]
MaxStepsParameter = Annotated[int, Query(ge=2, le=MAX_STEPS, description="Histograms of a card.", examples=[24])]
WidthParameter = Annotated[int, Query(ge=16, le=MAX_WIDTH_PX, description="Pixels of the plot.", examples=[280])]
FormatParameter = Annotated[Literal["binary", "json"], Query(description="Form of the answer.", examples=["json"])]
CARDS_EXAMPLE = {
    "version": 5312,
    "cards": [
        {
            "tag": 0,
            "run": 0,
            "runs": [0],
            "num_logged": 1,
            "range": [0.97, 2.53],
            "steps": [0],
            "wall_times": [1764084000.0],
            "mean": [1.83],
            "shares": [[0.33, 0.0, 0.33, 0.33]],
        }
    ],
}
BUCKETS_EXAMPLE = {"histograms": [{"step": 0, "lefts": [1.0, 2.0], "rights": [2.0, 2.5], "counts": [1.0, 2.0]}]}


class Finding(IntEnum):
    """What is known of a logged histogram before it is drawn."""

    FINE = 0
    NON_FINITE = 1
    UNREADABLE = 2
    LOST = 3  # its file went away or was cut; not remembered


class HistogramReader:
    """Reads logged histograms and remembers what was found in them. Safe to use from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._findings: dict[tuple[FileIdentity, int, int], Finding] = {}

    def read(self, blobs: Blobs, index: int) -> Histogram:
        """Decodes one histogram.

        Raises:
            ValueError: If the bytes are no histogram.
            OSError: If its event file can't be read any more.
            EOFError: If its event file was cut, replaced or damaged since.
        """
        blob = read_verified(blobs.paths[index], int(blobs.offsets[index]), int(blobs.lengths[index]))
        histogram: Histogram = kinds.decode(KIND, blob)
        return histogram

    def read_those_left(self, blobs: Blobs, indices: NDArray[np.int64]) -> tuple[NDArray[np.int64], list[Histogram]]:
        """Decodes several histograms; leaves out those whose file went away or was rewritten meanwhile."""
        left: dict[int, Histogram] = {}
        for index in indices.tolist():
            with contextlib.suppress(ValueError, OSError, EOFError):
                left[index] = self.read(blobs, index)
        return np.array(list(left), dtype=np.int64), list(left.values())

    def find(self, blobs: Blobs) -> NDArray[np.int64]:
        """What is found in each histogram of a tag; each is decoded once. Shape ``(n,)``, values of `Finding`."""
        identities = {path: identify_file(path) for path in dict.fromkeys(blobs.paths)}
        places = zip(blobs.paths, blobs.offsets.tolist(), blobs.lengths.tolist(), strict=True)
        keys = [(identities[path], offset, length) for path, offset, length in places]
        with self._lock:
            known = [self._findings.get(key) for key in keys]
        # Decoded without the lock: two requests may do it twice, but none waits for the other.
        findings = [self._examine(blobs, index) if one is None else one for index, one in enumerate(known)]
        with self._lock:
            if len(self._findings) > MAX_REMEMBERED:
                self._findings.clear()
            self._findings.update((key, one) for key, one in zip(keys, findings, strict=True) if one != Finding.LOST)
        return np.array(findings, dtype=np.int64)

    def _examine(self, blobs: Blobs, index: int) -> Finding:
        try:
            histogram = self.read(blobs, index)
        except ValueError:
            return Finding.UNREADABLE
        except (OSError, EOFError):
            return Finding.LOST
        has_non_finite = histogram.num - histogram.counts.sum() >= 0.5
        return Finding.NON_FINITE if has_non_finite else Finding.FINE


@dataclass(frozen=True)
class Wanted:
    """What every card of one answer shares."""

    selected: tuple[str, ...]
    preferred_run: str | None
    max_steps: int
    width_px: int
    since: int
    start: float
    stop: float


def make_router(store: LogStore, selections: Selections, server: str) -> APIRouter:
    """Makes the routes of the Histograms page; `server` is part of each ETag."""
    router = APIRouter(tags=["histograms"])
    reader = HistogramReader()
    _add_cards(router, store, reader, selections, server)
    _add_buckets(router, store, reader, server)
    return router


def _add_cards(
    router: APIRouter, store: LogStore, reader: HistogramReader, selections: Selections, server: str
) -> None:
    @router.get("/data/histograms", responses=shows(CARDS_EXAMPLE, binary="BRDH…"))
    def get_histograms(
        request: Request,
        client: ClientParameter,
        selection: SelectionParameter,
        tag: Annotated[list[Name], Query(min_length=1, max_length=MAX_TAGS, examples=[["weights/dense"]])],
        run: PreferredRunParameter = None,
        max_steps: MaxStepsParameter = 24,
        width: WidthParameter = 280,
        since: SinceParameter = 0,
        start: StartParameter = -math.inf,
        stop: StopParameter = math.inf,
        format: FormatParameter = "binary",
    ) -> Response:
        """The ridges of every tag, each of one run of a selection.

        Drawn are at most `max_steps` histograms, spaced evenly over the steps from `start` to `stop`, on one grid of
        columns.
        """
        version = store.version()
        with looking_up():
            wanted = Wanted(selections[selection], run, max_steps, width, since, start, stop)

        def make() -> Response:
            cards = list(client.while_there(draw_cards(store, reader, tag, wanted)))
            if format == "json":
                return json_answer({"version": version, "cards": list(map(wire.card_to_json, cards))})
            return Response(wire.encode_cards(cards, version), media_type=_BINARY)

        return answer(request, (server, version), make)


def _add_buckets(router: APIRouter, store: LogStore, reader: HistogramReader, server: str) -> None:
    @router.get("/data/histograms/buckets", responses=shows(BUCKETS_EXAMPLE, binary="BRDB…"))
    def get_buckets(
        request: Request,
        run: RunParameter,
        tag: TagParameter,
        step: Annotated[list[Step], Query(min_length=1, max_length=MAX_STEPS, examples=[[0, 100]])],
        format: FormatParameter = "binary",
    ) -> Response:
        """The buckets of one tag of one run, as they were logged, at given steps."""
        with looking_up():
            version = store.run(run).version

        def make() -> Response:
            try:
                histograms = read_steps(store, reader, (run, tag), step)
            except (KeyError, OSError, EOFError) as error:
                raise _refusal(error) from error
            if format == "json":
                return json_answer({"histograms": list(map(wire.buckets_to_json, step, histograms))})
            return Response(wire.encode_buckets(step, histograms), media_type=_BINARY)

        return answer(request, (server, version), make)


def _refusal(error: KeyError | OSError | EOFError) -> HTTPException:
    if isinstance(error, KeyError):
        return not_found(error)
    return HTTPException(503, "An event file changed or went away while it was read. Ask again.")


def read_steps(
    store: LogStore, reader: HistogramReader, place: tuple[str, str], steps: Sequence[int]
) -> list[Histogram]:
    """Reads the histograms of a run and tag at given steps.

    Raises:
        KeyError: With a sentence, if there is no such run, tag or step.
    """
    run, tag = place
    blobs = store.blobs(run, tag, KIND)
    current = current_points(blobs.steps, blobs.is_superseded)
    index_by_step = dict(zip(blobs.steps[current].tolist(), current.tolist(), strict=True))
    missing = [step for step in steps if step not in index_by_step]
    if missing:
        raise KeyError(f"step must be one at which {tag!r} was logged in run {run!r}; got {missing[0]}.")
    return [reader.read(blobs, index_by_step[step]) for step in steps]


def draw_cards(
    store: LogStore, reader: HistogramReader, tags: Sequence[str], wanted: Wanted
) -> Iterator[wire.RidgeCard | wire.EmptyCard]:
    """Draws each tag in the preferred run, else in the newest that has it; leaves out runs that did not change."""
    place = {name: index for index, name in enumerate(wanted.selected)}
    selected = [run for run in store.runs() if run.name in place]
    runs_by_tag = store.tags(KIND)
    for index, tag in enumerate(tags):
        names = set(runs_by_tag.get(tag, ()))
        runs = [run for run in selected if run.name in names]
        if not runs:
            yield wire.EmptyCard(index)
            continue
        drawn = next((run for run in runs if run.name == wanted.preferred_run), runs[0])
        if drawn.version <= wanted.since:
            continue
        try:
            blobs = store.blobs(drawn.name, tag, KIND)
        except KeyError:  # the run vanished while the other cards were drawn
            yield wire.EmptyCard(index)
            continue
        heading = wire.Heading(index, place[drawn.name], tuple(place[run.name] for run in runs))
        yield _draw_card(reader, heading, (blobs, drawn), wanted)


def _draw_card(
    reader: HistogramReader, heading: wire.Heading, source: tuple[Blobs, RunFacts], wanted: Wanted
) -> wire.RidgeCard:
    blobs, run = source
    current = current_points(blobs.steps, blobs.is_superseded)
    num_replaced = len(blobs) - current.size
    current = current[(blobs.steps[current] >= wanted.start) & (blobs.steps[current] <= wanted.stop)]
    findings = reader.find(blobs)
    drawable = current[findings[current] < Finding.UNREADABLE]
    is_flagged = findings[drawable] == Finding.NON_FINITE
    places = drawable[choose_steps(blobs.steps[drawable], is_flagged, wanted.max_steps)]
    chosen, histograms = reader.read_those_left(blobs, places)
    return wire.RidgeCard(
        heading=heading,
        num_logged=drawable.size,
        num_replaced=num_replaced,
        num_unreadable=current.size - drawable.size,
        num_flagged=int(is_flagged.sum()),
        first_wall_time=run.first_wall_time,
        steps=blobs.steps[chosen],
        wall_times=blobs.wall_times[chosen],
        ridges=make_ridges(histograms, wanted.width_px),
    )
