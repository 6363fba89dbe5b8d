"""Categories as counts, one for each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from trainer.feature_columns.base import CategoricalColumn, DenseColumn, Encoded, check_column
from trainer.feature_columns.category_counts import CategoryCounts
from trainer.feature_columns.values import Features
from trainer.layers.configs import register


@register
@dataclass(frozen=True)
class IndicatorColumn(DenseColumn):
    """One-hot, or how often each category occurs in a row; with weights their sums.

    Attributes:
        categorical_column: Gives the categories.
    """

    categorical_column: CategoricalColumn

    def __post_init__(self) -> None:
        """Refuses what is no categorical column.

        Raises:
            TypeError: If it is none.
        """
        check_column("categorical_column", self.categorical_column, CategoricalColumn)

    @property
    def name(self) -> str:
        """See `FeatureColumn`."""
        return f"{self.categorical_column.name}_indicator"

    @property
    def feature_names(self) -> tuple[str, ...]:
        """See `FeatureColumn`."""
        return self.categorical_column.feature_names

    @property
    def width(self) -> int:
        """See `DenseColumn`."""
        return self.categorical_column.num_categories

    def encode(self, features: Features) -> dict[str, np.ndarray]:
        """See `FeatureColumn`."""
        return self.categorical_column.encode(features)

    def take(self, encoded: Encoded) -> Any:
        """See `FeatureColumn`."""
        return self.categorical_column.take(encoded)

    def make_layer(self) -> CategoryCounts:
        """See `DenseColumn`."""
        return CategoryCounts(self.width, name=self.name)


indicator_column = IndicatorColumn
