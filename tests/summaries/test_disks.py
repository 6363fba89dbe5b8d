"""Disks that are full, frozen, read-only or unplugged: real ones, made for the test."""

from __future__ import annotations

import logging
import os
import shutil
import tempfile
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from summaries import SummaryWriter, load
from tests.summaries.disks import frozen, make_image, mounted_image, mounted_memory, run

PATIENCE_SECS = 20.0
NOBODY = 65534


def steps_of(folder: Path) -> dict[str, list[int]]:
    return {tag: series.steps.tolist() for tag, series in load(folder).runs["."].scalars.items()}


def test_a_disk_that_stays_full_warns_once_and_close_counts_what_was_lost(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    with mounted_memory(tmp_path / "disk", 64) as disk:
        writer = SummaryWriter(disk / "run", heartbeat_secs=None)
        with caplog.at_level(logging.WARNING):
            for step in range(2_000):
                writer.add_scalar("a", float(step), step)
                if step % 100 == 0:
                    writer.flush()
            with pytest.raises(OSError, match=r"Could not write \d+ values of 1 tags") as caught:
                writer.close()

        steps = steps_of(disk / "run")["a"]
    assert ["No space left" in entry.getMessage() for entry in caplog.records] == [True]
    assert 500 < len(steps) < 2_000
    assert steps == list(range(len(steps)))
    assert f"('a': {2_000 - len(steps)})" in str(caught.value)


def test_after_room_is_made_nothing_is_missing_or_doubled(tmp_path: Path):
    with mounted_memory(tmp_path / "disk", 256) as disk:
        filler = disk / "filler"
        filler.write_bytes(bytes(240 << 10))
        writer = SummaryWriter(disk / "run")
        for step in range(2_000):
            writer.add_scalar("a", float(step), step)
            writer.add_scalars_at(step, {"b": 1.0, "c": 2.0})
        writer.flush()
        before = len(steps_of(disk / "run").get("a", []))
        filler.unlink()
        writer.add_scalar("a", 0.0, 2_000)
        writer.close()

        steps = steps_of(disk / "run")
        problems = load(disk / "run").runs["."].health[0].problems
    assert before < 2_000
    assert steps == {"a": list(range(2_001)), "b": list(range(2_000)), "c": list(range(2_000))}
    assert problems == ()


def test_files_beside_the_event_file_wait_for_room_too(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    with mounted_memory(tmp_path / "disk", 128) as disk, caplog.at_level(logging.WARNING):
        writer = SummaryWriter(disk / "run")
        filler = disk / "filler"
        filler.write_bytes(bytes(100 << 10))
        writer.add_embedding(np.full((40, 100), 1 / 3), tag="points")
        writer.flush()
        writer.add_scalar("a", 1.0, 1)
        left = sorted(path.name for path in (disk / "run" / "00000" / "points").iterdir())
        filler.unlink()
        writer.close()

        lines = (disk / "run" / "00000" / "points" / "tensors.tsv").read_text().splitlines()
        steps = steps_of(disk / "run")
    assert left == []
    assert (len(lines), steps) == (40, {"a": [1]})
    assert ["No space left" in entry.getMessage() for entry in caplog.records] == [True]


def test_files_that_find_no_room_are_counted_by_close(tmp_path: Path):
    with mounted_memory(tmp_path / "disk", 64) as disk:
        writer = SummaryWriter(disk / "run")
        writer.add_embedding(np.full((100, 100), 1 / 3), tag="points")
        with pytest.raises(OSError, match=r"Could not write 1 values of 1 tags to .* \('points': 1\)"):
            writer.close()


def test_a_folder_removed_while_the_disk_is_full_leaves_no_half_record_in_the_next_file(tmp_path: Path):
    with mounted_memory(tmp_path / "disk", 64) as disk:
        writer = SummaryWriter(disk / "run")
        for step in range(2_000):
            writer.add_scalar("a", float(step), step)
        writer.flush()
        num_before = len(steps_of(disk / "run")["a"])
        shutil.rmtree(disk / "run")
        for step in range(2_000, 2_010):
            writer.add_scalar("a", float(step), step)
        writer.close()

        run = load(disk / "run").runs["."]
    assert run.health[0].problems == ()
    assert run.scalars["a"].steps.tolist() == list(range(num_before, 2_010))


def test_a_disk_that_does_not_answer_stops_nobody_who_logs(tmp_path: Path):
    make_image(tmp_path / "image")
    with mounted_image(tmp_path / "image", tmp_path / "disk") as disk:
        writer = SummaryWriter(disk / "run")
        writer.add_scalar("a", 0.0, 0)
        writer.flush()
        with frozen(disk):
            flushing = threading.Thread(target=writer.flush)
            writer.add_scalar("a", 0.5, 1)
            flushing.start()
            times = []
            for step in range(2, 20_000):
                start = time.perf_counter()
                writer.add_scalar("a", 1.0, step)
                times.append(time.perf_counter() - start)
            was_waiting = flushing.is_alive()
        flushing.join(PATIENCE_SECS)
        writer.close()

        steps = steps_of(disk / "run")["a"]
    assert was_waiting
    assert sorted(times)[len(times) // 2] < 1e-4
    assert steps == list(range(20_000))


@pytest.mark.parametrize("fsync", [True, False])
def test_after_close_with_fsync_a_power_cut_loses_nothing(tmp_path: Path, fsync: bool):
    make_image(tmp_path / "image")
    with mounted_image(tmp_path / "image", tmp_path / "disk") as disk:
        with SummaryWriter(disk / "runs" / "one", fsync=fsync) as writer:
            for step in range(1_000):
                writer.add_scalar("a", float(step), step)
        shutil.copyfile(tmp_path / "image", tmp_path / "after")  # what the disk holds at this moment

    with mounted_image(tmp_path / "after", tmp_path / "again") as disk:
        runs = load(disk).runs
        found = runs["runs/one"].scalars["a"].steps.tolist() if "runs/one" in runs else []
    assert (found == list(range(1_000))) is fsync


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning", "ignore:os.fork:RuntimeWarning")
def test_a_folder_made_read_only_while_writing_takes_what_goes_to_the_open_file():
    with tempfile.TemporaryDirectory() as name:  # that of the test is closed to other users
        os.chmod(name, 0o777)
        run = Path(name) / "run"
        child = os.fork()
        if child == 0:
            os._exit(log_as_nobody(run))
        status = os.waitpid(child, 0)[1]

        steps = steps_of(run)
    assert os.waitstatus_to_exitcode(status) == 0
    assert steps == {"a": list(range(100))}


def log_as_nobody(folder: Path) -> int:
    """Logs while the folder becomes read-only; 0 if `close` tells what had to be a file of its own."""
    os.setuid(NOBODY)
    writer = SummaryWriter(folder, heartbeat_secs=None)
    writer.add_scalar("a", 1.0, 0)
    writer.flush()
    folder.chmod(0o500)
    for step in range(1, 100):
        writer.add_scalar("a", 1.0, step)
    writer.add_embedding([[0.5, 1.0]], tag="points")
    writer.flush()
    try:
        writer.close()
    except OSError as error:
        return 0 if "'points': 1" in str(error) else 2
    return 1


def test_a_folder_that_was_removed_from_a_read_only_one_is_made_again_as_soon_as_it_may(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    make_image(tmp_path / "image")
    with mounted_image(tmp_path / "image", tmp_path / "disk") as disk:
        logdir = disk / "runs"
        writer = SummaryWriter(logdir / "one")
        shutil.rmtree(logdir / "one")
        run("chattr", "+i", logdir)  # holds root too
        for step in range(5):
            writer.add_scalar("a", 0.0, step)
            writer.flush()
        run("chattr", "-i", logdir)
        writer.close()

        assert steps_of(logdir / "one") == {"a": [0, 1, 2, 3, 4]}
    assert [
        entry.getMessage().count("log_dir must be a folder that can be written to") for entry in caplog.records
    ] == [1]
