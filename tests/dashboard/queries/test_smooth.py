import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.queries.smooth import smooth


def tensorboards_loop(values: list[float], weight: float) -> list[float]:
    """What TensorBoard's line chart computes, point by point (vz_line_chart2, resmoothDataset)."""
    last, count, smoothed = 0.0, 0, []
    for value in values:
        if not math.isfinite(value):
            smoothed.append(value)
            continue
        last = last * weight + (1 - weight) * value
        count += 1
        smoothed.append(last / (1 - weight**count))
    return smoothed


@given(
    st.lists(st.floats(-1e6, 1e6) | st.sampled_from([math.nan, math.inf, -math.inf]), max_size=300),
    st.floats(0.01, 0.999),
)
def test_smoothing_equals_tensorboards_loop(values: list[float], weight: float) -> None:
    smoothed = smooth(np.array(values, dtype=np.float64), weight)

    np.testing.assert_allclose(smoothed, tensorboards_loop(values, weight), rtol=1e-9, atol=1e-6)


@pytest.mark.parametrize("weight", [0.6, 0.99, 0.9999])
def test_long_series_is_smoothed_as_by_tensorboards_loop(weight: float) -> None:
    rng = np.random.default_rng(0)
    values = rng.uniform(0.5, 1.5, 300_001)
    values[rng.integers(0, values.size, 100)] = np.nan

    np.testing.assert_allclose(smooth(values, weight), tensorboards_loop(values.tolist(), weight), rtol=1e-12)


def test_weight_zero_copies() -> None:
    values = np.array([3.0, 1.0])

    smoothed = smooth(values, 0.0)

    assert smoothed.tolist() == [3.0, 1.0]
    assert smoothed is not values


@pytest.mark.parametrize("weight", [-0.1, 1.0, math.nan])
def test_weight_outside_its_range_is_refused(weight: float) -> None:
    with pytest.raises(ValueError, match=r"weight must be in \[0, 1\); got"):
        smooth(np.zeros(1), weight)
