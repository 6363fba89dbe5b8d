"""TFRecord files of ``tf.train.Example`` as batches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from google.protobuf.message import DecodeError

from summaries.proto import example_pb2
from trainer.inputs.example_features import ExampleFeature, kind_of, name_of, to_column
from trainer.inputs.file_batches import FileBatches
from trainer.inputs.files import AnyPath
from trainer.inputs.record_files import iter_records


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

    def _read(self, file: str) -> Iterator[list[Any]]:
        for number, record in enumerate(iter_records(file)):
            try:
                yield _parse(record, self._features)
            except (ValueError, DecodeError) as error:
                raise ValueError(f"{error} This is record {number} of {file}.") from error

    def _to_columns(self, rows: Sequence[list[Any]]) -> dict[str, np.ndarray]:
        return {
            name: to_column(feature, [row[number] for row in rows])
            for number, (name, feature) in enumerate(self._features.items())
        }


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
    return feature.fill(name, [value.decode() for value in values] if feature.dtype is str else values)


tfrecords = TFRecords
