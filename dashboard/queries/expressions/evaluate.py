"""What an expression comes to: a series, computed from those of its tags.

Two tags are joined on their steps. The result has the steps, and wall times, of the one with fewer points (of equally
many, of the first); at a step that the other does not have, the other's value is linear between its neighbours, and
before its first or after its last step there is no point. What a restart replaced does not count. A NaN or Inf takes
part as it is: what is computed from it is one too, and so is a logarithm of less than 0.

Synopsis:
    >>> from dashboard.queries.expressions.grammar import parse
    >>> from summaries.series import Piece, make_series
    >>> logged = {"a": make_series([Piece.make([0, 1, 2, 3])]), "b": make_series([Piece.make([0, 2], [1.0, 5.0])])}
    >>> found = evaluate(parse("a - b"), logged.__getitem__)
    >>> found.steps.tolist(), found.values.tolist()
    ([0, 2], [-1.0, -3.0])
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any

import numpy as np

from dashboard.queries.expressions.syntax import Average, Call, Expression, Negation, Number, Operation, Tag
from dashboard.queries.joining import Floats, Ints, Lookup
from dashboard.queries.smooth import smooth
from summaries import Series
from summaries.series import Piece, make_series


@dataclass(frozen=True)
class _Points:
    """Points in the order of logging. All of shape ``(n,)``."""

    steps: Ints
    wall_times: Floats
    values: Floats


_OPERATIONS: dict[str, Callable[..., Any]] = {
    "+": np.add, "-": np.subtract, "*": np.multiply, "/": np.divide, "**": np.power,
}  # fmt: skip
_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "abs": np.abs, "exp": np.exp, "log": np.log, "log10": np.log10, "sqrt": np.sqrt,
    "max": lambda *parts: reduce(np.maximum, parts), "min": lambda *parts: reduce(np.minimum, parts),
}  # fmt: skip


def evaluate(expression: Expression, find_series: Callable[[str], Series]) -> Series:
    """Computes an expression, which names a tag at least.

    Args:
        expression: As `grammar.parse` gives it.
        find_series: All points of a tag. What it raises is raised.
    """
    with np.errstate(all="ignore"):  # what makes no number is NaN or infinite, and drawn as such
        points = _evaluate(expression, find_series)
    if not isinstance(points, _Points):
        raise ValueError(f"expression must name a tag; got {expression!r}. Parse it by grammar.parse.")
    return make_series([Piece(points.steps, points.wall_times, points.values)])


def _evaluate(expression: Expression, find_series: Callable[[str], Series]) -> _Points | np.float64:
    match expression:
        case Tag(name):
            current = find_series(name).current()
            return _Points(current.steps, current.wall_times, current.values)
        case Number(value):
            return np.float64(value)
        case Negation(part):
            return _apply(np.negative, [_evaluate(part, find_series)])
        case Operation(sign, left, right):
            return _apply(_OPERATIONS[sign], [_evaluate(part, find_series) for part in (left, right)])
        case Call(function, parts):
            return _apply(_FUNCTIONS[function], [_evaluate(part, find_series) for part in parts])
        case Average(part, weight):
            points = _evaluate(part, find_series)
            return replace(points, values=smooth(points.values, weight)) if isinstance(points, _Points) else points


def _apply(function: Callable[..., Any], parts: Sequence[_Points | np.float64]) -> _Points | np.float64:
    curves = [part for part in parts if isinstance(part, _Points)]
    if not curves:
        return np.float64(function(*parts))
    grid, lookups = _join(curves)
    values = [part if isinstance(part, np.float64) else lookups[id(part)] for part in parts]
    return replace(grid, values=np.asarray(function(*values), dtype=np.float64))


def _join(curves: Sequence[_Points]) -> tuple[_Points, dict[int, Floats]]:
    """The points whose steps all have, and the values of each curve, by its identity, at these steps."""
    grid = min(curves, key=lambda curve: curve.steps.size)
    others = {id(curve): Lookup.make(curve.steps, curve.values) for curve in curves if curve is not grid}
    is_covered = np.ones(grid.steps.size, dtype=bool)
    for lookup in others.values():
        is_covered &= lookup.covers(grid.steps)
    if not is_covered.all():
        grid = _Points(grid.steps[is_covered], grid.wall_times[is_covered], grid.values[is_covered])
    values = {name: lookup.at(grid.steps) for name, lookup in others.items()}
    return grid, {id(curve): values.get(id(curve), grid.values) for curve in curves}
