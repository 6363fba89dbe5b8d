"""Lines at the bottom edge, and what a screen reader hears of new data."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from summaries import SummaryWriter

pytestmark = pytest.mark.browser
OpenPage = Callable[..., Page]

NOTIFY = "async (content) => (await import('/static/js/notifications.js')).notify(content)"
# A line with a button that says it was pressed.
NOTIFY_UNDO = """async () => {
  const { notify } = await import("/static/js/notifications.js");
  notify({ text: "Hid 3 runs", action: { label: "Undo", run: () => { window.undone = true; } } });
}"""


@pytest.fixture
def page(open_page: OpenPage, iris_board: str) -> Page:
    """A page whose clock the test moves."""
    page = open_page(iris_board, allow_console="503")
    page.clock.install()
    page.reload()
    expect(page.locator(".card canvas").first).to_be_visible()
    return page


def test_line_goes_after_its_seconds_but_not_while_it_is_looked_at(page: Page) -> None:
    page.evaluate(NOTIFY, {"text": "Hid 3 runs", "detail": "of 12", "seconds": 8})
    line = page.get_by_role("status", name="Notifications").get_by_text("Hid 3 runs")
    expect(line).to_be_visible()

    line.hover()
    page.clock.fast_forward(20_000)
    expect(line).to_be_visible()
    page.mouse.move(10, 10)
    page.clock.fast_forward(9_000)

    expect(line).to_have_count(0)


def test_action_runs_once_and_takes_the_line_away(page: Page) -> None:
    page.evaluate(NOTIFY_UNDO)

    page.get_by_role("button", name="Undo").focus()
    page.keyboard.press("Enter")

    assert page.evaluate("window.undone")
    expect(page.get_by_text("Hid 3 runs")).to_have_count(0)


def test_same_id_replaces_and_three_lines_are_the_most(page: Page) -> None:
    for number in range(5):
        page.evaluate(NOTIFY, {"text": f"line {number}", "tone": "warn"})
    page.evaluate(NOTIFY, {"id": "one", "text": "before"})
    page.evaluate(NOTIFY, {"id": "one", "text": "after"})

    expect(page.locator(".notification-text")).to_have_text(["line 3", "line 4", "after"])


def test_failed_request_is_said_once_a_cause(page: Page) -> None:
    body = '{"detail": "The disk is full."}'
    page.route("**/data/tags*", lambda route: route.fulfill(status=503, body=body, content_type="application/json"))

    page.get_by_role("navigation", name="Pages").get_by_text("Histograms").click()
    line = page.locator(".notification")
    expect(line).to_contain_text("Could not read the logs: The disk is full.")
    page.clock.fast_forward(4_000)
    page.clock.fast_forward(4_000)

    expect(line).to_have_count(1)


def test_new_points_are_announced_politely_and_at_most_every_30_s(
    open_page: OpenPage, start_board: Callable[[Path], str], tmp_path: Path
) -> None:
    with SummaryWriter(tmp_path / "run") as writer:
        writer.add_scalar("loss", 1.0, 0)
        writer.flush()
        page = open_page(start_board(tmp_path))
        page.clock.install()
        page.reload()
        region = page.get_by_role("status", name="New data")
        expect(page.locator(".card-value")).to_have_text("1.000")

        writer.add_scalar("loss", 2.0, 1)
        writer.flush()
        expect(page.locator(".card-value")).to_have_text("2.000")
        expect(region).to_have_text("")
        page.clock.fast_forward(31_000)

        expect(region).to_have_text("new points in 1 run.")


@pytest.mark.parametrize("width", [1400, 400])
def test_line_stands_over_a_modal_drawer_and_can_be_pressed(open_page: OpenPage, iris_board: str, width: int) -> None:
    page = open_page(f"{iris_board}/scalars", width=width, height=800)
    expect(page.locator(".card canvas").first).to_be_visible()
    open_trash = "async () => (await import('/static/js/runs/trash.js')).openTrash()"
    page.evaluate(open_trash)
    expect(page.get_by_role("dialog", name="Trash")).to_be_visible()

    page.evaluate(NOTIFY_UNDO)
    page.get_by_role("button", name="Undo").click(timeout=2_000)  # fails if something lies over it

    assert page.evaluate("window.undone")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Trash")).to_have_count(0)
    page.evaluate(NOTIFY_UNDO)
    page.evaluate(open_trash)  # opens after the line came
    page.get_by_role("button", name="Undo").click(timeout=2_000)
    page.evaluate(NOTIFY_UNDO)
    page.get_by_role("dialog", name="Trash").get_by_role("button", name="Close", exact=True).first.click()
    expect(page.get_by_text("Hid 3 runs")).to_be_visible()  # it outlives the drawer
