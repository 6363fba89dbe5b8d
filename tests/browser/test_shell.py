"""The frame: tabs, empty and missing logdirs, a lost server."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from summaries import SummaryWriter

pytestmark = pytest.mark.browser
StartBoard = Callable[[Path], str]
OpenPage = Callable[..., Page]
NOTE_SHIFTS = """
  window.shifted = 0;
  new PerformanceObserver((list) => {
    for (const { value } of list.getEntries()) window.shifted += value;
  }).observe({ type: "layout-shift", buffered: true });
"""


def test_tabs_lead_to_the_pages_without_a_reload(open_page: OpenPage, iris_board: str) -> None:
    page = open_page(f"{iris_board}/")
    page.evaluate("window.isSamePage = true")
    tabs = page.get_by_role("navigation", name="Pages").get_by_role("link")
    expect(tabs).to_have_text(["Scalars", "Histograms", "Graph"])

    for name, path in (("Histograms", "/histograms"), ("Graph", "/graph"), ("Scalars", "/scalars")):
        tabs.get_by_text(name).click()
        expect(page).to_have_url(re.compile(re.escape(path)))
        expect(page.locator(".tab.is-active")).to_have_text(name)

    page.go_back()
    expect(page.locator(".tab.is-active")).to_have_text("Graph")
    assert page.evaluate("window.isSamePage")


@pytest.mark.parametrize("path", ["scalars", "histograms", "graph"])
@pytest.mark.parametrize("width", [1400, 400])
def test_nothing_moves_while_the_page_comes(open_page: OpenPage, iris_board: str, width: int, path: str) -> None:
    page = open_page(f"{iris_board}/static/mark.svg", width=width)
    page.add_init_script(NOTE_SHIFTS)

    page.goto(f"{iris_board}/{path}")
    expect(page.locator(".graph-work svg, .card canvas").first).to_be_visible()

    assert page.evaluate("window.shifted") < 0.01  # the share of the window that moved, by how far


def test_empty_logdir_explains_and_shows_the_first_point_when_it_comes(
    start_board: StartBoard, open_page: OpenPage, tmp_path: Path
) -> None:
    page = open_page(start_board(tmp_path))
    expect(page.get_by_role("heading", level=2)).to_contain_text("No event files in")
    expect(page.locator(".snippets code")).to_contain_text("from summaries import SummaryWriter")
    expect(page.get_by_text("0 event files")).to_be_visible()

    with SummaryWriter(tmp_path / "first") as writer:
        writer.add_scalar("train/loss", 0.25, 0)

    expect(page.locator('.card[data-tag="train/loss"] .card-value')).to_have_text("0.2500")


def test_code_of_the_empty_page_runs_and_fills_it(start_board: StartBoard, open_page: OpenPage, tmp_path: Path) -> None:
    page = open_page(start_board(tmp_path / "runs"))
    expect(page.get_by_role("heading", level=2)).to_contain_text("does not exist yet")

    subprocess.run([sys.executable, "-c", page.locator(".snippets code").inner_text()], check=True)

    expect(page.locator('.card[data-tag="train/loss"] .card-foot')).to_have_text("all 100 points")


def test_lost_server_is_said_and_the_data_stay(open_page: OpenPage, tmp_path: Path) -> None:
    with SummaryWriter(tmp_path / "run") as writer:
        writer.add_scalar("loss", 1.0, 0)
    command = [sys.executable, "-m", "dashboard.cli", "--logdir", str(tmp_path), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as board:
        address = re.search(r"board is ready at (\S+)", board.stdout.readline())[1]
        page = open_page(address, allow_console=r"WebSocket|net::ERR_")
        expect(page.locator(".card-value")).to_have_text("1.000")
        board.send_signal(signal.SIGINT)

    expect(page.locator(".live")).to_contain_text("no answer")
    expect(page.locator(".card-value")).to_have_text("1.000")


def test_run_filter_takes_a_regex_and_says_when_nothing_matches(
    start_board: StartBoard, open_page: OpenPage, tmp_path: Path
) -> None:
    for name in ("lr_1/a", "lr_2/a", "other/a"):
        with SummaryWriter(tmp_path / name) as writer:
            writer.add_scalar("loss", 1.0, 0)
    page = open_page(start_board(tmp_path))
    field = page.get_by_label("Filter runs")

    field.fill(r"lr_\d")
    expect(page.locator("[data-run]")).to_have_count(2)
    field.fill("nothing")
    expect(page.locator(".no-match")).to_have_text("No run matches nothing. Clear filter")
    page.get_by_role("button", name="Clear filter").last.click()
    expect(page.locator("[data-run]")).to_have_count(3)


def test_unreadable_file_is_flagged_at_its_run(start_board: StartBoard, open_page: OpenPage, tmp_path: Path) -> None:
    with SummaryWriter(tmp_path / "good") as writer:
        writer.add_scalar("loss", 1.0, 0)
    (tmp_path / "foreign").mkdir()
    (tmp_path / "foreign" / "notes.tfevents.txt").write_text("no event file " * 20)
    page = open_page(start_board(tmp_path))

    problem = page.locator('[data-run="foreign"] .run-problem')

    expect(problem).to_have_attribute("title", re.compile("notes.tfevents.txt"))
    with open(next((tmp_path / "good").iterdir()), "ab") as file:  # damage that comes while the page is open
        file.write(b"no record " * 9)
    expect(page.locator('[data-run="good"] .run-problem')).to_have_count(1)
    expect(page.locator(".card-value")).to_have_text("1.000")


def test_what_is_wrong_with_the_logdir_and_the_index_is_told_below_the_runs(
    start_board: StartBoard, open_page: OpenPage, tmp_path: Path
) -> None:
    with SummaryWriter(tmp_path / "good") as writer:
        writer.add_scalar("loss", 1.0, 0)
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    start_board(tmp_path)  # it writes the index
    page = open_page(start_board(tmp_path))

    remarks = page.locator(".remarks p").filter(has_not_text="portable scanner")

    expect(remarks).to_have_count(2)
    expect(remarks.first).to_contain_text("another board (process ")
    expect(remarks.last).to_have_text(f"Could not look into …/{tmp_path.name}/loop: Too many levels of symbolic links.")
    (tmp_path / "loop").unlink()
    expect(remarks).to_have_count(1)


def test_many_runs_keep_a_short_document_and_the_newest_are_selected(
    start_board: StartBoard, open_page: OpenPage, tmp_path: Path
) -> None:
    for number in range(500):
        with SummaryWriter(tmp_path / f"run_{number:03}") as writer:
            writer.add_scalar("loss", float(number), 0)
    page = open_page(start_board(tmp_path))

    expect(page.locator(".run-head")).to_contain_text("300 of 500 runs")

    assert page.locator("[data-run]").count() < 80


def test_tags_of_the_first_page_are_asked_for_once(open_page: OpenPage, iris_board: str) -> None:
    page = open_page(iris_board)
    expect(page.locator(".card canvas").first).to_be_visible()

    asked = page.evaluate(
        """() => performance.getEntriesByType("resource").map(({ name }) => new URL(name).pathname)"""
    )

    assert asked.count("/data/tags") == 1


def test_nothing_of_the_frame_lies_below_the_window(
    start_board: StartBoard, open_page: OpenPage, tmp_path: Path
) -> None:
    with SummaryWriter(tmp_path) as writer:
        writer.add_scalar("loss", 1.0, 0)
    page = open_page(start_board(tmp_path))
    expect(page.locator(".card-value")).to_have_text("1.000")

    assert page.evaluate("document.scrollingElement.scrollHeight - innerHeight") == 0
