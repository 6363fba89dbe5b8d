"""The frame of the run panel: its width, by pointer and keys, and hiding it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser
OpenPage = Callable[..., Page]


def width_of(page: Page) -> float:
    return page.locator(".runs-slot").bounding_box()["width"]


def test_edge_is_dragged_within_its_bounds_and_the_width_is_kept(open_page: OpenPage, iris_board: str) -> None:
    page = open_page(iris_board)
    expect(page.locator(".card canvas").first).to_be_visible()
    assert width_of(page) == 344
    edge = page.get_by_role("separator", name="Width of the run panel")

    page.mouse.move(344, 400)
    page.mouse.down()
    page.mouse.move(420, 400, steps=4)
    page.mouse.up()
    expect(edge).to_have_attribute("aria-valuenow", "420")
    assert width_of(page) == 420
    page.mouse.move(420, 400)
    page.mouse.down()
    page.mouse.move(900, 400, steps=4)
    page.mouse.up()
    expect(edge).to_have_attribute("aria-valuenow", "560")

    page.reload()
    expect(page.locator(".card canvas").first).to_be_visible()
    assert width_of(page) == 560
    edge.dblclick()
    expect(edge).to_have_attribute("aria-valuenow", "344")
    assert width_of(page) == 344


def test_edge_is_moved_by_the_keyboard(open_page: OpenPage, iris_board: str) -> None:
    page = open_page(iris_board)
    edge = page.get_by_role("separator", name="Width of the run panel")
    edge.focus()

    for key, width in [("ArrowRight", 360), ("Shift+ArrowRight", 424), ("ArrowLeft", 408), ("Home", 240), ("End", 560)]:
        page.keyboard.press(key)

        expect(edge).to_have_attribute("aria-valuenow", str(width))
        assert width_of(page) == width


def test_hidden_panel_gives_the_cards_its_room_and_comes_back_as_wide(open_page: OpenPage, iris_board: str) -> None:
    page = open_page(iris_board)
    expect(page.locator(".card canvas").first).to_be_visible()
    page.get_by_role("separator", name="Width of the run panel").focus()
    page.keyboard.press("ArrowRight")
    heights = page.locator(".card").first.bounding_box()["height"]

    page.get_by_role("button", name="Hide the runs").click()
    expect(page.locator(".runs")).to_be_hidden()
    assert page.locator(".page").bounding_box()["width"] == 1400
    assert page.locator(".card").first.bounding_box()["height"] == heights

    page.get_by_role("button", name="Show the runs").click()
    assert width_of(page) == 360


def test_panel_leaves_the_cards_their_room_on_a_narrow_screen(open_page: OpenPage, iris_board: str) -> None:
    page = open_page(iris_board, width=768)

    expect(page.locator(".card canvas").first).to_be_visible()
    assert 240 <= width_of(page) <= 256
