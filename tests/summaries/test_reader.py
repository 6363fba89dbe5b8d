"""One file, finished or growing, in windows of any size."""

from __future__ import annotations

import errno
import functools
import os
import struct
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

from summaries.columns import Batch
from summaries.kinds import decode
from summaries.proto.event_pb2 import Event, SessionLog
from summaries.proto.summary_pb2 import HistogramProto, Summary, SummaryMetadata
from summaries.reader import EventFileReader, read_blob
from summaries.records import frame, masked_crc32c
from summaries.sources import LocalSource
from tests.summaries.scanners import SCANNERS

OpenReader = Callable[..., EventFileReader]


def record(step: int, tag: str = "a") -> bytes:
    values = [Summary.Value(tag=tag, simple_value=step), Summary.Value(tag="h", histo=HistogramProto(min=step))]
    return frame(Event(step=step, wall_time=step, summary=Summary(value=values)).SerializeToString())


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "events.out.tfevents.0000000001.box"


@pytest.fixture(params=SCANNERS)
def open_reader(request: pytest.FixtureRequest) -> OpenReader:
    """Makes a reader, for each scanner."""
    return functools.partial(EventFileReader, make_scanner=request.param)


def append(path: Path, data: bytes) -> None:
    with open(path, "ab") as file:
        file.write(data)


def describe(batch: Batch) -> tuple[list[int], int, bool]:
    return batch.steps.tolist(), len(batch.health.problems), batch.health.is_torn


def test_read_brings_only_what_was_appended_since(open_reader: OpenReader, path: Path):
    append(path, record(1) + record(2))
    reader = open_reader(path)

    first = reader.read()
    append(path, record(3, "b"))
    second = reader.read()
    third = reader.read()

    assert describe(first) == ([1, 2], 0, False)
    assert describe(second) == ([3], 0, False)
    assert describe(third) == ([], 0, False)
    assert [tag.name for tag in first.tags] == ["a", "h"]
    assert [tag.name for tag in third.tags] == ["a", "h", "b"]
    assert second.starts.tolist() == [0, 0, 0, 1]
    assert third.health.num_records == 3
    assert third.health.num_bytes_read == path.stat().st_size


def test_read_waits_for_the_rest_of_a_torn_tail(open_reader: OpenReader, path: Path):
    data = record(2)
    append(path, record(1) + data[:20])
    reader = open_reader(path)

    first = reader.read()
    append(path, data[20:])
    second = reader.read()

    assert describe(first) == ([1], 0, True)
    assert describe(second) == ([2], 0, False)


def test_read_of_a_finished_file_counts_a_torn_tail_as_a_problem(open_reader: OpenReader, path: Path):
    append(path, record(1) + record(2)[:20])

    batch = open_reader(path).read(is_finished=True)

    problem = batch.health.problems[0]
    assert describe(batch) == ([1], 1, False)
    assert (problem.offset, problem.num_bytes) == (len(record(1)), 20)
    assert problem.reason == "the file ends inside a record"


def test_read_passes_over_damage_and_says_where(open_reader: OpenReader, path: Path):
    bad = bytearray(record(2))
    bad[15] ^= 1
    append(path, record(1) + bad + record(3))

    batch = open_reader(path).read()

    problem = batch.health.problems[0]
    assert describe(batch) == ([1, 3], 1, False)
    assert (problem.offset, problem.num_bytes) == (len(record(1)), len(bad))
    assert problem.reason == "the checksum of a record is wrong"


@pytest.mark.parametrize("is_finished", [True, False])
def test_read_of_a_foreign_file_is_one_problem(open_reader: OpenReader, path: Path, is_finished: bool):
    append(path, b"This is not an event file.\n" * 100)

    batch = open_reader(path).read(is_finished=is_finished)

    assert batch.steps.tolist() == []
    assert [problem.offset for problem in batch.health.problems] == [0]


@pytest.mark.parametrize("window_bytes", [1, 13, 64, 100, 1000])
def test_read_in_small_windows_is_the_same(open_reader: OpenReader, path: Path, window_bytes: int):
    start = frame(Event(step=5, session_log=SessionLog(status="START")).SerializeToString())
    append(path, b"junk" * 9 + b"".join(map(record, range(20))) + b"\0" * 50 + start + record(30) + b"tail")

    whole = open_reader(path).read(is_finished=True)
    windows = open_reader(path, window_bytes=window_bytes).read(is_finished=True)

    assert windows.steps.tolist() == whole.steps.tolist() == [*range(20), 30]
    assert windows.blob_offsets.tolist() == whole.blob_offsets.tolist()
    for batch in (whole, windows):
        (purge,) = batch.purges
        assert (purge.step, purge.rows.tolist(), purge.blob_rows.tolist()) == (5, [20, 0], [0, 20])
    places = [(problem.offset, problem.num_bytes) for problem in whole.health.problems]
    assert [(problem.offset, problem.num_bytes) for problem in windows.health.problems] == places
    assert len(places) == 3


def test_read_of_a_file_that_shrank_begins_again(open_reader: OpenReader, path: Path):
    append(path, record(1) + record(2))
    reader = open_reader(path)
    reader.read()

    path.write_bytes(record(7))
    batch = reader.read()

    assert batch.steps.tolist() == [7]
    assert reader.generation == 1


def test_read_of_a_file_that_was_replaced_begins_again(open_reader: OpenReader, path: Path):
    append(path, record(1))
    reader = open_reader(path)
    reader.read()
    other = path.with_name("other")
    append(other, record(5) + record(6))

    other.replace(path)
    batch = reader.read()

    assert batch.steps.tolist() == [5, 6]
    assert reader.generation == 1


def test_read_of_a_file_that_was_written_anew_and_grew_begins_again(open_reader: OpenReader, path: Path):
    append(path, record(1))
    reader = open_reader(path)
    reader.read()

    path.write_bytes(record(5) + record(6))
    batch = reader.read()

    assert batch.steps.tolist() == [5, 6]
    assert reader.generation == 1


def test_reader_with_a_state_goes_on_where_the_other_stopped(open_reader: OpenReader, path: Path):
    bad = bytearray(record(2))
    bad[15] ^= 1
    tail = record(4, "b")
    append(path, record(1) + bad + record(3) + tail[:20])
    whole = open_reader(path)
    first = open_reader(path)
    whole.read(), first.read()

    append(path, tail[20:])
    second = open_reader(path, state=first.state)
    batch = second.read()

    whole.read()
    assert (batch.steps.tolist(), batch.blob_steps.tolist()) == ([4], [4])
    assert batch.starts.tolist() == [0, 0, 0, 1]
    assert second.generation == 0
    assert second.state == whole.state
    assert (first.state.is_torn, second.state.is_torn) == (True, False)
    assert second.state.size == second.state.offset == path.stat().st_size
    assert second.state.mtime_ns == path.stat().st_mtime_ns


def test_reader_with_the_state_of_another_file_begins_again(open_reader: OpenReader, path: Path):
    append(path, record(1))
    first = open_reader(path)
    first.read()

    path.write_bytes(record(5) + record(6))
    second = open_reader(path, state=first.state)
    batch = second.read()

    assert batch.steps.tolist() == [5, 6]
    assert second.generation == 1
    assert second.state.tags == batch.tags


def test_reader_with_a_state_knows_the_metadata_that_came_before(open_reader: OpenReader, path: Path):
    metadata = SummaryMetadata(plugin_data={"plugin_name": "scalars"}, display_name="A")
    first_value = Summary.Value(tag="a", tensor={"dtype": "DT_FLOAT", "float_val": [1.0]}, metadata=metadata)
    later_value = Summary.Value(tag="a", tensor={"dtype": "DT_FLOAT", "float_val": [2.0]})
    append(path, record(0) + frame(Event(summary={"value": [first_value]}).SerializeToString()))
    first = open_reader(path)
    first.read()

    append(path, frame(Event(summary={"value": [later_value]}).SerializeToString()))
    batch = open_reader(path, state=first.state).read()

    assert batch.values.tolist() == [2.0]
    assert [(tag.name, tag.kind, tag.display_name) for tag in batch.tags] == [
        ("a", "scalars", "A"),
        ("h", "histograms", ""),
    ]


def test_read_of_an_empty_file_is_empty(open_reader: OpenReader, path: Path):
    append(path, b"")

    batch = open_reader(path).read(is_finished=True)

    assert describe(batch) == ([], 0, False)


def test_read_of_a_missing_file_raises(open_reader: OpenReader, path: Path):
    with pytest.raises(FileNotFoundError):
        open_reader(path).read()


@pytest.mark.parametrize("length", [2**63, 2**31 - 1, 48 << 20])
@pytest.mark.parametrize("is_finished", [True, False])
def test_a_false_claim_of_a_length_costs_no_memory(open_reader: OpenReader, path: Path, length: int, is_finished: bool):
    packed = struct.pack("<Q", length)
    append(path, record(1) + packed + struct.pack("<I", masked_crc32c(packed)))
    os.truncate(path, 64 << 20)  # a sparse file
    append(path, record(2))
    reader = open_reader(path)

    tracemalloc.start()
    batch = reader.read(is_finished=is_finished)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    waits = length == 2**31 - 1 and not is_finished
    assert batch.steps.tolist() == ([1] if waits else [1, 2])
    assert batch.health.is_torn == waits
    assert len(batch.health.problems) == (not waits)
    assert peak < 4 << 20


def test_a_file_of_false_claims_is_read_in_bounded_time(open_reader: OpenReader, path: Path):
    packed = struct.pack("<Q", 20 << 20)
    append(path, (packed + struct.pack("<I", masked_crc32c(packed))) * 2000)
    os.truncate(path, 21 << 20)
    append(path, record(2))
    start = time.process_time()

    batch = open_reader(path).read()

    assert batch.steps.tolist() == [2]
    assert time.process_time() - start < 20  # and not the minutes that checking each claim takes


def test_a_record_longer_than_a_window_is_read_whole_or_given_up(open_reader: OpenReader, path: Path):
    long = frame(Event(step=2, summary={"value": [{"tag": "x" * 100_000, "simple_value": 2}]}).SerializeToString())
    bad = bytearray(long)
    bad[50_000] ^= 1
    append(path, record(1) + long + bad + record(3))

    batch = open_reader(path, window_bytes=1000).read()

    assert sorted(batch.steps.tolist()) == [1, 2, 3]
    (problem,) = batch.health.problems
    assert (problem.offset, problem.num_bytes) == (len(record(1)) + len(long), len(bad))
    assert problem.reason == "the checksum of a record is wrong"


def test_read_of_a_part_tells_that_there_is_more(open_reader: OpenReader, path: Path):
    append(path, b"".join(record(step) for step in range(100)))
    reader = open_reader(path, window_bytes=100)

    first = reader.read(max_bytes=1000)
    was_behind = reader.is_behind
    second = reader.read()

    assert [*first.steps.tolist(), *second.steps.tolist()] == list(range(100))
    assert 10 < len(first.steps) < 50
    assert (was_behind, reader.is_behind) == (True, False)
    assert not first.health.is_torn


def test_read_of_a_file_that_was_deleted_and_made_again_begins_again(open_reader: OpenReader, path: Path):
    append(path, record(1) + record(2))
    reader = open_reader(path)
    reader.read()

    path.unlink()
    with pytest.raises(FileNotFoundError):
        reader.read()
    append(path, record(4) + record(5) + record(6))  # perhaps under the same inode

    batch = reader.read()

    assert batch.steps.tolist() == [4, 5, 6]
    assert reader.generation == 1


class FailingSource(LocalSource):
    """A file of a disk that fails once, behind the first window."""

    has_failed = False

    def read_into(self, buffer: memoryview, offset: int) -> int:
        if offset and not FailingSource.has_failed:
            FailingSource.has_failed = True
            raise OSError(errno.EIO, "Input/output error")
        return super().read_into(buffer, offset)


def test_read_that_fails_half_way_leaves_all_to_the_next(open_reader: OpenReader, path: Path):
    append(path, record(1))
    reader = open_reader(path, open_source=FailingSource, window_bytes=200)
    reader.read()
    path.write_bytes(b"".join(map(record, range(2, 40))))  # another file now
    before = reader.state

    FailingSource.has_failed = False
    with pytest.raises(OSError, match="Input/output error"):
        reader.read()

    assert (reader.state, reader.generation) == (before, 0)
    assert reader.read().steps.tolist() == list(range(2, 40))
    assert reader.generation == 1


def test_read_blob_gives_the_bytes_at_a_place(open_reader: OpenReader, path: Path):
    append(path, record(1) + record(2))
    batch = open_reader(path).read()

    blob = read_blob(path, int(batch.blob_offsets[1]), int(batch.blob_lengths[1]))

    assert decode("histograms", blob).min == 2.0


def test_read_blob_beyond_the_end_raises(path: Path):
    append(path, b"abc")

    with pytest.raises(EOFError, match="must hold 5 bytes at offset 1; got 2"):
        read_blob(path, 1, 5)
