"""Errors of the data routes: JSON ``{"detail": "<sentence>"}``, always."""

from __future__ import annotations

from fastapi import APIRouter, FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse


def not_found(error: KeyError) -> HTTPException:
    """Turns a KeyError that carries a sentence into a 404 answer."""
    return HTTPException(status_code=404, detail=str(error.args[0]))


def make_router() -> APIRouter:
    """Makes the last data route, which answers what no other does: else the page's own would, with HTML and 200."""
    router = APIRouter()

    @router.get("/data/{path:path}", include_in_schema=False)
    def answer_404(path: str) -> None:
        raise HTTPException(404, f"There is no data at 'data/{path}'. Load the page again if it is of another release.")

    return router


def install(app: FastAPI) -> None:
    """Has a request whose parameters are off answered with 422 and a sentence about the first of them."""

    @app.exception_handler(RequestValidationError)
    def answer_422(_: Request, error: RequestValidationError) -> JSONResponse:
        return JSONResponse({"detail": describe(error)}, status_code=422)


def describe(error: RequestValidationError) -> str:
    """Says which parameter is off, what must hold and what came."""
    first = error.errors()[0]
    name = ".".join(str(part) for part in first["loc"][1:]) or str(first["loc"][0])
    got = "" if first["type"] == "missing" else f"; got {first['input']!r}"
    return f"{name}: {first['msg']}{got}."
