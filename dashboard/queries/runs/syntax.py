"""What a query over runs is made of, and how it is written.

Synopsis:
    >>> query = And((Comparison(Name("lr"), "<", Value("1e-3")), Not(Word("first try"))))
    >>> write(query)
    'lr < 1e-3 and not "first try"'
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

Operator = Literal["<", "<=", ">", ">=", "=", "!="]
State = Literal["missing", "nan"]

MAX_DEPTH = 40
"""How deep parts may lie in each other."""


class Span(NamedTuple):
    """Where a part stands in the text: the first character and how many they are."""

    start: int = 0
    length: int = 0


class QueryError(ValueError):
    """A query cannot be read, or does not fit the runs.

    Attributes:
        message: A sentence or two.
        span: The characters that it is about; at the end of the text where something is missing.
        suggestion: What to write in their place; "" if nothing can be said.
    """

    def __init__(self, message: str, span: Span, suggestion: str = "") -> None:
        super().__init__(message)
        self.message, self.span, self.suggestion = message, span, suggestion


@dataclass(frozen=True)
class Name:
    """The name of a fact, as `lr` or `val/loss.min`."""

    text: str
    span: Span = field(default=Span(), compare=False, repr=False)


@dataclass(frozen=True)
class Value:
    """What a fact is compared with; only what it is compared with tells whether it is a number.

    Attributes:
        text: Without quotes.
        is_quoted: Whether it stood in quotes: then it is text.
        span: Where.
    """

    text: str
    is_quoted: bool = False
    span: Span = field(default=Span(), compare=False, repr=False)


@dataclass(frozen=True)
class Word:
    """Runs in whose name a text occurs, in whatever case."""

    text: str


@dataclass(frozen=True)
class Pattern:
    """Runs in whose name a regular expression finds something, in whatever case."""

    text: str
    span: Span = field(default=Span(), compare=False, repr=False)


@dataclass(frozen=True)
class Comparison:
    """Runs whose fact compares so."""

    name: Name
    operator: Operator
    value: Value


@dataclass(frozen=True)
class Match:
    """Runs in whose fact a regular expression finds something, or finds nothing."""

    name: Name
    pattern: Pattern
    is_negated: bool = False


@dataclass(frozen=True)
class Membership:
    """Runs whose fact is one of some values, or none of them."""

    name: Name
    values: tuple[Value, ...]
    is_negated: bool = False


@dataclass(frozen=True)
class Containment:
    """Runs whose fact, a list or a text, contains a value, or does not."""

    value: Value
    name: Name
    is_negated: bool = False


@dataclass(frozen=True)
class Presence:
    """Runs that do not have a fact, or whose fact is not a number; or the others."""

    name: Name
    state: State = "missing"
    is_negated: bool = False


@dataclass(frozen=True)
class Not:
    """All other runs."""

    part: Query


@dataclass(frozen=True)
class And:
    """Runs that all parts find; two or more."""

    parts: tuple[Query, ...]


@dataclass(frozen=True)
class Or:
    """Runs that one part finds at least; two or more."""

    parts: tuple[Query, ...]


Query = Word | Pattern | Comparison | Match | Membership | Containment | Presence | Not | And | Or

_PLAIN_NAME = re.compile(r"[^\s()<>=!~\"'`/\[\]{}^$*+?|\\,&#][^\s()<>=!~\"'`\[\]{}^$*+?|\\,&#]*")
_KEYWORDS = frozenset({"and", "or", "not", "in", "is", "exists"})


def write(query: Query) -> str:
    """The text of a query; parsed, it is the same query."""
    match query:
        case And(parts):
            return " and ".join(map(_write_inner, parts))
        case Or(parts):
            return " or ".join(map(_write_inner, parts))
        case Not(part):
            return f"not {_write_inner(part)}"
        case _:
            return _write_leaf(query)


def _write_inner(query: Query) -> str:
    return f"({write(query)})" if isinstance(query, And | Or) else write(query)


def _write_leaf(query: Query) -> str:
    match query:
        case Word(text):
            return _quote(text)
        case Pattern(text):
            return _write_pattern(text)
        case Comparison(name, operator, value):
            return f"{write_name(name.text)} {operator} {_write_value(value)}"
        case Match(name, pattern, is_negated):
            return f"{write_name(name.text)} {'!~' if is_negated else '~'} {_write_pattern(pattern.text)}"
        case Membership(name, values, is_negated):
            return f"{write_name(name.text)} {_write_in(is_negated)} ({', '.join(map(_write_value, values))})"
        case Containment(value, name, is_negated):
            return f"{_write_value(value)} {_write_in(is_negated)} {write_name(name.text)}"
        case Presence(name, state, is_negated):
            return f"{write_name(name.text)} is {'not ' * is_negated}{state}"
    raise TypeError(f"query must be of a known class; got {type(query).__name__}.")


def _write_in(is_negated: bool) -> str:
    return "not in" if is_negated else "in"


def write_name(name: str) -> str:
    """A name as it is written in a query: between backticks where it would be read otherwise."""
    if _PLAIN_NAME.fullmatch(name) and name.lower() not in _KEYWORDS:
        return name
    return _quote(name, "`")


def write_text(text: str) -> str:
    """A text as it is written as a value: in quotes where it would be read otherwise."""
    return text if _PLAIN_NAME.fullmatch(text) and text.lower() not in _KEYWORDS else _quote(text)


def _write_value(value: Value) -> str:
    return _quote(value.text) if value.is_quoted else value.text


def _quote(text: str, quote: str = '"') -> str:
    return quote + text.replace("\\", "\\\\").replace(quote, f"\\{quote}") + quote


def unquote(text: str) -> str:
    """The text between quotes; after a backslash any character stands for itself."""
    return re.sub(r"\\(.)", r"\1", text[1:-1], flags=re.DOTALL)


def _write_pattern(pattern: str) -> str:
    return "/" + re.sub(r"\\.|/", _escape_slash, pattern, flags=re.DOTALL) + "/"


def _escape_slash(found: re.Match[str]) -> str:
    return r"\/" if found[0] == "/" else found[0]


def unescape_pattern(text: str) -> str:
    """A regular expression without the backslashes that only guarded a slash."""
    return re.sub(r"\\(.)", lambda found: "/" if found[1] == "/" else found[0], text, flags=re.DOTALL)


def count_depth(query: Query) -> int:
    """How many parts lie in each other."""
    deepest, waiting = 0, [(query, 1)]
    while waiting:
        one, depth = waiting.pop()
        deepest = max(deepest, depth)
        inner: Sequence[Query] = one.parts if isinstance(one, And | Or) else (one.part,) if isinstance(one, Not) else ()
        waiting.extend((part, depth + 1) for part in inner)
    return deepest
