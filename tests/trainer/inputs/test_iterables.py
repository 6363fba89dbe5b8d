from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import jax.numpy as jnp
import numpy as np
import pytest

from trainer.inputs.iterables import IterableFeed
from trainer.protocols import Batch


def prepare(item: Any, number: int) -> Batch:
    del number
    features = np.asarray(item, np.float32)
    return Batch(features, np.zeros(len(features), np.int32), np.ones(len(features), np.float32))


def batches(sizes: list[int]) -> Iterator[np.ndarray]:
    for number, size in enumerate(sizes):
        yield np.full((size, 2), number, np.float32)


def read(feed: IterableFeed, limit: int) -> list[Batch]:
    found = []
    while (block := feed.take(limit)) is not None:
        found += [feed.select((), block.payload, row) for row in range(block.start, block.start + block.count)]
    return found


@pytest.mark.parametrize("limit", [1, 7, 1000])
def test_batches_come_in_order_whatever_the_limit(limit: int) -> None:
    found = read(IterableFeed(batches([4] * 120), prepare), limit)

    assert [float(batch.features[0, 0]) for batch in found] == list(range(120))


def test_blocks_have_one_shape_and_at_most_the_capacity() -> None:
    feed = IterableFeed(batches([4] * 120), prepare)

    blocks = []
    while (block := feed.take(1000)) is not None:
        blocks.append(block)

    assert {block.payload.features.shape for block in blocks} == {(50, 4, 2)}
    assert sum(block.count for block in blocks) == 120
    assert max(block.count for block in blocks) <= feed.capacity == 50


def test_short_batch_is_filled_with_rows_of_weight_zero() -> None:
    found = read(IterableFeed(batches([4, 3]), prepare), 10)

    assert [batch.weights.tolist() for batch in found] == [[1, 1, 1, 1], [1, 1, 1, 0]]
    assert jnp.all(found[1].features == 1)


def test_without_padding_a_short_batch_is_a_narrower_block() -> None:
    found = read(IterableFeed(batches([4, 4, 3]), prepare, pads_batches=False), 10)

    assert [batch.features.shape for batch in found] == [(4, 2), (4, 2), (3, 2)]


def test_failure_of_the_iterable_is_raised_by_take_after_what_came_before() -> None:
    def failing() -> Iterator[np.ndarray]:
        yield from batches([4] * 3)
        raise OSError("disk gone")

    feed = IterableFeed(failing(), prepare)
    with pytest.raises(OSError, match="disk gone"):
        read(feed, 10)
    with pytest.raises(OSError, match="disk gone"):
        feed.take(10)


@pytest.mark.parametrize("sizes", [[4, 5], [2, 4]])
def test_longer_batches_than_the_first_are_refused(sizes: list[int]) -> None:
    with pytest.raises(ValueError, match=r"batches must have the shapes of the first, .* in batch 1\."):
        read(IterableFeed(batches(sizes), prepare), 10)


def test_empty_iterables_are_refused() -> None:
    with pytest.raises(ValueError, match=r"input must give at least one batch; got none\."):
        IterableFeed(iter([]), prepare)


def test_close_ends_the_thread_of_an_endless_iterable() -> None:
    def endless() -> Iterator[np.ndarray]:
        while True:
            yield np.zeros((4, 2), np.float32)

    feed = IterableFeed(endless(), prepare)
    feed.take(1)

    feed.close()

    assert "trainer-input" not in {thread.name for thread in threading.enumerate()}
