from __future__ import annotations

import math
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.queries.buckets import (
    Statistics,
    make_buckets,
    quantiles,
    resample,
    summarise,
    value_range,
)
from summaries import Histogram
from summaries.buckets import HISTOGRAM_LIMITS, count_values
from summaries.kinds.histograms import decode_histogram, encode_buckets

DBL_MAX = sys.float_info.max


def make_histogram(
    edges: list[float], counts: list[float], num: float | None = None, sums: tuple[float, float] = (math.nan, math.nan)
) -> Histogram:
    return Histogram(
        min=edges[0],
        max=edges[-1],
        num=sum(counts) if num is None else num,
        sum=sums[0],
        sum_squares=sums[1],
        lefts=np.array(edges[:-1]),
        rights=np.array(edges[1:]),
        counts=np.array(counts, dtype=np.float64),
    )


def log_values(values: list[float] | np.ndarray) -> Histogram:
    """What is read back after `values` were logged into TensorFlow's buckets."""
    counts, moments = count_values(np.asarray(values, dtype=np.float64))
    return decode_histogram(encode_buckets("tag", moments, HISTOGRAM_LIMITS, counts))


def describe(histogram: Histogram) -> Statistics:
    return summarise(histogram, make_buckets(histogram))


def test_uneven_buckets_become_density() -> None:
    buckets = make_buckets(make_histogram([0.0, 1.0, 4.0], [6.0, 6.0]))

    columns = resample(buckets, np.array([0.0, 1.0, 2.0, 3.0, 4.0]))

    assert columns.tolist() == [6.0, 2.0, 2.0, 2.0]


def test_bucket_across_the_edge_of_a_column_is_shared_out_by_width() -> None:
    buckets = make_buckets(make_histogram([0.0, 1.0], [8.0]))

    columns = resample(buckets, np.array([-0.5, 0.25, 0.75, 1.5]))

    assert columns.tolist() == [2.0, 4.0, 2.0]


def test_gap_between_buckets_stays_empty() -> None:
    histogram = Histogram(0, 4, 4, math.nan, math.nan, np.array([0.0, 3.0]), np.array([1.0, 4.0]), np.array([1.0, 3.0]))

    columns = resample(make_buckets(histogram), np.array([0.0, 1.0, 2.0, 3.0, 4.0]))

    assert columns.tolist() == [1.0, 0.0, 0.0, 3.0]


def test_values_beyond_the_columns_are_left_out() -> None:
    buckets = make_buckets(make_histogram([0.0, 1.0, 2.0, 3.0], [1.0, 2.0, 4.0]))

    assert resample(buckets, np.array([1.0, 1.5, 2.0])).tolist() == [1.0, 1.0]


@pytest.mark.parametrize(("value", "column"), [(0.0, 0), (1.0, 1), (1.5, 1), (2.0, 1)])
def test_one_value_falls_into_one_column(value: float, column: int) -> None:
    columns = resample(make_buckets(make_histogram([value, value], [5.0])), np.array([0.0, 1.0, 2.0]))

    assert columns[column] == 5.0
    assert columns.sum() == 5.0


def test_columns_of_finely_binned_values_are_those_of_numpy() -> None:
    values = np.random.default_rng(0).normal(0, 1, 20_000)
    counts, edges = np.histogram(values, bins=np.linspace(-6, 6, 1201))
    columns = np.linspace(-6, 6, 121)

    resampled = resample(make_buckets(make_histogram(edges.tolist(), counts.tolist())), columns)

    np.testing.assert_allclose(resampled, np.histogram(values, bins=columns)[0], atol=1e-6)


def test_unbounded_buckets_stand_at_their_bounded_edge() -> None:
    buckets = make_buckets(make_histogram([-DBL_MAX, -1.0, 1.0, math.inf], [1.0, 2.0, 3.0]))

    assert buckets.lefts.tolist() == [-1.0, -1.0, 1.0]
    assert buckets.rights.tolist() == [-1.0, 1.0, 1.0]
    assert buckets.counts.tolist() == [1.0, 2.0, 3.0]


def test_bucket_without_any_bound_stands_at_zero() -> None:
    buckets = make_buckets(make_histogram([-DBL_MAX, DBL_MAX], [4.0]))

    assert (buckets.lefts.tolist(), buckets.rights.tolist()) == ([0.0], [0.0])


def test_median_does_not_round_beyond_the_maximum() -> None:
    lefts, rights = np.array([0.0, -1e-12]), np.array([-1.0, -1e-12])

    found = describe(Histogram(math.nan, math.nan, 2, math.nan, math.nan, lefts, rights, np.array([1.0, 1.0])))

    assert found.median == found.max == -1e-12


def test_unknown_outer_edges_of_a_writer_that_met_nan_keep_their_counts() -> None:
    buckets = make_buckets(make_histogram([math.nan, 1.0, 2.0, math.nan], [1.0, 2.0, 3.0], num=10.0))

    assert buckets.lefts.tolist() == [1.0, 1.0, 2.0]
    assert buckets.rights.tolist() == [1.0, 2.0, 2.0]
    assert buckets.num_finite == 6.0


def test_overlapping_and_unordered_buckets_are_put_in_order() -> None:
    histogram = Histogram(0, 4, 3, math.nan, math.nan, np.array([1.0, 0.0]), np.array([4.0, 2.0]), np.array([1.0, 2.0]))

    buckets = make_buckets(histogram)

    assert buckets.lefts.tolist() == [0.0, 1.0]
    assert buckets.rights.tolist() == [1.0, 4.0]
    assert buckets.counts.tolist() == [2.0, 1.0]


def test_empty_and_negative_counts_are_no_buckets() -> None:
    buckets = make_buckets(make_histogram([0.0, 1.0, 2.0, 3.0, 4.0], [0.0, 2.0, -1.0, math.nan], num=2.0))

    assert (buckets.lefts.tolist(), buckets.counts.tolist()) == ([1.0], [2.0])


def test_quantile_is_the_linear_rank_inside_its_bucket() -> None:
    buckets = make_buckets(make_histogram([0.0, 1.0, 3.0], [2.0, 2.0]))

    assert quantiles(buckets, [0.0, 0.25, 0.5, 0.75, 1.0]).tolist() == [0.0, 0.5, 1.0, 2.0, 3.0]


def test_quantiles_of_nothing_are_nan() -> None:
    buckets = make_buckets(make_histogram([0.0, 1.0], [0.0]))

    assert np.isnan(quantiles(buckets, [0.5, 0.9])).all()
    assert np.isnan(value_range(buckets)).all()


def test_range_ends_at_the_buckets_that_hold_the_outer_percentiles() -> None:
    buckets = make_buckets(make_histogram([-1000.0, -1.0, 0.0, 1.0, 1000.0], [1.0, 50_000.0, 49_998.0, 1.0]))

    assert value_range(buckets) == (-1.0, 1.0)
    assert value_range(buckets, 0.0, 1.0) == (-1000.0, 1000.0)


def test_statistics_of_logged_values_are_those_of_numpy() -> None:
    values = np.random.default_rng(1).normal(3.0, 2.0, 10_001)

    statistics = describe(log_values(values))

    assert statistics.mean == pytest.approx(values.mean(), rel=1e-12)
    assert statistics.std == pytest.approx(values.std(), rel=1e-12)
    assert statistics.median == pytest.approx(np.median(values), abs=0.3)
    assert (statistics.min, statistics.max) == (values.min(), values.max())
    assert (statistics.num, statistics.num_non_finite, statistics.zeros) == (10_001.0, 0.0, 0.0)


def test_statistics_of_buckets_alone_take_values_as_spread_over_them() -> None:
    statistics = describe(make_histogram([0.0, 2.0, 4.0], [1.0, 1.0]))

    assert statistics.mean == 2.0
    assert statistics.std == pytest.approx(math.sqrt(16 / 12))


def test_deviation_is_no_more_than_half_the_range_whatever_the_rounded_sums_say() -> None:
    statistics = describe(make_histogram([1.0, 1.5], [100.0], sums=(100.0, 160.0)))

    assert statistics.std == 0.25


def test_non_finite_values_are_counted_apart_and_change_no_moment() -> None:
    statistics = describe(log_values([1.0, 3.0, math.nan, math.inf, -math.inf]))

    assert (statistics.mean, statistics.std) == (2.0, 1.0)
    assert (statistics.num, statistics.num_non_finite) == (5.0, 3.0)
    assert (statistics.min, statistics.max) == (1.0, 3.0)


def test_histogram_without_a_finite_value_has_no_moments() -> None:
    statistics = describe(log_values([math.nan, math.nan]))

    assert math.isnan(statistics.mean)
    assert math.isnan(statistics.median)
    assert (statistics.num, statistics.num_non_finite) == (2.0, 2.0)


def test_zeros_of_logged_activations_are_counted_exactly() -> None:
    assert describe(log_values([0.0] * 30 + [0.5] * 60 + [2.0] * 10)).zeros == 0.3
    assert describe(log_values([0.0] * 4)).zeros == 1.0
    assert describe(log_values([-1.0, 1.0])).zeros == 0.0


def test_median_of_mostly_zeros_is_zero() -> None:
    statistics = describe(log_values([0.0] * 6 + [-1.0, 1.0, 2.0]))

    assert statistics.median == 0.0


def test_values_as_small_as_the_bucket_of_the_zeros_are_no_zeros() -> None:
    statistics = describe(log_values([0.0, 2e-13, 4e-13]))

    assert math.isnan(statistics.zeros)
    assert statistics.median > 0


def test_zeros_are_unknown_where_the_bucket_around_zero_is_wide() -> None:
    histogram = make_histogram([-1.0, 1.0, 2.0], [5.0, 5.0])

    assert math.isnan(describe(histogram).zeros)


@st.composite
def odd_histograms(draw: st.DrawFn) -> Histogram:
    """Buckets as they come: empty, of no width, with infinite, unknown, unordered or overlapping edges."""
    edge = st.one_of(
        st.floats(-1e6, 1e6),
        st.sampled_from([0.0, 1e-12, -1e-12, 1e20, DBL_MAX, -DBL_MAX, math.inf, -math.inf, math.nan]),
    )
    size = draw(st.integers(0, 12))
    lefts = draw(st.lists(edge, min_size=size, max_size=size))
    rights = draw(st.lists(edge, min_size=size, max_size=size))
    counts = draw(st.lists(st.one_of(st.just(0.0), st.floats(0, 1e9)), min_size=size, max_size=size))
    outer = st.one_of(edge, st.just(0.0))
    return Histogram(
        draw(outer), draw(outer), draw(outer), draw(outer), draw(outer), *map(np.array, (lefts, rights, counts))
    )


@given(odd_histograms())
def test_buckets_of_any_histogram_are_finite_ordered_and_keep_the_counts(histogram: Histogram) -> None:
    buckets = make_buckets(histogram)

    assert np.isfinite(buckets.lefts).all()
    assert np.isfinite(buckets.rights).all()
    assert (buckets.lefts <= buckets.rights).all()
    assert (buckets.rights[:-1] <= buckets.lefts[1:]).all()
    assert buckets.num_finite == pytest.approx(histogram.counts.sum())
    assert buckets.num >= buckets.num_finite


@given(odd_histograms(), st.integers(1, 400))
def test_columns_of_any_histogram_hold_all_its_values(histogram: Histogram, num_columns: int) -> None:
    buckets = make_buckets(histogram)
    low, high = (buckets.lefts[0], buckets.rights[-1]) if buckets.counts.size else (0.0, 0.0)
    span = max(high - low, 1.0)
    edges = np.linspace(low - span, high + span, num_columns + 1)

    columns = resample(buckets, edges)

    assert (columns >= 0).all()
    assert columns.sum() == pytest.approx(histogram.counts.sum())


@given(odd_histograms())
def test_statistics_of_any_histogram_hold_together(histogram: Histogram) -> None:
    statistics = describe(histogram)

    if histogram.counts.sum() > 0:
        assert statistics.min <= statistics.median <= statistics.max
        assert statistics.std >= 0
        assert math.isnan(statistics.zeros) or 0 <= statistics.zeros <= 1
    else:
        assert math.isnan(statistics.median)
    assert statistics.num_non_finite >= 0
