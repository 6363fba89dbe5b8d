"""What queries find: beside an interpreter that looks at each run, beside pandas, and by hand."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dashboard.queries.runs.evaluate import find_runs
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
    write,
)
from dashboard.queries.runs.table import RunTable
from summaries import SummaryWriter
from tests.dashboard.queries.runs.conftest import DAY, DIRECTIONS, NOW, PlainRun, read_store, write_run
from tests.dashboard.queries.runs.interpreter import find_facts, is_found

METRICS = ("val/loss", "acc", "val/loss.min", "acc.max", "acc.best", "acc.mean", "val/loss.best_step")
NUMBERS = ("lr", "seed", "points", *METRICS)
TEXTS = ("optimizer.name", "notes", "group", "name")
PLAIN = st.sampled_from(["1", "2.5", "1e-3", "0.1", "25%", "0.002k", "3"]).map(Value)
WORDS = st.sampled_from(["adam", "a", "auto", "true", "none", "1", "relu", "diverged at 300", "adam w", "[64, 10]"])
SIGNS = st.sampled_from(["<", "<=", ">", ">=", "=", "!="])
EQUAL = st.sampled_from(["=", "!="])


def name_of(names: tuple[str, ...]) -> st.SearchStrategy[Name]:
    return st.sampled_from(names).map(Name)


QUOTED = WORDS.map(lambda text: Value(text, is_quoted=True))
SOME_TEXT = st.one_of(QUOTED, st.sampled_from(["adam", "a", "b"]).map(Value))
PATTERNS = st.sampled_from(["a", "^s", "ADAM_[12]", "at \\d+$", "w?$"]).map(Pattern)
MIXED = ("mixed", "warm-up", "layers", *TEXTS)
LEAVES = st.one_of(
    st.sampled_from(["SWEEP", "adam", "_1", ""]).map(Word),
    PATTERNS,
    st.builds(Comparison, name_of(NUMBERS), SIGNS, PLAIN),
    st.builds(Comparison, name_of(("mixed",)), SIGNS, PLAIN),
    st.builds(Comparison, name_of(("age", "duration")), SIGNS, st.sampled_from(["90s", "2m", "48h", "3d"]).map(Value)),
    st.builds(Comparison, name_of(("mixed", "layers", *TEXTS)), EQUAL, st.one_of(SOME_TEXT, PLAIN)),
    st.builds(Comparison, name_of(("warm-up",)), EQUAL, st.sampled_from(["true", "false"]).map(Value)),
    st.builds(Comparison, name_of(("status",)), EQUAL, st.sampled_from(["failed", "running"]).map(Value)),
    st.builds(Membership, name_of(NUMBERS), st.lists(PLAIN, min_size=1, max_size=3).map(tuple), st.booleans()),
    st.builds(Membership, name_of(TEXTS), st.lists(SOME_TEXT, min_size=1, max_size=3).map(tuple), st.booleans()),
    st.builds(Containment, st.one_of(SOME_TEXT, PLAIN), name_of(("tags", "layers", "mixed", *TEXTS)), st.booleans()),
    st.builds(Match, name_of(("tags", "mixed", *TEXTS)), PATTERNS, st.booleans()),
    st.builds(Presence, name_of((*NUMBERS, *MIXED, "tags")), st.sampled_from(["missing", "nan"]), st.booleans()),
)


def join(inner: st.SearchStrategy[Query]) -> st.SearchStrategy[Query]:
    several = st.lists(inner, min_size=2, max_size=3).map(tuple)
    return st.one_of(st.builds(Not, inner), st.builds(And, several), st.builds(Or, several))


QUERIES: st.SearchStrategy[Query] = st.recursive(LEAVES, join, max_leaves=5)


@settings(max_examples=400, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(query=QUERIES)
def test_query_finds_what_looking_at_each_run_finds(
    query: Query, whole_table: RunTable, plain_runs: list[PlainRun]
) -> None:
    expected = {run["name"] for run in plain_runs if is_found(query, find_facts(run, NOW, DIRECTIONS))}

    with whole_table.reading(NOW) as table:
        found = set(table.names_of(find_runs(write(query), table)))

    assert found == expected


@pytest.mark.parametrize(
    "query",
    [
        "lr < 0.01",
        "lr <= 0.01 and seed != 2",
        "seed in (1, 3) and not (lr == 0.1 or points > 5)",
        "points >= 7 or lr > 0.01 and seed == 0",
        "seed not in [0, 1]",
    ],
)
def test_query_finds_what_pandas_finds(query: str, table: RunTable, plain_runs: list[PlainRun]) -> None:
    frame = pd.DataFrame([find_facts(run, NOW, DIRECTIONS) for run in plain_runs])

    found = table.names_of(find_runs(query, table))

    assert sorted(found) == sorted(frame.query(query)["name"])


@pytest.fixture
def few(tmp_path: Path) -> RunTable:
    """Three runs that one can keep in mind."""
    common: PlainRun = {"notes": None, "group": None, "tags": [], "status": "finished"}
    runs: list[PlainRun] = [
        {"name": "a/one", "config": {"lr": 0.1, "opt": "adam"}, "scalars": {"val/loss": [1.0, 0.5]}},
        {"name": "a/two", "config": {"lr": 0.01, "opt": "sgd"}, "scalars": {"val/loss": [0.3, 0.4]}},
        {"name": "b/three", "config": {"opt": "sgd"}, "scalars": {"acc": [0.9, math.nan]}},
    ]  # fmt: skip
    runs[1] |= {"tags": ["baseline"]}
    for run, days in zip(runs, (1, 3, 9), strict=True):
        write_run(tmp_path, common | run | {"start": NOW - days * DAY})
    return RunTable(read_store(tmp_path))


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", "one two three"),
        ("ONE", "one"),
        ("a/ t", "two"),
        ("/^b|ONE$/", "one three"),
        ("lr < 0.05", "two"),
        ("lr != 0.1", "two"),
        ("not lr = 0.1", "two three"),
        ("lr is missing", "three"),
        ("val/loss < 0.45", "two"),
        ("val/loss.min < 0.45", "two"),
        ("val/loss.max >= 1", "one"),
        ("val/loss.mean = 0.75", "one"),
        ("val/loss.best <= 0.3 and val/loss.best_step = 0", "two"),
        ("acc is nan", "three"),
        ("acc.max > 0.5", "three"),
        ("baseline in tags", "two"),
        ('"baseline" not in tags', ""),
        ("age < 2d", "one"),
        ("age > 1w", "three"),
        ("started > 2033-05-14", "one two"),
        ("started < 2033-05-09T10:00", "three"),
        ("opt = sgd and age < 1w", "two"),
        ("metrics.val/loss.last = 0.5 or hparams.opt = adam", "one"),
        ("status = finished", "one two three"),
        ("status = running or status=stalled", ""),
    ],
)
def test_table_of_queries(query: str, names: str, few: RunTable) -> None:
    with few.reading(NOW) as table:
        assert [name[2:] for name in table.names_of(find_runs(query, table))] == names.split()


def test_days_are_those_of_who_asks(few: RunTable) -> None:
    """One began 2033-05-17 03:33:20 UTC."""
    with few.reading(NOW) as table:
        assert len(find_runs("started >= 2033-05-17", table)) == 1
        assert len(find_runs("started >= 2033-05-17", table, utc_offset_secs=-4 * 3600)) == 0


@pytest.mark.parametrize(
    ("query", "message", "start", "suggestion"),
    [
        ("val/los < 1", "`val/los` is no metric. Did you mean `val/loss`?", 0, "val/loss"),
        ("one vall/loss.min > 3", "Did you mean `val/loss.min`?", 4, "val/loss.min"),
        ("lrr = 1", "`lrr` is no fact of these runs. Did you mean `lr`?", 0, "lr"),
        ("xyzzy = 1", "Text to find in names stands in quotes.", 0, ""),
        ("lr = adam", "`lr` is a number; got `adam`. Write a number, as 0.", 5, ""),
        ('lr = "0.1"', "Write 0.1 without quotes", 5, "0.1"),
        ("lr < 2d", "not a span of time", 5, ""),
        ("opt < 3", "`opt` is text, which has no order", 0, ""),
        ("tags > 3", "Ask by `3 in tags`", 0, ""),
        ("age < 2", "Write a unit, as 2h or 2d", 6, "2h"),
        ("age < yesterday", "Write it as 90s", 6, ""),
        ("started > 2d", "for a span of time ask for `age`", 10, ""),
        ("started > 2033-13-01", "Write a day or moment", 10, ""),
        ("status = faild", "Did you mean failed?", 9, "failed"),
        ("status = x", "Write running, finished, failed, interrupted or stalled", 9, ""),
        ("lr ~ 1", "Compare it by `<`", 0, ""),
        ("3 in lr", "neither text nor a list", 5, ""),
        ("name ~ /(/", "cannot be read", 7, ""),
        ("acc.best > 1 or unknown.best = 3", "`unknown.best` is no metric", 16, ""),
    ],
)
def test_what_does_not_fit_is_refused_with_a_suggestion(
    query: str, message: str, start: int, suggestion: str, few: RunTable
) -> None:
    with few.reading(NOW) as table, pytest.raises(QueryError) as refused:
        find_runs(query, table)

    assert message in refused.value.message
    assert (refused.value.span.start, refused.value.suggestion) == (start, suggestion)


def test_best_needs_a_declaration(tmp_path: Path) -> None:
    with SummaryWriter(tmp_path / "a") as writer:
        writer.add_scalar("loss", 1.0, 0)
    with RunTable(read_store(tmp_path)).reading(NOW) as table, pytest.raises(QueryError) as refused:
        find_runs("loss.best < 1", table)

    assert refused.value.suggestion == "loss.min"


HOSTILE = {
    "markup": "<script>alert(1)</script>", "long": "x" * 1_000_000, "rtl": "\u202eאבג", "newline": "a\nb",
    "dots": "..", "quotes": "\"'`\\", "regex": "a.*(b", "empty-ish": " ",
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_facts_are_found_as_text(tmp_path: Path, name: str, write_one: Callable[..., RunTable]) -> None:
    value = HOSTILE[name]
    table = write_one({value[:200]: value, "other": 1})

    with table.reading(NOW) as read:
        for query in (
            Comparison(Name(value[:200]), "=", Value(value[:1000], is_quoted=True)),
            Containment(Value(value[:1000], is_quoted=True), Name(value[:200])),
        ):
            expected = isinstance(query, Containment) or len(value) <= 1000
            assert bool(len(find_runs(write(query), read))) == expected


@pytest.fixture
def write_one(tmp_path: Path) -> Callable[..., RunTable]:
    def write(config: dict[str, Any]) -> RunTable:
        with SummaryWriter(tmp_path / "run", config=config) as writer:
            writer.add_scalar("loss", 1.0, 0)
        return RunTable(read_store(tmp_path))

    return write


def test_regular_expression_takes_linear_time(write_one: Callable[..., RunTable]) -> None:
    """A backtracking engine would take longer than the universe is old."""
    with write_one({"text": "a" * 50_000}).reading(NOW) as table:
        assert len(find_runs("text ~ /^(a+)+b$/", table)) == 0
