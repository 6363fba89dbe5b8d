"""A real Chromium against a really started `board`, on logdirs that real programs wrote.

Fixtures: `iris_logdir` (written by examples/iris_dnn.py), `start_board(logdir, *flags) -> address`,
`open_page(url) -> page`.
Every page that a test opens must end without a console error and without a request to another host.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, Route, expect, sync_playwright

from dashboard.page_files import open_page_files
from dashboard.page_scripts import SCRIPT, read_module
from tests.browser.served import Board
from tests.chromium import find_chromium

ROOT = Path(__file__).resolve().parent.parent.parent
BROWSER_ARGS = [
    "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
PATIENCE_MS = 60_000
PLAIN_MODULE = re.compile(r"^https?://[^/]+/static/js/")
expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="session")
def browser(pytestconfig: pytest.Config) -> Iterator[Browser]:
    """Chromium; without one the tests are skipped, and under CI=true they fail."""
    is_headed = pytestconfig.getoption("--headed")
    executable = find_chromium(whole=is_headed)
    if executable is None:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)("no Chromium is installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, headless=not is_headed, args=BROWSER_ARGS)
        yield browser
        browser.close()


@contextmanager
def starting_boards() -> Iterator[Callable[..., str]]:
    """Starts boards, which end together."""
    boards: list[Board] = []

    def start(logdir: Path, *flags: str) -> str:
        boards.append(Board("--logdir", str(logdir), "--port", "0", *flags))
        return boards[-1].address

    yield start
    for board in boards:
        board.signal(signal.SIGINT)
    for board in boards:
        board.wait()


@pytest.fixture(scope="module")
def start_board() -> Iterator[Callable[..., str]]:
    """Starts `board` on a logdir, with further flags, and returns its address; it ends with the module."""
    with starting_boards() as start:
        yield start


@pytest.fixture(scope="session")
def iris_logdir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What examples/iris_dnn.py logs in 300 steps, as the run `iris`.

    The first of the processes that run tests trains it; each has a copy, since pages add to a logdir.
    """
    own = tmp_path_factory.getbasetemp()
    shared = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    trained, draft = shared / "iris-trained", shared / "iris-draft"
    with open(shared / "iris.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not trained.exists():
            command = [sys.executable, "examples/iris_dnn.py", "--logdir", str(draft / "iris"), "--steps", "300"]
            subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
            draft.rename(trained)
    return shutil.copytree(trained, tmp_path_factory.mktemp("iris"), dirs_exist_ok=True)


@pytest.fixture(scope="session")
def iris_board(iris_logdir: Path) -> Iterator[str]:
    """Address of a board on `iris_logdir`."""
    with starting_boards() as start:
        yield start(iris_logdir)


def lead_to_the_page(route: Route) -> None:
    """Has ``import("/static/js/…")`` in a test give the module that the page itself runs, which is in its script."""
    route.fulfill(content_type="text/javascript", body=write_way_to(urlsplit(route.request.url).path.lstrip("/")))


@cache
def write_way_to(name: str) -> str:
    """The module that gives what a module of the page's script exports."""
    exports = read_module(name, (ROOT / "dashboard" / name).read_text()).exports
    names = ", ".join(one if one != "default" else "default: default_" for one in exports)
    given = ", ".join(one if one != "default" else "default_ as default" for one in exports)
    return f"""
      import {{ need }} from "{open_page_files().address}/{SCRIPT}";
      const {{ {names} }} = need("{name}");
      export {{ {given} }};
    """


class Pages:
    """Pages of a browser, and what must not have come from them: console errors and requests to another host."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._contexts: list[BrowserContext] = []
        self.complaints: list[str] = []

    def open(
        self, url: str, *, width: int = 1400, height: int = 900, theme: str = "light", allow_console: str = "$^"
    ) -> Page:
        """Opens a page as somebody who was never there; errors in the console that `allow_console` fits may come."""
        context = self._browser.new_context(viewport={"width": width, "height": height}, color_scheme=theme)
        context.route(PLAIN_MODULE, lead_to_the_page)
        self._contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        host = urlsplit(url).netloc

        def check(request: Request) -> None:
            parts = urlsplit(request.url)
            if parts.scheme not in ("data", "blob") and parts.netloc != host:
                self.complaints.append(f"request to {request.url}")

        page.on("request", check)

        def listen(message: ConsoleMessage) -> None:
            if message.type == "error" and not re.search(allow_console, message.text):
                self.complaints.append(f"console: {message.text} ({message.location['url']})")

        page.on("console", listen)
        page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        page.goto(url)
        return page

    def close(self) -> None:
        for context in self._contexts:
            context.close()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Opens a page; at the end no console error and no request to another host must have come from it."""
    pages = Pages(browser)
    yield pages.open
    pages.close()
    assert pages.complaints == []


@pytest.fixture(scope="module")
def modules_pages(browser: Browser) -> Iterator[Pages]:
    """The pages of all tests of a file that run modules by themselves."""
    pages = Pages(browser)
    yield pages
    pages.close()
    assert pages.complaints == []


@pytest.fixture(scope="module")
def modules_page(modules_pages: Pages, iris_board: str) -> Page:
    """A page of the board without a script of its own."""
    return modules_pages.open(f"{iris_board}/static/mark.svg")


@pytest.fixture
def run_module(modules_pages: Pages, modules_page: Page, iris_board: str) -> Iterator[Callable[[str, str], object]]:
    """Runs JavaScript with a module of `static/js` imported as `module`, and returns what it gives.

    A new page for each test would take twice the time of one that is loaded anew, with nothing kept.
    """
    modules_page.goto(f"{iris_board}/static/mark.svg")
    modules_page.evaluate("localStorage.clear(); sessionStorage.clear();")

    def run(module: str, body: str) -> object:
        return modules_page.evaluate(f"async () => {{ const module = await import('/static/js/{module}'); {body} }}")

    yield run
    modules_page.goto("about:blank")  # what the test began ends here, and its errors are its own
    complaints = modules_pages.complaints[:]
    modules_pages.complaints.clear()
    assert complaints == []
