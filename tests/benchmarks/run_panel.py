"""The run panel with 10,000 runs in a real Chromium: until it can be used, typing a filter, selecting, scrolling.

Times are of the page itself, from the press to the frame that shows its effect, the server's answer among them. The
least of several counts, since a busy machine adds to each.
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from summaries import SummaryWriter
from tests.benchmarks import corpora, tabs
from tests.benchmarks.corpora import Corpus
from tests.benchmarks.row import Row
from tests.benchmarks.servers import Server, start_board, start_tensorboard
from tests.chromium import find_chromium

NUM_RUNS = 10_000
MANY_CARDS = Corpus("many_cards", num_runs=1_000, num_steps=10, num_tags=20)
NOW = 1_700_000_000.0
REPEATS = 3
USABLE_MS, TYPING_MS, TOGGLE_MS, FRAME_MS, REQUEST_MS = 1_000.0, 100.0, 50.0, 50.0, 300.0
PATIENCE_MS = 30_000.0

_NEXT_FRAME = "const frame = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));"
_WATCH = """
new MutationObserver((_, observer) => {
  const boxes = "[data-run] [role=checkbox], runs-data-table mat-checkbox, runs-table mat-checkbox";
  if (!document.querySelector(boxes)) return;
  observer.disconnect();
  requestAnimationFrame(() => setTimeout(() => { window.usableAt = performance.now(); }));
}).observe(document, { childList: true, subtree: true });
"""
_TYPE = """
  const field = document.querySelector(".query-box input");
  const began = performance.now();
  Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set.call(field, text);
  field.dispatchEvent(new Event("input", { bubbles: true }));
  const isDone = () => [...document.querySelectorAll("[data-run]")].every((row) => row.dataset.run.includes(text));
  if (isDone()) throw new Error("the list must show others before");
  while (!isDone()) await frame();
  return performance.now() - began;
"""
_TOGGLE = """
  const box = document.querySelector("[data-run] [role=checkbox]");
  const before = box.ariaChecked;
  const began = performance.now();
  box.click();
  while (box.ariaChecked === before) await frame();
  await frame();
  return performance.now() - began;
"""
_SCROLL = """
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
"""
_SELECT_ALL = """
  const all = document.querySelector(".run-head [role=checkbox]");
  for (const state of ["true", "false"]) {
    if (all.ariaChecked !== state) all.click();
    while (all.ariaChecked !== state) await frame();
  }
  await frame();
  performance.clearResourceTimings();
  const began = performance.now();
  all.click();
  const isIt = ({ name, startTime }) => name.includes("data/selections") && startTime >= began;
  const asked = () => performance.getEntriesByType("resource").find(isIt);
  while (!asked()) await frame();
  return asked().startTime - began;
"""


def measure() -> Iterator[Row]:
    """Yields the rows of the run panel."""
    with tempfile.TemporaryDirectory() as folder, _launch() as browser:
        logdir = Path(folder) / "logs"
        for number in range(NUM_RUNS):
            _write_run(logdir, number)
        with start_board(logdir, Path(folder) / "index") as server:
            tabs.wait_until_read(tabs.Browser(server), NUM_RUNS)
            yield from _measure_many(browser, server)
        logdir = corpora.make(MANY_CARDS)
        with start_board(logdir, Path(folder) / "other") as server, start_tensorboard(logdir) as theirs:
            tabs.wait_until_read(tabs.Browser(server), MANY_CARDS.num_runs)
            tabs.wait_for_tensorboard(tabs.Browser(theirs), MANY_CARDS.runs, MANY_CARDS.num_tags)
            yield from _measure_cards(browser, server, theirs)


def _measure_many(browser: Browser, server: Server) -> Iterator[Row]:
    usable = min(_measure_opening(browser, server.address) for _ in range(REPEATS))
    yield _limit(f"run panel with {NUM_RUNS:,} runs: from the address to a list that can be used", usable, USABLE_MS)
    page = _open(browser, server.address)
    page.wait_for_function("() => document.querySelector('.run-metric')?.textContent.length > 1")
    typed = [_call(page, _TYPE, text) for text in ("n_7", "n_5", "n_31", "n_9", "n_64")]
    yield _limit("run panel: a letter typed into the filter, to the list that it finds", min(typed), TYPING_MS)
    toggled = [_call(page, _TOGGLE) for _ in range(REPEATS)]
    yield _limit("run panel: a press on a box, to its tick", min(toggled), TOGGLE_MS)
    frames = [_call(page, _SCROLL) for _ in range(REPEATS)]
    yield _limit("run panel: the longest frame while 1,500 rows scroll by", min(frames), FRAME_MS)
    page.close()


def _measure_cards(browser: Browser, server: Server, theirs: Server) -> Iterator[Row]:
    runs = f"{MANY_CARDS.num_runs:,} runs × {MANY_CARDS.num_tags} tags"
    ours, other = (
        min(_measure_opening(browser, address) for _ in range(REPEATS))
        for address in (server.address, f"{theirs.address}#timeseries")
    )
    yield Row(f"{runs}: from the address to a list that can be used", "ms", ours, "TensorBoard", other, 1.5)
    page = _open(browser, server.address)
    page.wait_for_selector(".card-value")
    selected = [_call(page, _SELECT_ALL) for _ in range(REPEATS)]
    yield _limit(f"selecting all of {runs}, to the request", min(selected), REQUEST_MS)
    page.wait_for_function("() => document.querySelector('.card-values .more')?.textContent === '+997'")
    toggled = [_call(page, _TOGGLE) for _ in range(2 * REPEATS)]
    yield _limit(f"run panel beside cards of {runs}: a press on a box, to its tick", min(toggled), TOGGLE_MS)
    page.close()


def _call(page: Page, body: str, text: str = "") -> float:
    """What a function of the page gives, in milliseconds; it fails if that takes too long."""
    late = f"new Promise((_, fail) => setTimeout(() => fail(new Error('it took too long')), {PATIENCE_MS}))"
    taken = page.evaluate(f"(text) => Promise.race([{late}, (async () => {{ {_NEXT_FRAME} {body} }})()])", text)
    return float(taken)


def _limit(what: str, taken_ms: float, limit_ms: float) -> Row:
    return Row(what, "ms", taken_ms, "limit", limit_ms, 1.0)


@contextmanager
def _launch() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find_chromium(whole=True), args=["--no-sandbox", "--disable-gpu"]
        )
        yield browser
        browser.close()


def _open(browser: Browser, address: str) -> Page:
    """A page of a browser that knows nothing of it, once its list of runs can be used."""
    page = browser.new_page(viewport={"width": 1400, "height": 900})
    page.add_init_script(_WATCH)
    page.goto(address)
    page.wait_for_function("() => window.usableAt", timeout=PATIENCE_MS)
    return page


def _measure_opening(browser: Browser, address: str) -> float:
    page = _open(browser, address)
    taken = float(page.evaluate("window.usableAt"))
    page.close()
    return taken


def _write_run(logdir: Path, number: int) -> None:
    chance = random.Random(number)
    config = {"lr": 10 ** chance.uniform(-5, -1), "seed": chance.randrange(5), "depth": chance.choice([6, 12, 24])}
    with SummaryWriter(logdir / f"sweep_{number // 100:03}" / f"gpt-run_{number}", config=config) as writer:
        for step in range(3):
            writer.add_scalar("val/loss", chance.random(), step, walltime=NOW - number * 60 + step)
