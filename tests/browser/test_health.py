"""The health panel on files that are damaged, against what `board inspect` prints of them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from summaries import SummaryWriter

pytestmark = pytest.mark.browser
StartBoard = Callable[..., str]
OpenPage = Callable[..., Page]


@pytest.fixture
def logdir(tmp_path: Path) -> Path:
    """A sound and a damaged run, a file that is foreign, one that is empty, and a named pipe."""
    for name in ("good", "spoiled"):
        with SummaryWriter(tmp_path / name) as writer:
            for step in range(50):
                writer.add_scalar("loss", 1.0 / (step + 1), step)
    (file,) = (tmp_path / "spoiled").iterdir()
    data = bytearray(file.read_bytes())
    data[400] ^= 0xFF
    file.write_bytes(data)
    for name, text in (("foreign", "no event file " * 20), ("empty", "")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "events.out.tfevents.1").write_text(text)
    os.mkfifo(tmp_path / "pipe.tfevents")
    return tmp_path


def open_health(page: Page) -> None:
    page.locator('[data-run="foreign"] .run-problem').click()
    page.get_by_role("dialog", name="Health").get_by_role("button", name="Only run foreign").click()


def test_every_file_has_its_sentence_and_problems_come_first(
    start_board: StartBoard, open_page: OpenPage, logdir: Path
) -> None:
    page = open_page(start_board(logdir, "--index", "off"))
    open_health(page)
    panel = page.get_by_role("dialog", name="Health")

    expect(panel.locator(".health-summary")).to_have_text("4 runs · 4 files · 3 with problems")
    expect(panel.locator(".health-name strong")).to_have_text(["empty", "foreign", "spoiled", "good"])
    said = panel.locator(".health-said")
    expect(said.nth(0)).to_have_text("The file is empty.")
    expect(said.nth(2)).to_contain_text(re.compile(r"Damaged · The checksum of a record.* is wrong at byte 4?\d\d"))
    expect(said.nth(3)).to_have_text("50 scalars")

    panel.get_by_role("switch", name="Only problems").check()
    expect(panel.get_by_role("listitem")).to_have_count(3)
    panel.get_by_label("Find a run or file").fill("spoil")
    expect(panel.locator(".health-name strong")).to_have_text(["spoiled"])
    panel.get_by_label("Find a run or file").fill("nothing")
    expect(panel.get_by_text("No run or file matches nothing.")).to_be_visible()


def test_copied_text_is_that_of_board_inspect(start_board: StartBoard, open_page: OpenPage, logdir: Path) -> None:
    page = open_page(start_board(logdir, "--index", "off"))
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    open_health(page)
    panel = page.get_by_role("dialog", name="Health")
    command = [sys.executable, "-m", "dashboard.cli", "inspect", str(logdir), "--index", "off"]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout

    panel.get_by_role("button", name="Copy details").click()
    expect(panel.get_by_role("button", name="Copied")).to_be_visible()

    copied = page.evaluate("navigator.clipboard.readText()")
    findings = printed[printed.index("Findings in") :].replace(str(logdir), f"…/{logdir.name}")
    assert copied[copied.index("Findings in") :] == findings


def test_file_opens_to_all_that_is_known_of_it(start_board: StartBoard, open_page: OpenPage, logdir: Path) -> None:
    page = open_page(start_board(logdir, "--index", "off"), width=400, height=800)
    page.evaluate("import('/static/js/health_panel.js').then((module) => module.openHealth('spoiled'))")
    panel = page.get_by_role("dialog", name="Health")

    expect(panel.locator(".health-run")).to_contain_text("scalars.")
    panel.locator(".health-row-head").click()

    expect(panel.locator(".health-details dd").first).to_contain_text(f"…/{logdir.name}/spoiled/events.out.tfevents.")
    expect(panel.locator(".health-details dd").nth(1)).to_have_text("Damaged")
    box = panel.bounding_box()
    assert (box["x"], box["width"]) == (0, 400)
    assert abs(box["y"] + box["height"] - 800) < 1
    page.keyboard.press("Escape")
    expect(panel).to_have_count(0)


def test_what_was_passed_over_and_why_a_chart_is_empty_is_told(
    start_board: StartBoard, open_page: OpenPage, logdir: Path
) -> None:
    page = open_page(start_board(logdir, "--index", "off"))
    open_health(page)
    panel = page.get_by_role("dialog", name="Health")

    panel.get_by_text("Passed over 1 file").click()
    expect(panel.get_by_text("It is a named pipe, not a file.")).to_be_visible()
    panel.get_by_text("Why is a chart empty?").click()
    expect(panel.get_by_text("Run `good` holds no histograms: it logged 50 scalars.")).to_be_visible()


def test_panel_follows_files_that_break_while_it_is_open(
    start_board: StartBoard, open_page: OpenPage, logdir: Path
) -> None:
    page = open_page(start_board(logdir, "--index", "off"))
    open_health(page)
    panel = page.get_by_role("dialog", name="Health")
    expect(panel.locator(".health-summary")).to_contain_text("3 with problems")

    with open(next((logdir / "good").iterdir()), "ab") as file:
        file.write(b"no record " * 9)

    expect(panel.locator(".health-summary")).to_contain_text("4 with problems")


def test_ten_thousand_files_keep_a_short_document(start_board: StartBoard, open_page: OpenPage, tmp_path: Path) -> None:
    for number in range(10_000):
        (tmp_path / f"run_{number % 50}").mkdir(exist_ok=True)
        (tmp_path / f"run_{number % 50}" / f"{number:05}.tfevents").touch()
    page = open_page(start_board(tmp_path, "--index", "off"))
    page.evaluate("import('/static/js/health_panel.js').then((module) => module.openHealth())")
    panel = page.get_by_role("dialog", name="Health")
    expect(panel.locator(".health-summary")).to_contain_text("50 runs · 10,000 files · 10,000 with problems")

    panel.locator(".health-files").evaluate("(list) => list.scrollTo(0, list.scrollHeight)")

    expect(panel.locator(".health-file").last).to_have_text("09959.tfevents")
    assert panel.get_by_role("listitem").count() < 40
