"""Names of event files, their making, and the walk over a logdir."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from summaries.files import create_event_file, is_event_file, make_name, walk_logdir


def test_make_name_has_ten_digits_of_seconds():
    assert make_name(12.7, "box", 3, 0, "") == "events.out.tfevents.0000000012.box.3.0"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("events.out.tfevents.1700000000.box", True),
        ("my.tfevents.v2", True),
        ("events.out", False),
        ("profile.xplane.pb", False),
    ],
)
def test_is_event_file_goes_by_the_mark(name: str, expected: bool):
    assert is_event_file(name) is expected


def test_create_event_file_never_takes_a_name_twice(tmp_path: Path):
    made = [create_event_file(tmp_path / "a" / "b", secs=1.0, host="box", pid=1, suffix=".x") for _ in range(3)]

    for _, descriptor in made:
        os.close(descriptor)
    assert [path.name for path, _ in made] == [f"events.out.tfevents.0000000001.box.1.{n}.x" for n in range(3)]


def test_create_event_file_in_the_place_of_a_file_says_what_must_hold(tmp_path: Path):
    (tmp_path / "taken").write_text("")

    with pytest.raises(FileExistsError, match="log_dir must be a folder that can be written to; got '.*taken'"):
        create_event_file(tmp_path / "taken", secs=1.0, host="box", pid=1)


def test_walk_logdir_finds_runs_sorted_and_passes_over_the_sidecar(tmp_path: Path):
    for name in [
        "b/x.tfevents.2",
        "b/x.tfevents.1",
        "x.tfevents",
        "a/b/c/x.tfevents",
        ".board/x.tfevents",
        "a/notes.txt",
    ]:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")

    walk = walk_logdir(tmp_path)

    found = [(run, path.relative_to(tmp_path).as_posix()) for run, path in walk.files]
    assert found == [
        (".", "x.tfevents"),
        ("a/b/c", "a/b/c/x.tfevents"),
        ("b", "b/x.tfevents.1"),
        ("b", "b/x.tfevents.2"),
    ]
    assert tmp_path / "a" in walk.folders


def test_walk_logdir_follows_links_once(tmp_path: Path):
    real = tmp_path / "real"
    real.mkdir()
    (real / "x.tfevents").write_text("")
    logdir = tmp_path / "logdir"
    logdir.mkdir()
    (logdir / "link").symlink_to(real)
    (real / "cycle").symlink_to(logdir)

    walk = walk_logdir(logdir)

    assert [run for run, _ in walk.files] == ["link"]


def test_walk_logdir_that_does_not_exist_finds_nothing(tmp_path: Path):
    assert walk_logdir(tmp_path / "none").files == ()
