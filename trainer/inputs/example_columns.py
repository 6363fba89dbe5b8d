"""From serialised ``tf.train.Example`` messages to columns, by the compiled member."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from summaries.members import load_member
from trainer.inputs.example_features import ExampleFeature, kind_of

INTERFACE = 1  # as in `_examples.pyx`
MISSING, WRONG_KIND = -2, -1  # likewise, in place of a count
_KINDS: Mapping[str, tuple[int, Any]] = {
    "bytes_list": (1, object),
    "float_list": (2, np.float32),
    "int64_list": (3, np.int64),
}
_TEXTS = 4


def find_columns(records: Sequence[bytes], features: Mapping[str, ExampleFeature]) -> dict[str, np.ndarray] | None:
    """The features of all records as columns, ``(n, *row_shape)``.

    Args:
        records: Serialised examples.
        features: What is read of each, by name.

    Returns:
        None where a record is not as described, which a slower way says better; or where the member was not built.
    """
    member = load_member("trainer.inputs._examples", INTERFACE)
    if member is None:
        return None
    counts = np.full((len(features), len(records)), MISSING, np.int32)
    raw = [_make_column(feature, len(records)) for feature in features.values()]
    wanted = [
        member.Wanted(name, _TEXTS if feature.dtype is str else _KINDS[kind_of(feature.dtype)][0], column, count)
        for (name, feature), column, count in zip(features.items(), raw, counts, strict=True)
    ]
    try:
        is_sound = member.fill_columns(records, wanted)
    except UnicodeDecodeError:
        return None
    if not is_sound or (counts == WRONG_KIND).any():
        return None
    columns = {}
    for (name, feature), column, count in zip(features.items(), raw, counts, strict=True):
        converted = _convert(column, feature.dtype)
        if converted is None or not feature.fill_column(converted, count):
            return None
        columns[name] = converted.reshape(len(records), *feature.row_shape)
    return columns


def _make_column(feature: ExampleFeature, count: int) -> np.ndarray:
    return np.zeros((count, math.prod(feature.row_shape)), _KINDS[kind_of(feature.dtype)][1])


def _convert(column: np.ndarray, dtype: Any) -> np.ndarray | None:
    """The column in the type that was asked for; None if that does not hold an integer."""
    if column.dtype == object or column.dtype == dtype:
        return column
    converted = column.astype(dtype)
    return None if column.dtype == np.int64 and (converted != column).any() else converted
