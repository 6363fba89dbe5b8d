"""What a browser holds up of the board's security: cookies, policies, names as text; and a reverse proxy before it."""

from __future__ import annotations

import contextlib
import re
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Error, Page, expect

from dashboard.browser import Door
from summaries import SummaryWriter
from tests.browser.proxy import serve_proxy

pytestmark = pytest.mark.browser
StartBoard = Callable[..., str]
OpenPage = Callable[..., Page]
TOKEN = "correct-horse-battery-staple"
MARKUP = '"><img src=x onerror=window.hacked=1><blink>bold<'


@pytest.fixture
def guarded_board(start_board: StartBoard, iris_logdir: Path, tmp_path: Path) -> str:
    (tmp_path / "token").write_text(TOKEN)
    return start_board(iris_logdir, "--index", "off", "--token-file", str(tmp_path / "token"))


def test_token_is_gone_from_the_address_and_the_page_lives_by_its_cookie(
    guarded_board: str, open_page: OpenPage
) -> None:
    page = open_page(f"{guarded_board}/scalars?token={TOKEN}&smoothing=0.5")
    expect(page.locator(".card-foot").first).to_contain_text("points")

    assert page.url.startswith(f"{guarded_board}/scalars?smoothing=0.5")
    assert page.evaluate("document.cookie") == ""
    assert TOKEN not in page.content()
    assert TOKEN not in page.evaluate("JSON.stringify({...localStorage, ...sessionStorage, r: document.referrer})")
    page.goto(f"{guarded_board}/graph")
    expect(page.locator(".tab.is-active")).to_have_text("Graph")
    expect(page.locator(".live")).to_have_class(re.compile("is-(live|idle)"))


def test_browser_without_the_token_sees_one_sentence(guarded_board: str, open_page: OpenPage) -> None:
    page = open_page(f"{guarded_board}/scalars", allow_console="401")

    expect(page.locator("body")).to_contain_text("This board asks for a token.")


def test_markup_in_names_stays_text_on_every_page(start_board: StartBoard, open_page: OpenPage, tmp_path: Path) -> None:
    with SummaryWriter(tmp_path / MARKUP, name=MARKUP, notes=MARKUP) as writer:
        writer.add_scalar(MARKUP, 1.0, 0)
        writer.add_scalar(f"<svg onload=window.hacked=1>/{MARKUP}", 1.0, 0)
        writer.add_histogram(MARKUP, [1.0, 2.0], 0)
    board = start_board(tmp_path)
    for path in ("scalars", "histograms"):
        page = open_page(f"{board}/{path}")
        expect(page.locator(".card").first).to_contain_text("<blink>bold<")
        expect(page.locator(".runs-slot")).to_contain_text("<img src=x onerror=window.hacked=1>")

        assert page.evaluate("document.querySelectorAll('img[src=x], svg[onload], blink').length") == 0
        assert page.evaluate("window.hacked") is None


def test_policy_keeps_inline_scripts_and_eval_out(iris_board: str, open_page: OpenPage) -> None:
    page = open_page(f"{iris_board}/", allow_console="Content Security Policy")
    with contextlib.suppress(Error):
        page.add_script_tag(content="window.hacked = 1")
    page.evaluate("setTimeout('window.hacked = 1', 0)")
    page.evaluate("() => new Promise((done) => setTimeout(done, 50))")

    assert page.evaluate("window.hacked") is None


@pytest.fixture
def foreign_site() -> Iterator[str]:
    """The address of a site on another port, which is another origin."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(b"<!DOCTYPE html><title>evil</title>")

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


TRIES = """async (board) => {
  const told = async (promise) => promise.then(() => "let in", () => "kept out");
  const socket = new Promise((resolve, reject) => {
    const socket = new WebSocket(board.replace("http", "ws") + "/data/live");
    socket.onmessage = resolve;
    socket.onerror = reject;
  });
  const script = new Promise((resolve, reject) => {
    const element = document.createElement("script");
    element.src = board + "/data/runs";
    element.onload = resolve;
    element.onerror = reject;
    document.head.append(element);
  });
  const post = { method: "POST", body: '{"runs": []}', headers: { "content-type": "application/json" } };
  return {
    read: await told(fetch(board + "/data/runs")),
    post: await told(fetch(board + "/data/selections", post)),
    socket: await told(socket),
    script: await told(script),
  };
}"""


def test_page_of_another_site_gets_nothing(browser: Browser, iris_board: str, foreign_site: str) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(foreign_site)
    tried = page.evaluate(TRIES, iris_board)
    page.set_content(f'<iframe src="{iris_board}/"></iframe>')
    page.wait_for_function("window.frames.length === 1")
    framed = page.frames[-1]
    framed.wait_for_load_state()
    content = framed.content()
    context.close()

    assert tried == dict.fromkeys(("read", "post", "socket", "script"), "kept out")
    assert "react-entry-point" not in content


@pytest.fixture
def start_proxy() -> Iterator[Callable[..., int]]:
    """Starts a proxy of a board and returns its port."""
    with contextlib.ExitStack() as stack:
        yield lambda board, taken_off: stack.enter_context(serve_proxy(urlsplit(board).port or 0, taken_off=taken_off))


@pytest.mark.parametrize("taken_off", ["", "/tools/board"], ids=["passed on", "taken off"])
def test_board_lives_below_a_path_of_a_reverse_proxy(
    start_proxy: Callable[..., int], start_board: StartBoard, open_page: OpenPage, tmp_path: Path, taken_off: str
) -> None:
    with SummaryWriter(tmp_path / "run") as writer:
        writer.add_scalar("loss", 0.5, 0)
        writer.add_histogram("weights", [1.0, 2.0], 0)
        writer.flush()
        board = start_board(tmp_path, "--path-prefix", "/tools/board/", "--window-title", "<Run> & co")
        proxied = f"http://localhost:{start_proxy(board, taken_off)}/tools/board"
        page = open_page(f"{proxied}/")
        expect(page.locator('.card[data-tag="loss"] .card-value')).to_have_text("0.5000")
        expect(page).to_have_title("<Run> & co")
        writer.add_scalar("loss", 0.25, 1)
        writer.flush()
        expect(page.locator('.card[data-tag="loss"] .card-value')).to_have_text("0.2500")

    page.get_by_role("navigation", name="Pages").get_by_text("Histograms").click()
    expect(page).to_have_url(re.compile(re.escape(f"{proxied}/histograms")))
    expect(page.locator(".card").first).to_contain_text("weights")
    page.reload()
    expect(page.locator(".tab.is-active")).to_have_text("Histograms")


def test_file_that_open_makes_leads_into_a_board_with_a_token(guarded_board: str, browser: Browser) -> None:
    opened: list[str] = []
    with contextlib.closing(Door(f"{guarded_board}/?token={TOKEN}", is_secret=True)) as door:
        door.open(opened.append)
        page = browser.new_context().new_page()
        page.goto(opened[0])
        page.wait_for_url(re.compile(rf"{guarded_board}/"))
        expect(page.locator(".card-foot").first).to_contain_text("points")
        address = page.url
        page.context.close()

    assert TOKEN not in address
