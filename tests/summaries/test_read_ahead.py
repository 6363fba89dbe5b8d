"""Many files in a row, ahead of the caller."""

from __future__ import annotations

from pathlib import Path

import pytest

from summaries.proto.event_pb2 import Event
from summaries.proto.summary_pb2 import Summary
from summaries.read_ahead import read_ahead
from summaries.reader import EventFileReader
from summaries.records import frame


def record(step: int, num_padding: int = 0) -> bytes:
    values = [
        Summary.Value(tag="a", simple_value=step),
        Summary.Value(tag="t", tensor={"string_val": [bytes(num_padding)]}),
    ]
    return frame(Event(step=step, summary=Summary(value=values)).SerializeToString())


@pytest.fixture
def files(tmp_path: Path) -> list[tuple[EventFileReader, int]]:
    """Small ones and some of a few MB, so that threads take part; one is missing, one damaged."""
    found = []
    for number in range(20):
        path = tmp_path / f"{number:02d}.tfevents"
        data = record(number, (2 << 20) if number % 3 == 0 else 100) + record(number + 1)
        if number == 4:
            data = b"junk" + data
        if number != 7:
            path.write_bytes(data)
        found.append((EventFileReader(path), len(data)))
    return found


@pytest.mark.parametrize("num_threads", [1, 2, 3])
def test_read_ahead_brings_what_each_reader_would_in_order(files: list[tuple[EventFileReader, int]], num_threads: int):
    readings = list(read_ahead(files, is_finished=True, num_threads=num_threads))

    assert [reading.reader.path.name for reading in readings] == [f"{number:02d}.tfevents" for number in range(20)]
    for number, reading in enumerate(readings):
        if number == 7:
            assert isinstance(reading.error, FileNotFoundError)
            assert reading.batch is None
            continue
        assert reading.batch.steps.tolist() == reading.batch.blob_steps.tolist() == [number, number + 1]
        assert reading.state == reading.reader.state
        assert (reading.is_replaced, reading.error) == (False, None)
        assert len(reading.batch.health.problems) == (number == 4)


def test_read_ahead_that_is_given_up_ends_its_threads(files: list[tuple[EventFileReader, int]]):
    readings = read_ahead(files, num_threads=2)

    first = next(readings)
    readings.close()

    assert first.batch.steps.tolist() == [0, 1]


def test_read_ahead_of_a_large_file_gives_slices(tmp_path: Path):
    path = tmp_path / "x.tfevents"
    path.write_bytes(b"".join(record(step, 1 << 20) for step in range(10)))
    reader = EventFileReader(path)

    readings = list(read_ahead([(reader, path.stat().st_size)], slice_bytes=3 << 20))

    assert [reading.batch.steps.tolist() for reading in readings] == [[0, 1, 2], [3, 4, 5], [6, 7, 8], [9]]
    assert readings[-1].state == reader.state
    assert not any(reading.state.is_torn for reading in readings)


def test_read_ahead_tells_of_a_file_that_was_replaced(tmp_path: Path):
    path = tmp_path / "x.tfevents"
    path.write_bytes(record(1))
    reader = EventFileReader(path)
    list(read_ahead([(reader, 10)]))

    path.write_bytes(record(2) + record(3))
    (reading,) = read_ahead([(reader, 10)])

    assert reading.is_replaced
    assert reading.batch.steps.tolist() == [2, 3]
