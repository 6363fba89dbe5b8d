from __future__ import annotations

import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from dashboard.queries.statistics import MAX_EXACT, Band, Center, find_bands, find_centers

MATRICES = npst.arrays(
    np.float64, st.tuples(st.integers(1, 8), st.integers(1, 9)), elements=st.floats(-1e3, 1e3) | st.just(np.nan)
).filter(lambda matrix: (~np.isnan(matrix)).any(axis=1).all())
OTHERS = {
    "mean": np.mean,
    "median": np.median,
    "iqm": lambda values, axis=0: scipy.stats.trim_mean(values, 0.25, axis=axis),
}


@given(MATRICES, st.sampled_from(["mean", "median", "iqm"]))
def test_center_of_each_row_is_that_of_numpy_and_scipy(matrix: np.ndarray, center: Center) -> None:
    wanted = [OTHERS[center](row[~np.isnan(row)]) for row in matrix]

    np.testing.assert_allclose(find_centers(matrix, center), wanted, rtol=1e-9, atol=1e-9)


@given(MATRICES)
def test_bands_of_each_row_are_those_of_numpy_and_scipy(matrix: np.ndarray) -> None:
    centers = find_centers(matrix, "median")
    rows = [row[~np.isnan(row)] for row in matrix]

    def find(band: Band) -> np.ndarray:
        return np.array(find_bands(matrix, band, centers, "median")).T

    is_single = np.array([row.size < 2 for row in rows])
    with np.errstate(all="ignore"):
        std = np.array([np.std(row, ddof=1) if row.size > 1 else np.nan for row in rows])
        stderr = np.array([scipy.stats.sem(row) if row.size > 1 else np.nan for row in rows])
    extremes = np.array([[row.min(), row.max()] for row in rows])
    extremes[is_single] = np.nan
    np.testing.assert_allclose(find("minmax"), extremes)
    for band, width in (("std", std), ("stderr", stderr)):
        wanted = np.stack([centers - width, centers + width], axis=1)
        np.testing.assert_allclose(find(band), wanted, rtol=1e-9, atol=1e-9)  # type: ignore[arg-type]


@pytest.mark.parametrize("center", ["mean", "median", "iqm"])
@pytest.mark.parametrize("number", [2, 3, 5, 10, 40, MAX_EXACT, MAX_EXACT + 1, 200])
def test_interval_is_that_of_scipys_bootstrap(center: Center, number: int) -> None:
    values = np.random.default_rng(number).normal(5.0, 2.0, number)
    matrix = np.full((2, number + 3), np.nan)
    matrix[0, 2 : number + 2] = matrix[1, :number] = values

    low, high = find_bands(matrix, "ci", find_centers(matrix, center), center)

    other = scipy.stats.bootstrap(
        (values,), OTHERS[center], vectorized=True, method="percentile", n_resamples=4_000, random_state=1
    ).confidence_interval  # fmt: skip
    width = other.high - other.low
    assert (low[0], high[0]) == pytest.approx((low[1], high[1]))
    assert low[0] == pytest.approx(other.low, abs=0.15 * width)
    assert high[0] == pytest.approx(other.high, abs=0.15 * width)


def test_interval_is_the_same_each_time_and_exact_far_from_zero() -> None:
    matrix = 1e9 + np.random.default_rng(0).normal(size=(3, 5))
    centers = find_centers(matrix, "mean")

    first, again = (find_bands(matrix, "ci", centers, "mean") for _ in range(2))
    near = find_bands(matrix - 1e9, "ci", centers - 1e9, "mean")

    np.testing.assert_array_equal(first, again)
    np.testing.assert_allclose(np.array(first) - 1e9, near, atol=1e-5)
