"""What an expression over tags is made of, and how it is written.

Synopsis:
    >>> write(Operation("-", Tag("train/loss"), Operation("-", Tag("val-loss"), Number(1.0))))
    'train/loss - (`val-loss` - 1)'
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from dashboard.queries.runs.syntax import QueryError, Span

Sign = Literal["+", "-", "*", "/", "**"]

FUNCTIONS = {"abs": 1, "exp": 1, "log": 1, "log10": 1, "sqrt": 1, "ema": 2, "max": 0, "min": 0}
"""The functions, and how many arguments each takes; 0 for two or more."""


class ExpressionError(QueryError):
    """An expression cannot be read, or names what is not there.

    Attributes:
        text: The expression, into which `span` points.
    """

    def __init__(self, message: str, text: str, span: Span, suggestion: str = "") -> None:
        super().__init__(message, span, suggestion)
        self.text = text


@dataclass(frozen=True)
class Tag:
    """The values of a tag."""

    name: str
    span: Span = field(default=Span(), compare=False, repr=False)


@dataclass(frozen=True)
class Number:
    """A number, not negative."""

    value: float


@dataclass(frozen=True)
class Negation:
    """The same with the other sign."""

    part: Expression


@dataclass(frozen=True)
class Operation:
    """Two parts and the sign between."""

    sign: Sign
    left: Expression
    right: Expression


@dataclass(frozen=True)
class Call:
    """One of `FUNCTIONS`, but for ``ema``, of some parts."""

    function: str
    parts: tuple[Expression, ...]


@dataclass(frozen=True)
class Average:
    """``ema(part, weight)``: the moving average with which curves are smoothed."""

    part: Expression
    weight: float


Expression = Tag | Number | Negation | Operation | Call | Average

PLAIN_TAG = r"[^\W\d](?:[\w.:]|/(?=[\w.]))*"
_BINDS = {"+": 1, "-": 1, "*": 2, "/": 2, "**": 4}
_NEGATION_BINDS = 3


def write(expression: Expression) -> str:
    """The text of an expression; parsed, it is the same expression."""
    match expression:
        case Tag(name):
            return name if re.fullmatch(PLAIN_TAG, name) else _quote(name)
        case Number(value):
            return f"{value!r}".removesuffix(".0")
        case Negation(part):
            return f"-{_write_inner(part, _NEGATION_BINDS)}"
        case Call(function, parts):
            return f"{function}({', '.join(map(write, parts))})"
        case Average(part, weight):
            return f"ema({write(part)}, {weight!r})"
        case Operation(sign, left, right):
            binds, is_power = _BINDS[sign], sign == "**"
            before = _write_inner(left, binds + is_power)
            after = _write_inner(right, _NEGATION_BINDS if is_power else binds + 1)
            return f"{before} {sign} {after}"


def _write_inner(part: Expression, binds: int) -> str:
    """A part, in parentheses unless it binds at least so much."""
    own = _BINDS[part.sign] if isinstance(part, Operation) else _NEGATION_BINDS if isinstance(part, Negation) else 9
    return write(part) if own >= binds else f"({write(part)})"


def _quote(name: str) -> str:
    return "`" + name.replace("\\", "\\\\").replace("`", "\\`") + "`"


def parts_of(expression: Expression) -> tuple[Expression, ...]:
    """What an expression is made of."""
    match expression:
        case Operation(_, left, right):
            return left, right
        case Call(_, parts):
            return parts
        case Negation(part) | Average(part, _):
            return (part,)
        case _:
            return ()


def iter_tags(expression: Expression) -> Iterator[Tag]:
    """The tags of an expression, from left to right, as often as they stand there."""
    if isinstance(expression, Tag):
        yield expression
    for part in parts_of(expression):
        yield from iter_tags(part)


def count_depth(expression: Expression) -> int:
    """How many parts lie in each other."""
    deepest, waiting = 0, [(expression, 1)]
    while waiting:
        one, depth = waiting.pop()
        deepest = max(deepest, depth)
        waiting.extend((part, depth + 1) for part in parts_of(one))
    return deepest
