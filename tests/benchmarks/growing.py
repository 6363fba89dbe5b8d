"""A board while runs are written, and while nothing is: how soon its pages know, what it costs, how memory grows."""

from __future__ import annotations

import json
import shutil
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np

from summaries import SummaryWriter
from tests.benchmarks import corpora
from tests.benchmarks.corpora import MANY_RUNS
from tests.benchmarks.row import Row
from tests.benchmarks.servers import Server, start_board, start_tensorboard
from tests.benchmarks.tabs import Browser, LiveTab, hear_news, select, wait_until_read

NUM_RUNS, NUM_TABS = 50, 20
RUNS = [f"run_{number:02d}" for number in range(NUM_RUNS)]
TAGS = [f"train/metric_{number:02d}" for number in range(20)]
FLUSH_INTERVAL_SECS, GROW_SECS = 0.5, 8.0
NEWS_MS = {50: 100.0, 95: 300.0}
TAB_MS, UNFAIR = 100.0, 2.0
SETTLE_SECS, QUIET_SECS, QUIET_SHARE = 10.0, 20.0, 1.0
HOUR_STEPS, STEPS_AT_ONCE = 3_600, 100
NUM_HOURS = 3
WARM_UP_MB, GROWTH_MB = 32.0, 16.0
"""While caches fill, over three quarters of the first hour; in each later one, of which 4 MB are the points shown."""


def measure() -> Iterator[Row]:
    """Yields the rows; the peer is TensorBoard, or the limit that was set."""
    with tempfile.TemporaryDirectory() as folder:
        yield from _measure_news(Path(folder))
    with tempfile.TemporaryDirectory() as folder:
        yield from _measure_hour(Path(folder))
    with tempfile.TemporaryDirectory() as folder:
        yield from _measure_quiet(Path(folder))


class Training:
    """Programs that log to runs below a folder, each flushing a point of every tag now and then."""

    def __init__(self, logdir: Path) -> None:
        self._stack = ExitStack()
        self._writers = {
            run: self._stack.enter_context(SummaryWriter(logdir / run, heartbeat_secs=None)) for run in RUNS
        }
        self._lock = threading.Lock()
        self._unknown: dict[str, dict[float, float]] = defaultdict(dict)  # by wall time, when each was flushed
        self._step = 0
        self.late_secs: list[float] = []

    def log(self, num_steps: int, first_wall_time: float) -> None:
        """Logs some steps to all runs at once, a second apart."""
        for writer in self._writers.values():
            for step in range(num_steps):
                values = dict.fromkeys(TAGS, 1 / (self._step + step + 1))
                writer.add_scalars_at(self._step + step, values, walltime=first_wall_time + self._step + step)
            writer.flush()
        self._step += num_steps

    def grow(self, secs: float) -> None:
        """Has each run flushed twice a second, one after the other."""
        start = time.perf_counter()
        for turn in range(int(secs / FLUSH_INTERVAL_SECS) * NUM_RUNS):
            time.sleep(max(0.0, start + turn * FLUSH_INTERVAL_SECS / NUM_RUNS - time.perf_counter()))
            run = RUNS[turn % NUM_RUNS]
            wall_time = time.time()
            self._writers[run].add_scalars_at(
                self._step + turn // NUM_RUNS, dict.fromkeys(TAGS, 0.5), walltime=wall_time
            )
            self._writers[run].flush()
            with self._lock:
                self._unknown[run][wall_time] = time.time()
        self._step += int(secs / FLUSH_INTERVAL_SECS)

    def note_known(self, run: str, last_wall_time: float, now: float) -> None:
        """Says that somebody knows the points of a run up to a time."""
        with self._lock:
            for wall_time in [known for known in self._unknown[run] if known <= last_wall_time]:
                self.late_secs.append(max(0.0, now - self._unknown[run].pop(wall_time)))

    def close(self) -> None:
        """Ends the programs."""
        self._stack.close()


def _measure_news(folder: Path) -> Iterator[Row]:
    training = Training(folder / "runs")
    training.log(1_000, time.time() - 1_000)
    with start_board(folder / "runs", folder / "index") as server:
        browser = Browser(server)
        wait_until_read(browser, NUM_RUNS)

        def hear(news: dict[str, Any], now: float) -> None:
            for run, (_, last_wall_time, *_) in news["runs"].items():
                training.note_known(run, last_wall_time, now)

        with hear_news(server, hear):
            training.grow(GROW_SECS)
            time.sleep(1)
        what = f"from a flush to the page's knowledge of it, {NUM_RUNS} growing files"
        for share, limit in NEWS_MS.items():
            ours = 1e3 * float(np.percentile(training.late_secs, share))
            yield Row(f"{what}, p{share}", "ms", ours, "limit", limit, 1.0)
        ours = 1e3 * float(np.median(training.late_secs))
        theirs = 1e3 * _measure_tensorboard(training, folder)
        yield Row(f"{what}, p50", "ms", ours, "TensorBoard's server", theirs, 10.0)
        yield from _measure_live_tabs(server, browser, training)
    training.close()


def _measure_tensorboard(training: Training, folder: Path) -> float:
    """Median seconds until TensorBoard's server knows of a flush; its page asks twice a minute."""
    training.late_secs.clear()
    asked = f"/data/plugin/scalars/scalars?run={RUNS[0]}&tag={TAGS[0]}"
    with start_tensorboard(folder / "runs") as server:
        browser = Browser(server)
        while RUNS[0] not in json.loads(browser.get("/data/runs")):
            time.sleep(0.1)
        growing = threading.Thread(target=training.grow, args=(GROW_SECS,))
        growing.start()
        while growing.is_alive():
            training.note_known(RUNS[0], json.loads(browser.get(asked))[-1][0], time.time())
            time.sleep(0.02)
    return float(np.median(training.late_secs))


def _measure_live_tabs(server: Server, browser: Browser, training: Training) -> Iterator[Row]:
    """Tabs that ask for what changed as soon as they hear of it: of one browser, the same; of many, a card each."""
    key = select(browser, RUNS)
    for name, is_one in ((f"{NUM_TABS} tabs of one browser", True), (f"{NUM_TABS} browsers", False)):
        shared = Browser(server)
        tabs = [
            LiveTab(shared if is_one else Browser(server), key, TAGS[:6] if is_one else [TAGS[number]])
            for number in range(NUM_TABS)
        ]
        with ExitStack() as stack:
            for tab in tabs:
                stack.enter_context(tab.open(server))
            training.grow(GROW_SECS)
        times = np.concatenate([tab.times_ms for tab in tabs])
        what = f"{name} follow {NUM_RUNS} growing files"
        p95 = float(np.percentile(times, 95))
        yield Row(f"{what}, p95 of {times.size:,} requests", "ms", p95, "limit", TAB_MS, 1.0)
        counts = [len(tab.times_ms) for tab in tabs]
        behind = float(np.median(counts)) / min(counts)
        yield Row(f"{what}, answers of the middle tab for each of the last one's", "", behind, "limit", UNFAIR, 1.0)


def _measure_hour(folder: Path) -> Iterator[Row]:
    """Hours of points every second, as fast as they can be written and read, with a tab that shows a card."""
    training = Training(folder / "runs")
    resident = []
    with start_board(folder / "runs", folder / "index") as server:
        browser = Browser(server)
        tab = LiveTab(browser, select(browser, RUNS), TAGS[:1])
        with tab.open(server):
            for first in range(0, NUM_HOURS * HOUR_STEPS, STEPS_AT_ONCE):
                training.log(STEPS_AT_ONCE, 1e9)
                _wait_for_points(browser, (first + STEPS_AT_ONCE) * NUM_RUNS * len(TAGS))
                resident.append(server.resident_bytes / 2**20)
    training.close()
    quarter = resident[HOUR_STEPS // STEPS_AT_ONCE // 4 - 1]
    ends = resident[HOUR_STEPS // STEPS_AT_ONCE - 1 :: HOUR_STEPS // STEPS_AT_ONCE]
    num_points = HOUR_STEPS * NUM_RUNS * len(TAGS)
    what = f"memory gained over the last three quarters of {num_points:,} points, from {quarter:.0f} MB"
    yield Row(what, "MB", ends[0] - quarter, "limit", WARM_UP_MB, 1.0)
    for before, after in zip(ends, ends[1:], strict=False):
        what = f"memory gained over {num_points:,} points more, from {before:.0f} MB"
        yield Row(what, "MB", max(0.0, after - before), "limit", GROWTH_MB, 1.0)


def _wait_for_points(browser: Browser, num_points: int) -> None:
    while sum(run["num_points"] for run in json.loads(browser.get("/data/runs"))["runs"]) < num_points:
        time.sleep(0.05)


def _measure_quiet(folder: Path) -> Iterator[Row]:
    logdir = folder / "runs"
    shutil.copytree(corpora.make(MANY_RUNS), logdir)
    with start_board(logdir, folder / "index") as server, start_tensorboard(logdir) as theirs:
        wait_until_read(Browser(server), MANY_RUNS.num_runs)
        with hear_news(server, lambda news, now: None):
            time.sleep(SETTLE_SECS)  # the index is written once files were idle for a while
            before = server.cpu_secs, theirs.cpu_secs
            time.sleep(QUIET_SECS)
            after = server.cpu_secs, theirs.cpu_secs
    ours, other = (100 * (end - begin) / QUIET_SECS for begin, end in zip(before, after, strict=True))
    what = f"{MANY_RUNS.num_runs:,} quiet files, one tab open"
    yield Row(what, "% of a core", ours, "limit", QUIET_SHARE, 1.0)
    yield Row(what, "% of a core", ours, "TensorBoard", other, 1.0)
