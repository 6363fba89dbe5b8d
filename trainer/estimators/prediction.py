"""Predictions of many rows through programs of two shapes.

Every row goes through a computation of `ROWS` rows: nothing compiles again, and its result does not depend on how many
rows stand beside it. Many rows are a loop over such blocks in one program, and the next call is dispatched before the
last one is fetched.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

import jax
import numpy as np

from trainer.inputs import num_rows

ROWS = 256
MAX_BLOCKS = 64
MAX_CALL_BYTES = 16 << 20

Predictions: TypeAlias = dict[str, np.ndarray]
# Features with the axes (blocks, ROWS, …), and how many of the blocks are filled, to outputs with the same axes.
PredictFn: TypeAlias = Callable[[Any, int], dict[str, Any]]


def predict_rows(predict: PredictFn, features: Any, *, can_loop: bool = True) -> Predictions:
    """Predicts all rows.

    Args:
        predict: Computes some blocks; called with one block at a time, or always with the same larger number.
        features: Array or pytree of arrays, ``(n, …)``.
        can_loop: Whether several blocks may be computed in a call.

    Returns:
        Arrays ``(n, …)`` by name.
    """
    count = num_rows(features)
    blocks = _num_blocks(features, count) if can_loop else 1
    parts = list(_fetched(predict, features, count, blocks * ROWS))
    if len(parts) == 1:
        return parts[0]
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _num_blocks(features: Any, count: int) -> int:
    if count <= ROWS:
        return 1
    row_bytes = sum(leaf.nbytes for leaf in jax.tree.leaves(features)) // count
    return int(np.clip(MAX_CALL_BYTES // max(1, row_bytes * ROWS), 1, MAX_BLOCKS))


def _fetched(predict: PredictFn, features: Any, count: int, size: int) -> Iterator[Predictions]:
    """What each call gives, without the rows that only filled it."""
    running: tuple[dict[str, Any], int] | None = None
    for begin in range(0, count, size):
        filled = min(size, count - begin)
        blocks = jax.tree.map(lambda array, begin=begin: _cut(array, begin, size), features)
        begun = predict(blocks, -(-filled // ROWS)), filled
        if running is not None:
            yield _fetch(*running)
        running = begun
    assert running is not None
    yield _fetch(*running)


def _cut(array: np.ndarray, begin: int, size: int) -> np.ndarray:
    """Rows from `begin` on as blocks; the last row is repeated to fill them."""
    rows = array[begin : begin + size]
    if len(rows) < size:
        rows = np.concatenate([rows, np.broadcast_to(rows[-1:], (size - len(rows), *rows.shape[1:]))])
    return rows.reshape(-1, ROWS, *rows.shape[1:])


def _fetch(outputs: dict[str, Any], filled: int) -> Predictions:
    return {name: np.asarray(value).reshape(-1, *value.shape[2:])[:filled] for name, value in outputs.items()}
