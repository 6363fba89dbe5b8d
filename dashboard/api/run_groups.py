"""``data/runs/differences``, ``groups``, ``ramp``: what tells runs apart, which belong together, and their colours."""

from __future__ import annotations

import itertools
import math
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import Field

from dashboard.api.answers import or_null
from dashboard.api.clients import ClientParameter
from dashboard.api.description import Problem
from dashboard.api.parameters import Name
from dashboard.api.query_problems import QueryProblem
from dashboard.api.run_facts import RunFactTable, Selected, encode_column, to_json
from dashboard.queries.runs.colors import NUM_SLOTS, assign_slots, choose_ramp, place_on_ramp
from dashboard.queries.runs.differences import Difference, compare_runs
from dashboard.queries.runs.facts import AnyFact
from dashboard.queries.runs.grammar import MAX_CHARACTERS
from dashboard.queries.runs.grouping import MAX_GROUPS, Group, group_by_facts, group_by_pattern
from dashboard.queries.runs.names import name_fact, resolve
from dashboard.queries.runs.syntax import Name as QueryName
from dashboard.queries.runs.syntax import Span
from dashboard.queries.runs.table import Rows, RunTable
from dashboard.queries.runs.values_of import Shown

MAX_VALUES = 36
MAX_FACTS = 16
MAX_TEXT = 200
_REFUSED: dict[int | str, dict[str, Any]] = {
    422: {
        "description": "There is no such fact, or the pattern cannot be read.",
        "model": QueryProblem | Problem,
    }
}


class DifferencesBody(Selected):
    """Of how many of the most useful hyperparameters to tell every run's value too."""

    num_columns: int = Field(default=0, ge=0, le=MAX_FACTS, examples=[4])


class GroupsBody(Selected):
    """How to group runs: by values of facts, or else by a regular expression over their names."""

    by: list[Name] = Field(default=[], max_length=MAX_FACTS, examples=[["optimizer.name", "lr"]])
    pattern: str = Field(default="", max_length=MAX_CHARACTERS, examples=["^(?P<sweep>[^/]+)/"])
    slots: dict[Name, Annotated[int, Field(ge=1, le=NUM_SLOTS)]] = Field(
        default={}, max_length=MAX_GROUPS, description="Colours that groups have, by their labels; these keep them."
    )


class RampBody(Selected):
    """By which number to colour runs; left out, by the hyperparameter that varies most."""

    by: Name | None = Field(default=None, examples=["lr"])


def make_router(facts: RunFactTable) -> APIRouter:
    """Makes the routes over the table of facts."""
    router = APIRouter(tags=["runs"])

    @router.post("/data/runs/differences")
    def post_differences(client: ClientParameter, body: DifferencesBody) -> Response:
        """In which hyperparameters some runs differ, those first that tell them apart best, and which are constant.

        `columns` are those of data/runs/table for the first `num_columns` of them, long texts cut off.
        """
        return facts.answer(client, body.selection, partial(_compare, body.num_columns))

    @router.post("/data/runs/groups", responses=_REFUSED)
    def post_groups(client: ClientParameter, body: GroupsBody) -> Response:
        """Runs in groups, in the order of their values; each with a colour of the palette and its runs' states.

        With neither `by` nor `pattern` all runs are one group.
        """
        text = body.pattern or max(body.by, key=len, default="")
        return facts.answer(client, body.selection, partial(_group, body), text)

    @router.post("/data/runs/ramp", responses=_REFUSED)
    def post_ramp(client: ClientParameter, body: RampBody) -> Response:
        """Where each run stands on a ramp of colours, from 0 to 1; null for those without a number.

        `name` is empty, and nothing else told, where no number varies.
        """
        return facts.answer(client, body.selection, partial(_place, body), body.by or "")

    return router


def _compare(num_columns: int, table: RunTable, rows: Rows) -> dict[str, Any]:
    compared = compare_runs(table, rows)
    differing = [one for one in compared if not one.is_constant]
    constant = [one for one in compared if one.is_constant and one.ranked.num_values]
    return {
        "num_runs": len(rows),
        "differing": [_describe_difference(one, table) for one in differing],
        "columns": [_tell_column(one, table, rows) for one in differing[:num_columns]],
        "constant": [{"name": name_fact(one.fact, table), **_describe_value(one.ranked.values[0])} for one in constant],
    }


def _tell_column(one: Difference, table: RunTable, rows: Rows) -> dict[str, Any]:
    column = encode_column(table.arrays(one.fact), rows)
    if "values" in column:
        column["values"] = [value[:MAX_TEXT] if isinstance(value, str) else value for value in column["values"]]
    return {"name": name_fact(one.fact, table), **column}


def _group(body: GroupsBody, table: RunTable, rows: Rows) -> dict[str, Any]:
    by = [_resolve(name, table) for name in body.by]
    is_by_pattern = bool(body.pattern) and not by
    groups = group_by_pattern(table, rows, body.pattern) if is_by_pattern else group_by_facts(table, rows, by)
    slots = assign_slots(body.slots, [group.label for group in groups])
    return {"groups": [_describe_group(group, slots[group.label], table) for group in groups]}


def _place(body: RampBody, table: RunTable, rows: Rows) -> dict[str, Any]:
    chosen = choose_ramp(table, rows) if body.by is None else _resolve(body.by, table)
    if chosen is None:
        return {"name": ""}
    ramp = place_on_ramp(table.arrays(chosen), rows)
    return {
        "name": name_fact(chosen, table),
        "low": or_null(ramp.low),
        "high": or_null(ramp.high),
        "is_log": ramp.is_log,
        "positions": [None if math.isnan(one) else round(one, 6) for one in ramp.positions.tolist()],
    }


def _resolve(name: str, table: RunTable) -> AnyFact:
    return resolve(QueryName(name, Span(0, len(name))), table)


def _describe_value(shown: Shown) -> dict[str, Any]:
    return {"text": shown.text, "value": to_json(shown.value), "is_missing": shown.is_missing}


def _describe_difference(one: Difference, table: RunTable) -> dict[str, Any]:
    counted = zip(one.ranked.values, one.ranked.counts.tolist(), strict=True)
    values = [_describe_value(shown) | {"num_runs": count} for shown, count in itertools.islice(counted, MAX_VALUES)]
    return {
        "name": name_fact(one.fact, table),
        "num_values": one.ranked.num_values,
        "num_missing": one.ranked.num_missing,
        "values": values,
    }


def _describe_group(group: Group, slot: int, table: RunTable) -> dict[str, Any]:
    return {
        "label": group.label,
        "key": [{"name": name, **_describe_value(shown)} for name, shown in group.key],
        "slot": slot,
        "states": group.states,
        "runs": table.names_of(group.rows),
    }
