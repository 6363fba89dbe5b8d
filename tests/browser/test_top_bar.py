"""The top bar: tabs by data and by room, logdirs, menus, and the same on a telephone."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from summaries import SummaryWriter

pytestmark = pytest.mark.browser
StartBoard = Callable[..., str]
OpenPage = Callable[..., Page]

WIDTHS = (320, 400, 560, 639, 640, 700, 768, 899, 1024, 1100, 1400, 2560)
# Parts of the bar that overlap their neighbour or stick out, and whether the page scrolls sideways.
MISPLACED = """() => {
  const parts = [...document.querySelectorAll(".top-bar > *, .tabs > *, .phone-bar > *")]
    .filter((part) => part.checkVisibility() && part.offsetWidth > 1 && !part.matches(".grow, .tabs"));
  const boxes = parts.map((part) => part.getBoundingClientRect());
  const meet = (a, b) => a.left < b.right - 0.5 && b.left < a.right - 0.5 && a.top < b.bottom && b.top < a.bottom;
  const overlapping = parts.filter((_, i) => boxes.some((box, j) => j > i && meet(box, boxes[i])));
  const outside = parts.filter((_, i) => boxes[i].left < 0 || boxes[i].right > innerWidth + 0.5);
  const scrolling = [...document.querySelectorAll("html, .page")].filter((one) => one.scrollWidth > one.clientWidth);
  return [...overlapping, ...outside, ...scrolling].map((part) => part.className || part.tagName);
}"""


@pytest.fixture(scope="module")
def two_logdirs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folders `a`, with two runs of scalars, and `b`, with one."""
    folder = tmp_path_factory.mktemp("logdirs")
    for run in ("a/one", "a/two", "b/three"):
        with SummaryWriter(folder / run) as writer:
            writer.add_scalar("loss", 1.0, 0)
    return folder


@pytest.fixture(scope="module")
def board(start_board: StartBoard, two_logdirs: Path) -> str:
    """Address of a board on them, and on a third that does not exist."""
    folders = ["--logdir", f"second={two_logdirs / 'b'}", "--logdir", str(two_logdirs / "absent")]
    return start_board(Path(f"first={two_logdirs / 'a'}"), *folders)


def test_pages_without_data_are_behind_one_button_with_the_reason(open_page: OpenPage, board: str) -> None:
    page = open_page(board)
    tabs = page.get_by_role("navigation", name="Pages").get_by_role("link")
    expect(tabs).to_have_text(["Scalars"])

    page.get_by_role("button", name="Other pages").click()
    histograms = page.get_by_role("menuitem", name="Histograms")
    expect(histograms).to_contain_text("no run logs histograms")
    expect(histograms).to_have_attribute("aria-disabled", "true")
    histograms.click(force=True)

    expect(page).to_have_url(re.compile("/scalars|/$"))
    expect(page.get_by_role("menu")).to_be_visible()


def test_tab_appears_with_the_first_value_of_its_kind(
    start_board: StartBoard, open_page: OpenPage, tmp_path: Path
) -> None:
    with SummaryWriter(tmp_path / "run") as writer:
        writer.add_scalar("loss", 1.0, 0)
        writer.flush()
        page = open_page(start_board(tmp_path))
        tabs = page.get_by_role("navigation", name="Pages").get_by_role("link")
        expect(tabs).to_have_text(["Scalars"])

        writer.add_histogram("weights", [1.0, 2.0], 0)
        writer.flush()

        expect(tabs).to_have_text(["Scalars", "Histograms"])


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_overlaps_or_sticks_out_at_any_width(open_page: OpenPage, iris_board: str, theme: str) -> None:
    page = open_page(iris_board, theme=theme)
    expect(page.locator(".card canvas").first).to_be_visible()

    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")

        assert page.evaluate(MISPLACED) == [], width


def test_tabs_that_do_not_fit_are_in_the_menu_and_the_current_one_stays(open_page: OpenPage, iris_board: str) -> None:
    page = open_page(f"{iris_board}/graph")
    tabs = page.get_by_role("navigation", name="Pages").get_by_role("link")
    expect(tabs).to_have_text(["Scalars", "Histograms", "Graph"])

    page.set_viewport_size({"width": 660, "height": 800})

    expect(page.locator(".tab.is-active")).to_have_text("Graph")
    expect(page.locator(".tab.is-active")).to_be_in_viewport(ratio=1)
    expect(tabs).not_to_have_text(["Scalars", "Histograms", "Graph"])
    page.get_by_role("button", name="Other pages").click()
    page.get_by_role("menuitem", name="Histograms").click()
    expect(page).to_have_url(re.compile("/histograms"))
    expect(page.locator(".tab.is-active")).to_have_text("Histograms")
    page.set_viewport_size({"width": 1400, "height": 800})
    expect(tabs).to_have_text(["Scalars", "Histograms", "Graph"])


def test_logdirs_are_listed_with_their_runs_and_what_is_absent(
    open_page: OpenPage, board: str, two_logdirs: Path
) -> None:
    page = open_page(board)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    expect(page.locator("[data-run]")).to_have_count(3)

    page.get_by_role("button", name=re.compile("and 2 more")).click()
    listed = page.get_by_role("dialog", name="Logdirs").get_by_role("listitem")
    expect(listed).to_have_count(3)
    expect(listed.nth(0)).to_contain_text("named first · 2 runs")
    expect(listed.nth(1)).to_contain_text("named second · 1 run")
    expect(listed.nth(2)).to_contain_text("does not exist yet")
    listed.nth(1).get_by_role("button").click()

    expect(listed.nth(1).get_by_role("button")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == str(two_logdirs / "b")
    page.get_by_role("button", name="Open Doctor").click()
    expect(page.get_by_role("dialog").last).to_contain_text("event file")


def test_menu_is_gone_through_by_the_keyboard(open_page: OpenPage, iris_board: str) -> None:
    page = open_page(iris_board, width=400)
    expect(page.locator(".card canvas").first).to_be_visible()
    opener = page.locator(".page-button")
    opener.focus()

    page.keyboard.press("Enter")
    expect(page.get_by_role("menuitemradio", name="Scalars")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("menuitemradio", name="Histograms")).to_be_focused()
    page.keyboard.press("End")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("menuitemradio", name="Scalars")).to_be_focused()
    page.keyboard.press("g")
    page.keyboard.press("Enter")

    expect(page).to_have_url(re.compile("/graph"))
    expect(opener).to_have_text("Graph")
    expect(opener).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_role("menu")).to_have_count(0)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_all_that_is_pressed_on_a_telephone_is_large_enough(open_page: OpenPage, iris_board: str, theme: str) -> None:
    page = open_page(iris_board, width=400, height=800, theme=theme)
    expect(page.locator(".card canvas").first).to_be_visible()
    small = """(root) => [...document.querySelectorAll(`${root} :is(a, button, input)`)]
      .filter((one) => one.checkVisibility() && !one.matches(".box, .field *, .skip"))
      .filter((one) => one.getBoundingClientRect().height < 35.9 || one.getBoundingClientRect().width < 35.9)
      .map((one) => one.className || one.outerHTML)"""

    assert page.evaluate(small, ".top") == []
    page.locator(".runs-button").click()
    assert page.evaluate(small, ".runs-slot") == []
    page.keyboard.press("Escape")
    page.locator(".chart-settings").click()
    assert page.evaluate(small, ".toolbar") == []
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Settings", exact=True).click()
    assert page.evaluate(small, ".settings") == []


def test_runs_and_chart_settings_are_drawers_on_a_telephone(open_page: OpenPage, iris_board: str) -> None:
    page = open_page(iris_board, width=400, height=800)
    runs, toolbar = page.locator(".runs-slot"), page.locator(".page .toolbar")
    expect(page.locator(".runs-button")).to_contain_text("1 of 1 run")
    expect(runs).to_be_hidden()
    expect(toolbar).to_be_hidden()

    page.locator(".runs-button").click()
    expect(page.get_by_role("checkbox", name="Select iris")).to_be_visible()
    page.get_by_role("checkbox", name="Select iris").click()
    expect(page.locator(".runs-button")).to_contain_text("0 of 1 run")
    page.mouse.click(200, 20)  # on the page menu, which a drawer covers as everything
    expect(runs).to_be_hidden()
    expect(page.get_by_role("menu")).to_have_count(0)
    page.locator(".chart-settings").click()
    page.get_by_label("Filter tags by regex").fill("loss")
    page.get_by_role("button", name="Close").click()
    expect(toolbar).to_be_hidden()
    expect(page.locator(".chart-settings")).to_be_focused()

    page.set_viewport_size({"width": 1000, "height": 800})
    expect(runs).to_be_visible()
    expect(page.get_by_label("Filter tags by regex")).to_have_value("loss")


def test_telephone_cuts_no_page_name(open_page: OpenPage, iris_board: str) -> None:
    page = open_page(f"{iris_board}/histograms", width=400, height=800)
    expect(page.locator(".card canvas").first).to_be_visible()
    name = page.locator(".page-button > span:not(.icon)")

    expect(name).to_have_text("Histograms")
    assert name.evaluate("(one) => one.scrollWidth <= one.clientWidth")
