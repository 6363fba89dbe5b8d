from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.queries.nearest import find_nearest, smooth_at
from dashboard.queries.positions import Positions
from summaries.series import Piece, make_series

STEPS = st.lists(st.integers(0, 30), max_size=30)


@given(STEPS, STEPS, st.floats(-5, 35))
def test_no_point_that_counts_is_nearer(first: list[int], again: list[int], at: float) -> None:
    series = make_series([Piece.make(first), Piece.make(again)])

    row = find_nearest(series, Positions.make(series, "step"), at)

    current = series.steps[series.is_current]
    if not current.size:
        assert row is None
        return
    assert series.is_current[row]
    away = np.abs(current - at)
    assert abs(series.steps[row] - at) == away.min()
    assert series.steps[row] == current[away == away.min()].min()


def test_points_without_a_position_are_not_found() -> None:
    series = make_series([Piece.make([0, 1, 2])])

    assert find_nearest(series, Positions(np.array([np.nan, 5.0, np.nan])), 0.0) == 1
    assert find_nearest(series, Positions(np.full(3, np.nan)), 0.0) is None


def test_average_at_a_point_is_that_of_all_before() -> None:
    values = np.random.default_rng(0).normal(size=50)
    series = make_series(
        [Piece.make(list(range(50)), [*values[:30], *([9.0] * 20)]), Piece.make(list(range(30, 50)), values[30:])]
    )
    wanted = pd.Series(values).ewm(alpha=0.1).mean()

    row = find_nearest(series, Positions.make(series, "step"), 44)

    assert series.steps[row] == 44
    assert smooth_at(series, 0.9, row) == pytest.approx(wanted[44])
