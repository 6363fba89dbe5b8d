"""What the pointer rests on, or what is selected, is asked for before it is pressed, so that it opens at once."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Locator, Page, Request, Route, expect

from summaries import SummaryWriter
from summaries.proto.graph_pb2 import GraphDef, NodeDef

pytestmark = pytest.mark.browser
OpenPage = Callable[..., Page]


def box(page: Page, node: str) -> Locator:
    return page.locator(f'.graph-box[data-id="{node}"]')


def opens(node: str) -> Callable[..., bool]:
    """Whether a request or an answer is of the drawing with a node open."""
    return lambda asked: node in parse_qs(urlsplit(asked.url).query).get("open", []) and "/data/graph?" in asked.url


@pytest.fixture
def iris(open_page: OpenPage, iris_board: str) -> Page:
    page = open_page(f"{iris_board}/graph")
    expect(box(page, "loss")).to_be_visible()
    return page


@pytest.fixture
def asked(iris: Page) -> list[str]:
    """Which scopes the drawings were asked with, in their order."""
    found: list[str] = []

    def note(request: Request) -> None:
        if "/data/graph?" in request.url:
            found.append(" ".join(parse_qs(urlsplit(request.url).query).get("open", [])))

    iris.on("request", note)
    return found


def rest(page: Page, node: str) -> None:
    """Rests the pointer on a closed module until the server has answered what it would open to."""
    with page.expect_response(opens(node)) as answer:
        box(page, node).hover()
    answer.value.finished()


def test_module_that_the_pointer_rested_on_opens_without_asking_again(iris: Page, asked: list[str]) -> None:
    rest(iris, "dense_1")

    box(iris, "dense_1").dblclick()

    expect(box(iris, "dense_1/dot_general")).to_be_visible()
    expect(iris).to_have_url(re.compile("open=dense_1"))
    assert asked == ["dense_1"]


def test_module_that_a_key_selected_opens_without_asking_again(iris: Page, asked: list[str]) -> None:
    box(iris, "features").click()
    iris.get_by_role("tree", name="Graph").focus()
    iris.mouse.move(2, 2)
    with iris.expect_response(opens("dense_0")) as answer:
        iris.keyboard.press("ArrowDown")
    answer.value.finished()

    iris.keyboard.press("Enter")

    expect(box(iris, "dense_0/dot_general")).to_be_visible()
    assert asked == ["dense_0"]


def test_module_opens_by_the_request_that_is_on_its_way(iris: Page, asked: list[str]) -> None:
    held: list[Route] = []
    iris.route(re.compile("/data/graph\\?.*open=dense_1"), lambda route: held.append(route))
    with iris.expect_request(opens("dense_1")):
        box(iris, "dense_1").hover()

    box(iris, "dense_1").dblclick()
    expect(iris).to_have_url(re.compile("open=dense_1"))
    held[0].continue_()

    expect(box(iris, "dense_1/dot_general")).to_be_visible()
    assert asked == ["dense_1"]


def test_request_ends_when_the_pointer_leaves_before_the_answer(iris: Page) -> None:
    iris.route(re.compile("/data/graph\\?.*open=dense_1"), lambda route: None)
    with iris.expect_request(opens("dense_1")):
        box(iris, "dense_1").hover()

    with iris.expect_event("requestfailed", opens("dense_1")):
        iris.mouse.move(2, 2)


def test_module_opens_in_the_colours_that_were_chosen_after_the_pointer_rested_on_it(iris: Page) -> None:
    rest(iris, "dense_1")

    iris.keyboard.press("c")
    iris.get_by_role("menuitemradio", name=re.compile("^FLOPs")).click()
    expect(box(iris, "dense_0")).to_have_class(re.compile("is-valued"))
    box(iris, "dense_1").dblclick()

    expect(box(iris, "dense_1/dot_general")).to_have_class(re.compile("is-valued"))


def test_module_opens_beside_what_was_opened_after_the_pointer_rested_on_it(iris: Page) -> None:
    rest(iris, "dense_1")
    box(iris, "dense_0").dblclick()
    expect(box(iris, "dense_0/dot_general")).to_be_visible()

    box(iris, "dense_1").dblclick()

    expect(box(iris, "dense_1/dot_general")).to_be_visible()
    expect(box(iris, "dense_0/dot_general")).to_be_visible()


def test_module_opens_to_the_graph_that_was_logged_after_the_pointer_rested_on_it(
    start_board: Callable[[Path], str], open_page: OpenPage, tmp_path: Path
) -> None:
    def log(*names: str) -> None:
        nodes = [NodeDef(name=name, op="Relu", input=["x"]) for name in names]
        writer.add_graph(GraphDef(node=[NodeDef(name="x", op="Placeholder"), *nodes]))
        writer.flush()

    with SummaryWriter(tmp_path / "net") as writer:
        log("a/old", "b/old")
        page = open_page(f"{start_board(tmp_path)}/graph")
        rest(page, "a")
        log("a/new", "a/other", "b/new", "c/new")
        expect(box(page, "c")).to_be_visible()

        box(page, "a").dblclick()

        expect(box(page, "a/new")).to_be_visible()
        expect(box(page, "a/old")).to_have_count(0)


def test_drawing_is_that_of_a_fresh_page_after_a_module_was_opened_and_another_closed(iris: Page) -> None:
    script = """() => {
      const scene = document.querySelector(".graph-scene").getScreenCTM().inverse();
      const place = (path, length) => {
        const { x, y } = path.getPointAtLength(length).matrixTransform(scene.multiply(path.getScreenCTM()));
        return `${Math.round(x)},${Math.round(y)}`;
      };
      const all = (selector, describe) => [...document.querySelectorAll(selector)].map(describe).sort();
      return {
        lines: all(".graph-edge-line", (path) => place(path, 0) + " to " + place(path, path.getTotalLength())),
        heads: all(".graph-edge-head", (path) => place(path, 0)),
        labels: all(".graph-label", (one) => `${one.textContent} ${one.getAttribute("x")},${one.getAttribute("y")}`),
        boxes: all(".graph-box", (one) => `${one.dataset.id} ${one.style.transform} ${one.textContent}`),
      };
    }"""
    settled = "() => document.querySelector('.graph-canvas').getAnimations({ subtree: true }).length === 0"
    for node in ("dense_1", "dense_0"):
        box(iris, node).dblclick()
        expect(box(iris, f"{node}/dot_general")).to_be_visible()
    box(iris, "dense_1").locator(".graph-fold").click()
    expect(box(iris, "dense_1/dot_general")).to_have_count(0)
    iris.wait_for_function(settled)
    drawn = iris.evaluate(script)

    expect(iris).to_have_url(re.compile("open=dense_0(&|$)"))
    iris.reload()

    expect(box(iris, "dense_0/dot_general")).to_be_visible()
    assert len(drawn["heads"]) > 10
    assert iris.evaluate(script) == drawn
