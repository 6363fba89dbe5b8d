"""Directions that programs declare: signs in the heads of cards, which values come first, colours of differences."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd
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


@pytest.fixture(scope="module")
def declaring_board(start_board: Callable[..., str], tmp_path_factory: pytest.TempPathFactory) -> str:
    """Evaluation over epochs, which one run of the two logs."""
    logdir = tmp_path_factory.mktemp("axes")
    for name in ("a", "b"):
        with SummaryWriter(logdir / name) as writer:
            writer.define_metric("eval/*", x_axis="epoch")
            for step in range(0, 1000, 100):
                writer.add_scalar("eval/acc", 0.5, step)
                writer.add_scalar("loss", 1.0, step)
                if name == "a":
                    writer.add_scalar("epoch", step / 100, step)
    return start_board(logdir, "--index", "off")


def last_x(page: Page, tag: str) -> dict[str, str]:
    """The table under a plot at its last point."""
    card = page.locator(f'.card[data-tag="{tag}"]')
    expect(card.locator(".card-foot")).to_contain_text("points")
    card.locator(".card-plot").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".plot-tip strong")).to_have_text(tag)
    heads = page.locator(".plot-tip th").all_inner_texts()
    return dict(zip(heads, page.locator(".plot-tip .is-lit td").all_inner_texts(), strict=True))


def test_tag_is_drawn_over_the_metric_that_its_runs_declare(open_page: OpenPage, declaring_board: str) -> None:
    page = open_page(f"{declaring_board}/scalars?only=a")
    card = page.locator('.card[data-tag="eval/acc"]')
    expect(card.locator(".card-axis")).to_have_text("over epoch")
    expect(page.locator('.card[data-tag="loss"] .card-axis')).to_have_count(0)
    expect(page.get_by_role("button", name="x-axis: as the runs declare it")).to_have_text("Declared")

    assert last_x(page, "eval/acc")["epoch"] == "9.000"
    assert "epoch" not in last_x(page, "loss")

    page.get_by_role("radio", name="Step").click()
    expect(card.locator(".card-axis")).to_have_count(0)
    expect(page).to_have_url(re.compile("x=step"))
    page.get_by_role("button", name="Another metric as x-axis").click()
    page.get_by_role("button", name="As declared by the runs").click()
    expect(card.locator(".card-axis")).to_have_text("over epoch")


def test_declared_axis_goes_with_the_run_that_declares_it(
    open_page: OpenPage, start_board: Callable[..., str], tmp_path: Path
) -> None:
    for name in ("declaring", "silent"):
        with SummaryWriter(tmp_path / name) as writer:
            if name == "declaring":
                writer.define_metric("acc", x_axis="epoch")
            for step in range(3):
                writer.add_scalar("acc", 0.5, step)
                writer.add_scalar("epoch", step / 10, step)
    page = open_page(f"{start_board(tmp_path, '--index', 'off', '--reload-interval', '0.5')}/scalars")
    card = page.locator('.card[data-tag="acc"]')
    expect(card.locator(".card-axis")).to_have_text("over epoch")

    shutil.rmtree(tmp_path / "declaring")

    expect(card.locator(".card-value")).to_have_count(1)
    expect(card.locator(".card-axis")).to_have_count(0)


def test_table_of_groups_has_each_tag_over_its_own_axis(open_page: OpenPage, declaring_board: str) -> None:
    page = open_page(f"{declaring_board}/scalars?only=a&group=/^(.)/")
    expect(page.locator('.card[data-tag="eval/acc"] .card-axis')).to_have_text("over epoch")

    with page.expect_download() as download:
        page.evaluate("""async () => {
          const { saveGroups } = await import('/static/js/export/save.js');
          await saveGroups([{ tags: ["eval/acc"] }, { tags: ["loss"] }], "both");
        }""")

    table = pd.read_csv(download.value.path())
    assert set(table.group) == {"a"}
    assert table[table.tag == "eval/acc"].x.tolist() == list(range(10))
    assert table[table.tag == "loss"].x.tolist() == list(range(0, 1000, 100))


def test_table_of_points_says_where_each_stands_on_the_axis_of_its_tag(
    open_page: OpenPage, declaring_board: str
) -> None:
    page = open_page(f"{declaring_board}/scalars?only=a")
    expect(page.locator('.card[data-tag="eval/acc"] .card-axis')).to_have_text("over epoch")

    with page.expect_download() as download:
        page.evaluate("""async () => {
          const { saveTable } = await import('/static/js/export/save.js');
          await saveTable([{ tags: ["eval/acc"] }, { tags: ["loss"] }], "both", "csv");
        }""")

    table = pd.read_csv(download.value.path())
    assert table[table.tag == "eval/acc"].axis.unique().tolist() == ["metric:epoch"]
    assert table[table.tag == "eval/acc"].x.tolist() == list(range(10))
    assert table[table.tag == "eval/acc"].step.tolist() == list(range(0, 1000, 100))
    assert table[table.tag == "loss"].axis.unique().tolist() == ["step"]
    assert table[table.tag == "loss"].x.tolist() == list(range(0, 1000, 100))


def test_declared_axis_that_a_selected_run_lacks_hides_no_run(open_page: OpenPage, declaring_board: str) -> None:
    page = open_page(f"{declaring_board}/scalars?v=3")
    card = page.locator('.card[data-tag="eval/acc"]')
    expect(card.locator(".card-value")).to_have_count(2)
    expect(card.locator(".card-axis")).to_have_count(0)

    page.get_by_role("checkbox", name="Select b").click()

    expect(card.locator(".card-axis")).to_have_text("over epoch")
    expect(card.locator(".card-value")).to_have_count(1)


def test_points_that_the_axis_does_not_reach_yet_are_counted(
    open_page: OpenPage, start_board: Callable[..., str], tmp_path: Path
) -> None:
    with SummaryWriter(tmp_path / "a") as writer:
        writer.define_metric("acc", x_axis="epoch")
        for step in range(10):
            writer.add_scalar("acc", 0.5, step)
            if step < 8:
                writer.add_scalar("epoch", step / 10, step)
    page = open_page(f"{start_board(tmp_path, '--index', 'off')}/scalars")
    foot = page.locator('.card[data-tag="acc"] .card-foot-kind')

    expect(foot).to_contain_text("all 8 points")
    expect(foot).to_contain_text("2 without epoch")

    page.get_by_role("radio", name="Step").click()

    expect(foot).to_have_text("all 10 points")
