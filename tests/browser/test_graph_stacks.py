"""Repeated blocks on the Graph page: one box that opens to one of them, and a strip that chooses which."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from summaries import SummaryWriter
from summaries.proto.graph_pb2 import GraphDef

RunModule = Callable[[str, str], object]

pytestmark = pytest.mark.browser


def box(page: Page, node: str) -> Locator:
    return page.locator(f'.graph-box[data-id="{node}"]')


@pytest.fixture
def stacked(start_board: Callable[[Path], str], open_page: Callable[..., Page], tmp_path: Path) -> Page:
    graph = GraphDef()
    graph.node.add(name="x", op="Placeholder")
    before = "x"
    for i in range(12):
        graph.node.add(name=f"h/{i}/attn/matmul", op="MatMul", input=[before])
        graph.node.add(name=f"h/{i}/mlp/relu", op="Relu", input=[f"h/{i}/attn/matmul"])
        before = f"h/{i}/mlp/relu"
    graph.node.add(name="head/dense", op="MatMul", input=[before])
    with SummaryWriter(tmp_path / "net") as writer:
        writer.add_graph(graph)
    page = open_page(f"{start_board(tmp_path)}/graph?run=net")
    expect(box(page, "h").locator(".graph-pill")).to_have_text("×12")
    return page


def test_cell_of_a_stack_opens_that_block_with_what_was_open(stacked: Page) -> None:
    box(stacked, "h").dblclick(position={"x": 60, "y": 20})
    expect(box(stacked, "h/0/attn")).to_be_visible()
    box(stacked, "h/0/attn").dblclick()
    expect(box(stacked, "h/0/attn/matmul")).to_be_visible()

    box(stacked, "h").locator('.graph-cell[data-place="9"]').click()

    expect(box(stacked, "h/9/attn/matmul")).to_be_visible()
    expect(box(stacked, "h").locator(".graph-head ~ .graph-detail").last).to_have_text("showing h.9")
    expect(stacked).to_have_url(re.compile("block=h%3D9"))
    box(stacked, "h/9/attn").locator(".graph-fold").click()
    expect(box(stacked, "h/9/attn/matmul")).to_have_count(0)


def test_keys_go_through_the_blocks_and_take_the_selection_along(stacked: Page) -> None:
    box(stacked, "h").dblclick(position={"x": 60, "y": 20})
    box(stacked, "h/0/mlp").click()

    stacked.keyboard.press("]")
    expect(box(stacked, "h/1/mlp").locator(".graph-ring")).to_have_count(1)
    stacked.keyboard.press("]")
    expect(box(stacked, "h/2/mlp").locator(".graph-ring")).to_have_count(1)
    stacked.keyboard.press("[")

    expect(box(stacked, "h/1/mlp").locator(".graph-ring")).to_have_count(1)


def test_strip_of_more_blocks_than_fit_has_those_around_the_one_shown(run_module: RunModule) -> None:
    answer = run_module(
        "graph/stacks.js",
        """
        const texts = (...args) => module.cellsOf(...args).map(({ place, text }) => text ? `${text}${place}` : place);
        return [texts(12, 3, 13), texts(24, 0, 8), texts(24, 7, 8), texts(24, 23, 8)];
        """,
    )
    assert answer == [
        list(range(12)),
        [0, 1, 2, 3, 4, 5, "›6"],
        ["‹5", 6, 7, 8, 9, 10, 11, "›12"],
        ["‹17", 18, 19, 20, 21, 22, 23],
    ]
