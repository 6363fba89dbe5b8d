"""What is offered at each place of a query."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dashboard.queries.runs.completion import complete
from dashboard.queries.runs.table import RunTable
from summaries import SummaryWriter
from tests.dashboard.queries.runs.conftest import NOW, read_store

QUERY = "lr < 0.01 and optimizer.name in (adam, sgd) and baseline in tags"
TEXTS = st.one_of(st.text(max_size=30), st.text(st.sampled_from("lr <=(),\"`'aon/."), max_size=20))


@pytest.mark.parametrize(
    ("text", "replaced", "first"),
    [
        ("l", "l", ["layers", "lr"]),
        ("lr < 1 and opt", "opt", ["optimizer.name"]),
        ("name", "name", ["name"]),
        ("los", "los", ["val/loss"]),
        ("val/loss.m", "val/loss.m", ["val/loss.min", "val/loss.max", "val/loss.mean"]),
        ("acc.b", "acc.b", ["acc.best", "acc.best_step"]),
        ("lr ", "", ["<", "<=", ">", ">=", "="]),
        ("optimizer.name ", "", ["=", "!=", "~"]),
        ("optimizer.name = ", "", None),
        ("optimizer.name = ad", "ad", ["adam", '"adam w"']),
        ("optimizer.name=ad", "ad", ["adam", '"adam w"']),
        ('optimizer.name = "adam', '"adam', ["adam", '"adam w"']),
        ("optimizer.name in (", "", None),
        ("optimizer.name not in (sgd, ad", "ad", ["adam", '"adam w"']),
        ("warm-up = ", "", None),
        ("status = f", "f", ["finished", "failed"]),
        ("age < ", "", ["15m", "1h"]),
        ("lr < 1 o", "o", ["or", "optimizer.name"]),
        ("base", "base", ["baseline in tags"]),
        ("(lr", "lr", ["lr"]),
        ("xyzzy", "xyzzy", []),
    ],
)
def test_candidates(text: str, replaced: str, first: list[str] | None, table: RunTable) -> None:
    found = complete(text, len(text), table)

    assert text[found.start : found.start + found.length] == replaced
    texts = [one.text for one in found.candidates]
    if first is None:
        assert {one.kind for one in found.candidates} == {"value"}
    else:
        assert texts[: len(first)] == first
        assert bool(texts) == bool(first)


def test_word_at_the_cursor_is_replaced_whole(table: RunTable) -> None:
    found = complete("opt.nam = adam", 3, table)

    assert (found.start, found.length) == (0, 7)
    assert found.candidates[0].text == "optimizer.name"


def test_candidates_have_counts_and_examples(table: RunTable) -> None:
    found = {one.text: one for one in complete("", 0, table).candidates}

    assert found["lr"].num_runs == 24
    assert set(found["lr"].examples) <= {"0.0001", "0.001", "0.01", "0.1"}
    assert found["lr"].kind == "hparam"
    values = complete("optimizer.name = ", 17, table).candidates
    assert sum(one.num_runs for one in values) == 24
    assert values[0].num_runs >= values[-1].num_runs


@pytest.mark.parametrize(
    ("values", "examples"),
    [
        ([-0.036789, math.nan, -math.inf, math.inf, 0.5, 1e-5, 0.8394], ("−0.03679", "0.8394")),
        ([-2e-5, math.nan, math.inf], ("−2e-5", "+Inf", "NaN")),
        ([3e20, -math.inf], ("−Inf", "3e20")),
    ],
)
def test_examples_are_the_ends_of_finite_values_and_written_as_on_the_page(
    values: list[float], examples: tuple[str, ...], tmp_path: Path
) -> None:
    for number, value in enumerate(values):
        with SummaryWriter(tmp_path / f"run_{number}") as writer:
            writer.add_scalar("loss", value, 0, double_precision=True)
    with RunTable(read_store(tmp_path)).reading(NOW) as table:
        (candidate,) = [one for one in complete("loss", 4, table).candidates if one.text == "loss"]

    assert candidate.examples == examples


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    text=st.one_of(st.text(max_size=30), st.text(st.sampled_from("lr <=(),\"`'aon/."), max_size=20)),
    cursor=st.integers(-2, 40),
)
def test_any_text_can_be_completed(text: str, cursor: int, whole_table: RunTable) -> None:
    with whole_table.reading(NOW) as table:
        found = complete(text, cursor, table)

    assert 0 <= found.start <= found.start + found.length <= len(text)


@pytest.mark.parametrize("cursor", range(len(QUERY) + 1))
def test_every_place_of_a_query_can_be_completed(cursor: int, table: RunTable) -> None:
    found = complete(QUERY, cursor, table)

    assert found.start <= cursor <= found.start + found.length
