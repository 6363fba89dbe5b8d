"""A run kept up to date as its files grow."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from summaries.columns import (
    BLOB_COLUMNS,
    SCALAR_COLUMNS,
    Columns,
    FileHealth,
    make_batch,
    make_empty_columns,
    merge_columns,
)
from summaries.logdir_tail import LogdirTail
from summaries.proto.event_pb2 import Event, SessionLog
from summaries.proto.summary_pb2 import HistogramProto, Summary
from summaries.reader import EventFileReader
from summaries.records import frame
from summaries.run import Extent, FileLog, RunLog


def value_record(step: int, tag: str = "a") -> bytes:
    values = [Summary.Value(tag=tag, simple_value=step), Summary.Value(tag="h", histo=HistogramProto(min=step))]
    return frame(Event(step=step, wall_time=100.0 + step, summary=Summary(value=values)).SerializeToString())


def start_record(step: int) -> bytes:
    return frame(Event(step=step, session_log=SessionLog(status="START")).SerializeToString())


def append(path: Path, *records: bytes) -> None:
    with open(path, "ab") as file:
        file.write(b"".join(records))


def test_series_of_a_growing_run_is_that_of_the_run_read_at_once(tmp_path: Path):
    one, two = tmp_path / "x.tfevents.1", tmp_path / "x.tfevents.2"
    tail, log = LogdirTail(tmp_path), RunLog()
    steps = [
        (two, [value_record(3, "b")]),
        (one, [value_record(0), value_record(1)]),
        (two, [value_record(1), start_record(1)]),
        (one, [value_record(2, "b"), value_record(2)]),
        (two, [value_record(1), value_record(2)]),
    ]

    for path, records in steps:
        append(path, *records)
        for update in tail.poll():
            log.update(update.path, update.batch, is_replaced=update.is_replaced)
    at_once = RunLog()
    for path in (one, two):
        at_once.update(path, EventFileReader(path).read())

    assert {(tag.name, tag.kind) for tag in log.tags} == {("a", "scalars"), ("b", "scalars"), ("h", "histograms")}
    for tag in ("a", "b"):
        series, expected = log.series(tag), at_once.series(tag)
        for name in vars(expected):
            assert getattr(series, name).tolist() == getattr(expected, name).tolist()
    assert log.series("a").steps.tolist() == [0, 1, 2, 1, 1, 2]
    assert log.series("a").is_current.tolist() == [True, False, False, False, True, True]
    assert log.series("b").steps.tolist() == [2, 3]
    assert log.series("b").superseded.tolist() == [True]


def test_series_of_a_file_read_record_by_record_is_that_of_the_whole(tmp_path: Path):
    path = tmp_path / "x.tfevents"
    reader, log = EventFileReader(path), RunLog()
    steps = [*range(40), *range(30, 50)]

    for number, step in enumerate(steps):
        append(path, *([start_record(30)] if number == 40 else []), value_record(step, "ab"[step % 2]))
        log.update(path, reader.read())

    assert log.series("a").steps.tolist() == [step for step in steps if step % 2 == 0]
    assert log.series("b").steps.tolist() == [step for step in steps if step % 2]
    assert log.series("b").segment_starts.tolist() == [0, 15, 20]
    assert log.blobs("h", "histograms").steps.tolist() == steps
    assert (
        log.blobs("h", "histograms").is_superseded.tolist() == [30 <= step < 40 for step in steps[:40]] + [False] * 20
    )


class Shelf:
    """Rows of one file on a shelf."""

    def __init__(self) -> None:
        self.extent, self._log = Extent.nothing(), FileLog()

    def add(self, path: Path, log: FileLog, columns: Columns) -> None:
        self.extent = self.extent.followed_by(columns)
        columns = merge_columns([columns, make_empty_columns()])
        self._log.update(make_batch(columns, log.tags, FileHealth(path, 0, 0, (), is_torn=False)))

    def read(self, tag_id: int) -> list[np.ndarray]:
        is_scalar = self._log.tags[tag_id].kind == "scalars"
        return self._log.piece(tag_id, SCALAR_COLUMNS if is_scalar else BLOB_COLUMNS)[0]


@pytest.mark.parametrize("interval", [1, 2, 3, 7])
def test_rows_that_are_moved_out_of_memory_change_nothing(tmp_path: Path, interval: int):
    path, shelf = tmp_path / "x.tfevents", Shelf()
    reader, log, in_memory = EventFileReader(path), RunLog(), RunLog()
    for number, step in enumerate([*range(12), *range(5, 15)]):
        tag = "abc"[step % 3] if number > 3 else "a"
        append(path, *([start_record(5)] if number in (12, 20) else []), value_record(step, tag))
        batch = reader.read()
        in_memory.update(path, batch)
        taken = log.files[path].take() if number and number % interval == 0 else None
        log.update(path, batch)  # while the rows before it are being stored
        if taken is not None:
            shelf.add(path, log.files[path], taken)
            log.files[path].put_away(shelf)

    for tag in "abc":
        series, expected = log.series(tag), in_memory.series(tag)
        assert {name: column.tolist() for name, column in vars(series).items()} == {
            name: column.tolist() for name, column in vars(expected).items()
        }
    assert log.blobs("h", "histograms").offsets.tolist() == in_memory.blobs("h", "histograms").offsets.tolist()
    assert log.files[path].num_rows_in_memory == 2 * (1 + 21 % interval)


def test_extent_is_the_same_where_nothing_comes_next():
    extent = Extent(np.array([3, 1]), np.array([0, 2]))

    same = extent.followed_by(make_empty_columns())

    assert (same.num_rows.tolist(), same.num_blob_rows.tolist()) == ([3, 1], [0, 2])


def test_stamp_changes_with_the_rows_of_the_tag_and_with_the_file(tmp_path: Path):
    path = tmp_path / "x.tfevents"
    reader, log = EventFileReader(path), RunLog()
    append(path, value_record(0, "a"), value_record(0, "b"))
    log.update(path, reader.read())
    before = log.stamp("a", "scalars"), log.stamp("b", "scalars")

    append(path, value_record(1, "b"))
    log.update(path, reader.read())
    after = log.stamp("a", "scalars"), log.stamp("b", "scalars")
    log.update(path, EventFileReader(path).read(), is_replaced=True)

    assert after[0] == before[0]
    assert after[1] != before[1]
    assert log.stamp("a", "scalars") != after[0]


def test_blobs_tell_where_each_value_lies_and_what_a_restart_replaced(tmp_path: Path):
    one, two = tmp_path / "x.tfevents.1", tmp_path / "x.tfevents.2"
    append(one, value_record(0), value_record(1))
    append(two, value_record(1))
    log = RunLog()
    for path in (two, one):
        log.update(path, EventFileReader(path).read())

    blobs = log.blobs("h", "histograms")

    assert blobs.steps.tolist() == [0, 1, 1]
    assert blobs.wall_times.tolist() == [100.0, 101.0, 101.0]
    assert blobs.paths == (one, one, two)
    assert blobs.is_superseded.tolist() == [False, True, False]
    assert len(blobs) == 3


def test_update_of_a_replaced_or_missing_file_forgets_what_it_gave(tmp_path: Path):
    path = tmp_path / "x.tfevents"
    append(path, value_record(0), value_record(1))
    tail, log = LogdirTail(tmp_path), RunLog()
    for update in tail.poll():
        log.update(update.path, update.batch, is_replaced=update.is_replaced)

    path.write_bytes(value_record(7))
    for update in tail.poll():
        log.update(update.path, update.batch, is_replaced=update.is_replaced)
    replaced = log.series("a").steps.tolist()
    path.unlink()
    for update in tail.poll():
        log.update(update.path, update.batch, is_replaced=update.is_replaced)

    assert replaced == [7]
    assert log.tags == ()
    assert log.health == ()


def test_series_of_an_unknown_tag_raises():
    with pytest.raises(KeyError):
        RunLog().series("a")
    with pytest.raises(KeyError):
        RunLog().blobs("a", "histograms")
