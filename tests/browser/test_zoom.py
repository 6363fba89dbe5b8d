"""Zooming into a long series: at once with what is there, then with every point of the range."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from summaries import SummaryWriter

pytestmark = pytest.mark.browser
NUM_POINTS = 100_000
StartBoard = Callable[[Path], str]
OpenPage = Callable[..., Page]


@pytest.fixture(scope="module")
def long_board(start_board: StartBoard, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Address of a board on one long series."""
    logdir = tmp_path_factory.mktemp("long")
    steps = np.arange(NUM_POINTS)
    values = steps % 7 / 7
    with SummaryWriter(logdir / "run") as writer:
        writer.add_scalars_block(steps, {"loss": values}, walltimes=1.7e9 + 30.0 * steps)
    return start_board(logdir)


def drag(page: Page, plot: Locator, first: float, last: float) -> None:
    """Zooms to what lies between two shares of a plot's width."""
    box = plot.bounding_box()
    page.mouse.move(box["x"] + first * box["width"], box["y"] + 40)
    page.mouse.down()
    page.mouse.move(box["x"] + last * box["width"], box["y"] + 50, steps=4)
    page.mouse.up()


def hover(page: Page, plot: Locator, share: float) -> list[str]:
    """Points at a share of a plot's width; returns the cells of the lit row: run, value, step, relative time."""
    box = plot.bounding_box()
    page.mouse.move(box["x"] + share * box["width"], box["y"] + box["height"] / 2)
    lit = page.locator(".plot-tip .is-lit td")
    expect(lit).to_have_count(4)
    return lit.all_inner_texts()


def test_every_point_of_a_zoomed_range_is_fetched(long_board: str, open_page: OpenPage) -> None:
    page = open_page(long_board)
    foot, plot = page.locator(".card-foot"), page.locator(".card .u-over")
    expect(foot).to_have_text(re.compile(r"^1,\d\d\d of 100,000 points$"))

    drag(page, plot, 0.4, 0.6)
    expect(foot).to_have_text(re.compile(r"^1,\d\d\d of (19|20),\d\d\d points$"))
    drag(page, plot, 0.5, 0.52)

    expect(foot).to_have_text(re.compile(r"^all \d\d\d points$"))
    first, second = (int(hover(page, plot, share)[2].replace(",", "")) for share in (0.5, 0.52))
    assert first < second <= first + 0.05 * int(foot.inner_text().split()[1])


def test_zoom_shows_what_is_there_before_the_answer_comes(long_board: str, open_page: OpenPage) -> None:
    page = open_page(long_board)
    foot, plot = page.locator(".card-foot"), page.locator(".card .u-over")
    expect(foot).to_contain_text("of 100,000 points")
    held: list[Route] = []
    page.route("**/data/series?*start=*", lambda route: held.append(route))  # a bound method is none to Playwright

    drag(page, plot, 0.4, 0.6)
    expect(page.get_by_text("Reset zoom")).to_be_visible()

    assert 40_000 <= int(hover(page, plot, 0.02)[2].replace(",", "")) <= 42_000
    expect(foot).to_contain_text("of 100,000 points")
    for route in held:
        route.continue_()
    expect(foot).not_to_contain_text("of 100,000 points")


def shown_range(page: Page) -> tuple[float, float]:
    """What the x-axis is zoomed to."""
    return tuple(page.evaluate("async () => (await import('/static/js/session.js')).session.range.bounds"))


def test_wheel_zooms_at_the_pointer_with_control_only(long_board: str, open_page: OpenPage) -> None:
    page = open_page(long_board)
    foot, plot = page.locator(".card-foot"), page.locator(".card .u-over")
    expect(foot).to_contain_text("of 100,000 points")
    box = plot.bounding_box()
    page.mouse.move(box["x"] + 0.25 * box["width"], box["y"] + 40)

    page.mouse.wheel(0, -300)
    expect(page.get_by_text("Reset zoom")).to_have_count(0)
    page.keyboard.down("Control")
    page.mouse.wheel(0, -300)
    page.mouse.wheel(0, -300)
    page.keyboard.up("Control")

    expect(page).to_have_url(re.compile("range=step"))
    expect(foot).not_to_contain_text("of 100,000 points")
    first, last = shown_range(page)
    assert last - first == pytest.approx(NUM_POINTS * np.exp(-1.2), rel=0.02)
    assert first + 0.25 * (last - first) == pytest.approx(0.25 * NUM_POINTS, rel=0.02)

    page.keyboard.press("Control+z")  # the turns of the wheel are one step
    expect(foot).to_contain_text("of 100,000 points")


def test_box_zooms_the_y_axis_of_its_card_too_and_a_double_click_shows_all(
    long_board: str, open_page: OpenPage
) -> None:
    page = open_page(long_board)
    foot, plot = page.locator(".card-foot"), page.locator(".card .u-over")
    expect(foot).to_contain_text("of 100,000 points")
    box = plot.bounding_box()

    page.keyboard.down("Alt")
    page.mouse.move(box["x"] + 0.4 * box["width"], box["y"] + 0.25 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.6 * box["width"], box["y"] + 0.5 * box["height"], steps=4)
    page.mouse.up()
    page.keyboard.up("Alt")

    expect(page).to_have_url(re.compile(r"box=0\.\d+\.\.0\.\d+:loss"))
    # Values go from 0 to 6/7, with 5 % of air on either side.
    low, high = map(float, re.search(r"box=([\d.]+?)\.\.([\d.]+):loss", page.url).groups())
    extent = 6 / 7 * 1.1
    assert low == pytest.approx(6 / 7 * 1.05 - 0.5 * extent, abs=0.02)
    assert high == pytest.approx(6 / 7 * 1.05 - 0.25 * extent, abs=0.02)
    expect(foot).not_to_contain_text("of 100,000 points")

    plot.dblclick()
    expect(page.get_by_text("Reset zoom")).to_have_count(0)
    expect(foot).to_contain_text("of 100,000 points")
    page.keyboard.press("Control+z")
    expect(page).to_have_url(re.compile(r"box=.*range=|range=.*box="))


def test_log_x_puts_powers_of_ten_at_equal_distances(
    start_board: StartBoard, open_page: OpenPage, tmp_path: Path
) -> None:
    with SummaryWriter(tmp_path / "run") as writer:
        for step in (0, 1, 10, 100):
            writer.add_scalar("loss", 1.0, step)
    page = open_page(start_board(tmp_path))
    expect(page.locator(".card-foot")).to_have_text("all 4 points")

    page.get_by_role("button", name="Log x").click()

    expect(page).to_have_url(re.compile("xscale=log"))
    assert [hover(page, page.locator(".card .u-over"), share)[2] for share in (0.02, 0.45, 0.98)] == ["1", "10", "100"]


def test_outliers_are_clipped_on_request_and_counted(
    start_board: StartBoard, open_page: OpenPage, tmp_path: Path
) -> None:
    with SummaryWriter(tmp_path / "run") as writer:
        for step in range(300):
            writer.add_scalar("loss", 1e6 if step == 7 else step % 10, step)
    page = open_page(start_board(tmp_path))
    foot = page.locator(".card-foot")
    expect(foot).to_have_text("all 300 points")

    page.get_by_role("button", name="Clip outliers").click()

    expect(foot).to_have_text("all 300 points1 outside")


def test_another_metric_is_the_x_axis(start_board: StartBoard, open_page: OpenPage, tmp_path: Path) -> None:
    with SummaryWriter(tmp_path / "run") as writer:
        for step in range(11):
            writer.add_scalar("loss", 10.0 - step, step)
            writer.add_scalar("tokens", 1000.0 * step**2, step)
    page = open_page(start_board(tmp_path))
    card = page.locator('.card[data-tag="loss"]')
    expect(card.locator(".card-foot")).to_have_text("all 11 points")

    page.get_by_role("button", name="Another metric as x-axis").click()
    page.get_by_label("Find a metric").fill("tok")
    page.keyboard.press("Enter")

    expect(page).to_have_url(re.compile("x=metric:tokens"))
    expect(page.get_by_role("group", name="Metrics")).to_have_count(0)
    box = card.locator(".u-over").bounding_box()
    page.mouse.move(box["x"] + 0.25 * box["width"], box["y"] + 40)
    # A quarter of 100,000 tokens were read at step 5.
    row = page.locator(".plot-tip .is-lit td")
    expect(row).to_have_text(["run", "5.000", "25.00 k", "5", re.compile(" s$")])

    page.get_by_role("radio", name="Step").click()
    expect(page).to_have_url(re.compile("x=step"))


def test_no_point_stands_at_the_values_of_the_metric_before(
    start_board: StartBoard, open_page: OpenPage, tmp_path: Path
) -> None:
    with SummaryWriter(tmp_path / "run") as writer:
        for step in range(11):
            for tag, value in {"loss": 10.0 - step, "tokens": 1000.0 * step, "epoch": float(step)}.items():
                writer.add_scalar(tag, value, step)
    page = open_page(f"{start_board(tmp_path)}/scalars?x=metric:tokens&filter=loss")
    plot, row = page.locator(".card .u-over"), page.locator(".plot-tip .is-lit td")
    box = plot.bounding_box()
    page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 40)
    expect(row).to_have_text(["run", "5.000", "5000", "5", re.compile(" s$")])
    held: list[Route] = []
    page.route("**/data/series?*", lambda route: held.append(route))  # a bound method is none to Playwright

    with page.expect_request("**/data/series?*epoch*"):
        page.evaluate(
            "async () => (await import('/static/js/session.js')).session.view.set({ 'scalars.x': 'metric:epoch' })"
        )
    expect(page.get_by_role("button", name="x-axis: epoch")).to_be_visible()
    page.mouse.move(box["x"] + 0.5 * box["width"] + 2, box["y"] + 40)
    expect(page.locator(".plot-tip")).to_be_hidden()
    for route in held:
        route.continue_()

    page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 40)
    expect(row).to_have_text(["run", "5.000", "5.000", "5", re.compile(" s$")])


def test_selected_range_has_its_numbers_of_all_raw_points(long_board: str, open_page: OpenPage) -> None:
    page = open_page(long_board)
    foot, plot = page.locator(".card-foot"), page.locator(".card .u-over")
    expect(foot).to_contain_text("of 100,000 points")

    page.keyboard.down("Shift")
    drag(page, plot, 0.25, 0.5)
    page.keyboard.up("Shift")

    panel = page.get_by_role("region", name="Range of loss")
    expect(panel.locator("tbody tr")).to_have_count(1)
    first, last = page.evaluate("async () => (await import('/static/js/session.js')).session.view.get('span').bounds")
    steps = np.arange(np.ceil(first), np.floor(last) + 1)
    values = steps % 7 / 7
    run, _, low, high, mean, *_ = panel.locator("tbody td").all_inner_texts()
    assert (run, low, float(high), float(mean)) == (
        "run",
        "0",
        *(pytest.approx(x, rel=1e-3) for x in (6 / 7, values.mean())),
    )
    expect(foot).to_contain_text("of 100,000 points")  # nothing is zoomed

    page.reload()
    expect(panel.locator("tbody tr")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(panel).to_have_count(0)


def test_zooming_out_of_a_link_ends_where_the_points_do(long_board: str, open_page: OpenPage) -> None:
    page = open_page(f"{long_board}/scalars?range=step:95000..99000")
    foot, plot = page.locator(".card-foot"), page.locator(".card .u-over")
    expect(foot).to_contain_text("of 4,001 points")
    box = plot.bounding_box()
    page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 40)

    page.keyboard.down("Control")
    for _ in range(8):
        page.mouse.wheel(0, 400)
    expect(foot).to_contain_text("of 100,000 points")
    page.mouse.wheel(0, 400)
    page.keyboard.up("Control")

    expect(page.get_by_text("Reset zoom")).to_have_count(0)
    expect(page).not_to_have_url(re.compile("range="))


def test_finger_selects_a_range_by_the_menu_of_the_card(long_board: str, browser: Browser) -> None:
    context = browser.new_context(viewport={"width": 400, "height": 800}, has_touch=True)
    page = context.new_page()
    page.goto(f"{long_board}/scalars")
    expect(page.locator(".card-foot")).to_contain_text("of 100,000 points")
    page.get_by_role("button", name="Menu of loss").click()
    page.get_by_role("menuitem", name="Select a range by the next drag").click()
    box = page.locator(".card .u-over").bounding_box()
    finger = context.new_cdp_session(page)

    for kind, share in (("touchStart", 0.25), ("touchMove", 0.4), ("touchMove", 0.5)):
        places = [{"x": box["x"] + share * box["width"], "y": box["y"] + 40}]
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": places})
    finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

    expect(page.locator(".range-panel tbody tr")).to_have_count(1)
    expect(page.locator("[data-next-drag]")).to_have_count(0)
    context.close()


def test_keys_select_a_range_and_zoom_at_the_held_cursor(long_board: str, open_page: OpenPage) -> None:
    page = open_page(long_board)
    foot, plot = page.locator(".card-foot"), page.locator(".card .u-over")
    expect(foot).to_contain_text("of 100,000 points")
    plot.click(position={"x": 60, "y": 40})

    page.keyboard.press("[")
    for _ in range(5):
        page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("]")

    expect(page.locator(".range-panel tbody tr")).to_have_count(1)
    expect(page).to_have_url(re.compile(r"span=step:\d+\.\.\d+"))
    low, high = map(int, re.search(r"span=step:(\d+)\.\.(\d+)", page.url).groups())
    assert 0 < low < high < NUM_POINTS
    page.keyboard.press("+")
    expect(page).to_have_url(re.compile("range=step"))
    first, last = shown_range(page)
    assert last - first == pytest.approx(NUM_POINTS / 2, rel=0.05)
