"""Rows of the list of runs: names that would not be seen, a narrow panel, what is out of sight, and the baseline."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from summaries import SummaryWriter

pytestmark = pytest.mark.browser
OpenPage = Callable[..., Page]
StartBoard = Callable[..., str]
LONG = "z" * 1_000_000
NAMES = {
    "<img src=x onerror=alert(1)>": "<img src=x onerror=alert(1)>",
    " ": '" "',
    "\u200b": '"\\u200b"',
    "a\nb\tc": "a↵b⇥c",
    "\u202elive": "�live",
    "שלום עולם": "שלום עולם",
    "..up..": "..up..",
    "x" * 250: "x" * 250,
}


def write_run(folder: Path, loss: float, wall_time: float, name: str = "") -> None:
    with SummaryWriter(folder, name=name or None, config={"lr": 0.1}) as writer:
        writer.add_scalar("val/loss", loss, 0, walltime=wall_time)


@pytest.fixture(scope="module")
def hostile(start_board: StartBoard, tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("hostile")
    for i, name in enumerate(NAMES):
        write_run(folder / name, i, 1e9 - i)
    write_run(folder / "long", 9.0, 1e8, LONG)
    return start_board(folder, "--index", "off")


@pytest.fixture(scope="module")
def few(start_board: StartBoard, tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("few")
    for i, loss in enumerate([2.0, 2.5, 1.9, 2.0]):
        write_run(folder / "sweep" / f"experiment-{i:04d}", loss, 1e9 - i)
    return start_board(folder, "--index", "off")


def edit(page: Page, path: list[str], value: bool | None = True) -> None:
    """Sets something of the sidecar, as another tab would."""
    page.evaluate(
        """async ([path, value]) => {
          const { session } = await import("/static/js/session.js");
          await session.postJSON("data/sidecar/edits", { edits: [{ path, value }] });
        }""",
        [path, value],
    )


def row(page: Page, run: str) -> Locator:
    return page.locator(f'[data-run="{run}"]')


@pytest.mark.parametrize("width", [1400, 400])
def test_names_are_seen_and_do_nothing(open_page: OpenPage, hostile: str, width: int) -> None:
    page = open_page(hostile, width=width)
    if width == 400:
        page.get_by_role("button", name=re.compile("runs")).first.click()
    rows = page.locator("[data-run]")
    expect(rows).to_have_count(len(NAMES) + 1)

    names = rows.locator(".run-name")
    assert names.evaluate_all("all => all.map(one => one.textContent)")[: len(NAMES)] == list(NAMES.values())
    heights = rows.evaluate_all("rows => new Set(rows.map(row => row.getBoundingClientRect().height)).size")
    assert heights == 1
    outside = rows.evaluate_all(
        "rows => rows.filter((row) => [...row.querySelectorAll('*')].some((part) => "
        "part.getBoundingClientRect().right > row.getBoundingClientRect().right + 1)).length"
    )
    assert outside == 0
    assert page.locator("[data-run] img").count() == 0
    assert len(names.last.inner_text()) < 500


def test_narrow_panel_shows_names_and_numbers_whole(open_page: OpenPage, few: str) -> None:
    page = open_page(few)
    expect(page.locator(".run-metric").first).to_have_text("2.000")
    page.get_by_role("separator", name="Width of the run panel").focus()
    page.keyboard.press("Home")

    panel = page.locator(".run-table")
    page.wait_for_function("() => document.querySelector('.run-table').clientWidth <= 240")
    columns = page.get_by_role("button", name="Order and columns").bounding_box()
    assert columns["x"] + columns["width"] <= panel.bounding_box()["width"] - 4
    parts = page.locator(".run-metric, .run-name bdi, .name-tail")
    cut = parts.evaluate_all(
        "all => all.filter((one) => one.scrollWidth > one.clientWidth + 1 && one.clientWidth).length"
    )

    assert cut == 0


def test_hidden_and_archived_runs_are_reached_from_the_foot(open_page: OpenPage, few: str) -> None:
    page = open_page(few)
    for i, field in enumerate(["is_hidden", "is_archived"]):
        edit(page, ["runs", f"sweep/experiment-000{i}", field])

    aside = page.get_by_role("group", name="Runs out of sight")
    expect(aside.get_by_role("button")).to_have_text(["1 hidden", "1 archived"])
    expect(row(page, "sweep/experiment-0000")).to_have_count(0)

    aside.get_by_role("button", name="1 hidden").click()
    expect(row(page, "sweep/experiment-0000")).to_be_visible()
    expect(page.locator("[data-run]")).to_have_count(1)
    box = row(page, "sweep/experiment-0000").get_by_role("checkbox")
    expect(box).to_have_attribute("title", "It is hidden, and so in no chart")
    expect(box).to_be_disabled()
    row(page, "sweep/experiment-0000").hover()
    page.get_by_role("button", name="Show again: sweep/experiment-0000").click()
    expect(page.get_by_role("button", name="0 hidden")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="0 hidden").click()
    expect(page.locator("[data-run]")).to_have_count(3)

    aside.get_by_role("button", name="1 archived").click()
    expect(row(page, "sweep/experiment-0001")).to_be_visible()
    row(page, "sweep/experiment-0001").click(button="right")
    page.get_by_role("menuitem", name="Take out of the archive").click()
    page.get_by_role("button", name="0 archived").click()
    expect(page.locator("[data-run]")).to_have_count(4)
    expect(aside).to_have_count(0)


def test_metric_is_told_as_difference_to_the_baseline(open_page: OpenPage, few: str) -> None:
    page = open_page(few)
    edit(page, ["baseline"], None)  # which this test chose before, if it is run again
    expect(row(page, "sweep/experiment-0001").locator(".run-metric")).to_have_text("2.500")
    menu = page.get_by_role("button", name="Choose the metric")
    menu.click()
    expect(page.get_by_role("checkbox", name="Difference to the baseline")).to_have_count(0)
    page.keyboard.press("Escape")

    row(page, "sweep/experiment-0000").hover()
    page.keyboard.press("b")
    flag = row(page, "sweep/experiment-0000").get_by_role("img", name="Baseline")
    expect(flag).to_be_visible()
    name = row(page, "sweep/experiment-0000").locator("bdi").first
    assert name.evaluate("name => name.scrollWidth <= name.clientWidth")
    expect(page.get_by_role("button", name="Δ to …0000")).to_be_visible()
    menu.click()
    page.get_by_role("checkbox", name="Difference to the baseline").click()
    page.keyboard.press("Escape")

    expect(page).to_have_url(re.compile("delta=on"))
    expect(page.locator(".head-metric")).to_contain_text("Δ")
    texts = ["2.000", "+0.500+25.0 %", "−0.100−5.0 %", "–"]
    written = {f"sweep/experiment-000{i}": text for i, text in enumerate(texts)}
    for run, text in written.items():
        expect(row(page, run).locator(".run-metric")).to_have_text(text)
    page.keyboard.press("ControlOrMeta+z")
    expect(row(page, "sweep/experiment-0001").locator(".run-metric")).to_have_text("2.500")


def test_words_for_what_is_no_number_end_where_numbers_do(
    start_board: StartBoard, open_page: OpenPage, tmp_path: Path
) -> None:
    for name, loss in (("a", 2.0), ("b", float("nan")), ("c", float("-inf"))):
        write_run(tmp_path / name, loss, 1e9)
    page = open_page(start_board(tmp_path, "--index", "off"))
    expect(page.locator(".run-metric")).to_have_text([re.compile("2.000"), "NaN", "−Inf"])

    ends = page.locator(".run-metric").evaluate_all(
        """cells => cells.map((cell) => {
          const text = document.createRange();
          text.selectNodeContents(cell);
          return Math.round(text.getBoundingClientRect().right - cell.getBoundingClientRect().right);
        })"""
    )
    assert max(ends) <= 1
    assert min(ends) >= -1
