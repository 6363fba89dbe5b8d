"""What a query finds, run by run in plain Python: slow, and written apart from what it tests."""

from __future__ import annotations

import math
import re
from typing import Any

from dashboard.queries.runs.syntax import (
    And,
    Comparison,
    Containment,
    Match,
    Membership,
    Not,
    Or,
    Pattern,
    Presence,
    Query,
    Value,
    Word,
)

SUFFIXES = {"k": 1e3, "M": 1e6, "%": 0.01}
SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 7 * 86_400}
SPANS = ("age", "duration")
GONE = object()


def find_facts(run: dict[str, Any], now: float, directions: dict[str, str]) -> dict[str, Any]:
    """What may be asked of a run, by the name in a query; what it lacks is not there."""
    facts: dict[str, Any] = {"name": run["name"], "status": run["status"]}
    facts |= {name: run[name] for name in ("notes", "group", "tags") if run[name]}
    for name, value in run["config"].items():
        if isinstance(value, dict):
            facts |= {f"{name}.{inner}": one for inner, one in value.items()}
        else:
            facts[name] = value
    last = 0
    for tag, values in run["scalars"].items():
        last = max(last, len(values) - 1)
        finite = [value for value in values if math.isfinite(value)]
        facts[tag] = facts[f"{tag}.last"] = values[-1]
        if finite:
            best = min(finite) if directions[tag] == "min" else max(finite)
            facts |= {f"{tag}.min": min(finite), f"{tag}.max": max(finite), f"{tag}.best": best}
            facts |= {f"{tag}.mean": math.fsum(finite) / len(finite), f"{tag}.best_step": values.index(best)}
    facts |= {"duration": 60.0 * last, "age": now - run["start"] - 60.0 * last}
    facts["points"] = sum(map(len, run["scalars"].values()))
    return facts


def is_found(query: Query, facts: dict[str, Any]) -> bool:
    match query:
        case And(parts):
            return all(is_found(part, facts) for part in parts)
        case Or(parts):
            return any(is_found(part, facts) for part in parts)
        case Not(part):
            return not is_found(part, facts)
        case Word(text):
            return text.lower() in facts["name"].lower()
        case Pattern(text):
            return re.search(text, facts["name"], re.IGNORECASE) is not None
        case Presence(name, state, is_negated):
            fact = facts.get(name.text, GONE)
            is_so = fact is GONE if state == "missing" else is_number(fact) and math.isnan(fact)
            return is_so != is_negated
    fact = facts.get(query.name.text, GONE)
    return fact is not GONE and compares(query, query.name.text, fact)


def compares(query: Comparison | Match | Membership | Containment, name: str, fact: Any) -> bool:
    match query:
        case Comparison(_, "=", value):
            return equals(name, fact, value)
        case Comparison(_, "!=", value):
            return not equals(name, fact, value)
        case Comparison(_, sign, value):
            number = to_number(name, value)
            if not is_number(fact):
                return False
            return {"<": fact < number, "<=": fact <= number, ">": fact > number, ">=": fact >= number}[sign]
        case Membership(_, values, is_negated):
            return any(equals(name, fact, value) for value in values) != is_negated
        case Match(_, pattern, is_negated):
            texts = fact if isinstance(fact, list) else [fact] if isinstance(fact, str) else []
            return any(re.search(pattern.text, show(text), re.IGNORECASE) for text in texts) != is_negated
        case Containment(value, _, is_negated):
            return contains(fact, value) != is_negated


def contains(fact: Any, value: Value) -> bool:
    if isinstance(fact, str):
        return value.text.lower() in fact.lower()
    return isinstance(fact, list) and any(
        member == value.text if isinstance(member, str) else equals("", member, value) for member in fact
    )


def equals(name: str, fact: Any, value: Value) -> bool:
    if isinstance(fact, bool):
        return not value.is_quoted and value.text == show(fact)
    if fact is None:
        return not value.is_quoted and value.text == "none"
    if is_number(fact):
        return not value.is_quoted and fact == to_number(name, value)
    return show(fact) == value.text


def is_number(fact: Any) -> bool:
    return isinstance(fact, (int, float)) and not isinstance(fact, bool)


def to_number(name: str, value: Value) -> float:
    """The number of a value; NaN, which compares with nothing, for any other."""
    text = value.text
    if name in SPANS:
        return float(text[:-1]) * SECONDS[text[-1]]
    try:
        return float(text[:-1]) * SUFFIXES[text[-1]] if text[-1:] in SUFFIXES else float(text)
    except ValueError:
        return math.nan


def show(fact: Any) -> str:
    if fact is None or isinstance(fact, bool):
        return {None: "none", True: "true", False: "false"}[fact]
    return f"[{', '.join(map(show, fact))}]" if isinstance(fact, list) else str(fact)
