"""Categories by a hash, for values that nobody listed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from trainer.counts import check_count
from trainer.feature_columns.base import CategoricalColumn, KeyColumn, name_dtype
from trainer.feature_columns.fingerprints import choose_buckets
from trainer.feature_columns.values import Distinct, Features, hash_values, read_distinct
from trainer.layers.configs import register


@register
@dataclass(frozen=True)
class HashBucketColumn(KeyColumn, CategoricalColumn):
    """Texts or integers, each in the bucket of its hash; several may share one.

    The hash is TensorFlow's, the same on every machine and in every process.

    >>> HashBucketColumn("city", 1000).ids({"city": np.array(["Paris", "Rome", ""])}).tolist()
    [[650], [349], [-1]]

    Attributes:
        key: Name of the feature, ``(n,)`` or ``(n, k)``; ``""``, None, NaN and -1 are none.
        hash_bucket_size: How many buckets there are.
        dtype: Type of the feature in files of examples, ``str`` or an integer type.
    """

    key: str
    hash_bucket_size: int
    dtype: Any = "str"

    def __post_init__(self) -> None:
        """Refuses a number that is none.

        Raises:
            ValueError: If there is no bucket.
        """
        size = check_count("hash_bucket_size", self.hash_bucket_size)
        self.replace_fields(hash_bucket_size=size, dtype=name_dtype(self.dtype))

    @property
    def num_categories(self) -> int:
        """See `CategoricalColumn`."""
        return self.hash_bucket_size

    def ids(self, features: Features) -> np.ndarray:
        """See `CategoricalColumn`."""
        distinct = read_distinct(features, self.key)
        return distinct.spread(hash_ids(distinct, self.hash_bucket_size))


def hash_ids(distinct: Distinct, num_buckets: int) -> np.ndarray:
    """Bucket of each distinct value, ``(values,)`` int32; -1 for a missing one."""
    is_there = np.array([value is not None for value in distinct.values], bool)
    return choose_buckets(hash_values(distinct), num_buckets, is_there)


categorical_column_with_hash_bucket = HashBucketColumn
