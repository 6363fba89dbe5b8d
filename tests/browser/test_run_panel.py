"""The run panel: each control by its effect, by pointer and by keys alone."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from summaries import SummaryWriter
from summaries.kinds.environment import Environment

pytestmark = pytest.mark.browser
StartBoard = Callable[..., str]
OpenPage = Callable[..., Page]
REFUSED = "422"  # Chromium tells of the answer to half a query


def log_run(folder: Path, lr: float, seed: int, losses: list[float], ago_secs: float) -> None:
    """A run that finished so long ago."""
    end = time.time() - ago_secs
    with SummaryWriter(folder) as writer:
        writer.add_hparams({"lr": lr, "seed": seed, "depth": 12}, {})
        for step, loss in enumerate(losses):
            writer.add_scalar("val/loss", loss, step, walltime=end - len(losses) + step)
            writer.add_scalar("train/loss", loss / 2, step, walltime=end - len(losses) + step)


def fail_run(folder: Path) -> None:
    """A run that an exception ended, long ago."""
    try:
        with SummaryWriter(folder) as writer:
            writer.add_scalar("val/loss", 9.0, 0, walltime=time.time() - 100_000)
            raise RuntimeError("broke")
    except RuntimeError:
        return


@pytest.fixture(scope="module")
def logdir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folders `sweep` with four runs and `other` with two, of which one failed, and a run in none."""
    logdir = tmp_path_factory.mktemp("panel")
    for number, (lr, seed) in enumerate([(1e-3, 0), (1e-3, 1), (6e-4, 0), (6e-4, 1)]):
        low = 3.0 + number / 10
        log_run(logdir / "sweep" / f"gpt-124m-{410 + number:04}", lr, seed, [4.0, low, low + 0.05], 3600 * (number + 1))
    log_run(logdir / "other" / "good", 0.1, 0, [2.0], 90_000)
    fail_run(logdir / "other" / "bad")
    log_run(logdir / "alone", 0.5, 7, [8.0, 7.0], 60)
    return logdir


@pytest.fixture(scope="module")
def board(start_board: StartBoard, logdir: Path) -> str:
    return start_board(logdir, "--index", "off")


@pytest.fixture
def page(open_page: OpenPage, board: str) -> Page:
    page = open_page(f"{board}/scalars", allow_console=REFUSED)
    expect(row(page, "alone").locator(".run-metric")).to_have_text("7.000")
    return page


def row(page: Page, run: str) -> Locator:
    return page.locator(f'[data-run="{run}"]')


def folder(page: Page, path: str) -> Locator:
    return page.locator(f'[data-folder="{path}"]')


def box(within: Locator) -> Locator:
    return within.get_by_role("checkbox")


def listed(page: Page) -> list[str]:
    return page.locator("[data-run]").evaluate_all("rows => rows.map(row => row.dataset.run)")


def expect_listed(page: Page, *names: str) -> None:
    """Waits until these runs are listed, in this order."""
    page.wait_for_function(
        "names => JSON.stringify([...document.querySelectorAll('[data-run]')].map(row => row.dataset.run)) === names",
        arg=str(list(names)).replace("'", '"').replace(", ", ","),
    )


SWEEP = [f"sweep/gpt-124m-04{number}" for number in (10, 11, 12, 13)]
NEWEST_FIRST = ["alone", *SWEEP, "other/good", "other/bad"]


def test_row_tells_of_its_run_what_sets_it_apart(page: Page) -> None:
    first = row(page, SWEEP[0])

    expect(first.locator(".run-name")).to_have_text("…0410")
    expect(folder(page, "sweep").locator(".folder-name")).to_have_text("sweepgpt-124m-…")
    expect(page.locator(".head-hparams")).to_have_text("lr · seed")
    expect(first.locator(".run-hparams")).to_have_text("1e-3 · 0")
    expect(first.locator(".run-hparams")).to_have_attribute("title", "lr 0.001\nseed 0")
    expect(first.get_by_role("img", name="Finished")).to_be_visible()
    expect(first.locator(".run-curve path")).to_have_attribute("d", re.compile("^M1.5 1.5L"))
    expect(first.locator(".run-metric")).to_have_text("3.050")
    expect(first.locator(".age")).to_have_text("\u20071 h")
    assert listed(page) == NEWEST_FIRST


def test_box_of_a_folder_selects_its_runs_and_says_how_many_are(page: Page) -> None:
    sweep = folder(page, "sweep")
    expect(sweep.locator(".folder-count")).to_have_text("4 / 4")

    box(row(page, SWEEP[1])).click()
    expect(box(sweep)).to_have_attribute("aria-checked", "mixed")
    expect(sweep.locator(".folder-count")).to_have_text("3 / 4")
    expect(row(page, SWEEP[1]).locator(".swatch")).to_have_css("background-color", "rgba(0, 0, 0, 0)")
    box(sweep).click()
    expect(sweep.locator(".folder-count")).to_have_text("4 / 4")
    box(sweep).click()

    expect(sweep.locator(".folder-count")).to_have_text("0 / 4")
    expect(page.locator(".run-head")).to_contain_text("3 of 7 runs")
    box(folder(page, "other")).click(modifiers=["Alt"])
    expect(page.locator(".run-head")).to_contain_text("2 of 7 runs")


def test_closed_folder_stays_closed_and_undo_opens_it(page: Page) -> None:
    page.get_by_role("button", name="Close sweep", exact=True).click()
    expect_listed(page, "alone", "other/good", "other/bad")
    expect(page).to_have_url(re.compile("folded=sweep"))
    page.reload()
    expect_listed(page, "alone", "other/good", "other/bad")
    expect(folder(page, "sweep")).to_have_attribute("aria-expanded", "false")

    page.get_by_role("button", name="Open sweep", exact=True).click()

    expect_listed(page, *NEWEST_FIRST)
    page.keyboard.press("Control+z")
    expect_listed(page, "alone", "other/good", "other/bad")


def test_heads_of_the_columns_order_the_runs(page: Page) -> None:
    page.get_by_role("button", name="Sort by val/loss.last").click()
    expect_listed(page, "other/good", "other/bad", *SWEEP, "alone")
    page.get_by_role("button", name="Sort by val/loss.last").click()
    expect_listed(page, "other/bad", "other/good", "alone", *SWEEP[::-1])
    page.get_by_role("button", name="Run", exact=True).click()
    expect_listed(page, "alone", "other/bad", "other/good", *SWEEP)
    page.locator(".head-age").click()
    page.locator(".head-age").click()
    expect_listed(page, "other/bad", "other/good", *SWEEP[::-1], "alone")
    page.get_by_role("button", name="Status").click()

    expect_listed(page, "other/bad", "other/good", "alone", *SWEEP)
    page.get_by_role("button", name="Order and columns").click()
    page.get_by_label("Newest first").check()
    expect_listed(page, *NEWEST_FIRST)
    expect(page).not_to_have_url(re.compile("order="))


def test_metric_and_hparams_are_chosen_in_menus(page: Page) -> None:
    page.get_by_role("button", name="Choose the metric").click()
    page.get_by_label("Find a metric").fill("TRAIN")
    page.get_by_role("button", name="train/loss", exact=True).click()
    expect(row(page, "alone").locator(".run-metric")).to_have_text("3.500")
    page.get_by_role("button", name="Choose the metric").click()
    page.get_by_role("radio", name="max").click()
    expect(row(page, "alone").locator(".run-metric")).to_have_text("4.000")
    expect(page.locator(".metric-words")).to_have_text("train/loss max")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Order and columns").click()
    page.get_by_label(re.compile("^depth")).check()
    page.get_by_label(re.compile("^lr")).uncheck()
    page.keyboard.press("Escape")

    expect(row(page, "alone").locator(".run-hparams")).to_have_text(re.compile("^(7 · 12|12 · 7)$"))
    expect(page).to_have_url(re.compile("hparams=depth&hparams=seed"))
    page.reload()
    expect(row(page, "alone").locator(".run-hparams")).to_have_text(re.compile("^(7 · 12|12 · 7)$"))
    expect(row(page, "alone").locator(".run-metric")).to_have_text("4.000")


def test_package_in_which_runs_differ_is_chosen_as_a_column(
    open_page: OpenPage, start_board: StartBoard, tmp_path: Path
) -> None:
    for name, version in (("old", "0.4.30"), ("new", "0.5.0")):
        with SummaryWriter(tmp_path / name) as writer:
            writer.add_scalar("loss", 1.0, 0)
            writer.add_environment(Environment(host="box", packages={"jax": version, "numpy": "2.0"}))
    page = open_page(f"{start_board(tmp_path, '--index', 'off')}/scalars")
    expect(row(page, "old").locator(".run-metric")).to_have_text("1.000")

    page.get_by_role("button", name="Order and columns").click()
    choices = page.get_by_role("group", name="Environment")
    expect(choices.get_by_role("checkbox")).to_have_count(1)
    choices.get_by_label("jax").check()
    page.keyboard.press("Escape")

    expect(row(page, "old").locator(".run-hparams")).to_have_text("0.4.30")
    expect(page.locator(".head-hparams")).to_have_text("jax")
    page.reload()
    expect(row(page, "new").locator(".run-hparams")).to_have_text("0.5.0")


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("lr < 1e-3 and seed = 0", [SWEEP[2]]),
        ("val/loss.min <= 3.1 or status = failed", [*SWEEP[:2], "other/good", "other/bad"]),
        ("alone", ["alone"]),
        ("/041[12]$/", SWEEP[1:3]),
        (r"04\d[13]$", [SWEEP[1], SWEEP[3]]),
    ],
)
def test_query_finds_runs(page: Page, query: str, names: list[str]) -> None:
    page.get_by_label("Filter runs").fill(query)

    expect_listed(page, *names)
    expect(page.locator(".query-overlay")).to_have_text(query)
    page.get_by_role("button", name="Clear filter").click()
    expect_listed(page, *NEWEST_FIRST)


def test_wrong_query_says_where_and_offers_what_was_meant(page: Page) -> None:
    field = page.get_by_label("Filter runs")
    field.fill("val/loss < 4")
    expect_listed(page, *SWEEP, "other/good")

    field.fill("seed = 1 and val/los < 3")

    expect(page.locator(".query-problem")).to_have_text("val/los is no metric. Did you mean val/loss?")
    expect(page.locator(".query-overlay .is-wrong")).to_have_text("val/los")
    expect(field).to_have_attribute("aria-invalid", "true")
    assert listed(page) == [*SWEEP, "other/good"]  # what was found last
    page.locator(".query-problem").get_by_role("button", name="val/loss").click()
    expect(field).to_have_value("seed = 1 and val/loss < 3")
    expect(page.locator(".query-problem")).to_have_count(0)
    expect(page.locator(".no-match")).to_have_text("No run matches seed = 1 and val/loss < 3. Clear filter")


def test_completion_is_taken_by_keys(page: Page) -> None:
    field = page.get_by_role("combobox", name="Filter runs")
    field.focus()
    page.keyboard.type("va")
    options = page.get_by_role("option")
    expect(options.first).to_contain_text("val/loss")

    page.keyboard.press("Tab")
    expect(field).to_have_value(re.compile(r"^val/loss\S* $"))
    field.fill("")
    page.keyboard.type("see")
    expect(options.first).to_contain_text("seed")
    page.keyboard.press("ArrowDown")
    expect(field).to_have_attribute("aria-activedescendant", "query-candidate-0")
    expect(options.first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    expect(field).to_have_value("seed ")
    page.keyboard.type("= ")
    expect(options.filter(has_text=re.compile("^7"))).to_contain_text("1 run")
    page.keyboard.press("Escape")
    expect(options).to_have_count(0)
    page.keyboard.type("7")

    expect_listed(page, "alone")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(field).not_to_be_focused()


def test_count_of_a_status_filters_and_unfilters(page: Page) -> None:
    failed = page.get_by_role("button", name="1 failed")
    expect(page.get_by_role("group", name="Selected runs by status")).to_have_text("1 failed6 finished")

    failed.click()

    expect_listed(page, "other/bad")
    expect(failed).to_have_attribute("aria-pressed", "true")
    failed.click()
    expect_listed(page, *NEWEST_FIRST)
    expect(page.get_by_label("Filter runs")).to_have_value("")


def test_presses_with_keys_held_select_a_range_or_one_run(page: Page) -> None:
    box(row(page, SWEEP[0])).click()
    box(row(page, SWEEP[2])).click(modifiers=["Shift"])
    expect(page.locator(".run-head")).to_contain_text("4 of 7 runs")
    box(row(page, SWEEP[1])).click(modifiers=["Alt"])

    expect(page.locator(".run-head")).to_contain_text("1 of 7 runs")
    expect(box(row(page, SWEEP[1]))).to_have_attribute("aria-checked", "true")


def test_buttons_and_menu_of_a_row(page: Page) -> None:
    row(page, SWEEP[3]).hover()
    row(page, SWEEP[3]).get_by_role("button", name=f"Only this run: {SWEEP[3]}").click()
    expect(page.locator(".run-head")).to_contain_text("1 of 7 runs")
    row(page, "alone").click(button="right")
    page.get_by_role("menuitem", name="Select").click()

    expect(page.locator(".run-head")).to_contain_text("2 of 7 runs")
    page.get_by_role("treegrid", name="Runs").focus()
    page.keyboard.press("Shift+F10")
    expect(page.get_by_role("menu", name="Menu of alone")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("treegrid", name="Runs")).to_be_focused()


def test_keys_alone_walk_select_and_open(page: Page) -> None:
    page.get_by_role("treegrid", name="Runs").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowLeft")
    expect_listed(page, "alone", "other/good", "other/bad")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(row(page, SWEEP[0])).to_have_class(re.compile("is-lit"))

    page.keyboard.press("Space")
    expect(box(row(page, SWEEP[0]))).to_have_attribute("aria-checked", "false")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Space")
    expect(folder(page, "sweep").locator(".folder-count")).to_have_text("4 / 4")
    page.keyboard.press("End")
    page.keyboard.press("o")

    expect(page.locator(".run-head")).to_contain_text("1 of 7 runs")
    expect(box(row(page, "other/bad"))).to_have_attribute("aria-checked", "true")


def test_hidden_pinned_and_baseline_runs(start_board: StartBoard, open_page: OpenPage, tmp_path: Path) -> None:
    for number in range(4):
        log_run(tmp_path / f"run{number}", 0.1, number, [float(number)], 60 * number)
    page = open_page(start_board(tmp_path))
    expect_listed(page, "run0", "run1", "run2", "run3")

    row(page, "run2").hover()
    page.get_by_role("button", name="Pin on top: run2").click()
    expect_listed(page, "run2", "run0", "run1", "run3")
    page.mouse.move(900, 500)
    row(page, "run3").hover()
    page.keyboard.press("b")
    expect_listed(page, "run3", "run2", "run0", "run1")
    expect(row(page, "run3").get_by_role("img", name="Baseline")).to_be_visible()
    row(page, "run0").hover()
    page.keyboard.press("h")

    expect_listed(page, "run3", "run2", "run1")
    expect(page.locator(".run-head")).to_contain_text("3 of 3 runs")
    page.locator(".notification").get_by_role("button", name="Undo").click()
    expect_listed(page, "run3", "run2", "run0", "run1")


def test_order_waits_until_the_pointer_leaves(start_board: StartBoard, open_page: OpenPage, tmp_path: Path) -> None:
    writers = [SummaryWriter(tmp_path / name) for name in ("a", "b")]
    for writer, loss in zip(writers, (1.0, 2.0), strict=True):
        writer.add_scalar("loss", loss, 0)
        writer.flush()
    page = open_page(f"{start_board(tmp_path)}/scalars?order=metric")
    expect_listed(page, "a", "b")
    row(page, "a").hover()

    writers[0].add_scalar("loss", 3.0, 1)
    writers[0].flush()
    log_run(tmp_path / "c", 0.1, 0, [0.5], 0)

    expect(row(page, "a").locator(".run-metric")).to_have_text("3.000")
    expect(page.locator(".run-head")).to_contain_text("2 of 3 runs")
    assert listed(page) == ["a", "b"]
    page.mouse.move(900, 500)
    expect_listed(page, "b", "a", "c")
    for writer in writers:
        writer.close()


def test_hostile_names_are_text_and_move_nothing(start_board: StartBoard, open_page: OpenPage, tmp_path: Path) -> None:
    names = [
        "<img src=x onerror=alert(1)>",
        "line\nbreak",
        "\u202egnol",
        "..dots",
        "עברית שלום",
        "long " * 40,
        '`back` "q"',
    ]
    for name in names:
        log_run(tmp_path / name, 0.1, 0, [1.0], 60)
    with SummaryWriter(tmp_path / "named", name="x" * 1_000_000) as writer:
        writer.add_scalar("val/loss", 1.0, 0)
    page = open_page(start_board(tmp_path))

    expect(page.locator("[data-run]")).to_have_count(len(names) + 1)

    assert set(listed(page)) == {*names, "named"}
    heights = page.locator("[data-run]").evaluate_all("rows => rows.map(row => row.getBoundingClientRect().height)")
    assert set(heights) == {28}
    edges = page.locator(".run-row .age").evaluate_all("ages => ages.map(age => age.getBoundingClientRect().right)")
    assert len(set(edges)) == 1
    assert page.locator(".run-rows").evaluate("list => list.scrollWidth <= list.clientWidth")
    page.get_by_label("Filter runs").fill('"<img"')
    expect_listed(page, names[0])


def test_panel_on_a_phone_and_in_compact_density(open_page: OpenPage, board: str) -> None:
    page = open_page(f"{board}/scalars", width=400, height=800)
    page.get_by_role("button", name="7 of 7 runs").click()
    expect(row(page, "alone")).to_be_visible()
    assert row(page, "alone").bounding_box()["height"] == 36
    assert page.evaluate("document.documentElement.scrollWidth") == 400
    page.set_viewport_size({"width": 1400, "height": 900})
    page.evaluate("localStorage.setItem('board.density', '\"compact\"')")

    page.reload()

    expect(row(page, "alone")).to_be_visible()
    assert row(page, "alone").bounding_box()["height"] == 24
