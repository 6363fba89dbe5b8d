"""The table of facts as the routes over runs use it: brought up to date, narrowed to a selection, errors as answers."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from fastapi.responses import Response
from pydantic import BaseModel, Field

from dashboard.api.answers import json_answer, looking_up
from dashboard.api.clients import Client
from dashboard.api.parameters import Name
from dashboard.api.query_problems import refuse
from dashboard.api.selections import Selections
from dashboard.queries.runs.columns import Arrays, Kind, Plain
from dashboard.queries.runs.grammar import make_parser
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

    def prepare(self) -> bool:
        """Does a part of what the next answer would have to do first; whether there is more."""
        make_parser()
        return self._table.prepare(self._added.state().runs)

    def answer(
        self, client: Client, selection: str | None, make: Callable[[RunTable, Rows], dict[str, Any]], text: str = ""
    ) -> Response:
        """Makes an answer about some runs; a query that is wrong becomes one that says so.

        Args:
            client: Who waits for it.
            selection: As of `reading`.
            make: Makes the content.
            text: What errors point into.

        Raises:
            ClientGoneError: If the client went away while others were answered, or the table was brought up to date.
        """
        try:
            with self.reading(selection) as (table, rows):
                client.check()
                content = {"server": self._server, "version": table.version, **make(table, rows)}
        except QueryError as error:
            return refuse(error, text)
        return json_answer(content)

    def stamp(self) -> tuple[object, ...]:
        """What an answer is made from."""
        return self._server, self._store.version(), self._added.version


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
