from __future__ import annotations

import math
import os
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from dashboard.store import schema
from dashboard.store.index_files import describe, find_default_folder, find_index, prune
from dashboard.store.sqlite import SqliteStore
from summaries import LogdirTail, SummaryWriter


def write_index(folder: Path, logdir: Path) -> Path:
    """An index of a logdir of two runs, three series and 25 points, and seven histograms."""
    for run, num_points in (("a", 10), ("b", 15)):
        with SummaryWriter(logdir / run, heartbeat_secs=None) as writer:
            for step in range(num_points):
                writer.add_scalar("loss", 1.0, step)
            for step in range(7 if run == "b" else 0):
                writer.add_histogram("weights", np.arange(3.0), step)
    path = find_index(str(logdir), folder)
    store = SqliteStore(path, str(logdir))
    for update in LogdirTail(logdir).poll():
        store.append(update)
    store.close()
    return path


def test_index_is_described_while_it_is_written_and_afterwards(tmp_path: Path) -> None:
    path = write_index(tmp_path, tmp_path / "runs")

    facts = describe(str(tmp_path / "runs"), tmp_path)
    store = SqliteStore(path, str(tmp_path / "runs"))
    writer = describe(str(tmp_path / "runs"), tmp_path).writer
    store.close()

    assert (facts.path, facts.exists, facts.problem, facts.writer) == (path, True, "", "")
    assert (facts.num_files, facts.num_runs, facts.num_points, facts.num_blobs) == (2, 2, 25, 7 + num_records(path))
    assert facts.num_series == facts.num_chunks >= 3
    assert facts.num_bytes == path.stat().st_size
    assert facts.bytes_per_point == facts.num_bytes / (facts.num_points + facts.num_blobs)
    assert writer.startswith(f"process {os.getpid()} on ")


def num_records(path: Path) -> int:
    """Records of the runs as a whole: how many a writer writes is not told here."""
    question = f"SELECT total(num_rows) FROM chunks JOIN tags ON tags.id = {schema.SELECT_TAG} WHERE name LIKE '@_@_%'"
    with closing(schema.connect(path)) as connection:
        return int(connection.execute(f"{question} ESCAPE '@'").fetchone()[0])


def test_index_that_is_not_there_or_cannot_be_used_is_described(tmp_path: Path) -> None:
    missing = describe("/runs", tmp_path)
    find_index("/runs", tmp_path).write_text("no database")
    damaged = describe("/runs", tmp_path)

    assert (missing.exists, missing.num_bytes, missing.problem) == (False, 0, "")
    assert math.isnan(missing.bytes_per_point)
    assert (damaged.exists, damaged.problem) == (True, "cannot be read (file is not a database)")


def test_each_logdir_has_an_index_of_its_own_named_after_it(tmp_path: Path) -> None:
    paths = [find_index(logdir, tmp_path) for logdir in ("/a/runs", "/b/runs", "/", "/odd \udcff name")]

    assert len(set(paths)) == 4
    assert paths[0].name.startswith("runs-")
    assert all(path.parent == tmp_path and path.name.isascii() for path in paths)


def test_default_folder_lies_in_the_cache_of_the_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))

    assert find_default_folder() == tmp_path / "board" / "indexes"


def test_indexes_that_nobody_opens_and_those_above_the_budget_are_removed(tmp_path: Path) -> None:
    paths = [write_index(tmp_path, tmp_path / name / "runs") for name in ("old", "middle", "new")]
    for path, opened in zip(paths, (1_000, 2_000, 3_000), strict=True):
        os.utime(path.with_suffix(".lock"), (opened, opened))
    (tmp_path / "notes.txt").write_text("not ours")

    by_age = prune(tmp_path, now=3_000, max_unused_secs=1_500)
    kept = [path.exists() for path in paths]
    by_size = prune(tmp_path, now=3_000, max_bytes=paths[2].stat().st_size)

    assert (by_age, kept) == ([paths[0]], [False, True, True])
    assert by_size == [paths[1]]
    assert paths[2].exists()
    assert (tmp_path / "notes.txt").exists()


def test_index_that_a_board_writes_is_never_removed(tmp_path: Path) -> None:
    path = write_index(tmp_path, tmp_path / "runs")
    store = SqliteStore(path, str(tmp_path / "runs"))

    removed = prune(tmp_path, max_bytes=0)
    store.close()

    assert removed == []
    assert path.exists()
