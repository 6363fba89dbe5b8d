from __future__ import annotations

import gzip
import zlib
from collections import Counter
from pathlib import Path
from typing import Any

import fsspec
import numpy as np
import pytest

from summaries.proto import example_pb2
from summaries.records import frame
from trainer import inputs
from trainer.inputs import FixedLenFeature, TFRecords, VarLenFeature
from trainer.inputs.record_files import DamagedRecordError, iter_records

# Written by TensorFlow; scripts/make_estimator_fixtures.py.
THEIRS = Path(__file__).parents[2] / "fixtures" / "examples"
FEATURES = {
    "age": FixedLenFeature((), np.float32),
    "pair": FixedLenFeature((2,), np.float32),
    "day": FixedLenFeature((), np.int64),
    "tags": VarLenFeature(str, 2),
    "raw": FixedLenFeature((), bytes),
}
# An Example whose feature "x" is an int64_list of one byte: fields 1 (features) → 1 (entry) → 1 key, 2 value → 3 → 1.
NUMBER = bytes.fromhex("0a0c 0a0a 0a0178 1205 1a03 0a01".replace(" ", ""))


def write(path: Path, numbers: range) -> Path:
    path.write_bytes(b"".join(frame(NUMBER + bytes([number])) for number in numbers))
    return path


def read(path: Any, **options: Any) -> list[int]:
    batches = TFRecords(path, {"x": FixedLenFeature((), np.int64)}, **options)
    return [number for batch in batches for number in batch["x"].tolist()]


@pytest.mark.parametrize("name", ["examples", "examplesgzip", "exampleszlib"])
def test_examples_that_tensorflow_wrote_are_read_whatever_compresses_them(name: str) -> None:
    (batch,) = inputs.tfrecords(THEIRS / f"{name}.tfrecord", FEATURES)

    assert {name: column.tolist() for name, column in batch.items()} == {
        "age": [0.5, 1.5, 2.5],
        "pair": [[0, 0], [1, -1], [2, -2]],
        "day": [2**40, 2**40 + 1, 2**40 + 2],
        "tags": [["tag 0 ü", "tag 1 ü"], ["tag 0 ü", ""], ["", ""]],
        "raw": [b"\x00\xff\x00\x00", b"\x00\xff\x01\x00", b"\x00\xff\x02\x00"],
    }


def test_batches_are_pairs_with_a_label_and_the_last_one_holds_what_is_left() -> None:
    path = THEIRS / "examples.tfrecord"

    pairs = list(TFRecords(path, FEATURES, 2, label="day"))
    triples = list(TFRecords(path, FEATURES, 2, label="day", weight="age"))

    assert [labels.tolist() for _, labels in pairs] == [[2**40, 2**40 + 1], [2**40 + 2]]
    assert [sorted(features) for features, _ in pairs] == [["age", "pair", "raw", "tags"]] * 2
    assert [weights.tolist() for _, _, weights in triples] == [[0.5, 1.5], [2.5]]


def test_patterns_and_addresses_are_read_in_order(tmp_path: Path, memory: str) -> None:
    write(tmp_path / "b.tfrecord", range(3, 5))
    write(tmp_path / "a.tfrecord", range(3))
    with fsspec.open(f"{memory}/c.tfrecord", "wb") as file:
        file.write(gzip.compress((tmp_path / "a.tfrecord").read_bytes()))

    assert read(tmp_path / "*.tfrecord") == [0, 1, 2, 3, 4]
    assert read([tmp_path / "b.tfrecord", f"{memory}/*.tfrecord"]) == [3, 4, 0, 1, 2]


@pytest.mark.peers
def test_bucket_of_a_real_server_is_read(tmp_path: Path, bucket: str) -> None:
    with fsspec.open(f"{bucket}/1.tfrecord", "wb") as file:
        file.write(write(tmp_path / "a.tfrecord", range(3)).read_bytes())

    assert read(f"{bucket}/*.tfrecord") == [0, 1, 2]
    with pytest.raises(FileNotFoundError, match=r"paths must fit files; got 's3://.*none', which fits none"):
        read(f"{bucket}/none")


@pytest.mark.parametrize("buffer_size", [1, 7, 1000])
def test_shuffled_passes_give_every_example_once_in_orders_that_the_seed_tells(
    tmp_path: Path, buffer_size: int
) -> None:
    paths = [write(tmp_path / f"{start}.tfrecord", range(start, start + 20)) for start in (0, 20, 40)]
    features = {"x": FixedLenFeature((), np.int64)}

    def passes(seed: int) -> list[list[int]]:
        data = TFRecords(paths, features, 60, shuffle=True, shuffle_buffer_size=buffer_size, seed=seed)
        return [next(iter(data))["x"].tolist() for _ in range(3)]

    assert [sorted(order) for order in passes(0)] == [list(range(60))] * 3
    assert passes(0) == passes(0) != passes(1)
    assert max(Counter(map(tuple, passes(0))).values()) < 3


def test_gzip_files_one_behind_the_other_are_one_file(tmp_path: Path) -> None:
    whole = write(tmp_path / "a", range(4)).read_bytes()
    (tmp_path / "b").write_bytes(gzip.compress(whole[:10]) + gzip.compress(whole[10:]))

    assert len(list(iter_records(str(tmp_path / "b")))) == 4


def test_empty_file_has_no_records(tmp_path: Path) -> None:
    (tmp_path / "a").touch()

    assert list(iter_records(str(tmp_path / "a"))) == []


SIZE = len(frame(NUMBER + b"\0"))
DAMAGES: dict[str, tuple[Any, int, str]] = {
    "payload": (
        lambda data: data[: SIZE + 20] + b"\xff" + data[SIZE + 21 :],
        SIZE,
        "the checksum of a record is wrong",
    ),
    "length": (
        lambda data: data[:SIZE] + b"\xff" + data[SIZE + 1 :],
        SIZE,
        "the checksum of a record's length is wrong",
    ),
    "torn": (lambda data: data[:-3], 2 * SIZE, "the file ends inside a record"),
    "other file": (lambda data: b"name,age\nAnn,31\n" * 4, 0, "the checksum of a record's length is wrong"),
    "torn gzip": (lambda data: gzip.compress(data)[:-9], 3 * SIZE, "the compressed data end early"),
    "broken zlib": (lambda data: zlib.compress(data)[:-1] + b"?", 3 * SIZE, "it does not decompress"),
}


@pytest.mark.parametrize("case", DAMAGES)
def test_damage_is_an_error_that_names_file_and_byte(tmp_path: Path, case: str) -> None:
    damage, offset, reason = DAMAGES[case]
    path = write(tmp_path / "a.tfrecord", range(3))
    path.write_bytes(damage(path.read_bytes()))

    with pytest.raises(DamagedRecordError) as caught:
        list(iter_records(str(path)))

    assert caught.value.path == str(path)
    assert caught.value.offset <= offset
    assert caught.value.offset == offset or "gzip" in case or "zlib" in case
    assert f"a.tfrecord must be sound; got damage at byte {caught.value.offset}: {reason}" in str(caught.value)


WRONG: dict[str, tuple[Any, str]] = {
    "kind": (
        FixedLenFeature((), np.float32),
        r"feature 'x' must be a float_list to be read as float32; got int64_list\. .* record 0 of .*a\.tfrecord\.",
    ),
    "length": (FixedLenFeature((2,), np.int64), r"feature 'x' must have 2 values, of shape \(2,\); got 1\."),
}


@pytest.mark.parametrize("case", WRONG)
def test_examples_that_are_not_as_described_are_refused_by_file_and_record(tmp_path: Path, case: str) -> None:
    feature, message = WRONG[case]
    path = write(tmp_path / "a.tfrecord", range(2))

    with pytest.raises(ValueError, match=message):
        list(TFRecords(path, {"x": feature}))


@pytest.mark.parametrize(("dtype", "number"), [(np.uint8, 256), (np.uint16, -1), (np.int32, 2**31), (bool, 2)])
def test_integer_that_its_type_does_not_hold_is_refused_by_file_and_record(
    dtype: Any, number: int, tmp_path: Path
) -> None:
    example = example_pb2.Example()
    example.features.feature["x"].int64_list.value.append(number)
    (tmp_path / "a").write_bytes(frame(NUMBER + b"\x01") + frame(example.SerializeToString()))
    message = rf"feature 'x' must hold integers of {np.dtype(dtype).name}; got {number}\. .* This is record 1 of .*/a\."

    with pytest.raises(ValueError, match=message):
        list(TFRecords(tmp_path / "a", {"x": FixedLenFeature((), dtype)}))


def test_missing_features_take_their_default_or_are_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "a.tfrecord", range(2))

    (batch,) = TFRecords(path, {"y": FixedLenFeature((2,), np.float32, 7.0), "z": VarLenFeature(np.int64, 1)})

    assert batch["y"].tolist() == [[7, 7], [7, 7]]
    assert batch["z"].tolist() == [[-1], [-1]]
    with pytest.raises(ValueError, match=r"feature 'y' must have 1 values, of shape \(\); got 0\. Pass default_value="):
        list(TFRecords(path, {"y": FixedLenFeature((), np.float32)}))
    with pytest.raises(ValueError, match=r"feature 'tags' must have at most max_length=1 values; got 2\."):
        list(TFRecords(THEIRS / "examples.tfrecord", {"tags": VarLenFeature(bytes, 1)}))


def test_lists_of_one_feature_that_come_in_parts_are_joined(tmp_path: Path) -> None:
    parts = bytes.fromhex("0a11 0a0f 0a0178 120a 1a030a0101 1a030a0102".replace(" ", ""))
    (tmp_path / "a").write_bytes(frame(parts))

    (batch,) = TFRecords(tmp_path / "a", {"x": FixedLenFeature((2,), np.int64)})

    assert batch["x"].tolist() == [[1, 2]]


def test_records_that_are_no_examples_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(frame(b"\xff\xff"))

    with pytest.raises(ValueError, match=r"This is record 0 of .*/a\."):
        list(TFRecords(tmp_path / "a", {"x": FixedLenFeature((), np.int64)}))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda path: TFRecords(path, {}, label="y"), r"label and weight must be among the features; got 'y'\."),
        (lambda path: TFRecords([], {}), r"paths must hold at least one file; got none\."),
        (lambda path: TFRecords(path, {}, 0), r"batch_size must be a positive integer; got 0\."),
        (lambda path: VarLenFeature(np.int64, 0), r"max_length must be a positive integer; got 0\."),
        (lambda path: FixedLenFeature((), "datetime64[s]"), r"dtype must be a float or integer type, str or bytes;"),
        (
            lambda path: FixedLenFeature((2,), int, [1, 2, 3]),
            r"default_value must fit the shape \(2,\); got shape \(3,\)\.",
        ),
        (lambda path: FixedLenFeature((), np.int64, "none"), r"default_value must be a value of int64; got 'none'\."),
        (lambda path: FixedLenFeature((), np.uint8, 256), r"default_value must be a value of uint8; got 256\."),
        (lambda path: FixedLenFeature((), str, b""), r"default_value must be a value of str; got b''\."),
        (lambda path: VarLenFeature(np.uint8, 3), r"padding must be a value of uint8; got -1\."),
    ],
)
def test_settings_that_make_no_sense_are_refused(tmp_path: Path, make: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make(write(tmp_path / "a.tfrecord", range(1)))
