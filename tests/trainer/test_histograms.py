from __future__ import annotations

import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from summaries import buckets
from trainer.histograms import count_tensors

LIMITS = np.asarray(buckets.HISTOGRAM_LIMITS)


def oracle(values: np.ndarray) -> np.ndarray:
    """Counts by float64 search; XLA on the CPU takes denormal numbers for 0, and so must the oracle."""
    wide = values[np.isfinite(values)].astype(np.float64)
    wide[np.abs(wide) < np.finfo(np.float32).tiny] = 0
    return np.bincount(np.searchsorted(LIMITS, wide, side="right"), minlength=len(LIMITS))[: len(LIMITS)]


def test_counts_of_several_tensors_are_those_of_a_float64_search() -> None:
    generator = np.random.default_rng(0)
    tensors = [
        generator.normal(size=(100, 37)).astype(np.float32),
        (generator.normal(size=5000) * 10.0 ** generator.uniform(-15, 25, size=5000)).astype(np.float32),
        np.zeros(11, np.float32),
    ]

    counts, _, _ = count_tensors([jnp.asarray(tensor) for tensor in tensors])

    np.testing.assert_array_equal(counts, [oracle(tensor) for tensor in tensors])


def test_every_limit_and_its_neighbours_fall_on_the_right_side() -> None:
    limits = LIMITS[1:-1].astype(np.float32)
    values = np.concatenate([limits, np.nextafter(limits, np.float32(-9e30)), np.nextafter(limits, np.float32(9e30))])

    counts, _, _ = count_tensors([jnp.asarray(values)])

    np.testing.assert_array_equal(counts[0], oracle(values))


@settings(max_examples=50)
@given(arrays(np.float32, 64, elements=st.floats(width=32)))
def test_any_floats_are_counted_like_the_oracle(values: np.ndarray) -> None:
    counts, _, _ = count_tensors([jnp.asarray(values)])

    np.testing.assert_array_equal(counts[0], oracle(values))


def test_moments_are_min_max_number_sum_and_squares_of_finite_values() -> None:
    values = jnp.array([1.0, -2.0, jnp.nan, 0.5, jnp.inf])

    counts, moments, shares = count_tensors([values, jnp.full(3, jnp.nan), jnp.zeros(5000)])

    np.testing.assert_allclose(moments[0], [-2.0, 1.0, 5.0, -0.5, 5.25])
    np.testing.assert_array_equal(moments[1], [np.nan, np.nan, 3.0, 0.0, 0.0])
    np.testing.assert_array_equal(moments[2], [0.0, 0.0, 5000.0, 0.0, 0.0])
    assert np.asarray(counts).sum(axis=1).tolist() == [3, 0, 5000]
    np.testing.assert_allclose(shares, [[0, 0.4], [0, 1], [1, 0]], rtol=1e-7)


def test_counts_agree_with_the_writers_own() -> None:
    values = np.random.default_rng(1).normal(size=2000).astype(np.float32)

    counts, moments, _ = count_tensors([jnp.asarray(values)])
    host_counts, host_moments = buckets.count_values(values)

    np.testing.assert_array_equal(counts[0], host_counts)
    np.testing.assert_allclose(moments[0], host_moments, rtol=1e-5)


def test_integers_are_counted_as_numbers() -> None:
    counts, moments, _ = count_tensors([jnp.array([[1, 2], [3, 4]])])

    assert int(np.asarray(counts).sum()) == 4
    assert np.asarray(moments[0]).tolist() == pytest.approx([1, 4, 4, 10, 30])
