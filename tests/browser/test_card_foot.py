"""The foot of a card: what it says in which order, and what stays of it where there is little room."""

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


def card(page: Page, tag: str) -> Locator:
    return page.locator(f'.card[data-tag="{tag}"]')


# How many of the buttons in the foot of a card are not whole in it.
CUT = """foot => {
  const { right, bottom } = foot.getBoundingClientRect();
  const boxes = [...foot.querySelectorAll("button")].map((one) => one.getBoundingClientRect());
  return boxes.filter((box) => box.right > right || box.bottom > bottom + 1).length;
}"""


@pytest.mark.parametrize(("place", "has_word"), [("", False), ("&card=loss", True)])
def test_foot_of_a_card_shows_each_button_whole_and_its_word_where_there_is_room(
    start_board: StartBoard, open_page: OpenPage, tmp_path: Path, place: str, has_word: bool
) -> None:
    for name, values in {"a": [1.0] * 30, "b": [1.0], "c": [1.0], "bad": [float("nan")]}.items():
        with SummaryWriter(tmp_path / name) as writer:
            for step, value in enumerate(values):
                writer.add_scalar("loss", value, step)
    (file,) = (tmp_path / "a").iterdir()
    data = bytearray(file.read_bytes())
    data[500] ^= 0xFF
    file.write_bytes(data)
    page = open_page(f"{start_board(tmp_path)}/scalars?v=3{place}", width=1120)
    foot = card(page, "loss").locator(".card-foot")

    expect(foot.get_by_role("button", name="1 NaN")).to_be_visible()
    expect(foot.get_by_role("button", name="1 of 4 runs damaged")).to_be_visible()
    assert foot.evaluate(CUT) == 0
    assert (foot.locator(".card-foot-word").bounding_box()["width"] > 10) == has_word


def test_each_note_of_a_card_of_240_px_is_reached_by_pointer_and_keys(
    start_board: StartBoard, open_page: OpenPage, tmp_path: Path
) -> None:
    for number in range(320):
        with SummaryWriter(tmp_path / f"run_{number:03}") as writer:
            writer.add_scalar("loss", float("nan") if number > 200 else float(number), 0)
            writer.add_scalar("loss", 1.0, 1)
    for number in range(300, 312):
        (file,) = (tmp_path / f"run_{number:03}").iterdir()
        file.write_bytes(file.read_bytes()[:-4] + b"\0\0\0\0")
    page = open_page(start_board(tmp_path))
    foot = card(page, "loss").locator(".card-foot")
    expect(foot.get_by_role("button", name="12 of 300 runs damaged")).to_be_visible()

    card(page, "loss").evaluate("card => Object.assign(card.style, { width: '240px', height: '240px' })")

    expect(foot.get_by_role("button")).to_have_count(3)
    assert foot.evaluate(CUT) == 0
    for name in (re.compile("NaN"), "12 of 300 runs damaged", "Draw all"):
        foot.get_by_role("button", name=name).click(trial=True)
        foot.get_by_role("button", name=name).focus()
        assert foot.evaluate("foot => foot.scrollTop") == 0


# What is said in the foot of a card, from left to right.
READ = """foot => {
  const notes = [...foot.querySelectorAll(":scope > :not(div), .card-foot-kind > *")];
  const leftOf = (note) => note.getBoundingClientRect().left;
  return notes.sort((a, b) => leftOf(a) - leftOf(b)).map((note) => note.textContent);
}"""


def test_notes_of_a_wide_card_read_points_first_then_texts_and_at_last_what_can_be_pressed(
    start_board: StartBoard, open_page: OpenPage, tmp_path: Path
) -> None:
    for number in range(320):
        with SummaryWriter(tmp_path / f"run_{number:03}") as writer:
            for step, value in enumerate([1.0, float("nan"), -1.0, 2.0]):
                writer.add_scalar("loss", value, step)
                if step > 0:
                    writer.add_scalar("tokens", 100.0 * step, step)
    page = open_page(f"{start_board(tmp_path)}/scalars?v=3&y=log&x=metric:tokens&card=loss")
    foot = card(page, "loss").locator(".card-foot")
    expect(foot.get_by_role("button", name="Draw all")).to_be_visible()

    expect(foot).to_contain_text("without tokens")
    texts = ["all 900 points", "300 of 320 runs", "≤ 0 not drawn", "300 without tokens", "300 NaN", "Draw all"]
    assert foot.evaluate(READ) == texts
