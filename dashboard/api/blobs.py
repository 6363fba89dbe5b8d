"""``data/blobs`` and ``data/blob``: where the values of a tag lie that are no scalars, and the bytes of one."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import Response

from dashboard.api.answers import answer, json_answer, looking_up, or_null
from dashboard.api.description import MEDIA_TYPES, shows
from dashboard.api.media import find_media
from dashboard.api.parameters import BlobKindParameter, RunParameter, TagParameter
from dashboard.store.blob_bytes import name_place
from dashboard.store.protocol import LogStore
from summaries import Blobs

MAX_PLACES = 100_000
_MAX_INDEX = 2**31 - 1
FirstParameter = Annotated[
    int, Query(ge=0, le=_MAX_INDEX, description="Index of the first value that is told of.", examples=[0])
]
LimitParameter = Annotated[
    int, Query(ge=1, le=MAX_PLACES, description="At most so many values are told of.", examples=[100])
]
IndexParameter = Annotated[
    int, Query(ge=0, le=_MAX_INDEX, description="Index of the value, as `data/blobs` counts.", examples=[0])
]
SampleParameter = Annotated[
    int, Query(ge=0, le=_MAX_INDEX, description="Which picture or clip of the value.", examples=[0])
]
FormParameter = Annotated[
    Literal["media", "protobuf"],
    Query(description="The picture, sound or text itself, or the message as it was logged.", examples=["media"]),
]
EXAMPLE = {
    "version": 5311,
    "num_total": 2,
    "first": 0,
    "steps": [0, 100],
    "wall_times": [1764084000.0, 1764084100.0],
    "lengths": [48211, 47902],
    "superseded": [False, False],
}


def make_router(store: LogStore, server: str) -> APIRouter:
    """Makes the routes; `server` is part of the ETags of lists."""
    router = APIRouter(tags=["blobs"])

    @router.get("/data/blobs", responses=shows(EXAMPLE))
    def get_blobs(
        request: Request,
        run: RunParameter,
        tag: TagParameter,
        kind: BlobKindParameter,
        first: FirstParameter = 0,
        limit: LimitParameter = 10_000,
    ) -> Response:
        """Step, time and length in bytes of each value of a tag, in the order in which they were logged."""
        with looking_up():
            version = store.run(run).version
            blobs = _find(store, run, tag, kind)
        part = slice(first, first + limit)
        return answer(request, (server, version), lambda: json_answer(_to_json(blobs, part) | {"version": version}))

    @router.get(
        "/data/blob",
        response_class=Response,
        responses=shows(None, png="‰PNG…", wav="RIFF…", text="A note.", protobuf="…"),
    )
    def get_blob(
        request: Request,
        run: RunParameter,
        tag: TagParameter,
        kind: BlobKindParameter,
        index: IndexParameter,
        sample: SampleParameter = 0,
        format: FormParameter = "media",
    ) -> Response:
        """One value: a picture, a sound or a text as such, and else the message as it was logged.

        Its ETag names its place on disk, so it holds for good.
        """
        with looking_up():
            blobs = _find(store, run, tag, kind)
            if index >= len(blobs):
                raise KeyError(f"index must be below {len(blobs)}, the number of values; got {index}.")

        def make() -> Response:
            return _show(_read(store, (run, tag, kind), index), kind, sample, is_whole=format == "protobuf")

        return answer(request, (name_place(blobs, index),), make)

    return router


def _find(store: LogStore, run: str, tag: str, kind: str) -> Blobs:
    """The places of a tag's values; KeyError with a sentence if there are none."""
    if kind == "scalars":
        raise HTTPException(422, "kind must be other than scalars; got 'scalars'. Ask data/series for points.")
    return store.blobs(run, tag, kind)


def _read(store: LogStore, place: tuple[str, str, str], index: int) -> bytes:
    try:
        with looking_up():
            return store.blob(*place, index)
    except (OSError, EOFError) as error:
        raise HTTPException(503, "The event file changed or went away while it was read. Ask again.") from error


def _show(blob: bytes, kind: str, sample: int, *, is_whole: bool) -> Response:
    if is_whole:
        return Response(blob, media_type=MEDIA_TYPES["protobuf"])
    try:
        content, media_type = find_media(kind, blob, sample)
    except LookupError as error:
        raise HTTPException(404, str(error)) from error
    except ValueError as error:
        raise HTTPException(422, str(error)) from error
    return Response(content, media_type=media_type)


def _to_json(blobs: Blobs, part: slice) -> dict[str, Any]:
    return {
        "num_total": len(blobs),
        "first": part.start,
        "steps": blobs.steps[part].tolist(),
        "wall_times": [or_null(wall_time) for wall_time in blobs.wall_times[part].tolist()],
        "lengths": blobs.lengths[part].tolist(),
        "superseded": blobs.is_superseded[part].tolist(),
    }
