"""The details of a run: what they tell, and each control by its effect, also in another tab."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from summaries import SummaryWriter
from tests.browser.served import log

pytestmark = pytest.mark.browser
StartBoard = Callable[..., str]
OpenPage = Callable[..., Page]

MARKUP = "<img src=x onerror=alert(1)>"
RTL = "\u202egpj.exe"


def fail(folder: Path) -> None:
    """Logs to a run until it fails."""
    with SummaryWriter(folder, config={"lr": 0.1, "layers": 2, "name": "adam"}) as writer:
        log(writer, [3.0, 2.5])
        raise RuntimeError("loss is NaN")


@pytest.fixture
def logdir(tmp_path: Path) -> Path:
    """A run that tells all of itself, one that failed, and two that tell little."""
    say = {"environment": True, "console": True, "tags": ["by program"], "notes": "*from the program*"}
    with SummaryWriter(tmp_path / "a", config={"lr": 0.001, "layers": 2, "name": "adam"}, **say) as writer:
        log(writer, [3.0, 2.0, 1.0])
        log(writer, [10.0, 20.0], tag="system/cpu_percent")
        log(writer, [1e9], tag="system/memory_bytes")
    with pytest.raises(RuntimeError):
        fail(tmp_path / "b")
    for name in ("c", "d"):
        with SummaryWriter(tmp_path / name, config={"lr": 0.001, "layers": 2, "name": "adam"}) as writer:
            log(writer, [1.0])
    return tmp_path


@pytest.fixture
def board(start_board: StartBoard, logdir: Path) -> str:
    return start_board(logdir)


@pytest.fixture
def page(open_page: OpenPage, board: str) -> Page:
    """The page with the details of `a` open."""
    page = open_page(f"{board}/scalars")
    row(page, "a").locator(".run-name").click()
    expect(details(page)).to_be_visible()
    return page


@pytest.fixture
def other(open_page: OpenPage, board: str) -> Page:
    """Another tab of the same board."""
    other = open_page(f"{board}/scalars")
    expect(row(other, "a")).to_be_visible()
    return other


def row(page: Page, run: str) -> Locator:
    return page.locator(f'.run-row[data-run="{run}"]')


def details(page: Page) -> Locator:
    return page.locator(".details")


def section(page: Page, name: str) -> Locator:
    return details(page).get_by_role("region", name=name, exact=True)


def choose(page: Page, item: str) -> None:
    details(page).get_by_role("button", name="More").click()
    page.get_by_role("menuitem", name=item).click()


def test_details_tell_what_is_known_of_a_run(page: Page) -> None:
    expect(section(page, "Hparams that differ").get_by_role("row")).to_have_text(["lr1e-3"])
    section(page, "Hparams that differ").get_by_role("button", name="Show 2 equal").click()
    expect(section(page, "Hparams that differ").get_by_role("row")).to_have_text(["lr1e-3", "layers2", "nameadam"])
    expect(section(page, "Notes").locator("em")).to_have_text("from the program")
    expect(section(page, "Tags").locator(".tag")).to_have_text(["by program"])
    expect(section(page, "Run")).to_contain_text(re.compile("Host.*Python.*Command.*Packages", re.DOTALL))
    expect(section(page, "System").locator("figure")).to_have_count(2)
    expect(section(page, "System").locator("figure strong")).to_have_text(["20.00", "1.000 G"])
    expect(section(page, "System").locator("canvas").first).to_be_visible()
    expect(section(page, "Files").get_by_role("listitem")).to_contain_text("records")


def test_pointer_on_a_small_chart_shows_the_value_and_its_time(page: Page) -> None:
    chart = section(page, "System").locator("figure").first
    expect(chart.locator("strong")).to_have_text("20.00")  # its curve is there

    chart.locator(".chart-tip-box").hover()

    expect(chart.get_by_role("tooltip")).to_have_text(re.compile(r"^[\d.]+\d\d:\d\d:\d\d, .+ in$"))
    page.mouse.move(1_300, 20)
    expect(chart.get_by_role("tooltip")).to_have_count(0)


def test_running_run_shows_how_far_it_is_and_how_long_it_takes_yet(
    open_page: OpenPage, start_board: StartBoard, tmp_path: Path
) -> None:
    now = time.time()
    with SummaryWriter(tmp_path / "a-run-with-a-name-that-is-long", config={"max_steps": 1_000}) as writer:
        for step in range(0, 251, 50):
            writer.add_scalar("loss", 1.0, step, walltime=now - 250 + step)
        writer.flush()
        page = open_page(f"{start_board(tmp_path, '--index', 'off')}/scalars?details=a-run-with-a-name-that-is-long")

        expect(details(page)).to_contain_text("Running, step 250 of 1,000")
        expect(details(page)).to_contain_text("12 m 30 s left")
        expect(details(page).get_by_role("progressbar")).to_have_attribute("value", "250")
        expect(details(page).locator(".name-tail")).to_have_text("that-is-long")
        page.goto("about:blank")


def test_link_opens_the_details_and_a_failed_run_shows_its_traceback(open_page: OpenPage, board: str) -> None:
    page = open_page(f"{board}/scalars?details=b")

    expect(details(page)).to_contain_text("Failed")
    details(page).locator(".details-trace summary").click()
    expect(details(page).locator(".details-trace pre")).to_contain_text("RuntimeError: loss is NaN")


def test_link_to_a_run_that_is_gone_says_so(open_page: OpenPage, board: str) -> None:
    page = open_page(f"{board}/scalars?details=gone")

    expect(details(page)).to_contain_text("There is no such run in the logdir")
    page.keyboard.press("Escape")
    expect(details(page)).to_have_count(0)
    assert "details" not in page.url


def test_keyboard_alone_opens_closes_and_gives_the_focus_back(open_page: OpenPage, board: str) -> None:
    page = open_page(f"{board}/scalars")
    expect(row(page, "a")).to_be_visible()
    page.get_by_role("treegrid", name="Runs").focus()
    page.keyboard.press("End")

    page.keyboard.press("Enter")
    expect(details(page)).to_be_focused()
    page.keyboard.press("Escape")

    expect(details(page)).to_have_count(0)
    expect(page.get_by_role("treegrid", name="Runs")).to_be_focused()


def test_rename_is_seen_everywhere_and_undone(page: Page, other: Page) -> None:
    details(page).get_by_role("button", name="Rename").click()
    page.keyboard.type("Best of all")
    page.keyboard.press("Enter")

    for tab in (page, other):
        expect(row(tab, "a").locator(".run-name")).to_have_text("Best of all")
    other.locator(".card[data-tag=loss] .u-over").hover()
    expect(other.locator(".plot-tip")).to_contain_text("Best of all")

    page.keyboard.press("Control+z")
    for tab in (page, other):
        expect(row(tab, "a").locator(".run-name")).to_have_text("a")


def test_escape_leaves_the_name_and_the_details_open(page: Page) -> None:
    details(page).get_by_role("button", name="Rename").click()
    page.keyboard.type("Other")
    page.keyboard.press("Escape")

    expect(row(page, "a").locator(".run-name")).to_have_text("a")
    expect(details(page)).to_be_visible()


def test_notes_are_written_rendered_and_harmless(page: Page, other: Page) -> None:
    section(page, "Notes").get_by_role("button", name="Edit").click()
    field = page.get_by_role("textbox", name="Notes")
    expect(field).to_have_value("*from the program*")
    field.fill(f"**mine** {MARKUP}")
    page.keyboard.press("Control+Enter")

    expect(section(page, "Notes").locator("strong")).to_have_text("mine")
    expect(section(page, "Notes")).to_contain_text(MARKUP)
    expect(section(page, "Notes").locator("img")).to_have_count(0)
    row(other, "a").locator(".run-name").click()
    expect(section(other, "Notes").locator("strong")).to_have_text("mine")


def test_tags_are_added_proposed_and_taken_off(page: Page, other: Page) -> None:
    page.get_by_role("combobox", name="Add a tag").fill("good")
    page.keyboard.press("Enter")
    expect(section(page, "Tags").locator(".tag")).to_have_text(["by program", "good"])

    row(other, "b").locator(".run-name").click()
    expect(section(other, "Tags").locator("option")).to_have_count(2)

    section(page, "Tags").get_by_role("button", name="Take off good").click()
    expect(section(page, "Tags").locator(".tag")).to_have_text(["by program"])


def test_baseline_is_drawn_in_ink_and_compared_with(page: Page, other: Page) -> None:
    row(other, "b").locator(".run-name").click()
    details(page).get_by_role("button", name="Set as baseline").click()

    expect(details(page).locator(".badge")).to_have_text("baseline")
    expect(row(other, "a").locator(".swatch")).to_have_css("background-color", "rgb(25, 26, 31)")
    expect(section(other, "Hparams that differ").get_by_role("row").last).to_have_text("lr0.11e-3")

    details(page).get_by_role("button", name="No baseline").click()
    expect(row(other, "a").locator(".swatch")).not_to_have_css("background-color", "rgb(25, 26, 31)")


def test_hidden_run_leaves_list_and_charts_and_comes_back(page: Page, other: Page) -> None:
    card = page.locator(".card[data-tag=loss] .card-foot")
    expect(card).to_contain_text("all 7 points")

    choose(page, "Hide")

    expect(page.locator(".notification")).to_contain_text("Hid 1 run")
    expect(row(other, "a")).to_have_count(0)
    expect(card).to_contain_text("all 4 points")
    page.locator(".notification").get_by_role("button", name="Undo").click()
    expect(row(other, "a")).to_be_visible()
    expect(card).to_contain_text("all 7 points")


def test_archived_run_comes_back_by_its_details(page: Page) -> None:
    choose(page, "Archive")
    expect(row(page, "a")).to_have_count(0)

    choose(page, "Take out of the archive")

    expect(row(page, "a")).to_be_visible()


def test_pin_is_kept(page: Page, other: Page) -> None:
    details(page).get_by_role("button", name="Pin").click()
    expect(details(page).get_by_role("button", name="Pin")).to_have_attribute("aria-pressed", "true")

    row(other, "a").locator(".run-name").click()
    expect(details(other).get_by_role("button", name="Pin")).to_have_attribute("aria-pressed", "true")


def test_only_this_leaves_one_run(page: Page) -> None:
    details(page).get_by_role("button", name="Only this").click()

    expect(page.locator(".run-row.is-selected")).to_have_count(1)


def test_swatch_opens_the_colors(page: Page, other: Page) -> None:
    page.keyboard.press("Escape")
    swatch = row(page, "b").get_by_role("button", name="Colour of b")
    swatch.click()
    page.get_by_role("radio", name="Colour 5").click()
    expect(row(other, "b").locator(".swatch")).to_have_css("background-color", "rgb(156, 100, 3)")

    swatch.click()
    page.get_by_label("Colour as #rrggbb").fill("#12345")
    expect(page.get_by_role("button", name="Use", exact=True)).to_be_disabled()
    page.get_by_label("Colour as #rrggbb").fill("#123456")
    page.keyboard.press("Enter")
    expect(row(other, "b").locator(".swatch")).to_have_css("background-color", "rgb(18, 52, 86)")

    swatch.click()
    page.get_by_role("button", name="Automatic").click()
    expect(row(other, "b").locator(".swatch")).to_have_css("background-color", "rgb(221, 110, 79)")


def test_run_goes_to_the_trash_when_asked_twice_and_comes_back(page: Page, other: Page, logdir: Path) -> None:
    row(page, "b").locator(".run-name").click()
    choose(page, "Move to trash…")
    expect(page.get_by_role("alertdialog")).to_contain_text(re.compile("Moves 1 event file, .*B"))
    assert list(logdir.glob("b/events*"))

    page.get_by_role("alertdialog").get_by_role("button", name=re.compile("^Move ")).click()

    expect(page.locator(".notification")).to_contain_text("Moved b to the trash")
    expect(row(other, "b")).to_have_count(0)
    assert not list(logdir.glob("b/events*"))

    row(other, "a").locator(".run-name").click()
    choose(other, "Open trash")
    other.get_by_role("dialog", name="Trash").get_by_role("button", name="Restore").click()
    expect(row(page, "b")).to_be_visible()
    assert list(logdir.glob("b/events*"))


def test_doctor_opens_for_the_run(page: Page) -> None:
    section(page, "Files").get_by_role("button", name="Open Doctor").click()

    expect(page.get_by_role("dialog", name="Health")).to_be_visible()


def test_read_only_board_shows_no_control_that_changes(
    start_board: StartBoard, open_page: OpenPage, logdir: Path
) -> None:
    page = open_page(f"{start_board(logdir, '--read-only')}/scalars?details=a")

    expect(details(page).get_by_text("read-only")).to_have_attribute("title", re.compile("--read-only"))
    expect(details(page).get_by_role("button", name="Only this")).to_be_visible()
    for name in ("Rename", "Set as baseline", "Pin", "More", "Edit", "Colour of a"):
        expect(page.get_by_role("button", name=name, exact=True)).to_have_count(0)
    expect(page.get_by_label("Add a tag")).to_have_count(0)


def test_refused_edit_is_taken_back_and_said(open_page: OpenPage, board: str) -> None:
    page = open_page(f"{board}/scalars?details=a", allow_console="Failed to load resource")
    page.context.route("**/data/sidecar/edits", lambda route: route.abort())

    details(page).get_by_role("button", name="Pin").click()

    expect(page.locator(".notification")).to_contain_text("Not kept: pinning of a. The server does not answer.")
    expect(details(page).get_by_role("button", name="Pin")).to_have_attribute("aria-pressed", "false")


@pytest.fixture
def hostile(start_board: StartBoard, tmp_path: Path) -> str:
    """A board on runs whose names and words are meant to break the page."""
    config = {MARKUP: RTL, "long": "x" * 1_000_000, "line\nbreak": ".."}
    folder = tmp_path / "hostile"
    with SummaryWriter(folder / MARKUP, config=config, tags=[MARKUP, RTL], notes=MARKUP, name=RTL) as writer:
        log(writer, [1.0])
    with SummaryWriter(folder / "line\nbreak", name="n" * 1_000_000) as writer:
        log(writer, [1.0])
    return start_board(folder)


@pytest.mark.parametrize("size", [(1400, 900), (400, 800)])
def test_hostile_names_are_text_within_bounds(open_page: OpenPage, hostile: str, size: tuple[int, int]) -> None:
    page = open_page(f"{hostile}/scalars?details=line%0Abreak", width=size[0], height=size[1])
    expect(details(page)).to_contain_text("line\nbreak")
    page.evaluate("name => import('/static/js/runs/details.js').then((module) => module.openDetails(name))", MARKUP)

    expect(details(page)).to_contain_text(RTL)
    expect(section(page, "Notes")).to_contain_text(MARKUP)
    assert page.locator("img").count() == 0
    page.evaluate("document.querySelector('.details').getAnimations().forEach((one) => one.finish())")
    box = details(page).bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= size[0] + 0.1
    body = details(page).locator(".details-body")
    assert body.evaluate("element => element.scrollWidth - element.clientWidth") == 0


@pytest.mark.parametrize("name", [MARKUP, RTL, "a\nb", "..", "n" * 500])
def test_any_name_can_be_given(open_page: OpenPage, start_board: StartBoard, tmp_path: Path, name: str) -> None:
    with SummaryWriter(tmp_path / "run") as writer:
        log(writer, [1.0])
    page = open_page(f"{start_board(tmp_path)}/scalars?details=run")
    details(page).get_by_role("button", name="Rename").click()
    page.get_by_role("textbox", name="Name to show").fill(name)
    page.keyboard.press("Enter")

    shown = name.replace("\n", " ")
    expect(details(page).locator(".details-label")).to_have_text(shown)
    expect(details(page).locator(".details-label")).to_have_attribute("title", re.compile("run$"))


def test_on_a_telephone_the_details_come_from_the_bottom(open_page: OpenPage, board: str) -> None:
    page = open_page(f"{board}/scalars?details=a", width=400, height=800)
    expect(section(page, "Files")).to_be_attached()

    assert details(page).bounding_box()["width"] == 400
    small = details(page).evaluate(
        """panel => [...panel.querySelectorAll("button, input, summary")]
            .filter((one) => one.checkVisibility() && one.getBoundingClientRect().height < 36)
            .map((one) => one.outerHTML)"""
    )
    assert small == []


def test_run_of_less_than_a_second_says_how_long_it_lasted(
    start_board: StartBoard, open_page: OpenPage, tmp_path: Path
) -> None:
    with SummaryWriter(tmp_path / "quick") as writer:
        writer.add_scalar("loss", 2.0, 0, walltime=1e9)
        writer.add_scalar("loss", 1.0, 1, walltime=1e9 + 0.25)
    page = open_page(f"{start_board(tmp_path)}/scalars?details=quick")

    expect(section(page, "Run").locator("dt:has-text('Lasted') + dd")).to_have_text("0.25 s")
