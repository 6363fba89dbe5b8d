"""Both members of counting, held against NumPy's histogram and searchsorted."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as st_numpy

from summaries.buckets import HISTOGRAM_LIMITS, as_real_vector
from summaries.counting import Cells, count_portably, make_cells
from tests.summaries.compiled import skip_unless_built

Count = Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]

CELLS = {dtype: make_cells(HISTOGRAM_LIMITS, np.dtype(dtype)) for dtype in ("float32", "float64")}
LARGEST = np.finfo(np.float64).max


def count_compiled(values: np.ndarray, cells: Cells) -> tuple[np.ndarray, np.ndarray]:
    from summaries._counts import count_in_cells

    return count_in_cells(values, cells)


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(count_portably, id="portable"),
        pytest.param(count_compiled, id="compiled", marks=skip_unless_built("counts")),
    ],
)
def count(request: pytest.FixtureRequest) -> Count:
    """A member, which takes any array."""

    def count_any(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        flat = as_real_vector(values)
        return request.param(flat, CELLS[flat.dtype.name])

    return count_any


def count_slowly(values: np.ndarray) -> list[int]:
    """Bucket i holds limit[i - 1] <= value < limit[i]; the last one also the largest float64."""
    finite = values[np.isfinite(values)].astype(np.float64)
    places = np.minimum(np.searchsorted(HISTOGRAM_LIMITS, finite, side="right"), len(HISTOGRAM_LIMITS) - 1)
    return np.bincount(places, minlength=len(HISTOGRAM_LIMITS)).tolist()


def take_extremes(values: np.ndarray) -> list[float]:
    finite = values[np.isfinite(values)].astype(np.float64).tolist()
    return [*((min(finite), max(finite)) if finite else (math.nan, math.nan)), values.size]


def take_moments(values: np.ndarray) -> list[float]:
    """With exact sums; all values are finite."""
    numbers = values.astype(np.float64).ravel().tolist()
    return [*take_extremes(values), math.fsum(numbers), math.fsum(number * number for number in numbers)]


def nasty_values(dtype: str) -> np.ndarray:
    """Every limit, its neighbours, zeros, subnormals, the largest floats and what is not finite."""
    info = np.finfo(dtype)
    with np.errstate(over="ignore"):
        limits = HISTOGRAM_LIMITS.astype(dtype)
        above, below = (np.nextafter(limits, info.dtype.type(end)) for end in (np.inf, -np.inf))
    special = [0.0, -0.0, info.smallest_subnormal, info.smallest_normal, info.max, np.inf]
    positive = np.array(special, dtype=dtype)
    return np.concatenate([limits, above, below, positive, -positive, np.array([np.nan, -np.nan], dtype=dtype)])


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_counts_are_exact_at_every_limit(count: Count, dtype: str) -> None:
    values = nasty_values(dtype)

    counts, moments = count(values)

    assert counts.tolist() == count_slowly(values)
    assert moments[:3].tolist() == take_extremes(values)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_counts_are_exact_for_random_bits(count: Count, dtype: str) -> None:
    size = np.dtype(dtype).itemsize
    values = np.frombuffer(np.random.default_rng(0).bytes(300_000 * size), dtype)

    counts, _ = count(values)

    assert counts.dtype == np.int64
    assert counts.tolist() == count_slowly(values)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_counts_and_moments_of_many_values_are_numpys(count: Count, dtype: str) -> None:
    values = np.random.default_rng(1).normal(size=200_017).astype(dtype)

    counts, moments = count(values)

    expected, _ = np.histogram(values.astype(np.float64), bins=[-np.inf, *HISTOGRAM_LIMITS])
    assert counts.tolist() == expected.tolist()
    np.testing.assert_allclose(moments, take_moments(values), rtol=1e-13)


def any_floats(dtype: str) -> st.SearchStrategy[np.ndarray]:
    size = np.dtype(dtype).itemsize * 8
    near_limits = st.sampled_from(nasty_values(dtype).tolist())
    elements = st.one_of(st.floats(width=size), near_limits)
    return st_numpy.arrays(dtype, st.integers(1, 50), elements=elements)


@given(values=st.sampled_from(["float32", "float64"]).flatmap(any_floats))
def test_counts_of_any_floats_are_exact(count: Count, values: np.ndarray) -> None:
    counts, moments = count(values)

    assert counts.tolist() == count_slowly(values)
    np.testing.assert_array_equal(moments[:3], take_extremes(values))


@pytest.mark.parametrize("dtype", ["float16", "int8", "int64", "uint64", "bool", ">f4", ">f8"])
def test_counts_of_other_dtypes_are_those_of_their_values(count: Count, dtype: str) -> None:
    values = np.arange(-50, 50).astype(dtype)

    counts, moments = count(values)

    assert counts.tolist() == count_slowly(values.astype(np.float64))
    np.testing.assert_allclose(moments, take_moments(values.astype(np.float64)))


def test_counts_of_bfloat16_are_those_of_its_values(count: Count) -> None:
    ml_dtypes = pytest.importorskip("ml_dtypes")

    counts, moments = count(np.array([0.5, 1.5, -2.0], dtype=ml_dtypes.bfloat16))

    assert counts.tolist() == count_slowly(np.array([0.5, 1.5, -2.0]))
    assert moments.tolist() == [-2.0, 1.5, 3.0, 0.0, 6.5]


@pytest.mark.parametrize(
    "view",
    [lambda values: values[::3], lambda values: values[::-1], lambda values: values.reshape(-1, 4).T],
    ids=["strided", "reversed", "transposed"],
)
def test_counts_of_a_view_are_those_of_its_values(count: Count, view: Callable[[np.ndarray], np.ndarray]) -> None:
    values = view(np.random.default_rng(2).normal(size=1200).astype(np.float32))

    counts, moments = count(values)

    assert counts.tolist() == count_slowly(values.copy())
    np.testing.assert_allclose(moments, take_moments(values.copy()))


def test_counts_of_values_that_cannot_be_written_to_and_are_not_aligned(count: Count) -> None:
    values = np.frombuffer(b"\0" + np.arange(5, dtype=np.float32).tobytes(), np.float32, offset=1)

    counts, moments = count(values)

    assert counts.tolist() == count_slowly(values)
    assert moments.tolist() == [0.0, 4.0, 5.0, 10.0, 30.0]


def test_values_that_are_not_finite_are_in_num_only(count: Count) -> None:
    counts, moments = count(np.array([1.0, np.nan, np.inf, -np.inf, 3.0]))

    assert counts.sum() == 2
    assert moments.tolist() == [1.0, 3.0, 5.0, 4.0, 10.0]


def test_without_a_finite_value_there_are_no_extremes(count: Count) -> None:
    counts, moments = count(np.array([np.nan, np.inf]))

    assert counts.sum() == 0
    np.testing.assert_array_equal(moments, [np.nan, np.nan, 2.0, 0.0, 0.0])


def test_moments_of_the_largest_floats_become_infinite(count: Count) -> None:
    counts, moments = count(np.full(3, LARGEST))

    assert counts[-1] == 3
    assert moments.tolist() == [LARGEST, LARGEST, 3.0, math.inf, math.inf]


def test_cells_of_limits_that_lie_too_close_are_refused() -> None:
    with pytest.raises(ValueError, match="limits must lie at least 7 % apart"):
        make_cells(np.array([1.0, 1.01, 1.02, 2.0]), np.dtype(np.float32))
