from __future__ import annotations

from pathlib import Path

import pytest

from dashboard.store.rereading import read_front
from summaries import EventFileReader, FileState, SummaryWriter


@pytest.fixture
def read_file(tmp_path: Path) -> tuple[Path, FileState]:
    """An event file of five points that was read, damage at its end, and what the reader knew then."""
    with SummaryWriter(tmp_path, heartbeat_secs=None) as writer:
        for step in range(5):
            writer.add_scalar("loss", 1.0, step)
    (path,) = tmp_path.iterdir()
    with open(path, "ab") as file:
        file.write(b"damage at the end of what was read")
    reader = EventFileReader(path)
    reader.read()
    return path, reader.state


def test_front_is_what_was_read_however_the_file_grew(read_file: tuple[Path, FileState]) -> None:
    path, state = read_file
    with open(path, "ab") as file:
        file.write(path.read_bytes())

    batch = read_front(path, state)

    assert batch is not None
    assert batch.steps.tolist() == [0, 1, 2, 3, 4]


def test_front_of_a_file_that_was_cut_replaced_or_removed_is_none(read_file: tuple[Path, FileState]) -> None:
    path, state = read_file
    data = path.read_bytes()

    path.write_bytes(data[: state.offset - 1])
    cut = read_front(path, state)
    path.with_suffix(".new").write_bytes(data)
    path.with_suffix(".new").replace(path)
    replaced = read_front(path, state)
    path.unlink()
    removed = read_front(path, state)

    assert (cut, replaced, removed) == (None, None, None)
