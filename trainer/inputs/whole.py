"""All rows as one batch, again and again: nothing is shuffled and nothing is gathered."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np

from trainer.inputs.arrays import MAX_BLOCK_ROWS, MAX_CAPACITY
from trainer.inputs.check import num_rows
from trainer.inputs.feed import Block
from trainer.placement import put_data
from trainer.protocols import Batch


def select_all(source: Batch, marks: Any, row: Any) -> Batch:
    """Returns all rows.

    Args:
        source: The whole data, ``(n, …)`` each; weights may be None.
        marks: ``(capacity, n)``; only its shape counts.
        row: Which batch; they are all the same.
    """
    del row
    return source._replace(weights=jnp.ones(marks.shape[1]) if source.weights is None else source.weights)


class WholeFeed:
    """The same batch of all rows for each step."""

    select = staticmethod(select_all)

    def __init__(self, batch: Batch, *, num_epochs: int | None = None, first_step: int = 0) -> None:
        """Puts the data on the device.

        Args:
            batch: All rows; weights may be None.
            num_epochs: How often they are given; None never ends.
            first_step: The batch to begin with.
        """
        rows = num_rows(batch.features)
        self.capacity = max(1, min(MAX_CAPACITY, MAX_BLOCK_ROWS // rows))
        self.source = put_data(batch)
        self._num_left = None if num_epochs is None else num_epochs - first_step
        self._marks = put_data(np.zeros((self.capacity, rows), np.int8))

    def take(self, limit: int) -> Block | None:
        """Returns the next block of at most `limit` batches, or None at the end."""
        count = min(limit, self.capacity)
        if self._num_left is not None:
            count = min(count, self._num_left)
            self._num_left -= count
        return Block(self._marks, 0, count) if count > 0 else None

    def close(self) -> None:
        """Does nothing: there is no thread."""
