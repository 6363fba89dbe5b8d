"""Errors of the data routes: JSON ``{"detail": "<sentence>"}``, always."""

from __future__ import annotations

import reprlib
from http import HTTPStatus

from fastapi import APIRouter, FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException as StarletteHTTPException

from dashboard.api.clients import ClientGoneError
from dashboard.api.query_problems import refuse
from dashboard.queries.expressions.syntax import ExpressionError

_CLIENT_CLOSED_REQUEST = 499  # nginx's number; nobody reads it
_REPR = reprlib.Repr()
_REPR.maxstring = _REPR.maxother = 200


def not_found(error: KeyError) -> HTTPException:
    """Turns a KeyError that carries a sentence into a 404 answer."""
    return HTTPException(status_code=404, detail=str(error.args[0]))


def make_router() -> APIRouter:
    """Makes the last data route, which answers what no other does: else the page's own would, with HTML and 200."""
    router = APIRouter()

    @router.get("/data/{path:path}", include_in_schema=False)
    def answer_404(path: str) -> None:
        place = shorten(f"data/{path}")
        raise HTTPException(404, f"There is no data at {place}. Load the page again if it is of another release.")

    return router


def make_last_router() -> APIRouter:
    """Makes the route that answers paths without a page: Dash's own catch-all shows the first, and not this board's."""
    router = APIRouter()

    @router.get("/{path:path}", include_in_schema=False)
    def answer_404(path: str) -> None:
        raise HTTPException(404, f"There is no page at {shorten(path)}. Open the address that board printed.")

    return router


def install(app: FastAPI) -> None:
    """Has whatever goes wrong answered with a sentence as JSON, never with what the server knows of it."""

    @app.exception_handler(RequestValidationError)
    async def answer_422(_: Request, error: RequestValidationError) -> Response:
        cause = error.errors()[0].get("ctx", {}).get("error")
        if isinstance(cause, ExpressionError):
            return refuse(cause, cause.text)
        return JSONResponse({"detail": describe(error)}, status_code=422)

    @app.exception_handler(StarletteHTTPException)
    async def answer_others(request: Request, error: StarletteHTTPException) -> JSONResponse:
        return JSONResponse({"detail": _sentence_of(request, error)}, error.status_code, error.headers)

    @app.exception_handler(ClientGoneError)
    async def answer_nobody(_: Request, __: Exception) -> Response:
        return Response(status_code=_CLIENT_CLOSED_REQUEST)

    @app.exception_handler(Exception)
    async def answer_500(_: Request, error: Exception) -> JSONResponse:
        return JSONResponse({"detail": "The server failed at this request. What it printed says why."}, status_code=500)


async def answer_no_file(request: Request, _: Exception) -> JSONResponse:
    """Answers a request for a file that the page does not have."""
    return JSONResponse({"detail": _no_file(request)}, status_code=404)


def _sentence_of(request: Request, error: StarletteHTTPException) -> str:
    if error.detail != HTTPStatus(error.status_code).phrase:
        return f"{str(error.detail).rstrip('.')}."
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        allowed = (error.headers or {}).get("Allow", "GET")
        return f"The method must be {allowed} at {shorten(request.url.path)}; got {shorten(request.method)}."
    return _no_file(request) if error.status_code == HTTPStatus.NOT_FOUND else f"{error.detail}."


def _no_file(request: Request) -> str:
    return f"There is no file at {shorten(request.url.path)}."


def shorten(value: object) -> str:
    """A value that came with a request, short enough to be repeated in a sentence."""
    return _REPR.repr(value)


def describe(error: RequestValidationError) -> str:
    """Says which parameter is off, what must hold and what came."""
    first = error.errors()[0]
    name = ".".join(str(part) for part in first["loc"][1:]) or str(first["loc"][0])
    got = "" if first["type"] == "missing" else f"; got {shorten(first['input'])}"
    return f"{name}: {first['msg']}{got}."
