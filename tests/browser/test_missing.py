"""A chart that nothing can be drawn in says what is missing, and what helps."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from summaries import SummaryWriter
from tests.browser.session import choose_baseline

pytestmark = pytest.mark.browser
OpenPage = Callable[..., Page]


@pytest.fixture(scope="module")
def board(start_board: Callable[..., str], tmp_path_factory: pytest.TempPathFactory) -> str:
    """Runs of which one has both tags of an expression, and one a metric at other steps."""
    logdir = tmp_path_factory.mktemp("missing")
    for name, tags in {"both": ("loss", "best"), "plain": ("loss",), "late": ("loss",)}.items():
        with SummaryWriter(logdir / name) as writer:
            for step in range(10):
                for tag in tags:
                    writer.add_scalar(tag, step, step)
                if name == "late":
                    writer.add_scalar("epoch", step, 100 + step)
    return start_board(logdir, "--index", "off")


def add_chart(page: Page, text: str) -> None:
    page.get_by_role("button", name="New chart").click()
    page.get_by_role("textbox", name="Find a tag, or type an expression").fill(text)
    page.get_by_role("button", name="Add the expression").click()
    page.get_by_role("button", name="Make chart").click()


def test_chart_of_an_expression_names_the_tag_that_no_selected_run_has(open_page: OpenPage, board: str) -> None:
    page = open_page(f"{board}/scalars?v=3&only=plain")
    add_chart(page, "loss - best")
    card = page.locator(".card", has_text="loss - best").first

    expect(card).to_contain_text("The selected run does not log what this chart needs")
    expect(card).to_contain_text("best is not logged.")
    expect(card).to_contain_text("1 other run does.")

    card.get_by_role("button", name="Select that one").click()

    expect(card.locator(".card-value")).to_have_text("0")
    expect(card.locator(".card-state")).to_have_count(0)


@pytest.mark.parametrize(
    ("run", "text"),
    [
        ("plain", "epoch is not logged by the selected runs of this chart."),
        ("late", "No step of this chart lies within those of epoch."),
    ],
)
def test_chart_without_a_place_on_the_x_axis_says_so(open_page: OpenPage, board: str, run: str, text: str) -> None:
    page = open_page(f"{board}/scalars?v=3&only={run}&x=metric:epoch&filter=^loss$")
    card = page.locator('.card[data-tag="loss"]')
    expect(card).to_contain_text(text)

    card.get_by_role("button", name="Show steps").click()

    expect(card.locator(".card-foot")).to_have_text("all 10 points")


def test_chart_that_the_baseline_lacks_offers_values(open_page: OpenPage, board: str) -> None:
    page = open_page(f"{board}/scalars?v=3&filter=^best$")
    expect(page.locator(".card-value")).to_have_text("9.000")
    choose_baseline(page, "plain")
    page.keyboard.press("D")
    card = page.locator('.card[data-tag="best"]')
    expect(card).to_contain_text("plain lacks best.")

    card.get_by_role("button", name="Show values").click()

    expect(card.locator(".card-value")).to_have_text("9.000")
