"""The step cursor of the Scalars page: held, moved by keys, linked to the Histograms page, kept in the link, copied."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from summaries import SummaryWriter

pytestmark = pytest.mark.browser
StartBoard = Callable[..., str]
OpenPage = Callable[..., Page]


def write_runs(logdir: Path) -> Path:
    """Three runs, `level` apart, with two scalars and a histogram at steps 0, 10, … 400."""
    for name, level in (("a", 1.0), ("b", 3.0), ("c", 2.0)):
        with SummaryWriter(logdir / "exp" / name) as writer:
            for step in range(0, 401, 10):
                writer.add_scalar("train/loss", level + step / 1000, step, walltime=1e9 + step)
                writer.add_scalar("train/rate", level, step, walltime=1e9 + step)
                writer.add_histogram("weights", [level, level + step], step, walltime=1e9 + step)
    return logdir


@pytest.fixture(scope="module")
def board(start_board: StartBoard, tmp_path_factory: pytest.TempPathFactory) -> str:
    return start_board(write_runs(tmp_path_factory.mktemp("cursor")))


def card(page: Page, tag: str) -> Locator:
    return page.locator(f'.card[data-tag="{tag}"]')


def open_scalars(open_page: OpenPage, board: str) -> Page:
    page = open_page(f"{board}/scalars")
    expect(card(page, "train/loss").locator(".card-foot")).to_have_text("all 123 points")
    return page


@pytest.fixture
def page(board: str, open_page: OpenPage) -> Page:
    return open_scalars(open_page, board)


@pytest.fixture
def own_page(start_board: StartBoard, open_page: OpenPage, tmp_path: Path) -> Page:
    """A page of a board on which nobody has left a note."""
    return open_scalars(open_page, start_board(write_runs(tmp_path)))


def point(page: Page, tag: str, x: float, y: float) -> None:
    box = card(page, tag).locator(".u-over").bounding_box()
    page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"])


def is_lit(page: Page, run: str, value: str, step: str) -> None:
    """The lit row of a held cursor says so."""
    anything = re.compile(".")
    expect(page.locator(".plot-tip .is-lit td")).to_have_text([run, value, step, anything, anything])


def click(page: Page, tag: str, x: float, y: float) -> None:
    point(page, tag, x, y)
    page.mouse.down()
    page.mouse.up()
    expect(page.locator(".plot-tip")).to_have_class("plot-tip is-held")


def test_click_holds_and_keys_move_along_the_steps(page: Page) -> None:
    click(page, "train/loss", 0.5, 0.05)
    point(page, "train/loss", 0.9, 0.9)
    is_lit(page, "b", "3.200", "200")
    expect(page).to_have_url(re.compile(r"[?&]step=200\b"))

    page.keyboard.press("ArrowRight")
    is_lit(page, "b", "3.210", "210")
    page.keyboard.press("Shift+ArrowRight")
    is_lit(page, "b", "3.310", "310")
    page.keyboard.press("ArrowDown")
    is_lit(page, "c", "2.310", "310")

    point(page, "train/loss", 1.2, 1.5)
    page.keyboard.press("Escape")
    expect(page.locator(".plot-tip")).to_be_hidden()
    expect(page).not_to_have_url(re.compile("step="))


def test_held_step_is_the_same_on_the_histograms_page_and_in_the_link(page: Page) -> None:
    click(page, "train/loss", 0.5, 0.05)
    mean = card(page, "weights").locator(".card-values")

    page.get_by_role("link", name="Histograms").click()

    # The mean of [level, level + 200], as far as buckets know it; at the last step it is twice as large.
    expect(mean).to_contain_text(re.compile(r"μ\s*10\dσ"))
    expect(page).to_have_url(re.compile(r"histograms\?.*step=200\b"))
    page.reload()
    expect(mean).to_contain_text(re.compile(r"μ\s*10\dσ"))
    page.keyboard.press("Escape")
    expect(mean).to_contain_text(re.compile(r"μ\s*2\d\dσ"))


def test_cursor_is_drawn_on_the_other_cards(page: Page) -> None:
    point(page, "train/loss", 0.5, 0.5)
    expect(page.locator(".plot-tip")).to_be_visible()

    expect(card(page, "train/loss").locator(".plot-flag")).to_have_text("200")
    column = """(canvas) => {
      const { data } = canvas.getContext("2d").getImageData(canvas.width / 2, 0, 1, canvas.height);
      return data.some((value, i) => i % 4 === 3 && value > 0);
    }"""
    assert card(page, "train/rate").locator(".plot-overlay").last.evaluate(column)
    expect(card(page, "train/rate").locator(".plot-flag")).to_be_hidden()


def test_rows_are_sorted_as_chosen_and_the_choice_is_kept(page: Page) -> None:
    runs = page.locator(".plot-tip tbody tr td:first-child")
    click(page, "train/loss", 0.5, 0.05)
    expect(runs).to_have_text(["a", "c", "b"])

    page.get_by_label("Sorted by").select_option("name")
    expect(runs).to_have_text(["a", "b", "c"])
    page.get_by_label("Sorted by").select_option("nearest")
    expect(runs).to_have_text(["b", "c", "a"])

    page.reload()
    point(page, "train/loss", 0.5, 0.95)
    expect(runs).to_have_text(["a", "c", "b"])
    expect(page.locator(".plot-tip-foot")).to_contain_text("sorted by nearest")


def test_table_of_a_held_cursor_is_copied_with_exact_values(page: Page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    click(page, "train/loss", 0.5, 0.05)

    page.get_by_role("button", name="Copy table").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    lines = page.evaluate("navigator.clipboard.readText()").split("\n")

    assert lines[0].split("\t") == ["Run", "value", "step", "relative", "wall time"]
    cells = [line.split("\t") for line in lines[1:]]
    assert [(run, float(value), step) for run, value, step, *_ in cells] == [
        ("exp/a", pytest.approx(1.2), "200"),
        ("exp/c", pytest.approx(2.2), "200"),
        ("exp/b", pytest.approx(3.2), "200"),
    ]
    assert cells[0][3:] == ["200", "2001-09-09T01:50:00.000Z"]


def test_difference_to_the_baseline_stands_in_each_row(page: Page) -> None:
    session = "const { session } = await import('/static/js/session.js');"
    page.evaluate(
        f"async () => {{ {session} session.sidecar.edit([{{ path: ['baseline'], value: 'exp/c' }}], {{}}); }}"
    )
    expect(page.locator(".run-flag")).to_be_visible()

    point(page, "train/loss", 0.5, 0.05)

    rows = page.locator(".plot-tip tbody tr")
    expect(rows.first).to_have_class("is-baseline")
    expect(rows.locator(".delta")).to_have_text(["baseline", "−1.00", "+1.00"])
    page.keyboard.press("Control+z")
    expect(page.locator(".run-flag")).to_have_count(0)


def test_tap_holds_the_cursor_and_its_table_is_a_sheet(board: str, browser: object) -> None:
    context = browser.new_context(viewport={"width": 400, "height": 800}, has_touch=True)
    page = context.new_page()
    page.goto(f"{board}/scalars")
    expect(card(page, "train/loss").locator(".card-foot")).to_have_text("all 123 points")

    box = card(page, "train/loss").locator(".u-over").bounding_box()
    page.touchscreen.tap(box["x"] + box["width"] / 2, box["y"] + 10)

    tip = page.locator(".plot-tip")
    expect(tip).to_be_visible()
    sheet = tip.bounding_box()
    assert sheet["x"] == 0
    assert sheet["width"] == 400
    ends = tip.locator("button, select").evaluate_all("all => all.map((one) => one.getBoundingClientRect().right)")
    assert len(ends) == 4
    assert max(ends) <= 400
    assert sheet["y"] + sheet["height"] == pytest.approx(800, abs=1)
    expect(page.locator(".plot-tip .is-lit td:visible")).to_have_text(["b", "3.200"])
    context.close()


def test_note_at_the_held_cursor_is_marked_on_the_lane_and_kept(own_page: Page) -> None:
    page = own_page
    click(page, "train/loss", 0.5, 0.05)

    page.keyboard.press("n")
    page.get_by_label("Note", exact=True).fill("rate was halved")
    page.keyboard.press("Enter")

    mark = card(page, "train/loss").locator(".plot-mark")
    expect(mark).to_have_attribute("title", "note in b at step 200: rate was halved")
    over = card(page, "train/loss").locator(".u-over").bounding_box()
    box = mark.bounding_box()
    assert box["x"] + box["width"] / 2 == pytest.approx(over["x"] + over["width"] / 2, abs=3)
    assert box["y"] + box["height"] <= over["y"] + 1
    expect(card(page, "train/rate").locator(".plot-mark")).to_have_count(0)
    page.keyboard.press("Escape")
    page.reload()
    expect(mark).to_have_count(1)
    mark.click()
    expect(page).to_have_url(re.compile(r"[?&]step=200\b"))


def test_no_mark_of_the_lane_covers_the_number_of_another(own_page: Page) -> None:
    page = own_page
    page.evaluate("""async () => {
      const { session } = await import("/static/js/session.js");
      const value = (step) => ({ step, text: "x", tag: "train/loss" });
      const note = (step, i) => ({ path: ["runs", "exp/b", "annotations", `n${i}`], value: value(step) });
      const steps = [...Array(12).fill(200), 223, 240];
      await session.postJSON("data/sidecar/edits", { edits: steps.map(note) });
    }""")
    marks = card(page, "train/loss").locator(".plot-mark")
    expect(marks.first).to_contain_text("1")

    overlaps = marks.evaluate_all("""marks => marks.slice(1).filter((mark, i) => {
      const before = marks[i].querySelector("sup") ?? marks[i];
      return before.getBoundingClientRect().right > mark.getBoundingClientRect().left;
    }).length""")

    assert marks.count() >= 2
    assert overlaps == 0


def test_keys_go_along_the_lane(own_page: Page) -> None:
    page = own_page
    for share, text in ((0.25, "first"), (0.75, "second")):
        click(page, "train/loss", share, 0.05)
        page.keyboard.press("n")
        page.get_by_label("Note", exact=True).fill(text)
        page.keyboard.press("Enter")
        page.keyboard.press("Escape")
    marks = card(page, "train/loss").locator(".plot-mark")
    expect(marks.filter(has_text="✎")).to_have_count(2)
    card(page, "train/loss").locator(".card-plot").focus()

    page.keyboard.press("Tab")
    expect(marks.first).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(marks.nth(1)).to_be_focused()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")

    expect(page).to_have_url(re.compile(r"[?&]step=300\b"))


def test_table_shows_numbers_of_hyperparameters_whole(
    start_board: Callable[..., str], open_page: Callable[..., Page], tmp_path: Path
) -> None:
    for name, rate in (("a", 7.969241e-4), ("b", -1.234567e-10)):
        with SummaryWriter(tmp_path / name, config={"rate": rate}) as writer:
            writer.add_scalars_block([0, 1], {"loss": [1.0, 2.0]}, walltimes=[1e9, 1e9])
    page = open_page(start_board(tmp_path, "--index", "off"))
    page.locator(".u-over").hover()
    cells = page.locator(".plot-tip td.hparam")

    expect(cells).to_have_text(["7.96924e-4", "−1.23457e-10"])
    assert cells.evaluate_all("all => all.filter((one) => one.scrollWidth > one.clientWidth).length") == 0
