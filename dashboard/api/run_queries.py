"""``data/runs/query``, ``columns``, ``complete``, ``table``: finding runs by what is known of them.

`dashboard.queries.runs.grammar` tells how a query is written, `dashboard.queries.runs.facts` what it may ask for.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from functools import partial
from typing import Annotated, Any

import numpy as np
from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field

from dashboard.api.answers import answer
from dashboard.api.clients import Client, ClientParameter
from dashboard.api.description import Problem, shows
from dashboard.api.parameters import Name
from dashboard.api.query_problems import QueryProblem, count_characters, count_units
from dashboard.api.run_facts import RunFactTable, Selected, encode_column
from dashboard.queries.runs.columns import Kind
from dashboard.queries.runs.completion import complete
from dashboard.queries.runs.differences import compare_runs
from dashboard.queries.runs.evaluate import find_runs
from dashboard.queries.runs.facts import MEASURES, Fact, Metric
from dashboard.queries.runs.grammar import MAX_CHARACTERS
from dashboard.queries.runs.names import name_fact, resolve
from dashboard.queries.runs.syntax import Name as QueryName
from dashboard.queries.runs.syntax import Span
from dashboard.queries.runs.table import Rows, RunTable
from dashboard.queries.runs.values_of import rank_values

MAX_RUNS = 100_000
MAX_COLUMNS = 64
MAX_VALUES = 50
_CHANGING_SECS = 10
"""How long an answer that holds states counts as unchanged: a run stalls without a new version of the store."""
_REFUSED: dict[int | str, dict[str, Any]] = {
    422: {"description": "The query cannot be read or does not fit the runs.", "model": QueryProblem | Problem}
}

COLUMNS_EXAMPLE = {
    "server": "9f2c61d0",
    "version": 5312,
    "num_runs": 40,
    "columns": [
        {
            "name": "optimizer.lr", "source": "hparams", "unit": "", "kinds": ["number"], "num_runs": 40,
            "num_values": 2, "is_constant": False,
            "values": [{"text": "0.1", "num_runs": 20}, {"text": "0.3", "num_runs": 20}],
        },
        {"name": "val/loss", "source": "metrics", "num_runs": 38, "measures": ["last", "min", "max", "mean"]},
    ],
}  # fmt: skip


class QueryBody(Selected):
    """Which runs to find."""

    query: str = Field(max_length=MAX_CHARACTERS, examples=['lr < 1e-3 and "baseline" in tags and age < 2d'])
    limit: int = Field(default=MAX_RUNS, ge=0, le=MAX_RUNS, description="How many names to tell at most.")
    utc_offset_secs: float = Field(
        default=0, ge=-86_399, le=86_399, description="How far the asker's clock is ahead of UTC, for days in a query."
    )


class CompleteBody(BaseModel):
    """A query as far as it is written."""

    text: str = Field(max_length=MAX_CHARACTERS, examples=["optim"])
    cursor: int = Field(ge=0, le=2 * MAX_CHARACTERS, description="UTF-16 units before the cursor.", examples=[5])


class TableBody(Selected):
    """What to tell of which runs."""

    columns: list[Name] = Field(
        max_length=MAX_COLUMNS,
        description="Names as in a query.",
        examples=[["lr", "val/loss.min", "status"]],
    )
    limit: int = Field(default=MAX_RUNS, ge=0, le=MAX_RUNS, description="How many runs to tell of at most.")


def make_router(facts: RunFactTable) -> APIRouter:
    """Makes the routes over the table of facts."""
    router = APIRouter(tags=["runs"])

    @router.post("/data/runs/query", responses=_REFUSED)
    def post_query(client: ClientParameter, body: QueryBody) -> Response:
        """The runs that a query finds: all, in the order of data/runs, or those of a selection, in its order."""
        return facts.answer(client, body.selection, partial(_find, body), body.query)

    @router.get("/data/runs/columns", responses=shows(COLUMNS_EXAMPLE))
    def get_columns(
        request: Request,
        client: ClientParameter,
        selection: Annotated[
            Name | None, Query(description="Key of a selection that was posted; left out, all runs.")
        ] = None,
        limit: Annotated[int, Query(ge=0, le=MAX_VALUES, description="Values to tell of each fact at most.")] = 12,
    ) -> Response:
        """Which facts some runs have: hyperparameters, those first that tell the runs apart best, and all others.

        The commonest values are told, with how many runs have them. `is_constant` is true where all runs have the
        same. Of metrics only the tags and what may be asked of each are told; of packages those that differ among runs.
        """
        # Made first, so what is told is of this version or a later one, never of an earlier.
        stamp = *facts.stamp(), int(time.time()) // _CHANGING_SECS
        describe = partial(_describe_columns, client, limit)
        return answer(request, stamp, lambda: facts.answer(client, selection, describe))

    @router.post("/data/runs/complete")
    def post_complete(client: ClientParameter, body: CompleteBody) -> Response:
        """What may stand at the cursor of a query: names with examples, values with their number of runs, signs.

        The candidates replace `length` UTF-16 units from `start` on.
        """
        return facts.answer(client, None, partial(_complete, body))

    @router.post("/data/runs/table", responses=_REFUSED)
    def post_table(client: ClientParameter, body: TableBody) -> Response:
        """Facts of runs, a column each: `numbers` with null where there is none, or `values` and codes into them.

        A code of -1 means that the run does not have the fact. Times and spans are seconds.
        """
        return facts.answer(client, body.selection, partial(_tell, body), max(body.columns, key=len, default=""))

    return router


def _find(body: QueryBody, table: RunTable, rows: Rows) -> dict[str, Any]:
    found = find_runs(body.query, table, body.utc_offset_secs)
    if body.selection is not None:
        found = rows[np.isin(rows, found)]
    return {"num_runs": len(rows), "num_found": len(found), "runs": table.names_of(found[: body.limit])}


def _complete(body: CompleteBody, table: RunTable, _: Rows) -> dict[str, Any]:
    found = complete(body.text, count_characters(body.text, body.cursor), table)
    start = count_units(body.text[: found.start])
    length = count_units(body.text[: found.start + found.length]) - start
    return {"start": start, "length": length, "candidates": [vars(one) for one in found.candidates]}


def _tell(body: TableBody, table: RunTable, rows: Rows) -> dict[str, Any]:
    rows = rows[: body.limit]
    columns = []
    for name in body.columns:
        fact = resolve(QueryName(name, Span(0, len(name))), table)
        columns.append({"name": name, "unit": fact.unit, **encode_column(table.arrays(fact), rows)})
    return {"runs": table.names_of(rows), "columns": columns}


def _describe_columns(client: Client, limit: int, table: RunTable, rows: Rows) -> dict[str, Any]:
    return {"num_runs": len(rows), "columns": list(client.while_there(_iter_described(table, rows, limit)))}


def _iter_described(table: RunTable, rows: Rows, limit: int) -> Iterator[dict[str, Any]]:
    for one in compare_runs(table, rows):
        yield _describe_column(table, rows, one.fact, limit)
    for fact in [*(fact for fact in table.iter_facts() if not fact.is_package), *table.list_differing_packages()]:
        if fact.source != "hparams":
            yield _describe_column(table, rows, fact, limit)
    is_all = rows is table.order
    names = set(table.names_of(rows))
    for tag, runs in table.tags.items():
        num_runs = len(runs) if is_all else len(names.intersection(runs))
        if num_runs:
            measures = [one for one in MEASURES if not one.startswith("best") or table.has_direction(tag)]
            name = name_fact(Metric(tag), table)
            yield {"name": name, "source": "metrics", "num_runs": num_runs, "measures": measures}


def _describe_column(table: RunTable, rows: Rows, fact: Fact, limit: int) -> dict[str, Any]:
    column = table.arrays(fact)
    ranked = rank_values(column, rows)
    commonest = [] if fact.unit in ("time", "span") else ranked.list_commonest(limit)
    return {
        "name": name_fact(fact, table),
        "source": fact.source,
        "unit": fact.unit,
        "kinds": [kind.name.lower() for kind in Kind if kind and column.has(kind)[rows].any()],
        "num_runs": len(rows) - ranked.num_missing,
        "num_values": ranked.num_values,
        "is_constant": ranked.is_constant,
        "values": [{"text": shown.text[:200], "num_runs": count} for count, shown in commonest],
    }
