import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from dashboard.queries.deltas import subtract
from dashboard.queries.joining import Lookup
from summaries.series import Piece, make_series

NAN, INF = float("nan"), float("inf")
STEPS = st.lists(st.integers(-(2**40), 2**40), min_size=1, max_size=40)
NUMBERS = st.floats(-1e6, 1e6)


def interpolate(steps: list[int], values: list[float], asked: list[int]) -> list[float]:
    """As pandas does it: the last value of each step, then linear in the index, nothing outside."""
    known = pd.Series(values, index=steps).groupby(level=0).last().sort_index()
    whole = known.reindex(known.index.union(asked).unique())
    return list(whole.interpolate("index", limit_area="inside").loc[asked])


@given(STEPS, st.data())
def test_lookup_is_the_interpolation_of_pandas(steps: list[int], data: st.DataObject) -> None:
    values = data.draw(st.lists(NUMBERS, min_size=len(steps), max_size=len(steps)))
    asked = data.draw(st.lists(st.sampled_from(steps) | st.integers(-(2**40), 2**40), max_size=20))

    found = Lookup.make(np.array(steps), np.array(values)).at(np.array(asked, dtype=np.int64))

    np.testing.assert_allclose(found, interpolate(steps, values, asked), rtol=1e-9, atol=1e-6)


def test_lookup_gives_no_number_beside_a_nan_and_each_value_where_it_was_logged() -> None:
    lookup = Lookup.make(np.array([0, 10, 20, 30, 40]), np.array([1.0, NAN, 3.0, INF, INF]))

    found = lookup.at(np.array([0, 5, 10, 15, 20, 30, 35, 40]))

    np.testing.assert_equal(found, [1.0, NAN, NAN, NAN, 3.0, INF, INF, INF])


def test_lookup_in_nothing_finds_nothing() -> None:
    lookup = Lookup.make(np.zeros(0, dtype=np.int64), np.zeros(0))

    assert np.isnan(lookup.at(np.array([1, 2]))).all()
    assert not lookup.covers(np.array([1, 2])).any()


def test_delta_has_no_point_where_the_baseline_has_none_and_no_line_across() -> None:
    run = make_series([Piece.make(list(range(8)), [1.0, 2.0, NAN, 4.0, 5.0, 6.0, 7.0, 8.0])])
    baseline = make_series([Piece.make([1, 2, 3, 5, 6], [0.5, 0.5, 1.0, NAN, 2.0])])

    delta = subtract(run, baseline)

    assert delta.steps.tolist() == [1, 2, 3, 6]
    np.testing.assert_equal(delta.values, [1.5, NAN, 3.0, 5.0])
    assert delta.segment_starts.tolist() == [0, 3]
    assert delta.non_finite.tolist() == [1]
    assert delta.wall_times.tolist() == [1.0, 2.0, 3.0, 6.0]


def test_delta_keeps_what_a_restart_replaced_apart_and_looks_at_what_counts_of_the_baseline() -> None:
    run = make_series([Piece.make([0, 1, 2], [1.0, 2.0, 3.0]), Piece.make([1, 2], [5.0, 6.0])])
    baseline = make_series([Piece.make([0, 1, 2], [0.0, 9.0, 9.0]), Piece.make([1, 2], [1.0, 2.0])])

    delta = subtract(run, baseline)

    assert delta.values.tolist() == [1.0, 1.0, 1.0, 4.0, 4.0]
    assert delta.segment_starts.tolist() == [0, 1, 3]
    assert delta.superseded.tolist() == [False, True, False]


def test_delta_of_the_baseline_is_nothing_but_zeros() -> None:
    run = make_series([Piece.make([0, 3, 7], [1.5, -2.0, 3e300])])

    assert subtract(run, run).values.tolist() == [0.0, 0.0, 0.0]
