"""Full disks and logdirs that can't be written to."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from dashboard.sidecar import Change, RunNotes, Sidecar
from summaries import parse_logdirs
from tests.dashboard.sidecar.conftest import Board, in_namespace

# Fills a disk, reports each edit that was kept and the first error, makes room, and goes on.
FILL = """
import errno, json, pathlib, sys
from dashboard.sidecar import Change, Sidecar
from summaries import parse_logdirs
logdir = pathlib.Path(sys.argv[1])
filler = logdir / "filler"
filler.write_bytes(bytes(50_000))
def add(sidecar, number):
    sidecar.apply([Change(("runs", f"run_{number}", "notes"), f"{number:04}" * 500)])
sidecar, kept = Sidecar(parse_logdirs(logdir)), []
try:
    for number in range(1_000):
        add(sidecar, number)
        kept.append(f"run_{number}")
except OSError as error:
    code = errno.errorcode[error.errno]
left = [path.name for path in logdir.rglob("*.tmp")]
again = list(Sidecar(parse_logdirs(logdir)).state().runs)
filler.unlink()
add(sidecar, 9_999)
print(json.dumps([code, kept, left, list(sidecar.state().runs), again]))
"""
LIMIT = """
import resource, sys
from dashboard.sidecar import Change, Sidecar
from summaries import parse_logdirs
sidecar = Sidecar(parse_logdirs(sys.argv[1]))
sidecar.apply([Change(("runs", "a", "notes"), "short")])
resource.setrlimit(resource.RLIMIT_FSIZE, (4_096, 4_096))
try:
    sidecar.apply([Change(("runs", "a", "notes"), "long" * 2_000)])
except OSError as error:
    print(error.strerror)
sidecar.apply([Change(("runs", "b", "notes"), "short too")])
"""


@pytest.mark.usefixtures("can_mount")
def test_full_disk_is_an_error_that_damages_nothing(tmp_path: Path) -> None:
    prepare = f"mount -t tmpfs -o size=100k none {tmp_path}"
    command = in_namespace(prepare, [sys.executable, "-c", FILL, str(tmp_path)])

    code, kept, left, runs, again = json.loads(
        subprocess.run(command, capture_output=True, text=True, check=True).stdout
    )

    assert code == "ENOSPC"
    assert len(kept) > 3
    assert left == []
    assert sorted(again) == sorted(kept)
    assert sorted(runs) == sorted([*kept, "run_9999"])


def test_write_that_is_cut_short_is_an_error_that_damages_nothing(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", LIMIT, str(tmp_path)], capture_output=True, text=True, check=True)

    assert done.stdout == "File too large\n"
    sidecar = Sidecar(parse_logdirs(tmp_path))
    assert sidecar.state().runs == {"a": RunNotes(notes="short"), "b": RunNotes(notes="short too")}
    assert sidecar.remarks() == ()
    assert list(tmp_path.rglob("*.tmp")) == []


@pytest.mark.usefixtures("can_mount")
def test_full_disk_is_told_over_http(tmp_path: Path, start_board: Callable[..., Board]) -> None:
    prepare = f"mount -t tmpfs -o size=100k none {tmp_path}; head -c 98304 /dev/zero > {tmp_path}/filler || true"
    board = start_board(tmp_path, prepare=prepare)

    status, answer, _ = board.ask(
        "POST", "/data/sidecar/edits", {"edits": [{"path": ["runs", "a", "notes"], "value": "x" * 9_000}]}
    )

    assert status == 507
    assert answer == {"detail": "Could not keep this: No space left on device. Nothing was changed."}
    assert board.state()["runs"] == {}


@pytest.mark.usefixtures("can_mount")
def test_read_only_logdir_is_told_and_the_users_folder_used(
    tmp_path: Path, data_folder: Path, start_board: Callable[..., Board]
) -> None:
    logdir = tmp_path / "runs"
    logdir.mkdir()
    Sidecar(parse_logdirs(logdir)).apply([Change(("runs", "a", "name"), "from before")])
    before = sorted(tmp_path.rglob("*"))
    board = start_board(logdir, prepare=f"mount --bind {logdir} {logdir}; mount -o remount,bind,ro {logdir}")
    assert sorted(tmp_path.rglob("*")) == before

    board.edit("runs", "b", "name", value="kept apart")
    board.edit("runs", "a", "name", value="renamed")

    state = board.state()
    assert state["runs"] == {"a": {"name": "renamed"}, "b": {"name": "kept apart"}}
    (remark,) = state["remarks"]
    assert remark.startswith("What is added to runs of ")
    assert " is kept for this user only, in …/sidecars/runs-" in remark
    assert remark.endswith("/edits: Read-only file system.")
    assert {path for path in tmp_path.rglob("*") if path not in before} <= set(data_folder.rglob("*")) | {data_folder}
    assert start_board(logdir).state()["runs"] == state["runs"]


def test_logdir_of_another_user_is_told_and_the_users_folder_used(
    unprivileged: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    logdir = unprivileged / "runs"
    logdir.mkdir()
    logdir.chmod(0o555)
    monkeypatch.setenv("XDG_DATA_HOME", os.fspath(unprivileged / "home"))
    sidecar = Sidecar(parse_logdirs(logdir))
    assert sidecar.remarks()[0].endswith("/edits: it can't be written to.")

    sidecar.apply([Change(("runs", "a", "name"), "b")])

    assert sidecar.remarks()[0].endswith("/edits: Permission denied.")
    assert list(logdir.iterdir()) == []
    (folder,) = (unprivileged / "home" / "board" / "sidecars").iterdir()
    assert (unprivileged / "home" / "board" / "sidecars").stat().st_mode & 0o777 == 0o700
    logdir.chmod(0o755)
    again = Sidecar(parse_logdirs(logdir))
    assert again.remarks() == ()
    again.apply([Change(("runs", "a", "notes"), "c")])
    assert again.state().runs == {"a": RunNotes("b", "c")}
    assert [path.name for path in logdir.iterdir()] == [".board"]
