"""Δ to the baseline run, against differences that NumPy interpolates from the logged values."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from summaries import SummaryWriter
from tests.browser.session import choose_baseline

pytestmark = pytest.mark.browser
OpenPage = Callable[..., Page]
StartBoard = Callable[..., str]
STEPS = {"base": np.arange(0, 101, 10), "other": np.arange(5, 96, 10)}
VALUES = {
    "base": np.array([5.0, 4.0, 3.5, 3.0, 2.75, 2.5, 2.25, 2.125, 2.0, 1.75, 1.5]),
    "other": np.array([6.0, 4.5, 3.0, 2.5, 2.25, 2.0, 1.5, 1.75, 2.25, 2.5]),
}


@pytest.fixture
def logdir(tmp_path: Path) -> Path:
    """Two runs on unequal steps."""
    for i, (name, steps) in enumerate(STEPS.items()):
        with SummaryWriter(tmp_path / name) as writer:
            for step, value in zip(steps, VALUES[name], strict=True):
                writer.add_scalar("loss", value, int(step), walltime=1e9 + 1000 * i + int(step))
    return tmp_path


@pytest.fixture
def page(open_page: OpenPage, start_board: StartBoard, logdir: Path) -> Page:
    """The page with `base` as baseline."""
    page = open_page(f"{start_board(logdir, '--index', 'off')}/scalars")
    choose_baseline(page, "base")
    return page


def test_key_turns_values_into_differences_and_undo_takes_them_back(page: Page) -> None:
    before = page.locator(".card-value").first.text_content()
    page.keyboard.press("D")

    value = page.locator(".card-value")
    last = VALUES["other"][-1] - np.interp(STEPS["other"][-1], STEPS["base"], VALUES["base"])
    expect(value).to_have_text([f"+{last:.3g}"])
    expect(page.locator(".card")).to_have_attribute("aria-label", re.compile("^Δ loss, "))
    expect(page.locator(".card-foot")).to_contain_text("Δ to base")
    expect(page.get_by_role("button", name="Δ to base")).to_have_attribute("aria-pressed", "true")
    expect(page).to_have_url(re.compile("delta=on"))

    page.keyboard.press("Control+z")
    expect(value.first).to_have_text(before or "")


def test_table_has_the_difference_at_each_step_of_the_run(page: Page) -> None:
    page.keyboard.press("D")
    expect(page.locator(".card-foot")).to_contain_text("Δ to base")
    expected = VALUES["other"] - np.interp(STEPS["other"], STEPS["base"], VALUES["base"])
    page.locator(".card-plot").focus()
    page.keyboard.press("ArrowRight")
    row = page.locator(".plot-tip tbody tr.is-lit")
    if row.locator(".run").text_content() == "base":
        page.keyboard.press("ArrowDown")

    found = {}
    for step in reversed(STEPS["other"]):
        expect(page.locator(".plot-tip-head span")).to_have_text(f"step {step}")
        cells = row.locator("td").evaluate_all("(cells) => cells.map((cell) => Number(cell.title))")
        found[int(cells[-3])] = cells[1]
        page.keyboard.press("ArrowLeft")

    assert found == pytest.approx(dict(zip(STEPS["other"].tolist(), expected, strict=True)))
    expect(page.locator(".plot-tip tr", has_text="base").locator(".value")).to_have_text("baseline")


def test_zero_line_is_ink_across_the_plot(page: Page) -> None:
    page.keyboard.press("D")
    expect(page.locator(".card-foot")).to_contain_text("Δ to base")

    page.wait_for_function("""() => {
      const canvas = document.querySelector(".card canvas");
      const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      const counts = Array.from({ length: canvas.height }, (_, row) => {
        let dark = 0;
        for (let x = 0; x < canvas.width; x += 1) {
          const at = 4 * (row * canvas.width + x);
          if (data[at + 3] > 240 && data[at] < 40 && data[at + 1] < 40 && data[at + 2] < 50) dark += 1;
        }
        return dark / canvas.width;
      });
      return Math.max(...counts) > 0.75;
    }""")


def test_without_a_baseline_there_is_no_button_and_the_key_does_nothing(
    open_page: OpenPage, start_board: StartBoard, iris_logdir: Path
) -> None:
    page = open_page(f"{start_board(iris_logdir, '--index', 'off')}/scalars?delta=on")
    expect(page.locator(".card-value").first).to_be_visible()
    page.keyboard.press("D")

    expect(page.locator(".delta-button")).to_have_count(0)
    expect(page.locator(".card[data-delta]")).to_have_count(0)
