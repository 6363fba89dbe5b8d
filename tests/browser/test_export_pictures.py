"""Saved pictures show what their cards show, whatever kind of chart these are."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest
from playwright.sync_api import Page, expect

from summaries import SummaryWriter
from tests.browser.saved import SVG, menu_of, save, strokes_of, ticks_of, words_of
from tests.browser.session import choose_baseline

pytestmark = pytest.mark.browser
OpenPage = Callable[..., Page]
StartBoard = Callable[..., str]


@pytest.fixture(scope="module")
def board(start_board: StartBoard, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Two runs with a metric of training and of evaluation, and a margin chart as logged."""
    logdir = tmp_path_factory.mktemp("pictures")
    for i, name in enumerate(("a", "b")):
        with SummaryWriter(logdir / name) as writer:
            writer.add_custom_scalars({"Bounds": {"spread": ["Margin", ["mid", "low", "high"]]}})
            for step in range(1, 41):
                for tag, value in (("train/loss", 1), ("val/loss", 2), ("mid", 5), ("low", 4), ("high", 6)):
                    writer.add_scalar(tag, value + i + step / 100, step)
    return start_board(logdir, "--index", "off")


def test_picture_of_the_page_has_every_tag_of_its_cards(open_page: OpenPage, board: str, tmp_path: Path) -> None:
    page = open_page(f"{board}/scalars?v=3&join=on&filter=train|val")
    expect(page.locator(".card-value").first).to_be_visible()

    path = save(page, page.get_by_role("button", name="Save the charts of this page"), "Save as SVG", tmp_path)

    strokes = strokes_of(path)
    assert len(strokes) == 4
    assert len(set(strokes)) == 2
    legend = [word for word in words_of(path) if word in ("a", "b", "train", "val")]
    assert legend == ["b", "a", "val", "train"]  # runs by their colours, tags by their dashes


def test_picture_of_a_margin_chart_has_its_bands(open_page: OpenPage, board: str, tmp_path: Path) -> None:
    page = open_page(f"{board}/scalars?v=3")
    expect(page.locator(".card", has_text="spread").locator(".card-value").first).to_be_visible()

    path = save(page, menu_of(page, "spread"), "Save as SVG", tmp_path)

    fills = [one for one in ElementTree.parse(path).getroot().iter(f"{SVG}path") if one.get("class") == "js-fill"]
    assert len(fills) == 2
    assert len(set(strokes_of(path))) == 2


def test_picture_keeps_the_box_that_a_card_is_zoomed_to(open_page: OpenPage, board: str, tmp_path: Path) -> None:
    page = open_page(f"{board}/scalars?v=3&box=1.1..1.2:train/loss&range=step:10..20")
    expect(page.locator(".card-value").first).to_be_visible()

    path = save(page, menu_of(page, "train/loss"), "Save as SVG", tmp_path)

    assert [float(tick) for tick in ticks_of(path, "y")][0] >= 1.1
    assert [float(tick) for tick in ticks_of(path, "y")][-1] <= 1.2
    assert [float(tick) for tick in ticks_of(path, "x")][0] >= 10


def test_picture_of_differences_shows_their_zero(open_page: OpenPage, board: str, tmp_path: Path) -> None:
    page = open_page(f"{board}/scalars?v=3&smoothing=0.5&xscale=log")
    choose_baseline(page, "a")
    page.keyboard.press("D")
    expect(page.locator(".card[data-delta]").first).to_be_visible()

    path = save(page, menu_of(page, "train/loss"), "Save as SVG", tmp_path)

    assert "Δ train/loss" in words_of(path)
    assert "0" in ticks_of(path, "y")
    assert ticks_of(path, "x")[0] == "1"


def test_picture_shows_marks_at_the_sides_of_a_chart_whole(
    start_board: StartBoard, open_page: OpenPage, tmp_path: Path
) -> None:
    with SummaryWriter(tmp_path / "run") as writer:
        writer.add_scalar("loss", float("nan"), 0)
        writer.add_scalar("loss", 1.0, 9)
    page = open_page(start_board(tmp_path))
    expect(page.locator(".card-value")).to_have_text("1.000")

    path = save(page, menu_of(page, "loss"), "Save as SVG", tmp_path)

    assert clips_of(ElementTree.parse(path).getroot(), "point") == [None, None]


def clips_of(element: ElementTree.Element, name: str, clip: str | None = None) -> list[str | None]:
    """What clips each shape of a class, as its nearest ancestor says it."""
    clip = element.get("clip-path", clip)
    own = [clip] if element.get("class") == name else []
    return own + [found for child in element for found in clips_of(child, name, clip)]
