"""What lies in a folder of edits, and what others do to it meanwhile."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from pathlib import Path

import pytest

from dashboard.sidecar import edit_folder
from dashboard.sidecar.edit_folder import EditFolder
from dashboard.sidecar.edits import Edit, encode

HOUR = 3_600_000_000
DAY = 24 * HOUR


def make_edit(time: int, notes: str = "x", run: str = "a") -> Edit:
    return Edit(time, secrets.token_hex(8), ("runs", run, "notes"), notes)


@pytest.fixture
def make_folder(tmp_path: Path) -> Callable[[], EditFolder]:
    """Makes folders of the same edits, as several boards have them."""
    return lambda: EditFolder(str(tmp_path), (".board", "edits"))


def test_edits_are_found_by_another(make_folder: Callable[[], EditFolder], tmp_path: Path) -> None:
    first, second = make_folder(), make_folder()
    edits = make_edit(1), make_edit(2)

    first.write(edits[:1])
    second.write(edits[1:])

    assert first.look()
    assert not first.look()
    assert set(first.edits) == set(second.edits) == set(edits)
    assert all(path.read_text().endswith("\n") for path in tmp_path.glob(".board/edits/*.jsonl"))


def test_looking_changes_nothing_on_disk(make_folder: Callable[[], EditFolder], tmp_path: Path) -> None:
    folder = make_folder()

    assert not folder.look()

    assert list(tmp_path.iterdir()) == []
    assert folder.problems == ()


def test_folder_that_goes_away_takes_its_edits_with_it(make_folder: Callable[[], EditFolder], tmp_path: Path) -> None:
    folder = make_folder()
    folder.write([make_edit(1)])

    (tmp_path / ".board").rename(tmp_path / "elsewhere")

    assert folder.look()
    assert folder.edits == ()


def test_torn_and_strange_lines_are_passed_over_and_told(make_folder: Callable[[], EditFolder], tmp_path: Path) -> None:
    edit, torn = make_edit(1, notes="line\nseparator \u2028 é"), encode(make_edit(2))
    folder = make_folder()
    folder.write([make_edit(3)])
    path = tmp_path / ".board" / "edits" / "by_hand.jsonl"
    strange = [
        '{"time": "2026-11-25T00:00:00Z", "id": "h", "path": ["runs", "a", "color"], "value": "red"}',
        "\udcff\udcfe",
    ]
    path.write_bytes("\r\n".join([encode(edit), "", *strange, torn[:-9]]).encode(errors="surrogateescape"))

    folder.look()

    assert edit in folder.edits
    assert len(folder.edits) == 2
    assert folder.problems == (f"{path} holds 3 lines that are no edits. Continuing without.",)


def test_name_that_is_no_text_is_told_as_text(make_folder: Callable[[], EditFolder], tmp_path: Path) -> None:
    folder = make_folder()
    folder.write([make_edit(3)])
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/.board/edits/caf\xe9.jsonl")).write_text("no edit")

    folder.look()

    assert folder.problems == (
        f"{tmp_path}/.board/edits/caf\\xe9.jsonl holds 1 line that is no edit. Continuing without.",
    )


def test_path_of_a_later_release_is_kept(make_folder: Callable[[], EditFolder], tmp_path: Path) -> None:
    later = Edit(1, "a", ("runs", "a", "rating"), [5])
    folder = make_folder()

    folder.write([later])

    assert folder.edits == (later,)
    assert folder.problems == ()


def test_links_and_pipes_are_not_read(make_folder: Callable[[], EditFolder], tmp_path: Path) -> None:
    secret = tmp_path / "secret.jsonl"
    secret.write_text(encode(make_edit(1)))
    edits = tmp_path / ".board" / "edits"
    edits.mkdir(parents=True)
    (edits / "link.jsonl").symlink_to(secret)
    (edits / "zero.jsonl").symlink_to("/dev/zero")
    os.mkfifo(edits / "pipe.jsonl")
    (edits / "folder.jsonl").mkdir()
    folder = make_folder()

    folder.look()

    assert folder.edits == ()


@pytest.mark.parametrize("place", [".board", ".board/edits"])
def test_folder_behind_a_link_is_neither_read_nor_written(
    place: str, make_folder: Callable[[], EditFolder], tmp_path: Path
) -> None:
    outside = tmp_path / "outside"
    (outside / "edits").mkdir(parents=True)
    (tmp_path / place).parent.mkdir(exist_ok=True)
    (tmp_path / place).symlink_to(outside)
    folder = make_folder()

    with pytest.raises(OSError, match=r"."):
        folder.write([make_edit(1)])

    assert [path for path in outside.rglob("*") if path.is_file()] == []
    folder.look()
    assert "a link or a file is in the place of a folder" in folder.problems[0]


def test_many_files_become_one_and_old_edits_that_decide_nothing_go(
    make_folder: Callable[[], EditFolder], tmp_path: Path
) -> None:
    first, second = make_folder(), make_folder()
    old, newer = [make_edit(number) for number in range(40)], [make_edit(90 * DAY + number) for number in range(40)]

    for edit in [*old, *newer]:
        first.write([edit])
        second.look()

    names = os.listdir(tmp_path / ".board" / "edits")
    assert len(names) <= edit_folder.MAX_FILES + 1
    assert set(first.edits) == set(second.edits) == {old[-1], *newer}


def test_files_with_strange_lines_stay_as_they_are(make_folder: Callable[[], EditFolder], tmp_path: Path) -> None:
    folder = make_folder()
    folder.write([make_edit(0)])
    path = tmp_path / ".board" / "edits" / "by_hand.jsonl"
    path.write_text("note to self\n")

    for number in range(40):
        folder.write([make_edit(number)])

    assert path.read_text() == "note to self\n"
    assert len(folder.edits) == 41


@pytest.mark.parametrize(
    "line",
    [
        '{"time": "2026-11-25T00:00:00Z", "id": "h", "path": ["runs", "a", "name"], "value": "by hand"}',
        '{"time": "2026-11-25T00:00:00.000000Z", "id": "h", "path": ["runs", "a", "name"], "value": "x", "by": "me"}',
        '{"time": "2026-11-25T00:00:00.000000Z", "id": "\\ud800", "path": ["later"], "value": "\\ud800"}',
        '{"time": "2026-11-25T00:00:00.000000Z", "id": "h", "path": ["\udcff"], "value": 1}',
    ],
    ids=range(4),
)
def test_file_that_was_written_otherwise_stays_as_it_is(
    line: str, make_folder: Callable[[], EditFolder], tmp_path: Path
) -> None:
    folder = make_folder()
    folder.write([make_edit(0)])
    path = tmp_path / ".board" / "edits" / "another.jsonl"
    path.write_text(line, errors="surrogateescape")

    for number in range(40):
        folder.write([make_edit(number)])

    assert path.read_text(errors="surrogateescape") == line
    assert len(folder.edits) == 42
    assert len(os.listdir(path.parent)) < 40


def test_file_that_was_changed_by_hand_stays(make_folder: Callable[[], EditFolder], tmp_path: Path) -> None:
    folder = make_folder()
    for number in range(edit_folder.MAX_FILES + 1):
        folder.write([make_edit(number)])
    path = next((tmp_path / ".board" / "edits").iterdir())
    mine = make_edit(DAY, notes="by hand")
    path.write_text(path.read_text() + encode(mine))

    folder.write([make_edit(2 * DAY)])

    assert mine in folder.edits


def test_what_a_killed_writer_left_is_removed_in_time(make_folder: Callable[[], EditFolder], tmp_path: Path) -> None:
    folder = make_folder()
    folder.write([make_edit(0)])
    edits = tmp_path / ".board" / "edits"
    (edits / ".old.jsonl.tmp").write_text("half a li")
    os.utime(edits / ".old.jsonl.tmp", (0, 0))
    (edits / ".new.jsonl.tmp").write_text("half a li")

    for number in range(40):
        folder.write([make_edit(number)])

    assert sorted(edits.glob(".*")) == [edits / ".new.jsonl.tmp"]
    assert folder.problems == ()
