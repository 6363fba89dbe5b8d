"""A live session in numbers: files grow, and a real Chromium has a page open that follows them.

    python -m tests.benchmarks.live_session --minutes 5 --files 50

Prints how many points were logged, how many the page knows and how many its cards draw at the end, how long a point
takes from the writer's flush to the browser's knowledge of it and to the frame in which all cards in view have it, the
server's memory at start and end, what the page asked for, and its layout shifts. Not part of ``make bench``, for which
it takes too long; `run_session` is there for whoever measures less.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from playwright.sync_api import Page, sync_playwright

from summaries import SummaryWriter
from tests.chromium import find_chromium

TAGS = tuple(f"train/metric_{number}" for number in range(6))
ROUND_SECS = 0.5
"""How often every file grows."""
SETTLE_SECS = 20.0
"""How long the last points may take."""

# What the page hears: when by the wall clock, when it was told by the server, and how many points there were in all.
_FOLLOW = """async () => {
  const { need } = await import(document.querySelector("link[rel=modulepreload]").href);
  const { session } = need("static/js/session.js");
  const known = new Map(session.runs.map((run) => [run.name, run.num_points]));
  const sum = () => [...known.values()].reduce((all, one) => all + one, 0);
  window.heard = [];
  session.live.on("heard", (news) => {
    for (const [name, told] of Object.entries(news.runs)) known.set(name, told[2]);
    window.heard.push([Date.now() / 1000, news.time, sum()]);
  });
  window.shift = 0;
  const note = (list) => { for (const entry of list.getEntries()) window.shift += entry.value; };
  new PerformanceObserver(note).observe({ type: "layout-shift" });
  // A card writes its foot as it draws: what it says is on the screen after the next frame. The least of the cards.
  window.drawn = [];
  const numPoints = (foot) => Number(foot.textContent.match(/^all ([\\d,]+) points/)?.[1].replaceAll(",", "") ?? NaN);
  const look = () => {
    const least = Math.min(...[...document.querySelectorAll(".card-foot")].map(numPoints));
    if (least !== window.drawn.at(-1)?.[1]) window.drawn.push([Date.now() / 1000, least]);
  };
  const isFoot = ({ target }) => target.closest?.(".card-foot");
  const lookLater = () => requestAnimationFrame(() => setTimeout(look));
  const watch = new MutationObserver((changes) => changes.some(isFoot) && lookLater());
  watch.observe(document.querySelector(".grid-page"), { subtree: true, childList: true });
}"""
# What the cards in view say of their points.
_DRAWN = """() => [...document.querySelectorAll(".card-foot")].map((foot) => foot.textContent)"""


@dataclass(frozen=True)
class Session:
    """What was measured.

    Attributes:
        num_logged: Points that were flushed.
        num_known: Points that the page knows of at the end.
        num_drawn: Points that the cards draw at the end, as the last frame had them; one card a tag.
        feet: What the cards in view say of their points at the end.
        drawn_ms: Of each round, from the end of its last flush to the frame in which all cards in view have its points.
        heard_ms: Of each round, from the end of its last flush to the browser's knowledge of all of its points.
        told_ms: Likewise, to the server's message.
        rss_start: Resident memory of the server when the page stood, in bytes.
        rss_end: The same at the end.
        cpu_secs: What the server took of the processors.
        num_requests: Series requests of the page.
        num_bytes: What they brought.
        layout_shift: The sum of all layout shifts.
        secs: How long the session was.
    """

    num_logged: int
    num_known: int
    num_drawn: int
    feet: list[str]
    drawn_ms: list[float]
    heard_ms: list[float]
    told_ms: list[float]
    rss_start: int
    rss_end: int
    cpu_secs: float
    num_requests: int
    num_bytes: int
    layout_shift: float
    secs: float


@contextmanager
def serve(logdir: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A board on a logdir: its process and its address."""
    index = logdir.with_name(f"{logdir.name}-index")
    flags = ["--logdir", str(logdir), "--port", "0", "--index", str(index)]
    command = [sys.executable, "-m", "dashboard.cli", *flags]
    board = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        said = re.search(r"board is ready at (\S+)", board.stdout.readline()) if board.stdout else None
        if said is None:
            raise RuntimeError("the board must say that it is ready; got another line.")
        yield board, said[1]
    finally:
        board.terminate()
        board.wait(timeout=30)
        if board.stdout:
            board.stdout.close()


@contextmanager
def open_chromium(address: str) -> Iterator[Page]:
    """A page of a real Chromium at an address."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(whole=True), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1400, "height": 900})
        page.goto(address)
        yield page
        browser.close()


class Growth:
    """Files that grow, a round of points at a time."""

    def __init__(self, writers: list[SummaryWriter]) -> None:
        self._writers = writers
        self._step = 0
        self._random = np.random.default_rng(0)
        self.num_logged = 0

    def grow(self) -> float:
        """Logs one point of each tag to each file; the wall time at which all were flushed."""
        values = self._random.random((len(self._writers), len(TAGS))) + 1 / (1 + self._step)
        for writer, row in zip(self._writers, values.tolist(), strict=True):
            writer.add_scalars_at(self._step, dict(zip(TAGS, row, strict=True)))
            writer.flush()
        self._step += 1
        self.num_logged += values.size
        return time.time()


def run_session(num_files: int, secs: float) -> Session:
    """Runs a session of so many files and seconds."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()), "runs")
        names = [f"run_{number:03}" for number in range(num_files)]
        writers = [stack.enter_context(SummaryWriter(folder / name)) for name in names]
        growth = Growth(writers)
        growth.grow()
        board, address = stack.enter_context(serve(folder))
        page = stack.enter_context(open_chromium(address))
        return _follow(page, growth, board.pid, secs)


def _follow(page: Page, growth: Growth, pid: int, secs: float) -> Session:
    requests = _Requests(page)
    _wait_for_feet(page, growth.num_logged)
    page.evaluate(_FOLLOW)
    rss_start, cpu_start, began = read_rss(pid), read_cpu(pid), time.monotonic()
    rounds: list[tuple[float, int]] = []
    while (now := time.monotonic()) < began + secs:
        rounds.append((growth.grow(), growth.num_logged))
        page.wait_for_timeout(max(0.0, now + ROUND_SECS - time.monotonic()) * 1000)
    taken, cpu_secs, rss_end = time.monotonic() - began, read_cpu(pid) - cpu_start, read_rss(pid)
    feet = _wait_for_feet(page, growth.num_logged)
    heard: list[tuple[float, float, int]] = page.evaluate("window.heard")
    drawn: list[tuple[float, int]] = page.evaluate("window.drawn.map(([at, least]) => [at, least || 0])")
    drawn = [(at, num_points * len(TAGS)) for at, num_points in drawn]
    return Session(
        num_logged=growth.num_logged,
        num_known=heard[-1][2],
        num_drawn=drawn[-1][1],
        feet=feet,
        drawn_ms=match_rounds(rounds, drawn),
        heard_ms=match_rounds(rounds, [(at, num_points) for at, _, num_points in heard]),
        told_ms=match_rounds(rounds, [(told, num_points) for _, told, num_points in heard]),
        rss_start=rss_start,
        rss_end=rss_end,
        cpu_secs=cpu_secs,
        num_requests=requests.num,
        num_bytes=requests.num_bytes,
        layout_shift=page.evaluate("window.shift"),
        secs=taken,
    )


class _Requests:
    """Counts what a page asks for."""

    def __init__(self, page: Page) -> None:
        self.num = self.num_bytes = 0
        page.on("response", lambda response: self._note(response.url, response.headers))

    def _note(self, url: str, headers: dict[str, str]) -> None:
        if "/data/series" in url:
            self.num += 1
            self.num_bytes += int(headers.get("content-length", 0))


def _wait_for_feet(page: Page, num_points: int) -> list[str]:
    """Waits until the cards in view hold all points of their tag; what they say."""
    wanted = rf"\b{num_points // len(TAGS):,} points"
    deadline = time.monotonic() + SETTLE_SECS
    while True:
        feet: list[str] = page.evaluate(_DRAWN)
        if (feet and all(re.search(wanted, foot) for foot in feet)) or time.monotonic() > deadline:
            return feet
        page.wait_for_timeout(50)


def match_rounds(rounds: list[tuple[float, int]], heard: list[tuple[float, int]]) -> list[float]:
    """How long it took until as many points were known as had been flushed, in ms.

    Args:
        rounds: When the last file of a round was flushed, in seconds, and how many points there were then.
        heard: When something was told, in seconds, and of how many points.
    """
    latencies = []
    for flushed, num_points in rounds:
        known = next((at for at, num_known in heard if num_known >= num_points), None)
        if known is not None:
            latencies.append(1000 * (known - flushed))
    return latencies


def read_rss(pid: int) -> int:
    """Resident memory of a process, in bytes."""
    found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    return int(found[1]) * 1024 if found else 0


def read_cpu(pid: int) -> float:
    """Seconds that a process took of the processors, in the program and in the system."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


def describe(session: Session) -> str:
    """The table of a session."""
    told, heard, drawn = (
        " / ".join(f"{ms:.0f} ms" for ms in np.percentile(all_ms, [50, 95]))
        for all_ms in (session.told_ms, session.heard_ms, session.drawn_ms)
    )
    rows = {
        "points logged": f"{session.num_logged:,}",
        "points known to the page at the end": f"{session.num_known:,}",
        "points drawn by the cards at the end": f"{session.num_drawn:,}",
        "cards in view": "; ".join(sorted(set(session.feet))),
        "flush to the server's message, p50 / p95": told,
        "flush to the browser's knowledge, p50 / p95": f"{heard} (goal 100 / 300)",
        "flush to pixel, p50 / p95": f"{drawn} (goal 200 / 500)",
        "memory of the server, start / end": f"{session.rss_start / 1e6:.1f} MB / {session.rss_end / 1e6:.1f} MB",
        "the server's share of one core": f"{100 * session.cpu_secs / session.secs:.0f} %",
        "series requests": f"{session.num_requests:,}, {session.num_requests / session.secs:.1f} a second, "
        f"{session.num_bytes / 1e6:.1f} MB",
        "layout shift": f"{session.layout_shift:g}",
    }
    return "\n".join(["| what | figure |", "|---|---|", *(f"| {what} | {figure} |" for what, figure in rows.items())])


def main() -> None:
    """Runs a session and prints its table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--files", type=int, default=50)
    arguments = parser.parse_args()
    session = run_session(arguments.files, 60 * arguments.minutes)
    sys.stdout.write(describe(session) + "\n")


if __name__ == "__main__":
    main()
