"""The user's data as rows in memory, for models that look at all of them in each step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from trainer.inputs import Rows, open_source
from trainer.inputs.frames import column_names, get_column, is_frame


def open_rows(features: Any, labels: Any, weights: Any, *, has_columns: bool = False) -> Rows:
    """What the user passed, in memory: batches as one array each, or with `has_columns` as a dict of arrays.

    Raises:
        ValueError: If there is no batch, or one lacks a column.
    """
    source = open_source(features, labels, weights)
    if isinstance(source, Rows):
        return source
    batches = list(source.read())
    if not batches:
        raise ValueError("input must give at least one batch; got none. Pass a fresh iterator.")
    has_weights = batches[0].weights is not None
    parts = [batch.features for batch in batches]
    return Rows(
        _join_columns(parts) if has_columns else np.concatenate([np.asarray(part) for part in parts]),
        np.concatenate([np.asarray(batch.labels) for batch in batches]),
        np.concatenate([np.asarray(batch.weights) for batch in batches]) if has_weights else None,
    )


def _join_columns(parts: Sequence[Any]) -> Any:
    if not isinstance(parts[0], Mapping) and not is_frame(parts[0]):
        return parts[0]  # which the columns refuse
    names = column_names(parts[0]) if is_frame(parts[0]) else list(parts[0])
    return {
        name: np.concatenate(
            [np.asarray(get_column(part, name, f"features of batch {number}")) for number, part in enumerate(parts)]
        )
        for name in names
    }
