"""What fails becomes a card of its own, and the rest of the page lives."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from dashboard.page_scripts import SCRIPT
from summaries import SummaryWriter

pytestmark = pytest.mark.browser
OpenPage = Callable[..., Page]
CONSOLE = "."  # the browser itself reports what fails here

BROKEN_PAGE = """
import os, sys
import dashboard.pages as pages
from dashboard.pages.page import Page

def layout(settings):
    if os.path.exists(sys.argv[2] + "/mended"):
        return pages.PAGES[0].layout(settings)
    raise ValueError("/secret/place is no page")

pages.PAGES = (*pages.PAGES, Page("broken", "Broken", "chart-line", ("scalars",), {}, layout))
from dashboard.cli import main
sys.exit(main())
"""


def write_logs(logdir: Path) -> Path:
    with SummaryWriter(logdir / "run") as writer:
        for step in range(20):
            writer.add_scalar("loss", 1.0 / (step + 1), step)
            writer.add_histogram("weights", [1.0, float(step)], step)
    return logdir


@pytest.fixture
def logdir(tmp_path: Path) -> Path:
    return write_logs(tmp_path)


@pytest.fixture(scope="module")
def board(start_board: Callable[..., str], tmp_path_factory: pytest.TempPathFactory) -> str:
    return start_board(write_logs(tmp_path_factory.mktemp("logs")))


@pytest.fixture
def broken_board(logdir: Path) -> Iterator[str]:
    """A board with a page more, whose layout fails until there is a file `mended` in the logdir."""
    command = [sys.executable, "-c", BROKEN_PAGE, "--logdir", str(logdir), "--port", "0", "--index", "off"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as board:
        yield re.search(r"board is ready at (\S+)/", board.stdout.readline())[1]
        board.send_signal(signal.SIGINT)
        assert "is no page" in board.communicate(timeout=20)[1]  # the terminal tells what the page does not


def spoil_module(page: Page, module: str) -> None:
    """Has a module of the page throw when it runs, until there is a ``window.isMended``."""

    def spoil(route: Route) -> None:
        answer, head = route.fetch(), f'"static/js/{module}"() {{'
        assert head in answer.text()
        wreck = f'{head} if (!window.isMended) throw new Error("{module} is broken");'
        route.fulfill(response=answer, body=answer.text().replace(head, wreck))

    page.route(re.compile(f"/{SCRIPT}$"), spoil)


def mend(page: Page) -> None:
    page.evaluate("window.isMended = true")


def test_page_whose_module_fails_is_a_card_and_comes_back(open_page: OpenPage, iris_board: str) -> None:
    page = open_page(f"{iris_board}/static/mark.svg", allow_console=CONSOLE)
    spoil_module(page, "graph_view.js")
    page.goto(iris_board)
    expect(page.locator(".card-value").first).to_be_visible()

    page.locator(".tab", has_text="Graph").click()
    shown = page.get_by_role("alert").filter(has_text="This page could not be drawn")
    expect(shown).to_contain_text("The other pages work, and your event files are not affected.")
    expect(shown.locator(".evidence")).to_contain_text("graph_view.js is broken")
    expect(page.locator("[data-run]")).to_have_count(1)
    page.locator(".tab", has_text="Scalars").click()
    expect(page.locator(".card-value").first).to_be_visible()

    page.locator(".tab", has_text="Graph").click()
    expect(shown).to_be_visible()
    mend(page)
    shown.get_by_role("button", name="Try again").click()
    expect(page.locator(".graph-work svg").first).to_be_visible()
    expect(shown).to_have_count(0)


@pytest.mark.parametrize(
    ("module", "title"),
    [
        ("card_grid.js", "This page could not be drawn"),
        ("runs/panel.js", "The list of runs could not be drawn"),
        ("top_bar.js", "The top bar could not be drawn"),
    ],
)
def test_each_part_fails_by_itself(open_page: OpenPage, board: str, module: str, title: str) -> None:
    page = open_page(f"{board}/static/mark.svg", allow_console=CONSOLE)
    spoil_module(page, module)

    page.goto(board)

    shown = page.get_by_role("alert").filter(has_text=title)
    expect(shown).to_be_visible()
    for selector, part in ((".card-value", "card_grid.js"), ("[data-run]", "runs/panel.js"), (".tab", "top_bar.js")):
        if part != module:
            expect(page.locator(selector).first).to_be_visible()
    mend(page)
    shown.get_by_role("button", name="Try again").click()
    expect(shown).to_have_count(0)
    expect(page.locator(".card-value")).to_be_visible()


def test_page_without_its_script_says_so(open_page: OpenPage, board: str) -> None:
    page = open_page(f"{board}/static/mark.svg", allow_console=CONSOLE)
    page.route(re.compile(f"/{SCRIPT}$"), lambda route: route.abort())

    page.goto(board)

    expect(page.get_by_role("alert")).to_have_text("The page could not be loaded. Load it again.")


def test_answer_that_cannot_be_drawn_costs_its_page_only(open_page: OpenPage, iris_board: str) -> None:
    page = open_page(f"{iris_board}/", allow_console=CONSOLE)
    expect(page.locator(".card-value").first).to_be_visible()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])

    def spoil(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, json=answer.json() | {"boxes": [None]})

    page.route(re.compile(r"/data/graph\?"), spoil)
    page.locator(".tab", has_text="Graph").click()
    shown = page.get_by_role("alert").filter(has_text="This page could not be drawn")
    expect(shown.locator(".evidence")).to_contain_text("null")
    shown.get_by_role("button", name="Copy details").click()
    expect(shown.get_by_role("button", name="Copied")).to_be_visible()
    assert "GraphView" in page.evaluate("navigator.clipboard.readText()")

    page.unroute(re.compile(r"/data/graph\?"))
    shown.get_by_role("button", name="Try again").click()
    expect(page.locator(".graph-work svg").first).to_be_visible()
    expect(shown).to_have_count(0)


def test_panel_that_cannot_be_drawn_can_be_closed_and_opened_again(open_page: OpenPage, board: str) -> None:
    page = open_page(f"{board}/", allow_console=CONSOLE)
    expect(page.locator(".card-value")).to_be_visible()
    spoiled = re.compile(r"/data/health\?")
    page.route(spoiled, lambda route: route.fulfill(json={"files": []}))

    open_doctor(page)
    shown = page.get_by_role("dialog", name="Health").get_by_role("alert")
    expect(shown).to_contain_text("This panel could not be drawn")
    page.keyboard.press("Escape")
    expect(shown).to_have_count(0)
    page.unroute(spoiled)
    open_doctor(page)

    expect(page.get_by_role("dialog", name="Health")).to_contain_text("1 run · 1 file · no problems")


def open_doctor(page: Page) -> None:
    page.get_by_role("button", name="Settings").click()
    page.get_by_role("button", name="Doctor").click()


def test_page_that_the_server_cannot_make_is_a_card_without_its_secrets(
    open_page: OpenPage, broken_board: str, logdir: Path
) -> None:
    page = open_page(f"{broken_board}/broken", allow_console=CONSOLE)
    shown = page.get_by_role("alert").filter(has_text="This page could not be drawn")
    expect(shown.locator(".evidence")).to_have_text("ValueError on the server. What it printed says more.")
    assert "/secret/place" not in page.content()
    page.locator(".tab", has_text="Scalars").click()
    expect(page.locator(".card-value")).to_be_visible()
    page.locator(".tab", has_text="Broken").click()
    expect(shown).to_be_visible()

    (logdir / "mended").touch()
    shown.get_by_role("button", name="Try again").click()

    expect(page.locator(".card-value")).to_be_visible()


def test_callback_without_an_answer_is_told(open_page: OpenPage, board: str) -> None:
    page = open_page(f"{board}/", allow_console=CONSOLE)
    expect(page.locator(".card-value")).to_be_visible()

    page.route(re.compile("/_dash-update-component"), lambda route: route.abort())
    page.locator(".tab", has_text="Histograms").click()

    said = page.get_by_role("status", name="Notifications")
    expect(said.locator(".notification-text")).to_have_text("The page could not be changed.")
    expect(said.locator(".notification-detail")).to_have_text("The server did not answer.")
    page.unroute(re.compile("/_dash-update-component"))
    said.get_by_role("button", name="Load again").click()
    expect(page.locator(".card[data-tag=weights]")).to_be_visible()
