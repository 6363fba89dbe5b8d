"""TFRecord files of ``tf.train.Example`` as batches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
from google.protobuf.message import DecodeError

from summaries.proto import example_pb2
from trainer.inputs.example_columns import find_columns
from trainer.inputs.example_features import ExampleFeature, check_integers, kind_of, name_of, to_column
from trainer.inputs.file_batches import FileBatches
from trainer.inputs.files import AnyPath
from trainer.inputs.record_files import iter_records

Record: TypeAlias = tuple[str, int, bytes]  # the file, the number of the record in it, and its bytes


class TFRecords(FileBatches):
    """Batches of the examples of TFRecord files. See `FileBatches`.

    Where a file is damaged, reading it raises `DamagedRecordError`. Compression, gzip or zlib, is found out.

    >>> from trainer.inputs import FixedLenFeature
    >>> tfrecords("missing.tfrecord", {"x": FixedLenFeature((), float)})
    Traceback (most recent call last):
    FileNotFoundError: paths must fit files; got 'missing.tfrecord', which fits none. Correct it.

    Args:
        paths: As for `FileBatches`.
        features: What is read of each example, by name; others are skipped.
        batch_size: Rows of a batch.
        options: As for `FileBatches`: label, weight, shuffle, shuffle_buffer_size, seed.

    Raises:
        ValueError: If no feature has the name of the label.
    """

    def __init__(
        self,
        paths: AnyPath | Iterable[AnyPath],
        features: Mapping[str, ExampleFeature],
        batch_size: int = 128,
        **options: Any,
    ) -> None:
        super().__init__(paths, batch_size, **options)
        self._features = dict(features)
        self._check_names(features)

    def _read(self, file: str) -> Iterator[Record]:
        return ((file, number, record) for number, record in enumerate(iter_records(file)))

    def _to_columns(self, rows: Sequence[Record]) -> dict[str, np.ndarray]:
        columns = find_columns([record for _, _, record in rows], self._features)
        return self._parse_all(rows) if columns is None else columns

    def _parse_all(self, rows: Sequence[Record]) -> dict[str, np.ndarray]:
        """The same, one example after another; it says which one is not as described."""
        parsed = [self._parse(*row) for row in rows]
        return {
            name: to_column(feature, [values[number] for values in parsed])
            for number, (name, feature) in enumerate(self._features.items())
        }

    def _parse(self, file: str, number: int, record: bytes) -> list[Any]:
        try:
            return _parse(record, self._features)
        except (ValueError, DecodeError) as error:
            raise ValueError(f"{error} This is record {number} of {file}.") from error


def _parse(record: bytes, features: Mapping[str, ExampleFeature]) -> list[Any]:
    """The values of each feature of an example, in order.

    Raises:
        ValueError: If one is missing, or of another kind or length.
        DecodeError: If the record is no Example.
    """
    found = example_pb2.Example.FromString(record).features.feature
    return [_values(name, feature, found.get(name, None)) for name, feature in features.items()]


def _values(name: str, feature: ExampleFeature, found: Any) -> Any:
    kind = None if found is None else found.WhichOneof("kind")
    if kind is None:
        return feature.fill(name, ())
    expected = kind_of(feature.dtype)
    if kind != expected:
        raise ValueError(
            f"feature {name!r} must be a {expected} to be read as {name_of(feature.dtype)}; got {kind}. "
            "Correct the type."
        )
    values = getattr(found, kind).value
    if kind == "int64_list":
        check_integers(name, feature.dtype, values)
    return feature.fill(name, [value.decode() for value in values] if feature.dtype is str else values)


tfrecords = TFRecords
