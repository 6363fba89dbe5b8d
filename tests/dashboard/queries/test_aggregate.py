from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.queries import aggregate as module
from dashboard.queries.aggregate import Member, Summary, aggregate
from dashboard.queries.joining import Lookup

NAN = float("nan")
MEAN = Summary("mean", "std")
VALUES = st.floats(-100, 100) | st.sampled_from([NAN, np.inf])
POINTS = st.dictionaries(st.integers(0, 40), VALUES, min_size=1, max_size=25)


def make_member(points: dict[int, float]) -> Member:
    steps = sorted(points)
    return Member(Lookup(np.array(steps), np.array([points[step] for step in steps])))


def join_with_pandas(members: list[dict[int, float]]) -> pd.DataFrame:
    """A row a step that some member has; its value there, or between two finite neighbours, linear."""
    columns = []
    for points in members:
        series = pd.Series(points, dtype=float).sort_index()
        finite = np.isfinite(series)
        known = series.where(finite, NAN)
        union = sorted({step for other in members for step in other})
        whole = known.reindex(union)
        filled = (
            known.dropna().reindex(sorted({*known.dropna().index, *union})).interpolate("index", limit_area="inside")
        )
        filled = filled.reindex(union)
        for step in union:  # no value beside a NaN
            before = series.loc[:step].index[-1] if series.index[0] <= step else None
            after = series.loc[step:].index[0] if series.index[-1] >= step else None
            if step not in series.index and not (before in series.index[finite] and after in series.index[finite]):
                filled[step] = NAN
            if step in series.index and not finite[step]:
                filled[step] = NAN
        columns.append(filled.where(whole.isna(), whole))
    return pd.concat(columns, axis=1)


@given(st.lists(POINTS, min_size=1, max_size=4))
def test_members_on_unequal_steps_are_joined_as_pandas_does(points: list[dict[int, float]]) -> None:
    table = join_with_pandas(points).dropna(how="all")

    found = aggregate([make_member(one) for one in points], Summary("mean", "minmax"), width_px=100)

    assert found.x.tolist() == table.index.tolist()
    np.testing.assert_allclose(found.last, table.mean(axis=1).iloc[-1] if len(table) else NAN, rtol=1e-9, atol=1e-9)
    np.testing.assert_array_equal(found.counts, table.count(axis=1))
    np.testing.assert_allclose(found.values, table.mean(axis=1), rtol=1e-9, atol=1e-9)
    extremes = table.agg(["min", "max"], axis=1)
    np.testing.assert_allclose(np.array([found.least, found.greatest]).T, extremes, rtol=1e-9, atol=1e-9)
    wanted = extremes.where(table.count(axis=1) > 1)
    np.testing.assert_allclose(np.array([found.low, found.high]).T, wanted, rtol=1e-9, atol=1e-9)


def test_failed_member_counts_until_its_last_step_and_a_band_is_of_two() -> None:
    found = aggregate([make_member({0: 0.0, 2: 2.0, 3: 3.0}), make_member({0: 2.0, 1: 2.0})], MEAN, width_px=100)

    assert found.x.tolist() == [0.0, 1.0, 2.0, 3.0]
    assert found.counts.tolist() == [2, 2, 1, 1]
    assert found.values.tolist() == [1.0, 1.5, 2.0, 3.0]
    np.testing.assert_allclose(found.high, [1 + 2**0.5, 1.5 + 0.5**0.5, NAN, NAN])


def test_gap_in_which_nobody_has_a_value_ends_the_line() -> None:
    found = aggregate([make_member({0: 1.0, 1: NAN, 2: 3.0, 9: 1.0})], Summary("mean", "none"), width_px=100)

    assert found.x.tolist() == [0.0, 2.0, 9.0]
    assert found.line_starts.tolist() == [0, 1]
    assert (found.low, found.high) == (None, None)


def test_members_without_a_finite_value_give_an_empty_curve() -> None:
    found = aggregate([make_member({0: NAN, 5: NAN})], MEAN, width_px=100)

    assert (found.x.size, found.line_starts.size, found.num_total) == (0, 0, 2)


@settings(max_examples=30)
@given(st.integers(1, 30), st.sampled_from(["std", "ci", "minmax"]), st.sampled_from(["mean", "median", "iqm"]))
def test_extremes_of_each_pixel_column_stay(width_px: int, band: str, center: str) -> None:
    rng = np.random.default_rng(width_px)
    values = rng.normal(size=(3, 2_000)).cumsum(axis=1)
    values[:, 777] += 1_000.0
    members = [Member(Lookup(np.arange(2_000), row)) for row in values]

    found = aggregate(members, Summary(center, band), width_px)  # type: ignore[arg-type]

    whole = aggregate(members, Summary(center, band), 10_000)  # type: ignore[arg-type]
    columns = np.minimum((whole.x / 1_999 * width_px).astype(int), width_px - 1)
    kept = np.isin(whole.x, found.x)
    edges = (whole.values,) if band == "ci" else (whole.values, whole.low, whole.high)
    for column in range(width_px):
        inside = columns == column
        for edge in edges:
            assert edge[inside].min() in edge[inside & kept]
            assert edge[inside].max() in edge[inside & kept]
    assert found.x.size <= 12 * width_px
    assert found.num_total == 2_000
    assert 777.0 in found.x


def test_range_is_drawn_in_full_with_a_neighbour_on_each_side() -> None:
    members = [
        Member(Lookup(np.arange(0, 1_000, 10), np.arange(100.0))),
        Member(Lookup(np.arange(5, 1_000, 10), np.ones(100))),
    ]

    found = aggregate(members, MEAN, 100, start=102.0, stop=120.0)

    assert found.x.tolist() == [100.0, 105.0, 110.0, 115.0, 120.0, 125.0]
    assert found.num_total == 4


def test_smoothed_members_make_the_band_and_raw_ones_the_values() -> None:
    raw, smoothed = Lookup(np.arange(3), np.array([0.0, 4.0, 0.0])), Lookup(np.arange(3), np.array([0.0, 2.0, 1.0]))
    flat = Lookup(np.arange(3), np.zeros(3))

    found = aggregate([Member(raw, smoothed), Member(flat, flat)], Summary("mean", "minmax"), 100)

    assert found.values.tolist() == [0.0, 2.0, 0.0]
    assert found.smoothed.tolist() == [0.0, 1.0, 0.5]
    assert found.high.tolist() == [0.0, 2.0, 1.0]


@pytest.mark.parametrize("num_members", [2, 30])
def test_more_numbers_than_fit_are_worked_on_at_spread_steps_and_those_of_peaks(
    num_members: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_CELLS", 100 * num_members)
    values = np.random.default_rng(num_members).normal(size=(num_members, 1_000))
    values[1, 333], values[0, 777] = 50.0, -90.0
    members = [Member(Lookup(np.arange(1_000.0) + number / 64, row)) for number, row in enumerate(values)]

    found = aggregate(members, Summary("mean", "minmax"), 20)

    assert found.x.size <= 12 * 20
    assert found.num_total == num_members * 1_000
    assert (np.nanmax(found.high), np.nanmin(found.low)) == (50.0, -90.0)
    assert {333 + 1 / 64, 777.0} < set(found.x)
    there = [np.interp(found.x, one.points.steps, one.points.values, left=NAN, right=NAN) for one in members]
    np.testing.assert_allclose([found.least, found.greatest], [np.nanmin(there, axis=0), np.nanmax(there, axis=0)])


def test_logarithmic_axis_keeps_the_extremes_of_as_many_columns_in_each_decade() -> None:
    values = np.random.default_rng(6).normal(size=(2, 100_001))
    members = [Member(Lookup(np.arange(100_001), row)) for row in values]

    found = aggregate(members, Summary("mean", "none"), width_px=101, is_log=True)

    centers = values.mean(axis=0)
    decades = [slice(10**power, 10 ** (power + 1)) for power in range(2, 5)]
    in_decade = [np.count_nonzero((found.x >= one.start) & (found.x < one.stop)) for one in decades]
    assert all(40 <= number <= 84 for number in in_decade)  # 20 columns of at most 4 points
    edges = np.geomspace(1, 100_000, 101)
    columns = np.searchsorted(edges, np.arange(100_001), side="right")
    for column in np.unique(columns):
        inside = centers[columns == column]
        assert {inside.min(), inside.max()} <= set(found.values)


def test_last_value_is_found_however_many_points_after_it_are_not_finite() -> None:
    steps = np.arange(5_000)
    ended, bad = np.where(steps < 2_000, 1.0 * steps, NAN), np.full(5_000, NAN)

    found = aggregate([Member(Lookup(steps, ended)), Member(Lookup(steps, bad))], Summary("mean", "none"), width_px=100)

    assert found.last == 1_999.0
    assert np.isnan(aggregate([Member(Lookup(steps, bad))], Summary("mean", "none"), width_px=100).last)
