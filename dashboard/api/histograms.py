"""``data/histograms``: the ridges of all cards in view, in one answer, and the logged buckets of single steps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Annotated, Literal

import numpy as np
from fastapi import APIRouter, Header, HTTPException, Query
from fastapi.responses import JSONResponse, Response
from numpy.typing import NDArray

from dashboard.api import histograms_wire as wire
from dashboard.api.errors import not_found
from dashboard.api.selections import Selections
from dashboard.queries.histograms import choose_steps, current_points, make_ridges
from dashboard.store.protocol import LogStore, RunFacts
from summaries import Blobs, Histogram, kinds, read_blob

KIND = "histograms"
MAX_TAGS = 100
MAX_STEPS = 60
MAX_WIDTH_PX = 2_000
MAX_REMEMBERED = 500_000
_BINARY = "application/octet-stream"


class Finding(IntEnum):
    """What is known of a logged histogram before it is drawn."""

    FINE = 0
    NON_FINITE = 1
    UNREADABLE = 2


class HistogramReader:
    """Reads logged histograms and remembers what was found in them. Safe to use from any thread."""

    def __init__(self) -> None:
        self._findings: dict[tuple[str, int], Finding] = {}

    def read(self, blobs: Blobs, index: int) -> Histogram:
        """Decodes one histogram.

        Raises:
            ValueError: If the bytes are no histogram.
            OSError: If its event file can't be read any more.
            EOFError: If its event file was cut or replaced since.
        """
        blob = read_blob(blobs.paths[index], int(blobs.offsets[index]), int(blobs.lengths[index]))
        histogram: Histogram = kinds.decode(KIND, blob)
        return histogram

    def find(self, blobs: Blobs) -> NDArray[np.int64]:
        """What is found in each histogram of a tag; each is decoded once. Shape ``(n,)``, values of `Finding`."""
        if len(self._findings) > MAX_REMEMBERED:
            self._findings.clear()
        keys = [(str(path), offset) for path, offset in zip(blobs.paths, blobs.offsets.tolist(), strict=True)]
        for index, key in enumerate(keys):
            if key not in self._findings:
                self._findings[key] = self._examine(blobs, index)
        return np.array([self._findings[key] for key in keys], dtype=np.int64)

    def _examine(self, blobs: Blobs, index: int) -> Finding:
        try:
            histogram = self.read(blobs, index)
        except ValueError:
            return Finding.UNREADABLE
        has_non_finite = histogram.num - histogram.counts.sum() >= 0.5
        return Finding.NON_FINITE if has_non_finite else Finding.FINE


@dataclass(frozen=True)
class Request:
    """What every card of one answer shares."""

    selected: tuple[str, ...]
    preferred_run: str | None
    max_steps: int
    width_px: int
    since: int


def make_router(store: LogStore, selections: Selections, server: str) -> APIRouter:
    """Makes the routes of the Histograms page; `server` is part of each ETag."""
    router = APIRouter(tags=["histograms"])
    reader = HistogramReader()

    @router.get("/data/histograms")
    def get_histograms(
        selection: str,
        tag: Annotated[list[str], Query(min_length=1, max_length=MAX_TAGS)],
        run: Annotated[str | None, Query(description="Drawn where it has the tag; else the newest run.")] = None,
        max_steps: Annotated[int, Query(ge=2, le=MAX_STEPS, description="Histograms of a card.")] = 24,
        width: Annotated[int, Query(ge=16, le=MAX_WIDTH_PX, description="Pixels of the plot.")] = 280,
        since: Annotated[int, Query(ge=0, description="Leave out runs unchanged since this version.")] = 0,
        format: Literal["binary", "json"] = "binary",
        if_none_match: Annotated[str | None, Header()] = None,
    ) -> Response:
        """The ridges of every tag, each of one run of a selection.

        Drawn are at most `max_steps` histograms, spaced evenly over the steps, on one grid of columns.
        """
        version = store.version()
        headers = {"etag": f'"{server}-{version}"', "cache-control": "no-cache"}
        if if_none_match == headers["etag"]:
            return Response(status_code=304, headers=headers)
        try:
            request = Request(selections[selection], run, max_steps, width, since)
            cards = list(draw_cards(store, reader, tag, request))
        except (KeyError, OSError, EOFError) as error:
            raise _refusal(error) from error
        if format == "json":
            content = {"version": version, "cards": [wire.card_to_json(card) for card in cards]}
            return JSONResponse(content, headers=headers)
        return Response(wire.encode_cards(cards, version), media_type=_BINARY, headers=headers)

    @router.get("/data/histograms/buckets")
    def get_buckets(
        run: str,
        tag: str,
        step: Annotated[list[int], Query(min_length=1, max_length=MAX_STEPS)],
        format: Literal["binary", "json"] = "binary",
    ) -> Response:
        """The buckets of one tag of one run, as they were logged, at given steps."""
        try:
            histograms = read_steps(store, reader, (run, tag), step)
        except (KeyError, OSError, EOFError) as error:
            raise _refusal(error) from error
        if format == "json":
            pairs = zip(step, histograms, strict=True)
            return JSONResponse({"histograms": [wire.buckets_to_json(*pair) for pair in pairs]})
        return Response(wire.encode_buckets(step, histograms), media_type=_BINARY)

    return router


def _refusal(error: KeyError | OSError | EOFError) -> HTTPException:
    if isinstance(error, KeyError):
        return not_found(error)
    return HTTPException(503, f"An event file changed while it was read: {error}. Ask again.")


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
    store: LogStore, reader: HistogramReader, tags: Sequence[str], request: Request
) -> Iterator[wire.RidgeCard | wire.EmptyCard]:
    """Draws each tag in the preferred run, else in the newest that has it; leaves out runs that did not change."""
    place = {name: index for index, name in enumerate(request.selected)}
    selected = [run for run in store.runs() if run.name in place]
    runs_by_tag = store.tags(KIND)
    for index, tag in enumerate(tags):
        names = set(runs_by_tag.get(tag, ()))
        runs = [run for run in selected if run.name in names]
        if not runs:
            yield wire.EmptyCard(index)
            continue
        drawn = next((run for run in runs if run.name == request.preferred_run), runs[0])
        if drawn.version > request.since:
            heading = wire.Heading(index, place[drawn.name], tuple(place[run.name] for run in runs))
            yield _draw_card(store, reader, heading, (tag, drawn), request)


def _draw_card(
    store: LogStore, reader: HistogramReader, heading: wire.Heading, source: tuple[str, RunFacts], request: Request
) -> wire.RidgeCard:
    tag, run = source
    blobs = store.blobs(run.name, tag, KIND)
    current = current_points(blobs.steps, blobs.is_superseded)
    findings = reader.find(blobs)
    drawable = current[findings[current] != Finding.UNREADABLE]
    is_flagged = findings[drawable] == Finding.NON_FINITE
    chosen = drawable[choose_steps(blobs.steps[drawable], is_flagged, request.max_steps)]
    return wire.RidgeCard(
        heading=heading,
        num_logged=drawable.size,
        num_replaced=len(blobs) - current.size,
        num_unreadable=current.size - drawable.size,
        num_flagged=int(is_flagged.sum()),
        first_wall_time=run.first_wall_time,
        steps=blobs.steps[chosen],
        wall_times=blobs.wall_times[chosen],
        ridges=make_ridges([reader.read(blobs, index) for index in chosen.tolist()], request.width_px),
    )
