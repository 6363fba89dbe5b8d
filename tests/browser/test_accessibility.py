"""axe-core finds no flaw on any page, in either theme, wide and on a phone, nor in what opens over them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from summaries import SummaryWriter

pytestmark = pytest.mark.browser
GRAVE = ("moderate", "serious", "critical")


@pytest.fixture(scope="module")
def broken_board(start_board: Callable[..., str], tmp_path_factory: pytest.TempPathFactory) -> str:
    """A board on a sound run, a damaged one and a file that is none, under a folder that cannot be looked into."""
    logdir = tmp_path_factory.mktemp("broken")
    for name in ("good", "spoiled"):
        with SummaryWriter(logdir / name) as writer:
            for step in range(50):
                writer.add_scalar("loss", float("nan") if step == 30 else 1.0 / (step + 1), step)
    (file,) = (logdir / "spoiled").iterdir()
    data = bytearray(file.read_bytes())
    data[400] ^= 0xFF
    file.write_bytes(data)
    (logdir / "notes.txt").touch()
    (logdir / "loop").symlink_to(logdir / "loop")
    return start_board(logdir, "--index", "off")


@pytest.fixture(scope="module")
def empty_board(start_board: Callable[..., str], tmp_path_factory: pytest.TempPathFactory) -> str:
    return start_board(tmp_path_factory.mktemp("empty"), "--index", "off")


def find_flaws(page: Page, place: str) -> list[str]:
    """What axe-core finds wrong on a page as it stands now, minor remarks left out, a line each."""
    page.evaluate(
        "document.getAnimations().forEach((one) => one.effect.getComputedTiming().iterations === 1 && one.finish())"
    )
    found = Axe().run(page).response["violations"]
    grave = [violation for violation in found if violation["impact"] in GRAVE]
    return [
        f"{place}: {violation['id']} at {node['target']}: {node['failureSummary']}"
        for violation in grave
        for node in violation["nodes"]
    ]


# Each theme and each width; colours are the same at every width.
LOOKS = [("light", 1400), ("dark", 400)]


@pytest.mark.parametrize(("theme", "width"), [*LOOKS, ("dark", 1400)])
def test_pages_hold_no_flaw(open_page: Callable[..., Page], iris_board: str, theme: str, width: int) -> None:
    page = open_page(f"{iris_board}/scalars", theme=theme, width=width)
    expect(page.locator(".card-value").first).to_be_visible()
    found = find_flaws(page, "scalars")

    page.goto(f"{iris_board}/histograms")
    expect(page.locator(".card canvas").first).to_be_visible()
    found += find_flaws(page, "histograms")

    page.goto(f"{iris_board}/graph")
    expect(page.locator(".graph-work svg").first).to_be_visible()
    found += find_flaws(page, "graph")

    page.goto(f"{iris_board}/graph?view=step&node=dense_1")
    expect(page.get_by_role("region", name="Node dense_1")).to_be_visible()
    found += find_flaws(page, "training step")

    assert found == []


@pytest.mark.parametrize(("theme", "width"), LOOKS)
def test_what_opens_over_a_page_holds_no_flaw(
    open_page: Callable[..., Page], broken_board: str, theme: str, width: int
) -> None:
    page = open_page(f"{broken_board}/", theme=theme, width=width)
    expect(page.locator(".card-note")).to_be_visible()
    found = find_flaws(page, "damaged runs")

    page.locator(".card-note").click()
    panel = page.get_by_role("dialog", name="Health")
    panel.locator(".health-row-head").first.click()
    for section in panel.locator("summary").all():
        section.click()
    expect(panel.get_by_text("holds no histograms")).to_be_visible()
    found += find_flaws(page, "health")
    page.keyboard.press("Escape")

    page.get_by_role("button", name="Settings", exact=True).click()
    expect(page.get_by_role("dialog", name="Settings")).to_be_visible()
    found += find_flaws(page, "settings")
    page.keyboard.press("Escape")

    if width < 640:
        page.get_by_role("button", name="Chart settings").click()
        found += find_flaws(page, "chart settings")
    page.get_by_label("Filter tags by regex").fill("nothing")
    expect(page.locator(".notice")).to_be_visible()
    found += find_flaws(page, "no match")

    assert found == []


@pytest.mark.parametrize(("theme", "width"), LOOKS)
def test_empty_page_holds_no_flaw(open_page: Callable[..., Page], empty_board: str, theme: str, width: int) -> None:
    page = open_page(f"{empty_board}/", theme=theme, width=width)
    expect(page.get_by_role("heading", level=2)).to_be_visible()

    assert find_flaws(page, "empty") == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_chart_that_cannot_be_read_holds_no_flaw(open_page: Callable[..., Page], broken_board: str, theme: str) -> None:
    page = open_page(f"{broken_board}/static/mark.svg", theme=theme, allow_console="Failed to load resource")
    page.route("**/data/series?*", lambda route: route.fulfill(status=500, json={"detail": "It failed."}))
    page.goto(f"{broken_board}/")
    expect(page.get_by_role("alert").first).to_be_visible()

    assert find_flaws(page, "unread chart") == []


def test_finding_is_found(open_page: Callable[..., Page], empty_board: str) -> None:
    page = open_page(f"{empty_board}/")
    expect(page.get_by_role("heading", level=2)).to_be_visible()
    page.evaluate("document.querySelector('h1').innerHTML = '<button></button>'")

    assert any("button-name" in line for line in find_flaws(page, "spoiled"))


@pytest.fixture(scope="module")
def told_board(start_board: Callable[..., str], tmp_path_factory: pytest.TempPathFactory) -> str:
    """A board on a run that tells all of itself."""
    logdir = tmp_path_factory.mktemp("told")
    with SummaryWriter(logdir / "run", config={"lr": 0.1}, tags=["good"], notes="*n*", environment=True) as writer:
        writer.add_scalar("system/cpu_percent", 10.0, 0)
    return start_board(logdir, "--index", "off")


@pytest.mark.parametrize(("theme", "width"), LOOKS)
def test_details_of_a_run_hold_no_flaw(open_page: Callable[..., Page], told_board: str, theme: str, width: int) -> None:
    page = open_page(f"{told_board}/scalars?details=run", theme=theme, width=width)
    expect(page.get_by_role("region", name="Files")).to_be_attached()
    expect(page.locator(".details canvas").first).to_be_attached()
    found = find_flaws(page, "details")

    page.locator(".details").get_by_role("button", name="Colour of run").click()
    expect(page.get_by_role("radiogroup", name="Palette")).to_be_visible()
    found += find_flaws(page, "colors")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="More").click()
    page.get_by_role("menuitem", name="Move to trash…").click()
    expect(page.get_by_role("alertdialog")).to_contain_text("Moves")
    found += find_flaws(page, "trash")

    assert found == []


def test_held_table_of_many_runs_is_scrolled_by_keys_and_holds_no_flaw(
    open_page: Callable[..., Page], start_board: Callable[..., str], tmp_path: Path
) -> None:
    for i in range(20):
        with SummaryWriter(tmp_path / f"run-{i}") as writer:
            writer.add_scalar("loss", i, 0)
            writer.add_scalar("loss", i, 1)
    page = open_page(start_board(tmp_path, "--index", "off"))
    page.locator(".u-over").click()
    rows = page.get_by_role("region", name="Values of loss").locator(".plot-tip-rows")
    expect(rows.locator("tbody tr")).to_have_count(20)
    found = find_flaws(page, "held table")

    rows.focus()
    page.keyboard.press("End")

    assert found == []
    page.wait_for_function(
        "rows => rows.scrollTop + rows.clientHeight >= rows.scrollHeight - 1", arg=rows.element_handle()
    )


@pytest.mark.parametrize(("theme", "width"), LOOKS)
def test_what_opens_from_cards_and_their_toolbar_holds_no_flaw(
    open_page: Callable[..., Page], broken_board: str, theme: str, width: int
) -> None:
    page = open_page(f"{broken_board}/scalars?v=3&full=loss&span=step:10..20:loss", theme=theme, width=width)
    expect(page.locator(".range-panel tbody tr").first).to_be_visible()
    expect(page.locator(".card.is-full .card-value").first).to_be_visible()
    found = find_flaws(page, "full screen")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(page.locator(".card.is-full")).to_have_count(0)

    page.get_by_role("button", name="Menu of loss").click()
    expect(page.get_by_role("menuitem", name="Save as SVG")).to_be_visible()
    found += find_flaws(page, "menu of a card")
    page.keyboard.press("Escape")

    for button, role in (
        ("Columns and height of cards", "dialog"),
        ("Save the charts of this page", "menu"),
        ("New chart", "dialog"),
    ):
        if width < 640 and not page.get_by_role("button", name=button).is_visible():
            page.get_by_role("button", name="Chart settings").click()
        page.get_by_role("button", name=button, exact=True).click()
        expect(page.get_by_role(role, name=button, exact=True)).to_be_visible()
        found += find_flaws(page, button)
        page.keyboard.press("Escape")

    assert found == []


def test_note_of_nan_is_large_enough_for_a_finger(open_page: Callable[..., Page], broken_board: str) -> None:
    page = open_page(f"{broken_board}/scalars", width=400, height=800)
    note = page.locator(".card-foot button.is-bad").first
    expect(note).to_be_visible()
    box = note.bounding_box()
    assert box is not None
    middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)

    hit = "([x, y]) => document.elementFromPoint(x, y)?.closest('button.is-bad') !== null"
    assert all(page.evaluate(hit, [middle[0], middle[1] + away]) for away in (-17, 0, 17))
