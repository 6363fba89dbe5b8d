"""The run panel with 10,000 runs in a real Chromium: until it can be used, typing a filter, selecting, scrolling.

Times are of the page itself, from the press to the frame that shows its effect, the server's answer among them. The
least of several counts, since a busy machine adds to each.
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from summaries import SummaryWriter
from tests.benchmarks import corpora
from tests.benchmarks.corpora import Corpus
from tests.benchmarks.row import Row
from tests.benchmarks.servers import Server, start_board
from tests.benchmarks.tabs import Browser, wait_until_read
from tests.chromium import find_chromium

NUM_RUNS = 10_000
MANY_CARDS = Corpus("many_cards", num_runs=1_000, num_steps=10, num_tags=20)
NOW = 1_700_000_000.0
REPEATS = 3
USABLE_MS, TYPING_MS, TOGGLE_MS, FRAME_MS, REQUEST_MS = 1_000.0, 100.0, 50.0, 50.0, 300.0

_NEXT_FRAME = "const frame = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));"
_WATCH = """
new MutationObserver((_, observer) => {
  if (!document.querySelector("[data-run] [role=checkbox]")) return;
  observer.disconnect();
  requestAnimationFrame(() => setTimeout(() => { window.usableAt = performance.now(); }));
}).observe(document, { childList: true, subtree: true });
"""
_TYPE = (
    "async (text) => {"
    + _NEXT_FRAME
    + """
  const field = document.querySelector(".query-box input");
  const began = performance.now();
  Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set.call(field, text);
  field.dispatchEvent(new Event("input", { bubbles: true }));
  const isDone = () => [...document.querySelectorAll("[data-run]")].every((row) => row.dataset.run.includes(text));
  if (isDone()) throw new Error("the list must show others before");
  while (!isDone()) await frame();
  return performance.now() - began;
}"""
)
_TOGGLE = (
    "async () => {"
    + _NEXT_FRAME
    + """
  const box = document.querySelector("[data-run] [role=checkbox]");
  const before = box.ariaChecked;
  const began = performance.now();
  box.click();
  while (box.ariaChecked === before) await frame();
  return performance.now() - began;
}"""
)
_SCROLL = (
    "async () => {"
    + _NEXT_FRAME
    + """
  const list = document.querySelector(".run-rows");
  list.scrollTop = 0;
  await frame();
  let longest = 0;
  for (let i = 0; i < 60; i += 1) {
    const began = performance.now();
    list.scrollTop += 700;
    await frame();
    longest = Math.max(longest, performance.now() - began);
  }
  return longest;
}"""
)
_SELECT_ALL = (
    "async () => {"
    + _NEXT_FRAME
    + """
  performance.clearResourceTimings();
  const box = document.querySelector(".run-head [role=checkbox]");
  const began = performance.now();
  box.click();
  const asked = () => performance.getEntriesByType("resource").find((one) => one.name.includes("data/selections"));
  while (!asked()) await frame();
  return asked().startTime - began;
}"""
)


def measure() -> Iterator[Row]:
    """Yields the rows of the run panel."""
    with tempfile.TemporaryDirectory() as folder:
        logdir = Path(folder) / "logs"
        with ThreadPoolExecutor(16) as pool:  # each waits for its disk
            list(pool.map(partial(_write_run, logdir), range(NUM_RUNS)))
        with start_board(logdir, Path(folder) / "index") as server, _open(server, NUM_RUNS) as open_page:
            yield from _measure_many(open_page)
        logdir = corpora.make(MANY_CARDS)
        with start_board(logdir, Path(folder) / "other") as server, _open(server, MANY_CARDS.num_runs) as open_page:
            yield _measure_selecting(open_page)


def _measure_many(open_page: Callable[[], Page]) -> Iterator[Row]:
    usable = [open_page().evaluate("window.usableAt") for _ in range(REPEATS)]
    yield _limit(
        f"run panel with {NUM_RUNS:,} runs: from the address to a list that can be used", min(usable), USABLE_MS
    )
    page = open_page()
    page.wait_for_function("() => document.querySelector('.run-metric')?.textContent.length > 1")
    typed = [page.evaluate(_TYPE, text) for text in ("n_7", "n_5", "n_31", "n_9", "n_64")]
    yield _limit("run panel: a letter typed into the filter, to the list that it finds", min(typed), TYPING_MS)
    toggled = [page.evaluate(_TOGGLE) for _ in range(REPEATS)]
    yield _limit("run panel: a press on a box, to its tick", min(toggled), TOGGLE_MS)
    frames = [page.evaluate(_SCROLL) for _ in range(REPEATS)]
    yield _limit("run panel: the longest frame while 1,500 rows scroll by", min(frames), FRAME_MS)


def _measure_selecting(open_page: Callable[[], Page]) -> Row:
    page = open_page()
    page.wait_for_selector(".card-plot")
    selected = [page.evaluate(_SELECT_ALL) for _ in range(2 * REPEATS)][::2]  # every other press selects
    what = f"selecting all of {MANY_CARDS.num_runs:,} runs × {MANY_CARDS.num_tags} tags, to the request"
    return _limit(what, min(selected), REQUEST_MS)


def _limit(what: str, taken_ms: float, limit_ms: float) -> Row:
    return Row(what, "ms", taken_ms, "limit", limit_ms, 1.0)


@contextmanager
def _open(server: Server, num_runs: int) -> Iterator[Callable[[], Page]]:
    """Opens pages of a board that has read all of its runs."""
    wait_until_read(Browser(server), num_runs)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find_chromium(whole=True), args=["--no-sandbox", "--disable-gpu"]
        )

        def open_page() -> Page:
            page = browser.new_page(viewport={"width": 1400, "height": 900})
            page.add_init_script(_WATCH)
            page.goto(server.address)
            page.wait_for_function("() => window.usableAt", timeout=120_000)
            return page

        yield open_page
        browser.close()


def _write_run(logdir: Path, number: int) -> None:
    chance = random.Random(number)
    config = {"lr": 10 ** chance.uniform(-5, -1), "seed": chance.randrange(5), "depth": chance.choice([6, 12, 24])}
    with SummaryWriter(logdir / f"sweep_{number // 100:03}" / f"gpt-run_{number}", config=config) as writer:
        for step in range(3):
            writer.add_scalar("val/loss", chance.random(), step, walltime=NOW - number * 60 + step)
