"""The compiled member that draws curves, held against the portable one."""

from __future__ import annotations

import itertools
import math
import os
import shutil
import struct
import sys
import threading
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.api import bodies
from dashboard.api.bodies import INTERFACE, Columns, Curve, Window, draw_bodies, draw_portably
from dashboard.queries.positions import XAxis
from summaries import Series
from summaries.members import load_member
from summaries.series import Piece, make_series

WHOLE = Window("step", 40, -math.inf, math.inf, 0.0)
IS_BUILT = load_member("dashboard.api._bodies", INTERFACE) is not None
if not IS_BUILT and os.environ.get("CI") and any(map(shutil.which, ("cc", "gcc", "clang"))):
    raise RuntimeError("dashboard/api/_bodies.pyx must be built where a C compiler is; run pip install again.")
compiled = pytest.mark.skipif(
    not IS_BUILT, reason="THE COMPILED MEMBER IS NOT TESTED, drawing curves: install with a C compiler."
)


def draw_compiled(curve: Curve, window: Window) -> bytes | None:
    """What the compiled member draws; None for what it leaves to the portable one."""
    assert bodies._compiled is not None
    (body,) = bodies._compiled.draw_bodies([curve], window)
    return body


def split_smoothed(body: bytes) -> tuple[bytes, np.ndarray]:
    """A body without its smoothed column, and that."""
    num_drawn, flags = struct.unpack_from("<I8xI", body, 8)
    item, step = 8 if flags & 1 else 4, 2 if flags & 8 else 4 if flags & 16 else 8
    begin = 96 + _pad(step * num_drawn) + _pad(4 * num_drawn) + _pad(item * num_drawn)
    end = begin + _pad(item * num_drawn)
    return body[:begin] + body[end:], np.frombuffer(body, f"<f{item}", num_drawn, begin)


def _pad(num_bytes: int) -> int:
    return -(-num_bytes // 8) * 8


VALUES = st.sampled_from([0.0, -0.0, 1.0, -2.0, 5.0, 0.1, 1e300, -1e300, math.nan, math.inf, -math.inf])
WALLS = st.floats(0, 100) | st.sampled_from([math.nan, math.inf, -1e308, 1e308])
POINTS = st.lists(st.tuples(st.integers(0, 60), VALUES, WALLS), max_size=70)
FILES = st.lists(st.tuples(POINTS, st.booleans(), st.booleans()), max_size=3)
EDGES = st.floats(-10, 110) | st.sampled_from([-math.inf, math.inf, math.nan, 0.0, 60.0])


def make_piece(points: Sequence[tuple[int, float, float]], *, in_order: bool, with_clock: bool) -> Piece:
    steps, values, walls = ([point[place] for point in points] for place in range(3))
    if in_order:
        steps = sorted(steps)
    times = np.array(walls if with_clock else steps, dtype=np.float64)
    return Piece(np.array(steps, dtype=np.int64), times, np.array(values, dtype=np.float64))


@compiled
@given(
    FILES, st.sampled_from(["step", "relative", "wall"]), st.integers(1, 12), EDGES, EDGES,
    st.sampled_from([0.0, 1.5, 1e308]), st.sampled_from([0.0, 0.6, 0.999]), st.sampled_from(["linear", "log"]),
)  # fmt: skip
def test_both_members_draw_the_same(
    files: list[tuple[list[tuple[int, float, float]], bool, bool]],
    x_axis: XAxis,
    width_px: int,
    start: float,
    stop: float,
    first_wall_time: float,
    smoothing: float,
    columns: Columns,
) -> None:
    pieces = [make_piece(points, in_order=in_order, with_clock=clock) for points, in_order, clock in files]
    curve = Curve(make_series(pieces), first_wall_time)
    window = Window(x_axis, width_px, start, stop, smoothing, columns=columns)

    with np.errstate(all="ignore"):
        expected, found = draw_portably(curve, window), draw_compiled(curve, window)
        drawn = draw_bodies([curve], window)

    assert drawn == [found or expected]
    if smoothing and found is not None:
        (expected, averages), (found, ours) = split_smoothed(expected), split_smoothed(found)
        np.testing.assert_allclose(ours, averages, rtol=1e-6)
    assert found in (None, expected)


def make_walk(num_points: int, seed: int) -> Series:
    rng = np.random.default_rng(seed)
    values = rng.normal(size=num_points).cumsum().round(1)  # the extremes of a column occur several times
    values[rng.integers(0, num_points, num_points // 100)] = rng.choice([math.nan, math.inf, -math.inf])
    steps, walls = np.sort(rng.integers(0, num_points, num_points)), rng.exponential(1.0, num_points).cumsum()
    again = slice(num_points // 3, None)
    return make_series([Piece(steps, walls, values), Piece(steps[again], walls[again] + num_points, values[again])])


@compiled
@pytest.mark.parametrize("columns", ["linear", "log"])
@pytest.mark.parametrize("x_axis", ["step", "relative", "wall"])
def test_long_curves_with_a_restart_are_drawn_the_same(x_axis: XAxis, columns: Columns) -> None:
    curves = [Curve(make_walk(20_000, seed), 1.25) for seed in range(6)]

    for width_px, (start, stop) in itertools.product((1, 333, 8192), ((-math.inf, math.inf), (777.5, 9_000.0))):
        window = Window(x_axis, width_px, start, stop, 0.0, columns=columns)
        found = [draw_compiled(curve, window) for curve in curves]

        assert None not in found
        assert found == draw_bodies(curves, window) == [draw_portably(curve, window) for curve in curves]


@compiled
@pytest.mark.parametrize(
    ("first", "last", "flag"),
    [
        (7, 7, 8), (-5, 65_530, 8), (-5, 65_531, 16), (2**53, 2**53 + 4096, 8), (0, 2**32 - 1, 16), (0, 2**32, 0),
        (-(2**62), 2**62, 0),
    ],
)  # fmt: skip
def test_steps_travel_in_the_narrowest_form_that_holds_them(first: int, last: int, flag: int) -> None:
    curve = Curve(make_series([Piece.make([first, last], [math.nan, 1.0])]), 0.0)

    body = draw_compiled(curve, WHOLE)

    assert body == draw_portably(curve, WHOLE)
    assert struct.unpack_from("<I", body, 20)[0] == flag
    assert struct.unpack_from("<d", body, 88)[0] == (first if flag else 0)


@compiled
def test_curves_of_one_batch_do_not_touch_each_other() -> None:
    odd = make_series([Piece.make([5, 3, 9], [1.0, 2.0, 3.0])])
    series = [make_walk(5_000, 1), make_series([]), odd, make_walk(300, 2), make_series([Piece.make([7], [math.nan])])]
    curves = [Curve(one, 0.0) for one in series]

    assert draw_bodies(curves, WHOLE) == [draw_portably(curve, WHOLE) for curve in curves]
    assert draw_compiled(curves[2], WHOLE) is None


@compiled
def test_columns_that_are_no_plain_arrays_are_drawn_the_same() -> None:
    columns = np.arange(24.0).reshape(8, 3)
    wide = Series(
        np.arange(8, dtype=np.int32)[::1], columns[:, 0], columns[:, 1], np.zeros(1, np.int64), np.zeros(1, bool),
        np.zeros(0, np.int64),
    )  # fmt: skip

    assert draw_bodies([Curve(wide, 0.0)], WHOLE) == [draw_portably(Curve(wide, 0.0), WHOLE)]


@compiled
def test_columns_of_unequal_length_are_refused() -> None:
    series = Series(np.arange(3), np.zeros(2), np.zeros(3), np.zeros(1, np.int64), np.zeros(1, bool), np.arange(0))

    with pytest.raises(ValueError, match="columns of a series must be equally long; got 2 and 3"):
        draw_bodies([Curve(series, 0.0)], WHOLE)


@compiled
def test_lock_of_the_interpreter_is_left_to_others_meanwhile() -> None:
    curve = Curve(make_series([Piece.make(range(1_000_000))]), 0.0)
    begin, is_running = threading.Event(), threading.Event()
    other = threading.Thread(target=lambda: begin.wait() and is_running.set())
    other.start()
    interval = sys.getswitchinterval()
    sys.setswitchinterval(3600.0)  # a thread that keeps the lock is not asked to give it up
    try:
        begin.set()
        was_running = any([draw_bodies([curve] * 20, WHOLE), is_running.is_set()][1] for _ in range(20))
    finally:
        sys.setswitchinterval(interval)
        other.join()

    assert was_running
