"""The Scalars page on what the iris example logged, and on runs that are still written."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from summaries import SummaryWriter, load

pytestmark = pytest.mark.browser
StartBoard = Callable[[Path], str]
OpenPage = Callable[..., Page]


def card(page: Page, tag: str) -> object:
    return page.locator(f'.card[data-tag="{tag}"]')


def hover(page: Page, tag: str, share: float) -> tuple[float, str, int]:
    """Points at a share of a card's plot; returns the lit row's value, run and step as the tooltip shows them."""
    box = card(page, tag).locator(".u-over").bounding_box()
    page.mouse.move(box["x"] + share * box["width"], box["y"] + box["height"] / 2)
    lit = page.locator(".plot-tip .is-lit td")
    expect(lit).to_have_count(4)
    run, value, step, _ = lit.all_inner_texts()
    return float(value.replace("−", "-")), run, int(step.replace(",", ""))


def colored_pixels(page: Page, tag: str, run: str) -> int:
    """How many pixels of a card's plot have exactly the run's colour."""
    swatch = page.locator(f'[data-run="{run}"] .swatch')
    expect(card(page, tag).locator(".card-foot")).to_contain_text("points")
    color = swatch.evaluate("element => getComputedStyle(element).backgroundColor.match(/\\d+/g).map(Number)")
    return (
        card(page, tag)
        .locator(".uplot > .u-wrap > canvas")
        .evaluate(
            """async (canvas, [r, g, b]) => {
          for (let i = 0; i < 2; i += 1) await new Promise((drawn) => requestAnimationFrame(drawn));
          const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
          let count = 0;
          for (let i = 0; i < data.length; i += 4) count += data[i] === r && data[i + 1] === g && data[i + 2] === b;
          return count;
        }""",
            color,
        )
    )


def test_cards_show_the_values_that_training_logged(open_page: OpenPage, iris_board: str, iris_logdir: Path) -> None:
    logged = load(iris_logdir).runs["iris"].scalars["loss"]
    page = open_page(f"{iris_board}/scalars")

    expect(card(page, "loss").locator(".card-foot")).to_have_text(f"all {len(logged)} points")
    shown = float(card(page, "loss").locator(".card-value").inner_text())
    value, _, step = hover(page, "loss", 0.5)

    assert shown == pytest.approx(logged.values[-1], rel=1e-3)
    assert step in range(len(logged) // 2 - 2, len(logged) // 2 + 3)
    assert value == pytest.approx(logged.values[np.flatnonzero(logged.steps == step)[0]], rel=1e-3)
    assert colored_pixels(page, "loss", "iris") > 100


def test_every_scalar_tag_has_a_card_under_its_group(open_page: OpenPage, iris_board: str, iris_logdir: Path) -> None:
    tags = set(load(iris_logdir).runs["iris"].scalars)
    page = open_page(f"{iris_board}/scalars")

    expect(page.locator(".card[data-tag]")).to_have_count(len(tags))
    assert {element.get_attribute("data-tag") for element in page.locator(".card[data-tag]").all()} == tags


@pytest.fixture
def two_runs(tmp_path: Path) -> Path:
    for name, level in (("low", 1.0), ("high", 3.0)):
        with SummaryWriter(tmp_path / "exp" / name) as writer:
            for step in range(100):
                writer.add_scalar("train/loss", level + step / 1000, step, walltime=1e9 + 60 * step)
            writer.add_scalar("eval/score", level, 100, walltime=1e9 + 6000)
    return tmp_path


def test_new_point_is_drawn_without_reload(start_board: StartBoard, open_page: OpenPage, tmp_path: Path) -> None:
    writer = SummaryWriter(tmp_path / "run")
    writer.add_scalar("loss", 2.0, 0)
    writer.flush()
    page = open_page(start_board(tmp_path))
    expect(card(page, "loss").locator(".card-value")).to_have_text("2.000")
    page.evaluate("window.isSamePage = true")
    canvas = card(page, "loss").locator("canvas").first.element_handle()

    for step in range(1, 5):
        writer.add_scalar("loss", 2.0 - step / 10, step)
        writer.flush()
        expect(card(page, "loss").locator(".card-value")).to_have_text(f"{2.0 - step / 10:.3f}")
    writer.add_scalar("new/tag", 7.0, 5)
    writer.close()

    expect(card(page, "new/tag").locator(".card-value")).to_have_text("7.000")
    assert page.evaluate("window.isSamePage")
    assert canvas.evaluate("canvas => canvas.isConnected")


def test_run_that_appears_later_is_drawn(start_board: StartBoard, open_page: OpenPage, tmp_path: Path) -> None:
    with SummaryWriter(tmp_path / "exp" / "a") as writer:
        writer.add_scalar("loss", 1.0, 0)
    page = open_page(start_board(tmp_path))
    expect(page.locator("[data-run]")).to_have_count(1)

    with SummaryWriter(tmp_path / "exp" / "b") as writer:
        writer.add_scalar("loss", 0.5, 0)

    expect(page.locator("[data-run]")).to_have_count(2)
    expect(card(page, "loss").locator(".card-value")).to_have_text(["0.5000", "1.000"])


def test_selection_decides_what_is_drawn_and_is_in_the_url(
    start_board: StartBoard, open_page: OpenPage, two_runs: Path
) -> None:
    page = open_page(start_board(two_runs))
    values = card(page, "train/loss").locator(".card-value")
    expect(values).to_have_text(["1.099", "3.099"])

    page.get_by_role("checkbox", name="Select exp/high").click()
    expect(values).to_have_text(["1.099"])
    expect(page).to_have_url(re.compile("except=exp/high"))

    page.reload()
    expect(values).to_have_text(["1.099"])
    expect(page.get_by_role("checkbox", name="Select exp/high")).to_have_attribute("aria-checked", "false")


def test_axis_filter_and_zoom_change_every_card(start_board: StartBoard, open_page: OpenPage, two_runs: Path) -> None:
    page = open_page(start_board(two_runs))
    expect(page.locator(".card[data-tag]")).to_have_count(2)
    page.get_by_text("Relative", exact=True).click()
    expect(card(page, "train/loss").locator(".card-foot")).to_have_text("all 200 points")

    box = card(page, "train/loss").locator(".u-over").bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.25, box["y"] + 40)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + 50, steps=4)
    page.mouse.up()
    expect(page.get_by_text("Reset zoom")).to_be_visible()
    expect(card(page, "train/loss").locator(".card-foot")).not_to_have_text("all 200 points")
    page.get_by_text("Reset zoom").click()
    expect(card(page, "train/loss").locator(".card-foot")).to_have_text("all 200 points")

    page.get_by_label("Filter tags by regex").fill("^eval/")
    expect(page.locator(".card[data-tag]")).to_have_count(1)


def test_smoothing_is_told_beside_the_raw_value(start_board: StartBoard, open_page: OpenPage, tmp_path: Path) -> None:
    with SummaryWriter(tmp_path / "run") as writer:
        for step, value in enumerate((1.0, 0.0, 0.0)):
            writer.add_scalar("loss", value, step)
    page = open_page(start_board(tmp_path))
    expect(card(page, "loss").locator(".card-foot")).to_have_text("all 3 points")

    page.get_by_label("Smooth").fill("0.5")
    page.keyboard.press("Enter")
    box = card(page, "loss").locator(".u-over").bounding_box()
    page.mouse.move(box["x"] + box["width"] - 2, box["y"] + 20)

    # (0.5 · 0.5 · 0.5) / (1 − 0.5³), the bias-corrected average of 1, 0, 0
    expect(page.locator(".plot-tip .is-lit td")).to_have_text(["run", "0", "0.1429", "2", re.compile(" s$")])
    slider = page.get_by_label("Weight of the moving average")
    expect(slider).to_have_value("10")


def test_points_that_are_all_here_need_no_server_for_another_axis_or_weight(
    start_board: StartBoard, open_page: OpenPage, tmp_path: Path
) -> None:
    with SummaryWriter(tmp_path / "run") as writer:
        for step, value in enumerate((1.0, np.nan, 0.0, 0.0)):
            writer.add_scalar("loss", value, step, walltime=1_700_000_000.0 + 60 * step)
    page = open_page(start_board(tmp_path))
    expect(card(page, "loss").locator(".card-foot")).to_contain_text("all 4 points")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))

    page.get_by_text("Relative", exact=True).click()
    page.get_by_label("Smooth").fill("0.5")
    page.keyboard.press("Enter")
    box = card(page, "loss").locator(".u-over").bounding_box()
    page.mouse.move(box["x"] + box["width"] - 2, box["y"] + 20)

    expect(page.locator(".plot-tip .is-lit td")).to_have_text(["run", "0", "0.1429", "3", "3 m"])
    page.get_by_text("Step", exact=True).click()
    expect(page.get_by_role("radio", name="Step")).to_have_attribute("aria-checked", "true")
    assert [url for url in asked if "/data/series" in url] == []


def test_cursor_is_linked_and_the_run_under_it_is_lit(
    start_board: StartBoard, open_page: OpenPage, two_runs: Path
) -> None:
    page = open_page(start_board(two_runs))
    expect(card(page, "train/loss").locator(".card-foot")).to_have_text("all 200 points")
    box = card(page, "train/loss").locator(".u-over").bounding_box()

    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 8)

    expect(page.locator('[data-run="exp/high"]')).to_have_class("run-row is-selected is-lit")
    expect(page.locator(".plot-tip .is-lit td").first).to_have_text("high")
    page.mouse.move(5, 5)
    expect(page.locator(".plot-tip")).to_be_hidden()


def test_nan_is_marked_and_its_first_step_told(start_board: StartBoard, open_page: OpenPage, tmp_path: Path) -> None:
    with SummaryWriter(tmp_path / "run") as writer:
        for step in range(10):
            writer.add_scalar("loss", float("nan") if step in (4, 7) else 1.0, step)
    page = open_page(start_board(tmp_path))

    problem = card(page, "loss").locator(".is-bad")

    expect(problem).to_have_text("2 NaN")
    expect(problem).to_have_attribute("title", "First in run at step 4")
    expect(card(page, "loss").locator(".card-foot")).to_contain_text("all 10 points")


def test_themes_follow_the_system_and_the_switch(open_page: OpenPage, iris_board: str) -> None:
    page = open_page(f"{iris_board}/scalars", theme="dark")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")

    page.get_by_role("button", name="Use the light theme").click()

    expect(page.locator("html")).to_have_attribute("data-theme", "light")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "light")
    assert colored_pixels(page, "loss", "iris") > 100


def test_small_screen_has_one_column_and_the_runs_in_a_drawer(open_page: OpenPage, iris_board: str) -> None:
    page = open_page(f"{iris_board}/scalars", width=400, height=800)
    expect(card(page, "loss")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == 400
    expect(page.locator('[data-run="iris"]')).not_to_be_visible()

    page.get_by_role("button", name="1 run").click()

    expect(page.locator('[data-run="iris"]')).to_be_visible()


def test_no_number_of_a_narrow_card_is_cut(
    open_page: OpenPage, start_board: Callable[..., str], tmp_path: Path
) -> None:
    for number in range(5):
        with SummaryWriter(tmp_path / f"run_{number}") as writer:
            writer.add_scalar("perf/tokens", 411_234.0 + number, 0)
    page = open_page(f"{start_board(tmp_path)}/scalars", width=700)
    expect(page.locator(".card-value").first).to_be_visible()

    shown = page.locator(".card-values").evaluate(
        """(row) => {
          const { right, bottom } = row.getBoundingClientRect();
          const boxes = [...row.children].map((value) => value.getBoundingClientRect());
          return boxes.filter((box) => box.top < bottom - 1).map((box) => box.right <= right);
        }"""
    )

    assert shown == [True] * len(shown)
    assert 0 < len(shown) < 4


KEEP_LABELS = """() => {
  const write = CanvasRenderingContext2D.prototype.fillText;
  CanvasRenderingContext2D.prototype.fillText = function (text, ...place) {
    window.labels?.push(text);
    write.call(this, text, ...place);
  };
}"""


@pytest.mark.parametrize("scale", ["linear", "log"])
def test_labels_of_a_plot_follow_its_axis(
    start_board: StartBoard, open_page: OpenPage, tmp_path: Path, scale: str
) -> None:
    with SummaryWriter(tmp_path / "run") as writer:
        for step in range(201):
            writer.add_scalar("loss", step / 1_000, step, walltime=1.7e9 + 30 * step)
    page = open_page(f"{start_board(tmp_path)}/scalars?v=3&xscale={scale}")
    expect(card(page, "loss").locator(".card-foot")).to_have_text("all 201 points")
    page.evaluate(KEEP_LABELS)
    clocks = [("Wall", r"^\d\d:\d\d$")] if scale == "linear" else []

    for axis, wanted in (*clocks, ("Relative", r"^\d+ m"), ("Step", "^100$"), ("Relative", r"^\d+ m")):
        page.evaluate("window.labels = []")
        page.get_by_role("radio", name=axis, exact=True).click()

        page.wait_for_function("wanted => window.labels.some(label => new RegExp(wanted).test(label))", arg=wanted)
