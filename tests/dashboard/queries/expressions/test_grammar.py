from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.queries.expressions.grammar import MAX_CHARACTERS, parse
from dashboard.queries.expressions.syntax import (
    Average,
    Call,
    Expression,
    ExpressionError,
    Negation,
    Number,
    Operation,
    Tag,
    iter_tags,
    write,
)

A, B, C = Tag("a"), Tag("b"), Tag("c")
READ = {
    "train/loss - val/loss": Operation("-", Tag("train/loss"), Tag("val/loss")),
    "a - b - c": Operation("-", Operation("-", A, B), C),
    "a+b*c": Operation("+", A, Operation("*", B, C)),
    "(a + b) * c": Operation("*", Operation("+", A, B), C),
    "-a ** 2": Negation(Operation("**", A, Number(2.0))),
    "a ** -b ** c": Operation("**", A, Negation(Operation("**", B, C))),
    "+a": A,
    "a/b": Tag("a/b"),
    "a / b": Operation("/", A, B),
    "2/b": Operation("/", Number(2.0), B),
    "a/(b)": Operation("/", A, B),
    "lr.0:x": Tag("lr.0:x"),
    "`a-b` + \"c d\" + 'e\\'f'": Operation("+", Operation("+", Tag("a-b"), Tag("c d")), Tag("e'f")),
    ".5 * a + 1e-3": Operation("+", Operation("*", Number(0.5), A), Number(1e-3)),
    "log10(a)": Call("log10", (A,)),
    "max(a, b, 0)": Call("max", (A, B, Number(0.0))),
    "max - min": Operation("-", Tag("max"), Tag("min")),
    "ema(a - b, 0.9)": Average(Operation("-", A, B), 0.9),
    "größe": Tag("größe"),
}
REFUSED = {
    "": ("A tag, a number or a function is missing.", 0, 0, ""),
    "loss +": ("A tag, a number or a function is missing after `+`.", 6, 0, ""),
    "(a": ("A closing `)` is missing after `a`.", 2, 0, ""),
    "a)": ("There is no opening parenthesis for this one.", 1, 1, ""),
    "a ^ b": ("A power is written `**`.", 2, 1, "**"),
    "a b": ("A sign is missing before `b`; tags with blanks or signs in them stand in backticks.", 2, 1, ""),
    "lg10(a)": ("`lg10` is no function. Did you mean `log10`?", 0, 4, "log10"),
    "foo(a)": ("`foo` is no function. There are abs, exp, log, log10, sqrt, ema, max, min.", 0, 3, ""),
    "min(a)": ("`min` takes two parts or more; got 1.", 0, 3, ""),
    "1 + log()": ("`log` takes one part; got 0.", 4, 3, ""),
    "ema(a, 1)": ("The weight of `ema` is a number from 0 to below 1, as in `ema(loss, 0.9)`.", 0, 3, ""),
    "'a": ("The quote ' that begins here is not closed, or nothing stands in it.", 0, 1, ""),
    "2 * 3": ("An expression must name a tag, as in `loss / 2`.", 0, 5, ""),
    "1e999 * a": ("`1e999` is beyond the largest number.", 0, 5, ""),
    "+".join("a" * 60): ("An expression is at most 50 parts deep. Use fewer of them.", 0, 119, ""),
    "a" * 1_001: ("An expression has at most 1,000 characters; this one has 1,001.", MAX_CHARACTERS, 1, ""),
}


@pytest.mark.parametrize("text", READ)
def test_expression_is_read_as_python_would(text: str) -> None:
    assert parse(text) == READ[text]


@pytest.mark.parametrize("text", REFUSED)
def test_expression_that_cannot_be_read_is_refused_at_the_place(text: str) -> None:
    with pytest.raises(ExpressionError) as refused:
        parse(text)

    error = refused.value
    assert (error.message, *error.span, error.suggestion) == REFUSED[text]
    assert error.text == text


def test_many_parentheses_are_not_deep() -> None:
    assert parse("(" * 400 + "a" + ")" * 400) == A


NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8) | st.sampled_from(["a/b", "min", "a"])
FINITE = st.floats(0, allow_nan=False, allow_infinity=False)
LEAVES = st.builds(Tag, NAMES) | st.builds(Number, FINITE)


def combine(parts: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    return st.one_of(
        st.builds(Negation, parts),
        st.builds(Operation, st.sampled_from(["+", "-", "*", "/", "**"]), parts, parts),
        st.builds(Call, st.sampled_from(["abs", "exp", "log", "log10", "sqrt"]), st.tuples(parts)),
        st.builds(Call, st.sampled_from(["min", "max"]), st.lists(parts, min_size=2, max_size=3).map(tuple)),
        st.builds(Average, parts, st.floats(0, 0.999)),
    )


@given(st.recursive(LEAVES, combine, max_leaves=12).filter(lambda one: any(iter_tags(one))))
def test_expression_that_is_written_and_read_is_the_same(expression: Expression) -> None:
    text = write(expression)

    if len(text) <= MAX_CHARACTERS:
        assert parse(text) == expression


@given(st.text("ab /*()-+.,^`'\"012e_", max_size=30))
def test_no_text_makes_the_parser_fail(text: str) -> None:
    try:
        expression = parse(text)
    except ExpressionError as error:
        start, length = error.span
    else:
        start = length = 0
        assert parse(write(expression)) == expression

    assert 0 <= start <= start + length <= len(text)
