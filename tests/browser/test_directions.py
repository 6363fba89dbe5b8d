"""Directions that programs declare: signs in the heads of cards, which values come first, colours of differences."""

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
    logdir = tmp_path_factory.mktemp("directions")
    for i, name in enumerate(("a", "b", "c")):
        with SummaryWriter(logdir / name) as writer:
            writer.define_metric("*loss", direction="min")
            writer.define_metric("acc", direction="max")
            for step in range(10):
                for tag in ("loss", "acc", "rate"):
                    writer.add_scalar(tag, 1.0 + i, step)
    return start_board(logdir, "--index", "off")


def test_signs_stand_in_heads_and_the_best_value_comes_first(open_page: OpenPage, board: str) -> None:
    page = open_page(f"{board}/scalars?y=log")

    for tag, sign, word, values in (
        ("loss", "↓", "Lower is better", ["1.000", "2.000", "3.000"]),
        ("acc", "↑", "Higher is better", ["3.000", "2.000", "1.000"]),
    ):
        card = page.locator(f'.card[data-tag="{tag}"]')
        expect(card.get_by_role("img", name=word)).to_have_text(sign)
        expect(card.locator(".card-value")).to_have_text(values)
        expect(card.locator(".card-scale")).to_have_text("log")
    expect(page.locator('.card[data-tag="rate"] .card-direction')).to_have_count(0)


def test_differences_are_coloured_where_a_direction_is_declared(open_page: OpenPage, board: str) -> None:
    page = open_page(board)
    choose_baseline(page, "b")
    page.keyboard.press("D")

    tones = {"loss": ("is-good", "is-bad"), "acc": ("is-good", "is-bad"), "rate": ("card-value", "card-value")}
    for tag, (first, second) in tones.items():
        values = page.locator(f'.card[data-tag="{tag}"] .card-value')
        expect(values).to_have_text(["+1.00", "−1.00"] if tag == "acc" else ["−1.00", "+1.00"])
        assert [(value.get_attribute("class") or "").split()[-1] for value in values.all()] == [first, second]
    expect(page.locator('[data-run="a"] .run-metric')).to_have_class("run-metric is-good")
    expect(page.locator('[data-run="c"] .run-metric')).to_have_class("run-metric is-bad")
    page.locator('.card[data-tag="loss"] .card-plot').focus()
    page.keyboard.press("ArrowRight")

    expect(page.locator(".plot-tip tr", has_text="a").locator("td.is-good").first).to_be_visible()
    expect(page.locator(".plot-tip tr", has_text="c").locator("td.is-bad").first).to_be_visible()
