"""The view in the URL: each key by what it shows, Back and Forward, undo and redo, and Share."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect

from summaries import SummaryWriter
from tests.browser.proxy import serve_proxy

pytestmark = pytest.mark.browser
StartBoard = Callable[..., str]
OpenPage = Callable[..., Page]

GROUPS = [f"z_{letter}" for letter in "abcdefghijklmn"]


@pytest.fixture(scope="module")
def logdir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Runs `exp/low` and `exp/high` with curves, histograms, and as many groups of tags that some are closed."""
    logdir = tmp_path_factory.mktemp("view")
    for name, level in (("low", 1.0), ("high", 3.0)):
        with SummaryWriter(logdir / "exp" / name) as writer:
            for step in range(100):
                writer.add_scalar("train/loss", level + step / 1000, step, walltime=1e9 + level + 60 * step)
            writer.add_scalar("eval/score", level, 100, walltime=1e9 + 6000)
            for group in GROUPS:
                writer.add_scalar(f"{group}/x", level, 0, walltime=1e9)
            writer.add_histogram("weights", [level, level + 1], 0, walltime=1e9 + level)
    return logdir


@pytest.fixture(scope="module")
def board(start_board: StartBoard, logdir: Path) -> str:
    return start_board(logdir)


def card(page: Page, tag: str) -> Locator:
    return page.locator(f'.card[data-tag="{tag}"]')


def group(page: Page, name: str) -> Locator:
    return page.locator(".group-head button").filter(has=page.locator(".group-name", has_text=re.compile(f"^{name}$")))


def values(page: Page, tag: str = "train/loss") -> Locator:
    return card(page, tag).locator(".card-value")


def slider(page: Page) -> Locator:
    return page.get_by_role("slider", name="Weight of the moving average")


def drag(page: Page, tag: str, first: float, last: float) -> None:
    """Zooms to what lies between two shares of a plot's width."""
    box = card(page, tag).locator(".u-over").bounding_box()
    page.mouse.move(box["x"] + first * box["width"], box["y"] + 40)
    page.mouse.down()
    page.mouse.move(box["x"] + last * box["width"], box["y"] + 50, steps=4)
    page.mouse.up()


def is_zoomed(page: Page) -> None:
    expect(page.get_by_role("button", name="Reset zoom")).to_be_visible()
    expect(card(page, "train/loss").locator(".card-foot")).not_to_have_text("all 200 points")


KEYS: dict[str, tuple[str, Callable[[Page], None]]] = {
    "only": ("scalars?v=3&only=exp/low", lambda page: expect(values(page)).to_have_text(["1.099"])),
    "none": ("scalars?v=3&only=", lambda page: expect(page.get_by_text("No run is selected")).to_be_visible()),
    "except": ("scalars?v=3&except=exp/low", lambda page: expect(values(page)).to_have_text(["3.099"])),
    "version 1": ("scalars?v=1&runs=none&with=exp%2Fhigh", lambda page: expect(values(page)).to_have_text(["3.099"])),
    "runs": ("scalars?v=3&runs=high$", lambda page: expect(page.locator("[data-run]")).to_have_count(1)),
    "range": ("scalars?v=3&range=step:10..20", is_zoomed),
    "filter": ("scalars?v=3&filter=^eval/", lambda page: expect(page.locator(".card[data-tag]")).to_have_count(1)),
    "x": ("scalars?v=3&x=wall", lambda page: expect(page.get_by_role("radio", name="Wall")).to_be_checked()),
    "y": (
        "scalars?v=3&y=log",
        lambda page: expect(page.get_by_role("button", name="log y")).to_have_attribute("aria-pressed", "true"),
    ),
    "smoothing": ("scalars?v=3&smoothing=0.6", lambda page: expect(page.get_by_label("Smooth")).to_have_value("0.6")),
    "closed": (
        "scalars?v=3&closed=train",
        lambda page: expect(group(page, "train")).to_have_attribute("aria-expanded", "false"),
    ),
    "open": (
        "scalars?v=3&open=z_n",
        lambda page: expect(group(page, "z_n")).to_have_attribute("aria-expanded", "true"),
    ),
    "card": (
        "scalars?v=3&card=train/loss",
        lambda page: expect(card(page, "train/loss")).to_have_class("card is-expanded"),
    ),
    "run of the histograms": (
        "histograms?v=3&run=exp/low",
        lambda page: expect(card(page, "weights").locator("select")).to_have_value("exp/low"),
    ),
}


@pytest.mark.parametrize("key", KEYS)
def test_pasted_link_and_its_reload_show_the_view(open_page: OpenPage, board: str, key: str) -> None:
    link, look = KEYS[key]
    page = open_page(f"{board}/{link}")
    look(page)

    page.reload()

    look(page)


def test_controls_write_the_link_that_shows_the_same(open_page: OpenPage, board: str) -> None:
    page = open_page(f"{board}/scalars")
    expect(values(page)).to_have_text(["1.099", "3.099"])
    length = page.evaluate("history.length")

    page.get_by_role("radio", name="Relative").click()
    page.keyboard.press("y")
    page.keyboard.press("s")
    page.keyboard.type("0.25")
    page.keyboard.press("Enter")
    page.keyboard.press("/")
    page.keyboard.type("tr")
    page.keyboard.press("Escape")
    page.get_by_role("checkbox", name="Select exp/high").click()
    card(page, "train/loss").hover()
    page.get_by_role("button", name="Expand train/loss").click()

    query = "?v=3&except=exp/high&filter=tr&card=train/loss&x=relative&y=log&smoothing=0.25"
    expect(page).to_have_url(f"{board}/scalars{query}")
    assert page.evaluate("history.length") == length
    other = open_page(page.url)
    expect(values(other)).to_have_text(["1.099"])
    expect(slider(other)).to_have_value(slider(page).input_value())
    expect(card(other, "train/loss")).to_have_class("card is-expanded")


def test_pages_are_the_entries_of_the_history_and_each_is_found_as_it_was_left(open_page: OpenPage, board: str) -> None:
    page = open_page(f"{board}/scalars")
    box = page.get_by_role("checkbox", name="Select exp/low")
    expect(values(page)).to_have_text(["1.099", "3.099"])
    length = page.evaluate("history.length")
    page.get_by_label("Filter tags by regex").fill("loss")
    page.get_by_role("link", name="Histograms").click()
    expect(page).to_have_url(f"{board}/histograms")
    expect(card(page, "weights")).to_be_visible()  # the page before is in sight until its server answered
    box.click()
    page.get_by_label("Filter tags by regex").fill("weights")
    expect(page).to_have_url(f"{board}/histograms?v=3&except=exp/low&filter=weights")
    expect(card(page, "weights").locator(".card-foot")).to_contain_text("1 histogram")
    assert page.evaluate("history.length") == length + 1

    page.go_back()
    expect(page).to_have_url(f"{board}/scalars?v=3&filter=loss")
    expect(box).to_be_checked()
    expect(page.get_by_label("Filter tags by regex")).to_have_value("loss")
    page.go_forward()
    expect(page).to_have_url(f"{board}/histograms?v=3&except=exp/low&filter=weights")
    expect(box).not_to_be_checked()
    expect(page.get_by_label("Filter tags by regex")).to_have_value("weights")
    expect(card(page, "weights").locator(".card-foot")).to_contain_text("1 histogram")

    page.reload()
    page.get_by_role("link", name="Scalars").click()
    expect(page.get_by_label("Filter tags by regex")).to_have_value("loss")


def test_two_tabs_keep_their_own_views(open_page: OpenPage, board: str) -> None:
    first = open_page(f"{board}/scalars")
    expect(values(first)).to_have_text(["1.099", "3.099"])
    second = first.context.new_page()
    second.goto(f"{board}/scalars")
    second.get_by_label("Filter tags by regex").fill("loss")
    second.get_by_role("checkbox", name="Select exp/low").click()
    expect(second).to_have_url(f"{board}/scalars?v=3&except=exp/low&filter=loss")

    first.reload()

    expect(values(first)).to_have_text(["1.099", "3.099"])
    assert first.url == f"{board}/scalars"


def test_undo_takes_back_each_gesture_and_redo_brings_it_again(open_page: OpenPage, board: str) -> None:
    page = open_page(f"{board}/scalars")
    expect(card(page, "train/loss").locator(".card-foot")).to_have_text("all 200 points")
    handle = slider(page).bounding_box()

    page.mouse.move(handle["x"] + 7, handle["y"] + handle["height"] / 2)
    page.mouse.down()
    page.mouse.move(handle["x"] + 60, handle["y"] + handle["height"] / 2, steps=8)
    page.mouse.up()
    weight = page.get_by_label("Smooth", exact=True).input_value()
    assert float(weight) > 0.9
    page.locator(".run-head").get_by_role("checkbox").click()
    expect(page.get_by_text("No run is selected")).to_be_visible()
    page.keyboard.press("Control+z")
    expect(values(page)).to_have_text(["1.099", "3.099"])
    drag(page, "train/loss", 0.2, 0.4)
    is_zoomed(page)

    page.keyboard.press("Control+z")
    expect(page.get_by_role("button", name="Reset zoom")).to_have_count(0)
    expect(card(page, "train/loss").locator(".card-foot")).to_have_text("all 200 points")
    page.keyboard.press("Control+z")
    expect(page.get_by_label("Smooth", exact=True)).to_have_value("0")
    expect(slider(page)).to_have_value("0")
    expect(page).to_have_url(f"{board}/scalars")
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+Shift+z")
    expect(page.get_by_label("Smooth", exact=True)).to_have_value(weight)
    page.keyboard.press("Control+y")
    is_zoomed(page)
    expect(page.locator(".notification")).to_have_count(0)


def test_undo_on_another_page_says_what_it_undid(open_page: OpenPage, board: str) -> None:
    page = open_page(f"{board}/scalars")
    page.get_by_role("radio", name="Wall").click()
    page.get_by_role("link", name="Histograms").click()
    expect(card(page, "weights")).to_be_visible()

    page.keyboard.press("Control+z")

    expect(page.locator(".notification-text")).to_have_text("Undid on Scalars: what the x-axis shows")
    page.locator(".notification").get_by_role("button", name="Redo").click()
    page.get_by_role("link", name="Scalars").click()
    expect(page.get_by_role("radio", name="Wall")).to_be_checked()


def test_undo_after_new_points_and_runs_keeps_them(
    start_board: StartBoard, open_page: OpenPage, tmp_path: Path
) -> None:
    writer = SummaryWriter(tmp_path / "exp" / "a")
    writer.add_scalar("loss", 1.0, 0)
    writer.flush()
    with SummaryWriter(tmp_path / "exp" / "b") as other:
        other.add_scalar("loss", 2.0, 0)
    page = open_page(start_board(tmp_path))
    page.get_by_role("checkbox", name="Select exp/b").click()
    expect(values(page, "loss")).to_have_text(["1.000"])
    writer.add_scalar("loss", 0.5, 1)
    writer.close()
    with SummaryWriter(tmp_path / "exp" / "c") as other:
        other.add_scalar("loss", 3.0, 0)
    expect(values(page, "loss")).to_have_text(["0.5000", "3.000"])

    page.keyboard.press("Control+z")

    expect(values(page, "loss")).to_have_text(["0.5000", "2.000", "3.000"])


def test_view_lives_below_a_path_prefix(start_board: StartBoard, open_page: OpenPage, logdir: Path) -> None:
    prefixed = start_board(logdir, "--index", "off", "--path-prefix", "/tools/board")
    with serve_proxy(urlsplit(prefixed).port or 0) as port:
        page = open_page(f"http://localhost:{port}/tools/board/?v=3&filter=loss")
        expect(page.locator(".card[data-tag]")).to_have_count(1)
        page.get_by_role("radio", name="Wall").click()
        expect(page).to_have_url(f"http://localhost:{port}/tools/board/?v=3&filter=loss&x=wall")
        page.get_by_role("link", name="Histograms").click()
        expect(page).to_have_url(f"http://localhost:{port}/tools/board/histograms")
        page.go_back()
        expect(page.get_by_role("radio", name="Wall")).to_be_checked()
        page.close()  # before the proxy is gone


def test_share_copies_the_link_of_the_view_without_the_token(
    start_board: StartBoard, open_page: OpenPage, logdir: Path, tmp_path: Path
) -> None:
    (tmp_path / "token").write_text("correct-horse-battery-staple")
    guarded = start_board(logdir, "--index", "off", "--token-file", str(tmp_path / "token"))
    page = open_page(f"{guarded}/scalars?token=correct-horse-battery-staple&smoothing=0.5&orbit=7")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    share = page.get_by_role("button", name="Share", exact=True)
    before = share.bounding_box()

    share.click()

    copied = page.get_by_role("button", name="Copied", exact=True)
    expect(copied).to_be_visible()
    assert copied.bounding_box() == before
    assert page.evaluate("navigator.clipboard.readText()") == f"{guarded}/scalars?v=3&smoothing=0.5"
    expect(share).to_be_visible()  # the word comes back


def test_share_shows_the_link_where_no_page_may_copy(open_page: OpenPage, board: str) -> None:
    page = open_page(f"{board}/scalars?v=3&x=wall")
    page.evaluate("delete Navigator.prototype.clipboard; document.execCommand = () => false")

    page.get_by_role("button", name="Share", exact=True).click()

    field = page.get_by_role("textbox", name="Link of this view")
    expect(field).to_have_value(f"{board}/scalars?v=3&x=wall")
    expect(field).to_be_focused()
    assert page.evaluate("getSelection().toString()") == f"{board}/scalars?v=3&x=wall"


def test_share_says_what_does_not_fit_a_link(start_board: StartBoard, open_page: OpenPage, tmp_path: Path) -> None:
    for number in range(130):
        with SummaryWriter(tmp_path / f"run_{number:03}") as writer:
            writer.add_scalar("loss", float(number), 0)
    page = open_page(f"{start_board(tmp_path)}/scalars?v=3&runs=run_0|run_10")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    expect(page.locator(".run-head")).to_contain_text("110 of 130 runs")
    page.locator(".run-head").get_by_role("checkbox").click()
    expect(page.locator(".run-head")).to_contain_text("0 of 130 runs")

    page.get_by_role("button", name="Share", exact=True).click()

    expect(page.locator(".notification-text")).to_have_text("This view has 110 exceptions and does not fit a link.")
    page.reload()
    expect(page.locator(".run-head")).to_contain_text("0 of 130 runs")


def test_link_of_a_newer_board_is_said(open_page: OpenPage, board: str) -> None:
    page = open_page(f"{board}/scalars?v=4&filter=^eval/")

    expect(page.locator(".notification-text")).to_have_text("This link was made by a newer board.")
    expect(page.locator(".card[data-tag]")).to_have_count(1)
