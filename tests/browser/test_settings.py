"""What a person sets for this browser: by its effect, after a reload, in other tabs, and without storage."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

pytestmark = pytest.mark.browser
OpenPage = Callable[..., Page]

NO_STORAGE = """
Object.defineProperty(window, "localStorage", { get() { throw new DOMException("denied", "SecurityError"); } });
"""
# What <html> says when the body begins, before anything is painted.
AT_FIRST = """
new MutationObserver((_, observer) => {
  if (!document.body) return;
  window.atFirst = { ...document.documentElement.dataset, style: document.documentElement.getAttribute("style") };
  observer.disconnect();
}).observe(document, { childList: true, subtree: true });
"""


def open_settings(page: Page) -> Locator:
    page.get_by_role("button", name="Settings").click()
    return page.get_by_role("dialog", name="Settings")


def choose(page: Page, setting: str, word: str) -> None:
    open_settings(page).get_by_role("radiogroup", name=setting).get_by_role("radio", name=word, exact=True).click()
    page.keyboard.press("Escape")


def choose_columns(page: Page, word: str) -> None:
    page.get_by_role("button", name="Columns and height of cards").click()
    page.get_by_role("radiogroup", name="Columns of cards").get_by_role("radio", name=word, exact=True).click()
    page.keyboard.press("Escape")


def style_of(locator: Locator, name: str) -> str:
    return locator.evaluate("(element, name) => getComputedStyle(element)[name]", name)


def columns(page: Page) -> int:
    return len(style_of(page.locator(".cards").first, "gridTemplateColumns").split())


def test_theme_follows_the_system_until_one_is_chosen(open_page: OpenPage, iris_board: str) -> None:
    page = open_page(iris_board, theme="dark")
    root = page.locator("html")
    expect(root).to_have_attribute("data-theme", "dark")

    page.emulate_media(color_scheme="light")
    expect(root).to_have_attribute("data-theme", "light")
    choose(page, "Theme", "Dark")
    expect(root).to_have_attribute("data-theme", "dark")
    page.emulate_media(color_scheme="dark")
    page.emulate_media(color_scheme="light")
    expect(root).to_have_attribute("data-theme", "dark")
    choose(page, "Theme", "System")
    expect(root).to_have_attribute("data-theme", "light")


def test_theme_button_names_what_it_does_and_does_it(open_page: OpenPage, iris_board: str) -> None:
    page = open_page(iris_board)
    background = style_of(page.locator("body"), "backgroundColor")

    page.get_by_role("button", name="Use the dark theme").click()

    expect(page.get_by_role("button", name="Use the light theme")).to_be_focused()
    assert background != style_of(page.locator("body"), "backgroundColor")


def test_compact_rows_cards_and_bars_are_lower_and_the_type_stays(open_page: OpenPage, iris_board: str) -> None:
    page = open_page(iris_board)
    parts = [page.locator(one).first for one in (".run-row", ".card", ".toolbar", ".top-bar")]
    expect(page.locator(".card canvas").first).to_be_visible()
    heights = [part.bounding_box()["height"] for part in parts]
    size = style_of(parts[0], "fontSize")

    choose(page, "Density", "Compact")

    expect(page.locator("html")).to_have_attribute("data-density", "compact")
    assert all(part.bounding_box()["height"] < height for part, height in zip(parts, heights, strict=True))
    assert size == style_of(parts[0], "fontSize")


def test_columns_are_as_chosen_on_every_page(open_page: OpenPage, iris_board: str) -> None:
    page = open_page(iris_board)
    expect(page.locator(".card canvas").first).to_be_visible()
    assert columns(page) == 3

    choose_columns(page, "2")

    assert columns(page) == 2
    page.get_by_role("navigation", name="Pages").get_by_text("Histograms").click()
    expect(page.locator(".card .ridge-values").first).to_be_visible()
    assert columns(page) == 2
    choose_columns(page, "Auto")
    assert columns(page) == 3


def test_settings_survive_a_reload_and_hold_before_the_first_paint(open_page: OpenPage, iris_board: str) -> None:
    page = open_page(iris_board)
    page.add_init_script(AT_FIRST)
    choose(page, "Theme", "Dark")
    choose(page, "Density", "Compact")
    choose_columns(page, "1")
    page.keyboard.press("\\")

    page.reload()

    expect(page.locator(".card canvas").first).to_be_visible()
    first = page.evaluate("window.atFirst")
    assert (first["theme"], first["density"], first["runs"]) == ("dark", "compact", "hidden")
    assert re.search("--columns: *1", first["style"])
    assert page.evaluate("({...document.documentElement.dataset}).theme") == "dark"
    chosen = open_settings(page).get_by_role("radio", checked=True)
    expect(chosen).to_have_text(["Dark", "Compact"])


def test_settings_hold_in_all_open_tabs(open_page: OpenPage, iris_board: str) -> None:
    page = open_page(iris_board)
    other = page.context.new_page()
    other.goto(f"{iris_board}/histograms")
    expect(other.locator(".card canvas").first).to_be_visible()

    choose(page, "Theme", "Dark")
    choose_columns(page, "1")

    expect(other.locator("html")).to_have_attribute("data-theme", "dark")
    expect(other.get_by_role("button", name="Use the light theme")).to_be_visible()
    assert columns(other) == 1
    other.evaluate("localStorage.clear()")
    expect(page.locator("html")).to_have_attribute("data-theme", "light")


def test_settings_work_without_storage_until_the_page_is_closed(open_page: OpenPage, iris_board: str) -> None:
    page = open_page(iris_board)
    page.add_init_script(NO_STORAGE)
    page.reload()

    choose(page, "Theme", "Dark")
    choose_columns(page, "1")

    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(page.locator(".card canvas").first).to_be_visible()
    assert columns(page) == 1
    page.get_by_role("navigation", name="Pages").get_by_text("Histograms").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_nonsense_in_storage_counts_as_nothing(open_page: OpenPage, iris_board: str) -> None:
    page = open_page(iris_board)
    for name, text in {
        "theme": '"blue"',
        "density": "{",
        "columns": "99",
        "runs.width": "-5",
        "runs.hidden": "1",
    }.items():
        page.evaluate("([name, text]) => localStorage.setItem(`board.${name}`, text)", [name, text])

    page.reload()

    expect(page.locator(".card canvas").first).to_be_visible()
    assert columns(page) == 3
    assert page.locator(".runs").bounding_box()["width"] == 344
    expect(page.locator("html")).to_have_attribute("data-theme", "light")


def test_settings_are_reached_and_changed_by_the_keyboard_alone(open_page: OpenPage, iris_board: str) -> None:
    page = open_page(iris_board)
    settings = page.get_by_role("button", name="Settings")
    settings.focus()

    page.keyboard.press("Enter")
    expect(page.get_by_role("radio", name="System")).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")
    expect(page.locator("html")).to_have_attribute("data-density", "compact")
    page.keyboard.press("Escape")

    expect(settings).to_be_focused()
    expect(page.get_by_role("dialog", name="Settings")).to_have_count(0)


def test_settings_lead_to_keys_doctor_and_the_data_routes(open_page: OpenPage, iris_board: str) -> None:
    page = open_page(iris_board)

    open_settings(page).get_by_role("button", name="Keys").click()
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Settings")).to_be_focused()
    link = open_settings(page).get_by_role("link", name="Data API")

    assert page.request.get(link.get_attribute("href")).ok
    expect(page.get_by_text(re.compile(r"^board \d+\.\d+"))).to_be_visible()
