import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.queries.positions import Positions, XAxis, iter_segments
from summaries.series import Piece, make_series


@pytest.mark.parametrize(
    ("x_axis", "expected"), [("step", [10.0, 20.0]), ("relative", [5.0, 15.5]), ("wall", [105.0, 115.5])]
)
def test_positions_follow_the_axis(x_axis: XAxis, expected: list[float]) -> None:
    series = make_series([Piece(np.array([10, 20]), np.array([105.0, 115.5]), np.zeros(2))])

    assert Positions.make(series, x_axis, first_wall_time=100.0)[:].tolist() == expected


WALL_TIMES = st.sampled_from([*map(float, range(100, 110)), math.nan, math.inf, -math.inf])
VALUES = st.sampled_from([1.0, 2.0, math.nan, math.inf])
FILES = st.lists(st.lists(st.tuples(st.integers(0, 9), WALL_TIMES, VALUES), max_size=12), max_size=3)
EDGES = st.integers(-1, 11) | st.sampled_from([-math.inf, math.inf])


@given(FILES, st.sampled_from(["step", "relative", "wall"]), EDGES, EDGES)
def test_range_holds_what_a_look_at_every_point_finds(
    files: list[list[tuple[int, float, float]]], x_axis: XAxis, start: float, stop: float
) -> None:
    columns = [tuple(np.array(column, dtype=float) for column in zip(*file, strict=True)) for file in files if file]
    series = make_series([Piece(steps.astype(np.int64), walls, values) for steps, walls, values in columns])
    x = Positions.make(series, x_axis, first_wall_time=100.0)
    if x_axis == "wall":
        start, stop = start + 100, stop + 100
    bounds = [*series.segment_starts.tolist(), len(series)]
    by_first_row = {segment.first: segment for segment in iter_segments(series, x)}

    for first, last in zip(bounds, bounds[1:], strict=False):
        finite = [row for row in range(first, last) if math.isfinite(x[:][row])]
        expected = sorted((row for row in finite if start <= x[:][row] <= stop), key=lambda row: (x[:][row], row))
        assert (first in by_first_row) == bool(finite)
        if finite:
            segment = by_first_row[first]
            low, high = segment.find_range(start, stop)
            assert np.arange(len(series))[segment.rows(low, high)].tolist() == expected
            bad_rows = segment.row_at(segment.bad_places)
            assert set(bad_rows.tolist()) == {row for row in finite if not math.isfinite(series.values[row])}
            assert segment.extent == (min(x[:][finite]), max(x[:][finite]))
