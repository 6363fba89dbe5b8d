"""Combinations of categories."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from trainer.counts import check_count
from trainer.feature_columns.base import CategoricalColumn, FeatureColumn
from trainer.feature_columns.fingerprints import Words, choose_buckets, join_fingerprints
from trainer.feature_columns.hashed import HashBucketColumn
from trainer.feature_columns.values import Features, hash_values, read_distinct
from trainer.feature_columns.weighted import WeightedColumn
from trainer.layers.configs import register

_HASH_KEY = 0xDECAFCAFFE


@register
@dataclass(frozen=True)
class CrossedColumn(CategoricalColumn):
    """Each combination of several features' values, in the bucket of its hash.

    The hash is TensorFlow's. A row in which one of the features has no value has no combination.

    >>> column = CrossedColumn(["city", "day"], 100)
    >>> column.ids({"city": ["Paris", "Rome"], "day": np.array([3, 3])}).tolist()
    [[82], [43]]

    Attributes:
        keys: Names of features of texts or integers, or categorical columns; at least two.
        hash_bucket_size: How many buckets there are.
        hash_key: Where the hash begins; None takes TensorFlow's usual one.
    """

    keys: Sequence[str | CategoricalColumn]
    hash_bucket_size: int
    hash_key: int | None = None

    def __post_init__(self) -> None:
        """Makes the parts a tuple.

        Raises:
            TypeError: If a part is neither a name nor a categorical column that can be crossed.
            ValueError: If there are fewer than two, or no bucket.
        """
        parts = tuple(self.keys)
        if len(parts) < 2 or isinstance(self.keys, str):
            raise ValueError(f"keys of a crossed column must be at least two; got {self.keys!r}. Add one.")
        for part in parts:
            _check_part(part)
        self.replace_fields(keys=parts, hash_bucket_size=check_count("hash_bucket_size", self.hash_bucket_size))

    @property
    def name(self) -> str:
        """See `FeatureColumn`."""
        return "_X_".join(sorted(part if isinstance(part, str) else part.name for part in self._leaves()))

    @property
    def feature_names(self) -> tuple[str, ...]:
        """See `FeatureColumn`."""
        found = ((part,) if isinstance(part, str) else part.feature_names for part in self._leaves())
        return tuple(dict.fromkeys(key for keys in found for key in keys))

    @property
    def num_categories(self) -> int:
        """See `CategoricalColumn`."""
        return self.hash_bucket_size

    def ids(self, features: Features) -> np.ndarray:
        """See `CategoricalColumn`: one for each combination of the values in a row."""
        parts = [_hash_part(features, part) for part in self._leaves()]
        num_rows = len(parts[0][0])
        hashes = np.full((num_rows, 1), self.hash_key or _HASH_KEY, np.uint64)
        is_there = np.ones((num_rows, 1), bool)
        for part_hashes, part_is_there in parts:
            hashes = join_fingerprints(hashes[:, :, None], part_hashes[:, None, :]).reshape(num_rows, -1)
            is_there = (is_there[:, :, None] & part_is_there[:, None, :]).reshape(num_rows, -1)
        return choose_buckets(hashes, self.hash_bucket_size, is_there)

    def _leaves(self) -> Iterator[str | CategoricalColumn]:
        """The parts, and instead of crossed ones theirs, in the order in which TensorFlow mixes them."""
        leaves: list[str | CategoricalColumn] = []
        for part in self.keys:
            leaves += part._leaves() if isinstance(part, CrossedColumn) else [part]
        yield from (part for part in leaves if not isinstance(part, str))
        yield from (part for part in leaves if isinstance(part, str))


def _check_part(part: object) -> None:
    if isinstance(part, HashBucketColumn):
        raise TypeError(
            f"keys of a crossed column must be names or columns that are not hashed; got {part!r}. "
            f"Pass its key, {part.key!r}: the cross hashes by itself."
        )
    if isinstance(part, WeightedColumn) or not isinstance(part, str | CategoricalColumn):
        which = part.name if isinstance(part, FeatureColumn) else part
        raise TypeError(
            f"keys of a crossed column must be names or categorical columns without weights; got {which!r}. "
            "Pass a name, or bucketize numbers."
        )


def _hash_part(features: Features, part: str | CategoricalColumn) -> tuple[Words, np.ndarray]:
    """Hashes of the values of a part, ``(n, k)`` uint64, and whether there is one at each place."""
    if not isinstance(part, str):
        ids = part.ids(features)
        return ids.astype(np.int64).view(np.uint64), ids >= 0
    distinct = read_distinct(features, part)
    is_there = np.array([value is not None for value in distinct.values], bool)
    if any(isinstance(value, int) for value in distinct.values):
        numbers = [value if isinstance(value, int) else 0 for value in distinct.values]
        return distinct.spread(np.array(numbers, np.int64).view(np.uint64)), distinct.spread(is_there)
    return distinct.spread(hash_values(distinct)), distinct.spread(is_there)


crossed_column = CrossedColumn
