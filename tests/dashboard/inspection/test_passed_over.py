"""What was passed over, against what lies in the folder and what is read of it."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from dashboard.inspection import passed_over
from dashboard.inspection.passed_over import find_passed_over
from summaries import load, parse_logdirs


def find(*logdirs: object) -> dict[str, str]:
    found = find_passed_over(parse_logdirs([str(logdir) for logdir in logdirs]))
    return {entry.path.name: entry.reason for entry in found.entries}


def test_each_entry_is_read_or_passed_over_with_a_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "events.out.tfevents.1").touch()
    (tmp_path / "a" / "model.ckpt").touch()
    (tmp_path / ".board").mkdir()
    (tmp_path / ".board" / "names.json").touch()
    os.mkfifo(tmp_path / "pipe.tfevents")
    monkeypatch.chdir(tmp_path)  # the name of a socket is short
    with socket.socket(socket.AF_UNIX) as place:
        place.bind("socket.tfevents")
    (tmp_path / "gone.tfevents").symlink_to(tmp_path / "nothing")
    (tmp_path / "null.tfevents").symlink_to(os.devnull)
    (tmp_path / "again").symlink_to(tmp_path / "a")

    assert find(tmp_path) == {
        "again": "it is a link to a folder that is read under its own name",
        "gone.tfevents": "it is a link to nothing",
        "model.ckpt": "its name does not hold “tfevents”",
        "null.tfevents": "it is a device, not a file",
        "pipe.tfevents": "it is a named pipe, not a file",
        "socket.tfevents": "it is a socket, not a file",
    }
    assert list(load(tmp_path).runs) == ["a"]


def test_folder_behind_a_link_is_looked_into_once(tmp_path: Path) -> None:
    (tmp_path / "far" / "deep").mkdir(parents=True)
    (tmp_path / "far" / "deep" / "notes.txt").touch()
    logdir = tmp_path / "runs"
    logdir.mkdir()
    for name in ("one", "two"):
        (logdir / name).symlink_to(tmp_path / "far")
    (tmp_path / "far" / "round").symlink_to(logdir)

    found = find(logdir)

    assert sorted(found) == ["notes.txt", "round", "two"]


def test_only_folders_of_a_pattern_are_looked_into(tmp_path: Path) -> None:
    for name in ("2024-01/runs", "2024-02/other"):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / f"{name[:7]}.txt").touch()

    assert list(find(tmp_path / "2024-*" / "runs")) == ["2024-01.txt"]


def test_many_files_are_counted_and_the_first_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passed_over, "MAX_KEPT", 3)
    for number in range(9):
        (tmp_path / f"{number}.txt").touch()
    os.mkfifo(tmp_path / "tfevents")

    found = find_passed_over(parse_logdirs(tmp_path))

    assert (found.num_files, len(found.entries), found.is_whole) == (10, 4, True)
    assert found.entries[0].path.name == "tfevents"
    monkeypatch.setattr(passed_over, "MAX_LOOKED_AT", 5)
    assert not find_passed_over(parse_logdirs(tmp_path)).is_whole
