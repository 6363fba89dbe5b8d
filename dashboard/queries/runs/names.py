"""What a name in a query means for the runs that there are."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from typing import NoReturn

from dashboard.queries.runs.facts import MEASURES, UNITS, AnyFact, Fact, Metric
from dashboard.queries.runs.syntax import Name, QueryError, write_name
from dashboard.queries.runs.table import RunTable

MAX_COMPARED = 5_000
"""With more names than these only some are looked at for one that is meant."""


def resolve(name: Name, table: RunTable) -> AnyFact:
    """The fact that a name means.

    Raises:
        QueryError: If no run has such a fact, with the name that is most like it.
    """
    fact = find_fact(name.text, table)
    if fact is None:
        _refuse(name, table)
    if isinstance(fact, Metric) and fact.measure in ("best", "best_step") and not table.has_direction(fact.tag):
        end = len(fact.measure) + 1
        stem = name.text[:-end]
        raise QueryError(
            f"No run declares which values of `{stem}` are better. Ask for `.min` or `.max`.",
            name.span, write_name(f"{stem}.min"),
        )  # fmt: skip
    return fact


def find_fact(name: str, table: RunTable) -> AnyFact | None:
    """The fact of a name; None if no run has it. Facts that every run may have are always there."""
    if name in UNITS:
        return Fact("run", name)
    source, _, rest = name.partition(".")
    candidates = [Fact("hparams", name)]
    if source == "env":
        candidates.insert(0, Fact("env", rest))
    if source == "hparams":
        candidates.append(Fact("hparams", rest))
    known = next((fact for fact in candidates if table.has_fact(fact)), None)
    return known or _find_metric(name, table) or (_find_metric(rest, table) if source == "metrics" else None)


def _find_metric(name: str, table: RunTable) -> Metric | None:
    tag, _, measure = name.rpartition(".")
    for known in MEASURES:
        if measure == known and tag in table.tags:
            return Metric(tag, known)
    return Metric(name) if name in table.tags else None


def name_fact(fact: AnyFact, table: RunTable) -> str:
    """The shortest name by which a query finds a fact."""
    if isinstance(fact, Metric):
        names = [fact.tag] if fact.measure == "last" else []
        names += [fact.title, f"metrics.{fact.title}"]
    else:
        names = [fact.title, f"{fact.source}.{fact.name}"]
    return next((name for name in names if find_fact(name, table) == fact), names[-1])


def iter_names(table: RunTable) -> Iterator[tuple[str, AnyFact]]:
    """All names and what they mean; each metric by its tag only."""
    for fact in table.iter_facts():
        yield name_fact(fact, table), fact
    for tag in table.tags:
        yield name_fact(Metric(tag), table), Metric(tag)


def find_alike(word: str, candidates: Iterable[str]) -> str:
    """The candidate that is most like a word; "" if none is."""
    some = [one for _, one in zip(range(MAX_COMPARED), candidates, strict=False)]
    lowered = {one.lower(): one for one in reversed(some)}
    found = difflib.get_close_matches(word.lower()[:200], lowered, 1, 0.6)
    return lowered[found[0]] if found else ""


def _refuse(name: Name, table: RunTable) -> NoReturn:
    stem, measure = name.text, ""
    for known in MEASURES:
        if name.text.endswith(f".{known}"):
            stem, measure = name.text.removesuffix(f".{known}"), f".{known}"
    is_metric = bool(measure) or "/" in name.text
    names = [text for text, _ in iter_names(table)]
    alike = find_alike(stem, (tag for tag in names if tag in table.tags)) if measure else ""
    suggestion = alike + measure if alike else find_alike(name.text, names)
    said = f"`{name.text[:100]}` is no {'metric' if is_metric else 'fact of these runs'}."
    hint = f" Did you mean `{suggestion}`?" if suggestion else " Text to find in names stands in quotes."
    raise QueryError(said + hint, name.span, write_name(suggestion) if suggestion else "")
