import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.queries.downsample import downsample


def test_few_points_are_all_kept() -> None:
    values = np.array([1.0, np.nan, 3.0, -np.inf, 5.0])

    assert downsample(np.arange(5.0), values, 2).tolist() == [0, 2, 4]


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


@given(
    st.lists(st.floats(width=32), min_size=1, max_size=400),
    st.integers(1, 20),
    st.lists(st.integers(0, 3), min_size=400, max_size=400),
)
def test_picture_of_the_chosen_points_has_the_extremes_of_all(
    values: list[float], width_px: int, gaps: list[int]
) -> None:
    all_values = np.array(values)
    x = np.cumsum(gaps[: len(values)]).astype(float)
    finite = np.isfinite(all_values)

    chosen = downsample(x, all_values, width_px)

    assert np.isfinite(all_values[chosen]).all()
    assert np.all(np.diff(chosen) > 0)
    if finite.any():
        assert all_values[chosen].min() == all_values[finite].min()
        assert all_values[chosen].max() == all_values[finite].max()
        assert {chosen[0], chosen[-1]} == {np.flatnonzero(finite)[0], np.flatnonzero(finite)[-1]}
