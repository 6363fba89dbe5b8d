"""The Scalars page in a real Chromium, beside TensorBoard's Time Series page on the same logdirs.

Times are of the page itself, to the frame that shows what is meant, the server's answers among them. Opening, heap and
memory are measured on both; what only ours is held to has its limit beside it. Of several times the least counts, since
a busy machine adds to each; of frames the middle one, and of scrolling the longest of the best pass.
"""

from __future__ import annotations

import math
import statistics
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from playwright.sync_api import Browser, Page, sync_playwright

from summaries import SummaryWriter
from tests.benchmarks import corpora, tabs
from tests.benchmarks.corpora import LONG, MANY_RUNS, SCALARS, Corpus
from tests.benchmarks.row import Row
from tests.benchmarks.servers import Server, start_board, start_tensorboard
from tests.chromium import find_chromium

PROBE = Path(__file__).with_name("scalars_probe.js")
ARGS = ["--no-sandbox", "--disable-gpu"]
VIEWPORT = {"width": 1400, "height": 900}
REPEATS = 3
NUM_VALUES = 3
"""Runs whose values a card shows; it says how many there are beyond them."""
FIRST_MS, SCROLL_MS, SLIDER_MS, NEAREST_MS = 1_000.0, 50.0, 1_000 / 30, 16.7
THEIR_SAMPLES = 1_000
"""Points of a curve that TensorBoard draws unless it is told otherwise."""
REACH_MS = 150.0
"""From a pointer that is on a control to the press."""
PAUSE_MS = 60.0
"""What a slider must rest before the cards that are not pointed at follow it."""
OTHERS_MS, EXACT_MS = 100.0, 300.0
ZOOM_MS, ZOOM_FACTOR, NUM_ZOOMS = 200.0, 4.0, 8
ZOOM_TURN = -math.log(ZOOM_FACTOR) / 0.002
"""Pixels of the wheel."""
PIXEL_MS = {50: 200.0, 95: 500.0}
NUM_GROWING, GROWING_TAGS, FIRST_STEPS, GROWING_FLUSHES, FLUSH_SECS = 50, 9, 100, 400, 0.02

_WEIGHT = "document.querySelector('input.number')"
_DRAW_ALL = "[...document.querySelectorAll('.card-note')].find(({ textContent }) => textContent === 'Draw all')"
_BOX = "document.querySelectorAll('[data-run] [role=checkbox]')[2]"
_FILTER = "document.querySelector('.tag-filter input')"
_AXES = "[...document.querySelectorAll('.x-axis button')].find(({ textContent }) => textContent === name)"
_SLIDE = """
  const slider = document.querySelector("input.slider");
  return probe.each(40, (i) => probe.type(slider, String(30 + i)));
"""
_POINT = """
  const over = probe.cards()[1].querySelector(".u-over");
  const { left, top, width, height } = over.getBoundingClientRect();
  const at = (name, i) => over.dispatchEvent(new PointerEvent(name, {
    bubbles: true, pointerType: "mouse",
    clientX: left + width * (0.3 + 0.005 * i), clientY: top + height * (0.2 + 0.6 * (i % 2)),
  }));
  const taken = await probe.work(40, (i) => at("pointermove", i));
  at("pointerleave", 0);
  return taken;
"""


@dataclass(frozen=True)
class _Case:
    """What is opened.

    Attributes:
        corpus: The logdir.
        num_selected: Runs that ours selects at first.
        redraw_ms: What a redraw of all cards in view may take.
    """

    corpus: Corpus
    num_selected: int
    redraw_ms: float

    @property
    def what(self) -> str:
        """Its size in words."""
        return f"{self.corpus.num_runs:,} runs × {self.corpus.num_tags} tags × {self.corpus.num_steps:,} points"


CASES = (_Case(SCALARS, 50, 100.0), _Case(MANY_RUNS, 300, 400.0))


def measure() -> Iterator[Row]:
    """Yields the rows of the Scalars page."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(whole=True), args=ARGS)
        for case in CASES:
            yield from _measure_case(browser, case)
        yield from _measure_zoom(browser)
        yield from _measure_growth(browser)
        browser.close()


def _measure_case(browser: Browser, case: _Case) -> Iterator[Row]:
    logdir = corpora.make(case.corpus)
    with tempfile.TemporaryDirectory() as index:
        cold = [
            _open_cold(browser, start_board(logdir, Path(index) / "first"), case),
            _open_cold(browser, start_tensorboard(logdir), case),
        ]
        yield Row(
            f"{case.what}: start without an index, to all charts in view", "s", cold[0], "TensorBoard", cold[1], 5
        )
        with start_board(logdir, Path(index) / "first") as ours, start_tensorboard(logdir) as theirs:
            tabs.wait_until_read(tabs.Browser(ours), case.corpus.num_runs)
            tabs.wait_for_tensorboard(tabs.Browser(theirs), case.corpus.runs, case.corpus.num_tags)
            yield from _compare(browser, case, ours, theirs)
            if case.corpus.num_steps > THEIR_SAMPLES:
                yield from _compare_whole(browser, case, ours)
            yield from _measure_redraws(browser, case, ours)


def _open_cold(browser: Browser, starting: AbstractContextManager[Server], case: _Case) -> float:
    """Seconds from the command to all charts in view; a server that is still reading has the page loaded until then."""
    start = time.perf_counter()
    with starting as server:
        page = _open(browser, server)
        _wait_for_charts(page, case)
        taken = time.perf_counter() - start
        page.close()
    return taken


def _compare(browser: Browser, case: _Case, ours: Server, theirs: Server) -> Iterator[Row]:
    taken = _open_in_turns(browser, case, ours, theirs)
    yield Row(f"{case.what}: from the address to the first chart", "ms", taken[0][0], "limit", FIRST_MS, 1)
    yield from _opening_rows(case, taken, "TensorBoard")
    memory = (server.resident_bytes / 1e6 for server in (ours, theirs))
    yield Row(f"{case.what}: memory of the server", "MB", next(memory), "TensorBoard", next(memory), 1)


def _compare_whole(browser: Browser, case: _Case, ours: Server) -> Iterator[Row]:
    """Beside a TensorBoard that draws all points too, as it has to be told to."""
    flag = f"--samples_per_plugin=scalars={case.corpus.num_steps}"
    with start_tensorboard(corpora.make(case.corpus), flag) as theirs:
        tabs.wait_for_tensorboard(tabs.Browser(theirs), case.corpus.runs, case.corpus.num_tags)
        yield from _opening_rows(case, _open_in_turns(browser, case, ours, theirs), "TensorBoard, all points")


def _opening_rows(case: _Case, taken: Sequence[Sequence[float]], peer: str) -> Iterator[Row]:
    (first, all_, heap), (their_first, their_all, their_heap) = taken
    yield Row(f"{case.what}: from the address to the first chart", "ms", first, peer, their_first, 1.5)
    yield Row(f"{case.what}: from the address to all charts in view", "ms", all_, peer, their_all, 5)
    yield Row(f"{case.what}: the page's heap", "MB", heap, peer, their_heap, 2)


def _open_in_turns(browser: Browser, case: _Case, *servers: Server) -> list[list[float]]:
    """The least of each figure of `_measure_opening`, by server."""
    rounds = [[_measure_opening(browser, server, case) for server in servers] for _ in range(REPEATS)]
    return [[min(column) for column in zip(*taken, strict=True)] for taken in zip(*rounds, strict=True)]


def _measure_opening(browser: Browser, server: Server, case: _Case) -> tuple[float, float, float]:
    page = _open(browser, server)
    first, all_ = _wait_for_charts(page, case)
    heap = _read_heap(page)
    page.close()
    return first, all_, heap


def _measure_redraws(browser: Browser, case: _Case, server: Server) -> Iterator[Row]:
    page = _open(browser, server)
    _wait_for_charts(page, case)
    yield from _measure_drawn(page, case, case.what)
    if case.num_selected < case.corpus.num_runs:
        shown = f"probe.ours('+{case.corpus.num_runs - NUM_VALUES}')"
        [taken] = _call(
            page, f"const began = performance.now(); {_DRAW_ALL}.click(); return [(await {shown}).all - began];"
        )
        yield _limit(f"{case.what}: Draw all, to the last card in view", taken, 2 * case.redraw_ms)
        yield from _measure_drawn(page, case, f"{case.what}, all drawn")
    page.close()


def _measure_drawn(page: Page, case: _Case, what: str) -> Iterator[Row]:
    toggled = [_redraw(page, f"{_BOX}.click()") for _ in range(2 * REPEATS)]
    yield _limit(f"{what}: a run taken out, to all cards", min(first for first, _ in toggled[0::2]), case.redraw_ms)
    yield _limit(f"{what}: a run put back, to all cards", min(last for _, last in toggled[1::2]), case.redraw_ms)
    axes = [_choose_axis(page, name) for name in ("Relative", "Wall", "Step", "Relative", "Wall", "Step")]
    new, back = axes[:2], axes[2:]
    yield _limit(f"{what}: another x-axis, to all cards", min(first for first, _ in new), case.redraw_ms)
    yield _limit(f"{what}: another x-axis, to the points chosen for it", min(last for _, last in new), case.redraw_ms)
    yield _limit(f"{what}: back to an x-axis, to its points", min(last for _, last in back), case.redraw_ms)
    brought, *returned, _ = [_filter(page, text) for text in ("_1", "_0", "_1", "_0", "")]
    yield _limit(f"{what}: a filter of tags, to cards that it brings", brought, case.redraw_ms)
    yield _limit(f"{what}: a filter of tags, to cards that were there before", min(returned), case.redraw_ms)
    scrolled = [max(_call(page, "return probe.scroll(30);")) for _ in range(REPEATS + 1)]
    yield _limit(f"{what}: the longest frame while drawn cards scroll by", min(scrolled[1:]), SCROLL_MS)
    page.evaluate("document.querySelector('.page').scrollTop = 0")
    pointed = [statistics.median(_call(page, _POINT)) for _ in range(REPEATS)]
    yield _limit(f"{what}: the work of a frame in which another run is the nearest", min(pointed), NEAREST_MS)
    yield from _measure_smoothing(page, what)


def _measure_smoothing(page: Page, what: str) -> Iterator[Row]:
    page.hover("figure.card >> nth=1")
    slid = [statistics.median(_call(page, _SLIDE)) for _ in range(REPEATS)]
    yield _limit(f"{what}: a frame of the slider of smoothing, the card that is pointed at", min(slid), SLIDER_MS)
    page.wait_for_timeout(1_000)
    weights = [_redraw(page, f"probe.type({_WEIGHT}, '0.{weight}')") for weight in (5, 6, 7, 8)]
    others = min(first for first, _ in weights) - PAUSE_MS
    yield _limit(f"{what}: smoothing of all cards, after the slider's pause", others, OTHERS_MS)
    exact = min(last for _, last in weights) - PAUSE_MS
    yield _limit(f"{what}: smoothing over all points, after the slider's pause", exact, EXACT_MS)
    _redraw(page, f"probe.type({_WEIGHT}, '0')")


def _measure_zoom(browser: Browser) -> Iterator[Row]:
    """One series, zoomed into again and again; of the depths the slowest counts."""
    logdir = corpora.make(LONG)
    with tempfile.TemporaryDirectory() as index, start_board(logdir, Path(index) / "first") as server:
        tabs.wait_until_read(tabs.Browser(server), LONG.num_runs)
        page = _open(browser, server)
        page.wait_for_selector(".card-value")
        passes = []
        for number in range(REPEATS):
            passes.append([_zoom(page, 0.3 + 0.1 * number) for _ in range(NUM_ZOOMS)])
            _redraw(page, "document.querySelector('.card .u-over').dispatchEvent(new MouseEvent('dblclick'))")
        page.close()
    slowest = max(min(times) for times in zip(*passes, strict=True))
    yield _limit(f"a series of {LONG.num_steps:,} points: any zoom, to all of its points", slowest, ZOOM_MS)


def _zoom(page: Page, share: float) -> float:
    """Milliseconds from a turn of the wheel to the picture of what the server answers."""
    with page.expect_response("**/data/series*") as answer:
        last = _redraw(page, f"probe.zoom({share}, {ZOOM_TURN})")[1]
    return max(last, answer.value.request.timing["responseEnd"])


def _measure_growth(browser: Browser) -> Iterator[Row]:
    """How soon a point that was flushed is drawn: a card tells how many it draws, which one flush makes one more."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        runs = [Path(folder) / "runs" / f"run_{number:02d}" for number in range(NUM_GROWING)]
        writers = [stack.enter_context(SummaryWriter(run, heartbeat_secs=None)) for run in runs]
        values = {f"train/metric_{number}": 0.5 for number in range(GROWING_TAGS)}
        for writer in writers:
            for step in range(FIRST_STEPS):
                writer.add_scalars_at(step, values)
            writer.flush()
        server = stack.enter_context(start_board(Path(folder) / "runs", Path(folder) / "index"))
        tabs.wait_until_read(tabs.Browser(server), NUM_GROWING)
        page = _open(browser, server)
        num_before = NUM_GROWING * FIRST_STEPS
        page.get_by_text(f"all {num_before:,} points").first.wait_for()
        page.evaluate("() => probe.follow((window.told = []))")
        flushed = list(_grow(writers, values))
        page.get_by_text(f"all {num_before + GROWING_FLUSHES:,} points").first.wait_for()
        page.evaluate("() => probe.frame()")
        counts, seen = np.array(page.evaluate("told")).T
        page.close()
    late = [seen[counts >= num_before + 1 + turn].min() - 1e3 * at for turn, at in enumerate(flushed)]
    for share, limit in PIXEL_MS.items():
        ours = float(np.percentile(late, share))
        yield _limit(f"from a flush to the picture, {NUM_GROWING} growing files, p{share}", ours, limit)


def _grow(writers: Sequence[SummaryWriter], values: Mapping[str, float]) -> Iterator[float]:
    """Has one run after the other flush a step; when each has done it."""
    start = time.perf_counter()
    for turn in range(GROWING_FLUSHES):
        time.sleep(max(0.0, start + turn * FLUSH_SECS - time.perf_counter()))
        writer = writers[turn % len(writers)]
        writer.add_scalars_at(FIRST_STEPS + turn // len(writers), values)
        writer.flush()
        yield time.time()


def _redraw(page: Page, act: str) -> tuple[float, float]:
    """Milliseconds from what is done to all cards drawn once, and to the last drawing."""
    first, last = _call(page, f"return probe.redraw(() => {{ {act}; }});")
    return first, last


def _filter(page: Page, text: str) -> float:
    """Milliseconds from a text in the filter of tags to the cards that it finds."""
    [taken] = _call(page, f"return probe.filter('{text}', () => probe.type({_FILTER}, '{text}'));")
    return taken


def _choose_axis(page: Page, name: str) -> tuple[float, float]:
    """As `_redraw`, of a press on an x-axis by a pointer that came to it a moment before."""
    page.get_by_role("radio", name=name, exact=True).hover()
    page.wait_for_timeout(REACH_MS)
    return _redraw(page, f"const name = '{name}'; {_AXES}.click()")


def _call(page: Page, body: str) -> list[float]:
    return list(page.evaluate(f"async () => {{ {body} }}"))


def _limit(what: str, taken_ms: float, limit_ms: float) -> Row:
    return Row(what, "ms", taken_ms, "limit", limit_ms, 1)


def _open(browser: Browser, server: Server) -> Page:
    """The page of charts in a tab that knows nothing of it."""
    page = browser.new_context(viewport=VIEWPORT).new_page()
    page.add_init_script(path=PROBE)
    page.goto(f"{server.address}#timeseries")
    return page


def _wait_for_charts(page: Page, case: _Case) -> tuple[float, float]:
    """Milliseconds from the address to the first chart with all its points, and to all in view."""
    is_ours = page.title() != "TensorBoard"
    asked = f"probe.ours('+{case.num_selected - NUM_VALUES}')" if is_ours else "probe.theirs()"
    times = page.evaluate(asked)
    return times["first"], times["all"]


def _read_heap(page: Page) -> float:
    """Megabytes of objects and of buffers that are in use."""
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    usage = session.send("Runtime.getHeapUsage")
    return (usage["usedSize"] + usage.get("backingStorageSize", 0)) / 1e6
