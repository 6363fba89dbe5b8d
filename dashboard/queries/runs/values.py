"""What a value in a query means: a number, a span of time, a moment, or a text."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

from dashboard.queries.runs.columns import show
from dashboard.queries.runs.facts import STATES, Unit
from dashboard.queries.runs.names import find_alike
from dashboard.queries.runs.syntax import Name, QueryError, Value, write_text

_NUMBER = re.compile(r"([+-]?(?:\d+(?:_\d+)*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)([kMGT%]?)", re.ASCII)
_FACTORS = {"": 1.0, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "%": 0.01}
_INFINITIES = {"inf": float("inf"), "+inf": float("inf"), "-inf": float("-inf")}
_SPAN = re.compile(r"(?:\d+(?:\.\d+)?(?:ms|[smhdw]))+", re.ASCII)
_SPAN_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|[smhdw])", re.ASCII)
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0, "w": 604_800.0}
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_BOOLS = {"true": True, "false": False}
NONES = frozenset({"none", "null"})


def parse_number(value: Value) -> float | None:
    """The number of a value, as `1e-3`, `10k`, `50%`; None if it is none, or stands in quotes."""
    if value.is_quoted:
        return None
    if value.text.lower() in _INFINITIES:
        return _INFINITIES[value.text.lower()]
    found = _NUMBER.fullmatch(value.text)
    return None if found is None else float(found[1]) * _FACTORS[found[2]]


def parse_bool(value: Value) -> bool | None:
    """The truth value of a value; None if it is none."""
    return None if value.is_quoted else _BOOLS.get(value.text.lower())


def get_number(name: Name, value: Value, unit: Unit, example: float | None, utc_offset_secs: float) -> float:
    """The number that a value means where one is needed.

    Args:
        name: What is compared.
        value: What it is compared with.
        unit: How values of the fact are written.
        example: A value that some run has.
        utc_offset_secs: How far the clock of who asks is ahead of UTC.

    Raises:
        QueryError: If the value is another.
    """
    if unit == "span":
        return _get_span(name, value)
    if unit == "time":
        return _get_moment(name, value, utc_offset_secs)
    number = parse_number(value)
    if number is not None:
        return number
    is_number_in_quotes = value.is_quoted and parse_number(Value(value.text)) is not None
    if is_number_in_quotes:
        raise QueryError(f"`{name.text}` is a number. Write {value.text} without quotes.", value.span, value.text)
    if not value.is_quoted and _SPAN.fullmatch(value.text):
        raise QueryError(f"`{name.text}` is a plain number, not a span of time; got {value.text}.", value.span)
    such = "" if example is None else f", as {show(example)}"
    raise QueryError(f"`{name.text}` is a number; got {_cite(value)}. Write a number{such}.", value.span)


def _get_span(name: Name, value: Value) -> float:
    if not value.is_quoted and _SPAN.fullmatch(value.text):
        return sum(float(number) * _SECONDS[unit] for number, unit in _SPAN_PART.findall(value.text))
    said = f"`{name.text}` is a span of time; got {_cite(value)}."
    if parse_number(value) is not None and value.text[-1:].isdigit():
        raise QueryError(f"{said} Write a unit, as {value.text}h or {value.text}d.", value.span, f"{value.text}h")
    raise QueryError(f"{said} Write it as 90s, 15m, 3h, 2d or 1w.", value.span)


def _get_moment(name: Name, value: Value, utc_offset_secs: float) -> float:
    text = value.text.replace(" ", "T").replace("t", "T")
    try:
        if not _DAY.match(text):
            raise ValueError(text)
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=timezone(timedelta(seconds=utc_offset_secs)))
        return (moment - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds()
    except (ValueError, OverflowError) as error:
        hint = "Write a day or moment, as 2026-11-20 or 2026-11-20T14:02"
        hint += "; for a span of time ask for `age`." if _SPAN.fullmatch(value.text) else "."
        raise QueryError(f"`{name.text}` is a time; got {_cite(value)}. {hint}", value.span) from error


def check_status(value: Value) -> None:
    """Checks that a value is a status that a run may have.

    Raises:
        QueryError: If it is none.
    """
    if value.text not in STATES:
        alike = find_alike(value.text, STATES)
        hint = f"Did you mean {alike}?" if alike else f"Write {', '.join(STATES[:-1])} or {STATES[-1]}."
        raise QueryError(f"{_cite(value)} is no status. {hint}", value.span, alike)


def _cite(value: Value) -> str:
    return f"`{write_text(value.text[:100])}`"
