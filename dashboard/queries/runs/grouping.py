"""Runs in groups: those with the same values of some facts, or with the same parts in their names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import re2

from dashboard.queries.runs.columns import Column
from dashboard.queries.runs.facts import AnyFact, Fact
from dashboard.queries.runs.names import name_fact
from dashboard.queries.runs.syntax import QueryError, Span
from dashboard.queries.runs.table import Rows, RunTable
from dashboard.queries.runs.values_of import Ranked, Shown, rank_values

MAX_GROUPS = 1_000


@dataclass(frozen=True)
class Group:
    """Runs that belong together.

    Attributes:
        key: The values that they share, by name, in the order asked for.
        rows: Their rows, in the order in which they were given.
        states: How many of them are in each state; "" counts those that say nothing.
    """

    key: tuple[tuple[str, Shown], ...]
    rows: Rows
    states: dict[str, int]

    @property
    def label(self) -> str:
        """What tells it from the other groups, as `lr 0.1 · adam`."""
        return " · ".join(_label(name, shown) for name, shown in self.key) or "all"


def group_by_facts(
    table: RunTable, rows: Rows, facts: Sequence[AnyFact], *, max_groups: int = MAX_GROUPS
) -> list[Group]:
    """Groups of runs with the same values, in the order of the first fact's values, then of the second's, and so on.

    Raises:
        QueryError: If there are too many groups to be of use.
    """
    names = [name_fact(fact, table) for fact in facts]
    ranked = [rank_values(table.arrays(fact), rows) for fact in facts]
    return _make_groups(table, rows, names, ranked, max_groups)


def group_by_pattern(table: RunTable, rows: Rows, pattern: str) -> list[Group]:
    """Groups of runs in whose name the groups of a regular expression find the same; the others are the last group.

    Args:
        table: The facts.
        rows: Which runs.
        pattern: Of RE2. A group `(?P<depth>…)` is named so, others are numbered; without any, all it finds counts.

    Raises:
        QueryError: If it is no regular expression, or there are too many groups to be of use.
    """
    regex = _compile(pattern)
    names = [name for name, _ in sorted(regex.groupindex.items(), key=lambda one: one[1])]
    if len(names) < regex.groups:
        by_number = {number: name for name, number in regex.groupindex.items()}
        names = [by_number.get(number, str(number)) for number in range(1, regex.groups + 1)]
    columns = [Column() for _ in names or [""]]
    for place, name in enumerate(table.names_of(rows)):
        found = regex.search(name)
        if found is None:
            continue
        for column, text in zip(columns, found.groups() if names else [found.group()], strict=True):
            if text is not None:
                column.put_many([place], [text], len(rows))
    places = np.arange(len(rows))
    ranked = [rank_values(column.arrays(len(rows)), places) for column in columns]
    return _make_groups(table, rows, names or [""], ranked, MAX_GROUPS)


def _compile(pattern: str) -> re2._Regexp:
    options = re2.Options()
    options.log_errors = False
    try:
        return re2.compile(pattern, options)
    except (re2.error, UnicodeEncodeError) as error:
        reason = error.args[0]
        said = reason.decode(errors="replace") if isinstance(reason, bytes) else "it holds half a character"
        span = Span(0, len(pattern))
        raise QueryError(f"The regular expression cannot be read: {said}.", span) from error


def _make_groups(
    table: RunTable, rows: Rows, names: Sequence[str], ranked: Sequence[Ranked], max_groups: int
) -> list[Group]:
    if not len(rows):
        return []
    ids = np.zeros(len(rows), dtype=np.int64)
    for one in ranked:
        _, ids = np.unique(ids * len(one.values) + one.ids, return_inverse=True)
    counts = np.bincount(ids)
    if len(counts) > max_groups:
        raise QueryError(
            f"These are {len(counts):,} groups of {len(rows):,} runs; at most {max_groups:,} are shown. "
            "Group by what fewer values are of.",
            Span(),
        )
    states = rank_values(table.arrays(Fact("run", "status")), rows)
    members = np.split(np.argsort(ids, kind="stable"), np.cumsum(counts)[:-1])
    return [_make_group(rows, places, names, ranked, states) for places in members]


def _make_group(rows: Rows, places: Rows, names: Sequence[str], ranked: Sequence[Ranked], states: Ranked) -> Group:
    key = tuple((name, one.values[one.ids[places[0]]]) for name, one in zip(names, ranked, strict=True))
    counts = np.bincount(states.ids[places], minlength=len(states.values)).tolist()
    told = {shown.text: count for shown, count in zip(states.values, counts, strict=True) if count}
    return Group(key, rows[places], told)


def _label(name: str, shown: Shown) -> str:
    if shown.is_missing:
        return f"no {name}" if name else "no match"
    return shown.text if isinstance(shown.value, str) else f"{name} {shown.text}"
