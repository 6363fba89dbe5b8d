"""Where cards stand and how large: pinned, in nested groups, in full screen; by their effect and after a reload."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from summaries import SummaryWriter

pytestmark = pytest.mark.browser
OpenPage = Callable[..., Page]

TAGS = (
    "loss", "train/loss", "train/acc", "val/loss", "val/acc",
    "net/enc/a", "net/enc/b", "net/enc/c", "net/enc/d", "net/dec/a", "net/dec/b", "net/dec/c", "net/dec/d",
)  # fmt: skip


@pytest.fixture(scope="module")
def board(start_board: Callable[..., str], tmp_path_factory: pytest.TempPathFactory) -> str:
    logdir = tmp_path_factory.mktemp("cards")
    for name in ("a", "b"):
        with SummaryWriter(logdir / name) as writer:
            for step in range(20):
                for i, tag in enumerate(TAGS):
                    writer.add_scalar(tag, i + step / 10, step)
            if name == "b":
                writer.add_scalar("only/b", 1.0, 0)
    return start_board(logdir)


def card(page: Page, tag: str) -> Locator:
    return page.locator(f'.card[data-tag="{tag}"]')


def group(page: Page, name: str) -> Locator:
    return page.locator(".group").filter(has=page.locator(".group-head", has_text=re.compile(rf"^{name}\d*$")))


def pinned_titles(page: Page) -> Locator:
    return group(page, "Pinned").locator(".card-title")


def test_pinned_card_stands_on_top_until_undo(open_page: OpenPage, board: str) -> None:
    page = open_page(f"{board}/scalars")
    card(page, "val/loss").hover()
    card(page, "val/loss").get_by_role("button", name="Pin val/loss").click()

    expect(group(page, "Pinned").locator(".card")).to_have_count(1)
    expect(group(page, "val").locator(".card")).to_have_count(1)
    expect(page.locator(".group").first.locator(".card-title")).to_have_text("val/loss")
    expect(card(page, "val/loss")).to_have_count(1)
    expect(page).to_have_url(re.compile("pin=val/loss"))

    page.keyboard.press("Control+z")

    expect(group(page, "Pinned")).to_have_count(0)


def test_pins_keep_their_order_in_links_and_in_the_browser(open_page: OpenPage, board: str) -> None:
    page = open_page(f"{board}/scalars?v=2&pin=val/loss&pin=loss")
    expect(pinned_titles(page)).to_have_text(["val/loss", "loss"])
    card(page, "train/acc").hover()
    page.keyboard.press("p")
    expect(group(page, "Pinned").locator(".card")).to_have_count(3)

    page.goto(f"{board}/scalars")

    expect(pinned_titles(page)).to_have_text(["val/loss", "loss", "train/acc"])


def test_pinned_card_without_data_says_who_has_them(open_page: OpenPage, board: str) -> None:
    page = open_page(f"{board}/scalars?v=2&pin=only/b&only=a")

    expect(card(page, "only/b")).to_contain_text("The selected run does not log this tag")
    expect(card(page, "only/b")).to_contain_text("Run b does.")

    card(page, "only/b").get_by_role("button", name="Unpin", exact=True).click()

    expect(card(page, "only/b")).to_have_count(0)


def test_closing_a_group_closes_those_in_it_and_counts_them(open_page: OpenPage, board: str) -> None:
    page = open_page(f"{board}/scalars")
    head = page.get_by_role("button", name="net", exact=True)
    expect(page.locator(".group-head")).to_have_text(
        ["Ungrouped1", "net", "net/dec4", "net/enc4", "only1", "train2", "val2"]
    )

    head.click()

    expect(page.locator(".group-head")).to_have_text(["Ungrouped1", "net8", "only1", "train2", "val2"])
    expect(card(page, "net/enc/a")).to_have_count(0)

    page.reload()
    expect(page.locator(".group-head").nth(1)).to_have_text("net8")
    page.locator(".group-head button").nth(1).click()

    expect(card(page, "net/enc/a")).to_be_visible()


def test_full_screen_fills_the_window_until_escape(open_page: OpenPage, board: str) -> None:
    page = open_page(f"{board}/scalars")
    card(page, "train/loss").hover()
    expect(card(page, "train/loss").locator(".card-foot")).to_contain_text("points")
    page.keyboard.press("Shift+E")

    expect(card(page, "train/loss")).to_have_class(re.compile("is-full"))
    assert card(page, "train/loss").bounding_box() == {"x": 0, "y": 0, "width": 1400, "height": 900}
    page.wait_for_function("document.querySelector('.is-full .u-over')?.clientWidth > 1300")
    page.reload()
    expect(card(page, "train/loss")).to_have_class(re.compile("is-full"))

    page.keyboard.press("Escape")

    expect(card(page, "train/loss")).not_to_have_class(re.compile("is-full"))
    expect(page).not_to_have_url(re.compile("full="))


def test_menu_of_a_card_is_used_by_keys_alone(open_page: OpenPage, board: str) -> None:
    page = open_page(f"{board}/scalars")
    page.get_by_role("button", name="Menu of val/acc").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")

    expect(card(page, "val/acc")).to_have_class(re.compile("is-expanded"))
