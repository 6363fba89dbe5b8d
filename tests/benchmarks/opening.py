"""From starting the command to the first drawn chart in Chromium, beside TensorBoard."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator

from playwright.sync_api import Browser, sync_playwright

import summaries
from tests.benchmarks.row import Row
from tests.benchmarks.servers import Server, start_board, start_tensorboard
from tests.chromium import find_chromium

RUNS, TAGS, STEPS = 20, 6, 1_000
BROWSER_ARGS = ["--no-sandbox", "--headless", "--disable-gpu", "--no-first-run", "--disable-background-networking"]


def measure() -> Iterator[Row]:
    """Yields the row of the page."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        _write_runs(folder)
        browser = playwright.chromium.launch(executable_path=find_chromium(whole=True), args=BROWSER_ARGS)
        ours, theirs = [], []
        for _ in range(3):
            with tempfile.TemporaryDirectory() as indexes:  # for the first time, each time
                ours.append(_open_ours(browser, folder, indexes))
            theirs.append(_open_tensorboard(browser, folder))
        browser.close()
    what = f"start, open the page, first chart ({RUNS} runs × {TAGS} tags × {STEPS:,} points)"
    yield Row(what, "s", min(ours), "TensorBoard", min(theirs), 1.5)


def _write_runs(folder: str) -> None:
    for run in range(RUNS):
        with summaries.SummaryWriter(f"{folder}/run_{run}") as writer:
            for step in range(STEPS):
                writer.add_scalars_at(step, {f"train/metric_{tag}": run + 1 / (step + 1) for tag in range(TAGS)})


def _open_ours(browser: Browser, folder: str, indexes: str) -> float:
    start = time.perf_counter()
    with start_board(folder, indexes) as server:
        return _wait_for(browser, server, ".card-value") - start


def _open_tensorboard(browser: Browser, folder: str) -> float:
    start = time.perf_counter()
    with start_tensorboard(folder) as server:
        return _wait_for(browser, server, "line-chart svg path, line-chart canvas, scalar-card line-chart") - start


def _wait_for(browser: Browser, server: Server, selector: str) -> float:
    """When a new tab shows the first of some elements."""
    page = browser.new_page()
    page.goto(server.address)
    page.wait_for_selector(selector, timeout=120_000)
    shown = time.perf_counter()
    page.close()
    return shown
