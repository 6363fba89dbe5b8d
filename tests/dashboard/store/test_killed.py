"""Boards that are killed while they write their index: the next one shows what the event files say."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from dashboard.store.sqlite import SqliteStore
from summaries import LogdirTail, SummaryWriter, load

# Small transactions, and a line for each, so that the kill meets every moment of them.
INDEX = """
import pathlib, sys
from dashboard.store import indexer
from dashboard.store.sqlite import SqliteStore
from summaries import LogdirTail
indexer.FILES_AT_ONCE = 1
store = SqliteStore(pathlib.Path(sys.argv[1]), "runs")
tail = LogdirTail(sys.argv[2], states=store.states(), walk_interval_secs=0)
while True:
    for update in tail.poll():
        store.append(update)
    while store.write(all_of_it=True):
        print(flush=True)
"""


def write_run(folder: Path, seed: int) -> None:
    """A run whose series restart now and then."""
    random = np.random.default_rng(seed)
    for number in range(3):
        with SummaryWriter(folder, filename_suffix=f".{number}", purge_step=5 * number or None) as writer:
            for step in range(5 * number, 5 * number + random.integers(10, 40)):
                writer.add_scalars_at(step, {"loss": random.random(), "accuracy": random.random()})
                writer.add_text("note", f"step {step}", step)


@pytest.mark.parametrize("seed", range(6))
def test_index_of_a_killed_board_is_used_or_built_anew_without_a_wrong_value(tmp_path: Path, seed: int) -> None:
    random = np.random.default_rng(seed)
    logdir, path = tmp_path / "runs", tmp_path / "index.sqlite"
    for round_number in range(3):
        for run in range(4):
            write_run(logdir / f"run_{run}", 100 * seed + 10 * round_number + run)
        command = [sys.executable, "-c", INDEX, str(path), str(logdir)]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as board:
            for _ in range(random.integers(1, 12)):
                board.stdout.readline()
            for _ in range(random.integers(5_000)):  # some microseconds
                pass
            board.send_signal(signal.SIGKILL)

    store = SqliteStore(path, "runs")
    num_known = len(store.runs())
    for update in LogdirTail(logdir, states=store.states()).poll():
        store.append(update)
    expected = load(logdir)
    for name, run in expected.runs.items():
        for tag, series in run.scalars.items():
            found = store.series(name, tag)
            assert all(np.array_equal(getattr(found, key), column) for key, column in vars(series).items())
        places = store.blobs(name, "note", "text")
        assert places.offsets.tolist() == run.texts["note"].places.offsets.tolist()
        assert places.is_superseded.tolist() == run.texts["note"].places.is_superseded.tolist()
    facts = {run.name: run.facts for run in store.runs()}
    assert facts == {name: run.facts for name, run in expected.runs.items()}
    assert num_known > 0
    assert store.remarks() == ()
    store.close()
