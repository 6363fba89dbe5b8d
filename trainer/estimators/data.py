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
from trainer.heads.balancing import balance, is_balanced
from trainer.inputs import ArrayFeed, Batches, Feed, IterableFeed, Rows, WholeFeed, as_features, num_rows
from trainer.inputs.check import as_weights, check_same_rows
from trainer.placement import put_data
from trainer.protocols import Batch

# Of an iterator of validation data.
MAX_HELD_BATCHES = 100_000
MAX_HELD_BYTES = 4 << 30

EncodeFn = Callable[[Any], Any]
WeighFn = Callable[[Any, "np.ndarray | None"], "np.ndarray | None"]


class ReadFn(Protocol):
    """Turns features as they came into arrays ``(n, …)``; `name` is what messages call them."""

    def __call__(self, features: Any, *, name: str = "X") -> Any:
        """See `FeatureReader.read`."""


class Data(Protocol):
    """Checked data that can be read as a training or an evaluation feed."""

    @property
    def repeats(self) -> bool:
        """Whether training may go on without end; else one pass is all there is."""

    @property
    def first(self) -> Rows:
        """Rows as the user passed them, all or the first batch."""

    @property
    def example(self) -> Batch:
        """A batch of the shapes that a program sees (only shapes and dtypes count)."""

    def train_feed(self, *, batch_size: int, epochs: int | None, seed: int, first_step: int, pads: bool) -> Feed:
        """Batches in random order, from batch `first_step` on; `epochs` None repeats arrays without end."""

    def eval_feed(self, *, batch_size: int, pads: bool) -> Feed:
        """Each row once."""


@dataclass(frozen=True)
class ArrayData:
    """Arrays in memory.

    Attributes:
        rows: All rows, as NumPy arrays; weights may be None.
        first: As they came.
    """

    rows: Batch
    first: Rows

    repeats = True

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
        rows: Batch = put_data(self.rows)
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

    def eval_feed(self, *, batch_size: int, pads: bool) -> Feed:
        """See `Data`."""
        size = min(len(self), batch_size)
        capacity = -(-len(self) // size)
        return ArrayFeed(self._on_device, batch_size=size, num_epochs=1, capacity=capacity, pads_batches=pads)


class BatchData:
    """An iterable of batches, or a function that returns one."""

    repeats = False

    def __init__(self, source: Batches, read: ReadFn, encode: EncodeFn, weigh: WeighFn) -> None:
        """Reads the first batch.

        Args:
            source: The batches.
            read: Turns the features of a batch into arrays.
            encode: Turns its labels into arrays.
            weigh: How much rows count by their encoded labels and given weights.

        Raises:
            ValueError: If there is none.
        """
        self._source = source
        self._read = read
        self._encode = encode
        self._weigh = weigh
        batches = source.read()
        first = next(batches, None)
        if first is None:
            raise ValueError("input must give at least one batch; got none. Pass a fresh iterator.")
        self.first = first
        self._opened: Iterator[Rows] | None = itertools.chain([first], batches)

    @functools.cached_property
    def example(self) -> Batch:
        """See `Data`."""
        return self._prepare(self.first, 0)

    def train_feed(self, *, batch_size: int, epochs: int | None, seed: int, first_step: int, pads: bool) -> Feed:
        """See `Data`; the size and order of the batches are the iterable's own.

        Raises:
            ValueError: If `epochs` is above 1 and the batches can be read only once.
        """
        del batch_size, seed
        if epochs is not None and epochs > 1 and not self._source.is_repeatable:
            raise ValueError(
                f"epochs must be 1 with an iterator, which can be read only once; got {epochs}. "
                "Pass a list, or a function that returns a fresh iterator."
            )
        batches = itertools.islice(self._batches(epochs or 1), first_step, None)
        following = next(batches, None)
        if following is None:  # a run that was finished
            return WholeFeed(self.example, num_epochs=0)
        return IterableFeed(itertools.chain([following], batches), self._prepare, pads_batches=pads)

    def eval_feed(self, *, batch_size: int, pads: bool) -> Feed:
        """See `Data`; the batches are the iterable's own."""
        del batch_size
        return IterableFeed(self._batches(1), self._prepare, pads_batches=pads)

    def _batches(self, epochs: int) -> Iterator[Rows]:
        """All batches, `epochs` times where the source can be read again."""
        opened, self._opened = self._opened, None
        if not self._source.is_repeatable:
            return iter(()) if opened is None else opened
        fresh = (self._source.read() for _ in range(epochs - (opened is not None)))
        return itertools.chain(iter(()) if opened is None else opened, itertools.chain.from_iterable(fresh))

    def _prepare(self, rows: Rows, number: int) -> Batch:
        """Checks one batch.

        Raises:
            ValueError: If it has no labels, or unknown ones, or features, labels and weights are not of equally many
                rows.
        """
        refuse_unlabelled(rows, number)
        features = self._read(rows.features, name=f"features of batch {number}")
        labels = self._encode_batch(rows.labels, number)
        check_same_rows(features, labels, f"labels of batch {number}")
        given = as_weights(rows.weights, features, f"weights of batch {number}")
        weights = _multiply(given, self._weigh(labels, given))
        return Batch(features, labels, np.ones(num_rows(features), np.float32) if weights is None else weights)

    def _encode_batch(self, labels: Any, number: int) -> Any:
        try:
            return self._encode(labels)
        except ValueError as error:
            raise ValueError(f"{error} This is batch {number}.") from error


def refuse_unlabelled(rows: Rows, number: int) -> None:
    """Refuses a batch without labels.

    Raises:
        ValueError: If it has none; the message names the batch.
    """
    if rows.labels is None:
        raise ValueError(
            f"batches must be (features, labels); got {type(rows.features).__name__} in batch {number}. "
            "Yield tuples, or pass as y the name of the column that holds the labels."
        )


def open_arrays(rows: Rows, read: ReadFn, encode: EncodeFn, weigh: WeighFn) -> ArrayData:
    """Checks rows in memory.

    Raises:
        ValueError: If a value is not finite, lengths differ, labels are not what `encode` takes, or all weights are 0.
    """
    if rows.labels is None:
        raise ValueError(
            "y must be given with an array X; got None (fit requires y to be passed, but the target y is None). "
            "Pass one label a row, or the name of their column."
        )
    features = read(rows.features)
    encoded = encode(rows.labels)
    check_same_rows(features, encoded, "y")
    batch = _drop_weightless(Batch(features, encoded, as_weights(rows.weights, features)))
    weights = _multiply(batch.weights, weigh(batch.labels, batch.weights))
    return ArrayData(batch._replace(weights=weights), rows)


def _drop_weightless(batch: Batch) -> Batch:
    """The rows of a weight above 0.

    Raises:
        ValueError: If there is none.
    """
    if batch.weights is None or (batch.weights > 0).all():
        return batch
    counts = batch.weights > 0
    if not counts.any():
        raise ValueError("sample_weight must have an entry above 0; got only zeros. Leave it out, or correct it.")
    kept: Batch = jax.tree.map(lambda array: array[counts], batch)
    return kept


def as_labels(labels: Any) -> np.ndarray:
    """Labels for a ``model_fn``, which has no head to encode them: int32 or float32.

    Raises:
        ValueError: If they are not numbers.
    """
    array: np.ndarray = as_features(np.asarray(labels), name="y")
    return array


def open_data(source: Rows | Batches, read: ReadFn, head: Head | None, *, is_training: bool = False) -> Data:
    """Checks what the user passed to ``fit`` or ``evaluate``.

    Args:
        source: Found by `trainer.inputs.open_source`.
        read: Turns features into arrays.
        head: Encodes the labels; None with a ``model_fn``.
        is_training: Whether the head weighs the rows by their labels.

    Raises:
        ValueError: If something is wrong with them.
    """
    encode = as_labels if head is None else head.encode_labels
    weigh = _find_weigh(head, is_training)
    if isinstance(source, Rows):
        data = open_arrays(source, read, encode, weigh)
        if not is_training:
            return data
        return ArrayData(data.rows._replace(labels=balance(head, *data.rows[1:])), data.first)
    if is_training and is_balanced(head):
        raise ValueError(
            "class_weight must be a dict with batches, which do not tell how often a class comes; got 'balanced'. "
            "Pass a weight for each label."
        )
    return BatchData(source, read, encode, weigh)


def _find_weigh(head: Head | None, is_training: bool) -> WeighFn:
    if head is None:
        return _refuse_weights
    return head.row_weights if is_training else _weigh_equally


def _weigh_equally(labels: Any, weights: np.ndarray | None) -> None:
    """No row counts more than another."""


def _refuse_weights(labels: Any, weights: np.ndarray | None) -> None:
    if weights is not None:
        raise ValueError("sample_weight must be None with a model_fn; got weights. Put them into the features.")


def _multiply(weights: np.ndarray | None, others: np.ndarray | None) -> np.ndarray | None:
    if weights is None or others is None:
        return others if weights is None else weights
    product: np.ndarray = weights * others
    return product


def split_validation(validation_data: Any) -> tuple[Any, Any, Any]:
    """``(X, y)`` or ``(X, y, weights)`` as three; anything else is an iterable of batches."""
    if isinstance(validation_data, tuple) and len(validation_data) in (2, 3):
        features, labels, *weights = validation_data
        return features, labels, weights[0] if weights else None
    # It is read at every evaluation.
    return _hold(validation_data) if isinstance(validation_data, Iterator) else validation_data, None, None


def _hold(batches: Iterator[Any]) -> list[Any]:
    """All that an iterator gives.

    Raises:
        ValueError: If that is too much to be kept, as of one that never ends.
    """
    held: list[Any] = []
    num_bytes = 0
    for batch in batches:
        held.append(batch)
        num_bytes += sum(getattr(leaf, "nbytes", 0) for leaf in jax.tree.leaves(batch))
        if len(held) > MAX_HELD_BATCHES or num_bytes > MAX_HELD_BYTES:
            raise ValueError(
                f"an iterator must end within {MAX_HELD_BATCHES:,} batches and {MAX_HELD_BYTES >> 30} GiB, since they "
                f"are kept for each evaluation; got {len(held):,} and more. If it never ends, pass "
                "list(itertools.islice(batches, 100)) or EvalSpec(steps=100), else a function that returns it afresh."
            )
    return held
