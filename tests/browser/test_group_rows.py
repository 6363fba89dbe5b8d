"""Groups in the list of runs: their rows by pointer and by keys alone, what they say, and that they can be read."""

from __future__ import annotations

import re
import statistics
from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from summaries import SummaryWriter

pytestmark = pytest.mark.browser
OpenPage = Callable[..., Page]
StartBoard = Callable[..., str]
LOSSES = {"adam": [3.202, 3.277, 3.190], "sgd": [3.215, 3.248]}
STUDENT_2 = 4.3027  # 97.5 % quantile of Student's t with two degrees of freedom


@pytest.fixture(scope="module")
def board(start_board: StartBoard, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Five runs of two optimizers in two folders, the newest first being those of adam, and one without any."""
    folder = tmp_path_factory.mktemp("groups")
    wall_time = 1e9
    for optimizer, losses in reversed(LOSSES.items()):
        for seed, loss in enumerate(losses):
            wall_time += 100
            with SummaryWriter(folder / f"seed{seed}" / optimizer) as writer:
                writer.add_config({"optimizer": optimizer, "seed": seed})
                writer.add_scalar("val/loss", loss, 0, walltime=wall_time)
    with SummaryWriter(folder / "plain") as writer:
        writer.add_scalar("val/loss", 9.0, 0, walltime=1e9)
    return start_board(folder, "--index", "off")


@pytest.fixture
def page(open_page: OpenPage, board: str) -> Page:
    page = open_page(f"{board}/scalars?group=optimizer")
    expect(group(page, "adam")).to_be_visible()
    return page


def group(page: Page, label: str) -> Locator:
    return page.locator(f'[data-group="{label}"]')


def rows(page: Page) -> list[str]:
    """Groups and runs as they stand in the list."""
    found = page.locator(".run-grid [role=row]")
    return found.evaluate_all("rows => rows.map((row) => row.dataset.group ?? row.dataset.run)")


def selected(page: Page) -> list[str]:
    return page.locator('[data-run][aria-selected="true"]').evaluate_all("rows => rows.map(row => row.dataset.run)")


ADAM = ["seed2/adam", "seed1/adam", "seed0/adam"]
SGD = ["seed1/sgd", "seed0/sgd"]
ALL = ["adam", *ADAM, "sgd", *SGD, "no optimizer", "plain"]


def test_group_heads_its_runs_and_says_how_many_and_how_sure(page: Page) -> None:
    assert rows(page) == ALL
    expect(page.locator(".head-name")).to_contain_text("Group")

    head = group(page, "adam")
    expect(head.locator(".folder-name")).to_have_text("adam")
    expect(head.locator(".folder-count")).to_have_text(re.compile("^3"))
    half = STUDENT_2 * statistics.stdev(LOSSES["adam"]) / 3**0.5
    expect(head.locator(".group-metric")).to_have_text(f"{statistics.mean(LOSSES['adam']):.2f} ± {half:.2f}")
    expect(head.locator(".group-metric")).to_have_attribute("title", re.compile("^val/loss.last of 3 runs\nmean 3.22"))
    expect(group(page, "no optimizer").locator(".group-metric")).to_have_text("9.000")
    same = page.evaluate("""() => ["adam", "sgd"].every((name) => {
      const color = (row) => getComputedStyle(row.querySelector(".swatch")).backgroundColor;
      const runs = [...document.querySelectorAll(`[data-run$="${name}"]`)];
      return runs.every((run) => color(run) === color(document.querySelector(`[data-group="${name}"]`)));
    })""")
    assert same


def test_head_of_a_narrow_column_says_the_metric_before_which_of_its_values(
    start_board: StartBoard, open_page: OpenPage, tmp_path: Path
) -> None:
    for optimizer in ("adam", "sgd"):
        with SummaryWriter(tmp_path / optimizer, config={"optimizer": optimizer}) as writer:
            writer.add_scalar("evaluation/loss", 1.0, 0)
    page = open_page(f"{start_board(tmp_path)}/scalars?group=optimizer&metric=evaluation/loss.min")
    words = page.locator(".metric-words")
    expect(words).to_have_text("evaluation/loss min")

    [whole, tag, measure] = [words.bounding_box(), *(one.bounding_box() for one in words.locator("> *").all())]

    assert tag["y"] == whole["y"]
    assert tag["width"] > 0.9 * whole["width"]
    assert measure["y"] >= whole["y"] + whole["height"] - 1  # on a line that is out of sight


def test_value_of_a_group_is_of_its_selected_runs_and_without_one_of_all(page: Page) -> None:
    metric = group(page, "adam").locator(".group-metric")

    page.locator('[data-run="seed1/adam"]').get_by_role("checkbox").click()
    expect(metric).to_have_attribute("title", re.compile("^val/loss.last of 2 selected of 3 runs\nmean 3.19"))
    page.locator('[data-run="seed0/adam"]').get_by_role("checkbox").click()
    expect(metric).to_have_text("3.190")
    page.locator('[data-run="seed2/adam"]').get_by_role("checkbox").click()

    expect(metric).to_have_attribute("title", re.compile("^val/loss.last of 3 runs\nmean 3.22"))


def test_pinned_runs_stand_on_top_and_in_their_groups(
    open_page: OpenPage, start_board: StartBoard, tmp_path: Path
) -> None:
    for seed in (0, 1):
        with SummaryWriter(tmp_path / f"sweep-of-the-week-{seed}") as writer:
            writer.add_config({"optimizer": "adam"})
            writer.add_scalar("val/loss", 1.0, 0, walltime=1e9 + seed)
    page = open_page(f"{start_board(tmp_path, '--index', 'off')}/scalars?group=optimizer")
    newest, oldest = "sweep-of-the-week-1", "sweep-of-the-week-0"
    expect(group(page, "adam")).to_be_visible()

    page.locator(f'[data-run="{oldest}"]').hover()
    page.get_by_role("button", name=f"Pin on top: {oldest}").click()

    expect(page.locator(".run-pinned [data-run]")).to_have_attribute("data-run", oldest)
    assert rows(page) == [oldest, "adam", newest, oldest]
    page.get_by_role("treegrid", name="Runs").focus()
    for _ in range(3):
        page.keyboard.press("ArrowDown")
    active = page.get_by_role("treegrid", name="Runs").get_attribute("aria-activedescendant")
    assert active == "run-row-3"


def test_names_in_groups_are_cut_to_what_tells_them_apart(
    open_page: OpenPage, start_board: StartBoard, tmp_path: Path
) -> None:
    for name in ("sweep/gpt-124m-0410", "sweep/gpt-124m-0411", "ablation/a", "ablation/b", "other/a"):
        with SummaryWriter(tmp_path / name) as writer:
            writer.add_config({"optimizer": "adam"})
            writer.add_scalar("val/loss", 1.0, 0)
    page = open_page(f"{start_board(tmp_path, '--index', 'off')}/scalars?group=optimizer")
    expect(group(page, "adam")).to_be_visible()

    names = page.locator(".run-name").all_inner_texts()

    assert sorted(name.replace("\n", "") for name in names) == ["ablation/a", "other/a", "…0410", "…0411", "…b"]


def test_box_of_a_group_has_three_states_and_alt_leaves_only_it(page: Page) -> None:
    box = group(page, "adam").get_by_role("checkbox")
    expect(box).to_have_attribute("aria-checked", "true")

    page.locator('[data-run="seed1/adam"]').get_by_role("checkbox").click()
    expect(box).to_have_attribute("aria-checked", "mixed")
    expect(group(page, "adam").locator(".folder-count")).to_have_text(re.compile(r"^2 / 3"))
    box.click()
    expect(box).to_have_attribute("aria-checked", "true")
    box.click()
    expect(box).to_have_attribute("aria-checked", "false")
    assert selected(page) == [*SGD, "plain"]
    box.click(modifiers=["Alt"])
    expect(page.locator(".run-head strong")).to_have_text("3 of 6 runs")
    assert selected(page) == ADAM


def test_group_is_closed_by_pointer_and_the_link_keeps_it_until_others_are_made(page: Page) -> None:
    group(page, "adam").locator(".folder-name").click()

    expect(group(page, "adam")).to_have_attribute("aria-expanded", "false")
    assert rows(page) == ["adam", "sgd", *SGD, "no optimizer", "plain"]
    page.reload()
    expect(group(page, "sgd")).to_be_visible()
    assert rows(page) == ["adam", "sgd", *SGD, "no optimizer", "plain"]

    page.get_by_role("button", name="Group: optimizer").click()
    page.get_by_role("button", name="No grouping").click()
    expect(page.locator("[data-folder]").first).to_be_visible()
    expect(page).not_to_have_url(re.compile("folded"))


def test_groups_are_worked_by_keys_alone(page: Page) -> None:
    page.get_by_role("treegrid", name="Runs").focus()

    page.keyboard.press("ArrowLeft")
    expect(group(page, "adam")).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("ArrowRight")
    expect(group(page, "adam")).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("ArrowRight")
    active = page.get_by_role("treegrid", name="Runs").get_attribute("aria-activedescendant")
    assert page.locator(f"#{active}").get_attribute("data-run") == ADAM[0]
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Space")
    expect(group(page, "adam").get_by_role("checkbox")).to_have_attribute("aria-checked", "false")
    page.keyboard.press("Alt+Space")
    expect(page.locator(".run-head strong")).to_have_text("3 of 6 runs")
    assert selected(page) == ADAM
    page.keyboard.press("Enter")
    expect(group(page, "adam")).to_have_attribute("aria-expanded", "false")


def test_filter_leaves_groups_with_runs_and_counts_those(page: Page) -> None:
    page.get_by_role("combobox", name="Filter runs").fill("seed1")

    expect(group(page, "no optimizer")).to_have_count(0)
    assert rows(page) == ["adam", "seed1/adam", "sgd", "seed1/sgd"]
    expect(group(page, "adam").locator(".group-metric")).to_have_text("3.277")


@pytest.mark.parametrize("width", [1400, 400])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_rows_of_groups_are_accessible(open_page: OpenPage, board: str, width: int, theme: str) -> None:
    page = open_page(f"{board}/scalars?group=optimizer", width=width, theme=theme)
    if width == 400:
        page.get_by_role("button", name=re.compile("runs")).first.click()
    expect(group(page, "adam").locator(".group-metric")).to_be_visible()

    serious = [one for one in Axe().run(page).response["violations"] if one["impact"] in ("serious", "critical")]

    assert serious == []
