"""Boxes are coloured by what a graph costs and by what its run logged, at the step of the cursor."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from summaries import SummaryWriter
from summaries.proto.graph_pb2 import GraphDef, NodeDef

pytestmark = pytest.mark.browser
OpenPage = Callable[..., Page]
RunModule = Callable[[str, str], object]

NODES = [
    ("x", "Placeholder", []),
    ("fc/kernel", "Parameter", []),
    ("fc/dot", "Dot", ["x", "fc/kernel"]),
    ("head/kernel", "Parameter", []),
    ("head/dot", "Dot", ["fc/dot", "head/kernel"]),
]


def box(page: Page, node: str) -> Locator:
    return page.locator(f'.graph-box[data-id="{node}"]')


def write_step(writer: SummaryWriter, step: int) -> None:
    writer.add_histogram("grads/fc/kernel", np.full(4, 0.05 * (1 + step)), step)
    writer.add_histogram("grads/head/kernel", np.array([1.0, np.nan]), step)


@pytest.fixture
def writer(tmp_path: Path) -> SummaryWriter:
    writer = SummaryWriter(tmp_path / "net", flush_secs=0.05)
    writer.add_graph(GraphDef(node=[NodeDef(name=name, op=op, input=inputs) for name, op, inputs in NODES]))
    for step in (0, 1):
        write_step(writer, step)
    writer.flush()
    return writer


@pytest.fixture
def net(writer: SummaryWriter, tmp_path: Path, start_board: Callable[[Path], str], open_page: OpenPage) -> Page:
    page = open_page(f"{start_board(tmp_path)}/graph?colors=grad_norm", width=1600)
    expect(box(page, "fc")).to_have_class("graph-box is-module is-valued")
    return page


def test_boxes_tell_the_gradient_norm_of_the_newest_step_and_follow_the_run(net: Page, writer: SummaryWriter) -> None:
    expect(box(net, "fc").locator(".graph-number")).to_have_text("0.200")
    expect(net.locator(".graph-cursor")).to_contain_text("step 1 · newest")

    write_step(writer, 3)
    writer.close()

    expect(box(net, "fc").locator(".graph-number")).to_have_text("0.400")


def test_the_step_is_the_cursor_of_all_pages(net: Page) -> None:
    net.get_by_role("button", name="Step before").click()

    expect(box(net, "fc").locator(".graph-number")).to_have_text("0.100")
    expect(net.locator(".graph-cursor")).to_contain_text("step 0")
    expect(net).to_have_url(re.compile("step=0"))
    net.get_by_role("slider", name="Step", exact=True).press("End")
    expect(box(net, "fc").locator(".graph-number")).to_have_text("0.200")
    expect(net).not_to_have_url(re.compile("step="))


def test_the_menu_chooses_and_says_why_it_cannot(net: Page) -> None:
    net.locator(".graph-svg").focus()
    net.keyboard.press("c")
    device = net.get_by_role("menuitemradio", name="Device")
    expect(device).to_be_disabled()
    expect(device).to_contain_text("This graph names no devices.")

    net.get_by_role("menuitemradio", name="Non-finite values").click()

    expect(box(net, "head")).to_have_class("graph-box is-module is-bad")
    expect(box(net, "head").locator(".graph-number")).to_have_text("1")
    expect(box(net, "fc")).to_have_class("graph-box is-module is-none")
    expect(net).to_have_url(re.compile("colors=nonfinite"))


def test_the_panel_lists_what_was_logged_and_opens_its_card(net: Page) -> None:
    box(net, "head").click()
    panel = net.get_by_role("region", name="Node head")
    expect(panel).to_contain_text("Logged for this node · at step 1")
    finding = "1 non-finite value — in kernel gradients at step 1."
    expect(panel.locator(".graph-finding.is-bad")).to_contain_text(finding)
    expect(panel.locator(".graph-logged")).to_have_count(2)

    panel.get_by_role("button", name="kernel gradients").click()

    expect(net).to_have_url(re.compile("/histograms"))
    expect(net.locator('.card[data-card="grads/head/kernel"]')).to_be_visible()


def test_a_node_without_logged_values_shows_the_line_that_logs_some(net: Page) -> None:
    box(net, "x").click()

    panel = net.get_by_role("region", name="Node x")
    expect(panel).to_contain_text("No histograms or norms logged for this node.")
    expect(panel.locator("code")).to_contain_text("writer.add_histogram(")


def test_text_on_every_colour_of_the_ramp_can_be_read(run_module: RunModule) -> None:
    body = """
        const shares = Array.from({ length: 101 }, (_, i) => i / 100);
        const contrast = (color) => {
          const light = module.luminance(color);
          return module.inkOn(color) === "#fff" ? 1.05 / (light + 0.05) : (light + 0.05) / 0.05;
        };
        const all = (theme) => shares.map((share) => contrast(module.rampColor(theme, share)));
        return Math.min(...all("light"), ...all("dark"));
    """
    assert run_module("graph/ramp.js", body) >= 4.5


@pytest.mark.parametrize(
    ("values", "ends"), [([], [0.01, 0.5]), ([0.02, 0.4], [0.01, 0.5]), ([0.7], [0.01, 1]), ([0.003, 33], [0.002, 50])]
)
def test_a_value_out_of_range_widens_it_to_a_round_number(
    run_module: RunModule, values: list[float], ends: list[float]
) -> None:
    body = f"const scale = module.logScale({values}, [0.01, 0.5]); return [scale.low, scale.high];"
    assert run_module("graph/ramp.js", body) == ends


def test_a_box_in_an_open_stack_counts_for_all_blocks(run_module: RunModule) -> None:
    body = """
        const boxes = [
          { id: "h", item: "h", kind: "group", parent: "", blocks: ["h/0", "h/1", "h/2"], shown: "h/0", params: 9 },
          { id: "h/0/fc", item: "h/0/fc", kind: "module", parent: "h", params: 3 },
          { id: "head", item: "head", kind: "module", parent: "", params: 9 },
        ];
        const coloring = module.makeColoring("params", { boxes, missing: {}, families: [] }, null, "light");
        const [, fc, head] = boxes;
        return [coloring.look(fc).fill === coloring.look(head).fill, coloring.number(fc), coloring.legend.words];
    """
    assert run_module("graph/colors.js", body) == [True, "3", "square root, all copies"]
