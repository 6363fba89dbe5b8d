"""Zooming into a long series: at once with what is there, then with every point of the range."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, Route, expect

from summaries import SummaryWriter

pytestmark = pytest.mark.browser
NUM_POINTS = 100_000
StartBoard = Callable[[Path], str]
OpenPage = Callable[..., Page]


@pytest.fixture(scope="module")
def long_board(start_board: StartBoard, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Address of a board on one long series."""
    logdir = tmp_path_factory.mktemp("long")
    steps = np.arange(NUM_POINTS)
    values = steps % 7 / 7
    with SummaryWriter(logdir / "run") as writer:
        writer.add_scalars_block(steps, {"loss": values}, walltimes=1.7e9 + 30.0 * steps)
    return start_board(logdir)


def drag(page: Page, plot: Locator, first: float, last: float) -> None:
    """Zooms to what lies between two shares of a plot's width."""
    box = plot.bounding_box()
    page.mouse.move(box["x"] + first * box["width"], box["y"] + 40)
    page.mouse.down()
    page.mouse.move(box["x"] + last * box["width"], box["y"] + 50, steps=4)
    page.mouse.up()


def hover(page: Page, plot: Locator, share: float) -> list[str]:
    """Points at a share of a plot's width; returns the cells of the lit row: run, value, step, relative time."""
    box = plot.bounding_box()
    page.mouse.move(box["x"] + share * box["width"], box["y"] + box["height"] / 2)
    lit = page.locator(".plot-tip .is-lit td")
    expect(lit).to_have_count(4)
    return lit.all_inner_texts()


def test_every_point_of_a_zoomed_range_is_fetched(long_board: str, open_page: OpenPage) -> None:
    page = open_page(long_board)
    foot, plot = page.locator(".card-foot"), page.locator(".card .u-over")
    expect(foot).to_have_text(re.compile(r"^1,\d\d\d of 100,000 points$"))

    drag(page, plot, 0.4, 0.6)
    expect(foot).to_have_text(re.compile(r"^1,\d\d\d of (19|20),\d\d\d points$"))
    drag(page, plot, 0.5, 0.52)

    expect(foot).to_have_text(re.compile(r"^all \d\d\d points$"))
    first, second = (int(hover(page, plot, share)[2].replace(",", "")) for share in (0.5, 0.52))
    assert first < second <= first + 0.05 * int(foot.inner_text().split()[1])


def test_zoom_shows_what_is_there_before_the_answer_comes(long_board: str, open_page: OpenPage) -> None:
    page = open_page(long_board)
    foot, plot = page.locator(".card-foot"), page.locator(".card .u-over")
    expect(foot).to_contain_text("of 100,000 points")
    held: list[Route] = []
    page.route("**/data/series?*start=*", lambda route: held.append(route))  # a bound method is none to Playwright

    drag(page, plot, 0.4, 0.6)
    expect(page.get_by_text("Reset zoom")).to_be_visible()

    assert 40_000 <= int(hover(page, plot, 0.02)[2].replace(",", "")) <= 42_000
    expect(foot).to_contain_text("of 100,000 points")
    for route in held:
        route.continue_()
    expect(foot).not_to_contain_text("of 100,000 points")
