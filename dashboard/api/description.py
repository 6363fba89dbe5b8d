"""What ``data/openapi.json`` says of the data routes, and with it the page ``data/docs``."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field

PATH = "/data/openapi.json"
_ABOUT = """The data behind the pages, for programs too.

Post a selection of runs to `data/selections` first; its key names them afterwards. Answers have an `ETag`: sent back as
`If-None-Match`, it saves an answer that did not change. `since=VERSION`, a version of an earlier answer of the same
`server`, leaves out what did not change. A board that others can reach asks for its token, as
`Authorization: Bearer TOKEN`. `data/live` is a WebSocket that says what changed."""


class Problem(BaseModel):
    """The answer to a request that is not served."""

    detail: str = Field(
        description="A sentence: what must hold, what came, what to do.",
        examples=["There is no run 'baseline' in the logdir."],
    )


def describe_api(version: str, prefix: str) -> dict[str, Any]:
    """What there is to say of all data routes, as keywords of FastAPI.

    FastAPI's own pages of it load their programs from another host.
    """
    return {
        "title": "board",
        "version": version,
        "description": _ABOUT,
        "openapi_url": PATH,
        "docs_url": None,
        "redoc_url": None,
        "servers": [{"url": prefix or "/"}],
        "responses": {status: {"model": Problem} for status in (404, 422)},
    }


def shows(example: Any, **others: Any) -> dict[int | str, dict[str, Any]]:
    """What a route answers, as its `responses`.

    Args:
        example: An answer in JSON; None where there is none.
        others: Examples of other forms, by a name in `MEDIA_TYPES`.
    """
    contents = {MEDIA_TYPES[name]: {"example": other} for name, other in others.items()}
    if example is not None:
        contents["application/json"] = {"example": example}
    return {
        200: {"description": "The answer.", "content": contents},
        304: {"description": "What `If-None-Match` names is still right; there is no body."},
    }


MEDIA_TYPES = {
    "arrow": "application/vnd.apache.arrow.stream",
    "binary": "application/octet-stream",
    "csv": "text/csv",
    "protobuf": "application/x-protobuf",
    "png": "image/png",
    "wav": "audio/wav",
    "text": "text/plain",
}
"""Media types of the forms that are no JSON."""
