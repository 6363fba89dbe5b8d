"""Which runs a query finds: each term gives a truth value for every row of the table of facts at once.

Texts and lists are compared once for each different value, numbers as arrays.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import re2

from dashboard.queries.runs.columns import Arrays, Kind, show
from dashboard.queries.runs.facts import AnyFact, Fact
from dashboard.queries.runs.grammar import parse
from dashboard.queries.runs.names import resolve
from dashboard.queries.runs.syntax import (
    And,
    Comparison,
    Containment,
    Match,
    Membership,
    Name,
    Not,
    Or,
    Pattern,
    Presence,
    Query,
    QueryError,
    Value,
    Word,
)
from dashboard.queries.runs.table import Rows, RunTable
from dashboard.queries.runs.values import NONES, check_status, get_number, parse_bool, parse_number

Mask = npt.NDArray[np.bool_]

_COMPARE: Mapping[str, Callable[[Any, Any], Any]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "=": operator.eq, "!=": operator.ne,
}  # fmt: skip
_SEARCHED = (Fact("run", "name"), Fact("run", "title"))


def find_runs(text: str, table: RunTable, utc_offset_secs: float = 0.0) -> Rows:
    """The rows of the runs that a query finds, the newest first.

    Args:
        text: The query; blank for all runs.
        table: The facts; inside `RunTable.reading`.
        utc_offset_secs: How far the clock of who asks is ahead of UTC: days and moments are meant by it.

    Raises:
        QueryError: If the query cannot be read, or does not fit the runs.
    """
    query = parse(text)
    if query is None:
        return table.order
    found: Rows = table.order[Evaluator(table, utc_offset_secs).find(query)[table.order]]
    return found


class Evaluator:
    """Evaluates queries on one state of a table."""

    def __init__(self, table: RunTable, utc_offset_secs: float = 0.0) -> None:
        self._table = table
        self._utc_offset_secs = utc_offset_secs

    def find(self, query: Query) -> Mask:
        """Whether each row of the table is found. Shape (rows,).

        Raises:
            QueryError: If the query does not fit the runs.
        """
        match query:
            case And(parts):
                return _find_all([self.find(part) for part in parts])
            case Or(parts):
                return _find_any([self.find(part) for part in parts])
            case Not(part):
                return ~self.find(part)
            case Word(text):
                lowered = text.lower()
                return self._search(lambda name: lowered in name.lower())
            case Pattern():
                return self._search(compile_pattern(query))
            case _:
                return self._find_by_fact(query)

    def _search(self, is_found: Callable[[str], bool]) -> Mask:
        found = [_test_texts(self._table.arrays(fact), is_found) for fact in _SEARCHED if self._table.has_fact(fact)]
        return _find_any(found) if found else np.zeros(self._table.num_rows, dtype=bool)

    def _find_by_fact(self, query: Comparison | Match | Membership | Containment | Presence) -> Mask:
        fact = resolve(query.name, self._table)
        column = self._table.arrays(fact)
        match query:
            case Comparison(name, sign, value):
                return self._compare(column, fact, name, sign, value)
            case Match(name, pattern, is_negated):
                return _match(column, name, pattern, is_negated)
            case Membership(name, values, is_negated):
                found = _find_any([self._compare(column, fact, name, "=", value) for value in values])
                return _negate(found, column, is_negated)
            case Containment(value, name, is_negated):
                return _negate(_contain(column, name, value), column, is_negated)
            case Presence(_, state, is_negated):
                found = column.has(Kind.MISSING) if state == "missing" else _find_nan(column)
                return ~found if is_negated else found

    def _compare(self, column: Arrays, fact: AnyFact, name: Name, sign: str, value: Value) -> Mask:
        if fact.unit == "status":
            check_status(value)
        if fact.unit in ("time", "span") or _is_all(column, Kind.NUMBER):
            return self._compare_numbers(column, fact, name, sign, value)
        if sign not in ("=", "!="):
            if not column.has(Kind.NUMBER).any():
                raise _refuse_order(column, name, value)
            return self._compare_numbers(column, fact, name, sign, value)
        if _is_all(column, Kind.BOOL) and parse_bool(value) is None:
            raise QueryError(f"`{name.text}` is true or false; got `{value.text[:100]}`.", value.span, "true")
        return _negate(_equal(column, value), column, sign == "!=")

    def _compare_numbers(self, column: Arrays, fact: AnyFact, name: Name, sign: str, value: Value) -> Mask:
        is_number = column.has(Kind.NUMBER)
        example = next(iter(column.numbers[is_number][:1].tolist()), None)
        number = get_number(name, value, fact.unit, example, self._utc_offset_secs)
        found: Mask = is_number & _COMPARE[sign](column.numbers, number)
        return found


def _find_all(masks: Sequence[Mask]) -> Mask:
    found: Mask = np.logical_and.reduce(masks)
    return found


def _find_any(masks: Sequence[Mask]) -> Mask:
    found: Mask = np.logical_or.reduce(masks)
    return found


def compile_pattern(pattern: Pattern) -> Callable[[str], bool]:
    """What tells whether a regular expression finds something in a text, in time linear in its length.

    Raises:
        QueryError: If it is none that RE2 reads.
    """
    options = re2.Options()
    options.case_sensitive = options.log_errors = False
    try:
        regex = re2.compile(pattern.text, options)
    except (re2.error, UnicodeEncodeError) as error:
        reason = error.args[0]
        said = reason.decode(errors="replace") if isinstance(reason, bytes) else "it holds half a character"
        raise QueryError(f"The regular expression cannot be read: {said}.", pattern.span) from error
    return lambda text: regex.search(text) is not None


def _test_texts(column: Arrays, is_found: Callable[[str], bool]) -> Mask:
    """Whether each is a text that passes."""
    return _test_values(column, Kind.TEXT, lambda value: isinstance(value, str) and is_found(value))


def _test_values(column: Arrays, kind: Kind, is_found: Callable[[Any], bool]) -> Mask:
    """Whether each is of a kind, text or list, and passes."""
    is_such = column.has(kind)
    if not is_such.any():
        return is_such
    passed = np.array([is_found(value) for value in column.values], dtype=bool)
    found: Mask = is_such & passed[np.where(is_such, column.codes, 0)]
    return found


def _negate(found: Mask, column: Arrays, is_negated: bool) -> Mask:
    return ~found & ~column.has(Kind.MISSING) if is_negated else found


def _is_all(column: Arrays, kind: Kind) -> bool:
    """Whether the fact is of one kind wherever it is, and is somewhere."""
    is_there = column.kinds != Kind.MISSING
    return bool(is_there.any()) and not (is_there & (column.kinds != kind)).any()


def _equal(column: Arrays, value: Value) -> Mask:
    text, number, truth = value.text, parse_number(value), parse_bool(value)
    found = _test_values(column, Kind.TEXT, lambda one: one == text)
    found |= _test_values(column, Kind.LIST, lambda one: show(one) == text)
    if number is not None:
        found |= column.has(Kind.NUMBER) & (column.numbers == number)
    if truth is not None:
        found |= column.has(Kind.BOOL) & (column.numbers == truth)
    if not value.is_quoted and text.lower() in NONES:
        found |= column.has(Kind.NONE)
    return found


def _match(column: Arrays, name: Name, pattern: Pattern, is_negated: bool) -> Mask:
    is_found = compile_pattern(pattern)
    if _is_all(column, Kind.NUMBER):
        raise QueryError(f"`{name.text}` is a number; `~` searches in text. Compare it by `<`, `=` or `>`.", name.span)
    found = _test_texts(column, is_found)
    found |= _test_values(column, Kind.LIST, lambda value: any(is_found(show(one)) for one in value))
    return _negate(found, column, is_negated)


def _contain(column: Arrays, name: Name, value: Value) -> Mask:
    is_coded = column.has(Kind.TEXT) | column.has(Kind.LIST)
    if not is_coded.any() and not column.has(Kind.MISSING).all():
        raise QueryError(f"`{name.text}` is neither text nor a list. Compare it by `=`.", name.span)
    lowered, number = value.text.lower(), parse_number(value)

    def holds(values: tuple[Any, ...]) -> bool:
        return any(_is_member(one, value, number) for one in values)

    found = _test_texts(column, lambda text: lowered in text.lower())
    return found | _test_values(column, Kind.LIST, holds)


def _is_member(member: Any, value: Value, number: float | None) -> bool:
    if isinstance(member, str):
        return member == value.text
    if isinstance(member, bool) or member is None:
        return not value.is_quoted and show(member) == value.text.lower()
    return number is not None and member == number


def _find_nan(column: Arrays) -> Mask:
    found: Mask = column.has(Kind.NUMBER) & np.isnan(column.numbers)
    return found


def _refuse_order(column: Arrays, name: Name, value: Value) -> QueryError:
    if column.has(Kind.MISSING).all():
        return QueryError(f"No run has `{name.text}`.", name.span)
    what = "a list" if column.has(Kind.LIST).any() else "text" if column.has(Kind.TEXT).any() else "true or false"
    hint = f"`{value.text} in {name.text}`" if what == "a list" else "`=`, `!=`, `in` or `~`"
    return QueryError(f"`{name.text}` is {what}, which has no order. Ask by {hint}.", name.span)
