from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from trainer.inputs.arrays import ArrayFeed, select_rows, select_whole_rows
from trainer.protocols import Batch

ROWS = Batch(np.arange(10, dtype=np.float32)[:, None], np.arange(10, dtype=np.int32), None)


def orders(feed: ArrayFeed, limits: list[int]) -> np.ndarray:
    """Row numbers of the batches, (batches, batch_size)."""
    blocks = [feed.take(limit) for limit in limits]
    return np.concatenate([block.payload[block.start : block.start + block.count] for block in blocks if block])


def test_every_epoch_gives_every_row_once_in_another_order() -> None:
    stream = orders(ArrayFeed(ROWS, batch_size=4, seed=0), [15]).ravel()

    epochs = stream.reshape(6, 10)
    assert [sorted(epoch) for epoch in epochs.tolist()] == [list(range(10))] * 6
    assert len({tuple(epoch) for epoch in epochs.tolist()}) == 6


def test_order_depends_on_seed_and_step_alone() -> None:
    whole = orders(ArrayFeed(ROWS, batch_size=4, seed=3), [20])

    pieces = orders(ArrayFeed(ROWS, batch_size=4, seed=3), [1, 1, 7, 11])
    resumed = orders(ArrayFeed(ROWS, batch_size=4, seed=3, first_step=13), [7])
    other = orders(ArrayFeed(ROWS, batch_size=4, seed=4), [20])

    np.testing.assert_array_equal(pieces, whole)
    np.testing.assert_array_equal(resumed, whole[13:])
    assert (other != whole).any()


def test_last_batch_of_the_last_epoch_is_filled_with_marks() -> None:
    feed = ArrayFeed(ROWS, batch_size=4, num_epochs=1, seed=None)

    block = feed.take(100)

    assert block is not None
    assert block.payload[:3].tolist() == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, -1, -1]]
    assert feed.take(100) is None


def test_without_padding_the_last_batch_is_a_narrower_block() -> None:
    feed = ArrayFeed(ROWS, batch_size=4, num_epochs=1, seed=None, pads_batches=False)

    blocks = [feed.take(100), feed.take(100), feed.take(100)]

    assert [block and (block.count, block.payload.shape[1]) for block in blocks] == [(2, 4), (1, 2), None]


def test_marked_rows_have_no_weight() -> None:
    source = Batch(jnp.asarray(ROWS.features), jnp.asarray(ROWS.labels), jnp.full(10, 2.0))

    batch = select_rows(source, jnp.array([[8, 9, -1, -1]]), 0)

    assert batch.labels.tolist()[:2] == [8, 9]
    assert batch.weights.tolist() == [2.0, 2.0, 0.0, 0.0]


def test_whole_batches_are_those_of_which_some_may_be_short() -> None:
    source = Batch(jnp.asarray(ROWS.features), jnp.asarray(ROWS.labels), None)
    indices = jnp.array([[8, 9, 1, 0]])

    whole, marked = select_whole_rows(source, indices, 0), select_rows(source, indices, 0)

    jax.tree.map(np.testing.assert_array_equal, whole, marked)
    assert ArrayFeed(ROWS, batch_size=4).select is select_whole_rows
    assert ArrayFeed(ROWS, batch_size=5, num_epochs=1).select is select_whole_rows
    assert ArrayFeed(ROWS, batch_size=4, num_epochs=1).select is select_rows


def test_batches_are_no_larger_than_the_data() -> None:
    assert orders(ArrayFeed(ROWS, batch_size=64, seed=0), [2]).shape == (2, 10)


@pytest.mark.parametrize(("num_rows", "batch_size"), [(70_000, 32), (10, 3), (1, 1)])
def test_blocks_stay_within_their_capacity(num_rows: int, batch_size: int) -> None:
    rows = Batch(np.zeros((num_rows, 1), np.float32), np.zeros(num_rows, np.int32), None)
    feed = ArrayFeed(rows, batch_size=batch_size, seed=0)

    block = feed.take(10**9)

    assert block is not None
    assert block.count == feed.capacity == 1024
    assert 0 <= block.payload.min() <= block.payload.max() < num_rows
