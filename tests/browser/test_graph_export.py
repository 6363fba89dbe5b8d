"""What the Graph page saves: pictures, the graph, the layer table."""

from __future__ import annotations

import csv
import io
import struct
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest
from google.protobuf import text_format
from playwright.sync_api import Page, expect

from summaries import SummaryWriter
from summaries.proto.graph_pb2 import GraphDef

pytestmark = pytest.mark.browser
OpenPage = Callable[..., Page]
SVG = "{http://www.w3.org/2000/svg}"


def saved(page: Page, item: str, index: int = 0) -> bytes:
    """What a choice of the page's menu saves."""
    page.get_by_role("button", name="Save or open a graph").click()
    with page.expect_download() as download:
        page.get_by_role("menuitem", name=item).nth(index).click()
    return Path(download.value.path()).read_bytes()


@pytest.fixture
def iris(open_page: OpenPage, iris_board: str) -> Page:
    page = open_page(f"{iris_board}/graph", theme="dark")
    expect(page.locator('.graph-box[data-id="loss"]')).to_be_visible()
    return page


def test_svg_holds_its_colours_and_fonts_and_is_light(iris: Page) -> None:
    root = ElementTree.fromstring(saved(iris, "Save as SVG"))

    texts = [text.text for text in root.iter(f"{SVG}text")]
    assert {"dense_0", "dense_3", "loss"} <= set(texts)
    assert "font/woff2;base64" in root.find(f"{SVG}style").text
    assert not [element for element in root.iter() if element.get("class")]
    fills = {element.get("fill") for element in root.iter(f"{SVG}rect")}
    assert "#ffffff" in fills
    assert not [fill for fill in fills if fill and fill.startswith(("var(", "color("))]
    assert {"Structure", "Linear", "Loss"} <= set(texts)
    assert iris.evaluate("document.documentElement.dataset.theme") == "dark"


def test_colours_of_a_dark_page_are_those_of_paper(open_page: OpenPage, iris_board: str) -> None:
    fills = []
    for theme in ("light", "dark"):
        page = open_page(f"{iris_board}/graph?colors=params", theme=theme)
        expect(page.locator('.graph-box.is-valued[data-id="dense_1"]')).to_be_visible()
        root = ElementTree.fromstring(saved(page, "Save as SVG"))
        fills.append([rect.get("fill") for rect in root.iter(f"{SVG}rect")])

    assert fills[0] == fills[1]


def test_part_in_sight_ends_above_its_legend(open_page: OpenPage, iris_board: str, tmp_path: Path) -> None:
    page = open_page(f"{iris_board}/graph", height=500)
    expect(page.locator('.graph-box[data-id="dense_0"]')).to_be_visible()
    (tmp_path / "sight.svg").write_bytes(saved(page, "Save as SVG", 1))

    root = ElementTree.parse(tmp_path / "sight.svg").getroot()
    drawn = [element for element in root if element.tag != f"{SVG}style"]
    scene = next(index for index, element in enumerate(drawn) if element.tag == f"{SVG}g")
    covers = [rect for rect in drawn[scene + 1 :] if rect.tag == f"{SVG}rect" and rect.get("fill") == "#ffffff"]

    assert covers[0].get("width") == root.get("width")
    assert float(covers[0].get("y")) + float(covers[0].get("height")) == float(root.get("height"))


def test_training_step_is_saved_with_its_heads_and_rows(open_page: OpenPage, iris_board: str) -> None:
    page = open_page(f"{iris_board}/graph?view=step", theme="dark")
    expect(page.locator('.graph-step-main [data-id="loss"]')).to_be_visible()

    texts = [text.text for text in ElementTree.fromstring(saved(page, "Save as SVG")).iter(f"{SVG}text")]
    rows = {row["row"]: row for row in csv.DictReader(io.StringIO(saved(page, "Save rows as CSV").decode()))}

    assert {"Module", "Forward ↓", "dense_0", "∂loss = 1", "backward starts here"} <= set(texts)
    assert (rows["dense_1"]["params"], rows["Total"]["params"]) == ("220", "513")
    parts = [int(row["saved_bytes"]) for name, row in rows.items() if name != "Total"]
    assert sum(parts) == int(rows["Total"]["saved_bytes"])


def test_png_is_large_enough_for_print(iris: Page) -> None:
    content = saved(iris, "Save as PNG")

    assert content[:8] == b"\x89PNG\r\n\x1a\n"
    _, height = struct.unpack(">II", content[16:24])
    assert height > 1_500


def test_graph_is_saved_as_text_and_as_bytes(iris: Page) -> None:
    text, content = saved(iris, "Save as .pbtxt"), saved(iris, "Save as .pb", 1)

    assert text_format.Parse(text.decode(), GraphDef()) == GraphDef.FromString(content)


def test_layers_are_saved_with_exact_numbers(iris: Page) -> None:
    rows = list(csv.DictReader(io.StringIO(saved(iris, "Save layers as CSV").decode())))

    params = {row["layer"]: int(row["params"]) for row in rows}
    assert (params["dense_1"], params["Total"]) == (220, 513)


CHAIN = 'node { name: "x" op: "Placeholder" } node { name: "net/relu" op: "Relu" input: "x" }'


@pytest.fixture
def bare(start_board: Callable[[Path], str], open_page: OpenPage, tmp_path: Path) -> Page:
    """The page of a logdir whose run logged no graph."""
    with SummaryWriter(tmp_path / "bare") as writer:
        writer.add_scalar("loss", 1.0, 0)
    return open_page(f"{start_board(tmp_path)}/graph", allow_console="422")


def test_file_is_opened_where_no_run_logged_a_graph(bare: Page) -> None:
    with bare.expect_file_chooser() as chooser:
        bare.get_by_role("button", name="Open a .pbtxt").click()
    chooser.value.set_files({"name": "net.pbtxt", "mimeType": "text/plain", "buffer": CHAIN.encode()})

    expect(bare.locator('.graph-box[data-id="net"]')).to_be_visible()
    expect(bare.get_by_text("Opened file")).to_be_visible()


def test_file_that_is_no_graph_is_refused_in_a_sentence(bare: Page) -> None:
    with bare.expect_file_chooser() as chooser:
        bare.get_by_role("button", name="Open a .pbtxt").click()
    chooser.value.set_files({"name": "notes.pbtxt", "mimeType": "text/plain", "buffer": b"no graph at all"})

    expect(bare.get_by_text("notes.pbtxt could not be opened:")).to_be_visible()


def test_dropped_file_is_opened(iris: Page) -> None:
    drop = """
      (text) => {
        const dataTransfer = new DataTransfer();
        dataTransfer.items.add(new File([text], "net.pbtxt"));
        for (const name of ["dragover", "drop"]) {
          document.body.dispatchEvent(new DragEvent(name, { dataTransfer, bubbles: true, cancelable: true }));
        }
      }
    """
    iris.evaluate(drop, CHAIN)

    expect(iris.locator('.graph-box[data-id="net"]')).to_be_visible()
