"""From starting the command to the first drawn chart in Chromium, beside TensorBoard."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator

from playwright.sync_api import Browser, sync_playwright

import summaries
from tests.benchmarks.row import Row

RUNS, TAGS, STEPS = 20, 6, 1_000
BROWSER_ARGS = ["--no-sandbox", "--headless", "--disable-gpu", "--no-first-run", "--disable-background-networking"]


def measure() -> Iterator[Row]:
    """Yields the row of the page."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        _write_runs(folder)
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=BROWSER_ARGS)
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
    command = [sys.executable, "-m", "dashboard.cli", "--logdir", folder, "--port", "0", "--index", indexes]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        ready = re.search(r"board is ready at (\S+)", server.stdout.readline())
        assert ready is not None
        page = browser.new_page()
        page.goto(ready[1])
        page.wait_for_selector(".card-value")
        taken = time.perf_counter() - start
        page.close()
        server.terminate()
    return taken


def _open_tensorboard(browser: Browser, folder: str) -> float:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    start = time.perf_counter()
    command = [sys.executable, "-m", "tensorboard.main", "--logdir", folder, "--port", str(port)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr is not None
        while "Press CTRL+C" not in server.stderr.readline():
            pass
        page = browser.new_page()
        page.goto(f"http://127.0.0.1:{port}/")
        page.wait_for_selector("line-chart svg path, line-chart canvas, scalar-card line-chart", timeout=120_000)
        taken = time.perf_counter() - start
        page.close()
        server.terminate()
    return taken
