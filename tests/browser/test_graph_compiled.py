"""The Graph page tells what XLA made of the graph, and lights what one kernel does the work of."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import jax
import jax.numpy as jnp
import pytest
from playwright.sync_api import Locator, Page, expect

from summaries import SummaryWriter

pytestmark = pytest.mark.browser
OpenPage = Callable[..., Page]


@pytest.fixture(scope="module")
def board(start_board: Callable[[Path], str], tmp_path_factory: pytest.TempPathFactory) -> str:
    """A run of whose operations `sin` and `add` are one kernel, and one without a program."""
    logdir = tmp_path_factory.mktemp("compiled")
    features = jax.ShapeDtypeStruct((512,), "float32")
    for run, is_compiled in (("compiled", True), ("traced", False)):
        with SummaryWriter(logdir / run) as writer:
            writer.add_graph(lambda x: jnp.sort(jnp.sin(x) + 1), (features,), is_compiled=is_compiled)
    return start_board(logdir)


def kernel(page: Page, words: str) -> Locator:
    return page.locator(".graph-kernel", has_text=words)


def dimmed(page: Page) -> set[str]:
    return set(page.locator(".graph-box.is-dim").evaluate_all("boxes => boxes.map((box) => box.dataset.id)"))


def test_the_totals_of_the_compiler_stand_where_nothing_is_selected(open_page: OpenPage, board: str) -> None:
    page = open_page(f"{board}/graph?run=compiled")

    expect(page.locator(".graph-compiled")).to_contain_text("Compiled by XLA for cpu")
    expect(page.locator(".graph-compiled .graph-figures")).to_contain_text("Peak")


def test_pointing_at_a_kernel_lights_its_nodes_and_a_press_holds_the_light(open_page: OpenPage, board: str) -> None:
    page = open_page(f"{board}/graph?run=compiled&node=add")
    shared = kernel(page, "with 1 other")
    expect(shared).to_contain_text("≈")

    shared.hover()
    expect(page.locator(".graph-box.is-dim")).to_have_count(2)
    assert dimmed(page) == {"x", "sort"}
    shared.click()
    expect(shared).to_have_attribute("aria-pressed", "true")
    page.mouse.move(5, 5)
    expect(page.locator(".graph-box.is-dim")).to_have_count(2)
    shared.click()
    page.mouse.move(5, 5)
    expect(page.locator(".graph-box.is-dim")).to_have_count(0)


def test_a_run_without_a_program_says_nothing_of_it(open_page: OpenPage, board: str) -> None:
    page = open_page(f"{board}/graph?run=traced&node=add")
    expect(page.locator(".graph-panel h3")).to_have_text("add")

    expect(page.locator(".graph-compiled")).to_have_count(0)
