import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dashboard.queries.downsample import find_columns
from dashboard.queries.draw import choose_points, smooth_series
from dashboard.queries.positions import Positions
from summaries import Series
from summaries.series import Piece, make_series


def make(steps: list[int], values: list[float], purges: list[tuple[int, int]] = []) -> Series:  # noqa: B006
    return make_series([Piece.make(steps, values, purges)])


def test_range_keeps_one_neighbour_at_each_side_and_counts_what_is_inside() -> None:
    series = make(list(range(10)), [float(i) for i in range(10)])

    drawn = choose_points(series, Positions.make(series, "step"), 100, start=3, stop=6)

    assert drawn.points.tolist() == [2, 3, 4, 5, 6, 7]
    assert drawn.num_total == 4


def test_columns_are_those_of_the_range_however_far_the_neighbour_is() -> None:
    spikes = {100: 1.0, 200: -1.0}  # in each 500 steps, of which none is the first or last
    series = make([*range(50_000), 10**9], [spikes.get(row % 500, 0.0) for row in range(50_001)])

    drawn = choose_points(series, Positions.make(series, "step"), 100, start=0, stop=49_999)

    assert drawn.num_total == 50_000
    assert drawn.points.size == 401  # first, last, smallest and largest of 100 columns, and the neighbour
    assert drawn.points[-1] == 50_000
    assert np.diff(drawn.points[:-1]).max() < 500


def test_short_series_in_a_long_range_fills_its_own_columns_only() -> None:
    spikes = {100: 1.0, 200: -1.0}
    series = make(list(range(10_000)), [spikes.get(step % 1000, 0.0) for step in range(10_000)])

    drawn = choose_points(series, Positions.make(series, "step"), 100, start=0, stop=100_000)

    assert drawn.points.size == 40  # ten of a hundred columns


def test_steps_out_of_order_are_drawn_from_left_to_right() -> None:
    series = make([0, 10, 5, 20, 15, 30], [0.0, 1.0, 2.0, 3.0, 4.0, 5.0])
    x = Positions.make(series, "step")

    part, whole = choose_points(series, x, 100, start=4, stop=6), choose_points(series, x, 100)

    assert (part.num_total, part.points.tolist()) == (1, [0, 2, 1])
    assert (whole.num_total, whole.points.tolist()) == (6, [0, 2, 1, 4, 3, 5])


def test_wall_clock_that_jumped_back_hides_no_point() -> None:
    wall_times = np.array([100.0, 160.0, 130.0, np.nan, 190.0])
    series = make_series([Piece(np.arange(5), wall_times, np.arange(5.0))])

    drawn = choose_points(series, Positions.make(series, "relative", 100.0), 50, start=20, stop=40)

    assert (drawn.num_total, drawn.points.tolist()) == (1, [0, 2, 1])


def test_range_between_two_points_is_crossed_by_their_line() -> None:
    series = make([0, 10], [1.0, 2.0])

    drawn = choose_points(series, Positions.make(series, "step"), 50, start=4, stop=6)

    assert (drawn.num_total, drawn.points.tolist()) == (0, [0, 1])


def test_segments_of_a_restart_are_drawn_apart() -> None:
    series = make_series([Piece.make([0, 1, 2, 3]), Piece.make([2, 3, 4])])

    drawn = choose_points(series, Positions.make(series, "step"), 100)

    assert drawn.points.tolist() == [0, 1, 2, 3, 4, 5, 6]
    assert drawn.segment_starts.tolist() == [0, 2, 4]
    assert drawn.superseded.tolist() == [False, True, False]


def test_non_finite_points_are_marked_and_counted_but_not_drawn() -> None:
    series = make([0, 1, 2, 3], [1.0, np.nan, np.inf, 2.0])

    drawn = choose_points(series, Positions.make(series, "step"), 100)

    assert drawn.points.tolist() == [0, 3]
    assert drawn.non_finite.tolist() == [1, 2]
    assert drawn.num_total == 4


def test_no_line_runs_across_nan_or_inf() -> None:
    values = [1.0, 2.0, np.nan, np.nan, 3.0, 4.0, np.inf, 5.0, np.nan]
    series = make_series([Piece.make(list(range(9)), values), Piece.make([7, 8], [6.0, 7.0])])

    drawn = choose_points(series, Positions.make(series, "step"), 100)

    assert drawn.points.tolist() == [0, 1, 4, 5, 7, 9, 10]
    assert drawn.segment_starts.tolist() == [0, 2, 4, 5]
    assert drawn.superseded.tolist() == [False, False, True, False]


def test_line_is_cut_where_the_nan_itself_was_thinned_out() -> None:
    values = np.zeros(10_000)
    values[5_000] = np.nan
    series = make(list(range(10_000)), values.tolist())

    drawn = choose_points(series, Positions.make(series, "step"), 10)

    (first, second) = drawn.segment_starts.tolist()
    assert (first, drawn.points[second - 1] < 5_000 < drawn.points[second]) == (0, True)


def test_range_that_holds_nothing_but_nan_is_not_crossed() -> None:
    series = make([0, 5, 10], [1.0, np.nan, 2.0])

    drawn = choose_points(series, Positions.make(series, "step"), 50, start=4, stop=6)

    assert (drawn.points.tolist(), drawn.segment_starts.tolist()) == ([0, 2], [0, 1])
    assert (drawn.num_total, drawn.non_finite.tolist()) == (1, [1])


def test_neighbour_that_is_nan_draws_no_line_to_the_edge() -> None:
    series = make([0, 1, 2, 3], [1.0, np.nan, 2.0, 3.0])

    drawn = choose_points(series, Positions.make(series, "step"), 50, start=2, stop=3)

    assert drawn.points.tolist() == [2, 3]


POINTS = st.lists(st.tuples(st.integers(0, 60), st.sampled_from([0.0, 1.0, -2.0, 5.0, np.nan, np.inf, -np.inf])))


@given(st.lists(POINTS, max_size=3), st.integers(1, 8), st.integers(-5, 65), st.integers(0, 70))
def test_lines_hold_no_gap_and_lose_no_extreme(
    files: list[list[tuple[int, float]]], width_px: int, start: int, length: int
) -> None:
    series = make_series([Piece.make([step for step, _ in file], [value for _, value in file]) for file in files])
    stop = start + length
    finite, current = np.isfinite(series.values), series.is_current

    drawn = choose_points(series, Positions.make(series, "step"), width_px, start, stop)

    assert finite[drawn.points].all()
    segment_of = np.searchsorted(series.segment_starts, np.arange(len(series)), side="right")
    for line, is_superseded in zip(np.split(drawn.points, drawn.segment_starts[1:]), drawn.superseded, strict=False):
        assert len(set(segment_of[line])) == 1
        assert (current[line] != is_superseded).all()
        steps = series.steps[line]
        assert (np.diff(steps) >= 0).all()
        strangers = (segment_of == segment_of[line[0]]) & ~finite
        assert not (strangers & (series.steps > steps[0]) & (series.steps < steps[-1])).any()
    inside = (series.steps >= start) & (series.steps <= stop)
    assert drawn.num_total == inside.sum()
    columns = find_columns(series.steps.astype(float), width_px, (start, stop))
    for segment in set(segment_of[inside & finite]):
        for column in range(width_px):
            all_of_it = inside & finite & (segment_of == segment) & (columns == column)
            chosen = drawn.points[all_of_it[drawn.points]]
            if all_of_it.any():
                assert series.values[chosen].min() == series.values[all_of_it].min()
                assert series.values[chosen].max() == series.values[all_of_it].max()


def test_marks_are_no_more_than_pixels_and_begin_with_the_first() -> None:
    series = make(list(range(1000)), [float("nan")] * 1000)

    drawn = choose_points(series, Positions.make(series, "step"), 10)

    assert drawn.non_finite.size == 10
    assert drawn.non_finite[0] == 0


def test_marks_of_one_column_are_one_a_kind() -> None:
    series = make(list(range(8)), [np.nan, np.nan, np.inf, -np.inf, np.inf, 1.0, np.nan, -np.inf])

    drawn = choose_points(series, Positions.make(series, "step"), 2, start=0, stop=8)

    assert drawn.non_finite.tolist() == [0, 2, 3, 4, 6, 7]


def test_smoothing_passes_over_what_a_restart_replaced() -> None:
    series = make_series([Piece.make([0, 1, 2], [1.0, 0.0, 9.0]), Piece.make([2, 3], [0.0, 0.0])])

    assert smooth_series(series, 0.5).round(3).tolist() == [1.0, 0.333, 9.0, 0.143, 0.067]


def test_logarithmic_axis_has_as_many_columns_in_each_decade() -> None:
    steps = np.arange(100_000)
    series = make_series([Piece.make(steps, np.sin(steps))])

    drawn = choose_points(series, Positions.make(series, "step"), 101, is_log=True)

    in_decade = np.histogram(series.steps[drawn.points], [1, 10, 100, 1_000, 10_000, 100_000])[0]
    assert in_decade[0] == 9  # sparser than columns
    assert all(40 <= number <= 80 for number in in_decade[1:])  # 20 columns of at most 4 points
