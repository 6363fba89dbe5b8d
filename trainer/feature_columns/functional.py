"""TensorFlow 1.0's spelling of the layers of feature columns, for a ``model_fn`` or a layer's ``call``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from trainer.feature_columns.base import DenseColumn, FeatureColumn
from trainer.feature_columns.dense_features import DenseFeatures
from trainer.feature_columns.linear_features import LinearFeatures


def input_layer(
    features: Any,
    feature_columns: Sequence[DenseColumn] | DenseColumn,
    *,
    trainable: bool = True,
    name: str | None = None,
) -> Any:
    """Calls `DenseFeatures`: the columns side by side, ``(batch, width)``, in the order of their names.

    Args:
        features: What the ``model_fn`` gets, encoded by the columns that the estimator found in its ``params``.
        feature_columns: Numeric, bucketized, indicator and embedding columns, or one.
        trainable: Whether embeddings are trained.
        name: Of the layer; a second call with the same shares its weights.

    Raises:
        TypeError: If features are not encoded, or a column is categorical.
        ValueError: If the array of a column is missing.
    """
    columns: Any = feature_columns
    return DenseFeatures(columns, trainable=trainable, name=name)(features)


def linear_model(
    features: Any,
    feature_columns: Sequence[FeatureColumn] | FeatureColumn,
    units: int = 1,
    sparse_combiner: str = "sum",
    *,
    trainable: bool = True,
    name: str | None = None,
) -> Any:
    """Calls `LinearFeatures`: the sum of weights and a bias, ``(batch, units)``.

    Args:
        features: As for `input_layer`.
        feature_columns: Any columns, or one.
        units: Number of outputs.
        sparse_combiner: How the weights of several categories in a row are put together: ``sum``, ``mean``, ``sqrtn``.
        trainable: Whether the weights are trained.
        name: As for `input_layer`.

    Raises:
        TypeError: If features are not encoded.
        ValueError: If the array of a column is missing.
    """
    columns: Any = feature_columns
    return LinearFeatures(columns, units, combiner=sparse_combiner, trainable=trainable, name=name)(features)
