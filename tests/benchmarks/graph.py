"""The Graph page in a real Chromium, beside TensorBoard's graph page and Model Explorer on the same graphs.

A graph is opened from the request for it to the first picture: the page's own scripts are there before. Each server is
asked for it for the first time; of several runs that logged the same graph the fastest counts, since a busy machine
adds to each. Before a module is pressed, the pointer rests on it for 150 ms, as that of a hand does. Model Explorer
logs no runs: it opens a file, which it reads each time, and draws by WebGL, here without a graphics card.
"""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import Browser, Page, sync_playwright

from summaries import SummaryWriter
from tests.benchmarks import graph_writing, model_explorer, synthetic_graphs, tabs, transformers
from tests.benchmarks.row import Row
from tests.benchmarks.servers import Server, start_board, start_tensorboard
from tests.chromium import find_chromium
from trainer import DNNClassifier

PROBE = Path(__file__).with_name("graph_probe.js")
MODEL_EXPLORER_PROBE = Path(__file__).with_name("model_explorer_probe.js")
ARGS = ["--no-sandbox", "--disable-gpu", "--enable-unsafe-swiftshader"]  # WebGL without a graphics card
VIEWPORT = {"width": 1400, "height": 900}
REPEATS = 3
PATIENCE_MS = 90_000
EXPAND_MS = {50: 50.0, 95: 100.0}
NUM_EXPANDED = 24
FRAME_MS = 1_000 / 60
NUM_BLOCKS = 24


@dataclass(frozen=True)
class _Case:
    """A graph to open.

    Attributes:
        name: Of its runs.
        make: Makes it.
        limit_ms: In which it should be drawn.
    """

    name: str
    make: Callable[[], Any]
    limit_ms: float


def _make_iris_graph() -> Any:
    """The graph that an estimator logs when it begins to train."""
    classifier = DNNClassifier([10, 20, 10])
    classifier.fit(np.zeros((32, 4), np.float32), np.arange(32) % 3, steps=1)
    return classifier.__summary_graph__()


CASES = (
    _Case("iris", _make_iris_graph, 600),
    _Case(f"step of {NUM_BLOCKS} blocks", lambda: transformers.make_graph(NUM_BLOCKS), 600),
    _Case("random 20k", lambda: synthetic_graphs.make_graph(20_000), 1_000),
    _Case("random 100k", lambda: synthetic_graphs.make_graph(100_000), 3_000),
)


@dataclass(frozen=True)
class _Pages:
    """A board's pages of one graph.

    Attributes:
        name: Of the board, in the table.
        driver: Its name in the probe.
        addresses: Of the pages, for each of which the server reads the graph anew.
    """

    name: str
    driver: str
    addresses: list[str]


def measure() -> Iterator[Row]:
    """Yields the rows of the Graph page, and before them those of logging a graph."""
    yield from graph_writing.measure()
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path=find_chromium(whole=True), args=ARGS)
        with model_explorer.start(browser) as explorer:
            for case in CASES:
                yield from _measure_case(browser, case, Path(folder), explorer)
        browser.close()


def _measure_case(browser: Browser, case: _Case, folder: Path, explorer: Server | None) -> Iterator[Row]:
    logdir, file = folder / case.name, folder / f"{case.name}.pb"
    what = f"{case.name}, {_write(case, logdir, file):,} nodes"
    with start_board(logdir, folder / "index") as server, start_tensorboard(logdir) as tensorboard:
        tabs.wait_until_read(tabs.Browser(server), REPEATS)
        ours = _Pages("ours", "ours", [f"{server.address}graph?run=run_{i}" for i in range(REPEATS)])
        peers = [_Pages("TensorBoard", "theirs", [f"{tensorboard.address}?run=run_{i}#graphs" for i in range(REPEATS)])]
        if explorer is not None:
            address = model_explorer.make_address(explorer, file)
            peers.append(_Pages("Model Explorer", "modelExplorer", [address] * REPEATS))
        yield from _measure_opening(browser, what, case.limit_ms, ours, peers)
        yield from _measure_expanding(browser, what, ours, peers)
        yield Row(f"{what}: work of a frame while panning", "ms", _pan(browser, ours), "limit", FRAME_MS, 1)


def _write(case: _Case, logdir: Path, file: Path) -> int:
    """Logs the graph as several runs and writes it to a file; returns its number of nodes."""
    graph = case.make()
    for number in range(REPEATS):
        with SummaryWriter(logdir / f"run_{number}", heartbeat_secs=None) as writer:
            writer.add_graph(graph)
    file.write_bytes(graph.SerializeToString())
    return len(graph.node)


def _measure_opening(
    browser: Browser, what: str, limit_ms: float, ours: _Pages, peers: Sequence[_Pages]
) -> Iterator[Row]:
    own = _open(browser, ours)
    yield Row(f"{what}: request to drawn", "ms", own, "limit", limit_ms, 1)
    for peer in peers:
        yield Row(f"{what}: request to drawn", "ms", own, peer.name, _open(browser, peer), 2)


def _measure_expanding(browser: Browser, what: str, ours: _Pages, peers: Sequence[_Pages]) -> Iterator[Row]:
    own = _expand(browser, ours)
    for share, limit in EXPAND_MS.items():
        yield Row(f"{what}: a module opens, p{share}", "ms", float(np.percentile(own, share)), "limit", limit, 1)
    for peer in peers:
        theirs = _expand(browser, peer)
        for share in EXPAND_MS if theirs else ():
            ours_ms, theirs_ms = float(np.percentile(own, share)), float(np.percentile(theirs, share))
            yield Row(f"{what}: a module opens, p{share}", "ms", ours_ms, peer.name, theirs_ms, 2)


def _open(browser: Browser, pages: _Pages) -> float:
    """Milliseconds of the fastest page; those of the patience where it came to an end."""
    taken = []
    for address in pages.addresses:
        page = _make_page(browser, pages.driver, address)
        taken.append(page.evaluate(f"probe.opened('{pages.driver}', {PATIENCE_MS})"))
        page.close()
    return min((float(ms) for ms in taken if ms is not None), default=PATIENCE_MS)


def _expand(browser: Browser, pages: _Pages) -> list[float]:
    """Milliseconds of each module that was opened."""
    page = _make_page(browser, pages.driver, pages.addresses[0])
    page.evaluate(f"probe.opened('{pages.driver}', {PATIENCE_MS})")
    page.wait_for_timeout(1_000)
    taken: list[float] = page.evaluate(f"probe.expand('{pages.driver}', {NUM_EXPANDED}, 20_000)")
    page.close()
    return taken


def _pan(browser: Browser, ours: _Pages) -> float:
    """Milliseconds of the middle frame, with several modules open."""
    page = _make_page(browser, ours.driver, ours.addresses[0])
    page.evaluate(f"probe.opened('ours', {PATIENCE_MS})")
    page.evaluate("probe.expand('ours', 9, 20_000)")
    taken = statistics.median(page.evaluate("probe.pan(120)"))
    page.close()
    return taken


def _make_page(browser: Browser, driver: str, address: str) -> Page:
    page = browser.new_context(viewport=VIEWPORT).new_page()
    for probe in [MODEL_EXPLORER_PROBE, PROBE] if driver == "modelExplorer" else [PROBE]:
        page.add_init_script(path=probe)
    page.goto(address)
    return page
