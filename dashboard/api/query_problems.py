"""The answer to a query or an expression that is wrong: a sentence, the place, and what to write there."""

from __future__ import annotations

from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field

from dashboard.queries.runs.syntax import QueryError


class QueryProblem(BaseModel):
    """The answer to a query that cannot be read or does not fit the runs; columns count UTF-16 units, from 0."""

    detail: str = Field(examples=["`val/los` is no metric. Did you mean `val/loss`?"])
    column: int = Field(description="Where the characters begin that it is about.", examples=[0])
    length: int = Field(description="How many they are.", examples=[7])
    suggestion: str = Field(description="What to write in their place; empty if unknown.", examples=["val/loss"])


def refuse(error: QueryError, text: str) -> Response:
    """The answer to a query that is wrong; `text` is what the error points into."""
    start = count_units(text[: error.span.start])
    length = count_units(text[: error.span.start + error.span.length]) - start
    problem = QueryProblem(detail=error.message, column=start, length=length, suggestion=error.suggestion)
    return JSONResponse(problem.model_dump(), status_code=422)


def count_units(text: str) -> int:
    """How many UTF-16 units a text takes, as JavaScript counts.

    >>> count_units("a😀")
    3
    """
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def count_characters(text: str, units: int) -> int:
    """How many characters the first so many UTF-16 units of a text are.

    >>> count_characters("a😀b", 3)
    2
    """
    return len(text.encode("utf-16-le", "surrogatepass")[: 2 * units].decode("utf-16-le", "replace"))
