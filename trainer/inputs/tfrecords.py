"""TFRecord files of ``tf.train.Example`` as batches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np
from google.protobuf.message import DecodeError

from summaries.proto import example_pb2
from trainer.counts import check_count
from trainer.inputs.example_features import ExampleFeature, kind_of, name_of, to_column
from trainer.inputs.files import AnyPath, find_files
from trainer.inputs.record_files import iter_records
from trainer.inputs.shuffling import shuffled
from trainer.inputs.sources import split_columns


class TFRecords:
    """Batches of the examples of TFRecord files; each pass over it reads the files again.

    A batch is a dict of columns, or ``(features, labels)`` or ``(features, labels, weights)`` with the names of these.
    The last one of a pass holds what is left.

    >>> from trainer.inputs import FixedLenFeature
    >>> tfrecords("missing.tfrecord", {"x": FixedLenFeature((), float)})
    Traceback (most recent call last):
    FileNotFoundError: paths must fit files; got 'missing.tfrecord', which fits none. Correct it.

    Attributes:
        files: The files that were found.
    """

    def __init__(
        self,
        paths: AnyPath | Iterable[AnyPath],
        features: Mapping[str, ExampleFeature],
        batch_size: int = 128,
        *,
        label: str | None = None,
        weight: str | None = None,
        shuffle: bool = False,
        shuffle_buffer_size: int = 10_000,
        seed: int = 0,
    ) -> None:
        """Finds the files, and reads none.

        Args:
            paths: A path, a pattern (``"data/*.tfrecord"``), an address that fsspec knows (``"s3://bucket/*.gz"``), or
                several. Compression is found out.
            features: What is read of each example, by name; others are skipped.
            batch_size: Rows of a batch.
            label: Which of the features is the label.
            weight: Which of them is the weight of the row.
            shuffle: Whether each pass comes in another order, which the seed and the number of the pass determine.
            shuffle_buffer_size: Among how many examples the next one is drawn; files are shuffled as a whole.
            seed: Of the order.

        Raises:
            FileNotFoundError: If a path fits no file.
            ImportError: If the library of a store is missing; the message names the extra.
            ValueError: If a setting is out of range, or no feature has the name of the label.
        """
        self.files = find_files(paths)
        self._features = dict(features)
        self._batch_size = check_count("batch_size", batch_size)
        self._label, self._weight = label, weight
        self._buffer_size = check_count("shuffle_buffer_size", shuffle_buffer_size) if shuffle else 0
        self._seed = seed
        self._num_passes = 0
        for name in (label, weight):
            if name is not None and name not in features:
                raise ValueError(
                    f"label and weight must be among the features {', '.join(map(repr, features))}; got {name!r}. "
                    "Add it to features=."
                )

    def __iter__(self) -> Iterator[Any]:
        """Reads the files from the start.

        Raises:
            DamagedRecordError: Where a file is damaged.
            ValueError: If an example is not as `features` say; the message names file and record.
        """
        generator = np.random.default_rng([self._seed, self._num_passes])
        self._num_passes += 1
        files = generator.permutation(self.files).tolist() if self._buffer_size else self.files
        rows = (row for file in files for row in self._read(file))
        return self._batches(shuffled(rows, self._buffer_size, generator) if self._buffer_size else rows)

    def _read(self, file: str) -> Iterator[list[Any]]:
        """The values of the features of each example in a file."""
        for number, record in enumerate(iter_records(file)):
            try:
                yield _parse(record, self._features)
            except (ValueError, DecodeError) as error:
                raise ValueError(f"{error} This is record {number} of {file}.") from error

    def _batches(self, rows: Iterator[list[Any]]) -> Iterator[Any]:
        batch: list[list[Any]] = []
        for row in rows:
            batch.append(row)
            if len(batch) == self._batch_size:
                yield self._join(batch)
                batch = []
        if batch:
            yield self._join(batch)

    def _join(self, batch: list[list[Any]]) -> Any:
        columns = {
            name: to_column(feature, [row[number] for row in batch])
            for number, (name, feature) in enumerate(self._features.items())
        }
        split = split_columns(columns, self._label, self._weight)
        if self._label is None and self._weight is None:
            return split.features
        return (split.features, split.labels) if self._weight is None else (split.features, split.labels, split.weights)


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
