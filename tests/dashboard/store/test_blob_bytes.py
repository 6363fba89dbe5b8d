"""Blobs found in records of every shape, and damage around them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from dashboard.store.blob_bytes import read_verified
from summaries import EventFileReader, SummaryWriter
from summaries.proto.event_pb2 import Event
from summaries.proto.summary_pb2 import Summary
from summaries.records import frame


def test_every_blob_of_a_record_is_found_and_verified(tmp_path: Path) -> None:
    path = tmp_path / "x.tfevents.1"
    texts = [b"a" * 10, b"\0" * 70_000, frame(b"a record inside of a record"), b"\0" * 2_000_000, b"last"]
    values = [Summary.Value(tag=f"t{number}") for number in range(len(texts))]
    for value, text in zip(values, texts, strict=True):
        value.tensor.string_val.append(text)
    path.write_bytes(frame(Event(file_version="brain.Event:2").SerializeToString()))
    with open(path, "ab") as file:
        file.write(frame(Event(step=1, wall_time=2.0, summary=Summary(value=values)).SerializeToString()))
    batch = EventFileReader(path).read()

    blobs = [
        read_verified(path, offset, length)
        for offset, length in zip(batch.blob_offsets.tolist(), batch.blob_lengths.tolist(), strict=True)
    ]

    assert [Summary.Value.FromString(blob).tensor.string_val[0] for blob in blobs] == texts


@pytest.mark.parametrize("place", ["header", "before", "blob", "after", "footer"])
def test_damage_anywhere_in_the_record_is_an_error(tmp_path: Path, place: str) -> None:
    with SummaryWriter(tmp_path) as writer:
        writer.add_text("note", "hello")
        writer.add_histogram("weights", np.arange(10.0), 3)
    (path,) = tmp_path.iterdir()
    with EventFileReader(path) as reader:
        batch = reader.read()
    tag_id = [tag.name for tag in batch.tags].index("weights")
    row = batch.blob_starts[tag_id]
    offset, length = int(batch.blob_offsets[row]), int(batch.blob_lengths[row])
    data = bytearray(path.read_bytes())
    record = find_record(data, offset)
    places = {
        "header": record,
        "before": record + 12,
        "blob": offset + 3,
        "after": find_end(data, record) - 5,
        "footer": find_end(data, record) - 1,
    }
    data[places[place]] ^= 1
    path.write_bytes(data)

    with pytest.raises(EOFError, match=f"must hold a whole record around byte {offset}"):
        read_verified(path, offset, length)


def find_end(data: bytes, start: int) -> int:
    """Where the record that begins at `start` ends."""
    return start + 16 + int.from_bytes(data[start : start + 8], "little")


def find_record(data: bytes, place: int) -> int:
    """Where the record begins that holds the byte at `place`."""
    start = 0
    while find_end(data, start) <= place:
        start = find_end(data, start)
    return start
