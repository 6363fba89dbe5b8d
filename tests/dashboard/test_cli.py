import errno
import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from dashboard.announcement import address_of
from dashboard.cli import describe_bind_error, listen
from dashboard.settings import Settings
from summaries import SummaryWriter


@contextmanager
def start_board(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    """Runs `board`; it ends with the block, also where a check in it fails."""
    command = [sys.executable, "-m", "dashboard.cli", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as board:
        try:
            yield board
        finally:
            board.kill()


def test_failed_check_ends_the_board_that_it_looked_at(tmp_path: Path) -> None:
    with pytest.raises(AssertionError), start_board("--logdir", str(tmp_path), "--port", "0") as board:  # noqa: PT012
        board.stdout.readline()
        raise AssertionError

    assert board.returncode == -signal.SIGKILL


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_board_says_when_it_is_ready_and_ends_when_told(tmp_path: Path, ending: signal.Signals) -> None:
    with start_board("--logdir", str(tmp_path), "--port", "0") as board:
        line = board.stdout.readline()
        address = re.search(r"board is ready at (http://localhost:\d+/)", line)[1]
        with urllib.request.urlopen(f"{address}data/runs") as answer:
            assert answer.status == 200
        board.send_signal(ending)
        board.wait(timeout=20)

        assert "Traceback" not in board.stderr.read()


def test_board_ends_quietly_while_it_still_loads(tmp_path: Path) -> None:
    with start_board("--logdir", str(tmp_path), "--port", "0", "--index", "off") as board:
        board.stdout.readline()
        board.send_signal(signal.SIGINT)

        assert board.communicate(timeout=20) == ("", "")
        assert board.returncode == 0


def test_board_ends_while_a_file_is_read_that_takes_for_ever(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    # Zeros without an end to speak of, and no record among them; on disk they take no room.
    with open(tmp_path / "a" / "events.out.tfevents.1", "wb") as file:
        file.truncate(1 << 42)
    with start_board("--logdir", str(tmp_path), "--port", "0", "--index", "off") as board:
        board.stdout.readline()
        board.send_signal(signal.SIGINT)

        assert board.wait(timeout=20) == 0


def test_board_shows_several_logdirs(tmp_path: Path) -> None:
    for name in ("one/a", "two/2024-01/b", "two/2025-01/b"):
        with SummaryWriter(tmp_path / name, heartbeat_secs=None) as writer:
            writer.add_scalar("loss", 1.0, 0)
    logdirs = (f"first={tmp_path}/one", f"{tmp_path}/two/2024*", "memory://nothing")
    with start_board("--logdir", *logdirs, "--port", "0", "--index", "off") as board:
        address = re.search(r"board is ready at (http://localhost:\d+/)", board.stdout.readline())[1]
        answer: dict[str, Any] = {"is_reading": True}
        while answer["is_reading"]:
            with urllib.request.urlopen(f"{address}data/runs") as response:
                answer = json.load(response)

    assert sorted(run["name"] for run in answer["runs"]) == ["first/a", "two/2024-01/b"]


def test_missing_logdir_is_said_and_waited_for(tmp_path: Path) -> None:
    with start_board("--logdir", str(tmp_path / "later"), "--port", "0") as board:
        board.stdout.readline()
        board.send_signal(signal.SIGINT)
        message = board.communicate(timeout=20)[1]

    assert f"logdir {str(tmp_path / 'later')!r} does not exist yet. board watches for it." in message


def test_address_that_others_can_reach_is_warned_of_in_one_line(tmp_path: Path) -> None:
    with start_board("--logdir", str(tmp_path), "--port", "0", "--host", "0.0.0.0") as board:
        board.stdout.readline()
        board.send_signal(signal.SIGINT)
        message = board.communicate(timeout=20)[1]

    warning = "board: 0.0.0.0 is served over plain HTTP: what it sends, the token too, can be read on the way."
    assert message == f"{warning} Pass --certfile for HTTPS.\n"


def test_port_in_use_is_an_error_that_says_what_to_do(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with start_board("--logdir", str(tmp_path), "--port", str(port)) as board:
            message = board.communicate(timeout=60)[1]

    assert board.returncode == 2
    assert f"port {port} of 127.0.0.1 is not free. Pass another --port, or leave it out." in message


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (
            socket.gaierror(-2, "Name or service not known"),
            "--host must be an address or a name that stands for one; got",
        ),
        (
            OSError(errno.EADDRNOTAVAIL, ""),
            "--host must be an address of this machine; got 'box'. Pass 0.0.0.0 for all",
        ),
        (OSError(errno.EACCES, ""), "port 80 must be one that this user may listen on. Pass a --port above 1023"),
        (OSError(errno.EADDRINUSE, ""), "port 80 of box is not free. Pass another --port"),
        (
            OSError(errno.EAFNOSUPPORT, "Address family not supported"),
            "could not listen on box port 80 (Address family",
        ),
    ],
)
def test_each_cause_of_a_failed_bind_has_its_own_sentence(error: OSError, sentence: str) -> None:
    assert describe_bind_error(error, "box", 80).startswith(sentence)


@pytest.mark.parametrize("port", [None, 0])
@pytest.mark.parametrize(
    ("host", "sentence"),
    [
        ("192.0.2.1", "--host must be an address of this machine; got '192.0.2.1'."),  # reserved for documentation
        ("é..b", "--host must be an address or a name that stands for one; got 'é..b' (not a host name)."),
    ],
)
def test_address_that_cannot_be_listened_on_is_not_called_a_busy_port(
    host: str, sentence: str, port: int | None
) -> None:
    with pytest.raises(OSError, match="--host") as error:
        listen(host, port)

    assert str(error.value).startswith(sentence)


def test_default_port_gives_way_to_the_next_free_one() -> None:
    with listen("127.0.0.1", None) as first, listen("127.0.0.1", None) as second:
        assert second.getsockname()[1] > first.getsockname()[1]
        assert address_of(second, Settings(logdir="runs")) == f"http://localhost:{second.getsockname()[1]}/"


def test_port_that_was_taken_instead_of_the_default_is_said(tmp_path: Path) -> None:
    with listen("127.0.0.1", None), start_board("--logdir", str(tmp_path), "--index", "off") as board:
        port = re.search(r"http://localhost:(\d+)/", board.stdout.readline())[1]
        board.send_signal(signal.SIGINT)
        message = board.communicate(timeout=20)[1]

    assert port != "6006"
    assert message == f"board: port 6006 is taken. Continuing with port {port}.\n"


def test_board_runs_where_jax_cannot_be_imported(tmp_path: Path) -> None:
    (tmp_path / "jax.py").write_text("raise ImportError('jax must not be needed')")
    program = "import dashboard.app, dashboard.cli"

    done = subprocess.run(
        [sys.executable, "-c", program], env={**os.environ, "PYTHONPATH": str(tmp_path)}, capture_output=True, text=True
    )

    assert (done.returncode, done.stderr) == (0, "")
