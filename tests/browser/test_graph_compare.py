"""Comparing, tracing and the layer table on the Graph page."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from summaries import SummaryWriter
from tests.dashboard.graph.conftest import Traced

pytestmark = pytest.mark.browser
OpenPage = Callable[..., Page]
RunModule = Callable[[str, str], object]


def box(page: Page, node: str) -> Locator:
    return page.locator(f'.graph-box[data-id="{node}"]')


def write_net(folder: Path, sizes: list[int]) -> None:
    graph = Traced()
    x = graph.add("forward/features", "Placeholder", shape=(16, sizes[0]))
    for i, (before, after) in enumerate(pairwise(sizes)):
        x = graph.dense(f"forward/dense_{i}", x, (16, before, after), "relu")
    graph.add("forward/mask/ge", "ge", ["forward/features"], (16, 4))
    graph.add("forward/loss/exp", "exp", [x], (16, sizes[-1]))
    graph.add("backward/x", "mul", ["forward/loss/exp"])
    with SummaryWriter(folder) as writer:
        writer.add_graph(graph.definition)


@pytest.fixture(scope="module")
def board(start_board: Callable[[Path], str], tmp_path_factory: pytest.TempPathFactory) -> str:
    """Runs `before` and `after`: one layer was added, one has another size."""
    logdir = tmp_path_factory.mktemp("nets")
    write_net(logdir / "before", [4, 10, 20, 3])
    write_net(logdir / "after", [4, 10, 10, 40, 3])
    return start_board(logdir)


def test_run_to_compare_with_is_chosen_and_its_differences_are_marked(open_page: OpenPage, board: str) -> None:
    page = open_page(f"{board}/graph?run=after")
    expect(box(page, "dense_0")).to_be_visible()

    page.get_by_role("button", name="Compare with another run").click()
    page.get_by_role("option", name="before").click()

    bar = page.locator(".graph-compare-bar")
    expect(bar).to_contain_text("1 added")
    expect(page).to_have_url(re.compile("compare=before"))
    marks = page.locator(".graph-mark").evaluate_all("marks => marks.map((mark) => mark.textContent)")
    assert sorted(marks) == ["+", "~", "~"]
    assert page.locator(".graph-layers tfoot td").nth(1).inner_text() == "333→723"

    page.keyboard.press("n")
    expect(page).to_have_url(re.compile(r"node=dense_\d"))
    expect(bar).to_contain_text("1/3")
    bar.get_by_role("button", name="End the comparison").click()
    expect(page.locator(".graph-mark")).to_have_count(0)


def test_run_to_compare_with_is_found_among_many_by_keys(
    open_page: OpenPage, start_board: Callable[[Path], str], tmp_path: Path
) -> None:
    for number in range(130):
        write_net(tmp_path / f"run_{number:03}", [4, 10, 3 + number % 2])
    page = open_page(f"{start_board(tmp_path)}/graph?run=run_000")
    expect(box(page, "dense_0")).to_be_visible()

    page.get_by_role("button", name="Compare with another run").click()
    dialog = page.get_by_role("dialog", name="Compare with another run")
    expect(dialog.get_by_role("option")).to_have_count(100)
    expect(dialog.get_by_role("status")).to_have_text("100 of 129 are listed. Type to find others.")
    field, marked = dialog.get_by_role("combobox"), dialog.get_by_role("option", selected=True)
    named = []
    for _ in range(60):
        page.keyboard.press("ArrowDown")
        named.append(field.get_attribute("aria-activedescendant"))
    assert len(set(named)) == 60
    expect(marked).to_have_attribute("id", str(named[-1]))
    expect(marked).to_be_in_viewport(ratio=0.9)
    found = marked.inner_text()
    write_net(tmp_path / "run_0000", [4, 10, 3])
    write_net(tmp_path / "run_130", [4, 10, 3])
    expect(dialog.get_by_role("status")).to_have_text("100 of 131 are listed. Type to find others.")
    assert marked.inner_text() == found
    page.keyboard.type("RUN_01")
    expect(dialog.get_by_role("option")).to_have_count(10)
    second = dialog.get_by_role("option").nth(1).inner_text()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")

    expect(page).to_have_url(re.compile(f"compare={second}"))
    expect(page.locator(".graph-compare-bar")).to_be_visible()
    expect(dialog).to_have_count(0)


def test_removed_layer_has_a_panel(open_page: OpenPage, board: str) -> None:
    page = open_page(f"{board}/graph?run=before&compare=after")

    removed = page.locator(".graph-box.change-removed").first
    expect(removed).to_have_attribute("aria-label", re.compile("removed"))
    removed.click()

    expect(page.locator(".graph-title h3")).to_contain_text("dense_")


def test_share_of_a_removed_layer_is_that_of_the_graph_that_had_it(open_page: OpenPage, board: str) -> None:
    page = open_page(f"{board}/graph?run=before&compare=after")
    removed = page.locator(".graph-box.change-removed").first
    expect(removed).to_be_visible()

    share = removed.evaluate(
        """box => {
          const [bar, whole] = ["graph-bar-share", "graph-bar"].map((name) => box.querySelector(`.${name}`));
          return bar.getAttribute("width") / whole.getAttribute("width");
        }"""
    )

    assert share == pytest.approx(int(removed.locator(".graph-number").text_content() or 0) / 723, rel=0.01)


def test_trace_dims_what_does_not_depend_on_the_node(open_page: OpenPage, board: str) -> None:
    page = open_page(f"{board}/graph?run=before")
    box(page, "dense_1").click()

    page.keyboard.press("r")

    expect(box(page, "mask")).to_have_class(re.compile("is-dim"))
    expect(box(page, "features")).not_to_have_class(re.compile("is-dim"))
    expect(page.get_by_role("button", name="Trace", exact=True)).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Escape")
    expect(page.locator(".is-dim")).to_have_count(0)
    expect(box(page, "dense_1")).to_have_class(re.compile("is-selected"))


def test_shift_click_lights_the_path_between_two(open_page: OpenPage, board: str) -> None:
    page = open_page(f"{board}/graph?run=before")
    box(page, "dense_2").click()

    box(page, "dense_0").click(modifiers=["Shift"])

    expect(page.locator(".graph-chip-bar")).to_contain_text("Paths between dense_2 and dense_0")
    expect(box(page, "dense_1")).not_to_have_class(re.compile("is-dim"))
    expect(box(page, "loss")).to_have_class(re.compile("is-dim"))
    expect(page).to_have_url(re.compile("to=dense_0"))


def test_table_is_sorted_and_walked_by_keys(open_page: OpenPage, board: str) -> None:
    page = open_page(f"{board}/graph?run=before")
    rows = page.locator("tr[data-layer]")
    expect(rows.first).to_be_visible()

    page.get_by_role("button", name="Params", exact=True).click()
    names = rows.evaluate_all("rows => rows.map((row) => row.dataset.layer)")
    assert names[:3] == ["dense_1", "dense_2", "dense_0"]

    rows.first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("node=dense_2"))
    page.keyboard.press("ArrowRight")
    expect(page.locator('tr[data-layer="dense_2/dot_general"]')).to_be_visible()


def test_hidden_column_stays_hidden(open_page: OpenPage, board: str) -> None:
    page = open_page(f"{board}/graph?run=before")

    page.get_by_role("button", name="Columns of the layer table").click()
    page.get_by_role("menuitem", name="FLOPs").click()

    expect(page.get_by_role("button", name="FLOPs", exact=True)).to_have_count(0)
    page.reload()
    expect(box(page, "dense_0")).to_be_visible()
    expect(page.get_by_role("button", name="FLOPs", exact=True)).to_have_count(0)


def test_box_under_the_pointer_is_lit_in_the_table(open_page: OpenPage, board: str) -> None:
    page = open_page(f"{board}/graph?run=before")

    box(page, "dense_1").hover()

    expect(page.locator('tr[data-layer="dense_1"]')).to_have_class(re.compile("is-lit"))


def test_zoom_and_place_are_in_the_link(open_page: OpenPage, board: str) -> None:
    page = open_page(f"{board}/graph?run=before")
    expect(box(page, "dense_0")).to_be_visible()
    page.get_by_role("button", name="Zoom in").click()
    expect(page).to_have_url(re.compile(r"at=[\d.]+,-?\d+,\d+"))
    scene = page.locator(".graph-scene")
    before = scene.get_attribute("transform")

    page.reload()

    expect(box(page, "dense_0")).to_be_visible()
    numbers = [
        [float(part) for part in re.findall(r"-?[\d.]+", text)] for text in (before, scene.get_attribute("transform"))
    ]
    assert numbers[1] == pytest.approx(numbers[0], abs=2)


def test_shift_enter_opens_all_below(open_page: OpenPage, board: str) -> None:
    page = open_page(f"{board}/graph?run=before")
    box(page, "dense_1").click()
    page.locator(".graph-svg").focus()

    page.keyboard.press("Shift+Enter")

    expect(box(page, "dense_1/dot_general")).to_be_visible()


def test_opened_box_beside_the_spine_stays_where_it_was_clicked(open_page: OpenPage, board: str) -> None:
    page = open_page(f"{board}/graph?run=before")
    expect(box(page, "mask")).to_be_visible()
    top = "box => { const { x, y, width } = box.getBoundingClientRect(); return [x + width / 2, y]; }"
    before = box(page, "mask").locator("> .graph-frame").evaluate(top)

    box(page, "mask").dblclick()
    expect(box(page, "mask")).to_have_attribute("aria-expanded", "true")
    page.locator(".graph-canvas").evaluate(
        "canvas => Promise.all(canvas.getAnimations({ subtree: true }).map((one) => one.finished)).then(() => null)"
    )

    after = box(page, "mask").locator("> .graph-frame").evaluate(top)
    assert after == pytest.approx(before, abs=1.5)


def test_drawing_is_a_tree_whose_items_say_where_they_lead(open_page: OpenPage, board: str) -> None:
    page = open_page(f"{board}/graph?run=before")

    item = page.get_by_role("tree", name="Graph").get_by_role("treeitem", name=re.compile("^dense_1, Dense"))
    expect(item).to_have_attribute("aria-level", "1")
    expect(item).to_have_attribute("aria-label", "dense_1, Dense, 10 → 20 · relu, 220 parameters, to dense_2")
    box(page, "dense_1").click()
    expect(item).to_have_attribute("aria-selected", "true")


def test_modules_say_more_from_near(open_page: OpenPage, board: str) -> None:
    page = open_page(f"{board}/graph?run=before&at=2,0,100")

    expect(box(page, "dense_1").locator(".graph-third")).to_have_text("7,040 FLOP · 1.28 kB saved · 220 params · 6 ops")
    expect(box(page, "dense_1").locator(".graph-third")).to_be_visible()
    for _ in range(3):
        page.get_by_role("button", name="Zoom out").click()
    expect(box(page, "dense_1").locator(".graph-third")).to_be_hidden()


@pytest.mark.parametrize(("theme", "width"), [("light", 1400), ("dark", 400)])
def test_comparison_and_trace_hold_nothing_serious(open_page: OpenPage, board: str, theme: str, width: int) -> None:
    page = open_page(f"{board}/graph?run=after&compare=before&node=dense_1", theme=theme, width=width)
    expect(page.locator(".graph-mark").first).to_be_visible()
    expect(page.locator(".graph-title h3")).to_have_text("dense_1")

    found = [(one["id"], [node["target"] for node in one["nodes"]]) for one in serious(page)]
    assert found == []


def serious(page: Page) -> list[dict[str, Any]]:
    return [one for one in Axe().run(page).response["violations"] if one["impact"] in ("serious", "critical")]


def test_path_goes_through_an_open_group(run_module: RunModule) -> None:
    lit = run_module(
        "graph/trace.js",
        """
        const boxes = [
          { id: "x", kind: "input", parent: "" },
          { id: "g", kind: "group", parent: "" },
          { id: "g/a", kind: "op", parent: "g" },
          { id: "g/b", kind: "op", parent: "g" },
          { id: "y", kind: "op", parent: "" },
          { id: "z", kind: "op", parent: "" },
        ];
        const ends = [["x", "g"], ["g", "g/a"], ["g/a", "g"], ["g", "y"], ["g", "g/b"], ["z", "y"]];
        const edges = ends.map(([source, target]) => ({ source, target }));
        const told = (lit) => lit && [[...lit.boxes].sort(), [...lit.edges].sort()];
        const drawing = { boxes, edges };
        const path = module.pathBetween(drawing, "y", "x");
        return [told(path), told(module.traceOf(drawing, "g/a")), module.pathBetween(drawing, "x", "z")];
        """,
    )

    assert lit[0] == [["g", "g/a", "x", "y"], [0, 1, 2, 3]]
    assert lit[1] == [["g", "g/a", "x", "y"], [0, 1, 2, 3]]
    assert lit[2] is None


def test_many_rows_are_drawn_only_where_they_are_seen(run_module: RunModule) -> None:
    ranges = run_module(
        "graph/layer_rows.js",
        """
        const sight = (count, top) => module.rowsInSight(count, { top, height: 300 }, 25);
        return [sight(50, 0), sight(2000, 10000)];
        """,
    )

    assert ranges == [[0, 50], [388, 424]]


def test_rows_are_sorted_within_their_scope(run_module: RunModule) -> None:
    order = run_module(
        "graph/layer_rows.js",
        """
        const figures = [["a", 0, 1], ["a/x", 1, 5], ["a/y", 1, 7], ["b", 0, 9]];
        const rows = figures.map(([id, depth, params]) => ({ id, depth, params }));
        return module.sortedRows(rows, { order: (row) => row.params, isDown: true }).map(({ id }) => id);
        """,
    )

    assert order == ["b", "a", "a/y", "a/x"]
