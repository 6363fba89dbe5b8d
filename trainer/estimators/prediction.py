"""Predictions of many rows through programs of two shapes.

Every row goes through a computation of one number of rows, `ROWS` unless the config says otherwise: nothing compiles
again, and its result does not depend on how many rows stand beside it. Many rows are a loop over such blocks in one
program, called by as many threads as there are cores: so small a computation occupies one.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeAlias

import jax
import numpy as np

from trainer.inputs import num_rows

ROWS = 256
MAX_BLOCKS = 64
MAX_CALL_BYTES = 16 << 20

Predictions: TypeAlias = dict[str, np.ndarray]
# Features with the axes (blocks, rows, …), and how many of the blocks are filled, to outputs with the same axes.
PredictFn: TypeAlias = Callable[[Any, int], dict[str, Any]]


def predict_rows(predict: PredictFn, features: Any, *, block_rows: int = ROWS, can_loop: bool = True) -> Predictions:
    """Predicts all rows.

    Args:
        predict: Computes some blocks; called with one block at a time, or always with the same larger number; by
            several threads after the first call.
        features: Array or pytree of arrays, ``(n, …)``.
        block_rows: Rows of a block.
        can_loop: Whether several blocks may be computed in a call.

    Returns:
        Arrays ``(n, …)`` by name.
    """
    count = num_rows(features)
    size = block_rows * (_num_blocks(features, count, block_rows) if can_loop else 1)

    def rows_from(begin: int) -> Predictions:
        filled = min(size, count - begin)
        rows = jax.tree.map(lambda array: _cut(array, begin, size), features)
        blocks = jax.tree.map(lambda array: array.reshape(-1, block_rows, *array.shape[1:]), rows)
        return _fetch(predict(blocks, -(-filled // block_rows)), filled)

    first = rows_from(0)
    if count <= size:
        return first
    outputs = {name: np.empty((count, *rows.shape[1:]), rows.dtype) for name, rows in first.items()}
    _put(first, outputs, 0)
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        for done in threads.map(lambda begin: _put(rows_from(begin), outputs, begin), range(size, count, size)):
            del done  # an error of a thread is raised here
    return outputs


def _num_blocks(features: Any, count: int, block_rows: int) -> int:
    if count <= block_rows:
        return 1
    row_bytes = sum(leaf.nbytes for leaf in jax.tree.leaves(features)) // count
    return int(np.clip(MAX_CALL_BYTES // max(1, row_bytes * block_rows), 1, MAX_BLOCKS))


def _cut(array: np.ndarray, begin: int, size: int) -> np.ndarray:
    """So many rows from `begin` on; the last one is repeated where there are fewer."""
    rows = array[begin : begin + size]
    if len(rows) < size:
        rows = np.concatenate([rows, np.broadcast_to(rows[-1:], (size - len(rows), *rows.shape[1:]))])
    return rows


def _fetch(outputs: dict[str, Any], filled: int) -> Predictions:
    return {name: np.asarray(value).reshape(-1, *value.shape[2:])[:filled] for name, value in outputs.items()}


def _put(rows: Predictions, outputs: Predictions, begin: int) -> None:
    for name, values in rows.items():
        outputs[name][begin : begin + len(values)] = values
