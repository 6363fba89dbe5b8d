import numpy as np

from dashboard.queries.draw import choose_points, positions, smooth_series
from summaries import Series
from summaries.series import Piece, make_series


def make(steps: list[int], values: list[float], purges: list[tuple[int, int]] = []) -> Series:  # noqa: B006
    return make_series([Piece.make(steps, values, purges)])


def test_range_keeps_one_neighbour_at_each_side_and_counts_what_is_inside() -> None:
    series = make(list(range(10)), [float(i) for i in range(10)])

    drawn = choose_points(series, positions(series, "step", 0.0), 100, start=3, stop=6)

    assert drawn.points.tolist() == [2, 3, 4, 5, 6, 7]
    assert drawn.num_total == 4


def test_segments_of_a_restart_are_drawn_apart() -> None:
    series = make_series([Piece.make([0, 1, 2, 3]), Piece.make([2, 3, 4])])

    drawn = choose_points(series, positions(series, "step", 0.0), 100)

    assert drawn.points.tolist() == [0, 1, 2, 3, 4, 5, 6]
    assert drawn.segment_starts.tolist() == [0, 2, 4]
    assert series.superseded.tolist() == [False, True, False]


def test_non_finite_points_are_marked_and_counted_but_not_drawn() -> None:
    series = make([0, 1, 2, 3], [1.0, np.nan, np.inf, 2.0])

    drawn = choose_points(series, positions(series, "step", 0.0), 100)

    assert drawn.points.tolist() == [0, 3]
    assert drawn.non_finite.tolist() == [1, 2]
    assert drawn.num_total == 4


def test_marks_are_no_more_than_pixels_and_begin_with_the_first() -> None:
    series = make(list(range(1000)), [float("nan")] * 1000)

    drawn = choose_points(series, positions(series, "step", 0.0), 10)

    assert drawn.non_finite.size == 10
    assert drawn.non_finite[0] == 0


def test_positions_follow_the_axis() -> None:
    series = make([10, 20], [0.0, 1.0])

    assert positions(series, "step", 5.0).tolist() == [10.0, 20.0]
    assert positions(series, "relative", 5.0).tolist() == [5.0, 15.0]
    assert positions(series, "wall", 5.0).tolist() == [10.0, 20.0]


def test_smoothing_passes_over_what_a_restart_replaced() -> None:
    series = make_series([Piece.make([0, 1, 2], [1.0, 0.0, 9.0]), Piece.make([2, 3], [0.0, 0.0])])

    assert smooth_series(series, 0.5).round(3).tolist() == [1.0, 0.333, 9.0, 0.143, 0.067]
