"""The page on queries tells what is so."""

from __future__ import annotations

import re
from pathlib import Path

from dashboard.queries.runs.facts import MEASURES, UNITS
from dashboard.queries.runs.grammar import parse
from dashboard.queries.runs.syntax import Value
from dashboard.queries.runs.values import parse_number

PAGE = (Path(__file__).parents[4] / "docs" / "queries.md").read_text()


def find_rows(head: str) -> list[str]:
    """The first cells of the table whose head begins so."""
    rows = PAGE.split(f"| {head} |")[1].split("\n\n")[0].splitlines()[2:]
    return [row.split(" | ")[0].removeprefix("| ") for row in rows]


def test_every_term_of_the_page_is_a_query() -> None:
    terms = [term.strip("`") for term in find_rows("term")]

    assert len(terms) == 8
    assert all(parse(term) is not None for term in terms)


def test_every_fact_stands_on_the_page() -> None:
    named = set(re.findall(r"`([^`]+)`", " ".join(find_rows("fact"))))

    assert set(UNITS) <= named
    assert all(f"`.{measure}`" in PAGE for measure in MEASURES)


def test_numbers_of_the_page_are_numbers() -> None:
    numbers = re.findall(r"`([^`]+)`", PAGE.split("| number | ")[1].split(" |\n")[0])

    assert [parse_number(Value(number)) for number in numbers] == [0.1, 1e-3, 1e4, 2e6, 0.5, float("inf")]
