"""What cards held is there again when a filter or an x-axis is gone back to; what came since is asked for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, Route, expect

from summaries import SummaryWriter

pytestmark = pytest.mark.browser
StartBoard = Callable[[Path], str]
OpenPage = Callable[..., Page]
Run = Callable[[str, str], object]
NUM_STEPS = 4_000


def test_oldest_is_forgotten_where_there_is_no_room(run_module: Run) -> None:
    body = """
      const shelf = new module.Shelf({ localOptions: ["y"], weigh: () => ({ buffers: [], numBytes: 40e6 }) });
      const makeCard = (tag, version) => {
        const card = { tags: [tag], width: 400, own: {}, version, left: new Map(), missing: new Set(), shown: null };
        card.handle = { hold: () => tag, update: (data) => (card.shown = data) };
        return card;
      };
      const recall = (tag, options) => {
        const card = makeCard(tag, 0);
        shelf.recall(card, options);
        return [card.shown, card.version];
      };
      for (const [i, tag] of ["a", "b", "c"].entries()) shelf.keep(makeCard(tag, i + 1), { x: "step", y: "log" });
      shelf.keep(makeCard("none", 0), { x: "step" });
      const asked = [["a", "step"], ["b", "wall"], ["b", "step"], ["b", "step"], ["c", "step"], ["none", "step"]];
      return asked.map(([tag, x]) => recall(tag, { x, y: "linear" }));
    """

    found = run_module("grid/shelf.js", body)

    assert found == [[None, 0], [None, 0], ["b", 2], [None, 0], ["c", 3], [None, 0]]


def test_answer_of_several_cards_is_counted_whole_and_once(run_module: Run) -> None:
    body = """
      const shelf = new module.Shelf({ weigh: ({ buffer }) => ({ buffers: new Set([buffer]), numBytes: 1_000 }) });
      const shown = [];
      const makeCard = (tag, version, buffer) => {
        const handle = { hold: () => ({ tag, buffer }), update: ({ tag }) => shown.push(tag) };
        return { tags: [tag], width: 400, own: {}, version, left: new Map(), missing: new Set(), handle };
      };
      const large = new ArrayBuffer(80e6);
      for (const tag of ["a", "b", "c"]) shelf.keep(makeCard(tag, 1, large), {});
      for (const tag of ["a", "b"]) shelf.recall(makeCard(tag, 0), {});
      shelf.keep(makeCard("d", 1, new ArrayBuffer(40e6)), {});
      for (const tag of ["c", "d"]) shelf.recall(makeCard(tag, 0), {});
      shelf.keep(makeCard("e", 1, large), {});
      shelf.recall(makeCard("e", 0), {});
      return shown;
    """

    assert run_module("grid/shelf.js", body) == ["a", "b", "d", "e"]


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[SummaryWriter]:
    """A run of two tags with more points than a card draws, which goes on."""
    steps = np.arange(NUM_STEPS)
    values = np.sin(steps / 50) + steps % 7
    with SummaryWriter(tmp_path / "run", heartbeat_secs=None) as writer:
        writer.add_scalars_block(steps, {"loss": values, "rate": values + 3}, walltimes=1.7e9 + steps + (steps % 3) / 2)
        writer.flush()
        yield writer


@pytest.fixture
def page(writer: SummaryWriter, tmp_path: Path, start_board: StartBoard, open_page: OpenPage) -> Page:
    """The page of both charts."""
    page = open_page(start_board(tmp_path))
    expect(page.locator(".card-foot-kind", has_text="of 4,000 points")).to_have_count(2)
    return page


def foot(page: Page, tag: str) -> Locator:
    """What stands under the chart of a tag."""
    return page.locator(f'[data-tag="{tag}"] .card-foot-kind')


def count_asked(page: Page) -> list[str]:
    """A list that grows with each request for curves."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/data/series?" in request.url else None)
    return asked


def test_tags_that_a_filter_took_away_come_back_without_being_asked_for(page: Page) -> None:
    asked = count_asked(page)

    page.locator(".tag-filter input").fill("rate")
    expect(foot(page, "loss")).to_have_count(0)
    page.locator(".tag-filter input").fill("")

    expect(foot(page, "loss")).to_have_text(re.compile("of 4,000 points"))
    page.wait_for_load_state("networkidle")
    assert asked == []


def test_run_that_was_taken_out_and_put_back_meanwhile_is_on_what_comes_back(page: Page, writer: SummaryWriter) -> None:
    box = page.locator('[data-run="run"] [role="checkbox"]')
    page.locator(".tag-filter input").fill("rate")
    expect(foot(page, "loss")).to_have_count(0)
    box.click()
    expect(page.get_by_text("No run is selected")).to_be_visible()
    writer.add_scalars_at(NUM_STEPS, {"loss": 1.0, "rate": 1.0})
    writer.flush()
    box.click()
    expect(foot(page, "rate")).to_contain_text("of 4,001 points")

    page.locator(".tag-filter input").fill("")

    expect(foot(page, "loss")).to_contain_text("of 4,001 points")


def test_of_what_comes_back_only_news_are_asked_for(page: Page, writer: SummaryWriter) -> None:
    page.locator(".tag-filter input").fill("rate")
    expect(foot(page, "loss")).to_have_count(0)
    writer.add_scalars_at(NUM_STEPS, {"loss": 1.0, "rate": 1.0})
    writer.flush()
    expect(foot(page, "rate")).to_contain_text("of 4,001 points")
    asked = count_asked(page)

    page.locator(".tag-filter input").fill("")

    expect(foot(page, "loss")).to_contain_text("of 4,001 points")
    assert [("since=" in url, "tag=loss" in url) for url in asked] == [(True, True)]


def test_axis_that_is_gone_back_to_is_there(page: Page) -> None:
    asked = count_asked(page)
    before = foot(page, "loss").inner_text()

    for name, count in (("Relative", 1), ("Step", 1), ("Relative", 1), ("Wall", 2)):
        page.get_by_role("radio", name=name, exact=True).click()
        expect(page.locator('.x-axis [aria-checked="true"]')).to_have_text(name)
        page.wait_for_load_state("networkidle")
        page.wait_for_function("() => new Promise((done) => requestAnimationFrame(() => setTimeout(() => done(true))))")
        assert len(asked) == count, name
        if name == "Step":
            assert foot(page, "loss").inner_text() == before


def test_axis_that_the_pointer_rests_on_is_there_when_it_is_pressed(page: Page) -> None:
    wall = page.get_by_role("radio", name="Wall", exact=True)
    with page.expect_response(lambda response: "/data/series?" in response.url and "x=wall" in response.url):
        wall.hover()
    asked = count_asked(page)

    wall.click()

    expect(wall).to_be_checked()
    page.wait_for_load_state("networkidle")
    assert asked == []


def test_cards_below_those_in_view_are_asked_for_when_nothing_else_is(
    tmp_path: Path, start_board: StartBoard, open_page: OpenPage
) -> None:
    with SummaryWriter(tmp_path / "run", heartbeat_secs=None) as writer:
        writer.add_scalars_at(0, {f"metric_{number:02d}": 1.0 for number in range(30)})
    page = open_page(start_board(tmp_path))
    with page.expect_response(lambda response: "tag=metric_20" in response.url):
        expect(foot(page, "metric_00")).to_have_text("1 point")
    asked = count_asked(page)

    page.locator(".tag-filter input").fill("metric_20")

    expect(foot(page, "metric_20")).to_have_text("1 point")
    assert asked == []


def test_answer_for_an_old_width_does_not_replace_what_comes_back(page: Page) -> None:
    before = foot(page, "loss").inner_text()
    page.locator(".tag-filter input").fill("rate")
    expect(foot(page, "loss")).to_have_count(0)
    held: list[Route] = []
    page.route("**/data/series?*tag=loss*", lambda route: held.append(route))
    with page.expect_request("**/data/series?*tag=loss*"):
        page.set_viewport_size({"width": 900, "height": 900})
        page.locator(".tag-filter input").fill("")

    page.set_viewport_size({"width": 1400, "height": 900})
    expect(foot(page, "loss")).to_have_text(before)
    for route in held:
        route.continue_()
    page.wait_for_load_state("networkidle")
    page.wait_for_function("() => new Promise((done) => requestAnimationFrame(() => setTimeout(() => done(true))))")

    assert foot(page, "loss").inner_text() == before


def test_of_a_run_that_is_put_in_only_its_own_points_are_asked_for(
    writer: SummaryWriter, tmp_path: Path, start_board: StartBoard, open_page: OpenPage
) -> None:
    with SummaryWriter(tmp_path / "other", heartbeat_secs=None) as other:
        other.add_scalars_block(np.arange(100), {"loss": np.arange(100.0)}, walltimes=1.7e9 + np.arange(100))
    page = open_page(f"{start_board(tmp_path)}/scalars?only=run")
    expect(foot(page, "loss")).to_contain_text("of 4,000 points")
    with page.expect_response("**/data/series?*") as answer:
        page.locator('[data-run="other"] [role="checkbox"]').click()

    expect(foot(page, "loss")).to_contain_text("of 4,100 points")
    expect(foot(page, "rate")).to_contain_text("of 4,000 points")
    assert len(answer.value.body()) < 4_000
    writer.add_scalars_at(NUM_STEPS, {"loss": 1.0, "rate": 1.0})
    writer.flush()
    expect(foot(page, "loss")).to_contain_text("of 4,101 points")
    expect(foot(page, "rate")).to_contain_text("of 4,001 points")
