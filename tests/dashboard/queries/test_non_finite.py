import math

import numpy as np
import pytest

from dashboard.queries.non_finite import last_value, tally_non_finite
from dashboard.queries.positions import Positions
from summaries.series import Piece, make_series

NAN, INF = math.nan, math.inf


def test_all_of_the_range_are_counted_with_the_lowest_step_of_each_kind() -> None:
    series = make_series([Piece.make([0, 1, 2, 3, 4, 5, 6], [NAN, NAN, 1.0, INF, NAN, -INF, NAN])])

    tally = tally_non_finite(series, Positions(series.steps), 1, 5)

    assert tally.counts == (2, 1, 1)
    assert tally.first_steps == (1.0, 3.0, 5.0)


def test_points_that_a_restart_replaced_are_not_counted() -> None:
    series = make_series([Piece.make([0, 1, 2, 3], [1.0, NAN, NAN, INF]), Piece.make([2, 3], [NAN, 1.0])])

    tally = tally_non_finite(series, Positions(series.steps), -INF, INF)

    assert tally.counts == (2, 0, 0)
    assert tally.first_steps == (1.0, pytest.approx(NAN, nan_ok=True), pytest.approx(NAN, nan_ok=True))


def test_series_without_one_has_nothing_to_tell() -> None:
    tally = tally_non_finite(make_series([Piece.make([0, 1])]), Positions(np.arange(2)), -INF, INF)

    assert tally.counts == (0, 0, 0)
    assert all(math.isnan(step) for step in tally.first_steps)


@pytest.mark.parametrize(
    ("pieces", "expected"),
    [
        ([Piece.make([0, 1], [3.0, 2.0])], 2.0),
        ([Piece.make([0, 1], [3.0, -INF])], -INF),
        ([Piece.make([0, 1], [3.0, NAN])], NAN),
        # The second writer logged step 5 only, then a third began again at 5 and logged nothing under this tag.
        ([Piece.make([0, 1], [3.0, 2.0]), Piece.make([5], [9.0]), Piece.make([], [], [(0, 5)])], 2.0),
        ([], NAN),
    ],
)
def test_last_value_is_that_of_the_last_point_that_counts(pieces: list[Piece], expected: float) -> None:
    assert last_value(make_series(pieces)) == pytest.approx(expected, nan_ok=True)
