from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.queries.expressions.evaluate import evaluate
from dashboard.queries.expressions.grammar import parse
from summaries import Series
from summaries.series import Piece, make_series

NAN, INF = float("nan"), float("inf")


def logged(steps: list[int], values: list[float]) -> Series:
    return make_series([Piece.make(steps, values)])


def compute(text: str, **tags: Series) -> tuple[list[int], list[float]]:
    found = evaluate(parse(text), tags.__getitem__)
    return found.steps.tolist(), found.values.tolist()


def test_tags_are_joined_on_the_steps_of_the_one_with_fewer_points() -> None:
    train = logged([0, 10, 20, 30, 40], [1.0, 2.0, 3.0, 4.0, 5.0])
    val = logged([5, 20, 50], [0.5, 1.0, 9.0])

    assert compute("train - val", train=train, val=val) == ([5, 20], [1.0, 2.0])
    assert compute("val - train", train=train, val=val) == ([5, 20], [-1.0, -2.0])
    assert compute("max(train, val, 2.5)", train=train, val=val) == ([5, 20], [2.5, 3.0])


def test_all_points_of_a_step_stay_and_the_last_of_the_other_tag_counts() -> None:
    a, b = logged([1, 1, 2], [10.0, 20.0, 30.0]), logged([0, 1, 1, 2], [9.0, 1.0, 2.0, 3.0])

    assert compute("a - b", a=a, b=b) == ([1, 1, 2], [8.0, 18.0, 27.0])


def test_what_makes_no_number_is_nan_or_infinite_and_does_not_spread() -> None:
    a = logged([0, 1, 2, 3], [1.0, 0.0, -1.0, NAN])

    np.testing.assert_equal(compute("log(a)", a=a)[1], [0.0, -INF, NAN, NAN])
    np.testing.assert_equal(compute("1 / a", a=a)[1], [1.0, INF, -1.0, NAN])
    np.testing.assert_equal(compute("a * 0 + 0 / 0", a=a)[1], [NAN] * 4)
    found = evaluate(parse("log(a)"), {"a": a}.__getitem__)
    assert found.non_finite.tolist() == [1, 2, 3]


def test_average_is_that_of_pandas_over_all_points_of_its_part() -> None:
    values = np.random.default_rng(0).normal(size=300)
    a, b = logged(list(range(300)), values.tolist()), logged([100, 200], [0.0, 0.0])

    steps, found = compute("ema(a, 0.9) + b", a=a, b=b)

    wanted = pd.Series(values).ewm(alpha=0.1).mean()[[100, 200]]
    assert steps == [100, 200]
    np.testing.assert_allclose(found, wanted, rtol=1e-12)


def test_points_that_a_restart_replaced_do_not_count() -> None:
    a = make_series([Piece.make([0, 1, 2], [1.0, 7.0, 7.0]), Piece.make([1, 2], [2.0, 3.0])])

    assert compute("a * 2", a=a) == ([0, 1, 2], [2.0, 4.0, 6.0])


def test_tags_without_a_common_step_give_nothing() -> None:
    assert compute("a - b", a=logged([0, 1], [1.0, 1.0]), b=logged([5], [1.0])) == ([], [])


def test_tag_that_is_not_there_is_the_callers_error() -> None:
    with pytest.raises(KeyError):
        compute("a - b", a=logged([0], [1.0]))


STEPS = list(range(6))
SMALL = st.lists(st.floats(-100, 100), min_size=6, max_size=6)
TERMS = st.recursive(
    st.sampled_from(["a", "b", "2", "0.5"]),
    lambda part: (
        st.builds("({} {} {})".format, part, st.sampled_from("+-*/"), part)
        | st.builds("-{}".format, part)
        | st.builds("abs({})".format, part)
        | st.builds("sqrt({})".format, part)
        | st.builds("({} ** {})".format, part, st.sampled_from(["2", "0.5", "-1"]))
        | st.builds("max({}, {})".format, part, part)
    ),
    max_leaves=8,
)


def compute_with_numpy(text: str, a: list[float], b: list[float]) -> np.ndarray:
    """What Python and NumPy make of the same text."""
    names = {"abs": np.abs, "sqrt": np.sqrt, "max": np.maximum, "n": np.float64, "a": np.array(a), "b": np.array(b)}
    python = re.sub(r"([\d.]+)", r"n(\1)", text)
    with np.errstate(all="ignore"):
        return np.asarray(eval(python, {"__builtins__": {}}, names))


@given(TERMS, SMALL, SMALL)
def test_equal_steps_are_computed_as_numpy_does(text: str, a: list[float], b: list[float]) -> None:
    text = f"a * 0 + {text}"

    steps, found = compute(text, a=logged(STEPS, a), b=logged(STEPS, b))

    assert steps == STEPS
    np.testing.assert_array_equal(found, compute_with_numpy(text, a, b))
