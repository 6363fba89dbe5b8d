"""Segments, restarts and what they supersede."""

from __future__ import annotations

import numpy as np
import pytest

from summaries.series import Piece, make_series


def describe(pieces: list[Piece]) -> tuple[list[int], list[bool]]:
    series = make_series(pieces)
    return series.segment_starts.tolist(), series.superseded.tolist()


@pytest.mark.parametrize(
    ("pieces", "starts", "superseded"),
    [
        ([], [], []),
        ([Piece.make([])], [], []),
        ([Piece.make([0, 1, 2])], [0], [False]),
        ([Piece.make([0, 1]), Piece.make([2, 3])], [0], [False]),
        ([Piece.make([0, 1, 2, 3]), Piece.make([2, 3])], [0, 2, 4], [False, True, False]),
        ([Piece.make([0, 1, 2]), Piece.make([0, 1])], [0, 3], [True, False]),
        ([Piece.make([5, 3, 4])], [0], [False]),
        ([Piece.make([0, 1, 2, 1, 2], purges=[(3, 1)])], [0, 1, 3], [False, True, False]),
        ([Piece.make([0, 1]), Piece.make([5], purges=[(0, 5)])], [0, 2], [False, False]),
        ([Piece.make([0, 1, 2]), Piece.make([], purges=[(0, 1)])], [0, 1], [False, True]),
        ([Piece.make([0, 1, 2]), Piece.make([1, 2]), Piece.make([1, 2])], [0, 1, 3, 5], [False, True, True, False]),
        ([Piece.make([0, 1, 2]), Piece.make([]), Piece.make([2])], [0, 2, 3], [False, True, False]),
    ],
    ids=str,
)
def test_make_series_finds_segments(pieces: list[Piece], starts: list[int], superseded: list[bool]):
    assert describe(pieces) == (starts, superseded)


def test_make_series_keeps_every_point_and_notes_those_not_finite():
    series = make_series([Piece.make([0, 1, 2], [1.0, np.nan, np.inf]), Piece.make([1, 2], [3.0, -np.inf])])

    assert series.steps.tolist() == [0, 1, 2, 1, 2]
    np.testing.assert_array_equal(series.values, [1.0, np.nan, np.inf, 3.0, -np.inf])
    assert series.non_finite.tolist() == [1, 2, 4]
    assert len(series) == 5


def test_current_leaves_out_what_a_restart_replaced():
    series = make_series([Piece.make([0, 1, 2, 3], [0, 1, 2, 3]), Piece.make([2, 3], [20, 30])]).current()

    assert series.steps.tolist() == [0, 1, 2, 3]
    assert series.values.tolist() == [0, 1, 20, 30]
    assert series.superseded.tolist() == [False]


def test_is_current_tells_of_each_point():
    series = make_series([Piece.make([0, 1, 2]), Piece.make([1])])

    assert series.is_current.tolist() == [True, False, False, True]


def piece(steps: list[int], wall_times: list[float], *, is_continued: bool = False) -> Piece:
    values = np.array(steps, dtype=np.float64) * 10
    return Piece(np.array(steps), np.array(wall_times), values, is_continued=is_continued)


def test_files_written_at_the_same_time_are_merged_in_order_of_step():
    one, two = piece([0, 2, 4, 6], [0.0, 2.0, 4.0, 6.0]), piece([1, 3, 5], [1.0, 3.0, 5.0])

    series = make_series([one, two, piece([7], [7.0])])

    assert series.steps.tolist() == [0, 1, 2, 3, 4, 5, 6, 7]
    assert series.wall_times.tolist() == [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]
    assert series.values.tolist() == [0.0, 10.0, 20.0, 30.0, 40.0, 50.0, 60.0, 70.0]
    assert (series.segment_starts.tolist(), series.superseded.tolist()) == ([0], [False])


def test_file_written_afterwards_is_a_restart_though_it_has_other_steps():
    series = make_series([piece([0, 10, 20], [0.0, 1.0, 2.0]), piece([15, 25], [9.0, 10.0])])

    assert series.steps.tolist() == [0, 10, 20, 15, 25]
    assert (series.segment_starts.tolist(), series.superseded.tolist()) == ([0, 2, 3], [False, True, False])


def test_restart_after_files_that_were_merged_supersedes_rows_of_both():
    together = [piece([0, 2, 4], [0.0, 2.0, 4.0]), piece([1, 3, 5], [1.0, 3.0, 5.0])]

    series = make_series([*together, piece([3, 4], [9.0, 10.0])])

    assert series.steps.tolist() == [0, 1, 2, 3, 4, 5, 3, 4]
    assert (series.segment_starts.tolist(), series.superseded.tolist()) == ([0, 3, 6], [False, True, False])


def test_file_that_goes_on_where_another_ended_begins_no_restart():
    series = make_series([piece([0, 5], [0.0, 1.0]), piece([3, 6], [2.0, 3.0], is_continued=True)])

    assert series.steps.tolist() == [0, 5, 3, 6]
    assert (series.segment_starts.tolist(), series.superseded.tolist()) == ([0], [False])
