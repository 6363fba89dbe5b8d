"""A page while its logs grow: what it says, what it asks for, and what befalls its server, its tab and its clock."""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, Request, Route, expect

from summaries import SummaryWriter
from tests.browser.served import log, serve

pytestmark = pytest.mark.browser
OpenPage = Callable[..., Page]
StartBoard = Callable[[Path], str]
LOST_SERVER = r"WebSocket|net::ERR_"
HIDE = """(isHidden) => {
  Object.defineProperty(document, "hidden", { value: isHidden, configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
}"""
WATCH_SHIFTS = """() => {
  window.shifts = [];
  const name = ({ node, previousRect, currentRect }) =>
    `${node?.className || node?.nodeName}: ${previousRect.x} → ${currentRect.x}, ${previousRect.y} → ${currentRect.y}`;
  const note = (list) => window.shifts.push(...list.getEntries().flatMap(({ sources }) => sources.map(name)));
  new PerformanceObserver(note).observe({ type: "layout-shift" });
}"""
# What changes for as long as the page is open.
ANIMATED = """() => {
  const endless = document.getAnimations().filter(({ effect }) => effect.getTiming().iterations === Infinity);
  const names = endless.flatMap(({ effect }) => effect.getKeyframes().flatMap((frame) => Object.keys(frame)));
  const usual = ["offset", "computedOffset", "easing", "composite"];
  return [...new Set(names)].filter((name) => !usual.includes(name)).sort();
}"""


def live(page: Page) -> Locator:
    return page.locator(".live")


def value(page: Page, tag: str = "loss") -> Locator:
    return page.locator(f'.card[data-tag="{tag}"] .card-value')


def record_requests(page: Page, path: str) -> list[Request]:
    """The requests for a path from now on, as they are sent."""
    sent: list[Request] = []
    page.on("request", lambda request: sent.append(request) if path in request.url else None)
    return sent


WORDS = {
    "state: 'live', isRunning: true, age: 2.4": ("live", "live · 2 s ago"),
    "state: 'live', isRunning: true, age: 131": ("live", "live · 2 m ago"),
    "state: 'live', isRunning: true, age: Infinity": ("live", "live · no points"),
    "state: 'live'": ("idle", "up to date"),
    "state: 'live', looked: 1.2": ("live", "watching · 1 s ago"),
    "state: 'paused', numHeld: 14, numRunsHeld: 2": ("paused", "paused · 14 new"),
    "state: 'paused', numHeld: 2_300_000, numRunsHeld: 2": ("paused", "paused · 2.3 M new"),
    "state: 'paused'": ("paused", "paused"),
    "state: 'reading', shareRead: 0.619": ("reading", "reading · 61 %"),
    "state: 'reading', shareRead: 1": ("reading", "reading · 99 %"),
    "state: 'stale', silence: 40.9": ("stale", "no answer · 40 s"),
}

HELD = """async (count) => {
  const { session } = await import('/static/js/session.js');
  while (session.arrivals.numHeld !== count) await new Promise((next) => setTimeout(next, 20));
}"""


def test_states_have_their_words(run_module: Callable[[str, str], object]) -> None:
    none = "silence: 0, shareRead: 0, numHeld: 0, numRunsHeld: 0, looked: null, isRunning: false, age: 0"
    calls = ", ".join(f"module.describeLive({{ {none}, {given} }})" for given in WORDS)

    said = run_module("live_words.js", f"return [{calls}];")

    assert [(one["look"], one["text"]) for one in said] == list(WORDS.values())


def test_reading_tells_bytes_and_the_time_left(run_module: Callable[[str, str], object]) -> None:
    calls = [
        "[0, 3_400_000_000], 0.5, 0",
        "[2_100_000_000, 3_400_000_000], 6, 2_100_000_000",
        "[2_100_000_000, 3_400_000_000], 6, 0",
    ]

    said = run_module("live_words.js", f"return [{', '.join(f'module.describeReading({call})' for call in calls)}];")

    assert said == ["0 B of 3.4 GB", "2.1 GB of 3.4 GB, 4 s left", "2.1 GB of 3.4 GB"]


def test_loss_is_told_in_one_line(run_module: Callable[[str, str], object]) -> None:
    said = run_module(
        "live_words.js", 'return [module.describeLoss(40.2, "14:02:11", 4.3), module.describeLoss(9, null, null)];'
    )

    assert said == [
        {
            "text": "No answer from the server for 40 s. You see the data of 14:02:11.",
            "detail": "next try in 5 s",
        },
        {"text": "No answer from the server for 9 s.", "detail": "trying now"},
    ]


def test_states_of_runs_are_shown_by_shape_and_word(
    start_board: StartBoard, open_page: OpenPage, tmp_path: Path
) -> None:
    with SummaryWriter(tmp_path / "done") as done:
        log(done, [1.0])
    with pytest.raises(ZeroDivisionError), SummaryWriter(tmp_path / "broken") as broken:
        log(broken, [1 / 0])
    with pytest.raises(KeyboardInterrupt), SummaryWriter(tmp_path / "stopped"):
        raise KeyboardInterrupt
    running = SummaryWriter(tmp_path / "going", heartbeat_secs=0.2)
    log(running, [1.0])
    shutil.copytree(tmp_path / "going", tmp_path / "silent")  # as of a machine that is gone: no more heartbeats
    page = open_page(start_board(tmp_path))

    for name, state in {
        "done": "Finished",
        "broken": "Failed",
        "stopped": "Interrupted",
        "going": "Running",
        "silent": "Stalled",
    }.items():
        expect(page.locator(f'[data-run="{name}"]').get_by_role("img", name=state)).to_be_visible()
    expect(live(page)).to_have_text(re.compile(r"^live · \d+ s ago$"))
    assert page.evaluate(ANIMATED) == ["opacity", "transform"]  # neither of which has anything painted again
    page.emulate_media(reduced_motion="reduce")
    assert page.evaluate(ANIMATED) == []
    running.close()

    expect(page.locator('[data-run="going"]').get_by_role("img", name="Finished")).to_be_visible()
    expect(live(page)).to_have_text("up to date")


def test_paused_page_asks_for_nothing_counts_what_is_new_and_shows_it_at_once(
    start_board: StartBoard, open_page: OpenPage, tmp_path: Path
) -> None:
    with SummaryWriter(tmp_path / "run") as writer:
        log(writer, [1.0, 0.9])
        page = open_page(start_board(tmp_path))
        expect(value(page)).to_have_text("0.9000")

        page.keyboard.press("Space")
        expect(live(page)).to_have_text("paused")
        page.wait_for_load_state("networkidle")  # what it asks for at first has come
        sent = record_requests(page, "/data/")
        log(writer, [0.5] * 14, 2)
        expect(live(page)).to_have_text("paused · 14 new")
        asked_while_paused = [request.url for request in sent]
        page.keyboard.press("Space")
        expect(value(page)).to_have_text("0.5000")
        expect(live(page)).to_have_text(re.compile(r"^live · "))

    assert asked_while_paused == []
    assert [int(since) for request in sent for since in re.findall(r"series.*[?&]since=(\d+)", request.url)][0] > 0


def test_page_out_of_sight_asks_for_nothing_and_has_all_when_it_is_seen_again(
    start_board: StartBoard, open_page: OpenPage, tmp_path: Path
) -> None:
    with SummaryWriter(tmp_path / "run") as writer:
        log(writer, [1.0])
        page = open_page(start_board(tmp_path))
        expect(value(page)).to_have_text("1.000")
        page.wait_for_load_state("networkidle")  # what the first view asks for a moment later is asked
        page.evaluate(HIDE, True)
        sent = record_requests(page, "/data/")
        log(writer, [0.5], 1)
        log(writer, [0.25], 2)
        page.evaluate(HELD, 2)
        asked_while_hidden = [request.url for request in sent]
        page.evaluate(HIDE, False)

        expect(value(page)).to_have_text("0.2500")
        assert asked_while_hidden == []
        assert len([request for request in sent if "/data/series" in request.url]) == 1


def test_killed_server_is_waited_for_and_its_successor_believed(open_page: OpenPage, tmp_path: Path) -> None:
    writer = SummaryWriter(tmp_path / "run")
    log(writer, [1.0, 0.5])
    with serve(tmp_path) as served:
        page = open_page(served.address, allow_console=LOST_SERVER)
        page.evaluate("window.isSamePage = true")
        expect(value(page)).to_have_text("0.5000")

        served.kill()
        log(writer, [0.25] * 3, 2)
        expect(live(page)).to_have_text(re.compile(r"^no answer · \d+ s$"))
        expect(page.locator(".notification-text")).to_have_text(
            re.compile(r"^No answer from the server for \d+ s\. You see the data of \d\d:\d\d:\d\d\.$")
        )
        expect(page.locator(".notification-detail")).to_have_text(re.compile(r"^(next try in \d s|trying now)$"))
        expect(value(page)).to_have_text("0.5000")
        served.start()

        expect(value(page)).to_have_text("0.2500")
        expect(page.locator(".card-foot")).to_have_text("all 5 points")
        log(writer, [0.125], 5)
        expect(value(page)).to_have_text("0.1250")
        expect(page.locator(".notification")).to_have_count(0)
        assert page.evaluate("window.isSamePage")
    writer.close()


def test_frozen_server_is_told_and_what_it_missed_appears(open_page: OpenPage, tmp_path: Path) -> None:
    writer = SummaryWriter(tmp_path / "run")
    log(writer, [1.0])
    with serve(tmp_path) as served:
        page = open_page(f"{served.address}/static/mark.svg", allow_console=LOST_SERVER)
        page.clock.install()
        page.goto(served.address)
        expect(value(page)).to_have_text("1.000")

        served.freeze()
        page.clock.fast_forward(41_000)
        expect(live(page)).to_have_text(re.compile(r"^no answer · 4\d s$"))
        expect(page.locator(".notification-text")).to_contain_text("No answer from the server for 4")
        log(writer, [0.5], 1)
        page.get_by_role("button", name="Try now").click()
        served.thaw()

        expect(value(page)).to_have_text("0.5000")
        expect(live(page)).to_have_text(re.compile(r"^live · \d+ s ago$"))
        expect(page.locator(".notification")).to_have_count(0)
    writer.close()


def test_server_that_comes_back_with_another_token_says_so(open_page: OpenPage, tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("correct-horse-battery-staple")
    with SummaryWriter(tmp_path / "logs" / "run") as writer:
        log(writer, [1.0])
    with serve(tmp_path / "logs", "--token-file", str(token)) as served:
        page = open_page(f"{served.address}/?token={token.read_text()}", allow_console=f"{LOST_SERVER}|401")
        expect(value(page)).to_have_text("1.000")

        served.kill()
        token.write_text("another-horse-another-staple")
        served.start()

        expect(page.locator(".notification-text")).to_have_text(
            "This board asks for a token. Open the address that board printed, with its token, once."
        )
        expect(page.locator(".notification-detail")).to_contain_text("You see the data of ")
        expect(page.locator(".notification")).to_contain_text("Load again")
        expect(value(page)).to_have_text("1.000")


def test_list_of_runs_that_a_lost_connection_never_answered_is_asked_for_again(
    open_page: OpenPage, tmp_path: Path
) -> None:
    with SummaryWriter(tmp_path / "first") as writer:
        log(writer, [1.0])
    with serve(tmp_path) as served:
        page = open_page(f"{served.address}/static/mark.svg", allow_console=LOST_SERVER)
        page.clock.install()
        page.goto(served.address)
        expect(value(page)).to_have_text("1.000")
        held: list[Route] = []  # the first request has no answer, and does not fail
        page.route("**/data/runs?*", lambda route: route.continue_() if held else held.append(route))
        with page.expect_request("**/data/runs?*"), SummaryWriter(tmp_path / "second") as writer:
            log(writer, [2.0])
        served.freeze()
        page.clock.fast_forward(41_000)
        expect(live(page)).to_have_text(re.compile("^no answer"))
        page.get_by_role("button", name="Try now").click()
        served.thaw()

        expect(page.locator("[data-run]")).to_have_count(2)
        expect(page.locator(".card-value")).to_have_text(["1.000", "2.000"])


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("groups", ".run-row.is-group"),
        ("query", ".run-row"),
        ("columns", ".run-metric"),
        ("table", ".run-metric >> text=1.000"),
    ],
)
def test_question_of_the_run_panel_that_a_lost_connection_never_answered_is_asked_again(
    open_page: OpenPage, tmp_path: Path, path: str, shown: str
) -> None:
    with SummaryWriter(tmp_path / "run", config={"lr": 0.1}) as writer, serve(tmp_path) as served:
        log(writer, [1.0])
        page = open_page(f"{served.address}/static/mark.svg", allow_console=LOST_SERVER)
        page.clock.install()
        held: list[Route] = []  # the first request has no answer, and does not fail
        page.route(f"**/data/runs/{path}*", lambda route: route.continue_() if held else held.append(route))
        with page.expect_request(f"**/data/runs/{path}*"):
            page.goto(f"{served.address}/scalars?runs=run&group=lr")
        expect(live(page)).to_have_text(re.compile("^live"))
        expect(page.locator(".card canvas").first).to_be_attached()  # all modules are loaded
        served.freeze()
        page.clock.fast_forward(41_000)
        expect(live(page)).to_have_text(re.compile("^no answer"))
        page.get_by_role("button", name="Try now").click()
        served.thaw()

        expect(page.locator(shown).first).to_be_visible()


def test_logdir_that_vanishes_and_comes_back_as_another_shows_what_is_there(
    start_board: StartBoard, open_page: OpenPage, tmp_path: Path
) -> None:
    for folder, last in (("runs", 1.0), ("others", 2.0)):
        with SummaryWriter(tmp_path / folder / "run") as writer:
            log(writer, [last])
    # What the page asks of columns that the runs had a moment ago may be refused.
    page = open_page(start_board(tmp_path / "runs"), allow_console="422")
    expect(value(page)).to_have_text("1.000")

    (tmp_path / "runs").rename(tmp_path / "away")
    expect(page.get_by_role("heading", name="does not exist")).to_be_visible()
    (tmp_path / "others").rename(tmp_path / "runs")
    expect(value(page)).to_have_text("2.000")
    (tmp_path / "runs").rename(tmp_path / "others")
    (tmp_path / "away").rename(tmp_path / "runs")

    expect(value(page)).to_have_text("1.000")


@pytest.mark.parametrize("hours", [-30, 30])
def test_browser_whose_clock_is_wrong_and_jumps_shows_ages_by_the_servers_clock(
    start_board: StartBoard, open_page: OpenPage, tmp_path: Path, hours: int
) -> None:
    with SummaryWriter(tmp_path / "run") as writer:
        log(writer, [1.0])
        address = start_board(tmp_path)
        page = open_page(f"{address}/static/mark.svg")
        page.clock.install(time=time.time() + hours * 3600)
        page.goto(address)
        expect(value(page)).to_have_text("1.000")
        expect(live(page)).to_have_text(re.compile(r"^live · \d+ s ago$"))
        expect(page.locator(".run-row .age")).to_have_text(re.compile(r"^\d+ s$"))

        page.clock.fast_forward(24 * 3600 * 1000)  # as a laptop that slept
        log(writer, [0.5], 1)

        expect(value(page)).to_have_text("0.5000")
        expect(live(page)).to_have_text(re.compile(r"^live · \d+ s ago$"))


def test_wall_times_of_the_future_have_no_negative_age(
    start_board: StartBoard, open_page: OpenPage, tmp_path: Path
) -> None:
    with SummaryWriter(tmp_path / "soon") as writer, SummaryWriter(tmp_path / "beyond") as other:
        writer.add_scalar("loss", 1.0, 0, walltime=time.time() + 3600)
        other.add_scalar("loss", 2.0, 0, walltime=1e15)
        writer.flush()
        other.flush()
        page = open_page(start_board(tmp_path))

        expect(page.locator(".run-row .age")).to_have_text(["0 s", "0 s"])
        expect(live(page)).to_have_text(re.compile(r"^live · \d+ s ago$"))
        expect(page.locator('[data-run="soon"] .age')).to_have_attribute(
            "title", re.compile(r"(59 m|1 h) ahead of the server's clock$")
        )
        log(writer, [0.5], 1)
        expect(value(page).first).to_have_text("0.5000")


def test_two_tabs_follow_and_pause_by_themselves(start_board: StartBoard, open_page: OpenPage, tmp_path: Path) -> None:
    with SummaryWriter(tmp_path / "run") as writer:
        log(writer, [1.0])
        address = start_board(tmp_path)
        one, two = open_page(address), open_page(address)
        for page in (one, two):
            expect(value(page)).to_have_text("1.000")
        live(one).click()

        log(writer, [0.5], 1)

        expect(live(one)).to_have_text("paused · 1 new")
        expect(value(two)).to_have_text("0.5000")
        expect(value(one)).to_have_text("1.000")


def test_growing_runs_shift_nothing_and_are_asked_for_one_request_at_a_time(
    start_board: StartBoard, open_page: OpenPage, tmp_path: Path
) -> None:
    writers = [SummaryWriter(tmp_path / f"run_{number}") for number in range(8)]
    for writer in writers:
        log(writer, [1.0])
    page = open_page(start_board(tmp_path))
    expect(page.locator(".card-foot")).to_have_text("all 8 points")
    page.wait_for_load_state("networkidle")  # the list of runs has its first values
    page.evaluate(WATCH_SHIFTS)
    in_flight: set[Request] = set()
    most = 0

    def begin(request: Request) -> None:
        nonlocal most
        if "/data/series" in request.url:
            in_flight.add(request)
            most = max(most, len(in_flight))

    page.on("request", begin)
    page.on("requestfinished", lambda request: in_flight.discard(request))
    for step in range(1, 60):
        for writer in writers:
            log(writer, [1.0 / step], step)
    live(page).click()
    expect(live(page)).to_contain_text("paused")
    live(page).click()
    expect(page.locator(".card-foot")).to_have_text("all 480 points")
    for writer in writers:
        writer.close()
    expect(live(page)).to_have_text("up to date")

    assert page.evaluate("window.shifts") == []
    assert most == 1
