"""The Training step view shows what each module keeps, and is worked like the Model view."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from summaries import SummaryWriter
from summaries.proto.graph_pb2 import GraphDef, NodeDef
from tests.benchmarks.transformers import make_graph

pytestmark = pytest.mark.browser
OpenPage = Callable[..., Page]
SENTENCE = "This graph has no backward pass. Log the training step to see it."


def row(page: Page, node: str) -> Locator:
    return page.locator(f'.graph-step-main .graph-step-row[data-id="{node}"]')


def name(page: Page, node: str) -> Locator:
    return page.locator(f'.graph-step-names .graph-step-row[data-id="{node}"]')


def names(page: Page) -> list[str]:
    return page.locator(".graph-step-main .graph-step-row").evaluate_all("rows => rows.map((row) => row.dataset.id)")


def cells(page: Page, node: str) -> list[str]:
    return row(page, node).locator(".graph-step-cell .graph-step-title").all_text_contents()


@pytest.fixture(scope="module")
def board(start_board: Callable[[Path], str], tmp_path_factory: pytest.TempPathFactory) -> str:
    """Runs `gpt`, a transformer's training step, and `raw`, a graph without a backward pass."""
    logdir = tmp_path_factory.mktemp("steps")
    nodes = [NodeDef(name="x", op="Placeholder"), NodeDef(name="net/relu", op="Relu", input=["x"])]
    for run, graph in (("gpt", make_graph(3)), ("raw", GraphDef(node=nodes))):
        with SummaryWriter(logdir / run) as writer:
            writer.add_graph(graph)
    return start_board(logdir)


def test_iris_has_a_row_for_each_layer_and_ribbons_by_bytes(open_page: OpenPage, iris_board: str) -> None:
    page = open_page(f"{iris_board}/graph?view=step")
    expect(row(page, "loss")).to_be_visible()

    assert names(page) == ["features", "dense_0", "dense_1", "dense_2", "dense_3", "loss"]
    assert cells(page, "dense_1") == ["10 → 20 · relu", "∂x  ∂W", "Adam"]
    assert cells(page, "dense_0")[1] == "∂W"
    assert cells(page, "features") == ["features"]
    expect(name(page, "dense_1")).to_contain_text("220 params")

    def thickness(node: str) -> float:
        box = row(page, node).locator(".graph-step-ribbon").bounding_box()
        return float(box["height"]) - 8  # what the head of the arrow stands out

    # dense_1 keeps twice the bytes of dense_0
    assert thickness("dense_1") / thickness("dense_0") == pytest.approx(2, rel=0.1)
    expect(row(page, "dense_3").locator(".graph-step-ribbon")).to_have_count(0)
    expect(page.get_by_text("backward starts here")).to_be_visible()


def test_switch_and_keys_change_the_view_and_the_link(open_page: OpenPage, board: str) -> None:
    page = open_page(f"{board}/graph?run=gpt&node=wte")
    expect(page.locator('.graph-box[data-id="wte"]')).to_be_visible()

    page.get_by_role("radio", name="Training step").click()
    expect(row(page, "wte")).to_have_attribute("aria-selected", "true")
    expect(page).to_have_url(re.compile("view=step"))

    page.keyboard.press("ArrowLeft")
    expect(page.locator('.graph-box[data-id="wte"]')).to_be_visible()
    expect(page.get_by_role("radio", name="Model")).to_be_focused()
    page.locator('.graph-box[data-id="wte"]').click()
    page.get_by_role("tree", name="Graph").focus()
    page.keyboard.press("2")
    expect(row(page, "h")).to_be_visible()
    expect(page.get_by_role("tree", name="Training step")).to_be_focused()
    page.keyboard.press("1")
    expect(page.get_by_role("tree", name="Graph")).to_be_focused()


def test_press_on_the_view_in_sight_leaves_the_focus_to_the_run_that_is_chosen_next(
    open_page: OpenPage, board: str
) -> None:
    page = open_page(f"{board}/graph?run=gpt")
    expect(page.locator('.graph-box[data-id="wte"]')).to_be_visible()
    page.get_by_role("radio", name="Model").click()

    page.get_by_role("radio", name="Show raw").click()

    expect(page.locator('.graph-box[data-id="net"]')).to_be_visible()
    expect(page.get_by_role("radio", name="Show raw")).to_be_focused()


def test_rows_are_opened_and_walked_by_keys(open_page: OpenPage, board: str) -> None:
    page = open_page(f"{board}/graph?run=gpt&view=step")
    row(page, "h").locator(".is-forward").click()
    tree = page.get_by_role("tree", name="Training step")

    tree.press("Enter")
    expect(row(page, "h")).to_have_attribute("aria-expanded", "true")
    expect(row(page, "h/0/ln_1")).to_contain_text("3 × ")
    tree.press("ArrowDown")
    expect(row(page, "h/0/ln_1")).to_have_class(re.compile("is-selected"))
    expect(tree).to_have_attribute("aria-activedescendant", re.compile("ln_1"))
    row(page, "h").locator('[data-place="2"]').click()
    expect(row(page, "h/2/ln_1")).to_have_class(re.compile("is-selected"))
    expect(page).to_have_url(re.compile("block=h%3D2|block=h=2"))

    row(page, "h/2/mlp").dblclick()
    expect(row(page, "h/2/mlp/fc")).to_be_visible()
    row(page, "h").locator(".graph-step-hit").dblclick(position={"x": 400, "y": 8})
    expect(row(page, "h/2/mlp")).to_have_count(0)


def test_shift_and_click_light_the_rows_between_two(open_page: OpenPage, board: str) -> None:
    page = open_page(f"{board}/graph?run=gpt&view=step")
    row(page, "lm_head").locator(".is-forward").click()

    row(page, "h").locator(".is-forward").click(modifiers=["Shift"])

    expect(page.get_by_role("status").filter(has_text="Paths between lm_head and h")).to_contain_text("3 rows")
    expect(row(page, "ln_f")).not_to_have_class(re.compile("is-dim"))
    expect(row(page, "wte")).to_have_class(re.compile("is-dim"))
    page.keyboard.press("Escape")
    expect(row(page, "wte")).not_to_have_class(re.compile("is-dim"))


def test_loss_has_its_value_at_the_step_of_the_cursor(open_page: OpenPage, iris_board: str) -> None:
    page = open_page(f"{iris_board}/graph?view=step")

    expect(row(page, "loss").locator(".is-forward .graph-step-title")).to_have_text(re.compile(r"^loss = \d"))


def test_largest_tensor_is_shown_in_its_row(open_page: OpenPage, board: str) -> None:
    page = open_page(f"{board}/graph?run=gpt&view=step")

    page.get_by_role("button", name="Show it").click()

    expect(row(page, "loss")).to_have_class(re.compile("is-selected"))
    expect(page.get_by_role("region", name="Node loss")).to_contain_text("Kept for backward")


def test_first_column_stays_in_sight_on_a_phone(open_page: OpenPage, board: str) -> None:
    page = open_page(f"{board}/graph?run=gpt&view=step", width=400, height=800)
    expect(row(page, "wte")).to_be_visible()
    frame = page.get_by_role("tree", name="Training step")
    before = name(page, "wte").locator(".graph-name").bounding_box()

    frame.evaluate("frame => { frame.scrollLeft = 200; }")

    assert frame.evaluate("frame => frame.scrollLeft") == 200
    assert name(page, "wte").locator(".graph-name").bounding_box()["x"] == pytest.approx(before["x"], abs=1)


def test_graph_without_a_backward_pass_says_so(open_page: OpenPage, board: str) -> None:
    page = open_page(f"{board}/graph?run=raw")
    choice = page.get_by_role("radio", name="Training step")
    expect(choice).to_have_attribute("title", SENTENCE)
    expect(choice).to_have_attribute("aria-disabled", "true")
    page.keyboard.press("2")
    expect(page).not_to_have_url(re.compile("view=step"))

    page.goto(f"{board}/graph?run=raw&view=step")
    expect(page.get_by_text(SENTENCE)).to_be_visible()
    page.get_by_role("button", name="Show the model").click()
    expect(page.locator('.graph-box[data-id="net"]')).to_be_visible()
