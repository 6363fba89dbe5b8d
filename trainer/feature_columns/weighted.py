"""Categories that count more or less in a row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from trainer.feature_columns.base import CategoricalColumn, Encoded, check_column, name_dtype
from trainer.feature_columns.values import Features, read_array, read_numbers
from trainer.layers.configs import register


@register
@dataclass(frozen=True)
class WeightedColumn(CategoricalColumn):
    """A categorical column with a weight for each of its values.

    Attributes:
        categorical_column: Gives the categories.
        weight_feature_key: Name of the feature of their weights, of the shape of the categories' own.
        dtype: Type of that feature in files of examples.
    """

    categorical_column: CategoricalColumn
    weight_feature_key: str
    dtype: Any = "float32"

    def __post_init__(self) -> None:
        """Refuses what is no categorical column.

        Raises:
            TypeError: If it is none.
        """
        check_column("categorical_column", self.categorical_column, CategoricalColumn)
        self.replace_fields(dtype=name_dtype(self.dtype))

    @property
    def name(self) -> str:
        """See `FeatureColumn`."""
        return f"{self.categorical_column.name}_weighted_by_{self.weight_feature_key}"

    @property
    def feature_names(self) -> tuple[str, ...]:
        """See `FeatureColumn`."""
        return (*self.categorical_column.feature_names, self.weight_feature_key)

    @property
    def num_categories(self) -> int:
        """See `CategoricalColumn`."""
        return self.categorical_column.num_categories

    def ids(self, features: Features) -> np.ndarray:
        """See `CategoricalColumn`."""
        return self.categorical_column.ids(features)

    def encode(self, features: Features) -> dict[str, np.ndarray]:
        """See `FeatureColumn`: ids, and ``{"<name>_weights": (n, k) float32}``.

        Raises:
            ValueError: If the weights are not finite numbers, one for each value.
        """
        ids = self.ids(features)
        shape = np.shape(read_array(features, self.weight_feature_key))
        weights = read_numbers(features, self.weight_feature_key, shape[1:] or (1,)).astype(np.float32)
        if weights.shape != ids.shape:
            raise ValueError(
                f"column {self.weight_feature_key!r} must have the shape of the categories of "
                f"{self.categorical_column.name!r}, {ids.shape}; got {weights.shape}. Pass one weight for each."
            )
        if not np.isfinite(weights).all():
            row = int(np.argwhere(~np.isfinite(weights))[0][0])
            raise ValueError(
                f"column {self.weight_feature_key!r} must hold finite weights; got {weights[row].tolist()} in row "
                f"{row}. Write 0 for a value that does not count."
            )
        return {f"{self.name}_ids": ids, f"{self.name}_weights": weights}

    def take(self, encoded: Encoded) -> Any:
        """See `CategoricalColumn`."""
        return encoded[f"{self.name}_ids"], encoded[f"{self.name}_weights"]


weighted_categorical_column = WeightedColumn
