"""What the first cards of a page are drawn from: asked for before the page stands, and only once."""

from __future__ import annotations

import re
import urllib.request
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, Route, expect

from summaries import SummaryWriter

pytestmark = pytest.mark.browser
StartBoard = Callable[[Path], str]
OpenPage = Callable[..., Page]

TAGS = [f"group_{number // 15}/metric_{number % 15:02d}" for number in range(30)]
LAYOUT = "**/_dash-layout"


@pytest.fixture(scope="module")
def address(start_board: StartBoard, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A board that has read two runs of many tags."""
    logdir = tmp_path_factory.mktemp("opening")
    for name in ("a", "b"):
        with SummaryWriter(logdir / name) as writer:
            for step in range(50):
                writer.add_scalars_at(step, dict.fromkeys(TAGS, step / 50))
    address = start_board(logdir)
    while b'"is_reading":true' in urllib.request.urlopen(f"{address}/data/runs").read():
        pass
    return address


def open_slowly(open_page: OpenPage, address: str, url: str, **options: object) -> tuple[Page, list[str], list[Route]]:
    """A page whose layout is held back once its points were asked for, all addresses it asked for, and what is held."""
    page = open_page(f"{address}/static/mark.svg", **options)
    asked: list[str] = []
    held: list[Route] = []
    page.route(LAYOUT, lambda route: held.append(route) or None)
    page.on("request", lambda request: asked.append(request.url))
    with page.expect_request(re.compile("/data/series")):
        page.goto(f"{address}{url}", wait_until="commit")
    return page, asked, held


def tags_of(asked: list[str]) -> list[list[str]]:
    """The tags of each request for points."""
    return [parse_qs(urlsplit(url).query)["tag"] for url in asked if "/data/series" in url]


def cards_in_view(page: Page) -> list[str]:
    is_seen = "card => card.getBoundingClientRect().top < innerHeight"
    return list(page.locator(".card").evaluate_all(f"cards => cards.filter({is_seen}).map(card => card.dataset.tag)"))


@pytest.mark.parametrize(
    "url",
    ["/", "/scalars?smoothing=0.5&x=relative", "/scalars?closed=group_0", "/?filter=metric_1&pin=group_1/metric_03"],
)
def test_points_of_the_cards_in_view_are_asked_for_before_these_stand(
    open_page: OpenPage, address: str, url: str
) -> None:
    page, asked, held = open_slowly(open_page, address, url)
    assert page.locator(".card").count() == 0
    for route in held:
        route.continue_()

    expect(page.locator(".card .card-value").first).to_be_visible()
    page.wait_for_load_state("networkidle")
    first, *later = tags_of(asked)
    assert first == cards_in_view(page)
    assert all(set(first).isdisjoint(ahead) for ahead in later)
    assert [url for url in asked if url.endswith("/data/selections")] == []


def test_answer_is_not_taken_for_another_selection(open_page: OpenPage, address: str) -> None:
    page, asked, held = open_slowly(open_page, address, "/")
    page.evaluate(
        """async () => {
          const { need } = await import(document.querySelector("link[rel=modulepreload]").href);
          need("static/js/session.js").session.select((selection) => selection.only("a"));
        }"""
    )
    for route in held:
        route.continue_()

    expect(page.locator(".card .card-value").first).to_be_visible()
    page.wait_for_load_state("networkidle")
    seen = cards_in_view(page)
    assert [tags for tags in tags_of(asked) if tags[0] == seen[0]] == [seen, seen]
    assert page.locator(".card").first.locator(".card-value").count() == 1


def test_width_and_place_of_cards_are_found_on_a_telephone(open_page: OpenPage, address: str) -> None:
    page, asked, held = open_slowly(open_page, address, "/", width=400, height=800)
    for route in held:
        route.continue_()

    expect(page.locator(".card .card-value").first).to_be_visible()
    page.wait_for_load_state("networkidle")
    assert set(cards_in_view(page)) <= {tag for tags in tags_of(asked) for tag in tags}
    assert len(tags_of(asked)[0]) >= 3
    every = [tag for tags in tags_of(asked) for tag in tags]
    assert len(set(every)) == len(every)
