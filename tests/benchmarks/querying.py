"""What the server works out between columns in memory and bytes to send, beside plain loops or the limit that was set.

CPU time: a series is worked on by one thread.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from dashboard.api.bodies import Curve, Window, draw_bodies
from dashboard.queries.aggregate import Member, Summary, aggregate
from dashboard.queries.downsample import downsample
from dashboard.queries.joining import Lookup
from dashboard.queries.smooth import smooth
from dashboard.store.memory import MemoryStore
from summaries import LogdirTail
from summaries.series import Piece, make_series
from tests.benchmarks import corpora
from tests.benchmarks.corpora import Corpus
from tests.benchmarks.row import Row

REPEATS = 15
NUM_POINTS, WIDTH_PX = 1_000_000, 1_000
NUM_LONG = 10_000_000
NUM_MEMBERS, NUM_STEPS = 300, 5_000
CARD_PX = 400
ONE_TAG = Corpus("one_tag", num_runs=50, num_steps=5_000, num_tags=1)


def measure() -> Iterator[Row]:
    """Yields the rows of the queries; a limit is what the server may take."""
    rng = np.random.default_rng(0)
    values = rng.normal(size=NUM_POINTS)
    x = np.arange(float(NUM_POINTS))
    short = values[: NUM_POINTS // 100]
    ours = _take_least(lambda: downsample(x, values, WIDTH_PX))
    yield Row(f"downsampling 1 M points to {WIDTH_PX:,} columns", "ms", ours, "limit", 2.0, 1.0)
    for what, series in (("smoothing 1 M points", values), ("the same, one in a thousand NaN", _spoil(values, rng))):
        ours = _take_least(lambda series=series: smooth(series, 0.9))
        yield Row(what, "ms", ours, "limit", 10.0, 1.0)
    loop = 100 * _take_least(lambda: smooth_in_a_loop(short.tolist(), 0.9))
    yield Row("the same", "ms", ours, "TensorBoard's loop in Python, from 10,000 points", loop, 10.0)
    yield from _measure_zoom(rng)
    yield from _measure_groups(rng)
    store, names = _read_store()
    for smoothing, limit in ((0.0, 10.0), (0.6, 20.0)):
        window = Window("step", CARD_PX, -math.inf, math.inf, smoothing)
        ours = _take_least(lambda window=window: _draw(store, names, window))
        what = f"one tag of {ONE_TAG.num_runs} runs × {ONE_TAG.num_steps:,} points, from memory to bytes"
        yield Row(what + ", smoothed" * (smoothing > 0), "ms", ours, "limit", limit, 1.0)


def _measure_zoom(rng: np.random.Generator) -> Iterator[Row]:
    walls = np.cumsum(rng.exponential(0.01, NUM_LONG))
    series = make_series([Piece(np.arange(NUM_LONG), walls, rng.normal(size=NUM_LONG))])
    for axis, column in (("step", series.steps), ("wall", series.wall_times)):
        for share, smoothing in ((1.0, 0.0), (0.1, 0.0), (0.0001, 0.0), (1.0, 0.999)):
            start, stop = float(column[NUM_LONG // 4]), float(column[int(NUM_LONG * (0.25 + 0.75 * share)) - 1])
            window = Window(axis, WIDTH_PX, start, stop, smoothing)
            taken = _take_least(lambda window=window: draw_bodies([Curve(series, 0.0)], window), 5)
            what = f"a range of {0.75 * share * NUM_LONG:,.0f} in a series of 10 M points, by {axis}, to bytes"
            yield Row(what + ", smoothed" * (smoothing > 0), "ms", taken, "limit", 30.0, 1.0)


def _measure_groups(rng: np.random.Generator) -> Iterator[Row]:
    values = rng.normal(size=(NUM_MEMBERS, NUM_STEPS)).cumsum(axis=1)
    steps = 10 * np.arange(NUM_STEPS)
    equal = [Member(Lookup(steps, row)) for row in values]
    shifted = [Member(Lookup(steps + number % 10, row)) for number, row in enumerate(values)]
    for what, members in (("equal", equal), ("ten different series of", shifted)):
        for summary in (Summary("mean", "std"), Summary("iqm", "minmax"), Summary("median", "ci")):
            taken = _take_least(lambda one=(members, summary): aggregate(*one, CARD_PX), 5)
            name = f"{summary.center} with {summary.band} of {NUM_MEMBERS} runs × {NUM_STEPS:,} points, {what} steps"
            yield Row(name, "ms", taken, "limit", 200.0, 1.0)


def smooth_in_a_loop(values: list[float], weight: float) -> list[float]:
    """What TensorBoard's page works out, point by point."""
    last, count, smoothed = 0.0, 0, []
    for value in values:
        if math.isfinite(value):
            last = last * weight + (1 - weight) * value
            count += 1
            smoothed.append(last / (1 - weight**count))
        else:
            smoothed.append(value)
    return smoothed


def _spoil(values: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    spoiled = values.copy()
    spoiled[rng.integers(0, values.size, values.size // 1000)] = np.nan
    return spoiled


def _read_store() -> tuple[MemoryStore, list[str]]:
    store = MemoryStore()
    for update in LogdirTail(corpora.make(ONE_TAG)).iter_updates():
        store.append(update)
    return store, list(ONE_TAG.runs)


def _draw(store: MemoryStore, names: Sequence[str], window: Window) -> list[bytes]:
    (tag,) = ONE_TAG.tags
    return draw_bodies([Curve(store.series(name, tag), 0.0) for name in names], window)


def _take_least(call: Callable[[], object], repeats: int = REPEATS) -> float:
    """Milliseconds of CPU time, the least of several calls."""
    times = []
    for _ in range(repeats):
        start = time.process_time()
        call()
        times.append(time.process_time() - start)
    return 1e3 * min(times)
