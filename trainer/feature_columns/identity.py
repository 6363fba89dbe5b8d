"""Categories that are numbers already."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trainer.counts import check_count
from trainer.feature_columns.base import CategoricalColumn, KeyColumn
from trainer.feature_columns.values import Features, read_distinct
from trainer.layers.configs import register


@register
@dataclass(frozen=True)
class IdentityColumn(KeyColumn, CategoricalColumn):
    """Integers from 0 on, each a category.

    >>> IdentityColumn("day", 7).ids({"day": np.array([0, 6, -1])}).tolist()
    [[0], [6], [-1]]

    Attributes:
        key: Name of the feature, ``(n,)`` or ``(n, k)`` integers; -1 is none.
        num_buckets: How many categories there are.
        default_value: The category of integers outside the range; None refuses them.
    """

    key: str
    num_buckets: int
    default_value: int | None = None

    def __post_init__(self) -> None:
        """Refuses numbers that are none.

        Raises:
            ValueError: If there is no category, or the default is none of them.
        """
        self.replace_fields(num_buckets=check_count("num_buckets", self.num_buckets))
        if self.default_value is not None and not 0 <= self.default_value < self.num_buckets:
            raise ValueError(
                f"default_value of column {self.key!r} must be in [0, {self.num_buckets}); "
                f"got {self.default_value!r}. Pass the number of a category."
            )

    @property
    def num_categories(self) -> int:
        """See `CategoricalColumn`."""
        return self.num_buckets

    def ids(self, features: Features) -> np.ndarray:
        """See `CategoricalColumn`."""
        distinct = read_distinct(features, self.key)
        return distinct.spread(np.array([self._id_of(value) for value in distinct.values], np.int32))

    def _id_of(self, value: int | str | None) -> int:
        if value is None:
            return -1
        if isinstance(value, int) and 0 <= value < self.num_buckets:
            return value
        if isinstance(value, int) and self.default_value is not None:
            return self.default_value
        raise ValueError(
            f"column {self.key!r} must hold integers in [0, {self.num_buckets}); got {value!r}. "
            "Pass default_value=, or a larger num_buckets."
        )


categorical_column_with_identity = IdentityColumn
