"""Names of event files, and their making."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from summaries.files import create_event_file, is_event_file, make_name


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
