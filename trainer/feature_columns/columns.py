"""The feature columns of a model, together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from trainer.feature_columns.base import FeatureColumn
from trainer.inputs.frames import is_frame, to_columns
from trainer.layers.configs import Configured, register


@register
@dataclass(frozen=True)
class FeatureColumns(Configured):
    """Turns raw features into the arrays that `DenseFeatures` and `LinearFeatures` read.

    >>> from trainer.feature_columns import categorical_column_with_identity, numeric_column
    >>> columns = FeatureColumns([numeric_column("age"), categorical_column_with_identity("day", 7)])
    >>> {name: array.tolist() for name, array in columns.encode({"age": [31, 4], "day": [0, 6]}).items()}
    {'age': [[31.0], [4.0]], 'day_ids': [[0], [6]]}

    Attributes:
        columns: Any columns. The same one may stand here twice, as in a wide and a deep part.
    """

    columns: Sequence[FeatureColumn]

    def __post_init__(self) -> None:
        """Makes the columns a tuple of different ones.

        Raises:
            TypeError: If one is no feature column.
            ValueError: If there is none, or two of one name differ.
        """
        object.__setattr__(self, "columns", as_columns("columns", self.columns))

    @property
    def feature_names(self) -> tuple[str, ...]:
        """The raw features that are read."""
        return tuple(dict.fromkeys(key for column in self.columns for key in column.feature_names))

    def encode(self, features: Any) -> dict[str, np.ndarray]:
        """Reads raw features; those that no column names are left out.

        Args:
            features: A dict of arrays or lists ``(n, …)``, or a table of pandas, polars or pyarrow.

        Returns:
            Arrays ``(n, …)``, float32 or int32.

        Raises:
            TypeError: If `features` is something else.
            ValueError: If a feature is missing, or is not what its column reads, or rows differ in number.
        """
        raw = to_columns(features) if is_frame(features) else features
        if not isinstance(raw, Mapping):
            raise TypeError(
                f"features must be a dict or a table of columns with feature columns; got {type(raw).__name__}. "
                "Pass {name: values}."
            )
        self._check_keys(raw)
        encoded: dict[str, np.ndarray] = {}
        for column in self.columns:
            encoded |= column.encode(raw)
        return encoded

    def _check_keys(self, features: Mapping[str, Any]) -> None:
        missing = [key for key in self.feature_names if key not in features]
        if missing:
            raise ValueError(
                f"features must hold the columns {_listed(missing)}, which feature columns read; "
                f"got {_listed(features) or 'none'}. Add them, or correct the keys."
            )
        lengths = {key: np.shape(features[key])[0] if hasattr(features[key], "shape") else len(features[key])
                   for key in self.feature_names}  # fmt: skip
        if len(set(lengths.values())) > 1:
            raise ValueError(f"columns of features must have equally many rows; got {lengths}. Align them.")
        if 0 in lengths.values():
            raise ValueError("features must have at least one row; got none. Pass some data.")


def as_columns(name: str, columns: Any) -> tuple[FeatureColumn, ...]:
    """Returns columns without repetitions.

    Raises:
        TypeError: If one is no feature column.
        ValueError: If there is none, or two of one name differ.
    """
    listed = [columns] if isinstance(columns, FeatureColumn) else list(columns)
    for column in listed:
        if not isinstance(column, FeatureColumn):
            raise TypeError(f"{name} must be feature columns; got {column!r}. Make them with trainer.feature_columns.")
    if not listed:
        raise ValueError(f"{name} must hold at least one feature column; got none. Pass for example numeric_column(…).")
    distinct = tuple(dict.fromkeys(listed))
    _check_names(name, distinct)
    return distinct


def _check_names(name: str, columns: Sequence[FeatureColumn]) -> None:
    known: dict[tuple[str, bool], FeatureColumn] = {}
    for column in columns:
        for part in _parts(column):
            kind = (part.name, hasattr(part, "ids"))
            if known.setdefault(kind, part) != part:
                raise ValueError(
                    f"{name} of one name must be equal; got two different ones named {part.name!r}. "
                    "Give one of them a feature of another name."
                )


def _parts(column: FeatureColumn) -> Iterator[FeatureColumn]:
    yield column
    inner = getattr(column, "categorical_column", None)
    if inner is not None:
        yield from _parts(inner)


def _listed(names: Any) -> str:
    return ", ".join(map(repr, names))
