"""Numbers put into ranges."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from trainer.feature_columns.base import CategoricalColumn, DenseColumn, check_column
from trainer.feature_columns.category_counts import CategoryCounts
from trainer.feature_columns.numeric import NumericColumn
from trainer.feature_columns.values import Features
from trainer.layers.configs import register


@register
@dataclass(frozen=True)
class BucketizedColumn(CategoricalColumn, DenseColumn):
    """Which range a number lies in; the lower end belongs to a range. Both categorical and dense (one-hot).

    >>> age = NumericColumn("age")
    >>> BucketizedColumn(age, [18, 65]).ids({"age": np.array([17.9, 18, 64, 65])}).tolist()
    [[0], [1], [1], [2]]

    Attributes:
        source_column: Where the numbers come from.
        boundaries: Ends of the ranges, growing.
    """

    source_column: NumericColumn
    boundaries: Sequence[float]

    def __post_init__(self) -> None:
        """Makes the boundaries a tuple.

        Raises:
            TypeError: If the source is no numeric column.
            ValueError: If there is no boundary, or they do not grow.
        """
        check_column("source_column", self.source_column, NumericColumn)
        boundaries = tuple(float(boundary) for boundary in self.boundaries)
        if not boundaries or any(low >= high for low, high in zip(boundaries, boundaries[1:], strict=False)):
            raise ValueError(f"boundaries must be growing numbers; got {self.boundaries!r}. Sort them.")
        self.replace_fields(boundaries=boundaries)

    @property
    def name(self) -> str:
        """See `FeatureColumn`."""
        return f"{self.source_column.name}_bucketized"

    @property
    def feature_names(self) -> tuple[str, ...]:
        """See `FeatureColumn`."""
        return self.source_column.feature_names

    @property
    def num_categories(self) -> int:
        """See `CategoricalColumn`: the ranges of each element of the source."""
        return (len(self.boundaries) + 1) * self.source_column.width

    @property
    def width(self) -> int:
        """See `DenseColumn`."""
        return self.num_categories

    def ids(self, features: Features) -> np.ndarray:
        """See `CategoricalColumn`; each element of the source has ranges of its own."""
        numbers = self.source_column.numbers(features)
        # The boundaries in the numbers' own type: 0.7 as float32 is less than 0.7.
        found = np.searchsorted(np.asarray(self.boundaries, numbers.dtype), numbers, side="right")
        starts = np.arange(numbers.shape[1]) * (len(self.boundaries) + 1)
        return (found + starts).astype(np.int32)

    def make_layer(self) -> CategoryCounts:
        """See `DenseColumn`."""
        return CategoryCounts(self.num_categories, name=self.name)


bucketized_column = BucketizedColumn
