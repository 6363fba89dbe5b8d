"""Answers that a browser keeps: each has an ETag that says what it was made from, and is sent again if that changed.

JSON here is what every parser takes: numbers that JSON does not have are spelled as the words of `WORDS`.
"""

from __future__ import annotations

import json
import math
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from fastapi import HTTPException, Request
from fastapi.responses import Response

from dashboard.api.errors import not_found
from dashboard.queries.non_finite import WORDS

JSON_TYPE = "application/json"
_ENCODER = json.JSONEncoder(separators=(",", ":"), allow_nan=False, ensure_ascii=False)


def answer(request: Request, stamp: tuple[object, ...], make: Callable[[], Response]) -> Response:
    """Makes an answer, or says that the client has it.

    Args:
        request: The request; its URL says what is asked for.
        stamp: What the answer is made from: the same stamp for the same URL is the same answer.
        make: Makes it.
    """
    asked = zlib.crc32(request.url.query.encode())  # some clients keep ETags without the URL that they are of
    etag = f'"{"-".join(map(str, stamp))}-{asked:x}"'
    is_known = etag in iter_etags(request.headers.get("if-none-match", ""))
    response = Response(status_code=304) if is_known else make()
    response.headers["etag"] = etag
    response.headers.setdefault("cache-control", "no-cache")
    return response


def iter_etags(header: str) -> Iterator[str]:
    """The ETags of a header; a weak one, as a compressed answer has, counts as the strong one."""
    return (etag.strip().removeprefix("W/") for etag in header.split(","))


@contextmanager
def looking_up() -> Iterator[None]:
    """Around what asks for things by name: a KeyError with a sentence becomes a 404."""
    try:
        yield
    except KeyError as error:
        raise not_found(error) from error


@contextmanager
def reading_logged() -> Iterator[None]:
    """Around what reads what a run logged: 404 for what is not there, 422 for what makes no sense, 503 for lost files.

    Raises:
        HTTPException: In place of the error.
    """
    with looking_up():
        try:
            yield
        except ValueError as error:
            raise HTTPException(status_code=422, detail=str(error)) from error
        except (OSError, EOFError) as error:
            raise HTTPException(503, "The event file changed or went away while it was read. Ask again.") from error


def json_answer(content: Any) -> Response:
    """An answer of JSON."""
    return Response(encode_json(content), media_type=JSON_TYPE)


def encode_json(content: Any) -> bytes:
    """JSON as UTF-8; what of a file's name is no Unicode is escaped."""
    try:
        text = _ENCODER.encode(content)
    except ValueError:
        text = _ENCODER.encode(_spell(content))
    return text.encode("utf-8", "backslashreplace")


def or_null(number: float) -> float | None:
    """A number, or None where it is none."""
    return number if math.isfinite(number) else None


def _spell(content: Any) -> Any:
    if isinstance(content, float) and not math.isfinite(content):
        return WORDS[0] if math.isnan(content) else WORDS[1 if content > 0 else 2]
    if isinstance(content, Mapping):
        return {name: _spell(value) for name, value in content.items()}
    return [_spell(value) for value in content] if isinstance(content, list | tuple) else content
