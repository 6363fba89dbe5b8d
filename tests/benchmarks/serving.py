"""The server from outside, over HTTP on this machine: its start, its answers, and many who ask at once.

The peer is TensorBoard with its own data server, which keeps 1,000 points of a series unless told otherwise; ours reads
all points for each answer. Every request asks for another width, so that no answer is one that was made before, except
where many tabs show the same cards.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path

import numpy as np

from tests.benchmarks import corpora, growing
from tests.benchmarks.corpora import MANY_RUNS, Corpus
from tests.benchmarks.row import Row
from tests.benchmarks.servers import Server, start_board, start_tensorboard
from tests.benchmarks.tabs import (
    Browser,
    ask_tensorboard,
    select,
    time_each,
    time_together,
    wait_for_tensorboard,
    wait_until_read,
)

CARDS = Corpus("cards", num_runs=50, num_steps=5_000, num_tags=20)
SHORT = Corpus("short", num_runs=10_000, num_steps=2, num_tags=2)
START_SECS, IMPORT_MS, VERSION_SECS = 1.5, 2.0, 0.25
LIST_MS, LIST_KB = 100.0, 3_000
CARD_PX = 400
REPEATS, THEIR_REPEATS = 40, 5  # TensorBoard takes seconds for each of a thousand runs
TABS, ROUNDS, ROUND_SECS = 20, 12, 0.5
TAB_MS, UNFAIR = 100.0, 2.0


def measure() -> Iterator[Row]:
    """Yields the rows of the server."""
    with tempfile.TemporaryDirectory() as folder:
        yield from _measure_start(Path(folder))
        yield from _measure_answers(MANY_RUNS, 60.0, Path(folder))
        yield from _measure_answers(CARDS, 25.0, Path(folder))
        yield from _measure_listing(Path(folder))
    yield from growing.measure()


def _measure_start(folder: Path) -> Iterator[Row]:
    yield Row("`import dashboard` beyond Python's start", "ms", _measure_import(), "limit", IMPORT_MS, 1.0)
    version = _take_least(lambda: subprocess.run([*_BOARD, "--version"], check=True, stdout=subprocess.DEVNULL))
    yield Row("`board --version`", "s", version, "limit", VERSION_SECS, 1.0)
    logdir, index = corpora.make(MANY_RUNS), folder / "index"
    with start_board(logdir, index) as server:
        wait_until_read(Browser(server), MANY_RUNS.num_runs)
    theirs = _take_least(lambda: _ask_first(start_tensorboard(logdir), "/"))
    for path in ("/", "/data/runs"):
        ours = _take_least(lambda path=path: _ask_first(start_board(logdir, index), path))
        what = f"process start to the first byte of `{path}` ({MANY_RUNS.num_runs:,} runs, warm index)"
        yield Row(what, "s", ours, "limit", START_SECS, 1.0)
        if path == "/":
            yield Row(what, "s", ours, "TensorBoard", theirs, 1.5)


_BOARD = [sys.executable, "-m", "dashboard.cli"]


def _measure_import() -> float:
    code = "import time, {}; print(time.thread_time())"
    least = dict.fromkeys(("sys", "dashboard"), np.inf)
    for _ in range(10):
        for module in least:
            done = subprocess.run([sys.executable, "-c", code.format(module)], capture_output=True, check=True)
            least[module] = min(least[module], float(done.stdout))
    return 1e3 * (least["dashboard"] - least["sys"])


def _ask_first(starting: AbstractContextManager[Server], path: str) -> float:
    """When the first answer is there."""
    with starting as server:
        Browser(server).get(path)
        return time.perf_counter()


def _take_least(call: Callable[[], object], repeats: int = 3) -> float:
    """Seconds until a call is over, or says that it was; the least of several."""
    least = np.inf
    for _ in range(repeats):
        start = time.perf_counter()
        told = call()
        end = told if isinstance(told, float) else time.perf_counter()
        least = min(least, end - start)
    return float(least)


def _measure_answers(corpus: Corpus, limit_ms: float, folder: Path) -> Iterator[Row]:
    """One after the other, and for `CARDS` many at once."""
    logdir = corpora.make(corpus)
    with start_board(logdir, folder / "index") as server, start_tensorboard(logdir) as theirs:
        browser, other = Browser(server), Browser(theirs)
        wait_until_read(browser, corpus.num_runs)
        wait_for_tensorboard(other, corpus.runs, corpus.num_tags)
        key, tag = select(browser, corpus.runs), corpus.tags[0]
        times = time_each(lambda number: _draw(browser, key, tag, CARD_PX + number), REPEATS)
        peer = time_each(lambda _: ask_tensorboard(other, [tag]), THEIR_REPEATS, warmups=1)
        what = f"one tag of {corpus.num_runs:,} runs × {corpus.num_steps:,} points, from the request to the bytes"
        for share in (50, 95):
            ours = float(np.percentile(times, share))
            yield Row(f"{what}, p{share}", "ms", ours, "limit", limit_ms, 1.0)
            yield Row(f"{what}, p{share}", "ms", ours, "TensorBoard", float(np.percentile(peer, share)), 1.5)
        if corpus is CARDS:
            yield from _measure_tabs(server, theirs, key)


def _draw(browser: Browser, key: str, tag: str, width: int) -> bytes:
    answer = browser.get("/data/series", selection=key, tag=tag, width=width)
    assert len(answer) > 1000
    return answer


def _measure_tabs(server: Server, theirs: Server, key: str) -> Iterator[Row]:
    """Each round all ask at the same moment: tabs of one browser for the same card, browsers for another one each."""

    def ask_ours(browser: Browser, card: int, number: int) -> None:
        _draw(browser, key, CARDS.tags[card], CARD_PX + 100 + number)

    def ask_theirs(browser: Browser, card: int, _: int) -> None:
        ask_tensorboard(browser, [CARDS.tags[card]])

    for name, is_one in ((f"{TABS} tabs of one browser", True), (f"{TABS} browsers", False)):
        times = time_together(_make_calls(server, ask_ours, is_one=is_one), ROUNDS, ROUND_SECS)
        peer = time_together(_make_calls(theirs, ask_theirs, is_one=is_one), 1, ROUND_SECS)
        what = f"{name} ask at the same moment for {CARDS.num_runs} runs × {CARDS.num_steps:,} points"
        ours, other = (float(np.percentile(np.concatenate(taken), 95)) for taken in (times, peer))
        yield Row(f"{what}, p95", "ms", ours, "limit", TAB_MS, 1.0)
        yield Row(f"{what}, p95", "ms", ours, "TensorBoard", other, 1.5)
        medians = [float(np.median(taken)) for taken in times]
        unfair = max(medians) / float(np.median(medians))
        yield Row(f"{what}, the last one's time for each of the middle one's", "", unfair, "limit", UNFAIR, 1.0)


def _make_calls(
    server: Server, ask: Callable[[Browser, int, int], object], *, is_one: bool
) -> list[Callable[[int], object]]:
    """What each of many tabs does: of one browser, for the first card; of one each, for a card each."""
    if is_one:
        return [partial(ask, Browser(server), 0)] * TABS
    return [partial(ask, Browser(server), number) for number in range(TABS)]


def _measure_listing(folder: Path) -> Iterator[Row]:
    logdir = corpora.make(SHORT)
    with start_board(logdir, folder / "index") as server:
        browser = Browser(server)
        wait_until_read(browser, SHORT.num_runs)
        times = time_each(lambda _: browser.get("/data/runs"), 20)
        size = len(browser.get("/data/runs"))
    what = f"a request for the list of {SHORT.num_runs:,} runs"
    yield Row(f"{what}, p50", "ms", float(np.median(times)), "limit", LIST_MS, 1.0)
    yield Row(f"{what}, its size", "kB", size / 1e3, "limit", LIST_KB, 1.0)
