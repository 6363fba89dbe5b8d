"""The table of a selected range: in its card, with what tells the runs apart, against NumPy."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from summaries import SummaryWriter

pytestmark = pytest.mark.browser
OpenPage = Callable[..., Page]


@pytest.fixture(scope="module")
def board(start_board: Callable[..., str], tmp_path_factory: pytest.TempPathFactory) -> str:
    logdir = tmp_path_factory.mktemp("range")
    for i, lr in enumerate((0.1, 0.01)):
        with SummaryWriter(logdir / f"run-{i}") as writer:
            writer.add_config({"lr": lr, "depth": 4})
            for step in range(101):
                writer.add_scalar("loss", (step % 7) + 10 * i, step)
                writer.add_scalar("acc", step, step)
    return start_board(logdir, "--index", "off")


def test_table_of_a_card_in_full_width_stands_in_it(open_page: OpenPage, board: str) -> None:
    page = open_page(f"{board}/scalars?v=3&card=loss&span=step:20..57:loss")
    table = page.locator('.card[data-tag="loss"] .range-panel table')

    expect(table.locator("th")).to_have_text(
        ["Run", "lr", "value", "min", "max", "mean ↑", "start", "end", "Δ", "slope / 1 k steps"]
    )
    expect(table.locator("tbody tr")).to_have_count(2)
    steps = np.arange(20, 58)
    slope = np.polyfit(steps, steps % 7, 1)[0] * 1_000
    cells = [cell.get_attribute("title") for cell in table.locator("tbody tr").first.locator("td").all()]
    assert cells[:2] == ["run-0", "0.1"]
    wanted = [100 % 7, 0, 6, (steps % 7).mean(), 20 % 7, 57 % 7, 57 % 7 - 20 % 7, slope]
    np.testing.assert_allclose([float(cell) for cell in cells[2:]], wanted, rtol=1e-9)
    plot, panel = page.locator(".is-expanded .card-plot").bounding_box(), table.bounding_box()
    assert plot is not None
    assert panel is not None
    assert panel["y"] > plot["y"] + plot["height"]


def test_table_moves_between_the_card_and_the_place_under_its_plot(open_page: OpenPage, board: str) -> None:
    page = open_page(f"{board}/scalars?v=3&card=loss&span=step:20..57:loss")
    panel = page.get_by_role("region", name="Range of loss")
    expect(panel).to_have_class(re.compile("is-in-card"))

    page.locator('.card[data-tag="loss"] .card-head').hover()
    page.keyboard.press("e")

    expect(panel).not_to_have_class(re.compile("is-in-card"))
    expect(panel.locator("tbody tr")).to_have_count(2)
    page.locator('.card[data-tag="loss"] .card-head').hover()
    page.keyboard.press("e")

    expect(page.locator('.card[data-tag="loss"] .range-panel')).to_be_visible()
    panel.get_by_role("button", name="Clear").click()
    expect(panel).to_have_count(0)


def bounds_of(page: Page) -> list[float]:
    """The selected steps, as the page keeps them."""
    found: list[float] = page.evaluate(
        "async () => (await import('/static/js/session.js')).session.view.get('span')?.bounds"
    )
    return found


def test_handles_move_the_ends_of_a_range(open_page: OpenPage, board: str) -> None:
    page = open_page(f"{board}/scalars?v=3&card=loss&span=step:20..57:loss")
    label = page.locator('.card[data-tag="loss"] .plot-span-label')
    expect(label).to_have_text("20 – 57 · 37 steps")
    plot = page.locator('.card[data-tag="loss"] .u-over').bounding_box()
    end = page.get_by_role("slider", name="End of the range").bounding_box()
    assert plot is not None
    assert end is not None

    page.mouse.move(end["x"] + end["width"] / 2, plot["y"] + 100)
    page.mouse.down()
    page.mouse.move(plot["x"] + 0.8 * plot["width"], plot["y"] + 100, steps=5)
    page.mouse.up()

    expect(label).to_have_text("20 – 80 · 60 steps")
    mean = page.locator('.card[data-tag="loss"] .range-panel tbody tr').first.locator("td.value")
    expect(mean).to_have_attribute("title", str((np.arange(20, 81) % 7).mean()))
    assert bounds_of(page) == [20, 80]
    expect(page.locator(".plot-span-handle:visible")).to_have_count(2)  # other cards show the range without them

    page.keyboard.press("Control+z")
    expect(label).to_have_text("20 – 57 · 37 steps")  # the drag was one step


def test_arrow_keys_move_the_ends_of_a_range_but_not_past_each_other(open_page: OpenPage, board: str) -> None:
    page = open_page(f"{board}/scalars?v=3&card=loss&span=step:20..57:loss")
    label = page.locator('.card[data-tag="loss"] .plot-span-label')
    start = page.get_by_role("slider", name="Start of the range")
    start.focus()

    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowRight")

    expect(label).to_have_text("31 – 57 · 26 steps")
    expect(start).to_have_attribute("aria-valuetext", "Step 31")
    for _ in range(4):
        page.keyboard.press("Shift+ArrowRight")
    low, high = bounds_of(page)
    assert low < high == 57


def test_table_of_the_cursor_stands_beside_that_of_the_range(open_page: OpenPage, board: str) -> None:
    page = open_page(f"{board}/scalars?v=3&span=step:20..57:loss")
    panel = page.get_by_role("region", name="Range of loss")
    expect(panel.locator("tbody tr")).to_have_count(2)

    page.locator('.card[data-tag="loss"] .u-over').hover()

    tip = page.get_by_role("tooltip", name="Values of loss")
    expect(tip).to_be_visible()
    boxes = [one.bounding_box() for one in (tip, panel, page.locator('.card[data-tag="loss"] .u-over'))]
    of_tip, *others = (box for box in boxes if box is not None)
    for other in others:
        is_beside = of_tip["x"] >= other["x"] + other["width"] or other["x"] >= of_tip["x"] + of_tip["width"]
        assert is_beside or of_tip["y"] + of_tip["height"] <= other["y"]


def test_table_of_a_range_that_was_drawn_comes_into_view(open_page: OpenPage, board: str) -> None:
    page = open_page(f"{board}/scalars?v=3&card=loss", height=620)
    over = page.locator('.card[data-tag="loss"] .u-over')
    over.evaluate("plot => plot.closest('.card').scrollIntoView({ block: 'end' })")
    box = over.bounding_box()
    assert box is not None
    page.keyboard.down("Shift")
    page.mouse.move(box["x"] + 0.3 * box["width"], box["y"] + 40)
    page.mouse.down()
    page.mouse.move(box["x"] + 0.6 * box["width"], box["y"] + 40, steps=3)
    page.mouse.up()
    page.keyboard.up("Shift")

    expect(page.locator(".range-panel tbody tr").last).to_be_in_viewport()
    expect(over).to_be_in_viewport()


@pytest.mark.parametrize("height", [900, 620])
def test_table_of_the_cursor_covers_neither_chart_nor_range_in_a_wide_card(
    open_page: OpenPage, board: str, height: int
) -> None:
    page = open_page(f"{board}/scalars?v=3&card=loss&span=step:20..57:loss", height=height)
    expect(page.locator(".range-panel.is-in-card tbody tr")).to_have_count(2)
    page.locator(".is-expanded").evaluate("card => card.scrollIntoView({ block: 'end' })")
    page.locator(".is-expanded .u-over").hover()

    tip = page.locator(".plot-tip:not(.range-panel)")
    expect(tip.locator("tbody tr")).to_have_count(2)
    tip_box, plot, panel = (
        place.bounding_box() for place in (tip, page.locator(".is-expanded .card-plot"), page.locator(".range-panel"))
    )
    assert tip_box is not None
    assert plot is not None
    assert panel is not None
    assert tip_box["y"] + tip_box["height"] <= plot["y"] or tip_box["y"] >= panel["y"] + panel["height"]


def test_two_presses_of_escape_within_a_frame_close_two_things(open_page: OpenPage, board: str) -> None:
    page = open_page(f"{board}/scalars?v=2&full=loss&span=step:20..57:loss")
    expect(page.locator(".card.is-full")).to_be_visible()
    expect(page.locator(".range-panel tbody tr")).to_have_count(2)

    page.evaluate("""() => {
      const press = () => document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true }));
      press();
      press();
    }""")

    expect(page.locator(".range-panel")).to_have_count(0)
    expect(page.locator(".card.is-full")).to_have_count(0)


def test_table_of_the_cursor_stands_above_a_plot_that_reaches_to_the_lower_edge(
    open_page: OpenPage, board: str
) -> None:
    page = open_page(f"{board}/scalars?v=3&card=loss&span=step:20..57:loss", height=430)
    expect(page.locator(".range-panel.is-in-card tbody tr")).to_have_count(2)
    place = page.locator(".is-expanded .card-plot").evaluate("""plot => {
      const scrolls = (one) => /auto|scroll/.test(getComputedStyle(one).overflowY);
      const isScrolled = (one) => one.scrollHeight > one.clientHeight && scrolls(one);
      let around = plot.parentElement;
      while (around.parentElement && !isScrolled(around)) around = around.parentElement;
      around.scrollBy(0, plot.getBoundingClientRect().bottom - innerHeight + 5);
      return plot.getBoundingClientRect().toJSON();
    }""")
    assert place["bottom"] >= 430 - 14
    page.mouse.move((place["left"] + place["right"]) / 2, place["bottom"] - 60)

    tip = page.locator(".plot-tip:not(.range-panel)")
    expect(tip).to_be_visible()
    assert tip.bounding_box()["y"] + tip.bounding_box()["height"] <= place["top"]
