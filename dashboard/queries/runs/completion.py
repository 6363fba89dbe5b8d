"""What may come next in a query: names with examples of their values, values with how many runs have them, operators.

Works on text that is not a query yet, so it looks at the words before the cursor only.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from dashboard.queries.runs.columns import Arrays, Kind
from dashboard.queries.runs.facts import MEASURES, UNITS, AnyFact, Fact, Metric
from dashboard.queries.runs.names import find_fact, iter_names, name_fact
from dashboard.queries.runs.syntax import unquote, write_name, write_text
from dashboard.queries.runs.table import RunTable
from dashboard.queries.runs.values_of import Shown, rank_values

MAX_CANDIDATES = 50
_MAX_EXAMPLES = 3
_MAX_VALUES = 2_000

CandidateKind = Literal["fact", "hparam", "environment", "metric", "value", "operator", "keyword"]


@dataclass(frozen=True)
class Candidate:
    """What may stand in place of the word at the cursor.

    Attributes:
        text: As it is written in a query.
        kind: What it is.
        num_runs: How many runs have the fact, or the value; 0 for operators and keywords.
        examples: Values that runs have, of a name, as they are read: the commonest first, or the smallest and largest
            of many finite numbers.
    """

    text: str
    kind: CandidateKind
    num_runs: int = 0
    examples: tuple[str, ...] = ()


@dataclass(frozen=True)
class Completion:
    """Candidates for a place in the text.

    Attributes:
        start: First character that they replace.
        length: How many they replace.
        candidates: The likeliest first.
    """

    start: int
    length: int
    candidates: Sequence[Candidate]


_TOKEN = re.compile(
    r"""\s+ | "(?:[^"\\]|\\.)*"? | '(?:[^'\\]|\\.)*'? | `(?:[^`\\]|\\.)*`? | =~|!~|~|<=|>=|==|!=|<|>|= | [()\[\],]
    | [^\s()\[\]<>=!~"'`,]+ | .""",
    re.VERBOSE | re.DOTALL,
)
_OPERATORS = frozenset({"<", "<=", ">", ">=", "=", "==", "!=", "~", "=~", "!~"})
_JOINTS = ("and", "or", "not")


def complete(text: str, cursor: int, table: RunTable) -> Completion:
    """What may stand at a place of a text.

    Args:
        text: The query as far as it is written.
        cursor: How many characters stand before the cursor.
        table: The facts; inside `RunTable.reading`.
    """
    cursor = min(max(cursor, 0), len(text))
    tokens = [(found.start(), found[0]) for found in _TOKEN.finditer(text) if not found[0].isspace()]
    before = [word for start, word in tokens if start + len(word) < cursor or _ends_a_word(start, word, cursor)]
    at = next(((s, w) for s, w in tokens if s < cursor <= s + len(w) and not _ends_a_word(s, w, cursor)), (cursor, ""))
    typed = at[1][: cursor - at[0]].strip("\"'`").lower()
    found = _rank(_iter_candidates(before, typed, table), typed)
    return Completion(at[0], len(at[1]), [_describe(one, table) for one in found[:MAX_CANDIDATES]])


def _ends_a_word(start: int, word: str, cursor: int) -> bool:
    """Whether a token before the cursor is complete, though the cursor touches it."""
    return start + len(word) == cursor and (word in _OPERATORS or word in "()[],")


_Draft = tuple[str, CandidateKind, AnyFact | None, int]  # text, kind, the fact of a name, runs


def _iter_candidates(before: Sequence[str], typed: str, table: RunTable) -> Iterator[_Draft]:
    name = _find_compared(before)
    fact = None if name is None else find_fact(name, table)
    if name is not None:
        yield from () if fact is None else _iter_values(fact, table)
        return
    last = _unquote(before[-1]) if before else ""
    subject = find_fact(last, table) if before and last.lower() not in _JOINTS else None
    if subject is not None:
        yield from ((sign, "operator", None, 0) for sign in _find_operators(table.arrays(subject)))
    if before and last.lower() not in _JOINTS and before[-1] != "(":
        yield from ((word, "keyword", None, 0) for word in ("and", "or"))
    yield from _iter_names(typed, table)


def _find_compared(before: Sequence[str]) -> str | None:
    """The name whose value stands at the end; None if none does."""
    if len(before) >= 2 and before[-1] in _OPERATORS:
        return _unquote(before[-2])
    for place in range(len(before) - 1, 0, -1):
        if before[place] in ("(", "["):
            return _find_chosen(before[:place])
        if before[place] != "," and before[place - 1] not in ("(", "[", ","):
            return None
    return None


def _find_chosen(before: Sequence[str]) -> str | None:
    words = [word.lower() for word in before[-2:]]
    if len(before) < 2 or words[-1] != "in":
        return None
    is_negated = len(before) >= 3 and words[0] == "not"
    return _unquote(before[-3] if is_negated else before[-2])


def _unquote(word: str) -> str:
    return unquote(word) if len(word) > 1 and word[0] == word[-1] == "`" else word


def _iter_values(fact: AnyFact, table: RunTable) -> Iterator[_Draft]:
    if fact.unit == "span":
        yield from ((span, "value", None, 0) for span in ("15m", "1h", "6h", "1d", "7d"))
        return
    if fact.unit == "time":
        return
    ranked = rank_values(table.arrays(fact), table.order)
    for count, shown in ranked.list_commonest(_MAX_VALUES):
        yield _write(shown), "value", None, count


def _write(shown: Shown) -> str:
    return write_text(shown.text) if isinstance(shown.value, (str, tuple)) else shown.text


def _find_operators(column: Arrays) -> tuple[str, ...]:
    if column.has(Kind.NUMBER).any():
        return ("<", "<=", ">", ">=", "=", "!=", "in", "is missing")
    return ("=", "!=", "~", "in", "not in", "is missing")


def _iter_names(typed: str, table: RunTable) -> Iterator[_Draft]:
    for name, fact in iter_names(table):
        yield write_name(name), _kind_of(fact), fact, 0
        if isinstance(fact, Metric) and typed.startswith(f"{fact.tag.lower()}."):
            for metric in (Metric(fact.tag, measure) for measure in MEASURES):
                if not metric.measure.startswith("best") or table.has_direction(fact.tag):
                    yield write_name(name_fact(metric, table)), "metric", metric, 0
    yield from _iter_tags(table)
    for name in UNITS:
        if not table.has_fact(Fact("run", name)):
            yield name, "fact", None, 0
    if typed:
        yield from (("not", "keyword", None, 0),)


def _iter_tags(table: RunTable) -> Iterator[_Draft]:
    """What people ask of tags: `baseline in tags`."""
    column = table.arrays(Fact("run", "tags"))
    codes = column.codes[table.order][column.kinds[table.order] == Kind.LIST]
    counted = Counter(tag for code in codes.tolist() for tag in column.values[code])
    for tag, count in counted.most_common(MAX_CANDIDATES):
        yield f"{write_text(tag)} in tags", "value", None, count


def _kind_of(fact: AnyFact) -> CandidateKind:
    if isinstance(fact, Metric):
        return "metric"
    return {"hparams": "hparam", "env": "environment", "run": "fact"}[fact.source]  # type: ignore[return-value]


def _rank(drafts: Iterable[_Draft], typed: str) -> list[_Draft]:
    """Those that hold what was typed: first where it begins the name, then where it begins a part of it."""
    found: list[tuple[int, int, _Draft]] = []
    seen = set()
    for place, draft in enumerate(drafts):
        lowered = draft[0].lower().strip("\"'`")
        at = lowered.find(typed)
        if at < 0 or draft[0] in seen:
            continue
        seen.add(draft[0])
        is_part = at > 0 and not lowered[at - 1].isalnum()
        found.append((0 if at == 0 else 1 if is_part else 2, place, draft))
    return [draft for _, _, draft in sorted(found, key=lambda one: one[:2])]


def _describe(draft: _Draft, table: RunTable) -> Candidate:
    text, kind, fact, num_runs = draft
    if fact is None:
        return Candidate(text, kind, num_runs)
    ranked = rank_values(table.arrays(fact), table.order)
    num_runs = len(table.order) - ranked.num_missing
    is_range = ranked.num_values > 2 * _MAX_EXAMPLES and [piece for piece, _ in ranked.pieces][:1] == [Kind.NUMBER]
    if fact.unit in ("time", "span"):
        examples = []
    elif is_range:
        numbers = ranked.pieces[0][1]
        numbers = numbers[np.isfinite(numbers)]
        examples = [Shown(float(number)) for number in (numbers[:1].tolist() + numbers[-1:].tolist())]
    else:
        examples = [shown for _, shown in ranked.list_commonest(_MAX_EXAMPLES)]
    return Candidate(text, kind, num_runs, tuple(map(_shorten, examples)))


def _shorten(shown: Shown) -> str:
    if not isinstance(shown.value, float):
        return shown.text[:80]
    if math.isnan(shown.value):
        return "NaN"
    if math.isinf(shown.value):
        return "+Inf" if shown.value > 0 else "−Inf"
    text = re.sub(r"e\+?(-?)0?", r"e\1", f"{abs(shown.value):.4g}")
    return f"−{text}" if shown.value < 0 else text
