"""Categories as vectors that are learned."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from trainer.counts import check_count
from trainer.feature_columns.base import CategoricalColumn, DenseColumn, Encoded, check_column
from trainer.feature_columns.combined_embedding import COMBINERS, CombinedEmbedding
from trainer.feature_columns.values import Features
from trainer.layers.checks import check_choice
from trainer.layers.configs import register
from trainer.layers.initializers import Initializer, TruncatedNormal


@register
@dataclass(frozen=True)
class EmbeddingColumn(DenseColumn):
    """A learned vector for the categories of a row.

    Attributes:
        categorical_column: Gives the categories.
        dimension: Size of the vector.
        combiner: How several categories of a row become one vector: ``mean``, ``sqrtn`` or ``sum``.
        initializer: Of the table ``(categories, dimension)``; None draws from a truncated normal distribution with the
            deviation ``1 / sqrt(dimension)``.
        max_norm: Largest length of a category's vector.
        trainable: Whether the optimizer changes the table.
        shared_name: Name of the table where several columns share it; see `shared_embedding_columns`.
    """

    categorical_column: CategoricalColumn
    dimension: int
    combiner: str = "mean"
    initializer: Initializer | None = None
    max_norm: float | None = None
    trainable: bool = True
    shared_name: str | None = None

    def __post_init__(self) -> None:
        """Refuses what makes no table.

        Raises:
            TypeError: If there is no categorical column.
            ValueError: If a setting is out of range.
        """
        check_column("categorical_column", self.categorical_column, CategoricalColumn)
        check_choice("combiner", self.combiner, COMBINERS)
        self.replace_fields(dimension=check_count("dimension", self.dimension))
        if self.max_norm is not None and not self.max_norm > 0:
            raise ValueError(f"max_norm must be positive; got {self.max_norm!r}. Leave it out for no limit.")

    @property
    def name(self) -> str:
        """See `FeatureColumn`."""
        suffix = "embedding" if self.shared_name is None else "shared_embedding"
        return f"{self.categorical_column.name}_{suffix}"

    @property
    def feature_names(self) -> tuple[str, ...]:
        """See `FeatureColumn`."""
        return self.categorical_column.feature_names

    @property
    def width(self) -> int:
        """See `DenseColumn`."""
        return self.dimension

    def encode(self, features: Features) -> dict[str, np.ndarray]:
        """See `FeatureColumn`."""
        return self.categorical_column.encode(features)

    def take(self, encoded: Encoded) -> Any:
        """See `FeatureColumn`."""
        return self.categorical_column.take(encoded)

    def make_layer(self) -> CombinedEmbedding:
        """See `DenseColumn`."""
        return CombinedEmbedding(
            self.categorical_column.num_categories,
            self.dimension,
            self.combiner,
            self.max_norm,
            TruncatedNormal(stddev=1 / math.sqrt(self.dimension)) if self.initializer is None else self.initializer,
            name=self.shared_name or self.name,
            trainable=self.trainable,
        )


embedding_column = EmbeddingColumn


def shared_embedding_columns(
    categorical_columns: Sequence[CategoricalColumn],
    dimension: int,
    combiner: str = "mean",
    initializer: Initializer | None = None,
    shared_embedding_collection_name: str | None = None,
    max_norm: float | None = None,
    trainable: bool = True,
) -> list[EmbeddingColumn]:
    """Embedding columns that look up one table, as for the words of a question and of an answer.

    Args:
        categorical_columns: Columns of equally many categories.
        dimension: As for `EmbeddingColumn`, and so are those below.
        combiner: How several categories of a row become one vector.
        initializer: Of the table.
        shared_embedding_collection_name: Name of the table; None joins the columns' names.
        max_norm: Largest length of a category's vector.
        trainable: Whether the optimizer changes the table.

    Raises:
        ValueError: If the columns have different numbers of categories.
    """
    sizes = {column.name: column.num_categories for column in categorical_columns}
    if len(set(sizes.values())) != 1:
        raise ValueError(f"categorical_columns must have equally many categories; got {sizes}. Share a vocabulary.")
    name = shared_embedding_collection_name or "_".join(sorted(sizes)) + "_shared_embedding"
    return [
        EmbeddingColumn(column, dimension, combiner, initializer, max_norm, trainable, name)
        for column in categorical_columns
    ]
