"""Grouping and colours of runs, by what stands in swatches, legend, tooltip and on the canvas."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from summaries import SummaryWriter
from tests.browser.served import serve
from tests.browser.session import wait_for

pytestmark = pytest.mark.browser
OpenPage = Callable[..., Page]
StartBoard = Callable[..., str]
LIGHT = ["#3463ea", "#dd6e4f", "#1c6640", "#c571a0"]
RAMP_ENDS = ("#1f0c8c", "#e0644f")


def write_run(folder: Path, lr: float, optimizer: str, seed: int, wall_time: float) -> None:
    """A run of two points at a time of its own, so that runs have an order."""
    with SummaryWriter(folder) as writer:
        writer.add_config({"lr": lr, "optimizer": optimizer, "seed": seed, "same": 1})
        for step in (0, 1):
            writer.add_scalar("loss", lr * 1_000 + len(optimizer) + seed * 0.1, step, walltime=wall_time + step)


@pytest.fixture(scope="module")
def grid_logdir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve runs: two learning rates, two optimizers, three seeds."""
    folder = tmp_path_factory.mktemp("grid")
    for i in range(12):
        write_run(folder / f"run-{i:02d}", (1e-3, 3e-4)[i // 6], ("adam", "sgd")[i // 3 % 2], i % 3, 1e9 + 100 * i)
    return folder


@pytest.fixture(scope="module")
def grid(start_board: StartBoard, grid_logdir: Path) -> str:
    return start_board(grid_logdir, "--index", "off")


@pytest.fixture(scope="module")
def many(start_board: StartBoard, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A board on 50 runs, whose learning rates span two decades."""
    folder = tmp_path_factory.mktemp("many")
    for i in range(50):
        write_run(folder / f"run-{i:02d}", 1e-4 * 10 ** (2 * i / 49), "adam", 0, 1e9 + 100 * i)
    return start_board(folder, "--index", "off")


def to_hex(color: str) -> str:
    """`rgb(52, 99, 234)` as `#3463ea`."""
    return "#" + "".join(f"{int(part):02x}" for part in re.findall(r"\d+", color)[:3])


def swatches(page: Page) -> dict[str, str]:
    """The colour of each run in the list, as its swatch has it."""
    found = page.evaluate("""() => [...document.querySelectorAll("[data-run]")].map((row) => {
      const { backgroundColor, backgroundImage } = getComputedStyle(row.querySelector(".swatch"));
      const [dashed] = backgroundImage.match(/rgb\\([^)]*\\)/) ?? [];
      return [row.dataset.run, dashed ?? backgroundColor];
    })""")
    return {run: to_hex(color) for run, color in found}


def wait_until_drawn(page: Page, colors: Iterable[str]) -> None:
    """Waits until all of these colours are fully opaque on the canvas of the first card."""
    wanted = [[int(color[i : i + 2], 16) for i in (1, 3, 5)] for color in colors]
    page.wait_for_function(
        """(wanted) => {
          const canvas = document.querySelector(".card canvas");
          if (!canvas?.width) return false;
          const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
          const seen = new Set();
          for (let i = 0; i < data.length; i += 4) if (data[i + 3] === 255) seen.add(data.slice(i, i + 3).join());
          return wanted.every((color) => seen.has(color.join()));
        }""",
        arg=wanted,
    )


def test_group_is_one_colour_in_list_and_chart(open_page: OpenPage, grid: str) -> None:
    page = open_page(f"{grid}/scalars?group=lr&group=optimizer")
    wait_for(page, "session.groups")

    colors = swatches(page)

    assert [colors[f"run-{i:02d}"] for i in range(12)] == [LIGHT[i // 3] for i in range(12)]
    wait_until_drawn(page, LIGHT)
    groups = page.evaluate("""async () => (await import("/static/js/session.js")).session.groups
      .map(({ label, runs, numFinished, numFailed }) => [label, runs.length, numFinished, numFailed])""")
    assert groups == [
        ["lr 3e-4 · adam", 3, 3, 0], ["lr 3e-4 · sgd", 3, 3, 0],
        ["lr 1e-3 · adam", 3, 3, 0], ["lr 1e-3 · sgd", 3, 3, 0],
    ]  # fmt: skip


def test_link_that_groups_by_what_no_run_has_says_so_and_colours_the_runs(open_page: OpenPage, grid: str) -> None:
    page = open_page(f"{grid}/scalars?group=orbit", allow_console="422")

    expect(page.get_by_role("button", name="Group: orbit")).to_have_attribute("title", re.compile("orbit"))
    wait_for(page, 'session.comparison.coloring.kind === "run"')
    assert len(set(swatches(page).values())) == 12
    expect(page.locator(".groups-button")).to_have_count(0)


def test_menu_groups_by_several_and_by_a_regex_and_says_what_is_wrong(open_page: OpenPage, grid: str) -> None:
    page = open_page(grid, allow_console="422")
    wait_for(page, "session.differing.length > 0")
    page.get_by_role("button", name="Group", exact=True).click()
    menu = page.get_by_role("dialog", name="Group and colour the runs")
    by = menu.get_by_role("group", name="Group by")
    expect(by.get_by_role("checkbox")).to_have_text(["lr", "optimizer", "seed"])

    by.get_by_role("checkbox", name="optimizer").click()
    by.get_by_role("checkbox", name="lr").click()
    expect(page.locator(".group-button")).to_have_text("optimizer, lr")
    expect(page).to_have_url(re.compile("group=optimizer&group=lr"))

    field = menu.get_by_role("textbox", name="Group by a regex on the name")
    field.fill("run-(")
    expect(menu.get_by_role("alert")).to_contain_text("The regular expression cannot be read")
    field.fill(r"run-(\d)")
    expect(menu.get_by_role("alert")).to_have_count(0)
    wait_for(page, "session.groups?.length === 2")
    assert set(swatches(page).values()) == set(LIGHT[:2])

    menu.get_by_role("button", name="No grouping").click()
    expect(page.locator(".group-button")).to_have_text("Group")
    page.keyboard.press("Escape")
    page.keyboard.press("ControlOrMeta+z")
    expect(page.locator(".group-button")).to_have_text(r"/run-(\d)/")


def test_colour_by_a_number_is_a_ramp_with_its_ends(open_page: OpenPage, grid: str) -> None:
    page = open_page(f"{grid}/scalars?color=lr")
    legend = page.locator(".color-legend")

    expect(legend).to_have_text("Colour: lr3e-41e-3")
    colors = swatches(page)
    assert colors["run-00"] == RAMP_ENDS[1]
    assert colors["run-11"] == RAMP_ENDS[0]
    wait_until_drawn(page, RAMP_ENDS)


def test_colour_by_words_has_a_swatch_for_each(open_page: OpenPage, grid: str) -> None:
    page = open_page(f"{grid}/scalars?color=optimizer")

    expect(page.locator(".color-values > span")).to_have_text(["adam", "sgd"])
    colors = swatches(page)
    assert [colors["run-00"], colors["run-03"]] == LIGHT[:2]


def test_more_than_36_runs_stand_on_a_ramp_and_fewer_do_not(open_page: OpenPage, many: str) -> None:
    page = open_page(many)

    expect(page.locator(".color-legend")).to_have_text("Colour: lr, log1e-40.01")
    colors = list(swatches(page).values())
    light = [sum(w * int(one[i : i + 2], 16) for i, w in ((1, 0.2126), (3, 0.7152), (5, 0.0722))) for one in colors]
    assert light == sorted(light, reverse=True)  # the newest has the largest lr; older ones are ever darker
    assert page.evaluate("() => document.querySelector('.run-rows').scrollHeight") >= 50 * 28

    page.locator(".run-row .box").nth(3).click(modifiers=["Alt"])
    expect(page.locator(".color-legend")).to_have_count(0)
    page.keyboard.press("ControlOrMeta+z")
    expect(page.locator(".color-legend")).to_be_visible()


def test_no_two_selected_runs_look_the_same(open_page: OpenPage, many: str) -> None:
    picks = [0, 12, 24, 1, 13, 37, 49]
    only = "&".join(f"only=run-{i:02d}" for i in picks)
    page = open_page(f"{many}/scalars?{only}")
    wait_for(page, "session.selected.size === 7")

    looks = page.evaluate("""async () => (await import("/static/js/session.js")).session.selectedRuns
      .map(({ color, dash }) => `${color} ${dash}`)""")

    assert len(set(looks)) == len(picks)


def test_tooltip_shows_only_what_differs(open_page: OpenPage, grid: str) -> None:
    page = open_page(f"{grid}/scalars?only=run-00&only=run-04&only=run-05")
    wait_for(page, "session.differing.length > 0")
    page.locator(".card .u-over").first.hover()

    tip = page.locator(".plot-tip")
    expect(tip.locator("th")).to_have_text(["Run", "optimizer", "seed", "value", "step", "relative"])
    expect(tip.locator("tr", has_text="run-04").locator("td.hparam")).to_have_text(["sgd", "1"])


def test_colours_are_the_same_on_another_page_in_another_session_and_with_more_runs(
    open_page: OpenPage, tmp_path: Path
) -> None:
    for i in range(4):
        write_run(tmp_path / f"run-{i}", (1e-3, 3e-4)[i % 2], "adam", i, 1e9 + 100 * i)
    with serve(tmp_path, "--index", "off", "--reload-interval", "0.2") as board:
        page = open_page(f"{board.address}/scalars?group=lr", allow_console="ERR_|WebSocket")
        wait_for(page, "session.groups")
        before = swatches(page)
        top = page.locator('[data-run="run-0"]').bounding_box()["y"]

        write_run(tmp_path / "run-new", 1e-2, "adam", 5, 1e9 + 1_000)
        write_run(tmp_path / "run-more", 3e-4, "adam", 6, 1e9 + 1_100)
        wait_for(page, "session.runs.length === 6 && session.runs.every((run) => run.groupKey !== null)")
        after = swatches(page)

        assert {run: after[run] for run in before} == before
        assert after["run-more"] == before["run-1"]
        assert after["run-new"] == LIGHT[2]
        assert page.locator('[data-run="run-0"]').bounding_box()["y"] >= top
        other = open_page(f"{board.address}/scalars?group=lr", allow_console="ERR_|WebSocket")
        wait_for(other, "session.groups")
        assert swatches(other) == after


def test_1000_runs_cost_one_request_for_each_change(
    open_page: OpenPage, start_board: StartBoard, tmp_path: Path
) -> None:
    for i in range(1_000):
        write_run(tmp_path / f"run-{i:04d}", 10.0 ** -(1 + i % 4), "adam", i // 4, 1e9 + i)
    asked: list[str] = []
    page = open_page(f"{start_board(tmp_path, '--index', 'off')}/static/mark.svg")
    page.evaluate("""async () => {  // what it reads while the page is open is a change too
      while ((await (await fetch("/data/runs")).json()).is_reading) await new Promise(requestAnimationFrame);
    }""")
    page.on("request", lambda request: asked.append(request.url.rpartition("/data/runs/")[2].partition("?")[0]))
    page.goto(page.url.replace("static/mark.svg", "scalars?group=lr"))
    wait_for(page, "session.groups?.length === 4 && session.differing.length > 0 && !session.live.isReading")
    asked.clear()

    with page.expect_response("**/data/runs/differences"):
        page.evaluate("""async () => {
          const { session } = await import("/static/js/session.js");
          for (let i = 0; i < 5; i += 1) {
            session.select((selection) => selection.toggle(session.runs[i].name));
            await new Promise(requestAnimationFrame);
          }
        }""")
    wait_for(page, "session.selected.size === 295")

    counts = {name: asked.count(name) for name in ("groups", "ramp", "differences")}
    assert counts["groups"] == counts["ramp"] == 0
    assert 1 <= counts["differences"] <= 2  # five changes within the time that they are gathered in


@pytest.mark.parametrize("width", [1400, 400])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_menu_is_accessible_and_worked_by_keyboard(open_page: OpenPage, grid: str, width: int, theme: str) -> None:
    page = open_page(grid, width=width, theme=theme)
    wait_for(page, "session.differing.length > 0")
    if width == 400:
        page.get_by_role("button", name=re.compile("runs")).first.click()
    page.get_by_role("button", name="Group", exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("checkbox", name="lr", exact=True)).to_be_focused()
    page.keyboard.press("Space")
    wait_for(page, "session.groups?.length === 2")

    serious = [one for one in Axe().run(page).response["violations"] if one["impact"] in ("serious", "critical")]
    assert serious == []
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Group: lr")).to_be_focused()


def test_a_card_is_drawn_once_for_a_run_taken_out_though_other_hyperparameters_tell_the_rest_apart(
    start_board: StartBoard, open_page: OpenPage, tmp_path: Path
) -> None:
    for number, lr in enumerate((1e-3, 1e-3, 3e-4)):
        write_run(tmp_path / f"run-{number}", lr, "adam", 0, 1e9 + 100 * number)
    page = open_page(f"{start_board(tmp_path, '--index', 'off')}/scalars")
    told = page.locator(".card-value[title*='run-0']")
    expect(told).to_have_attribute("title", re.compile(r"\(lr 1e-3\)"))
    page.evaluate("""() => {
      window.numDrawn = 0;
      const { clearRect } = CanvasRenderingContext2D.prototype;
      CanvasRenderingContext2D.prototype.clearRect = function (...area) {
        if (this.canvas.parentNode?.matches(".u-wrap")) window.numDrawn += 1;
        clearRect.apply(this, area);
      };
    }""")

    page.locator("[data-run=run-2] [role=checkbox]").click()
    expect(told).to_have_attribute("title", re.compile(r"^run-0: "))

    assert page.evaluate("numDrawn") == 1
