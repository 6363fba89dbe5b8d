"""The user's data, checked and turned into feeds."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import jax
import numpy as np

from trainer.heads import Head
from trainer.inputs import ArrayFeed, Feed, IterableFeed, WholeFeed, as_features, num_rows, open_batches
from trainer.inputs.check import as_weights, check_same_rows
from trainer.protocols import Batch

EVAL_BATCH_SIZE = 1024
EncodeFn = Callable[[Any], Any]
WeighFn = Callable[[Any], "np.ndarray | None"]


class Data(Protocol):
    """Checked data that can be read as a training or an evaluation feed."""

    @property
    def example(self) -> Batch:
        """A batch of the shapes that a program sees (only shapes and dtypes count)."""

    def train_feed(self, *, batch_size: int, epochs: int | None, seed: int, first_step: int, pads: bool) -> Feed:
        """Batches in random order, from batch `first_step` on; `epochs` None repeats arrays without end."""

    def eval_feed(self, *, pads: bool) -> Feed:
        """Each row once."""


@dataclass(frozen=True)
class ArrayData:
    """Arrays in memory.

    Attributes:
        rows: All rows, as NumPy arrays; weights may be None.
    """

    rows: Batch

    @property
    def example(self) -> Batch:
        """See `Data`."""
        return self.rows._replace(weights=np.ones(len(self), np.float32))

    def __len__(self) -> int:
        """Number of rows."""
        return num_rows(self.rows.features)

    @functools.cached_property
    def _on_device(self) -> Batch:
        """The rows, copied once however often they are read."""
        rows: Batch = jax.device_put(self.rows)
        return rows

    def train_feed(self, *, batch_size: int, epochs: int | None, seed: int, first_step: int, pads: bool) -> Feed:
        """See `Data`."""
        if batch_size >= len(self):
            return WholeFeed(self._on_device, num_epochs=epochs, first_step=first_step)
        return ArrayFeed(
            self._on_device,
            batch_size=batch_size,
            num_epochs=epochs,
            seed=seed,
            first_step=first_step,
            pads_batches=pads,
        )

    def eval_feed(self, *, pads: bool) -> Feed:
        """See `Data`."""
        size = min(len(self), EVAL_BATCH_SIZE)
        capacity = -(-len(self) // size)
        return ArrayFeed(self._on_device, batch_size=size, num_epochs=1, capacity=capacity, pads_batches=pads)


class BatchData:
    """An iterable of ``(features, labels)`` or ``(features, labels, weights)``, or a function that returns one."""

    def __init__(self, source: Any, encode: EncodeFn, weigh: WeighFn) -> None:
        """Takes what the user gave, how labels are encoded, and what encoded labels weigh."""
        self._source = source
        self._encode = encode
        self._weigh = weigh
        batches = open_batches(source)
        self._first = next(batches, None)
        if self._first is None:
            raise ValueError("input must give at least one batch; got none. Pass a fresh iterator.")
        self._opened: Iterator[Any] | None = itertools.chain([self._first], batches)

    @property
    def example(self) -> Batch:
        """See `Data`."""
        return self._prepare(self._first, 0)

    def train_feed(self, *, batch_size: int, epochs: int | None, seed: int, first_step: int, pads: bool) -> Feed:
        """See `Data`; the size and order of the batches are the iterable's own."""
        del batch_size, seed
        batches = itertools.islice(self._batches(epochs or 1), first_step, None)
        return IterableFeed(batches, self._prepare, pads_batches=pads)

    def eval_feed(self, *, pads: bool) -> Feed:
        """See `Data`."""
        return IterableFeed(self._batches(1), self._prepare, pads_batches=pads)

    def _batches(self, epochs: int) -> Iterator[Any]:
        """All batches, `epochs` times where the source can be opened again."""
        opened, self._opened = self._opened, None
        if isinstance(self._source, Iterator):
            return iter(()) if opened is None else opened
        fresh = (open_batches(self._source) for _ in range(epochs - (opened is not None)))
        return itertools.chain(iter(()) if opened is None else opened, itertools.chain.from_iterable(fresh))

    def _prepare(self, item: Any, number: int) -> Batch:
        """Checks one batch.

        Raises:
            ValueError: If it is not ``(features, labels)`` of equally many finite rows.
        """
        if not isinstance(item, tuple | list) or len(item) not in (2, 3):
            raise ValueError(
                f"batches must be (features, labels); got {type(item).__name__} in batch {number}. Yield tuples."
            )
        features = as_features(item[0], name=f"features of batch {number}")
        labels = self._encode(item[1])
        check_same_rows(features, labels, f"labels of batch {number}")
        weights = _multiply(as_weights(item[2], features) if len(item) == 3 else None, self._weigh(labels))
        return Batch(features, labels, np.ones(num_rows(features), np.float32) if weights is None else weights)


def open_arrays(features: Any, labels: Any, weights: Any, encode: EncodeFn, weigh: WeighFn) -> ArrayData:
    """Checks arrays ``(n, …)``.

    Raises:
        ValueError: If a value is not finite, lengths differ, or labels are not what `encode` takes.
    """
    encoded = encode(labels)
    check_same_rows(features, encoded, "y")
    rows = Batch(features, encoded, _multiply(as_weights(weights, features), weigh(encoded)))
    if rows.weights is None or (rows.weights > 0).all():
        return ArrayData(rows)
    return ArrayData(jax.tree.map(lambda array: array[rows.weights > 0], rows))


def as_labels(labels: Any) -> np.ndarray:
    """Labels for a ``model_fn``, which has no head to encode them: int32 or float32.

    Raises:
        ValueError: If they are not numbers.
    """
    array: np.ndarray = as_features(np.asarray(labels), name="y")
    return array


def open_data(features: Any, labels: Any, weights: Any, head: Head | None, *, is_training: bool = False) -> Data:
    """Checks what the user passed to ``fit`` or ``evaluate``.

    Args:
        features: Arrays, or without `labels` an iterable of batches or a function that returns one.
        labels: Labels, or None.
        weights: Weight of each row, or None.
        head: Encodes the labels; None with a ``model_fn``.
        is_training: Whether the head weighs the rows by their labels.

    Raises:
        ValueError: If something is wrong with them.
    """
    if weights is not None and head is None:
        raise ValueError("sample_weight must be None with a model_fn; got weights. Put them into the features.")
    encode = as_labels if head is None else head.encode_labels
    weigh = head.row_weights if head is not None and is_training else _weigh_equally
    if labels is not None:
        return open_arrays(as_features(features), labels, weights, encode, weigh)
    if hasattr(features, "shape"):
        raise ValueError(
            "y must be given with an array X; got None (fit requires y to be passed, but the target y is None). "
            "Pass one label a row."
        )
    if is_training and getattr(head, "class_weight", None) == "balanced":
        raise ValueError(
            "class_weight must be a dict with batches, which do not tell how often a class comes; got 'balanced'. "
            "Pass a weight for each label."
        )
    return BatchData(features, encode, weigh)


def _weigh_equally(labels: Any) -> None:
    """No row counts more than another."""


def _multiply(weights: np.ndarray | None, others: np.ndarray | None) -> np.ndarray | None:
    if weights is None or others is None:
        return others if weights is None else weights
    product: np.ndarray = weights * others
    return product


def row_shapes(features: Any) -> Any:
    """Shape of one row of each array in a pytree, as texts, so that they are leaves: ``"(4,)"``."""
    return jax.tree.map(lambda leaf: str(tuple(leaf.shape[1:])), features)


def split_validation(validation_data: Any) -> tuple[Any, Any, Any]:
    """``(X, y)`` or ``(X, y, weights)`` as three; anything else is an iterable of batches."""
    if isinstance(validation_data, tuple) and len(validation_data) in (2, 3):
        features, labels, *weights = validation_data
        return features, labels, weights[0] if weights else None
    # It is read at every evaluation.
    return list(validation_data) if isinstance(validation_data, Iterator) else validation_data, None, None
