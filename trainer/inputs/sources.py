"""What a user may pass as input, brought to two forms: rows in memory, or an iterable of batches of them."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from trainer.counts import check_count
from trainer.inputs.check import refuse_masked
from trainer.inputs.frames import drop_columns, get_column, is_frame


@dataclass(frozen=True)
class Rows:
    """Features with what belongs to each row; of these only what has no value is refused yet.

    Attributes:
        features: As they came.
        labels: Labels, or None.
        weights: Weight of each row, or None.
    """

    features: Any
    labels: Any = None
    weights: Any = None

    def __post_init__(self) -> None:
        refuse_masked(self.labels, "y")
        refuse_masked(self.weights, "sample_weight")


class Batches:
    """An iterable of batches, or a function that returns one.

    Attributes:
        is_repeatable: Whether it can be read more than once.
    """

    def __init__(self, source: Any, opened: Any, labels: str | None, weights: str | None) -> None:
        """Reads nothing yet.

        Args:
            source: The iterable or the function.
            opened: What the function returned, or the iterable.
            labels: Which column of a batch holds the labels; None where batches are ``(features, labels)``.
            weights: Which column holds the weights.
        """
        self._source = source
        self._opened: Any = opened
        self._labels = labels
        self._weights = weights
        self.is_repeatable = not isinstance(source, Iterator)

    def read(self) -> Iterator[Rows]:
        """Reads the batches, from the first on if it can.

        Raises:
            ValueError: If a batch is not what it should be; the message says which.
        """
        opened, self._opened = self._opened, None
        if opened is None:
            opened = self._source() if callable(self._source) else self._source
        return itertools.starmap(self._split, enumerate(opened))

    def _split(self, number: int, item: Any) -> Rows:
        if self._labels is not None or self._weights is not None:
            return split_columns(item, self._labels, self._weights, name=f"batch {number}")
        if isinstance(item, tuple | list) and 1 <= len(item) <= 3:
            return Rows(*item)
        return Rows(item)


def open_source(features: Any, labels: Any = None, weights: Any = None) -> Rows | Batches:
    """Finds out what the user passed.

    Args:
        features: Arrays, a dict of columns, a table of pandas, polars or pyarrow; without `labels`, or with the name of
            a column as `labels`, also an iterable of batches; or a function that returns any of these, or
            ``(features, labels)`` or ``(features, labels, weights)`` of all rows.
        labels: Labels, or the name of their column in `features`.
        weights: Weights of the rows, or the name of their column.

    Raises:
        TypeError: If it is nothing of this kind.
        ValueError: If there is no column of this name.
    """
    opened = features() if callable(features) else features
    if labels is None and weights is None and _is_pair(opened):
        return Rows(*opened)
    if is_in_memory(opened) or not (labels is None or isinstance(labels, str)):
        return _split_rows(opened, labels, weights)
    _check_iterable(opened)
    if not (weights is None or isinstance(weights, str)):
        raise ValueError("sample_weight must be None with batches; got weights. Yield (features, labels, weights).")
    return Batches(features, opened, labels, weights)


def first_batches(features: Any, labels: Any, steps: int) -> Iterator[Any]:
    """The first `steps` of an iterable of batches, or of one that a function returns; arguments as for `open_source`.

    Raises:
        TypeError: If it is nothing of this kind.
        ValueError: If these are all rows and no batches, or `steps` is not a positive integer.
    """
    count = check_count("steps", steps)
    opened = features() if callable(features) else features
    is_whole = is_in_memory(opened) or (labels is None and _is_pair(opened))
    if is_whole or not (labels is None or isinstance(labels, str)):
        raise ValueError(f"steps must be None with arrays, which have no batches; got {count}. Pass fewer rows.")
    return itertools.islice(_check_iterable(opened), count)


def _check_iterable(opened: Any) -> Iterable[Any]:
    if not isinstance(opened, Iterable):
        raise TypeError(
            "input must be an iterable of (features, labels) or a function that returns one; "
            f"got {type(opened).__name__}. Pass arrays X and y, or such an iterable."
        )
    return opened


def open_features(features: Any) -> Rows | Batches:
    """Finds out what the user passed to ``predict``: features of all rows, or batches of them.

    Args:
        features: As for `open_source`; a list or tuple that is not one of batches is taken for an array, or a tuple of
            them.

    Raises:
        TypeError: If it is nothing of this kind.
    """
    if isinstance(features, tuple) or (isinstance(features, list) and not (features and _is_batch(features[0]))):
        return Rows(features)
    return open_source(features)


def _is_batch(item: Any) -> bool:
    """Whether an item of a list is a batch by itself rather than a row."""
    if isinstance(item, tuple | list):
        is_array = bool(item) and hasattr(item[0], "shape") and len(item[0].shape) > 0
        return is_array or (bool(item) and _has_columns(item[0]))
    return _has_columns(item)


def _has_columns(features: Any) -> bool:
    return isinstance(features, Mapping) or is_frame(features)


def is_in_memory(features: Any) -> bool:
    """Whether `features` are those of all rows: an array, a dict of columns or a table."""
    is_array = hasattr(features, "shape") or hasattr(features, "__array__")
    return is_array or _has_columns(features)


def split_columns(features: Any, labels: str | None, weights: str | None, *, name: str = "X") -> Rows:
    """Takes the columns of labels and weights out of a dict or a table.

    Raises:
        ValueError: If there is none of this name.
    """
    names = [column for column in (labels, weights) if column is not None]
    if not names:
        return Rows(features)
    if not _has_columns(features):
        raise ValueError(
            f"{name} must be a dict or a table of columns, since {names[0]!r} names one of them; "
            f"got {type(features).__name__}. Pass columns, or the labels themselves."
        )
    found = {column: get_column(features, column, name) for column in names}
    return Rows(
        drop_columns(features, names), *(None if column is None else found[column] for column in (labels, weights))
    )


def _split_rows(features: Any, labels: Any, weights: Any) -> Rows:
    names = [value if isinstance(value, str) else None for value in (labels, weights)]
    split = split_columns(features, *names)
    return Rows(
        split.features,
        labels if names[0] is None else split.labels,
        weights if names[1] is None else split.weights,
    )


def _is_pair(opened: Any) -> bool:
    """Whether these are features and labels of all rows, not batches."""
    return isinstance(opened, tuple) and len(opened) in (2, 3) and not isinstance(opened[0], tuple)
