"""How the layers of feature columns find their arrays."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trainer.feature_columns.base import FeatureColumn
from trainer.layers.checks import title


def take_column(layer: Any, column: FeatureColumn, inputs: Any) -> Any:
    """What a column reads of the encoded features.

    Raises:
        TypeError: If `inputs` is no dict of arrays.
        ValueError: If one that the column reads is missing.
    """
    if not isinstance(inputs, Mapping):
        raise TypeError(
            f"inputs of {title(layer)} must be a dict of encoded features; got {type(inputs).__name__}. "
            "Pass what FeatureColumns.encode returns."
        )
    try:
        return column.take(inputs)
    except KeyError as error:
        raise ValueError(
            f"inputs of {title(layer)} must hold {error.args[0]!r} for the column {column.name!r}; "
            f"got {', '.join(map(repr, inputs))}. Pass what FeatureColumns.encode returns."
        ) from error
