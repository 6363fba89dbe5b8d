"""Queries are read as written, and what cannot be read is told with its place."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.queries.runs.grammar import MAX_CHARACTERS, parse
from dashboard.queries.runs.syntax import (
    MAX_DEPTH,
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

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
NAMES = st.builds(Name, st.one_of(st.sampled_from(["lr", "val/loss.min", "a-b.c", "and", "1"]), TEXTS.filter(bool)))
VALUES = st.one_of(
    st.builds(Value, st.sampled_from(["1e-3", "10k", "2d", "adam", "true", "-1", "2026-11-20", "in"])),
    st.builds(Value, TEXTS, st.just(True)),
)
PATTERNS = st.builds(Pattern, st.text(st.sampled_from("ab.*/[]()+ \n"), min_size=1, max_size=8))
SIGNS = st.sampled_from(["<", "<=", ">", ">=", "=", "!="])
LEAVES = st.one_of(
    st.builds(Word, TEXTS),
    PATTERNS,
    st.builds(Comparison, NAMES, SIGNS, VALUES),
    st.builds(Match, NAMES, PATTERNS, st.booleans()),
    st.builds(Membership, NAMES, st.lists(VALUES, min_size=1, max_size=3).map(tuple), st.booleans()),
    st.builds(Containment, st.builds(Value, TEXTS, st.just(True)), NAMES, st.booleans()),
    st.builds(Presence, NAMES, st.sampled_from(["missing", "nan"]), st.booleans()),
)


def join(inner: st.SearchStrategy[Query]) -> st.SearchStrategy[Query]:
    several = st.lists(inner, min_size=2, max_size=3).map(tuple)
    return st.one_of(st.builds(Not, inner), st.builds(And, several), st.builds(Or, several))


QUERIES: st.SearchStrategy[Query] = st.recursive(LEAVES, join, max_leaves=8)


@given(QUERIES)
def test_written_query_is_read_as_the_same(query: Query) -> None:
    assert parse(write(query)) == query


@given(st.one_of(st.text(max_size=60), st.text(st.sampled_from("ab1 .<>=!~()[],\"'`/\\andorti"), max_size=40)))
def test_any_text_is_read_or_refused_with_its_place(text: str) -> None:
    found = read(text)

    if isinstance(found, QueryError):
        assert 0 <= found.span.start <= found.span.start + found.span.length <= len(text)
        assert found.message.endswith(".")
    else:
        assert found is None or parse(write(found)) == found


def read(text: str) -> Query | QueryError | None:
    try:
        return parse(text)
    except QueryError as error:
        return error


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("a b or c", '("a" and "b") or "c"'),
        ("not a b", 'not "a" and "b"'),
        ("a AND (b Or not c)", '"a" and ("b" or not "c")'),
        ("lr==1 seed not  in [1, 2,]", "lr = 1 and seed not in (1, 2)"),
        ("exists(lr) x is not nan", "lr is not missing and x is not nan"),
        ("'a b' in tags", '"a b" in tags'),
        ("name =~ /x\\/y/ name !~ a", "name ~ /x\\/y/ and name !~ /a/"),
        ("run_[0-9]+", "/run_[0-9]+/"),
        ("v1.2", '"v1.2"'),
        ("baseline not adam", '"baseline" and not "adam"'),
        ("in", '"in"'),
        ("`my fact` < 3", "`my fact` < 3"),
        ("größe > 1 🏃", 'größe > 1 and "🏃"'),
        ("\n\t", ""),
    ],
)
def test_query_means(text: str, written: str) -> None:
    query = parse(text)
    assert (write(query) if query else "") == written


@pytest.mark.parametrize(
    ("text", "message", "start", "length"),
    [
        ("lr <", "A value is missing after `<`", 4, 0),
        ("lr < < 3", "A value is expected in place of `<`", 5, 1),
        ("(a or b", "A closing `)` is missing after `b`", 7, 0),
        ("seed in (1, 2", "A closing `)` is missing after `2`", 13, 0),
        ("seed in [1", "A closing `]` is missing", 10, 0),
        ("a)", "no opening parenthesis", 1, 1),
        ("a or", "A name or a word is missing after `or`", 4, 0),
        ('lr = "a', 'The quote " that begins here is not closed', 5, 1),
        ("/abc", "not closed by a second `/`", 0, 1),
        ("< 3", "`<` needs the name of a fact before it", 0, 1),
        ("a && b", "Write `and`", 2, 2),
        ("lr is 3", "Compare values by `=`", 6, 1),
        ("x" * (MAX_CHARACTERS + 5), "at most 4,096 characters", MAX_CHARACTERS, 5),
    ],
)
def test_refusal_names_the_place(text: str, message: str, start: int, length: int) -> None:
    with pytest.raises(QueryError, match=".") as refused:
        parse(text)

    assert message in refused.value.message
    assert tuple(refused.value.span) == (start, length)


def test_depth_is_limited_and_parentheses_cost_none() -> None:
    deep = MAX_CHARACTERS // 2 - 1
    assert parse("(" * deep + "a" + ")" * deep) == Word("a")
    with pytest.raises(QueryError, match="parts deep"):
        parse("not " * MAX_DEPTH + "a")
