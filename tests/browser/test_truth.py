"""What is on screen stays true while servers restart, runs change and views move."""

from __future__ import annotations

import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from summaries import SummaryWriter
from tests.browser.saved import menu_of, save, ticks_of, words_of

pytestmark = pytest.mark.browser
StartBoard = Callable[[Path], str]
OpenPage = Callable[..., Page]
LOST_SERVER = r"WebSocket|net::ERR_|Failed to fetch"


def write(folder: Path, values: list[float], tag: str = "loss") -> None:
    with SummaryWriter(folder) as writer:
        for step, value in enumerate(values):
            writer.add_scalar(tag, value, step)


def card(page: Page, tag: str) -> Locator:
    return page.locator(f'.card[data-tag="{tag}"]')


def colored_columns(page: Page, tag: str, run: str) -> set[int]:
    """Columns of a card's plot, from its left edge, in which a pixel has exactly the run's colour."""
    swatch = page.locator(f'[data-run="{run}"] .swatch')
    color = swatch.evaluate("element => getComputedStyle(element).backgroundColor.match(/\\d+/g).map(Number)")
    columns = card(page, tag).evaluate(
        """(card, [r, g, b]) => {
          const canvas = card.querySelector(".u-wrap > canvas");
          const over = card.querySelector(".u-over");
          const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
          const found = new Set();
          for (let i = 0; i < data.length; i += 4) {
            const isRun = data[i] === r && data[i + 1] === g && data[i + 2] === b;
            if (isRun) found.add((i / 4) % canvas.width - over.offsetLeft);
          }
          return [...found];
        }""",
        color,
    )
    return set(columns)


@contextmanager
def board_on(logdir: Path, port: int) -> Iterator[str]:
    """A board on a port of our choice, ended at the end."""
    command = [sys.executable, "-m", "dashboard.cli", "--logdir", str(logdir), "--port", str(port)]
    board = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        yield re.search(r"board is ready at (\S+)", board.stdout.readline())[1]
    finally:
        board.send_signal(signal.SIGINT)
        board.wait(timeout=30)
        board.stdout.close()


@pytest.fixture
def port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def test_other_logdir_on_the_same_port_shows_its_own_values(open_page: OpenPage, tmp_path: Path, port: int) -> None:
    write(tmp_path / "one" / "run", [1.0])
    write(tmp_path / "two" / "run", [2.0])
    with board_on(tmp_path / "one", port) as address:
        page = open_page(address, allow_console=LOST_SERVER)
        expect(page.locator(".card-value")).to_have_text("1.000")

    with board_on(tmp_path / "two", port):
        expect(page.locator(".card-value")).to_have_text("2.000")


def test_points_and_tags_written_while_the_server_was_down_appear(
    open_page: OpenPage, tmp_path: Path, port: int
) -> None:
    write(tmp_path / "run", [1.0, 0.5])
    with board_on(tmp_path, port) as address:
        page = open_page(address, allow_console=LOST_SERVER)
        expect(page.locator(".card-value")).to_have_text("0.5000")
    write(tmp_path / "run" / "more", [0.25], tag="other")

    with board_on(tmp_path, port):
        expect(card(page, "other").locator(".card-value")).to_have_text("0.2500")
        expect(card(page, "loss").locator(".card-value")).to_have_text("0.5000")


def test_rewritten_run_loses_the_curve_that_it_lost(
    start_board: StartBoard, open_page: OpenPage, tmp_path: Path
) -> None:
    write(tmp_path / "stays", [1.0])
    write(tmp_path / "changes", [2.0])
    page = open_page(start_board(tmp_path))
    expect(card(page, "loss").locator(".card-value")).to_have_text(["1.000", "2.000"])

    shutil.rmtree(tmp_path / "changes")
    write(tmp_path / "changes", [3.0], tag="other")

    expect(card(page, "other").locator(".card-value")).to_have_text("3.000")
    expect(card(page, "loss").locator(".card-value")).to_have_text("1.000")


def test_toolbar_reaches_cards_out_of_sight(start_board: StartBoard, open_page: OpenPage, tmp_path: Path) -> None:
    with SummaryWriter(tmp_path / "run") as writer:
        for tag in range(24):
            for step, value in enumerate((1.0, 10.0, 100.0)):
                writer.add_scalar(f"metric_{tag:02}", value, step)
    page = open_page(start_board(tmp_path))
    last = card(page, "metric_23")
    last.scroll_into_view_if_needed()
    expect(last.locator(".card-foot")).to_have_text("all 3 points")
    card(page, "metric_00").scroll_into_view_if_needed()

    page.get_by_text("Log y").click()
    last.scroll_into_view_if_needed()

    # On a log axis the middle value stands half-way up; on a linear one near the floor.
    height = last.locator(".u-over").bounding_box()["height"]
    rows = last.evaluate(
        """(card) => {
          const canvas = card.querySelector(".u-wrap > canvas");
          const over = card.querySelector(".u-over");
          const x = over.offsetLeft + Math.round(over.offsetWidth / 2);
          const { data } = canvas.getContext("2d").getImageData(x, over.offsetTop, 1, over.offsetHeight);
          const rows = [];
          for (let y = 0; y < over.offsetHeight; y += 1) {
            const [red, green, blue] = data.slice(4 * y, 4 * y + 3);
            if (Math.max(red, green, blue) - Math.min(red, green, blue) > 60) rows.push(y); // no grey: a line
          }
          return rows;
        }"""
    )
    assert rows
    assert all(abs(row - height / 2) < 6 for row in rows)


def test_line_is_broken_where_values_are_missing(start_board: StartBoard, open_page: OpenPage, tmp_path: Path) -> None:
    nan = float("nan")
    write(tmp_path / "run", [1.0] * 40 + [nan] * 20 + [1.0] * 40)
    page = open_page(start_board(tmp_path))
    expect(card(page, "loss").locator(".is-bad")).to_have_text("20 NaN")
    width = card(page, "loss").locator(".u-over").bounding_box()["width"]

    columns = colored_columns(page, "loss", "run")

    line = {column for column in columns if 0.42 * width < column < 0.58 * width}
    assert len({column for column in columns if column < 0.38 * width}) > 0.3 * width
    assert len(line) < 0.16 * width * 0.75  # the crosses of the NaN points, no line between them


def test_diverged_run_says_nan_and_is_never_best(start_board: StartBoard, open_page: OpenPage, tmp_path: Path) -> None:
    write(tmp_path / "good", [1.0, 0.9])
    write(tmp_path / "bad", [1.0, 0.1, float("nan")])
    page = open_page(start_board(tmp_path))

    expect(card(page, "loss").locator(".card-value")).to_have_text(["0.9000", "NaN"])


@pytest.mark.parametrize(
    ("values", "options", "said"),
    [
        ([[float("nan")] * 2, [float("nan")]], "", ["No finite value", "3 NaN, the first at step 0"]),
        ([[float("nan")], [float("inf")]], "", ["No finite value", "1 NaN, 1 +Inf at step 0"]),
        ([[0.0, -1.0]], "&y=log", ["No value above 0", "A log axis draws positive values only."]),
    ],
)
def test_axis_of_values_that_have_no_place_on_it_has_no_ticks_but_says_why(
    start_board: StartBoard,
    open_page: OpenPage,
    tmp_path: Path,
    values: list[list[float]],
    options: str,
    said: list[str],
) -> None:
    for i, points in enumerate(values):
        write(tmp_path / str(i), points)
    page = open_page(f"{start_board(tmp_path)}/scalars?v=3{options}")

    expect(card(page, "loss").locator(".plot-bare > *")).to_have_text(said)
    path = save(page, menu_of(page, "loss"), "Save as SVG", tmp_path)
    assert "".join(said) in words_of(path)
    assert ticks_of(path, "y") == []


def test_words_of_a_plot_without_a_finite_value_go_when_one_comes(
    start_board: StartBoard, open_page: OpenPage, tmp_path: Path
) -> None:
    with SummaryWriter(tmp_path / "run") as writer:
        writer.add_scalar("loss", float("nan"), 0)
        writer.flush()
        page = open_page(start_board(tmp_path))
        expect(card(page, "loss").locator(".plot-bare")).to_be_visible()

        writer.add_scalar("loss", 1.0, 1)
        writer.flush()

        expect(card(page, "loss").locator(".card-value")).to_have_text("1.000")
        expect(card(page, "loss").locator(".plot-bare")).to_have_count(0)


def test_pointer_finds_the_attempt_that_counts(start_board: StartBoard, open_page: OpenPage, tmp_path: Path) -> None:
    for level in (1.0, 2.0):
        write(tmp_path / "run", [level] * 11)
    page = open_page(start_board(tmp_path))
    expect(card(page, "loss").locator(".card-foot")).to_have_text("all 22 points")
    box = card(page, "loss").locator(".u-over").bounding_box()

    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] - 5)

    expect(page.locator(".plot-tip .is-lit td")).to_have_text(["run", "2.000", "5", re.compile(" s$")])


def test_going_back_restores_the_selection(start_board: StartBoard, open_page: OpenPage, tmp_path: Path) -> None:
    for name in ("exp/a", "exp/b"):
        write(tmp_path / name, [1.0])
        with SummaryWriter(tmp_path / name) as writer:
            writer.add_histogram("weights", [1.0, 2.0], 0)
    page = open_page(f"{start_board(tmp_path)}/scalars")
    box = page.get_by_role("checkbox", name="Select exp/a")
    expect(box).to_have_attribute("aria-checked", "true")
    page.get_by_role("link", name="Histograms").click()
    box.click()
    expect(box).to_have_attribute("aria-checked", "false")

    page.go_back()

    expect(box).to_have_attribute("aria-checked", "true")


def test_hundreds_of_runs_are_selected_at_once(start_board: StartBoard, open_page: OpenPage, tmp_path: Path) -> None:
    for number in range(400):
        write(tmp_path / f"run_{number:03}", [float(number)])
    page = open_page(start_board(tmp_path))
    head = page.locator(".run-head")
    expect(head).to_contain_text("300 of 400 runs")

    head.get_by_role("checkbox").click()
    expect(head).to_contain_text("400 of 400 runs")
    head.get_by_role("checkbox").click()
    expect(head).to_contain_text("0 of 400 runs")
    expect(page.get_by_text("No run is selected")).to_be_visible()
    page.get_by_label("Filter runs").fill("run_39")
    expect(page.locator("[data-run]")).to_have_count(10)
    head.get_by_role("checkbox").click()

    expect(card(page, "loss").locator(".card-value")).to_have_text(["390.0", "391.0", "392.0"])
    expect(page).to_have_url(re.compile("^.{1,999}$"))


def test_keys_walk_the_list_and_the_plot(start_board: StartBoard, open_page: OpenPage, tmp_path: Path) -> None:
    write(tmp_path / "exp" / "a", [1.0, 2.0, 3.0])
    write(tmp_path / "exp" / "b", [4.0, 5.0, 6.0])
    page = open_page(start_board(tmp_path))
    expect(card(page, "loss").locator(".card-foot")).to_have_text("all 6 points")

    page.get_by_role("treegrid", name="Runs").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    expect(page.get_by_role("checkbox", name="Select exp/a")).to_have_attribute("aria-checked", "false")
    card(page, "loss").locator(".card-plot").focus()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")

    expect(page.locator(".plot-tip .is-lit td")).to_have_text(
        ["b", "5.000", "1", re.compile(" s$"), re.compile("^[0-9:.]+$")]
    )
    page.keyboard.press("Escape")
    expect(page.locator(".plot-tip")).to_be_hidden()


def test_single_points_at_the_sides_of_a_plot_are_whole(
    open_page: OpenPage, start_board: Callable[..., str], tmp_path: Path
) -> None:
    for number in (0, 1):
        with SummaryWriter(tmp_path / f"run-{number}") as writer:
            writer.add_scalar("loss", 1.0 + number, 10 * number)
    page = open_page(f"{start_board(tmp_path, '--index', 'off')}/scalars")
    expect(page.locator(".card-value")).to_have_count(2)

    page.wait_for_function(
        """() => {
          const canvas = document.querySelector(".card canvas");
          const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
          const counts = [[52, 99, 234], [221, 110, 79]].map((color) => {
            let count = 0;
            for (let i = 0; i < data.length; i += 4) {
              if (data[i + 3] > 120 && color.every((part, j) => Math.abs(data[i + j] - part) < 12)) count += 1;
            }
            return count / devicePixelRatio ** 2;
          });
          return counts.every((count) => count >= 16);
        }""",
        timeout=5_000,
    )
