import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.queries.downsample import downsample


def test_few_points_are_all_kept() -> None:
    assert downsample(np.arange(4.0), np.array([1.0, 3.0, 2.0, 5.0]), 1).tolist() == [0, 1, 2, 3]


def test_each_column_keeps_first_last_smallest_and_largest() -> None:
    x = np.arange(20.0)
    values = np.array([5, 1, 9, 4, 4, 4, 4, 4, 4, 6] + [0, 0, 0, 7, -7, 0, 0, 0, 0, 2], dtype=float)

    assert downsample(x, values, 2).tolist() == [0, 1, 2, 9, 10, 13, 14, 19]


def test_one_spike_in_a_million_is_kept() -> None:
    values = np.zeros(1_000_000)
    values[654_321] = 1.0

    chosen = downsample(np.arange(values.size, dtype=float), values, 300)

    assert 654_321 in chosen
    assert chosen.size <= 1_200


def test_width_below_one_pixel_is_refused() -> None:
    with pytest.raises(ValueError, match="width_px must be at least 1; got 0"):
        downsample(np.zeros(1), np.zeros(1), 0)


def choose_by_hand(x: list[float], values: list[float], width_px: int, extent: tuple[float, float]) -> list[int]:
    """First, last, first smallest and first largest point of each column, point by point."""
    low, high = extent
    columns: dict[int, list[int]] = {}
    for row, position in enumerate(x):
        column = sum(low + number * ((high - low) / width_px) <= position for number in range(1, width_px))
        columns.setdefault(column, []).append(row)
    chosen: set[int] = set()
    for rows in columns.values():
        inside = [values[row] for row in rows]
        chosen |= {rows[0], rows[-1], rows[inside.index(min(inside))], rows[inside.index(max(inside))]}
    return sorted(chosen)


@given(
    st.lists(st.tuples(st.sampled_from([0.0, 0.5, 1.0, 1000.0]), st.floats(allow_nan=False, allow_infinity=False))),
    st.integers(1, 12),
    st.none() | st.tuples(st.floats(-5, 5), st.floats(0, 3000)),
)
def test_choice_is_that_of_a_plain_loop(
    points: list[tuple[float, float]], width_px: int, span: tuple[float, float] | None
) -> None:
    x = np.cumsum([gap for gap, _ in points])
    values = np.array([value for _, value in points])
    extent = None if span is None else (span[0], span[0] + span[1])

    chosen = downsample(x, values, width_px, extent)

    if values.size <= 4 * width_px:
        assert chosen.tolist() == list(range(values.size))
    else:
        assert chosen.tolist() == choose_by_hand(x.tolist(), values.tolist(), width_px, extent or (x[0], x[-1]))


def test_points_of_many_chunks_are_chosen_as_by_a_plain_loop() -> None:
    rng = np.random.default_rng(0)
    values = np.round(rng.normal(size=700_000), 2)  # the extremes of a column occur several times
    x = np.sort(rng.integers(0, 10_000, values.size)).astype(float)

    chosen = downsample(x, values, 7)

    assert chosen.tolist() == choose_by_hand(x.tolist(), values.tolist(), 7, (x[0], x[-1]))


def test_points_at_one_position_are_one_column() -> None:
    assert downsample(np.full(9, 3.0), np.array([4, 4, 1, 4, 9, 4, 9, 1, 5.0]), 2).tolist() == [0, 2, 4, 8]


def test_extent_beyond_all_floats_is_no_error() -> None:
    values = np.arange(9.0)

    assert downsample(values, values, 2, (-1.7e308, 1.7e308)).tolist() == [0, 8]


def test_columns_of_a_logarithmic_axis_keep_the_extremes_of_each_decade() -> None:
    x = np.arange(100_000.0)
    values = np.sin(x)
    values[[0, 3, 17, 450]] = 9.0, 5.0, -5.0, 7.0

    chosen = downsample(x, values, 301, (1.0, 99_999.0), is_log=True)  # 60 a decade, and one of what is not above 0

    assert chosen[:30].tolist() == list(range(30))  # where points are sparser than columns all are drawn
    assert {0, 3, 17, 450} <= set(chosen.tolist())
    places = np.log10(np.maximum(x, 0.1))
    columns = np.clip(np.floor(places / (places[-1] / 300)), -1, 299)
    for column in np.unique(columns)[:-1]:
        inside = np.flatnonzero(columns == column)
        drawn = np.intersect1d(inside, chosen)
        assert (values[drawn].min(), values[drawn].max()) == (values[inside].min(), values[inside].max())


def test_columns_are_alike_where_nothing_is_positive() -> None:
    x = np.arange(-20.0, 0.0)

    assert downsample(x, x, 2, (-20.0, -1.0), is_log=True).tolist() == downsample(x, x, 2, (-20.0, -1.0)).tolist()
