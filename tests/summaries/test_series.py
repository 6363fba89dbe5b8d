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
