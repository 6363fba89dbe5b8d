"""Keys of the frame, pressed on a real page; and the module that names them."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser
OpenPage = Callable[..., Page]
Run = Callable[[str, str], object]


@pytest.mark.parametrize(
    ("pressed", "name"),
    [
        ({"key": "t"}, "T"),
        ({"key": "T"}, "T"),  # caps lock
        ({"key": "T", "shiftKey": True}, "Shift+T"),
        ({"key": "?", "shiftKey": True}, "?"),
        ({"key": "\\", "ctrlKey": True, "altKey": True, "modifierAltGraph": True}, "\\"),
        ({"key": " "}, "Space"),
        ({"key": "F6", "shiftKey": True}, "Shift+F6"),
        ({"key": "z", "ctrlKey": True}, "Mod+Z"),
        ({"key": "Z", "ctrlKey": True, "shiftKey": True}, "Mod+Shift+Z"),
        ({"key": "z", "metaKey": True}, "Meta+Z"),
    ],
)
def test_keys_are_named_as_on_the_keyboard(run_module: Run, pressed: dict[str, object], name: str) -> None:
    body = f"return module.nameOf(new KeyboardEvent('keydown', {json.dumps(pressed)}));"

    assert run_module("keys.js", body) == name


def test_last_key_added_answers_first_and_may_pass_it_on(run_module: Run) -> None:
    body = """
      const said = [];
      const root = document.documentElement;
      const press = (key) => root.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
      const add = (name, isHandled) => {
        const run = () => {
          said.push(name);
          return isHandled;
        };
        return module.addKey({ keys: ["X"], label: name, run });
      };
      add("frame");
      const offPage = add("page", true);
      press("x");
      offPage();
      add("absent", false);
      press("x");
      return [said, module.listKeys().map(({ label }) => label)];
    """

    assert run_module("keys.js", body) == [["page", "absent", "frame"], ["absent"]]


def test_escape_closes_only_what_was_opened_last(run_module: Run) -> None:
    body = """
      const said = [];
      const press = () => {
        const event = new KeyboardEvent("keydown", { key: "Escape", bubbles: true, cancelable: true });
        return document.documentElement.dispatchEvent(event);
      };
      const offs = ["first", "second"].map((name) => module.addEscape(() => said.push(name)));
      const isFree = !press();
      offs[1]();
      press();
      offs[0]();
      return [isFree, said, press()];
    """

    assert run_module("keys.js", body) == [True, ["second", "first"], True]


def test_keys_of_the_frame_have_their_effects(open_page: OpenPage, iris_board: str) -> None:
    page = open_page(iris_board, allow_console="422")  # half of what is typed is no query
    root = page.locator("html")
    expect(page.locator(".card canvas").first).to_be_visible()

    page.keyboard.press("t")
    expect(root).to_have_attribute("data-theme", "dark")
    page.keyboard.press("\\")
    expect(page.locator(".runs")).to_be_hidden()
    page.keyboard.press("f")  # shows the runs, since their filter is there
    expect(page.get_by_label("Filter runs")).to_be_focused()
    page.keyboard.type("t\\/?")
    expect(page.get_by_label("Filter runs")).to_have_value("t\\/?")
    expect(root).to_have_attribute("data-theme", "dark")
    page.locator(".card-title").first.click()
    page.keyboard.press("/")
    expect(page.get_by_label("Filter tags by regex")).to_be_focused()


def test_sheet_of_keys_lists_those_of_the_page_and_gives_the_focus_back(open_page: OpenPage, iris_board: str) -> None:
    page = open_page(iris_board)
    expect(page.locator(".card canvas").first).to_be_visible()
    settings = page.get_by_role("button", name="Settings")
    settings.focus()

    page.keyboard.press("?")
    sheet = page.get_by_role("dialog", name="Keys")
    expect(sheet.get_by_text("Light or dark theme")).to_be_visible()
    expect(sheet.get_by_text("Filter tags")).to_be_visible()
    page.keyboard.press("t")  # behind a dialog nothing answers
    expect(page.locator("html")).to_have_attribute("data-theme", "light")
    page.keyboard.press("Escape")

    expect(sheet).to_have_count(0)
    expect(settings).to_be_focused()
    page.goto(f"{iris_board}/graph")
    expect(page.locator(".graph-canvas")).to_be_visible()
    page.keyboard.press("?")
    expect(sheet.get_by_text("Zoom to the selected node")).to_be_visible()
    expect(sheet.get_by_text("Filter tags")).to_have_count(0)


def test_f6_goes_through_the_parts_of_the_frame_and_back_to_where_one_was(open_page: OpenPage, iris_board: str) -> None:
    page = open_page(iris_board)
    expect(page.locator(".card canvas").first).to_be_visible()
    page.get_by_role("button", name="Settings").focus()
    in_region = "(selector) => document.activeElement.closest(selector) !== null"

    for selector in (".runs", ".toolbar", ".grid-page", ".top-bar"):
        page.keyboard.press("F6")
        assert page.evaluate(in_region, selector), selector
    expect(page.get_by_role("button", name="Settings")).to_be_focused()
    for selector in (".grid-page", ".toolbar", ".runs", ".top-bar"):
        page.keyboard.press("Shift+F6")
        assert page.evaluate(in_region, selector), selector


def test_tab_goes_from_the_top_bar_over_runs_and_toolbar_to_the_cards(open_page: OpenPage, iris_board: str) -> None:
    page = open_page(iris_board)
    expect(page.locator(".card canvas").first).to_be_visible()
    regions = [".skip", ".top-bar", ".runs-slot", ".toolbar", ".grid-page"]
    order = []

    for _ in range(60):
        page.keyboard.press("Tab")
        region = page.evaluate("(all) => all.find((one) => document.activeElement.closest(one))", regions)
        if region not in order[-1:]:
            order.append(region)
        if region == ".grid-page":
            break

    assert order == regions


def test_skip_button_shows_itself_and_leads_to_the_cards(open_page: OpenPage, iris_board: str) -> None:
    page = open_page(iris_board)
    expect(page.locator(".card canvas").first).to_be_visible()
    page.keyboard.press("Tab")
    skip = page.get_by_role("button", name="Skip to the charts")
    expect(skip).to_be_focused()
    assert skip.bounding_box()["width"] > 50

    page.keyboard.press("Enter")

    assert page.evaluate("document.activeElement.closest('.grid-page') !== null")


def test_g_opens_the_grouping_of_runs_in_a_hidden_panel_too(open_page: OpenPage, iris_board: str) -> None:
    page = open_page(f"{iris_board}/scalars")
    expect(page.locator(".run-row").first).to_be_visible()
    page.keyboard.press("\\")
    expect(page.locator(".group-button")).to_be_hidden()

    page.keyboard.press("g")

    expect(page.get_by_role("dialog", name="Group and colour the runs")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".group-button")).to_be_focused()
