"""Counting, held against NumPy's searchsorted on float64."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as st_numpy

from summaries.buckets import HISTOGRAM_LIMITS, bucket_values, count_values


def count_slowly(values: np.ndarray) -> list[int]:
    """Bucket i holds limit[i - 1] <= value < limit[i]; the last one also the largest float64."""
    finite = values[np.isfinite(values)].astype(np.float64)
    places = np.minimum(np.searchsorted(HISTOGRAM_LIMITS, finite, side="right"), len(HISTOGRAM_LIMITS) - 1)
    return np.bincount(places, minlength=len(HISTOGRAM_LIMITS)).tolist()


def test_limits_are_tensorflows():
    assert len(HISTOGRAM_LIMITS) == 1551
    assert HISTOGRAM_LIMITS[775] == 0.0
    assert HISTOGRAM_LIMITS[776] == 1e-12
    assert HISTOGRAM_LIMITS[777] == 1e-12 * 1.1
    assert HISTOGRAM_LIMITS[-1] == np.finfo(np.float64).max
    assert (-HISTOGRAM_LIMITS[::-1] == HISTOGRAM_LIMITS).all()


def test_limits_cannot_be_written_to():
    with pytest.raises(ValueError, match="read-only"):
        HISTOGRAM_LIMITS[0] = 0


@given(st_numpy.arrays(np.float64, st.integers(1, 50)))
def test_count_values_of_float64_is_exact(values: np.ndarray):
    counts, _ = count_values(values)

    assert counts.tolist() == count_slowly(values)


@pytest.mark.parametrize("dtype", ["f2", "i1", "i8", "u1", "?"])
def test_count_values_of_other_dtypes_is_exact(dtype: str):
    values = np.arange(-50, 50).astype(dtype)

    counts, moments = count_values(values)

    assert counts.tolist() == count_slowly(values.astype(np.float64))
    assert moments[3] == values.astype(np.float64).sum()


def test_count_values_of_bfloat16_is_exact():
    ml_dtypes = pytest.importorskip("ml_dtypes")
    values = np.array([0.5, 1.5, -2.0], dtype=ml_dtypes.bfloat16)

    counts, moments = count_values(values)

    assert counts.sum() == 3
    assert moments.tolist() == [-2.0, 1.5, 3.0, 0.0, 6.5]


def test_count_values_leaves_what_is_not_finite_in_num_only():
    counts, moments = count_values(np.array([1.0, np.nan, np.inf, -np.inf, 3.0]))

    assert counts.sum() == 2
    assert moments.tolist() == [1.0, 3.0, 5.0, 4.0, 10.0]


def test_count_values_without_a_finite_value_has_no_extremes():
    counts, moments = count_values(np.array([np.nan, np.inf]))

    assert counts.sum() == 0
    np.testing.assert_array_equal(moments, [np.nan, np.nan, 2.0, 0.0, 0.0])


@pytest.mark.parametrize(
    ("values", "message"),
    [(np.zeros((0, 3)), "must not be empty"), (np.array(["a"]), "real numbers"), (np.array([1j]), "real numbers")],
)
def test_count_values_of_nothing_or_of_other_things_raises(values: np.ndarray, message: str):
    with pytest.raises(ValueError, match=message):
        count_values(values)


def test_bucket_values_by_a_rule_of_numpy_gives_numpys_buckets():
    values = np.array([0.0, 1.0, 2.0, 3.0, 4.0, np.nan])

    moments, limits, counts = bucket_values(values, bins=2)

    assert limits.tolist() == [0.0, 2.0, 4.0]
    assert counts.tolist() == [0, 2, 3]
    assert moments.tolist() == [0.0, 4.0, 6.0, 10.0, 30.0]


def test_bucket_values_by_an_unknown_rule_raises():
    with pytest.raises(ValueError, match="nonsense"):
        bucket_values(np.ones(3), bins="nonsense")


def test_bucket_values_with_few_buckets_keeps_every_count():
    values = np.random.default_rng(2).normal(size=1000)

    _, limits, counts = bucket_values(values, max_bins=30)

    assert len(limits) == len(counts) <= 31 + 3  # the outer ones stay alone
    assert counts.sum() == 1000
    assert (np.diff(limits) > 0).all()
