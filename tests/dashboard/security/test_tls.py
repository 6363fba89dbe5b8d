import re
import ssl
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.dashboard.security.conftest import TOKEN, Server

PEM = Path(__file__).parent / "localhost.pem"


def test_board_is_served_over_https_with_a_secure_cookie(serve: Callable[..., Server], tmp_path: Path) -> None:
    (tmp_path / "token").write_text(TOKEN)
    board = serve("--certfile", str(PEM), "--token-file", str(tmp_path / "token"))
    context = ssl.create_default_context(cafile=str(PEM))
    opener = urllib.request.build_opener(urllib.request.HTTPSHandler(context=context), KeepAnswer())

    answer = opener.open(board.address)

    assert re.fullmatch(rf"https://localhost:\d+/\?token={TOKEN}", board.address)
    assert answer.status == 303
    assert answer.headers["set-cookie"].endswith("; HttpOnly; SameSite=Lax; Secure")


class KeepAnswer(urllib.request.HTTPErrorProcessor):
    """Gives an answer that leads elsewhere as it is."""

    def http_response(self, request, response):
        return response

    https_response = http_response


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (["--certfile", __file__], "must be a certificate and its private key, both as PEM; got: [SSL]"),
        (
            ["--certfile", "gone.pem"],
            "--certfile 'gone.pem' must be a certificate and its private key, both as PEM; got: No such file",
        ),
        (["--certfile", str(PEM), "--keyfile", __file__], "must be a certificate and its private key, both as PEM"),
        (["--keyfile", str(PEM)], "--keyfile must come with --certfile; got it alone."),
        (
            ["--token-file", "gone"],
            "--token-file must be a file that can be read; got 'gone' (No such file or directory).",
        ),
        (["--token-file", "/dev/null"], "--token-file '/dev/null' must hold 16 to 256 letters"),
    ],
)
def test_files_that_cannot_be_used_end_the_start(tmp_path: Path, flags: list[str], message: str) -> None:
    command = [sys.executable, "-m", "dashboard.cli", "--logdir", str(tmp_path), "--port", "0", *flags]

    done = subprocess.run(command, capture_output=True, text=True, timeout=60)

    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr
