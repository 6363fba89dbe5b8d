"""The Graph page in a real Chromium, beside TensorBoard's graph page and Model Explorer on the same graphs.

A graph is opened from the request for it to the first picture: the page's own scripts are there before. Each server is
asked for it for the first time; of several runs that logged the same graph the fastest counts, since a busy machine
adds to each.
"""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
from playwright.sync_api import Browser, Page, sync_playwright

from summaries import SummaryWriter
from tests.benchmarks import graph_writing, synthetic_graphs, tabs, transformers
from tests.benchmarks.row import Row
from tests.benchmarks.servers import Server, start_board, start_tensorboard
from tests.chromium import find_chromium
from trainer import DNNClassifier

PROBE = Path(__file__).with_name("graph_probe.js")
ARGS = ["--no-sandbox", "--disable-gpu"]
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


def measure() -> Iterator[Row]:
    """Yields the rows of the Graph page, and before them those of logging a graph."""
    yield from graph_writing.measure()
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path=find_chromium(whole=True), args=ARGS)
        for case in CASES:
            logdir = Path(folder) / case.name
            num_nodes = _write(case, logdir)
            what = f"{case.name}, {num_nodes:,} nodes"
            with start_board(logdir, Path(folder) / "index") as ours, start_tensorboard(logdir) as theirs:
                tabs.wait_until_read(tabs.Browser(ours), REPEATS)
                yield from _measure_case(browser, case, what, ours, theirs)
        browser.close()


def _write(case: _Case, logdir: Path) -> int:
    """Logs the graph as several runs, each of which a server reads anew; returns its number of nodes."""
    graph = case.make()
    for number in range(REPEATS):
        with SummaryWriter(logdir / f"run_{number}", heartbeat_secs=None) as writer:
            writer.add_graph(graph)
    return len(graph.node)


def _measure_case(browser: Browser, case: _Case, what: str, ours: Server, theirs: Server) -> Iterator[Row]:
    taken = [_open(browser, _address(ours, number), "ours") for number in range(REPEATS)]
    yield Row(f"{what}: request to drawn", "ms", min(taken), "limit", case.limit_ms, 1)
    peer = [_open(browser, _peer_address(theirs, number), "theirs") for number in range(REPEATS)]
    yield Row(f"{what}: request to drawn", "ms", min(taken), "TensorBoard", min(peer), 2)
    own = _expand(browser, _address(ours, 0), "ours")
    for share, limit in EXPAND_MS.items():
        yield Row(f"{what}: a module opens, p{share}", "ms", float(np.percentile(own, share)), "limit", limit, 1)
    peers = _expand(browser, _peer_address(theirs, 0), "theirs")
    for share in EXPAND_MS if peers else ():
        ours_ms, theirs_ms = float(np.percentile(own, share)), float(np.percentile(peers, share))
        yield Row(f"{what}: a module opens, p{share}", "ms", ours_ms, "TensorBoard", theirs_ms, 2)
    yield Row(f"{what}: work of a frame while panning", "ms", _pan(browser, _address(ours, 0)), "limit", FRAME_MS, 1)


def _address(server: Server, number: int) -> str:
    return f"{server.address}graph?run=run_{number}"


def _peer_address(server: Server, number: int) -> str:
    return f"{server.address}?run={quote(f'run_{number}')}#graphs"


def _open(browser: Browser, address: str, name: str) -> float:
    """Milliseconds; those of the patience where it came to an end."""
    page = _make_page(browser, address)
    taken = page.evaluate(f"probe.opened('{name}', {PATIENCE_MS})")
    page.close()
    return PATIENCE_MS if taken is None else float(taken)


def _expand(browser: Browser, address: str, name: str) -> list[float]:
    """Milliseconds of each module that was opened."""
    page = _make_page(browser, address)
    page.evaluate(f"probe.opened('{name}', {PATIENCE_MS})")
    page.wait_for_timeout(1_000)
    taken: list[float] = page.evaluate(f"probe.expand('{name}', {NUM_EXPANDED}, 20_000)")
    page.close()
    return taken


def _pan(browser: Browser, address: str) -> float:
    """Milliseconds of the middle frame, with several modules open."""
    page = _make_page(browser, address)
    page.evaluate(f"probe.opened('ours', {PATIENCE_MS})")
    page.evaluate("probe.expand('ours', 9, 20_000)")
    taken = statistics.median(page.evaluate("probe.pan(120)"))
    page.close()
    return taken


def _make_page(browser: Browser, address: str) -> Page:
    page = browser.new_context(viewport=VIEWPORT).new_page()
    page.add_init_script(path=PROBE)
    page.goto(address)
    return page
