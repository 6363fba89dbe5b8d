"""What a browser is started with by ``--open``, and what others on the machine see of it."""

from __future__ import annotations

import os
import re
import signal
import stat
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

TOKEN = "correct-horse-battery-staple"
PATIENCE_SECS = 20.0


@contextmanager
def open_board(folder: Path, *flags: str) -> Iterator[tuple[str, str]]:
    """Starts a board with --open; gives the address that it prints, and what the browser is started with."""
    told = folder / "told"
    browser = folder / "browser"
    browser.write_text(f'#!/bin/sh\necho "$@" > {told}.part && mv {told}.part {told}\n')
    browser.chmod(0o700)
    command = [sys.executable, "-m", "dashboard.cli", "--logdir", str(folder / "runs"), "--port", "0", "--open", *flags]
    environment = os.environ | {"BROWSER": f"{browser} %s", "TMPDIR": str(folder)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as board:
        try:
            address = re.search(r"board is ready at (\S+)", board.stdout.readline())[1]
            deadline = time.monotonic() + PATIENCE_SECS
            while not told.exists():
                assert time.monotonic() < deadline
            yield address, told.read_text().strip()
        finally:
            board.send_signal(signal.SIGINT)


def test_token_is_in_a_file_of_this_user_and_not_in_what_the_browser_is_started_with(tmp_path: Path) -> None:
    (tmp_path / "token").write_text(TOKEN)
    with open_board(tmp_path, "--token-file", str(tmp_path / "token")) as (address, told):
        path = Path(url2pathname(urlsplit(told).path))
        page, mode = path.read_text(), stat.S_IMODE(path.stat().st_mode)

    assert (urlsplit(told).scheme, TOKEN in told, mode) == ("file", False, 0o600)
    assert f'content="0; url={address}"' in page
    assert address.endswith(f"/?token={TOKEN}")
    assert not path.exists()


def test_browser_of_a_board_without_a_token_is_started_with_its_address(tmp_path: Path) -> None:
    with open_board(tmp_path) as (address, told), urllib.request.urlopen(told) as answer:
        status = answer.status

    assert (told, status) == (address, 200)
