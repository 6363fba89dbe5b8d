"""Boards that are really started, over HTTP, and programs that run where the file system is special."""

from __future__ import annotations

import http.client
import json
import os
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest


@dataclass(frozen=True)
class Board:
    """A started board."""

    process: subprocess.Popen[str]
    port: int

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any, dict[str, str]]:
        """Status, JSON and headers of an answer.

        Raises:
            OSError, http.client.HTTPException: If there is none.
        """
        connection = http.client.HTTPConnection("localhost", self.port, timeout=20)
        try:
            sent = None if body is None else json.dumps(body)
            connection.request(method, path, sent, {"Content-Type": "application/json", **headers})
            answer = connection.getresponse()
            content = answer.read()
            named = {name.lower(): value for name, value in answer.getheaders()}
            return answer.status, json.loads(content) if content else None, named
        finally:
            connection.close()

    def edit(self, *path: str, value: Any = None) -> dict[str, Any]:
        """Keeps one edit."""
        status, answer, _ = self.ask("POST", "/data/sidecar/edits", {"edits": [{"path": path, "value": value}]})
        assert status == 200, answer
        return answer

    def state(self) -> dict[str, Any]:
        """What people added."""
        return self.ask("GET", "/data/sidecar")[1]


@pytest.fixture
def start_board() -> Iterator[Callable[..., Board]]:
    """Starts boards on a logdir, after a shell command that prepares its file system, if one is given."""
    started: list[subprocess.Popen[str]] = []

    def start(logdir: Path, *flags: str, prepare: str = "") -> Board:
        words = [
            sys.executable,
            "-m",
            "dashboard.cli",
            "--logdir",
            str(logdir),
            "--port",
            "0",
            "--index",
            "off",
            *flags,
        ]
        command = in_namespace(prepare, words) if prepare else words
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        started.append(process)
        return Board(process, int(re.search(r"localhost:(\d+)/", process.stdout.readline())[1]))

    yield start
    for process in started:
        process.send_signal(signal.SIGINT)
        assert "Traceback" not in process.communicate(timeout=20)[1]


def in_namespace(prepare: str, words: Sequence[str]) -> list[str]:
    """A command that runs in a mount namespace of its own, after a shell command in it."""
    return ["unshare", "--map-root-user", "--mount", "sh", "-ec", f"{prepare}\nexec {shlex.join(words)}"]


@pytest.fixture
def can_mount() -> None:
    """Skips where no mount namespaces are to be had."""
    try:
        subprocess.run(in_namespace("mount -t tmpfs none /tmp", ["true"]), check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"NOT TESTED: this machine lets no user mount a file system in a namespace ({error})")


@pytest.fixture
def data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where boards keep what they can't keep in the logdir."""
    monkeypatch.setenv("XDG_DATA_HOME", os.fspath(tmp_path / "home"))
    return tmp_path / "home"
