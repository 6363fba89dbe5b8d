"""The index of a board as people run it: made after a view, used by the next board, whatever ended the last one."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from dashboard.store.index_files import describe
from summaries import SummaryWriter

NUM_POINTS = 5_000
PATIENCE_SECS = 60


class Board:
    """A board that runs, and what it answers."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        assert process.stdout is not None
        ready = re.search(r"board is ready at (http://localhost:\d+/)", process.stdout.readline())
        assert ready is not None
        self.address = ready[1]

    def get(self, path: str, body: object = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.address + path, data, {"content-type": "application/json"})
        with urllib.request.urlopen(request, timeout=PATIENCE_SECS) as answer:
            return json.load(answer)

    def read_all(self) -> Any:
        """The runs, once the first look at the logdir has ended."""
        deadline = time.monotonic() + PATIENCE_SECS
        while (listed := self.get("data/runs"))["is_reading"]:
            assert time.monotonic() < deadline
        return [(run["name"], run["num_points"]) for run in listed["runs"]]

    def view(self) -> Any:
        """The series that the page draws."""
        selection = self.get("data/selections", {"runs": ["a"]})["key"]
        (series,) = self.get(f"data/series?selection={selection}&tag=loss&format=json")["series"]
        return series["num_total"], series["steps"][-1], series["values"][-1]


@contextmanager
def start_board(logdir: Path, indexes: Path) -> Iterator[Board]:
    command = [sys.executable, "-m", "dashboard.cli", "--logdir", str(logdir), "--port", "0", "--index", str(indexes)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield Board(process)
        finally:
            process.kill()


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGKILL])
def test_next_board_goes_on_from_the_index(tmp_path: Path, ending: signal.Signals) -> None:
    logdir, indexes = tmp_path / "runs", tmp_path / "indexes"
    with SummaryWriter(logdir / "a") as writer:
        for step in range(NUM_POINTS):
            writer.add_scalar("loss", step / 8, step)

    with start_board(logdir, indexes) as board:
        first = board.read_all(), board.view()
        deadline = time.monotonic() + PATIENCE_SECS
        while describe(str(logdir), indexes).num_points < NUM_POINTS:
            assert time.monotonic() < deadline
        board.process.send_signal(ending)
        board.process.wait(PATIENCE_SECS)
    with SummaryWriter(logdir / "a", filename_suffix=".later") as writer:
        writer.add_scalar("loss", 1000.0, NUM_POINTS)
    with start_board(logdir, indexes) as board:
        second = board.read_all(), board.view()

    assert first == ([("a", NUM_POINTS)], (NUM_POINTS, NUM_POINTS - 1, (NUM_POINTS - 1) / 8))
    assert second == ([("a", NUM_POINTS + 1)], (NUM_POINTS + 1, NUM_POINTS, 1000.0))
    assert describe(str(logdir), indexes).problem == ""


def test_second_board_on_a_logdir_says_that_it_works_in_memory(tmp_path: Path) -> None:
    with SummaryWriter(tmp_path / "runs" / "a") as writer:
        writer.add_scalar("loss", 1.0, 0)

    with (
        start_board(tmp_path / "runs", tmp_path / "indexes") as first,
        start_board(tmp_path / "runs", tmp_path / "indexes") as second,
    ):
        runs = first.read_all(), second.read_all()
        remarks = first.get("data/runs")["remarks"], second.get("data/runs")["remarks"]
        second.process.kill()
        said = second.process.stderr.read()

    assert runs == ([("a", 1)], [("a", 1)])
    assert f"another board (process {first.process.pid} on " in said
    assert remarks[0] == []
    assert remarks[1][0].replace("…", str(tmp_path)) in said
    assert remarks[1][0].endswith("Continuing with all in memory.")
