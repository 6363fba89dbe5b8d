"""``data/expressions/check``: whether an expression over tags can be drawn, before it is."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import BaseModel, Field

from dashboard.api.answers import json_answer, looking_up
from dashboard.api.description import Problem
from dashboard.api.parameters import Name
from dashboard.api.query_problems import QueryProblem, refuse
from dashboard.api.run_facts import SELECTION
from dashboard.api.selections import Selections
from dashboard.queries.expressions.grammar import MAX_CHARACTERS, parse
from dashboard.queries.expressions.syntax import Expression, ExpressionError, Tag, iter_tags, write
from dashboard.store.protocol import LogStore

_REFUSED: dict[int | str, dict[str, Any]] = {
    422: {"description": "It cannot be read, or there is no such tag.", "model": QueryProblem | Problem}
}


class ExpressionBody(BaseModel):
    """An expression, without the `=` that marks one where a tag may stand."""

    text: str = Field(max_length=MAX_CHARACTERS, examples=["train/loss - val/loss"])
    selection: Name | None = SELECTION


class CheckedExpression(BaseModel):
    """What an expression is."""

    expression: str = Field(description="The same, written as boards write it.", examples=["train/loss - val/loss"])
    tags: list[str] = Field(description="The tags that it names.", examples=[["train/loss", "val/loss"]])
    num_runs: int = Field(description="How many of the runs have all of them.", examples=[12])


def make_router(store: LogStore, selections: Selections) -> APIRouter:
    """Makes the route."""
    router = APIRouter(tags=["series"])

    @router.post("/data/expressions/check", responses=_REFUSED, response_model=CheckedExpression)
    def post_check(body: ExpressionBody) -> Response:
        """Reads an expression and looks for its tags; what is wrong is told with its place and what to write there."""
        with looking_up():
            selected = None if body.selection is None else set(selections[body.selection])
        try:
            expression = parse(body.text)
            runs_by_tag = store.tags("scalars")
            runs = _find_runs(expression, body.text, runs_by_tag)
        except ExpressionError as error:
            return refuse(error, error.text)
        tags = list(dict.fromkeys(tag.name for tag in iter_tags(expression)))
        num_runs = len(runs if selected is None else runs & selected)
        return json_answer({"expression": write(expression), "tags": tags, "num_runs": num_runs})

    return router


def _find_runs(expression: Expression, text: str, runs_by_tag: Mapping[str, Sequence[str]]) -> set[str]:
    """The runs that have all tags of an expression.

    Raises:
        ExpressionError: If no run has one of them.
    """
    tags = list(iter_tags(expression))
    for tag in tags:
        if tag.name not in runs_by_tag:
            raise _explain_unknown(tag, text, runs_by_tag)
    return set.intersection(*(set(runs_by_tag[tag.name]) for tag in tags))


def _explain_unknown(tag: Tag, text: str, known: Mapping[str, Sequence[str]]) -> ExpressionError:
    left, slash, right = tag.name.partition("/")
    if slash and left in known and (right in known or right.replace(".", "", 1).isdigit()):
        apart = f"{left} / {right}"
        return ExpressionError(f"`{tag.name}` is no tag. A division is written `{apart}`.", text, tag.span, apart)
    close = difflib.get_close_matches(tag.name, known, 1)
    if not close:
        return ExpressionError(f"`{tag.name}` is no tag of any run.", text, tag.span)
    suggestion = write(Tag(close[0]))
    return ExpressionError(f"`{tag.name}` is no tag. Did you mean `{close[0]}`?", text, tag.span, suggestion)
