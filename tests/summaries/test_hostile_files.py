"""What may lie in a logdir beside sound event files: damage at every place, and files that are something else."""

from __future__ import annotations

import gzip
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from summaries import EventFileReader, SummaryWriter, load
from summaries.columns import Batch, Ints
from summaries.proto.event_pb2 import Event
from summaries.proto.summary_pb2 import Summary, SummaryMetadata
from summaries.proto.tensor_pb2 import TensorProto, TensorShapeProto
from summaries.records import frame, split_records
from tests.summaries.scanners import SCANNERS, MakeScanner

NAME = "events.out.tfevents.1700000000.host.1.0"
# By clu, with TensorFlow: eight tags of seven kinds.
SOUND = (Path(__file__).resolve().parent.parent / "fixtures" / "clu" / f"{NAME}.v2").read_bytes()
SPANS = [(start - 12, start + length + 4) for start, length in split_records(SOUND, is_growing=False).payloads]

Point = tuple[str, str, int, float, object]
Read = Callable[[bytes], Batch]


@pytest.fixture(params=SCANNERS)
def make_scanner(request: pytest.FixtureRequest) -> MakeScanner:
    return request.param


@pytest.fixture
def read(make_scanner: MakeScanner, tmp_path: Path) -> Read:
    """Reads bytes as a finished event file."""

    def read_file(data: bytes) -> Batch:
        path = tmp_path / NAME
        path.write_bytes(data)
        with EventFileReader(path, make_scanner=make_scanner) as reader:
            return reader.read(is_finished=True)

    return read_file


def points_of(batch: Batch, data: bytes) -> list[Point]:
    """All points: of scalars the value, of all else the bytes."""
    names = [(tag.name, tag.kind) for tag in batch.tags]
    rows = zip(batch.steps.tolist(), batch.wall_times.tolist(), batch.values.tolist(), strict=True)
    places = zip(batch.blob_offsets.tolist(), batch.blob_lengths.tolist(), strict=True)
    blobs = [data[offset : offset + length] for offset, length in places]
    blob_rows = zip(batch.blob_steps.tolist(), batch.blob_wall_times.tolist(), blobs, strict=True)
    scalars = [(*name, *row) for name, row in zip(repeat_by(names, batch.starts), rows, strict=True)]
    others = [(*name, *row) for name, row in zip(repeat_by(names, batch.blob_starts), blob_rows, strict=True)]
    return scalars + others


def repeat_by(names: list[tuple[str, str]], starts: Ints) -> list[tuple[str, str]]:
    """The name of each row."""
    return [name for name, count in zip(names, np.diff(starts).tolist(), strict=True) for _ in range(count)]


@pytest.fixture
def points_by_record(read: Read) -> list[list[Point]]:
    """What each record of `SOUND` holds."""
    records = [SOUND[begin:end] for begin, end in SPANS]
    return [points_of(read(record), record) for record in records]


def test_a_file_cut_at_any_byte_has_all_records_before(read: Read, points_by_record: list[list[Point]]):
    for size in range(len(SOUND) + 1):
        data = SOUND[:size]

        batch = read(data)

        num_whole = sum(end <= size for _, end in SPANS)
        end = SPANS[num_whole - 1][1] if num_whole else 0
        expected = sorted(point for points in points_by_record[:num_whole] for point in points)
        gaps = [(end, size - end)] if end < size else []
        assert sorted(points_of(batch, data)) == expected
        assert batch.health.num_records == num_whole
        assert [(problem.offset, problem.num_bytes) for problem in batch.health.problems] == gaps


def test_a_file_that_grows_in_two_parts_cut_at_any_byte_is_read_whole(
    read: Read, make_scanner: MakeScanner, tmp_path: Path
):
    path = tmp_path / NAME
    whole = points_of(read(SOUND), SOUND)
    for size in range(len(SOUND) + 1):
        path.write_bytes(SOUND[:size])
        with EventFileReader(path, make_scanner=make_scanner) as reader:
            first = points_of(reader.read(), SOUND)
            with path.open("ab") as file:
                file.write(SOUND[size:])
            second = points_of(reader.read(), SOUND)

        assert sorted(first + second) == sorted(whole)
        assert (reader.generation, reader.health.problems, reader.health.is_torn) == (0, (), False)


def test_a_flipped_bit_at_any_byte_costs_its_record(read: Read, points_by_record: list[list[Point]]):
    for number, (begin, end) in enumerate(SPANS):
        expected = sorted(point for other, points in enumerate(points_by_record) if other != number for point in points)
        for place in range(begin, end):
            data = bytearray(SOUND)
            data[place] ^= 1 << place % 8

            batch = read(bytes(data))

            assert sorted(points_of(batch, bytes(data))) == expected
            assert [(problem.offset, problem.num_bytes) for problem in batch.health.problems] == [(begin, end - begin)]


def test_zeros_after_a_power_cut_cost_nothing(read: Read):
    batch = read(SOUND + bytes(100_000))

    assert (batch.health.num_records, batch.health.num_bytes_read) == (len(SPANS), len(SOUND) + 100_000)
    assert [(problem.offset, problem.num_bytes) for problem in batch.health.problems] == [(len(SOUND), 100_000)]


def test_zeros_that_become_records_later_are_waited_for(read: Read, make_scanner: MakeScanner, tmp_path: Path):
    path = tmp_path / NAME
    whole = sorted(points_of(read(SOUND), SOUND))
    for size in range(0, len(SOUND), 7):  # how much has arrived, as on NFS
        path.write_bytes(SOUND[:size] + bytes(len(SOUND) - size))
        with EventFileReader(path, make_scanner=make_scanner) as reader:
            first = reader.read()
            with path.open("r+b") as file:
                file.write(SOUND)
            second = reader.read()

        points = points_of(second, SOUND) if reader.generation else points_of(first, SOUND) + points_of(second, SOUND)
        assert (len(first.health.problems), first.health.is_torn) == (1, True)
        assert sorted(points) == whole
        assert (second.health.problems, second.health.is_torn) == ((), False)


def test_zeros_that_stay_are_one_problem_once_a_record_follows(read: Read, make_scanner: MakeScanner, tmp_path: Path):
    path = tmp_path / NAME
    middle = SPANS[4][1]
    whole = sorted(points_of(read(SOUND), SOUND))
    path.write_bytes(SOUND[:middle] + bytes(500))
    with EventFileReader(path, make_scanner=make_scanner) as reader:
        first = reader.read()
        with path.open("ab") as file:
            file.write(SOUND[middle:])
        batches = [first, reader.read(), reader.read()]

    data = path.read_bytes()
    assert sorted(point for batch in batches for point in points_of(batch, data)) == whole
    assert [(problem.offset, problem.num_bytes) for problem in batches[-1].health.problems] == [(middle, 500)]
    assert [batch.health.is_torn for batch in batches] == [True, False, False]


@pytest.mark.parametrize("junk", [bytes(4096), b"\xff" * 4096, SOUND[5:900], frame(b"no event")[:-1]], ids=range(4))
def test_bytes_that_do_not_belong_there_cost_nothing(read: Read, points_by_record: list[list[Point]], junk: bytes):
    middle = SPANS[4][1]
    data = SOUND[:middle] + junk + SOUND[middle:]

    points = points_of(read(data), data)

    assert set(points) >= {point for points in points_by_record for point in points}


def test_event_files_one_after_the_other_are_read_as_one(read: Read):
    batch = read(SOUND + SOUND)

    assert (batch.health.num_records, batch.health.problems) == (2 * len(SPANS), ())
    assert sorted(points_of(batch, SOUND + SOUND)) == sorted(2 * points_of(read(SOUND), SOUND))


@pytest.mark.parametrize(
    "spoil",
    [
        gzip.compress,
        lambda data: data.replace(b"\n", b"\r\n"),
        lambda data: data.decode("latin-1").encode("utf-16"),
        lambda data: b"<html>404 Not Found</html>\n",
        lambda data: b"epoch 1, loss 0.5\n" * 100_000,
    ],
    ids=["gzip", "line ends", "utf-16", "html", "text"],
)
def test_a_file_that_is_something_else_is_one_problem(read: Read, spoil: Callable[[bytes], bytes]):
    data = spoil(SOUND)

    batch = read(data)

    assert (batch.tags, batch.health.num_records) == ((), 0)
    assert [(problem.offset, problem.num_bytes) for problem in batch.health.problems] == [(0, len(data))]


def test_an_empty_file_is_no_problem(read: Read):
    assert read(b"").health.problems == ()


def test_a_folder_named_like_an_event_file_is_a_folder(tmp_path: Path):
    with SummaryWriter(tmp_path / NAME) as writer:
        writer.add_scalar("loss", 0.5, 1)

    runs = load(tmp_path).runs

    assert {name: list(run.scalars) for name, run in runs.items()} == {NAME: ["loss"]}


@pytest.mark.parametrize(
    "tensor",
    [
        TensorProto(dtype="DT_FLOAT", float_val=[1.0]),
        TensorProto(dtype="DT_STRING", string_val=[b"1"]),
        TensorProto(dtype="DT_COMPLEX128"),
    ],
    ids=["float", "string", "nothing"],
)
def test_one_number_that_claims_to_be_two_billion_takes_no_memory(tmp_path: Path, tensor: TensorProto):
    tensor.tensor_shape.CopyFrom(TensorShapeProto(dim=[TensorShapeProto.Dim(size=2**31 - 1)]))
    metadata = SummaryMetadata(plugin_data=SummaryMetadata.PluginData(plugin_name="scalars"))
    values = [Summary.Value(tag="t", metadata=metadata, tensor=tensor), Summary.Value(tag="a", simple_value=0.5)]
    (tmp_path / NAME).write_bytes(frame(Event(summary=Summary(value=values)).SerializeToString()))
    tracemalloc.start()

    run = load(tmp_path).runs["."]
    with pytest.raises(ValueError, match="must hold 2147483647 elements; got [01]"):
        run.tensors["t"][0]

    assert tracemalloc.get_traced_memory()[1] < 1_000_000
    tracemalloc.stop()
    assert run.scalars["a"].values.tolist() == [0.5]
