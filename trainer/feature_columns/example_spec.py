"""How the features of columns are read from files of examples."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from trainer.feature_columns.base import FeatureColumn
from trainer.feature_columns.bucketized import BucketizedColumn
from trainer.feature_columns.crossed import CrossedColumn
from trainer.feature_columns.identity import IdentityColumn
from trainer.feature_columns.numeric import NumericColumn
from trainer.feature_columns.weighted import WeightedColumn
from trainer.inputs.example_features import ExampleFeature, FixedLenFeature, VarLenFeature


def make_parse_example_spec(feature_columns: Iterable[FeatureColumn], max_length: int = 1) -> dict[str, ExampleFeature]:
    """What `trainer.inputs.tfrecords` has to read for some columns.

    >>> from trainer.feature_columns import categorical_column_with_identity, indicator_column
    >>> make_parse_example_spec([NumericColumn("age"), indicator_column(categorical_column_with_identity("day", 7))])
    {'age': FixedLenFeature(shape=(1,), dtype='float32', default_value=None), 'day': VarLenFeature(dtype=<class \
'numpy.int64'>, max_length=1, padding=None)}

    Args:
        feature_columns: Any columns.
        max_length: How many values of a categorical feature an example may have.

    Raises:
        ValueError: If two columns read one feature in two ways.
    """
    spec: dict[str, ExampleFeature] = {}
    for column in feature_columns:
        for key, feature in _iter_features(column, max_length):
            if spec.setdefault(key, feature) != feature:
                raise ValueError(
                    f"columns must read the feature {key!r} in one way; got {spec[key]} and {feature}. "
                    "Give one of them a feature of another name."
                )
    return spec


def _iter_features(column: FeatureColumn, max_length: int) -> Iterator[tuple[str, ExampleFeature]]:
    if isinstance(column, NumericColumn):
        yield column.key, FixedLenFeature(column.shape, column.dtype, column.default_value)
    elif isinstance(column, BucketizedColumn):
        yield from _iter_features(column.source_column, max_length)
    elif isinstance(column, CrossedColumn):
        for part in column.keys:
            if isinstance(part, str):
                yield part, VarLenFeature(str, max_length)
            else:
                yield from _iter_features(part, max_length)
    elif hasattr(column, "categorical_column"):
        yield from _iter_features(column.categorical_column, max_length)
        if isinstance(column, WeightedColumn):
            yield column.weight_feature_key, VarLenFeature(column.dtype, max_length)
    else:
        yield column.feature_names[0], VarLenFeature(_type_of(column), max_length)


def _type_of(column: Any) -> Any:
    """The type of a categorical feature: integers or texts."""
    if isinstance(column, IdentityColumn) or isinstance(next(iter(getattr(column, "words", [""]))), int):
        return np.int64
    return np.int64 if np.dtype(getattr(column, "dtype", None) or "str").kind in "iu" else str
