"""The user's data as rows in memory, for models that look at all of them in each step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from trainer.estimators.data import refuse_unlabelled
from trainer.inputs import Rows, open_source
from trainer.inputs.check import as_weights
from trainer.inputs.frames import column_names, get_column, is_frame


def open_rows(features: Any, labels: Any, weights: Any, *, has_columns: bool = False) -> Rows:
    """What the user passed, in memory: batches as one array each, or with `has_columns` as a dict of arrays.

    Raises:
        ValueError: If there is no batch, or one lacks labels or a column, or its parts do not fit one another or the
            first batch.
    """
    source = open_source(features, labels, weights)
    if isinstance(source, Rows):
        return source
    batches = list(source.read())
    if not batches:
        raise ValueError("input must give at least one batch; got none. Pass a fresh iterator.")
    for number, batch in enumerate(batches):
        refuse_unlabelled(batch, number)
    parts = [batch.features for batch in batches]
    is_table = isinstance(parts[0], Mapping) or (has_columns and is_frame(parts[0]))
    joined: Any = _join_columns(parts) if is_table else _join(parts, "features")
    arrays = [np.asarray(batch.labels) for batch in batches]
    for number, (part, array) in enumerate(zip(parts, arrays, strict=True)):
        _check_lengths(part, array, number)
    return Rows(joined, _join(arrays, "labels"), _join_weights(batches, arrays))


def _check_lengths(features: Any, labels: np.ndarray, number: int) -> None:
    lengths = {len(column) for column in (features.values() if isinstance(features, Mapping) else [features])}
    if lengths != {len(labels)}:
        raise ValueError(
            f"labels of batch {number} must have one entry for each row of its features; got {len(labels)} for "
            f"{', '.join(map(str, sorted(lengths)))} rows. Align them."
        )


def _join_columns(parts: Sequence[Any]) -> dict[str, np.ndarray]:
    names = column_names(parts[0]) if is_frame(parts[0]) else list(parts[0])
    return {
        name: _join(
            [get_column(part, name, f"features of batch {number}") for number, part in enumerate(parts)], repr(name)
        )
        for name in names
    }


def _join(parts: Sequence[Any], name: str) -> np.ndarray:
    """The arrays of all batches as one.

    Raises:
        ValueError: If the rows of one have another shape than those of the first.
    """
    arrays = [np.asarray(part) for part in parts]
    for number, array in enumerate(arrays):
        if array.ndim == 0 or array.shape[1:] != arrays[0].shape[1:]:
            raise ValueError(
                f"{name} of batch {number} must have rows like the first batch's, of shape {arrays[0].shape[1:]}; got "
                f"shape {array.shape}. Make all batches alike."
            )
    return np.concatenate(arrays)


def _join_weights(batches: Sequence[Rows], labels: Sequence[np.ndarray]) -> np.ndarray | None:
    """The weights of all rows, 1 in batches without weights; None if no batch has any.

    Raises:
        ValueError: If a batch has not as many weights as labels, or one is no weight.
    """
    has_weights = any(batch.weights is not None for batch in batches)
    parts = []
    for number, (batch, array) in enumerate(zip(batches, labels, strict=True)):
        given = as_weights(batch.weights, array, f"weights of batch {number}")
        parts.append(np.ones(len(array), np.float32) if given is None else given)
    return np.concatenate(parts) if has_weights else None
