"""Where cards stand and how large: pinned, in nested groups, in full screen; by their effect and after a reload."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from summaries import SummaryWriter

pytestmark = pytest.mark.browser
OpenPage = Callable[..., Page]
BOOT = Path(__file__).parents[2] / "dashboard/static/js/appearance_boot.js"

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
    page = open_page(f"{board}/scalars?v=3&pin=val/loss&pin=loss")
    expect(pinned_titles(page)).to_have_text(["val/loss", "loss"])
    card(page, "train/acc").hover()
    page.keyboard.press("p")
    expect(group(page, "Pinned").locator(".card")).to_have_count(3)

    page.goto(f"{board}/scalars")

    expect(pinned_titles(page)).to_have_text(["val/loss", "loss", "train/acc"])


def test_pinned_card_without_data_says_who_has_them(open_page: OpenPage, board: str) -> None:
    page = open_page(f"{board}/scalars?v=3&pin=only/b&only=a")

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


def test_keys_act_on_the_card_that_was_pointed_at_or_focused_last(open_page: OpenPage, board: str) -> None:
    page = open_page(f"{board}/scalars")
    card(page, "train/loss").locator(".card-plot").focus()
    card(page, "val/loss").hover()
    page.keyboard.press("e")
    expect(card(page, "val/loss")).to_have_class(re.compile("is-expanded"))

    card(page, "train/loss").locator(".card-plot").focus()
    page.keyboard.press("e")

    expect(card(page, "train/loss")).to_have_class(re.compile("is-expanded"))


def test_menu_of_a_card_is_used_by_keys_alone(open_page: OpenPage, board: str) -> None:
    page = open_page(f"{board}/scalars")
    page.get_by_role("button", name="Menu of val/acc").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")

    expect(card(page, "val/acc")).to_have_class(re.compile("is-expanded"))


def test_joined_train_and_val_are_two_lines_of_one_hue(open_page: OpenPage, board: str) -> None:
    page = open_page(f"{board}/scalars?v=3&filter=train|val")
    expect(page.locator(".card")).to_have_count(4)
    page.get_by_role("button", name="Columns and height of cards").click()
    page.get_by_role("checkbox", name="Join train and val").click()
    page.keyboard.press("Escape")

    expect(page.locator(".card")).to_have_count(2)
    joined = card(page, "val/loss")
    expect(joined.locator(".tag-key")).to_have_text(["val", "train"])
    expect(joined.locator(".card-foot")).to_contain_text("all 80 points")
    joined.locator(".card-plot").hover()
    rows = page.locator(".plot-tip tbody tr")
    expect(rows.locator(".run")).to_have_text(["b · train", "a · train", "b · val", "a · val"])
    looks = rows.locator(".swatch").evaluate_all("all => all.map((one) => one.style.background)")
    assert all("gradient" in look for look in looks[:2])
    assert not any("gradient" in look for look in looks[2:])
    assert looks[2] in looks[0]
    expect(page).to_have_url(re.compile("join=on"))


def test_heights_and_columns_of_cards_are_kept(open_page: OpenPage, board: str) -> None:
    page = open_page(f"{board}/scalars")
    page.get_by_role("button", name="Columns and height of cards").click()
    menu = page.get_by_role("dialog", name="Columns and height of cards")
    menu.get_by_role("radiogroup", name="Height of cards").get_by_role("radio", name="Large").click()
    menu.get_by_role("radiogroup", name="Columns of cards").get_by_role("radio", name="2", exact=True).click()
    page.keyboard.press("Escape")

    expect(card(page, "loss")).to_have_js_property("offsetHeight", 350)
    page.reload()
    expect(card(page, "loss")).to_have_js_property("offsetHeight", 350)
    columns = page.locator(".cards").first.evaluate("one => getComputedStyle(one).gridTemplateColumns")
    assert len(columns.split()) == 2

    linked = open_page(page.url)  # another browser
    expect(card(linked, "loss")).to_have_js_property("offsetHeight", 350)
    assert linked.evaluate("localStorage.getItem('board.cards.more')") is None


def test_first_change_of_the_height_is_undone(open_page: OpenPage, board: str) -> None:
    page = open_page(f"{board}/scalars")
    page.get_by_role("button", name="Columns and height of cards").click()
    heights = page.get_by_role("radiogroup", name="Height of cards")
    heights.get_by_role("radio", name="Large").click()
    expect(card(page, "loss")).to_have_js_property("offsetHeight", 350)
    page.keyboard.press("Escape")

    page.keyboard.press("Control+z")

    expect(card(page, "loss")).to_have_js_property("offsetHeight", 238)
    expect(page).not_to_have_url(re.compile("height"))
    page.reload()
    expect(card(page, "loss")).to_have_js_property("offsetHeight", 238)


@pytest.mark.parametrize(
    ("query", "more", "wide"),
    [
        ("?height=112&wide=0", "112px", "0px"),
        ("?height=-80&wide=900", "-80px", "900px"),
        ("?height=1e9&wide=901", "", ""),
        ("?height=12.5&wide=-1", "", ""),
        ("?height=&wide=x", "", ""),
    ],
)
def test_height_before_the_first_paint_is_one_that_a_link_can_say(
    open_page: OpenPage, board: str, query: str, more: str, wide: str
) -> None:
    page = open_page(f"{board}/static/mark.svg")
    page.evaluate("query => history.replaceState({}, '', query)", query)

    page.evaluate(f"() => {{ {BOOT.read_text()} }}")

    read = "name => document.documentElement.style.getPropertyValue(name)"
    assert [page.evaluate(read, name) for name in ("--card-more", "--card-wide")] == [more, wide]


def test_card_in_full_width_is_pinned_in_its_place_in_one_step(open_page: OpenPage, board: str) -> None:
    page = open_page(f"{board}/scalars?card=train/loss")
    expect(card(page, "train/loss")).to_be_visible()
    first = page.locator(".card").first
    expect(first).not_to_have_attribute("data-tag", "train/loss")

    change = "session.view.set({ 'scalars.card': [], 'scalars.pin': ['train/loss'] })"
    page.evaluate(f"async () => {{ const {{ session }} = await import('/static/js/session.js'); {change}; }}")

    expect(first).to_have_attribute("data-tag", "train/loss")


def drag_edge(page: Page, tag: str, down: float) -> None:
    box = card(page, tag).locator(".card-edge").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 40, box["y"] + 3)
    page.mouse.down()
    page.mouse.move(box["x"] + 40, box["y"] + 3 + down, steps=3)
    page.mouse.up()


def test_lower_edge_of_a_card_is_dragged_to_the_height_of_all(open_page: OpenPage, board: str) -> None:
    page = open_page(f"{board}/scalars?v=3&card=train/loss")
    expect(card(page, "loss").locator(".card-foot")).to_contain_text("points")

    drag_edge(page, "loss", 90)

    expect(card(page, "loss")).to_have_js_property("offsetHeight", 328)
    expect(card(page, "net/dec/a")).to_have_js_property("offsetHeight", 328)
    expect(card(page, "train/loss")).to_have_js_property("offsetHeight", 404)
    page.reload()
    expect(card(page, "net/dec/a")).to_have_js_property("offsetHeight", 328)

    card(page, "train/loss").scroll_into_view_if_needed()
    expect(card(page, "train/loss").locator(".card-foot")).to_contain_text("points")
    top = card(page, "train/loss").bounding_box()
    drag_edge(page, "train/loss", 60)
    expect(card(page, "train/loss")).to_have_js_property("offsetHeight", 464)
    after = card(page, "train/loss").bounding_box()
    assert (top and top["y"]) == (after and after["y"])

    card(page, "net/dec/a").locator(".card-edge").dblclick()
    expect(card(page, "loss")).to_have_js_property("offsetHeight", 238)


def test_note_of_nan_leads_to_the_tag_that_went_bad_first(
    open_page: OpenPage, start_board: Callable[..., str], tmp_path: Path
) -> None:
    with SummaryWriter(tmp_path / "a") as writer:
        for step in range(20):
            writer.add_scalar("grad/norm", float("nan") if step >= 5 else 1.0, step)
            writer.add_scalar("loss", float("nan") if step >= 7 else 1.0, step)
    page = open_page(start_board(tmp_path))
    note = card(page, "loss").get_by_role("button", name="13 NaN")
    note.hover()

    expect(note).to_have_attribute("title", re.compile("First bad in a: grad/norm at step 5 \\(NaN\\)"))
    note.click()
    expect(card(page, "grad/norm").locator(".card-plot")).to_be_focused()


def test_layout_that_a_program_logged_has_its_charts_and_margins(
    open_page: OpenPage, start_board: Callable[..., str], tmp_path: Path
) -> None:
    margin = ["Margin", ["val/acc", "val/acc_low", "val/acc_high"]]
    with SummaryWriter(tmp_path / "a") as writer:
        writer.add_custom_scalars({"Quality": {"Losses": ["Multiline", [".*/loss"]], "Spread": margin}})
        for step in range(50):
            for tag, value in (
                ("train/loss", 1),
                ("val/loss", 2),
                ("val/acc", 5),
                ("val/acc_low", 4),
                ("val/acc_high", 8),
            ):
                writer.add_scalar(tag, value, step)
    page = open_page(f"{start_board(tmp_path)}/scalars?v=3&filter=Losses|Spread")

    expect(page.locator(".group-head")).to_have_text(["Quality2"])
    expect(page.locator(".card-title")).to_have_text(["Losses", "Spread"])
    expect(page.locator(".card").first.locator(".tag-key")).to_have_text(["train", "val"])
    spread = page.locator(".card").nth(1)
    expect(spread.locator(".card-value")).to_have_text("5.000")
    page.wait_for_function(TINTED, arg=spread.element_handle())
    page.evaluate("""async () => {
      const { session } = await import("/static/js/session.js");
      session.view.set({ group: { by: [], pattern: "(a)" } });
    }""")
    expect(page.locator(".groups-button")).to_be_visible()
    expect(spread.locator(".card-value")).to_have_attribute("title", re.compile("^a: last"))
    page.wait_for_function(TINTED, arg=spread.element_handle())
    spread.locator(".card-plot").hover()
    expect(page.locator(".plot-tip .is-lit .band")).to_have_text("4.000 to 8.000")


# Whether a fifth of the plot is tinted: of the y-axis from 4 to 8 the band is all but its air.
TINTED = """(card) => {
  const canvas = card.querySelector(".u-wrap > canvas");
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  let count = 0;
  for (let i = 0; i < data.length; i += 4) count += data[i + 3] > 30 && data[i + 3] < 60;
  return count > 0.2 * canvas.width * canvas.height;
}"""


def test_long_tag_shows_its_end_in_the_head_of_its_card(
    start_board: Callable[..., str], open_page: OpenPage, tmp_path: Path
) -> None:
    tags = [f"decoder/layer_with_a_name_that_fits_into_no_head_of_a_card/{part}" for part in ("attention_in", "out")]
    tags.append("decoder/weights_of_a_projection_that_fits_into_no_head_of_a_card_either_norm")
    with SummaryWriter(tmp_path) as writer:
        for tag in tags:
            writer.add_scalar(tag, 1.0, 0)
    page = open_page(f"{start_board(tmp_path, '--index', 'off')}/scalars?v=3&" + "&".join(f"pin={tag}" for tag in tags))
    expect(pinned_titles(page)).to_have_text(tags)

    for title, end in zip(pinned_titles(page).all(), ("attention_in", "out", "ither_norm"), strict=True):
        box, last = title.bounding_box(), title.get_by_text(end, exact=True).bounding_box()
        assert box["x"] <= last["x"] <= last["x"] + last["width"] <= box["x"] + box["width"] + 1

    page.set_viewport_size({"width": 400, "height": 900})
    pinned_titles(page).first.hover()
    page.keyboard.press("Shift+E")
    title = page.locator(".is-full .card-title")
    expect(title).to_have_text(tags[0])
    expect(title.locator(".name-tail")).to_be_in_viewport(ratio=1)
    assert title.evaluate("({ scrollWidth, clientWidth }) => scrollWidth - clientWidth") <= 1


def test_short_group_of_a_pinned_card_stands_close_to_the_rest_of_its_tag(
    start_board: Callable[..., str], open_page: OpenPage, tmp_path: Path
) -> None:
    with SummaryWriter(tmp_path) as writer:
        writer.add_scalar("l/loss", 1.0, 0)
    title = pinned_titles(open_page(f"{start_board(tmp_path, '--index', 'off')}/scalars?v=3&pin=l/loss"))
    expect(title).to_have_text("l/loss")

    unbroken = "title => { title.style.display = 'inline-block'; return title.getBoundingClientRect().width; }"
    assert title.bounding_box()["width"] == pytest.approx(title.evaluate(unbroken), abs=2)


@pytest.mark.parametrize(("high", "labels"), [(3e38, ["0", "1e38", "2e38", "3e38"]), (3, ["0", "1", "2", "3"])])
def test_axis_of_values_has_labels_however_far_a_run_went(
    open_page: OpenPage, board: str, high: float, labels: list[str]
) -> None:
    page = open_page(f"{board}/scalars")

    drawn = page.evaluate(
        """async (high) => {
          const { default: UPlot } = await import("/vendor/uplot/uPlot.esm.js");
          const { uplotOptions } = await import("/static/js/plot/uplot_options.js");
          const kinds = { isLogX: false, isLogY: false, isBare: () => false };
          const axes = { x: () => [0, 1], y: () => [0, high], ...kinds, word: () => "step" };
          const size = { width: 300, height: 190 };
          const options = (draw) => uplotOptions({ ...size, axes, draw });
          const plot = await new Promise((draw) => new UPlot(options(draw), [[0, 1], [0, 1]], document.body));
          return plot.axes[1]._values;
        }""",
        high,
    )
    assert drawn == labels
