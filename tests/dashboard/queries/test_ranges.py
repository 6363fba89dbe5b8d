from __future__ import annotations

import numpy as np
import pandas as pd
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from dashboard.queries.positions import Positions
from dashboard.queries.ranges import describe_range
from summaries.series import Piece, make_series

VALUES = st.floats(-1e3, 1e3) | st.sampled_from([np.nan, np.inf, -np.inf])
POINTS = st.lists(st.tuples(st.integers(0, 30), VALUES), min_size=1, max_size=40)


@given(POINTS, POINTS, st.floats(-5, 35), st.floats(-5, 35))
def test_numbers_of_a_range_are_those_of_pandas_and_scipy(
    first: list[tuple[int, float]], again: list[tuple[int, float]], start: float, stop: float
) -> None:
    pieces = [Piece.make([step for step, _ in points], [value for _, value in points]) for points in (first, again)]
    series = make_series(pieces)

    found = describe_range(series, Positions.make(series, "step"), start, stop)

    current = pd.DataFrame({"step": series.steps, "value": series.values})[series.is_current]
    inside = current[current.step.between(start, stop)].sort_values("step", kind="stable")
    if inside.empty:
        assert found is None
        return
    assert found is not None
    assert (found.num_points, found.start_step, found.stop_step) == (len(inside), *inside.step.iloc[[0, -1]])
    np.testing.assert_equal([found.start, found.stop], list(inside.value.iloc[[0, -1]]))
    np.testing.assert_equal(found.delta, found.stop - found.start)
    finite = inside[np.isfinite(inside.value)]
    np.testing.assert_equal([found.min, found.max], [finite.value.min(), finite.value.max()])
    np.testing.assert_allclose(found.mean, finite.value.mean(), atol=1e-9)
    if not finite.empty:
        assert (finite.value[finite.step == found.min_step] == found.min).any()
        assert (finite.value[finite.step == found.max_step] == found.max).any()
    if finite.step.nunique() > 1:
        np.testing.assert_allclose(found.slope, scipy.stats.linregress(finite.step, finite.value).slope, atol=1e-7)
    else:
        assert np.isnan(found.slope)
    counts = [inside.value.isna().sum(), (inside.value == np.inf).sum(), (inside.value == -np.inf).sum()]
    assert [found.num_nan, found.num_pos_inf, found.num_neg_inf] == counts


def test_slope_is_per_unit_of_the_axis() -> None:
    series = make_series([Piece(np.array([0, 10, 20]), np.array([100.0, 101.0, 102.0]), np.array([1.0, 2.0, 3.0]))])

    slopes = [
        describe_range(series, Positions.make(series, axis, 100.0), -np.inf, np.inf).slope
        for axis in ("step", "relative")
    ]

    np.testing.assert_allclose(slopes, [0.1, 1.0])
