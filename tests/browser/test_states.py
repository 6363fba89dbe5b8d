"""What stands in the place of data: before they come, where there are none, and where they cannot be read."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, Request, Route, expect

from summaries import SummaryWriter

pytestmark = pytest.mark.browser
StartBoard = Callable[..., str]
OpenPage = Callable[..., Page]
CONSOLE = "Failed to load resource|WebSocket"


@pytest.fixture
def logdir(tmp_path: Path) -> Path:
    """Two runs of a sweep and one beside it: all log `loss`, the sweep logs `rare` too."""
    for name in ("sweep/a", "sweep/b", "other"):
        with SummaryWriter(tmp_path / name) as writer:
            for step in range(30):
                writer.add_scalar("loss", 1.0 / (step + 1), step)
                if name != "other":
                    writer.add_scalar("rare", 2.0, step)
    return tmp_path


def wait_until_read(page: Page) -> None:
    """Waits until the board has read what is in its logdir, no longer than the page waits for anything."""
    page.evaluate("""() => {
      const read = async () => (await (await fetch("/data/runs")).json()).is_reading
        ? setTimeout(read, 50)
        : Object.assign(window, { isRead: true });
      read();
    }""")
    page.wait_for_function("() => window.isRead")


def card(page: Page, tag: str) -> object:
    return page.locator(f'.card[data-tag="{tag}"]')


def test_skeleton_has_the_place_of_the_chart_and_never_comes_back(
    start_board: StartBoard, open_page: OpenPage, logdir: Path
) -> None:
    address = start_board(logdir)
    page = open_page(f"{address}/static/mark.svg")
    held: list[Route] = []
    page.route(re.compile(r"/data/series"), lambda route: held.append(route) or None)
    page.goto(f"{address}/")
    expect(card(page, "loss").locator(".card-skeleton")).to_be_visible()
    before = card(page, "loss").bounding_box()
    assert before["height"] == 238
    assert card(page, "loss").get_attribute("aria-busy") == "true"
    expect(page.locator(".run-metric").first).not_to_be_empty()  # other answers have come, and colours with them
    expect(card(page, "loss").locator(".card-foot-kind")).to_be_empty()
    expect(card(page, "loss").locator("canvas")).to_have_count(0)

    page.route(re.compile(r"/data/series"), lambda route: route.continue_())
    for route in held:
        route.continue_()
    expect(card(page, "loss").locator(".card-value").first).to_be_visible()
    expect(page.locator(".card-skeleton")).to_have_count(0)
    assert card(page, "loss").bounding_box() == before

    page.route(re.compile(r"/data/series"), lambda route: None)  # what is there stays while more is asked for
    page.locator(".box").nth(1).click()
    page.get_by_text("Relative", exact=True).click()
    expect(card(page, "loss").locator(".card-value").first).to_be_visible()
    expect(page.locator(".card-skeleton")).to_have_count(0)


def test_page_without_its_lists_yet_draws_frames_without_curves(
    start_board: StartBoard, open_page: OpenPage, logdir: Path
) -> None:
    address = start_board(logdir)
    page = open_page(f"{address}/static/mark.svg")
    page.route(re.compile(r"/data/tags"), lambda route: None)
    page.goto(f"{address}/")

    expect(page.get_by_role("status", name="Reading").locator(".card")).to_have_count(9)
    expect(page.locator("canvas")).to_have_count(0)


def test_chart_that_cannot_be_read_says_why_and_comes_back(
    start_board: StartBoard, open_page: OpenPage, logdir: Path
) -> None:
    address = start_board(logdir)
    page = open_page(f"{address}/static/mark.svg", allow_console=CONSOLE)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.route(re.compile(r"/data/series"), lambda route: route.fulfill(status=500, json={"detail": "It failed."}))
    page.goto(f"{address}/")

    shown = card(page, "loss").get_by_role("alert")
    expect(shown.locator("strong")).to_have_text("This chart could not be read")
    expect(shown.locator("p")).to_have_text("The server failed at it. Your event files are not affected.")
    expect(shown.locator(".evidence")).to_have_text("loss, 3 runs\n500: It failed.", use_inner_text=True)
    assert card(page, "loss").bounding_box()["height"] == 238
    shown.get_by_role("button", name="Copy details").click()
    expect(shown.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()").startswith("This chart could not be read\nloss, 3 runs")

    page.unroute(re.compile(r"/data/series"))
    shown.get_by_role("button", name="Try again").click()
    expect(card(page, "loss").locator(".card-value").first).to_be_visible()
    expect(shown).to_have_count(0)


def test_data_that_are_there_stay_when_newer_ones_cannot_be_read(
    start_board: StartBoard, open_page: OpenPage, logdir: Path
) -> None:
    page = open_page(start_board(logdir), allow_console=CONSOLE)
    expect(card(page, "loss").locator(".card-value").first).to_have_text("0.03333")
    page.route(re.compile(r"/data/series"), lambda route: route.fulfill(status=500, json={"detail": "It failed."}))

    with SummaryWriter(logdir / "other") as writer:
        writer.add_scalar("loss", 0.5, 100)

    note = card(page, "loss").get_by_role("button", name="not up to date")
    expect(note).to_be_visible()
    expect(card(page, "loss").locator(".card-value").first).to_have_text("0.03333")
    page.unroute(re.compile(r"/data/series"))
    note.click()
    expect(note).to_have_count(0)


def test_server_that_went_away_is_told_in_cards_without_data_only(open_page: OpenPage, tmp_path: Path) -> None:
    with SummaryWriter(tmp_path / "run") as writer:
        for number in range(60):
            writer.add_scalar(f"tag_{number:02}", 1.0, 0)
    command = [sys.executable, "-m", "dashboard.cli", "--logdir", str(tmp_path), "--port", "0", "--index", "off"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as board:
        address = re.search(r"board is ready at (\S+)", board.stdout.readline())[1]
        page = open_page(address, allow_console=f"{CONSOLE}|net::ERR_")
        expect(card(page, "tag_00").locator(".card-value")).to_have_text("1.000")
        board.send_signal(signal.SIGINT)
    expect(page.locator(".live")).to_contain_text("no answer")

    card(page, "tag_59").scroll_into_view_if_needed()

    shown = card(page, "tag_59").get_by_role("alert")
    expect(shown.locator("p")).to_have_text("The server does not answer. Your event files are not affected.")
    expect(card(page, "tag_00").locator(".card-value")).to_have_text("1.000")
    expect(card(page, "tag_00").get_by_role("alert")).to_have_count(0)


def test_open_card_of_a_tag_that_no_selected_run_logs_says_who_does(
    start_board: StartBoard, open_page: OpenPage, logdir: Path
) -> None:
    page = open_page(f"{start_board(logdir)}/")
    card(page, "rare").hover()
    page.get_by_role("button", name="Expand rare").click()

    page.locator('[data-run="other"] .run-name').click(modifiers=["Alt"])

    expect(card(page, "rare").locator(".card-state strong")).to_have_text("The selected run does not log this tag")
    expect(card(page, "rare").locator(".card-state p")).to_have_text("2 runs in sweep do.")
    card(page, "rare").get_by_role("button", name="Select those 2").click()
    expect(card(page, "rare").locator(".card-value")).to_have_count(2)
    expect(card(page, "rare").locator(".card-state")).to_have_count(0)


def test_foot_tells_of_runs_that_could_not_be_read_whole(
    start_board: StartBoard, open_page: OpenPage, logdir: Path
) -> None:
    (file,) = (logdir / "sweep" / "a").iterdir()
    data = bytearray(file.read_bytes())
    data[500] ^= 0xFF
    file.write_bytes(data)
    page = open_page(start_board(logdir))

    card(page, "loss").get_by_role("button", name="1 of 3 runs damaged").click()

    panel = page.get_by_role("dialog", name="Health")
    expect(panel.locator(".health-name strong")).to_have_text(["sweep/a"])


def test_newest_runs_are_drawn_and_all_on_request(start_board: StartBoard, open_page: OpenPage, tmp_path: Path) -> None:
    for number in range(320):
        with SummaryWriter(tmp_path / f"run_{number:03}") as writer:
            writer.add_scalar("loss", float(number), 0)
    page = open_page(start_board(tmp_path))
    foot = card(page, "loss").locator(".card-foot")
    expect(foot).to_contain_text("300 of 320 runs")

    foot.get_by_role("button", name="Draw all").click()

    expect(page.locator(".run-head")).to_contain_text("320 of 320 runs")
    expect(foot).to_have_text("all 320 points")


def write_many(logdir: Path, tags: list[str]) -> Path:
    """More runs than are drawn at first, of which the last has more points than are drawn, and the others one."""
    for number in range(320):
        with SummaryWriter(logdir / f"run_{number:03}") as writer:
            for tag in tags:
                writer.add_scalar(tag, float(number), 0, walltime=1.7e9 + number)
            if number == 319:
                steps = np.arange(1, 4_000)
                writer.add_scalars_block(steps, dict.fromkeys(tags, steps % 7 / 7), walltimes=1.7e9 + 400 + steps)
    return logdir


def is_getting_ready(asked: Request) -> bool:
    return asked.method == "HEAD" and "/data/series" in asked.url


def is_drawing(asked: Request) -> bool:
    return asked.method == "GET" and "/data/series" in asked.url


def test_what_draw_all_asks_for_is_made_ready_before(
    start_board: StartBoard, open_page: OpenPage, tmp_path: Path
) -> None:
    address = start_board(write_many(tmp_path, ["loss"]))
    page = open_page(f"{address}/static/mark.svg")
    wait_until_read(page)

    with page.expect_request(is_getting_ready) as ready:
        page.goto(address)
    with page.expect_request(is_drawing) as drawn:
        card(page, "loss").get_by_role("button", name="Draw all").click()

    assert ready.value.url == drawn.value.url
    expect(card(page, "loss").locator(".card-foot")).to_contain_text("of 4,319 points")


def test_what_is_made_ready_makes_way_and_is_made_ready_later(
    start_board: StartBoard, open_page: OpenPage, tmp_path: Path
) -> None:
    address = start_board(write_many(tmp_path, ["loss"]))
    page = open_page(f"{address}/static/mark.svg", allow_console=CONSOLE)
    wait_until_read(page)
    page.route(re.compile("/data/series"), lambda route: route.continue_() if is_drawing(route.request) else None)
    with page.expect_request(is_getting_ready) as first:
        page.goto(address)

    with (
        page.expect_request(is_getting_ready) as second,
        page.expect_event("requestfailed", is_getting_ready) as failed,
    ):
        page.get_by_role("radio", name="Relative", exact=True).click()

    assert failed.value.url == first.value.url
    assert "x=relative" in second.value.url


def test_nothing_is_made_ready_beside_what_the_pointer_asks_for(
    start_board: StartBoard, open_page: OpenPage, tmp_path: Path
) -> None:
    address = start_board(write_many(tmp_path, [f"metric_{number:02}" for number in range(20)]))
    page = open_page(f"{address}/static/mark.svg", allow_console=CONSOLE)
    wait_until_read(page)
    page.route(re.compile("/data/series.*tag=metric_19|/data/series.*x=relative"), lambda route: None)
    ready: list[str] = []
    page.on("request", lambda asked: is_getting_ready(asked) and ready.append(asked.url))
    with page.expect_request(re.compile("tag=metric_19")):
        page.goto(address)

    relative = page.get_by_role("radio", name="Relative", exact=True)
    with page.expect_request(re.compile("x=relative")):
        relative.hover()
    page.unroute_all()
    with page.expect_request(is_getting_ready):
        relative.click()

    assert ["x=relative" in url for url in ready] == [True]


def test_filter_without_a_match_is_cleared_from_the_page(
    start_board: StartBoard, open_page: OpenPage, logdir: Path
) -> None:
    page = open_page(start_board(logdir))
    page.get_by_label("Filter tags by regex").fill("nothing/here")
    expect(page.locator(".notice strong")).to_have_text("No tag matches nothing/here.")

    page.locator(".notice").get_by_role("button", name="Clear filter").click()

    expect(card(page, "loss")).to_be_visible()
    expect(page.get_by_label("Filter tags by regex")).to_have_value("")


def test_empty_page_copies_its_code_by_a_key_and_leads_to_the_doctor(
    start_board: StartBoard, open_page: OpenPage, tmp_path: Path
) -> None:
    (tmp_path / "notes.txt").touch()
    page = open_page(start_board(tmp_path))
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    expect(page.get_by_role("heading", level=2)).to_contain_text("No event files in")

    page.keyboard.press("c")
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == page.locator(".snippets code").inner_text()
    page.locator(".empty").get_by_role("button", name="Open Doctor").click()
    panel = page.get_by_role("dialog", name="Health")
    expect(panel.get_by_text("Its name does not hold “tfevents”.")).to_be_visible()


def test_selection_without_the_kind_is_told_what_it_logged(
    start_board: StartBoard, open_page: OpenPage, logdir: Path
) -> None:
    with SummaryWriter(logdir / "arrays") as writer:
        writer.add_histogram("w", [0.0, 1.0], 0)
    page = open_page(f"{start_board(logdir)}/")

    page.locator('[data-run="arrays"] .run-name').click(modifiers=["Alt"])

    expect(page.locator(".why")).to_have_text("Run `arrays` holds no scalars: it logged a histogram.")


def test_interrupted_run_has_a_mark_of_its_own(start_board: StartBoard, open_page: OpenPage, tmp_path: Path) -> None:
    program = f"""
from summaries import SummaryWriter
with SummaryWriter({str(tmp_path / "stopped")!r}) as writer:
    writer.add_scalar("loss", 1.0, 0)
    raise KeyboardInterrupt
"""
    subprocess.run([sys.executable, "-c", program], capture_output=True, check=False)
    page = open_page(start_board(tmp_path))

    expect(page.locator('[data-run="stopped"]').get_by_role("img", name="interrupted")).to_be_visible()
