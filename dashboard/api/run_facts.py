"""The table of facts as the routes over runs use it: brought up to date, narrowed to a selection, errors as answers."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field

from dashboard.api.answers import json_answer, looking_up
from dashboard.api.parameters import Name
from dashboard.api.selections import Selections
from dashboard.queries.runs.columns import Arrays, Kind, Plain
from dashboard.queries.runs.syntax import QueryError
from dashboard.queries.runs.table import Rows, RunTable
from dashboard.queries.runs.values_of import rank_values
from dashboard.sidecar import Sidecar
from dashboard.store.protocol import LogStore

SELECTION = Field(
    default=None, description="Key of a selection that was posted; left out, all runs.", examples=["5b1f0b2c8d9e4a37"]
)


class Selected(BaseModel):
    """What every request about several runs may say."""

    selection: Name | None = SELECTION


class QueryProblem(BaseModel):
    """The answer to a query that cannot be read or does not fit the runs; columns count UTF-16 units, from 0."""

    detail: str = Field(examples=["`val/los` is no metric. Did you mean `val/loss`?"])
    column: int = Field(description="Where the characters begin that it is about.", examples=[0])
    length: int = Field(description="How many they are.", examples=[7])
    suggestion: str = Field(description="What to write in their place; empty if unknown.", examples=["val/loss"])


class RunFactTable:
    """The table of a board, for one request at a time."""

    def __init__(self, store: LogStore, added: Sidecar, posted: Selections, server: str) -> None:
        self._store, self._table = store, RunTable(store)
        self._added = added
        self._posted = posted
        self._server = server

    @contextmanager
    def reading(self, selection: str | None = None) -> Iterator[tuple[RunTable, Rows]]:
        """The table as the logdir is now, and the rows of a selection, in its order; of all runs if it is None.

        Raises:
            HTTPException: 404 if the selection is not known.
        """
        with looking_up():
            names = None if selection is None else self._posted[selection]
        with self._table.reading(time.time(), self._added.state().runs) as table:
            yield table, table.find_rows(names)

    def answer(
        self, selection: str | None, make: Callable[[RunTable, Rows], dict[str, Any]], text: str = ""
    ) -> Response:
        """Makes an answer about some runs; a query that is wrong becomes one that says so.

        Args:
            selection: As of `reading`.
            make: Makes the content.
            text: What errors point into.
        """
        try:
            with self.reading(selection) as (table, rows):
                content = {"server": self._server, "version": table.version, **make(table, rows)}
        except QueryError as error:
            return refuse(error, text)
        return json_answer(content)

    def stamp(self) -> tuple[object, ...]:
        """What an answer is made from."""
        return self._server, self._store.version(), self._added.version


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


def encode_column(column: Arrays, rows: Rows) -> dict[str, Any]:
    """A column as compact JSON: `numbers`, or `values` and for each run a code into them; null and -1 where missing."""
    kinds = column.kinds[rows]
    is_missing = kinds == Kind.MISSING
    if (is_missing | (kinds == Kind.NUMBER)).all():
        numbers: list[float | None] = column.numbers[rows].tolist()
        for place in is_missing.nonzero()[0].tolist():
            numbers[place] = None
        return {"numbers": numbers}
    ranked = rank_values(column, rows)
    codes = ranked.ids.copy()
    codes[is_missing] = -1
    values = [to_json(shown.value) for shown in ranked.values if not shown.is_missing]
    return {"values": values, "codes": codes.tolist()}


def to_json(value: Plain) -> Any:
    """A value as JSON; whole numbers without a fraction."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return int(value)
    return list(value) if isinstance(value, tuple) else value
