"""The dialog that builds charts takes tags and expressions, and says what it cannot take."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from summaries import SummaryWriter

pytestmark = pytest.mark.browser
OpenPage = Callable[..., Page]


def group(page: Page, name: str) -> Locator:
    return page.locator(".group").filter(has=page.locator(".group-head", has_text=re.compile(rf"^{name}\d*$")))


def test_chart_of_an_expression_is_built_changed_and_removed(
    open_page: OpenPage, start_board: Callable[..., str], tmp_path: Path
) -> None:
    with SummaryWriter(tmp_path / "a") as writer:
        for step in range(10):
            writer.add_scalar("train/loss", 1.0, step)
            writer.add_scalar("val/loss", 1.25, step)
    page = open_page(start_board(tmp_path), allow_console="422")
    page.get_by_role("button", name="New chart").click()
    dialog = page.get_by_role("dialog", name="New chart")
    field = dialog.get_by_role("textbox", name="Find a tag")
    expect(field).to_be_focused()

    field.fill("val/los - train/loss")
    field.press("Enter")
    expect(dialog.get_by_role("alert")).to_contain_text("Did you mean val/loss?")
    expect(dialog.locator("mark")).to_have_text("val/los")
    dialog.get_by_role("button", name="Use val/loss").click()
    field.press("Enter")
    expect(dialog.locator(".chart-tags code")).to_have_text("val/loss - train/loss")
    dialog.get_by_role("textbox", name="Title").fill("Gap")
    dialog.get_by_role("button", name="Make chart").click()

    chart = group(page, "Charts").locator(".card")
    expect(chart.locator(".card-title")).to_have_text("Gap")
    expect(chart.locator(".card-value")).to_have_text("0.2500")
    page.reload()
    expect(chart.locator(".card-value")).to_have_text("0.2500")

    page.get_by_role("button", name="Menu of Gap").click()
    page.get_by_role("menuitem", name="Change chart…").click()
    page.get_by_role("dialog").get_by_role("button", name="train/loss", exact=True).click()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(chart.locator(".tag-key")).to_have_text(["val/loss - train/loss", "train/loss"])
    expect(chart.locator(".card-value")).to_have_text(["0.2500", "1.000"])

    page.get_by_role("button", name="Menu of Gap").click()
    page.get_by_role("menuitem", name="Remove chart").click()
    expect(group(page, "Charts")).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(chart.locator(".card-value")).to_have_text(["0.2500", "1.000"])


def test_expression_that_was_typed_but_not_added_is_part_of_the_chart(
    open_page: OpenPage, start_board: Callable[..., str], tmp_path: Path
) -> None:
    with SummaryWriter(tmp_path / "a") as writer:
        writer.add_scalar("train/loss", 1.0, 0)
    page = open_page(start_board(tmp_path, "--read-only"), allow_console="422")
    page.get_by_role("button", name="New chart").click()
    dialog = page.get_by_role("dialog", name="New chart")
    make = dialog.get_by_role("button", name="Make chart")
    expect(make).to_be_disabled()

    dialog.get_by_role("textbox", name="Find a tag").fill("2 * train/los")
    make.click()
    expect(dialog.get_by_role("alert")).to_contain_text("Did you mean train/loss?")
    expect(make).to_be_focused()
    dialog.get_by_role("textbox", name="Find a tag").fill("2 * train/loss")
    make.click()

    expect(group(page, "Charts").locator(".card-value")).to_have_text("2.000")


def test_expression_on_its_way_to_the_check_makes_one_chart_or_none_if_the_dialog_is_closed(
    open_page: OpenPage, start_board: Callable[..., str], tmp_path: Path
) -> None:
    with SummaryWriter(tmp_path / "a") as writer:
        writer.add_scalar("train/loss", 1.0, 0)
        writer.add_scalar("val/loss", 3.0, 0)
    page = open_page(start_board(tmp_path, "--read-only"))
    held: list[Route] = []
    page.route("**/data/expressions/check", lambda route: held.append(route))
    dialog = page.get_by_role("dialog", name="New chart")
    field = dialog.get_by_role("textbox", name="Find a tag")

    def press_make() -> None:
        page.get_by_role("button", name="New chart").click()
        field.fill("2 * train/loss")
        with page.expect_request("**/data/expressions/check"):
            dialog.get_by_role("button", name="Make chart").click()

    press_make()
    page.keyboard.press("Escape")
    with page.expect_response("**/data/expressions/check"):
        held.pop().continue_()
    expect(dialog).to_have_count(0)
    assert count_charts(page) == 0

    press_make()
    make = dialog.get_by_role("button", name="Make chart")
    expect(make).to_be_disabled()
    make.evaluate("button => button.click()")
    dialog.get_by_role("textbox", name="Title").fill("Twice")
    assert len(held) == 1
    held.pop().continue_()
    expect(group(page, "Charts").locator(".card-title")).to_have_text("Twice")
    assert count_charts(page) == 1


def count_charts(page: Page) -> object:
    return page.evaluate(
        "async () => (await import('/static/js/grid/charts.js')).listCharts().length",
    )


def test_search_that_fits_only_tags_of_the_chart_is_no_expression(
    open_page: OpenPage, start_board: Callable[..., str], tmp_path: Path
) -> None:
    with SummaryWriter(tmp_path / "a") as writer:
        writer.add_scalar("train/loss", 1.0, 0)
        writer.add_scalar("lr", 2.0, 0)
    page = open_page(start_board(tmp_path, "--read-only"))
    page.get_by_role("button", name="Menu of train/loss").click()
    page.get_by_role("menuitem", name="Add a tag…").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("textbox", name="Find a tag").fill("loss")
    expect(dialog.get_by_role("button", name="train/loss", exact=True)).to_have_count(0)

    dialog.get_by_role("button", name="Make chart").click()

    expect(group(page, "Charts").locator(".card-value")).to_have_text("1.000")


def test_chart_takes_no_more_tags_than_it_can_show_and_says_so(
    open_page: OpenPage, start_board: Callable[..., str], tmp_path: Path
) -> None:
    with SummaryWriter(tmp_path / "a") as writer:
        for number in range(21):
            writer.add_scalar(f"loss/{number}", 1.0, 0)
    page = open_page(start_board(tmp_path, "--read-only"))
    page.get_by_role("button", name="New chart").click()
    dialog = page.get_by_role("dialog", name="New chart")
    field = dialog.get_by_role("textbox", name="Find a tag")
    for number in range(20):
        field.fill(f"loss/{number}")
        field.press("Enter")
    expect(dialog.get_by_role("listitem")).to_have_count(20)

    field.fill("2 * loss/1")
    dialog.get_by_role("button", name="Make chart").click()
    expect(dialog.get_by_role("alert")).to_have_text(
        "A chart holds at most 20 tags; this would be one more. Remove one."
    )
    dialog.get_by_role("button", name="Remove loss/0").click()
    expect(dialog.get_by_role("alert")).to_have_count(0)
    dialog.get_by_role("button", name="Make chart").click()

    expect(group(page, "Charts").locator(".tag-key").last).to_have_text("2 * loss/1")


def test_chart_of_a_read_only_board_is_kept_in_the_browser(
    open_page: OpenPage, start_board: Callable[..., str], tmp_path: Path
) -> None:
    with SummaryWriter(tmp_path / "a") as writer:
        writer.add_scalar("train/loss", 1.0, 0)
        writer.add_scalar("val/loss", 2.0, 0)
    page = open_page(start_board(tmp_path, "--read-only"))
    page.get_by_role("button", name="Menu of train/loss").click()
    page.get_by_role("menuitem", name="Add a tag…").click()
    page.get_by_role("dialog").get_by_role("button", name="val/loss", exact=True).click()
    page.get_by_role("button", name="Make chart").click()

    chart = group(page, "Charts").locator(".card")
    expect(chart.locator(".card-title")).to_have_text("train/loss, val/loss")
    page.reload()
    expect(chart.locator(".card-value")).to_have_text(["1.000", "2.000"])
    assert not (tmp_path / ".board").exists()
