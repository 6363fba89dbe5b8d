"""Writers that are killed in the middle of a hundred edits: what was acknowledged is there, and nothing half."""

from __future__ import annotations

import http.client
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from dashboard.sidecar import Sidecar
from summaries import parse_logdirs
from tests.dashboard.sidecar.conftest import Board

# Many files become one often, so that the kill meets every moment of it.
EDIT = """
import sys
from dashboard.sidecar import Change, Sidecar, edit_folder
from summaries import parse_logdirs
edit_folder.MAX_FILES = 3
sidecar = Sidecar(parse_logdirs(sys.argv[1]))
for number in range(100):
    changes = [Change(("runs", f"run_{number}", field), str(number) * 2_000) for field in ("notes", "notes")]
    changes.append(Change(("runs", f"run_{number}", "name"), str(number)))
    sidecar.apply(changes)
    print(number, flush=True)
"""


@pytest.mark.parametrize("seed", range(5))
def test_acknowledged_edits_survive_the_end_of_their_writer(tmp_path: Path, seed: int) -> None:
    random = np.random.default_rng(seed)
    with subprocess.Popen([sys.executable, "-c", EDIT, str(tmp_path)], stdout=subprocess.PIPE, text=True) as writer:
        acknowledged = [int(writer.stdout.readline()) for _ in range(random.integers(5, 95))]
        for _ in range(random.integers(60_000)):  # up to some milliseconds
            pass
        writer.send_signal(signal.SIGKILL)
        acknowledged += [int(line) for line in writer.stdout if line.endswith("\n")]

    sidecar = Sidecar(parse_logdirs(tmp_path))
    runs = sidecar.state().runs

    assert len(acknowledged) <= len(runs) <= len(acknowledged) + 1
    assert {f"run_{number}" for number in acknowledged} <= set(runs)
    for run, notes in runs.items():  # all of a batch or nothing
        assert (f"run_{notes.name}", notes.name * 2_000) == (run, notes.notes)
    assert sidecar.remarks() == ()


def test_acknowledged_edits_survive_the_end_of_the_server(tmp_path: Path, start_board: Callable[..., Board]) -> None:
    board = start_board(tmp_path)
    acknowledged: list[int] = []
    is_half_way = threading.Event()

    def edit() -> None:
        for number in range(100):
            try:
                board.edit("runs", f"run_{number}", "name", value=str(number))
            except (OSError, http.client.HTTPException):
                return
            acknowledged.append(number)
            if number == 50:
                is_half_way.set()

    editing = threading.Thread(target=edit)
    editing.start()
    is_half_way.wait(60)
    board.process.send_signal(signal.SIGKILL)
    editing.join()

    runs = start_board(tmp_path).state()["runs"]
    assert 51 <= len(acknowledged) < 100
    assert {f"run_{number}": {"name": str(number)} for number in acknowledged}.items() <= runs.items()
    assert len(runs) <= len(acknowledged) + 1
