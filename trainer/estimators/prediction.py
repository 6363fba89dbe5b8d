"""Predictions of many rows through programs of few shapes.

Every row goes through a computation of one number of rows, `ROWS` unless the config says otherwise: nothing compiles
again, and its result does not depend on how many rows stand beside it. Many rows are a loop over such blocks in one
program. On a CPU as many threads call it as there are cores: so small a computation occupies one.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeAlias

import jax
import numpy as np

from trainer.inputs import num_rows

ROWS = 256
MAX_BLOCKS = 64
MAX_CALL_BYTES = 16 << 20
MAX_THREADS = 8

Predictions: TypeAlias = dict[str, np.ndarray]


def predict_rows(
    program: jax.stages.Wrapped,
    args: Sequence[Any],
    features: Any,
    *,
    block_rows: int = ROWS,
    output_bytes: int = 0,
    can_loop: bool = True,
) -> Predictions:
    """Predicts all rows.

    Args:
        program: Made by `jax.jit`, of `args`, features with the axes ``(blocks, rows, …)`` and how many of the blocks
            are filled; it returns a dict of arrays with the same axes. All calls are of one shape.
        args: What it takes first.
        features: Array or pytree of arrays, ``(n, …)``.
        block_rows: Rows of a block.
        output_bytes: Size of what a block returns.
        can_loop: Whether several blocks may be computed in a call.

    Returns:
        Arrays ``(n, …)`` by name.
    """
    count = num_rows(features)
    size = block_rows * (_num_blocks(features, count, block_rows, output_bytes) if can_loop else 1)

    def blocks_from(begin: int) -> tuple[Any, np.int32]:
        rows = jax.tree.map(lambda array: _cut(array, begin, size), features)
        blocks = jax.tree.map(lambda array: array.reshape(-1, block_rows, *array.shape[1:]), rows)
        return blocks, np.int32(-(-min(size, count - begin) // block_rows))

    first_blocks = blocks_from(0)
    found = program(*args, *first_blocks)
    first = _fetch(found, min(size, count))
    if count <= size:
        return first
    outputs = {name: np.empty((count, *rows.shape[1:]), rows.dtype) for name, rows in first.items()}
    _put(first, outputs, 0)
    # JAX's settings, as the precision of products, are a thread's own: the others get what was compiled with these.
    compiled = program.lower(*args, *first_blocks).compile()

    def predict_from(begin: int) -> None:
        _put(_fetch(compiled(*args, *blocks_from(begin)), min(size, count - begin)), outputs, begin)

    with ThreadPoolExecutor(_num_threads(found)) as threads:
        for done in threads.map(predict_from, range(size, count, size)):
            del done  # an error of a thread is raised here
    return outputs


def _num_blocks(features: Any, count: int, block_rows: int, output_bytes: int) -> int:
    """How many blocks a call has: a power of 2 for few rows, and no more than `MAX_CALL_BYTES` hold."""
    if count <= block_rows:
        return 1
    input_bytes = sum(leaf.nbytes for leaf in jax.tree.leaves(features)) // count * block_rows
    most = int(np.clip(MAX_CALL_BYTES // max(1, input_bytes + output_bytes), 1, MAX_BLOCKS))
    needed = -(-count // block_rows)
    return min(most, 1 << (needed - 1).bit_length())


def _num_threads(outputs: dict[str, Any]) -> int:
    """One for each core that this process may use; elsewhere two, so that one call is sent while another computes."""
    (platform,) = {device.platform for value in outputs.values() for device in value.devices()}
    if platform != "cpu":
        return 2
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return min(MAX_THREADS, cores or 1)


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
