"""Iterables of batches as a feed: a thread reads ahead and stacks batches into blocks."""

from __future__ import annotations

import itertools
import queue
import threading
import time
from collections.abc import Callable, Iterator
from concurrent import futures
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from summaries.threads import start_thread
from trainer.inputs.feed import Block
from trainer.placement import put_data
from trainer.protocols import Batch

MAX_STACKED = 50  # more gives nothing: the dispatch is already a small part
MAX_BLOCK_BYTES = 64 << 20
# A slow source must not hold back the batches that are there.
MAX_WAIT_SECS = 0.1
MAX_CLOSE_SECS = 1.0


def select_stacked(source: tuple[()], payload: Batch, row: Any) -> Batch:
    """Picks batch `row` of a stack ``(capacity, batch, …)``."""
    del source
    batch: Batch = jax.tree.map(lambda array: array[row], payload)
    return batch._replace(weights=jnp.asarray(batch.weights, jnp.float32))


class IterableFeed:
    """Blocks of batches read ahead by a thread.

    An exception of the iterable is raised by `take`. Batches shorter than the first are filled up with rows of
    weight 0.
    """

    select = staticmethod(select_stacked)
    source: tuple[()] = ()

    def __init__(
        self, batches: Iterator[Any], prepare: Callable[[Any, int], Batch], *, pads_batches: bool = True
    ) -> None:
        """Reads the first batch and starts the thread.

        Args:
            batches: What the user gives, batch by batch.
            prepare: Turns an item and its number into a checked `Batch` of NumPy arrays with weights.
            pads_batches: Whether short batches are filled up; else they come as narrower blocks.

        Raises:
            ValueError: If there is no batch at all.
        """
        self._prepare = prepare
        self._pads_batches = pads_batches
        first = next(batches, None)
        if first is None:
            raise ValueError("input must give at least one batch; got none. Pass a fresh iterator.")
        self.example = prepare(first, 0)
        num_bytes = sum(leaf.nbytes for leaf in jax.tree.leaves(self.example))
        self.capacity = max(1, min(MAX_STACKED, MAX_BLOCK_BYTES // max(1, num_bytes)))
        self._blocks: queue.Queue[Block | None] = queue.Queue(maxsize=2)
        self._is_closed = threading.Event()
        self._rest: Block | None = None
        self._reading = start_thread(lambda: self._read(itertools.chain([first], batches)), "trainer-input")

    def take(self, limit: int) -> Block | None:
        """Returns the next block of at most `limit` batches, or None at the end.

        Raises:
            Exception: Whatever the iterable raised.
        """
        block = self._rest or self._next_block()
        if block is None:
            return None
        count = min(limit, block.count)
        left = block.count - count
        self._rest = Block(block.payload, block.start + count, left) if left else None
        return Block(block.payload, block.start, count)

    def close(self) -> None:
        """Stops the thread after the batch that it is reading; one that is never read is not waited for."""
        self._is_closed.set()
        futures.wait([self._reading], timeout=MAX_CLOSE_SECS)

    def _next_block(self) -> Block | None:
        block = self._blocks.get()
        if block is None:
            self._blocks.put(None)  # the end stays the end
            self._reading.result()
        return block

    def _read(self, batches: Iterator[Any]) -> None:
        try:
            for rows in self._stacks(batches):
                self._put(_stack(rows, self.capacity))
                if self._is_closed.is_set():
                    return
        finally:
            self._put(None)

    def _put(self, item: Block | None) -> None:
        while not self._is_closed.is_set():
            try:
                self._blocks.put(item, timeout=0.1)
            except queue.Full:
                continue
            return

    def _stacks(self, batches: Iterator[Any]) -> Iterator[list[Batch]]:
        """Groups batches of one shape, up to the capacity, or to what came within the wait.

        What came before a failure is given before it is raised.
        """
        rows: list[Batch] = []
        started = time.monotonic()
        try:
            for number, item in enumerate(batches):
                batch = self._fit(self._prepare(item, number), number)
                if rows and _shapes(batch) != _shapes(rows[0]):
                    yield rows
                    rows = []
                rows.append(batch)
                if len(rows) == self.capacity or time.monotonic() - started > MAX_WAIT_SECS:
                    yield rows
                    rows, started = [], time.monotonic()
        finally:
            if rows and not self._is_closed.is_set():  # a closed feed wants no more, and its generator is being closed
                yield rows

    def _fit(self, batch: Batch, number: int) -> Batch:
        """Fills up a short batch, and refuses one that is longer than the first or of another shape."""
        size, first_size = len(batch.weights), len(self.example.weights)
        if _inner_shapes(batch) != _inner_shapes(self.example) or (self._pads_batches and size > first_size):
            raise ValueError(
                f"batches must have the shapes of the first, {_shapes(self.example)}; got {_shapes(batch)} in batch "
                f"{number}. Make all batches alike; only the size may be smaller."
            )
        if not self._pads_batches or size == first_size:
            return batch
        # Copies of the last row, so that no layer meets values that the data could not hold.
        padded: Batch = jax.tree.map(lambda array: _repeat_last(array, first_size - size), batch)
        padded.weights[size:] = 0
        return padded


def _stack(rows: list[Batch], capacity: int) -> Block:
    def stack(*arrays: np.ndarray) -> np.ndarray:
        stacked = np.zeros((capacity, *arrays[0].shape), arrays[0].dtype)
        np.stack(arrays, out=stacked[: len(arrays)])
        return stacked

    # On its way to the device while the block before is used.
    return Block(put_data(jax.tree.map(stack, *rows)), 0, len(rows))


def _repeat_last(array: np.ndarray, times: int) -> np.ndarray:
    return np.concatenate([array, np.repeat(array[-1:], times, axis=0)])


def _shapes(batch: Batch) -> list[tuple[int, ...]]:
    return [leaf.shape for leaf in jax.tree.leaves((batch.features, batch.labels))]


def _inner_shapes(batch: Batch) -> list[tuple[int, ...]]:
    return [shape[1:] for shape in _shapes(batch)]
