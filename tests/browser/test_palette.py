"""The command palette: what it finds, in which order, and what it does, by keyboard alone."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from summaries import SummaryWriter
from tests.browser.session import measure_script

pytestmark = pytest.mark.browser
OpenPage = Callable[..., Page]
Run = Callable[[str, str], object]
HOSTILE = ("<img src=x onerror=window.hacked=1>", "\u202egnp.evil", "line\nbreak", "a" * 200)
FRAME_SECS = 0.05


@pytest.fixture(scope="module")
def logdir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six runs of two sweeps, and one with a name in markup; 70 tags of layers, and a histogram."""
    folder = tmp_path_factory.mktemp("palette")
    for i in range(6):
        with SummaryWriter(folder / f"sweep-{i // 3}" / f"seed-{i % 3}") as writer:
            writer.add_config({"lr": 10.0 ** -(1 + i // 3), "seed": i % 3})
            for tag in ("train/loss", "val/loss", "train/grad_norm"):
                writer.add_scalar(tag, 1.0, 0)
    with SummaryWriter(folder / "deep") as writer:
        for layer in range(70):
            writer.add_scalar(f"layers/weight_{layer:02d}", 1.0, 0)
        writer.add_histogram("weights/dense", [1.0, 2.0], 0)
    with SummaryWriter(folder / "<b>bold<") as writer:
        for tag in HOSTILE:
            writer.add_scalar(tag, 1.0, 0)
    return folder


@pytest.fixture(scope="module")
def board(start_board: Callable[..., str], logdir: Path) -> str:
    return start_board(logdir, "--index", "off")


def open_palette(page: Page, typed: str = "") -> Locator:
    """Opens the palette by its key and types; → its field."""
    expect(page.locator(".search-box")).to_be_visible()
    expect(page.locator(".run-row").first).to_be_visible()
    page.keyboard.press("ControlOrMeta+k")
    field = page.get_by_role("combobox", name="Search runs, tags, pages, views and actions")
    expect(field).to_be_focused()
    page.keyboard.type(typed)
    return field


def active_option(page: Page) -> Locator:
    """The option that ↵ takes."""
    return page.locator(".palette [role=option][aria-selected=true]")


@pytest.mark.parametrize(
    ("words", "texts"),
    [
        ("loss", ["loss", "loss/train", "train/loss", "glossary"]),
        ("lr", ["lr", "lr=0.1", "a/lr=0.1", "clr"]),
        ("gn norm", ["train/gn_norm", "train/sgn/a_norm"]),
        ("tgn", ["tgn", "a_tgn", "atgn", "train/grad_norm"]),
    ],
)
def test_texts_that_begin_with_what_is_typed_come_first(run_module: Run, words: str, texts: list[str]) -> None:
    found = run_module(
        "palette/match.js",
        f"""
        const score = (text) => module.score(module.fold(text), module.splitWords({json.dumps(words)}));
        const texts = {json.dumps(texts[::-1])};
        return texts.filter((text) => score(text) > 0).sort((a, b) => score(b) - score(a));
        """,
    )

    assert found == texts


@pytest.mark.parametrize("text", ["İstanbul/loss", "a\u0301loss", "<b>loss</b>", "x" * 600 + "loss", "", "loss loss"])
def test_marked_parts_are_the_text(run_module: Run, text: str) -> None:
    body = f"return module.highlight({json.dumps(text)}, ['loss', 'qqq', 'lss']).map(({{ text }}) => text).join('')"

    assert run_module("palette/match.js", body) == text


def test_10000_runs_and_1800_tags_are_searched_within_a_frame(open_page: OpenPage, iris_board: str) -> None:
    page = open_page(f"{iris_board}/static/mark.svg")
    page.evaluate("""async () => {
      const { readQuery, search } = await import("/static/js/palette/search.js");
      const { fold } = await import("/static/js/palette/match.js");
      const make = (group, label) => ({ id: `${group} ${label}`, group, label, folded: fold(label) });
      const runNamed = (i) => `sweep-${i % 97}/gpt-124m-lr=${i % 7}e-4-seed-${i}`;
      const runs = Array.from({ length: 10_000 }, (_, i) => make("Runs", runNamed(i)));
      const tags = Array.from({ length: 1_800 }, (_, i) => make("Tags", `train/layers/h.${i}/attn/grad_norm`));
      const items = [...runs, ...tags];
      window.find = (typed) => search(items, readQuery(typed), []).length;
    }""")

    queries = ["", "s", "se", "see", "seed 9", "lrsd", "hattngrad", "zzz", "@124", "#norm", "gpt lr seed"]
    taken = {typed: min(measure_script(page, "find", typed) for _ in range(5)) for typed in queries}

    assert max(taken.values()) < FRAME_SECS, taken


def test_groups_show_their_best_with_counts_and_recent_ones_come_first(run_module: Run) -> None:
    groups = run_module(
        "palette/search.js",
        """
        const { fold } = await import("/static/js/palette/match.js");
        const make = (group, label) => ({ id: label, group, label, folded: fold(label) });
        const runs = Array.from({ length: 30 }, (_, i) => make("Runs", `run ${i}`));
        const items = [...runs, make("Tags", "a/run"), make("Actions", "Run it")];
        const show = (typed, recent) => module.search(items, module.readQuery(typed), recent)
          .map(({ name, count, items }) => [name, count, items[0].label]);
        const [none, typed] = [show("", ["run 7", "a/run"]), show("run", ["run 7"])];
        return { none, typed, only: show("@run", []), nothing: show("#it", []) };
        """,
    )

    assert groups["none"] == [["Recent", 2, "run 7"], ["Runs", 30, "run 0"], ["Actions", 1, "Run it"]]
    assert groups["typed"] == [["Runs", 30, "run 7"], ["Actions", 1, "Run it"], ["Tags", 1, "a/run"]]
    assert groups["only"] == [["Runs", 30, "run 0"]]
    assert groups["nothing"] == []


def test_enter_goes_to_the_card_of_a_tag_beyond_what_is_drawn(open_page: OpenPage, board: str) -> None:
    page = open_page(f"{board}/scalars?filter=nothing-has-this&closed=layers")
    open_palette(page, "weight_69")
    expect(active_option(page)).to_contain_text("layers/weight_69")

    page.keyboard.press("Enter")

    card = page.locator('.card[data-tag="layers/weight_69"]')
    expect(card).to_be_in_viewport()
    expect(card.locator(".card-plot")).to_be_focused()
    expect(page).not_to_have_url(re.compile("filter="))


def test_tag_of_another_page_is_shown_there(open_page: OpenPage, board: str) -> None:
    page = open_page(f"{board}/scalars")
    open_palette(page, "#dense")
    expect(active_option(page)).to_contain_text("weights/dense")

    page.keyboard.press("Enter")

    expect(page).to_have_url(re.compile("/histograms"))
    expect(page.locator('.card[data-tag="weights/dense"]')).to_be_in_viewport()


def test_best_tag_becomes_the_x_axis(open_page: OpenPage, board: str) -> None:
    page = open_page(f"{board}/histograms")
    open_palette(page, "grad_norm")
    page.get_by_role("option", name="Use train/grad_norm as x-axis").click()

    expect(page).to_have_url(re.compile(r"/scalars\?.*x=metric"))
    expect(page.get_by_role("button", name="x-axis: train/grad_norm")).to_be_visible()


def test_text_that_is_what_was_typed_comes_first(run_module: Callable[[str, str], object]) -> None:
    body = 'return module.holding(["a/subtokens", "a/tokens_per_s", "lr", "tokens"], "tokens");'

    assert run_module("palette/match.js", body) == ["tokens", "a/tokens_per_s", "a/subtokens"]


def test_chart_is_begun_with_the_best_tag(open_page: OpenPage, board: str) -> None:
    page = open_page(f"{board}/scalars")
    open_palette(page, "grad_norm")
    page.get_by_role("option", name="New chart with train/grad_norm").click()

    dialog = page.get_by_role("dialog", name="New chart")
    expect(dialog.get_by_role("list", name="Tags of the chart")).to_have_text("train/grad_norm")
    dialog.get_by_role("button", name="Make chart").click()
    expect(dialog).to_have_count(0)


def test_best_tag_is_pinned(open_page: OpenPage, board: str) -> None:
    page = open_page(f"{board}/scalars")
    open_palette(page, "grad_norm")
    page.get_by_role("option", name="Pin train/grad_norm").click()

    expect(page).to_have_url(re.compile(r"pin=train(/|%2F)grad_norm"))
    open_palette(page, "grad_norm")
    expect(page.get_by_role("option", name="Unpin train/grad_norm")).to_be_visible()


def test_runs_are_filtered_by_the_best_tag_beside_what_filters_them(open_page: OpenPage, board: str) -> None:
    page = open_page(f"{board}/?runs=sweep-1+or+deep")
    open_palette(page, "val/loss")
    page.get_by_role("option", name="Filter runs by exists(val/loss)").click()

    expect(page.get_by_label("Filter runs")).to_have_value("(sweep-1 or deep) and exists(val/loss)")
    expect(page.locator("[data-run]")).to_have_count(3)


def test_odd_tag_is_quoted_in_the_query(open_page: OpenPage, board: str) -> None:
    page = open_page(board)
    open_palette(page, "onerror")
    page.get_by_role("option", name="Filter runs by").click()

    expect(page.get_by_label("Filter runs")).to_have_value(f"exists(`{HOSTILE[0]}`)")
    expect(page.locator("[data-run]")).to_have_count(1)


def test_arrows_choose_and_the_second_key_selects_only_a_run(open_page: OpenPage, board: str) -> None:
    page = open_page(board)
    field = open_palette(page, "@sweep-1/seed")
    options = page.locator(".palette [role=option]")
    expect(options).to_have_count(3)

    page.keyboard.press("ArrowDown")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    assert field.get_attribute("aria-activedescendant") == options.nth(1).get_attribute("id")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    expect(options.nth(2)).to_have_attribute("aria-selected", "true")
    name = options.nth(2).locator(".palette-label").inner_text()
    page.keyboard.press("ControlOrMeta+Enter")

    expect(page.locator(".palette")).to_have_count(0)
    expect(page.locator('[role="row"][aria-selected="true"]')).to_have_attribute("data-run", name)


def test_all_of_a_group_are_one_key_away(open_page: OpenPage, board: str) -> None:
    page = open_page(board)
    field = open_palette(page, "sweep")
    expect(page.locator(".palette-group").first).to_have_text(re.compile("^Runs6"))

    page.keyboard.press("ArrowUp")
    expect(active_option(page)).to_contain_text("All 6 runs")
    page.keyboard.press("Enter")

    expect(field).to_have_value("@sweep")
    expect(page.locator(".palette [role=option]")).to_have_count(6)


def test_escape_gives_the_focus_back_and_leaves_all_as_it_was(open_page: OpenPage, board: str) -> None:
    page = open_page(board)
    box = page.get_by_role("button", name="Search or jump to")
    box.click()
    page.keyboard.type("sweep")
    url = page.url

    page.keyboard.press("Escape")

    expect(page.locator(".palette")).to_have_count(0)
    expect(box).to_be_focused()
    assert page.url == url


def test_key_works_from_within_a_field_and_closes_too(open_page: OpenPage, board: str) -> None:
    page = open_page(board)
    page.locator(".tag-filter input").focus()
    open_palette(page)

    page.keyboard.press("ControlOrMeta+k")

    expect(page.locator(".palette")).to_have_count(0)
    expect(page.locator(".tag-filter input")).to_be_focused()


@pytest.mark.parametrize(
    ("typed", "effect"),
    [
        ("dark theme", '[data-theme="dark"]'),
        ("compact", '[data-density="compact"]'),
        ("show or hide the runs", '[data-runs="hidden"]'),
        ("all keys", "dialog.key-sheet"),
        ("doctor", "dialog.drawer"),
    ],
)
def test_actions_do_what_they_say(open_page: OpenPage, board: str, typed: str, effect: str) -> None:
    page = open_page(board)
    open_palette(page, typed)
    page.keyboard.press("Enter")

    expect(page.locator(effect)).to_have_count(1)


def test_every_key_that_can_be_pressed_is_an_action_with_its_key(open_page: OpenPage, board: str) -> None:
    page = open_page(board)
    expect(page.locator(".card canvas").first).to_be_visible()  # the page has added its keys
    open_palette(page, ">")
    known = page.evaluate("""async () => {
      const { listKeys } = await import("/static/js/keys.js");
      return listKeys().filter(({ run }) => run).map(({ label }) => label);
    }""")
    shown = page.locator(".palette [role=option]:has(.kbd) .palette-label").all_inner_texts()

    assert {"Undo", "Filter tags", "Pause or resume"} <= set(known)
    assert set(known) - {"Search or jump to"} <= set(shown)


def test_grouping_is_chosen_in_a_second_step_and_undone_by_name(open_page: OpenPage, board: str) -> None:
    page = open_page(board)
    open_palette(page, "group the runs")
    page.keyboard.press("Enter")
    expect(page.get_by_role("combobox", name="Group the runs by which hyperparameter?")).to_be_focused()
    page.keyboard.type("lr")
    expect(active_option(page)).to_contain_text("lr")
    page.keyboard.press("Enter")
    expect(page.locator(".group-button")).to_have_text("lr")

    open_palette(page, "undo")
    expect(active_option(page)).to_contain_text("grouping")
    page.keyboard.press("Enter")

    expect(page.locator(".group-button")).to_have_text("Group")


def test_view_is_saved_opened_replaced_and_deleted(open_page: OpenPage, board: str) -> None:
    page = open_page(f"{board}/scalars?filter=loss")
    open_palette(page, "save this view")
    page.keyboard.press("Enter")
    expect(page.get_by_role("combobox", name="Name of this view")).to_be_focused()
    page.keyboard.type("losses <b>")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text(["Saved this view as losses <b>"])

    other = open_page(f"{board}/histograms")
    open_palette(other, "losses")
    expect(active_option(other)).to_contain_text("losses <b>scalars")
    other.keyboard.press("Enter")
    expect(other).to_have_url(re.compile(r"/scalars\?.*filter=loss"))
    expect(other.locator(".tag-filter input")).to_have_value("loss")
    other.go_back()
    expect(other).to_have_url(re.compile("/histograms"))

    open_palette(other, "delete the view losses")
    other.keyboard.press("Enter")
    expect(other.get_by_text("Deleted the view losses <b>")).to_be_visible()
    page.reload()
    open_palette(page, "losses")
    expect(page.get_by_text("Nothing has this in its name.")).to_be_visible()


def test_view_is_renamed_in_one_step_and_its_link_copied(
    open_page: OpenPage, start_board: Callable[..., str], tmp_path: Path
) -> None:
    with SummaryWriter(tmp_path / "a") as writer:
        writer.add_scalar("loss", 1.0, 0)
    board = start_board(tmp_path, "--index", "off")
    page = open_page(f"{board}/scalars?filter=loss")
    open_palette(page, "save this view")
    page.keyboard.press("Enter")
    page.keyboard.type("first name")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Saved this view as first name")).to_be_visible()

    open_palette(page, "rename the view first")
    page.keyboard.press("Enter")
    expect(page.get_by_role("combobox", name="Name of this view")).to_be_focused()
    page.keyboard.type("second")
    page.keyboard.press("Enter")

    names = "async () => [...(await import('/static/js/session.js')).session.sidecar.state.views.keys()]"
    expect(page.get_by_text("Renamed the view first name to second")).to_be_visible()
    assert page.evaluate(names) == ["second"]
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    open_palette(page, "copy the link of the view second")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Copied the link of the view second")).to_be_visible()
    assert re.fullmatch(rf"{board}/scalars\?(v=\d+&)?filter=loss", page.evaluate("navigator.clipboard.readText()"))
    page.get_by_text("Renamed the view").locator("..").get_by_role("button", name="Undo").click()
    assert page.evaluate(names) == ["first name"]


@pytest.mark.parametrize(
    "address", ["//evil.example/scalars", "javascript:alert(1)", "https://evil.example", "../../etc"]
)
def test_view_of_an_address_that_is_none_of_the_board_opens_nothing(
    open_page: OpenPage, board: str, address: str
) -> None:
    page = open_page(f"{board}/scalars")
    opened = page.evaluate(
        f"""async () => {{
          const {{ session }} = await import("/static/js/session.js");
          return session.view.open({json.dumps(address)});
        }}"""
    )

    assert opened is (address == "../../etc")  # which is resolved below the board
    assert page.url.startswith(board)


def test_what_happened_in_a_run_is_found_by_its_words_and_led_to(
    open_page: OpenPage, start_board: Callable[..., str], tmp_path: Path
) -> None:
    with SummaryWriter(tmp_path / "a") as writer:
        for step in range(0, 4_000, 100):
            writer.add_scalar("train/loss", 1.0, step)
        writer.add_annotation("The gradient exploded", 3_000, kind="alert")
    page = open_page(f"{start_board(tmp_path, '--index', 'off')}/histograms")
    expect(page.locator(".run-row")).to_have_count(1)
    page.evaluate("""async () => (await import("/static/js/session.js")).session.sidecar.edit([
      { path: ["runs", "a", "annotations", "1"], value: { step: 1200, text: "Warm-up ends here", tag: "train/loss" } },
    ], { label: "note" })""")
    open_palette(page, "warm-up")
    expect(active_option(page)).to_contain_text("note, step 1,200 of a")
    page.keyboard.press("Enter")
    expect(page.locator('.card[data-tag="train/loss"] .card-plot')).to_be_focused()
    expect(page).to_have_url(re.compile(r"/scalars\?.*step=1200"))

    open_palette(page, "exploded")
    expect(active_option(page)).to_contain_text("alert, step")
    page.keyboard.press("Enter")

    expect(page).to_have_url(re.compile("step=3000"))


def test_runs_that_were_put_aside_are_listed_and_brought_back(
    open_page: OpenPage, start_board: Callable[..., str], tmp_path: Path
) -> None:
    for name in ("keep", "gone", "old"):
        with SummaryWriter(tmp_path / name) as writer:
            writer.add_scalar("loss", 1.0, 0)
    page = open_page(f"{start_board(tmp_path, '--index', 'off')}/scalars")
    rows = page.locator(".run-row[data-run]")
    expect(rows).to_have_count(3)
    page.evaluate("""async () => {
      const { archive, hide } = await import("/static/js/runs/actions.js");
      hide(["gone"]);
      archive(["old"]);
    }""")
    expect(rows).to_have_count(1)

    open_palette(page, "list archived")
    page.keyboard.press("Enter")
    expect(page.locator('.run-row[data-run="old"]')).to_be_visible()

    open_palette(page, "@gone")
    expect(active_option(page)).to_contain_text("hidden")
    page.keyboard.press("ControlOrMeta+Enter")
    page.evaluate("async () => (await import('/static/js/session.js')).session.view.set({ runs: '' })")
    expect(page.locator('.run-row[data-run="gone"]')).to_be_visible()


@pytest.mark.parametrize("way", ["palette", "menu"])
def test_trash_opens_from_the_palette_and_from_the_menu_of_the_logdir(
    open_page: OpenPage, board: str, way: str
) -> None:
    page = open_page(board)
    if way == "palette":
        open_palette(page, "open trash")
        page.keyboard.press("Enter")
    else:
        page.locator("button.logdir").click()
        page.get_by_role("button", name="Open trash").click()

    expect(page.get_by_role("dialog", name="Trash")).to_contain_text("Nothing lies in the trash.")


def test_what_was_chosen_lately_is_on_top_the_next_time(open_page: OpenPage, board: str) -> None:
    page = open_page(board)
    open_palette(page, "grad_norm")
    expect(active_option(page)).to_contain_text("train/grad_norm")
    page.keyboard.press("Enter")
    expect(page.locator(".palette")).to_have_count(0)

    open_palette(page)

    expect(page.locator(".palette-group").first).to_contain_text("Recent")
    expect(active_option(page)).to_contain_text("train/grad_norm")


def test_hostile_names_are_text(open_page: OpenPage, board: str) -> None:
    page = open_page(board)
    for typed in ("img src", "gnp", "break", "aaaaa", "bold"):
        open_palette(page, typed)
        expect(active_option(page)).to_be_visible()
        box, palette = active_option(page).bounding_box(), page.locator(".palette").bounding_box()
        assert box["x"] + box["width"] <= palette["x"] + palette["width"]
        assert box["height"] < 50
        page.keyboard.press("Escape")

    assert page.evaluate("window.hacked") is None


# Each theme and each width; colours are the same at every width.
@pytest.mark.parametrize(("theme", "width"), [("light", 1400), ("dark", 400)])
def test_palette_is_accessible(open_page: OpenPage, board: str, width: int, theme: str) -> None:
    page = open_page(board, width=width, theme=theme)
    if width == 400:
        page.get_by_role("button", name="Search or jump to").click()
        page.keyboard.type("s")
    else:
        open_palette(page, "s")
    expect(active_option(page)).to_be_visible()

    serious = [one for one in Axe().run(page).response["violations"] if one["impact"] in ("serious", "critical")]
    assert serious == []
    palette = page.locator(".palette").bounding_box()
    assert palette["x"] >= 0
    assert palette["x"] + palette["width"] <= width
    if width == 400:
        assert palette["y"] + palette["height"] == pytest.approx(900, abs=1)
