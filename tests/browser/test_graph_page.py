"""The Graph page draws what was logged, and opens, finds and tells what is asked for."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from urllib.parse import quote

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, Route, expect

from summaries import SummaryWriter
from summaries.proto.graph_pb2 import GraphDef, NodeDef

pytestmark = pytest.mark.browser
OpenPage = Callable[..., Page]


def box(page: Page, node: str) -> Locator:
    return page.locator(f'.graph-box[data-id="{node}"]')


def names(page: Page) -> list[str]:
    return page.locator(".graph-box").evaluate_all("boxes => boxes.map((box) => box.dataset.id)")


def layer(page: Page, node: str) -> list[str]:
    return page.locator(f'[data-layer="{node}"] td').all_inner_texts()


def place(page: Page, node: str) -> tuple[float, float]:
    """Where the middle of a box's upper edge is on the screen, in px: in one turn, as boxes are painted anew."""
    script = """id => {
      const frame = document.querySelector(`.graph-box[data-id="${id}"] > .graph-frame`);
      const { x, y, width } = frame.getBoundingClientRect();
      return [Math.round(x + width / 2), Math.round(y)];
    }"""
    x, y = page.evaluate(script, node)
    return x, y


def turn(page: Page, pixels: int) -> None:
    """Turns the wheel, and waits for the frame that follows it."""
    page.mouse.wheel(0, pixels)
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(null))))")


def settle(page: Page) -> None:
    """Waits until boxes and viewpoint have glided to their places."""
    script = (
        "canvas => Promise.all(canvas.getAnimations({ subtree: true }).map((one) => one.finished)).then(() => null)"
    )
    page.locator(".graph-canvas").evaluate(script)


@pytest.fixture
def iris(open_page: OpenPage, iris_board: str) -> Page:
    page = open_page(f"{iris_board}/graph")
    expect(box(page, "loss")).to_be_visible()
    return page


@pytest.fixture(scope="module")
def other_board(start_board: Callable[[Path], str], tmp_path_factory: pytest.TempPathFactory) -> str:
    """Runs `plain` (a chain of scopes), `flat` (2,000 nodes in one scope) and `bare` (no graph)."""
    logdir = tmp_path_factory.mktemp("graphs")
    chain = ["x", "net/stem/conv", "net/block/relu", "net/block/conv", "net/head/dense"]
    for run, nodes in (("plain", chain), ("flat", [f"op_{i}" for i in range(2_000)])):
        protos = [NodeDef(name=name, op="Relu", input=[before]) for before, name in pairwise(nodes)]
        with SummaryWriter(logdir / run) as writer:
            writer.add_graph(GraphDef(node=[NodeDef(name=nodes[0], op="Placeholder"), *protos]))
    with SummaryWriter(logdir / "bare") as writer:
        writer.add_scalar("loss", 1.0, 0)
    return start_board(logdir)


def test_iris_is_drawn_by_its_layers_in_one_line(iris: Page) -> None:
    spine = ["features", "dense_0", "dense_1", "dense_2", "dense_3", "loss"]

    places = [place(iris, name) for name in spine]

    assert set(spine) <= set(names(iris))
    assert len({x for x, _ in places}) == 1
    assert places == sorted(places, key=lambda at: at[1])
    expect(box(iris, "dense_1").locator(".graph-detail")).to_have_text("Dense 10 → 20 · relu")
    expect(box(iris, "dense_1").locator(".graph-number")).to_have_text("220")
    expect(box(iris, "dense_1")).to_have_attribute("aria-label", re.compile("dense_1, Dense, .*, 220 parameters"))
    by_height = (
        "labels => labels.sort((a, b) => a.getAttribute('y') - b.getAttribute('y')).map((one) => one.textContent)"
    )
    shapes = [text for text in iris.locator(".graph-label").evaluate_all(by_height) if "×" in text]
    assert [shape.split("×")[1] for shape in shapes] == ["4", "10", "20", "10", "3"]


def test_layer_table_tells_the_models_own_count(iris: Page) -> None:
    params = {name: layer(iris, name)[2] for name in ("dense_0", "dense_1", "dense_2", "dense_3")}

    assert params == {"dense_0": "50", "dense_1": "220", "dense_2": "210", "dense_3": "33"}
    assert iris.locator(".graph-layers tfoot td").nth(2).inner_text() == "513"


def test_selected_node_is_told_in_the_panel_and_lit_in_the_table(iris: Page) -> None:
    box(iris, "dense_1").click()

    panel = iris.get_by_role("region", name="Node dense_1")
    expect(panel.locator(".graph-facts")).to_contain_text("kernel")
    facts = dict(pairwise(panel.locator(".graph-facts > *").all_inner_texts()))
    assert re.fullmatch(r"f32\[\d+,10\]", facts["Input"])
    assert re.fullmatch(r"f32\[\d+,20\]", facts["Output"])
    assert (facts["kernel"], facts["bias"]) == ("f32[10,20]", "f32[20]")
    assert panel.locator(".graph-figures dd").first.inner_text() == "220"
    expect(iris.locator('[data-layer="dense_1"]')).to_have_attribute("aria-selected", "true")
    assert iris.locator(".graph-edge.is-lit").count() == 2
    expect(iris).to_have_url(re.compile("node=dense_1"))

    iris.keyboard.press("Escape")
    expect(iris.locator(".graph-ring")).to_have_count(0)


def test_double_click_opens_and_closes_without_moving_what_is_above(iris: Page) -> None:
    before = {name: place(iris, name) for name in ("features", "dense_0")}

    box(iris, "dense_1").dblclick()
    expect(box(iris, "dense_1")).to_have_attribute("aria-expanded", "true")
    expect(box(iris, "dense_1/dot_general")).to_be_visible()
    settle(iris)
    assert {name: place(iris, name) for name in before} == before
    assert place(iris, "dense_1/dot_general")[0] == before["dense_0"][0]
    assert layer(iris, "dense_1/dot_general")[0] == "dot_general"

    box(iris, "dense_1").locator(".graph-fold").click()
    expect(box(iris, "dense_1/dot_general")).to_have_count(0)


def test_keys_walk_along_the_edges_and_open(iris: Page) -> None:
    tree = iris.get_by_role("tree", name="Graph")
    box(iris, "features").click()
    tree.focus()

    for _ in range(2):
        iris.keyboard.press("ArrowDown")
    expect(tree).to_have_attribute("aria-activedescendant", "graph-box-dense_1")
    iris.keyboard.press("Enter")
    expect(box(iris, "dense_1/dot_general")).to_be_visible()
    iris.keyboard.press("ArrowDown")
    expect(tree).to_have_attribute("aria-activedescendant", "graph-box-dense_1%2Fdot_general")
    iris.keyboard.press("ArrowLeft")
    expect(tree).to_have_attribute("aria-activedescendant", "graph-box-dense_1%2Fkernel")


def test_search_opens_what_hides_a_node(iris: Page) -> None:
    iris.keyboard.press("/")
    iris.keyboard.type("/^dense_2.relu/")
    expect(iris.locator(".graph-hits").get_by_role("option")).to_have_text(re.compile("^relu"))
    iris.keyboard.press("Enter")

    expect(box(iris, "dense_2/relu")).to_have_class(re.compile("is-selected"))
    expect(iris.get_by_role("navigation", name="Path of the selected node")).to_have_text("/dense_2/relu")


def test_search_without_a_hit_says_so(iris: Page) -> None:
    iris.keyboard.press("/")
    iris.keyboard.type("nothing")

    expect(iris.locator(".graph-hits")).to_have_text("No node matches nothing.")


def test_box_of_folded_siblings_lists_them_and_brings_in_the_one_chosen(
    start_board: Callable[[Path], str], open_page: OpenPage, tmp_path: Path
) -> None:
    held = [f"branch{i}" for i in range(40)]
    branches = [NodeDef(name=name, op="Tanh" if name == "branch33" else "Relu", input=["x"]) for name in held]
    ends = [NodeDef(name="x", op="Placeholder"), NodeDef(name="sum", op="AddN", input=held)]
    with SummaryWriter(tmp_path / "wide") as writer:
        writer.add_graph(GraphDef(node=[*ends, *branches]))
    page = open_page(f"{start_board(tmp_path)}/graph?run=wide")
    more = page.locator(".graph-box.is-more")
    expect(more).to_have_text("+30 more")

    page.keyboard.press("f")
    settle(page)
    first = more.get_attribute("data-id") or ""
    more.click()
    dialog = page.get_by_role("dialog", name="30 nodes folded here")
    options = dialog.get_by_role("option")
    expect(options).to_have_count(30)
    assert not {option.get_attribute("title") for option in options.all()} & set(names(page))
    violations = Axe().run(page).response["violations"]
    assert [one["id"] for one in violations if one["impact"] in ("serious", "critical")] == []
    page.keyboard.type("tanh")
    expect(options).to_have_text(re.compile("^branch33Tanh"))
    page.keyboard.press("Enter")

    expect(dialog).to_have_count(0)
    expect(box(page, "branch33")).to_have_class(re.compile("is-selected"))
    expect(more).to_have_text("+30 more")
    expect(page.locator(".graph-svg")).to_be_focused()
    box(page, "sum").click()
    expect(page.locator(".graph-title h3")).to_have_text("sum")
    expect(box(page, "branch33")).to_be_visible()

    page.goto(f"{page.url.partition('&')[0]}&node={quote(first)}")
    expect(more).to_have_class(re.compile("is-selected"))
    page.get_by_role("tree", name="Graph").focus()
    page.keyboard.press("Enter")
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(page.locator(".graph-svg")).to_be_focused()


def test_wheel_pans_and_with_control_zooms_at_the_pointer(iris: Page) -> None:
    x, y = place(iris, "dense_0")
    iris.mouse.move(x, y)

    turn(iris, 30)
    assert place(iris, "dense_0") == (x, y - 30)
    turn(iris, -30)
    iris.keyboard.down("Control")
    turn(iris, -120)
    iris.keyboard.up("Control")
    assert place(iris, "dense_0") == (x, y)
    assert place(iris, "dense_1")[1] - y > 96

    iris.keyboard.press("f")
    settle(iris)
    expect(box(iris, "features")).to_be_in_viewport()
    expect(box(iris, "loss")).to_be_in_viewport()


def test_names_give_way_when_the_graph_is_far(iris: Page) -> None:
    for _ in range(4):
        iris.get_by_role("button", name="Zoom out").click()
    expect(box(iris, "dense_0").locator(".graph-detail")).to_be_hidden()
    expect(box(iris, "dense_0").locator(".graph-name")).to_be_visible()

    for _ in range(4):
        iris.get_by_role("button", name="Zoom out").click()
    expect(box(iris, "dense_0").locator(".graph-name")).to_be_hidden()


def test_view_is_the_same_after_a_reload(iris: Page) -> None:
    box(iris, "dense_1").dblclick()
    expect(box(iris, "dense_1/dot_general")).to_be_visible()
    box(iris, "dense_1/dot_general").click()
    expect(iris).to_have_url(re.compile("node=dense_1/dot_general"))

    iris.reload()

    expect(box(iris, "dense_1/dot_general")).to_have_class(re.compile("is-selected"))
    expect(iris.locator(".graph-title h3")).to_have_text("dot_general")


def test_undo_closes_what_was_opened(iris: Page) -> None:
    box(iris, "dense_1").dblclick()
    expect(box(iris, "dense_1/dot_general")).to_be_visible()

    iris.keyboard.press("Control+z")

    expect(box(iris, "dense_1/dot_general")).to_have_count(0)
    iris.keyboard.press("Control+Shift+z")
    expect(box(iris, "dense_1/dot_general")).to_be_visible()


def test_any_other_graph_is_drawn_by_scopes(open_page: OpenPage, other_board: str) -> None:
    page = open_page(f"{other_board}/graph?run=plain")
    expect(box(page, "net/block")).to_be_visible()  # the module that is alone at the top is open
    assert names(page)[:2] == ["net", "x"]

    box(page, "net").locator(".graph-fold").click()
    expect(box(page, "net/block")).to_have_count(0)
    assert names(page) == ["x", "net"]
    expect(page).to_have_url(re.compile("open=%2F|open=/"))
    page.reload()
    expect(box(page, "net")).to_be_visible()
    expect(box(page, "net/block")).to_have_count(0)

    page.get_by_role("button", name="Expand").click()
    expect(box(page, "net/block")).to_be_visible()


def test_run_is_chosen_among_those_with_a_graph(open_page: OpenPage, other_board: str) -> None:
    page = open_page(f"{other_board}/graph?run=plain")
    expect(box(page, "net")).to_be_visible()
    expect(page.get_by_role("radio", name="Show plain")).to_be_checked()
    expect(page.get_by_role("radio", name="Show bare")).to_be_disabled()

    page.get_by_role("radio", name="Show flat").click()

    expect(page.get_by_role("radio", name="Show flat")).to_be_checked()
    expect(box(page, "[1–150]")).to_be_visible()
    assert page.locator(".graph-box").count() == 14
    expect(page.locator(".graph-minimap")).to_be_visible()


def test_run_is_chosen_in_the_toolbar_where_the_panel_is_away(open_page: OpenPage, other_board: str) -> None:
    page = open_page(f"{other_board}/graph?run=plain", width=400)
    button = page.get_by_role("button", name="Run whose graph is shown: plain", exact=True)
    expect(button).to_have_text("plain")  # what is seen is part of the name (WCAG 2.5.3)
    button.click()
    button.click()
    expect(button).to_be_focused()
    expect(button).to_have_css("outline-style", "none")  # only after keys
    button.press("Enter")
    runs = page.get_by_role("listbox", name="Run whose graph is shown").get_by_role("option")
    expect(runs).to_have_count(2)
    expect(runs.filter(has_text="plain")).to_contain_text("shown")

    runs.filter(has_text="flat").click()

    expect(box(page, "[1–150]")).to_be_visible()


def test_logdir_without_a_graph_says_how_to_log_one_and_shows_it_when_it_comes(
    start_board: Callable[[Path], str], open_page: OpenPage, tmp_path: Path
) -> None:
    with SummaryWriter(tmp_path / "bare") as writer:
        writer.add_scalar("loss", 1.0, 0)
    page = open_page(f"{start_board(tmp_path)}/graph")
    expect(page.get_by_role("heading", name="This run logged no graph")).to_be_visible()
    expect(page.locator(".snippets code")).to_contain_text("add_graph(train_step")

    with SummaryWriter(tmp_path / "bare", filename_suffix=".graph") as writer:
        writer.add_graph(
            GraphDef(node=[NodeDef(name="x", op="Placeholder"), NodeDef(name="y", op="Relu", input=["x"])])
        )

    expect(box(page, "y")).to_be_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_colours_are_the_themes(open_page: OpenPage, iris_board: str, theme: str) -> None:
    page = open_page(f"{iris_board}/graph", theme=theme)

    stroke = {"light": "rgb(63, 111, 216)", "dark": "rgb(127, 165, 255)"}[theme]
    expect(box(page, "dense_0").locator(".graph-stripe")).to_have_css("stroke", stroke)


def test_phone_has_the_dock_below_the_canvas(open_page: OpenPage, iris_board: str) -> None:
    page = open_page(f"{iris_board}/graph", width=400, height=800)
    expect(box(page, "dense_0")).to_be_visible()

    canvas, dock = page.locator(".graph-canvas").bounding_box(), page.locator(".graph-dock").bounding_box()

    assert canvas["width"] == dock["width"] == 400
    assert canvas["y"] + canvas["height"] <= dock["y"]
    assert page.evaluate("document.documentElement.scrollWidth") == 400


def test_a_graph_that_is_gone_or_cannot_be_drawn_is_told(open_page: OpenPage, other_board: str) -> None:
    page = open_page(f"{other_board}/graph?run=plain&graph=gone", allow_console="404|500")
    problem = page.get_by_role("alert").filter(has_text="This graph could not be read")
    expect(problem).to_be_visible()
    problem.get_by_role("button", name="Show the newest graph").click()
    expect(box(page, "net/block")).to_be_visible()
    expect(page).not_to_have_url(re.compile("graph=gone"))

    def fail(route: Route) -> None:
        route.fulfill(status=500, json={"detail": "The disk is gone."})

    page.route(re.compile("/data/graph(/node)?\\?"), fail)
    box(page, "net/block").dblclick()
    expect(page.get_by_text("The graph could not be drawn anew: The disk is gone.")).to_be_visible()
    expect(box(page, "net/block")).to_be_visible()
    page.locator(".graph-svg").press("Shift+Enter")
    expect(page.get_by_text("The node could not be read: The disk is gone.")).to_be_visible()

    page.unroute_all()
    page.get_by_role("button", name="Try again").click()
    expect(box(page, "net/block/relu")).to_be_visible()
