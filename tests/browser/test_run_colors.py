"""A run keeps its colour: on every page, over starts of the board, and when runs are added that sort before it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from summaries import SummaryWriter
from tests.browser.served import serve

OpenPage = Callable[..., Page]


def log(logdir: Path, name: str, wall_time: float) -> None:
    with SummaryWriter(logdir / name) as writer:
        writer.add_scalar("loss", 1.0, 0, walltime=wall_time)
        writer.add_histogram("weights", [1.0, 2.0, 3.0], 0, walltime=wall_time)


def read_colors(page: Page, num_runs: int) -> dict[str, str]:
    expect(page.locator("[data-run] .swatch")).to_have_count(num_runs)
    return page.evaluate("""() => Object.fromEntries([...document.querySelectorAll("[data-run]")]
      .map((row) => [row.dataset.run, getComputedStyle(row.querySelector(".swatch")).background]))""")


@pytest.mark.parametrize("index", ["on", "off"])
def test_colour_stays_over_pages_starts_and_older_runs_that_are_added(
    index: str, tmp_path: Path, open_page: OpenPage
) -> None:
    logdir, flags = tmp_path / "logs", [] if index == "on" else ["--index", "off"]
    for number in range(5):
        log(logdir, f"m{number}", 1_000.0 + number)
    with serve(logdir, *flags) as served:
        page = open_page(f"{served.address}/scalars")
        first = read_colors(page, 5)
        for number in range(5):
            log(logdir, f"a{number}", 10.0 + number)
        live = read_colors(page, 10)
        page.close()
        if index == "on":  # without an index they last as long as the board
            served.kill()
            served.start()
        page = open_page(f"{served.address}/histograms")
        again = read_colors(page, 10)
        page.close()

    assert len(set(first.values())) == 5
    assert {name: live[name] for name in first} == first
    assert again == live
    assert len(set(again.values())) == 10
