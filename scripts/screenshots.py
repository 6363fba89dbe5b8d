"""Retakes the pictures of the README in a real board and Chromium: iris, trained, and a transformer's graph.

``make screenshots``
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
BROWSER_ARGS = ["--no-sandbox", "--headless", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
RUNS = [(rate, seed) for rate in ("0.001", "0.003", "0.01") for seed in ("0", "1")]

# (file, page, theme, what to wait for, where to point at as shares of the plot)
PICTURES = (
    ("scalars.png", "scalars", "light", '.card[data-tag="loss"] .u-over', (0.12, 0.7)),
    ("histograms.png", "histograms", "dark", ".card canvas", None),
    ("graph.png", "graph?run=gpt&open=h", "light", '.graph-box[data-id="h/0/mlp"]', None),
    ("graph_step.png", "graph?run=gpt&view=step&open=h", "dark", '.graph-step-main [data-id="h/0/mlp"]', None),
)
NUM_BLOCKS = 12


def train(logdir: Path) -> None:
    """Fills a logdir with runs of the iris example, and the graph of a transformer's training step."""
    for rate, seed in RUNS:
        run = logdir / f"lr={rate}" / f"seed={seed}"
        options = ["--logdir", str(run), "--learning-rate", rate, "--seed", seed]
        subprocess.run([sys.executable, "examples/iris_dnn.py", *options], cwd=ROOT, check=True, capture_output=True)
    transformer = [sys.executable, "-m", "tests.benchmarks.transformers", str(logdir), str(NUM_BLOCKS)]
    subprocess.run(transformer, cwd=ROOT, check=True, capture_output=True)


def take(browser: Browser, address: str) -> None:
    """Takes every picture from a running board."""
    for file, path, theme, selector, point in PICTURES:
        page = browser.new_page(viewport={"width": 1400, "height": 900}, color_scheme=theme)  # type: ignore[arg-type]
        page.goto(f"{address}{path}")
        page.wait_for_selector(selector)
        page.wait_for_load_state("networkidle")
        if path == "scalars":
            page.fill("input.number", "0.8")
            page.wait_for_timeout(1000)  # the smoothed lines are drawn from what the page has
        box = page.locator(selector).first.bounding_box()
        if point and box:
            page.mouse.move(box["x"] + point[0] * box["width"], box["y"] + point[1] * box["height"])
        page.screenshot(path=DOCS / file)
        page.close()


def main() -> None:
    """Trains, starts a board, takes the pictures."""
    DOCS.mkdir(exist_ok=True)
    chromium = shutil.which("chromium") or shutil.which("chromium-headless-shell")
    with tempfile.TemporaryDirectory() as folder:
        logdir = Path(folder) / "runs"
        train(logdir)
        command = [sys.executable, "-m", "dashboard.cli", "--logdir", "runs", "--port", "0"]
        with subprocess.Popen(
            command, cwd=folder, env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE, text=True
        ) as board:
            try:
                ready = re.search(r"board is ready at (\S+)", board.stdout.readline() if board.stdout else "")
                if ready is None:
                    raise RuntimeError("board must print its address; got none. Start it by hand to see why.")
                with sync_playwright() as playwright:
                    browser = playwright.chromium.launch(executable_path=chromium, args=BROWSER_ARGS)
                    take(browser, ready[1])
                    browser.close()
            finally:
                board.send_signal(signal.SIGINT)


if __name__ == "__main__":
    main()
