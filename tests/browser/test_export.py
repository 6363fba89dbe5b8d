"""Charts saved as files, by what really lies in the files that Chromium downloads."""

from __future__ import annotations

import json
import re
import struct
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from summaries import SummaryWriter
from tests.browser.saved import SVG, menu_of, save, strokes_of
from tests.browser.session import wait_for

pytestmark = pytest.mark.browser
OpenPage = Callable[..., Page]
StartBoard = Callable[..., str]
LIGHT = {"rgb(52, 99, 234)", "rgb(221, 110, 79)", "rgb(28, 102, 64)"}  # the first three slots


@pytest.fixture(scope="module")
def logged(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, pd.DataFrame]:
    """A logdir of three runs with three tags, one value of which is NaN; and a table of all that was logged."""
    logdir = tmp_path_factory.mktemp("export")
    random = np.random.default_rng(5)
    rows = []
    for i in range(3):
        with SummaryWriter(logdir / f"run-{i}") as writer:
            writer.add_config({"lr": 10.0 ** -(i + 1)})
            for step in range(50):
                for tag in ("train/loss", "train/acc", "val/loss"):
                    value = np.float32(np.nan if (i, step, tag) == (1, 7, "train/loss") else random.normal() + i)
                    writer.add_scalar(tag, value, 3 * step, walltime=1e9 + 1000 * i + step)
                    rows.append((f"run-{i}", tag, 3 * step, 1e9 + 1000 * i + step, float(value)))
    return logdir, pd.DataFrame(rows, columns=["run", "tag", "step", "wall_time", "value"])


@pytest.fixture(scope="module")
def board(start_board: StartBoard, logged: tuple[Path, pd.DataFrame]) -> str:
    return start_board(logged[0], "--index", "off")


def test_csv_of_a_card_equals_what_was_logged(
    open_page: OpenPage, board: str, logged: tuple[Path, pd.DataFrame], tmp_path: Path
) -> None:
    page = open_page(f"{board}/scalars")
    expect(page.locator(".card-value").first).to_be_visible()

    path = save(page, menu_of(page, "train/loss"), "Save as CSV", tmp_path)

    assert path.name == "train-loss.csv"
    table = pd.read_csv(path).sort_values(["run", "step"], ignore_index=True)
    expected = logged[1].query("tag == 'train/loss'").sort_values(["run", "step"], ignore_index=True)
    assert not table.superseded.any()
    pd.testing.assert_frame_equal(table.drop(columns="superseded"), expected, rtol=1e-7)


def test_json_of_the_page_holds_every_point_of_every_tag(
    open_page: OpenPage, board: str, logged: tuple[Path, pd.DataFrame], tmp_path: Path
) -> None:
    page = open_page(f"{board}/scalars")
    expect(page.locator(".card-value").first).to_be_visible()

    path = save(page, page.get_by_role("button", name="Save the charts of this page"), "Save as JSON", tmp_path)

    assert path.name == "scalars.json"
    series = json.loads(path.read_text())["series"]
    assert len(series) == 9
    for one in series:
        expected = logged[1][(logged[1].run == one["run"]) & (logged[1].tag == one["tag"])]
        assert one["steps"] == expected.step.tolist()
        values = [float(value) for value in one["values"]]
        np.testing.assert_array_equal(values, expected.value.to_numpy())


def test_svg_has_a_line_a_run_in_light_colours_with_titles_and_legend(
    open_page: OpenPage, board: str, tmp_path: Path
) -> None:
    page = open_page(f"{board}/scalars", theme="dark")
    expect(page.locator(".card-value").first).to_be_visible()

    path = save(page, menu_of(page, "train/loss"), "Save as SVG", tmp_path)

    assert path.name == "train-loss.svg"
    strokes = strokes_of(path)
    assert len(strokes) == 3
    assert set(strokes) == LIGHT
    words = " ".join("".join(text.itertext()) for text in ElementTree.parse(path).getroot().iter(f"{SVG}text"))
    for word in ("Step", "train/loss", "lr 0.1 (run-0)", "lr 0.01 (run-1)", "lr 1e-3 (run-2)"):
        assert word in words
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"


def test_svg_of_a_group_has_all_its_charts_and_one_legend(open_page: OpenPage, board: str, tmp_path: Path) -> None:
    page = open_page(f"{board}/scalars?group=lr")
    expect(page.locator(".card-value").first).to_have_attribute("title", re.compile("^lr "))

    path = save(page, page.get_by_role("button", name="Save the charts of train"), "Save as SVG", tmp_path)

    assert path.name == "train.svg"
    root = ElementTree.parse(path).getroot()
    assert len([one for one in root.iter(f"{SVG}g") if "cartesianlayer" in one.get("class", "")]) == 1
    legend = ["".join(text.itertext()) for text in root.iter(f"{SVG}text") if "legendtext" in text.get("class", "")]
    assert sorted(legend) == ["lr 0.01", "lr 0.1", "lr 1e-3"]
    titles = ["".join(text.itertext()) for text in root.iter(f"{SVG}text")]
    assert "train/loss" in titles
    assert "train/acc" in titles


def test_png_has_the_pixels_of_print(open_page: OpenPage, board: str, tmp_path: Path) -> None:
    page = open_page(f"{board}/scalars")
    expect(page.locator(".card-value").first).to_be_visible()

    path = save(page, menu_of(page, "val/loss"), "Save as PNG", tmp_path)

    assert path.name == "val-loss.png"
    width, height = struct.unpack(">II", path.read_bytes()[16:24])
    assert width > 2_500
    assert height > 1_500


def test_link_of_a_card_opens_it_alone(open_page: OpenPage, board: str) -> None:
    page = open_page(f"{board}/scalars?smoothing=0.5")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    expect(page.locator(".card-value").first).to_be_visible()
    menu_of(page, "train/loss").click()
    page.get_by_role("menuitem", name="Copy the link").click()

    link = page.evaluate("navigator.clipboard.readText()")

    other = open_page(link)
    expect(other.locator(".card.is-full")).to_have_attribute("data-tag", "train/loss")
    expect(other.get_by_role("textbox", name="Smooth")).to_have_value("0.5")


def test_link_of_a_group_opens_it_and_closes_the_others(open_page: OpenPage, board: str) -> None:
    page = open_page(f"{board}/scalars")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    heads = page.locator(".group-head button")
    expect(heads.first).to_be_visible()
    page.locator(".group", has=page.locator('[data-tag="train/loss"]')).locator(".group-bar").hover()
    page.get_by_role("button", name="Save the charts of train").click()
    page.get_by_role("menuitem", name="Copy the link").click()

    linked = open_page(page.evaluate("navigator.clipboard.readText()"))

    expect(linked.locator('[data-tag="train/loss"]')).to_be_visible()
    expect(linked.locator(".group-head button")).to_have_count(heads.count())
    opened = linked.locator('.group-head button[aria-expanded="true"] .group-name')
    expect(opened).to_have_text(["train"])


def test_link_of_one_of_many_groups_says_what_it_has_no_room_for(
    start_board: Callable[..., str], open_page: OpenPage, tmp_path: Path
) -> None:
    with SummaryWriter(tmp_path / "run") as writer:
        for number in range(103):
            writer.add_scalar(f"layer{number:03}/loss", 1.0, 0)
    page = open_page(f"{start_board(tmp_path)}/scalars")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.locator(".group", has=page.locator('[data-tag="layer000/loss"]')).locator(".group-bar").hover()
    page.get_by_role("button", name="Save the charts of layer000").click()
    page.get_by_role("menuitem", name="Copy the link").click()

    expect(page.locator(".notification-text")).to_have_text("A link has no room for 102 closed groups.")
    assert page.evaluate("navigator.clipboard.readText()").endswith("/scalars?v=3&open=layer000")


def test_plotly_comes_only_when_a_picture_is_made(open_page: OpenPage, board: str) -> None:
    page = open_page(f"{board}/scalars")
    expect(page.locator(".card-value").first).to_be_visible()
    menu_of(page, "train/loss").click()

    assert page.evaluate("typeof window.Plotly") == "undefined"


def test_names_of_files_are_safe(run_module: Callable[[str, str], object]) -> None:
    names = run_module(
        "export/file_names.js",
        r"""return ["train/loss", "../../etc/passwd", "=a - b", "Verlust (größer)", "///", "a".repeat(200)]
          .map(module.fileName);""",
    )

    assert names == ["train-loss", "etc-passwd", "=a-b", "Verlust-größer", "chart", "a" * 80]


def test_csv_of_groups_has_their_names_lines_and_bands(
    open_page: OpenPage, board: str, logged: tuple[Path, pd.DataFrame], tmp_path: Path
) -> None:
    page = open_page(f"{board}/scalars?group=/run-[0-1]/&band=minmax")
    expect(page.locator(".card-value").first).to_be_visible()
    expect(page.locator(".groups-button")).to_be_visible()
    wait_for(page, "session.groups?.length > 0")

    path = save(page, menu_of(page, "val/loss"), "Save groups as CSV", tmp_path)

    assert path.name == "val-loss-groups.csv"
    table = pd.read_csv(path)
    groups = page.evaluate(
        """async () => (await import("/static/js/session.js")).session.groups.map(({ label, runs }) => [label, runs])"""
    )
    assert set(table.group) == {label for label, _ in groups}
    for label, runs in groups:
        own = logged[1][(logged[1].tag == "val/loss") & logged[1].run.isin(runs)].groupby("step").value
        found = table[table.group == label].set_index("x")
        np.testing.assert_allclose(found.value, own.mean(), rtol=1e-6)
        assert found.n.tolist() == own.count().tolist()
        if len(runs) > 1:
            np.testing.assert_allclose(found.low, own.min(), rtol=1e-6)
            np.testing.assert_allclose(found.high, own.max(), rtol=1e-6)


def test_svg_of_many_runs_tells_their_colours_by_a_bar(
    open_page: OpenPage, start_board: StartBoard, tmp_path: Path
) -> None:
    for i in range(40):
        with SummaryWriter(tmp_path / "logs" / f"run-{i:02d}") as writer:
            writer.add_config({"lr": 1e-4 * (i + 1)})
            for step in range(3):
                writer.add_scalar("loss", i + step, step)
    page = open_page(f"{start_board(tmp_path / 'logs', '--index', 'off')}/scalars")
    expect(page.locator(".color-legend").first).to_be_visible()
    wait_for(page, 'session.comparison.coloring.kind === "ramp"')

    path = save(page, menu_of(page, "loss"), "Save as SVG", tmp_path)

    assert len(set(strokes_of(path))) > 30
    root = ElementTree.parse(path).getroot()
    words = ["".join(text.itertext()) for text in root.iter(f"{SVG}text")]
    assert {"lr", "1e-4", "4e-3"} <= set(words)
    assert not [word for word in words if "run-" in word]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_menus_on_a_small_screen_are_large_enough_and_accessible(open_page: OpenPage, board: str, theme: str) -> None:
    page = open_page(f"{board}/scalars?group=lr", width=400, height=800, theme=theme)
    expect(page.locator(".groups-button")).to_be_attached()  # the groups are known
    section = page.get_by_role("button", name="Save the charts of train")
    box = section.bounding_box()
    assert box is not None
    assert min(box["width"], box["height"]) >= 36

    section.click()
    items = page.get_by_role("menuitem")
    expect(items).to_have_count(6)
    sizes = items.evaluate_all("(items) => items.map((item) => item.getBoundingClientRect().height)")
    assert min(sizes) >= 36
    serious = [one for one in Axe().run(page).response["violations"] if one["impact"] in ("serious", "critical")]
    assert serious == []

    page.keyboard.press("Escape")
    expect(section).to_be_focused()
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
