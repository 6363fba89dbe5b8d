from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.queries.buckets import Statistics
from dashboard.queries.histograms import Ridges, choose_steps, current_points, make_ridges
from summaries import Histogram
from summaries.buckets import HISTOGRAM_LIMITS, count_values
from summaries.kinds.histograms import decode_histogram, encode_buckets

STATISTICS = [name for name in Statistics.__dataclass_fields__]


def log_values(values: list[float] | np.ndarray) -> Histogram:
    """What is read back after `values` were logged into TensorFlow's buckets."""
    counts, moments = count_values(np.asarray(values, dtype=np.float64))
    return decode_histogram(encode_buckets("tag", moments, HISTOGRAM_LIMITS, counts))


def count_into(edges: list[float], values: np.ndarray) -> Histogram:
    counts = np.histogram(values, edges)[0].astype(np.float64)
    lefts, rights = np.array(edges[:-1]), np.array(edges[1:])
    return Histogram(edges[0], edges[-1], counts.sum(), math.nan, math.nan, lefts, rights, counts)


def flags(size: int, *flagged: int) -> np.ndarray:
    return np.isin(np.arange(size), flagged)


def column(ridges: Ridges, name: str) -> list[float]:
    return ridges.statistics[STATISTICS.index(name)].tolist()


def test_points_that_a_restart_replaced_are_not_current() -> None:
    steps = np.array([0, 10, 20, 10, 20, 30])
    is_superseded = np.array([False, True, True, False, False, False])

    assert current_points(steps, is_superseded).tolist() == [0, 3, 4, 5]


def test_of_points_at_one_step_the_last_written_is_current() -> None:
    assert current_points(np.array([5, 0, 5, 0]), np.zeros(4, dtype=bool)).tolist() == [3, 2]


def test_nothing_is_current_in_an_empty_series() -> None:
    assert current_points(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=bool)).tolist() == []


def test_few_steps_are_all_drawn() -> None:
    assert choose_steps(np.array([0, 7, 9]), flags(3), 24).tolist() == [0, 1, 2]


def test_chosen_steps_are_spaced_evenly_over_the_steps_not_over_the_points() -> None:
    steps = np.concatenate([np.arange(100), np.arange(100, 1001, 100)])

    chosen = choose_steps(steps, flags(steps.size), 11)

    assert steps[chosen].tolist() == list(range(0, 1001, 100))


def test_flagged_steps_are_drawn_whatever_their_place() -> None:
    steps = np.arange(0, 1000, 10)

    chosen = choose_steps(steps, flags(100, 3, 98), 6)

    assert {0, 3, 98, 99} <= set(chosen.tolist())
    assert chosen.size <= 6


def test_too_many_flagged_steps_are_thinned_but_the_first_stays() -> None:
    chosen = choose_steps(np.arange(100), np.arange(100) >= 40, 8)

    assert chosen.tolist() == [0, 40, 49, 52, 64, 75, 87, 99]


def test_fewer_than_two_steps_cannot_be_asked_for() -> None:
    with pytest.raises(ValueError, match=r"max_steps must be at least 2; got 1\."):
        choose_steps(np.arange(3), flags(3), 1)


@given(
    st.lists(st.integers(-(2**40), 2**40), min_size=1, max_size=200, unique=True),
    st.sets(st.integers(0, 199), max_size=30),
    st.integers(2, 60),
)
def test_choice_keeps_extremes_and_flagged_steps_within_its_limit(
    steps: list[int], flagged: set[int], max_steps: int
) -> None:
    ordered = np.array(sorted(steps))
    is_flagged = flags(ordered.size, *flagged)

    chosen = choose_steps(ordered, is_flagged, max_steps).tolist()

    assert len(chosen) <= max_steps
    assert chosen == sorted(set(chosen))
    assert {0, len(steps) - 1} <= set(chosen)
    if is_flagged.sum() <= max_steps - 2:
        assert set(np.flatnonzero(is_flagged).tolist()) <= set(chosen)


def test_ridges_of_hand_counted_buckets() -> None:
    old = count_into([0.0, 1.0, 2.0], np.array([0.5, 0.5, 0.5, 1.5]))
    new = count_into([0.0, 1.0, 2.0], np.array([0.5, 1.5]))

    ridges = make_ridges([old, new], 104)

    assert (ridges.low, ridges.high) == (-0.04, 2.04)
    widths = (ridges.high - ridges.low) / ridges.shares.shape[1]
    middle_of_first = int((0.5 - ridges.low) / widths)
    middle_of_last = int((1.5 - ridges.low) / widths)
    np.testing.assert_allclose(
        ridges.shares[0, [middle_of_first, middle_of_last]], [0.75 * widths, 0.25 * widths], rtol=1e-6
    )
    np.testing.assert_allclose(
        ridges.shares[1, [middle_of_first, middle_of_last]], [0.5 * widths, 0.5 * widths], rtol=1e-6
    )
    assert ridges.peak == pytest.approx(0.75 * widths)
    assert not ridges.is_cut


def test_rows_share_one_range_and_each_sums_to_one() -> None:
    rng = np.random.default_rng(0)
    histograms = [log_values(rng.normal(0, scale, 5_000)) for scale in (0.1, 1.0, 3.0)]

    ridges = make_ridges(histograms, 300)

    assert ridges.shares.shape[0] == 3
    np.testing.assert_allclose(ridges.shares.sum(axis=1), 1.0, atol=2e-4)
    assert ridges.low < -9
    assert ridges.high > 9


def test_non_finite_values_lower_their_row() -> None:
    ridges = make_ridges([log_values([1.0, 2.0, math.nan, math.nan])], 50)

    assert ridges.shares.sum() == pytest.approx(0.5)
    assert column(ridges, "num_non_finite") == [2.0]


def test_many_values_get_a_column_a_pixel_and_few_values_fewer() -> None:
    rng = np.random.default_rng(0)

    assert make_ridges([log_values(rng.normal(0, 1, 1_000_000))], 280).shares.shape == (1, 280)
    assert make_ridges([log_values(rng.normal(0, 1, 40))], 280).shares.shape == (1, 24)


def test_equal_values_stand_in_the_middle_of_a_range_around_them() -> None:
    ridges = make_ridges([log_values([1.0] * 768)], 100)

    assert (ridges.low, ridges.high) == (0.5, 1.5)
    assert np.flatnonzero(ridges.shares[0]).tolist() == [50]
    assert column(ridges, "min") == column(ridges, "max") == [1.0]


def test_zeros_that_would_flatten_all_else_are_cut() -> None:
    activations = np.maximum(np.random.default_rng(0).normal(-0.5, 1, 20_000), 0)

    ridges = make_ridges([log_values(activations)], 280)

    assert ridges.is_cut
    assert ridges.shares.max() > 3 * ridges.peak
    assert column(ridges, "zeros")[0] == pytest.approx((activations == 0).mean())


def test_constant_start_is_cut_so_that_later_steps_are_seen() -> None:
    rng = np.random.default_rng(0)
    biases = [log_values(np.full(4_096, 0.5)), log_values(0.5 + rng.normal(0, 0.1, 4_096))]

    ridges = make_ridges(biases, 280)

    assert ridges.is_cut
    assert ridges.peak == pytest.approx(ridges.shares[1].max())


def test_histograms_without_a_finite_value_make_flat_rows() -> None:
    ridges = make_ridges([log_values([math.nan] * 3), log_values([math.inf])], 50)

    assert (ridges.low, ridges.high, ridges.peak) == (-1.0, 1.0, 1.0)
    assert not ridges.shares.any()
    assert column(ridges, "num_non_finite") == [3.0, 1.0]


def test_no_histograms_make_no_rows() -> None:
    ridges = make_ridges([], 50)

    assert ridges.shares.shape == (0, 50)
    assert ridges.statistics.shape == (8, 0)


def test_even_buckets_are_announced_where_every_step_has_as_many() -> None:
    rng = np.random.default_rng(0)
    even = [count_into(np.linspace(-5, 5 + i, 31).tolist(), rng.normal(0, 1, 100)) for i in range(3)]

    assert make_ridges(even, 100).num_even_buckets == 30
    assert make_ridges([*even, count_into([-5.0, 0.0, 5.0], rng.normal(0, 1, 100))], 100).num_even_buckets == 0
    assert make_ridges([log_values(rng.normal(0, 1, 100)) for _ in range(3)], 100).num_even_buckets == 0


def test_change_of_edges_is_found_where_it_happens_once() -> None:
    values = np.random.default_rng(0).uniform(0, 4, 1_000)
    coarse, fine = [0.0, 1.0, 2.0, 3.0, 4.0], [0.0, 0.8, 1.6, 2.4, 3.2, 4.0]
    before, after = count_into(coarse, values), count_into(fine, values)

    assert make_ridges([before, before, after, after], 100).edges_changed_row == 2
    assert make_ridges([before] * 4, 100).edges_changed_row == -1
    assert make_ridges([before, after, before, after], 100).edges_changed_row == -1


def test_buckets_of_one_grid_that_differ_only_in_what_they_leave_out_have_not_changed() -> None:
    rng = np.random.default_rng(0)
    histograms = [log_values(rng.normal(0, scale, 60)) for scale in (1, 1, 20, 20)]

    assert make_ridges(histograms, 100).edges_changed_row == -1
