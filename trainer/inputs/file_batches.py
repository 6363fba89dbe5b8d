"""What batches from files share: finding the files, their order, shuffling, and what becomes labels and weights."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from trainer.counts import check_count
from trainer.inputs.files import AnyPath, find_files
from trainer.inputs.shuffling import shuffled
from trainer.inputs.sources import split_columns


class FileBatches:
    """Batches of the rows of files; each pass over it reads the files again.

    A batch is a dict of columns, or ``(features, labels)`` or ``(features, labels, weights)`` with the names of these.
    The last one of a pass holds what is left.

    Args:
        paths: A path, a pattern (``"data/*.csv"``), an address that fsspec knows (``"s3://bucket/*.csv"``), or several.
        batch_size: Rows of a batch.
        label: Which column is the label.
        weight: Which column is the weight of the row.
        shuffle: Whether each pass comes in another order, which the seed and the number of the pass determine.
        shuffle_buffer_size: Among how many rows the next one is drawn; files are shuffled as a whole.
        seed: Of the order.

    Attributes:
        files: The files that were found.

    Raises:
        FileNotFoundError: If a path fits no file.
        ImportError: If the library of a store is missing; the message names the extra.
        ValueError: If a setting is out of range.
    """

    def __init__(
        self,
        paths: AnyPath | Iterable[AnyPath],
        batch_size: int = 128,
        *,
        label: str | None = None,
        weight: str | None = None,
        shuffle: bool = False,
        shuffle_buffer_size: int = 10_000,
        seed: int = 0,
    ) -> None:
        self.files = find_files(paths)
        self._batch_size = check_count("batch_size", batch_size)
        self._label, self._weight = label, weight
        self._buffer_size = check_count("shuffle_buffer_size", shuffle_buffer_size) if shuffle else 0
        self._seed = seed
        self._num_passes = 0

    def __iter__(self) -> Iterator[Any]:
        """Reads the files from the start.

        Raises:
            ValueError: Where a file does not hold what it should; the message names it and the place.
        """
        generator = np.random.default_rng([self._seed, self._num_passes])
        self._num_passes += 1
        files = generator.permutation(self.files).tolist() if self._buffer_size else self.files
        rows = (row for file in files for row in self._read(file))
        return self._batches(shuffled(rows, self._buffer_size, generator) if self._buffer_size else rows)

    def _read(self, file: str) -> Iterator[Any]:
        """The rows of a file, in any form."""
        raise NotImplementedError

    def _to_columns(self, rows: Sequence[Any]) -> dict[str, np.ndarray]:
        """Some rows as columns, ``(n, …)`` each."""
        raise NotImplementedError

    def _batches(self, rows: Iterator[Any]) -> Iterator[Any]:
        batch: list[Any] = []
        for row in rows:
            batch.append(row)
            if len(batch) == self._batch_size:
                yield self._split(batch)
                batch = []
        if batch:
            yield self._split(batch)

    def _split(self, batch: list[Any]) -> Any:
        split = split_columns(self._to_columns(batch), self._label, self._weight, name="rows")
        if self._label is None and self._weight is None:
            return split.features
        return (split.features, split.labels) if self._weight is None else (split.features, split.labels, split.weights)

    def _check_names(self, known: Iterable[str]) -> None:
        """Refuses a label or weight that is no column.

        Raises:
            ValueError: If there is none of its name.
        """
        names = list(known)
        for name in (self._label, self._weight):
            if name is not None and name not in names:
                raise ValueError(
                    f"label and weight must be among {', '.join(map(repr, names)) or 'the features'}; got {name!r}. "
                    "Correct the name."
                )
