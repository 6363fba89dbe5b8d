"""Model Explorer's server, in an environment of its own."""

from __future__ import annotations

import contextlib
import json
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from playwright.sync_api import Browser

from tests.benchmarks.environments import Environment
from tests.benchmarks.servers import Server, find_free_port

ENVIRONMENT = Environment("Model Explorer", "model_explorer", ("ai-edge-model-explorer",))
_HOST = "127.0.0.1"
_ADAPTER = "builtin_graphdef"
_START_SECS, _END_SECS = 60, 20


@contextlib.contextmanager
def start(browser: Browser) -> Iterator[Server | None]:
    """The server, as soon as it accepts connections; None, and a sentence, where it or its page cannot be had."""
    python = _find_python(browser)
    if python is None:
        yield None
        return
    port = find_free_port()
    command = [python, "-m", "model_explorer", "--no_open_in_browser", "--skip_health_check"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen([*command, "--host", _HOST, "--port", str(port)], **quiet) as process:
        try:
            if _accepts_connections(process, port):
                yield Server(_HOST, port, process.pid)
            else:
                ENVIRONMENT.skip("its server did not start")
                yield None
        finally:
            process.terminate()
            process.wait(_END_SECS)


def make_address(server: Server, file: Path) -> str:
    """What a browser is given to open a GraphDef."""
    sources = {"models": [{"url": str(file), "adapterId": _ADAPTER}]}
    return f"{server.address}?data={quote(json.dumps(sources))}"


def _find_python(browser: Browser) -> str | None:
    page = browser.new_page()
    can_draw = page.evaluate("document.createElement('canvas').getContext('webgl2') !== null")
    page.close()
    if not can_draw:
        ENVIRONMENT.skip("it draws by WebGL 2, which this Chromium does not have")
        return None
    return ENVIRONMENT.find_python()


def _accepts_connections(process: subprocess.Popen[bytes], port: int) -> bool:
    deadline = time.monotonic() + _START_SECS
    while process.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(ConnectionError), socket.create_connection((_HOST, port)):
            return True
        time.sleep(0.1)
    return False
