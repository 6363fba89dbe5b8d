"""Feature columns as one matrix on the host, for models that train nothing in them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from trainer.feature_columns.base import DenseColumn, FeatureColumn, check_column
from trainer.feature_columns.columns import FeatureColumns
from trainer.feature_columns.dense_features import DenseFeatures
from trainer.feature_columns.embedding import EmbeddingColumn
from trainer.layers.configs import register


@register
@dataclass(frozen=True)
class DenseColumns(FeatureColumns):
    """Turns raw features into the rows that trees and clusters are made of.

    >>> from trainer.feature_columns import categorical_column_with_identity, indicator_column, numeric_column
    >>> columns = DenseColumns([numeric_column("age"), indicator_column(categorical_column_with_identity("day", 3))])
    >>> columns.encode({"age": [31, 4], "day": [0, 2]}).tolist()
    [[31.0, 1.0, 0.0, 0.0], [4.0, 0.0, 0.0, 1.0]]
    >>> columns.output_names
    ('age', 'day_indicator/0', 'day_indicator/1', 'day_indicator/2')

    Attributes:
        columns: Numeric, bucketized and indicator columns; outputs stand in the order of their names.
    """

    def __post_init__(self) -> None:
        """Makes the columns a tuple of different ones.

        Raises:
            TypeError: If one is categorical, an embedding, or no column.
            ValueError: If there is none, or two of one name differ.
        """
        super().__post_init__()
        columns = [_as_dense(column) for column in self.columns]
        object.__setattr__(self, "_features", DenseFeatures(columns))

    @property
    def output_names(self) -> tuple[str, ...]:
        """A name for each number of a row."""
        columns: Any = self._dense.columns
        return tuple(name for column in columns for name in _names(column))

    @property
    def _dense(self) -> DenseFeatures:
        dense: DenseFeatures = vars(self)["_features"]
        return dense

    def encode(self, features: Any) -> Any:
        """Reads raw features to an array ``(n, width)`` float32. Arguments and errors as of `FeatureColumns`."""
        outputs, _ = self._dense.apply({}, {}, super().encode(features))
        return np.asarray(outputs, np.float32)


def _as_dense(column: FeatureColumn) -> DenseColumn:
    if isinstance(column, EmbeddingColumn):
        raise TypeError(
            f"feature_columns must not be embeddings, which only networks train; got {column.name!r}. "
            "Wrap its categories in indicator_column."
        )
    check_column("feature_columns", column, DenseColumn)
    assert isinstance(column, DenseColumn)
    return column


def _names(column: DenseColumn) -> tuple[str, ...]:
    if column.width == 1:
        return (column.name,)
    return tuple(f"{column.name}/{number}" for number in range(column.width))
