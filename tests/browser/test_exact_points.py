"""The table of a held cursor says what was logged, of points that are not drawn too."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from summaries import SummaryWriter
from tests.browser.session import choose_baseline

pytestmark = pytest.mark.browser
OpenPage = Callable[..., Page]
NUM_STEPS = 6_000
VALUES = np.random.default_rng(3).normal(10, 1, size=(2, NUM_STEPS)).astype(np.float32)


@pytest.fixture(scope="module")
def board(start_board: Callable[..., str], tmp_path_factory: pytest.TempPathFactory) -> str:
    """Two runs of noise, of which a card draws a part only."""
    logdir = tmp_path_factory.mktemp("exact")
    for name, values in zip(("base", "other"), VALUES, strict=True):
        with SummaryWriter(logdir / name) as writer:
            for step, value in enumerate(values.tolist()):
                writer.add_scalar("loss", value, step, walltime=1e9 + step)
    return start_board(logdir, "--index", "off")


def hold(page: Page) -> None:
    page.locator(".card-plot").focus()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Shift+ArrowLeft")
    expect(page.locator(".plot-tip")).to_have_class("plot-tip is-held")


def read_table(page: Page) -> dict[str, dict[str, str]]:
    """The exact numbers of each run, by the words in the head."""
    heads = page.locator(".plot-tip th").all_inner_texts()
    rows = page.locator(".plot-tip tbody tr").all()
    cells = [[cell.get_attribute("title") or "" for cell in row.locator("td").all()] for row in rows]
    return {row[0]: dict(zip(heads, row, strict=True)) for row in cells}


def test_rows_of_all_runs_are_of_the_held_step(open_page: OpenPage, board: str) -> None:
    page = open_page(f"{board}/scalars")
    expect(page.locator(".card-foot")).to_contain_text("of 12,000 points")
    for _ in range(3):
        hold(page)
        step = page.evaluate("async () => (await import('/static/js/session.js')).session.cursor.held")
        steps = page.locator(f'.plot-tip td[title="{step}"]', has_text=f"{step:,}")
        expect(steps).to_have_count(2)

        found = read_table(page)

        for name, values in zip(("base", "other"), VALUES, strict=True):
            assert float(found[name]["value"]) == values[step]


@pytest.mark.parametrize("is_delta", [False, True])
def test_difference_is_told_in_percent_of_the_baseline(open_page: OpenPage, board: str, is_delta: bool) -> None:
    page = open_page(f"{board}/scalars")
    choose_baseline(page, "base")
    if is_delta:
        page.keyboard.press("D")
        expect(page.locator(".card[data-delta]")).to_be_visible()
    hold(page)
    expect(page.locator(".plot-tip th", has_text="Δ %")).to_be_visible()
    step = page.evaluate("async () => (await import('/static/js/session.js')).session.cursor.held")
    expect(page.locator(f'.plot-tip td[title="{step}"]', has_text=f"{step:,}")).to_have_count(2)

    found = read_table(page)["other"]

    delta = float(VALUES[1, step]) - float(VALUES[0, step])
    assert float(found["Δ value" if is_delta else "Δ base"]) == pytest.approx(delta, rel=1e-6)
    assert float(found["Δ %"]) == pytest.approx(delta / float(VALUES[0, step]), rel=1e-6)
