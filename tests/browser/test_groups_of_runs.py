"""Groups of runs as curves with bands, by what the table under a plot says and by what is on the canvas."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, Request, Route, expect

from summaries import SummaryWriter, load

pytestmark = pytest.mark.browser
OpenPage = Callable[..., Page]
StartBoard = Callable[..., str]
GROUPED = "/scalars?group=lr"
BLUE, ORANGE = (52, 99, 234), (221, 110, 79)  # the first two slots, which the older group and the newer have
NUM_STEPS = 40


@pytest.fixture(scope="module")
def logdir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two learning rates with three seeds each, far apart; the second seed of the first ends halfway."""
    folder = tmp_path_factory.mktemp("seeds")
    random = np.random.default_rng(3)
    for i in range(6):
        level, seed = (1.0, 5.0)[i // 3], i % 3
        with SummaryWriter(folder / f"run-{i}") as writer:
            writer.add_config({"lr": (1e-3, 1e-4)[i // 3], "seed": seed})
            for step in range(NUM_STEPS // 2 if i == 1 else NUM_STEPS):
                value = level + seed + random.normal() / 10
                writer.add_scalar("loss", value, 10 * step, walltime=1e9 + 1000 * i + step)
    return folder


@pytest.fixture(scope="module")
def board(start_board: StartBoard, logdir: Path) -> str:
    return start_board(logdir, "--index", "off")


def table_of(logdir: Path) -> pd.DataFrame:
    """Every value that was logged: a row a step, a column a run."""
    frame = load(logdir).to_pandas()
    return frame.pivot(index="step", columns="run", values="value")


def hold_last_point(page: Page) -> dict[str, list[str]]:
    """Holds the cursor at the last point of the first line; → the cells of the table, exact where they are numbers."""
    plot = page.locator(".card-plot").first
    plot.focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".plot-tip.is-held")).to_be_visible()
    rows = page.locator(".plot-tip tbody tr").evaluate_all(
        "(rows) => rows.map((row) => [...row.cells].map((cell) => cell.title || cell.textContent))"
    )
    return {name: cells for name, *cells in rows}


def with_session(page: Page, expression: str) -> object:
    """The value of an expression over the page's `session`."""
    module = "/static/js/session.js"
    return page.evaluate(f"async () => {{ const {{ session }} = await import('{module}'); return {expression}; }}")


def wait_for_groups(page: Page, words: str) -> None:
    """Waits until the values above the plot are of groups."""
    expect(page.locator(".card-value").first).to_have_attribute("title", re.compile(words))


def wait_for_pixels(page: Page, color: tuple[int, int, int], alphas: tuple[int, int], condition: str) -> None:
    """Waits for a number of pixels of a colour on the first card whose alpha lies between two values."""
    page.wait_for_function(
        f"""([[r, g, b], [low, high]]) => {{
          const canvas = document.querySelector(".card canvas");
          const {{ data }} = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
          let count = 0;
          for (let i = 0; i < data.length; i += 4) {{
            const isNear = Math.abs(data[i] - r) + Math.abs(data[i + 1] - g) + Math.abs(data[i + 2] - b) < 24;
            if (isNear && data[i + 3] >= low && data[i + 3] <= high) count += 1;
          }}
          return {condition};
        }}""",
        arg=[color, alphas],
    )


def test_table_has_mean_band_and_n_of_each_group(open_page: OpenPage, board: str, logdir: Path) -> None:
    page = open_page(f"{board}{GROUPED}&band=std")
    wait_for_groups(page, "^lr 1e-3")
    expected = table_of(logdir).loc[10 * (NUM_STEPS - 1)]
    newer, older = expected[["run-3", "run-4", "run-5"]], expected[["run-0", "run-2"]]

    rows = hold_last_point(page)

    assert float(rows["lr 1e-4"][0]) == pytest.approx(newer.mean(), rel=1e-6)
    assert float(rows["lr 1e-3"][0]) == pytest.approx(older.mean(), rel=1e-6)
    low, high = (float(edge) for edge in rows["lr 1e-4"][1].split(" to "))
    assert (low, high) == pytest.approx((newer.mean() - newer.std(), newer.mean() + newer.std()), rel=1e-6)
    expect(page.locator(".plot-tip tbody tr", has_text="lr 1e-3")).to_contain_text("2 of 3")
    expect(page.locator(".plot-tip th")).to_have_text(["Group", "mean", "SD", "min", "max", "n", "step"])
    assert [float(one) for one in rows["lr 1e-4"][2:4]] == pytest.approx([newer.min(), newer.max()], rel=1e-6)


def test_table_of_groups_has_the_difference_to_a_baseline(open_page: OpenPage, board: str, logdir: Path) -> None:
    page = open_page(f"{board}{GROUPED}&band=none")
    wait_for_groups(page, "^lr 1e-3")
    page.evaluate("async () => (await import('/static/js/runs/actions.js')).setBaseline('run-2').kept")
    expect(page.locator(".delta-button")).to_be_visible()
    expected = table_of(logdir).loc[10 * (NUM_STEPS - 1)]

    rows = hold_last_point(page)

    expect(page.locator(".plot-tip th")).to_have_text(["Group", "mean", "Δ base", "min", "max", "n", "step"])
    newer = expected[["run-3", "run-4", "run-5"]].mean()
    assert float(rows["lr 1e-4"][1]) == pytest.approx(newer - expected["run-2"], rel=1e-6)
    older = expected[["run-0", "run-2"]].mean()
    assert float(rows["lr 1e-3"][1]) == pytest.approx(older - expected["run-2"], rel=1e-6)
    # Kept before the page goes: the tests of this file share what lies beside the logdir.
    page.evaluate("async () => (await import('/static/js/runs/actions.js')).setBaseline(null).kept")
    expect(page.locator(".delta-button")).to_have_count(0)


def test_table_of_groups_is_exact_at_steps_that_are_not_drawn(
    open_page: OpenPage, start_board: StartBoard, tmp_path: Path
) -> None:
    values = {name: np.random.default_rng(i).normal(size=9_000) for i, name in enumerate(["a-0", "a-1", "b-0", "b-1"])}
    for name, column in values.items():
        with SummaryWriter(tmp_path / name) as writer:
            writer.add_scalars_block(np.arange(9_000), {"loss": column}, walltimes=np.arange(9_000.0))
    page = open_page(f"{start_board(tmp_path, '--index', 'off')}/scalars?group=/^(.)/&band=std")
    wait_for_groups(page, "^[ab]:")  # not of its runs, a-0 and so on
    expect(page.locator(".card-foot").first).to_contain_text("of 36,000 points")

    page.locator(".card-plot").first.click(position={"x": 150, "y": 60})

    step = int(page.locator(".plot-tip tbody .is-lit td").last.inner_text().replace(",", ""))
    expect(page.locator(".plot-tip tbody tr td:last-child")).to_have_text([f"{step:,}"] * 2)
    for row in page.locator(".plot-tip tbody tr").all():
        name, *cells = row.locator("td").evaluate_all("(cells) => cells.map((cell) => cell.title)")
        there = np.array([column[step] for run, column in values.items() if run.startswith(name)])
        assert [float(cells[i]) for i in (0, 2, 3)] == pytest.approx([there.mean(), there.min(), there.max()])


@pytest.mark.parametrize("zoom", ["", "&range=step:50..200"])
def test_toolbar_takes_one_row_while_runs_are_grouped(open_page: OpenPage, board: str, zoom: str) -> None:
    page = open_page(f"{board}{GROUPED}{zoom}", width=1400)
    wait_for_groups(page, "^lr 1e-3")

    tops = page.locator(".toolbar > *").evaluate_all("(all) => all.map((one) => one.getBoundingClientRect().top)")

    assert max(tops) - min(tops) < 8
    expect(page.get_by_role("button", name="Reset zoom")).to_have_count(1 if zoom else 0)


@pytest.mark.parametrize("width", [640, 720, 800])
def test_toolbar_takes_two_rows_beside_the_run_list_of_a_narrow_window(
    open_page: OpenPage, board: str, width: int
) -> None:
    page = open_page(f"{board}/scalars", width=width)
    expect(page.locator(".card-value").first).to_be_visible()

    tops = page.locator(".toolbar > *").evaluate_all(
        """(all) => all.filter((one) => one.offsetWidth > 0).map((one) => {
          const { top, height } = one.getBoundingClientRect();
          return Math.round((top + height / 2) / 20);
        })"""
    )

    assert len(set(tops)) == 2


def test_choices_change_line_and_band_and_are_undone(open_page: OpenPage, board: str, logdir: Path) -> None:
    page = open_page(f"{board}{GROUPED}")
    wait_for_groups(page, "^lr 1e-3")
    button = page.locator(".groups-button")
    expect(button).to_have_text("Mean ± 95 % CI")

    for choice in ("Median", "Min – max"):
        button.focus()
        page.keyboard.press("Enter")
        page.get_by_role("menuitemradio", name=choice).press("Enter")
    expect(button).to_have_text("Median, min – max")
    expect(page).to_have_url(re.compile("center=median&band=minmax"))
    newer = table_of(logdir)[["run-3", "run-4", "run-5"]].loc[10 * (NUM_STEPS - 1)]
    hold_last_point(page)
    expect(page.locator(".plot-tip th")).to_have_text(["Group", "median", "min – max", "n", "step"])
    rows = hold_last_point(page)
    assert float(rows["lr 1e-4"][0]) == pytest.approx(newer.median(), rel=1e-6)
    edges = [float(edge) for edge in rows["lr 1e-4"][1].split(" to ")]
    assert edges == pytest.approx([newer.min(), newer.max()], rel=1e-6)

    page.keyboard.press("Control+z")
    expect(button).to_have_text("Median ± 95 % CI")


def test_band_and_members_are_on_the_canvas_and_go(open_page: OpenPage, board: str) -> None:
    page = open_page(f"{board}{GROUPED}&band=std&members=off")
    wait_for_groups(page, "^lr 1e-3")
    wait_for_pixels(page, BLUE, (30, 52), "count > 1_000")  # 16 % of 255
    wait_for_pixels(page, ORANGE, (30, 52), "count > 1_000")
    wait_for_pixels(page, BLUE, (250, 255), "count > 100")

    with_session(page, 'session.view.set({ "scalars.band": "none" })')
    wait_for_pixels(page, BLUE, (30, 52), "count < 100")

    with_session(page, 'session.view.set({ "scalars.members": "on" })')
    wait_for_pixels(page, BLUE, (48, 62), "count > 100")  # members: 22 %


def test_all_cards_ask_once_and_a_run_taken_off_changes_the_mean(open_page: OpenPage, board: str, logdir: Path) -> None:
    page = open_page(board)
    expect(page.locator(".card-value").first).to_be_visible()
    asked: list[str] = []

    def listen(request: Request) -> None:
        if "data/aggregates" in request.url:
            asked.append(request.url)

    page.on("request", listen)
    with_session(page, 'session.view.set({ group: { by: ["lr"], pattern: "" } })')
    wait_for_groups(page, "^lr 1e-3")
    assert len(asked) == 1

    with_session(page, 'session.select((selection) => selection.toggle("run-5"))')
    newer = table_of(logdir)[["run-3", "run-4"]].loc[10 * (NUM_STEPS - 1)]
    page.wait_for_function(
        """(mean) => [...document.querySelectorAll(".card-value")]
          .some(({ title }) => Math.abs(Number(title.split(" ").at(-1)) - mean) < 1e-6 * mean)""",
        arg=float(newer.mean()),
    )


def test_group_is_no_run_to_keys_and_notes_and_its_menu_is_accessible(open_page: OpenPage, board: str) -> None:
    page = open_page(f"{board}{GROUPED}", theme="dark")
    wait_for_groups(page, "^lr 1e-3")
    hold_last_point(page)

    assert with_session(page, "session.focusedRun") is None
    expect(page.get_by_role("button", name="Add note")).to_have_count(0)
    page.locator(".groups-button").click()
    serious = [one for one in Axe().run(page).response["violations"] if one["impact"] in ("serious", "critical")]
    assert serious == []


def test_line_of_a_group_takes_in_new_points_of_its_runs(
    open_page: OpenPage, start_board: StartBoard, tmp_path: Path
) -> None:
    writers = [SummaryWriter(tmp_path / f"run-{i}") for i in range(2)]
    for i, writer in enumerate(writers):
        writer.add_config({"lr": 0.1, "seed": i})
        for step in range(10):
            writer.add_scalar("loss", 1.0 + 2 * i, step)
        writer.flush()
    page = open_page(f"{start_board(tmp_path, '--index', 'off')}/scalars?group=lr")
    value = page.locator(".card-value").first
    expect(value).to_have_text("2.000")

    for i, writer in enumerate(writers):
        writer.add_scalar("loss", 5.0 + 2 * i, 10)
        writer.close()

    expect(value).to_have_text("6.000")
    expect(value).to_have_attribute("title", "lr 0.1: last value 6")


def test_point_that_is_held_before_the_groups_are_there_stays_held(open_page: OpenPage, board: str) -> None:
    page = open_page(f"{board}/scalars")
    expect(page.locator(".card-values .more")).to_have_text("+3")
    waiting: list[Route] = []
    page.route("**/data/aggregates*", lambda route: waiting.append(route))
    with_session(page, 'session.view.set({ group: { by: ["lr"], pattern: "" } })')
    plot = page.locator(".card-plot").first
    plot.focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".plot-tip.is-held")).to_be_visible()

    page.unroute("**/data/aggregates*")
    for route in waiting:
        route.continue_()

    expect(page.locator(".plot-tip.is-held tbody tr")).to_have_count(2)
    expect(page.locator(".plot-tip.is-held strong")).to_have_text("loss")
