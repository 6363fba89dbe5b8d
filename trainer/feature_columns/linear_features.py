"""Feature columns as a linear model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from trainer.counts import check_count
from trainer.feature_columns.base import CategoricalColumn, DenseColumn, FeatureColumn
from trainer.feature_columns.columns import FeatureColumns, as_columns
from trainer.feature_columns.combined_embedding import COMBINERS, CombinedEmbedding
from trainer.feature_columns.indicator import IndicatorColumn
from trainer.feature_columns.taking import take_column
from trainer.layers.base import Layer
from trainer.layers.checks import check_choice
from trainer.layers.configs import register
from trainer.layers.dense_layer import Dense
from trainer.layers.initializers import Initializer
from trainer.layers.regularizers import Regularizer
from trainer.layers.sequential import Sequential
from trainer.protocols import Array


@register
@dataclass(frozen=True)
class LinearFeatures(Layer):
    """The sum of a weight for each category of a row, of each number times its weight, and of a bias.

    A weight of a category is looked up, never multiplied by a one-hot vector: a crossed column of a million buckets
    costs as much as a small one. Weights start at 0.

    Attributes:
        columns: Any feature columns.
        units: Number of outputs.
        use_bias: Whether a bias is added.
        combiner: How the weights of several categories of one column in a row are put together: ``sum``, ``mean`` or
            ``sqrtn``.
        kernel_initializer: For all weights.
        kernel_regularizer: Penalty on all weights, those of categories among them.
        bias_initializer: For ``bias`` ``(units,)``.
        bias_regularizer: Penalty on it.
    """

    columns: Sequence[FeatureColumn]
    units: int = 1
    use_bias: bool = True
    combiner: str = "sum"
    kernel_initializer: Initializer = "zeros"
    kernel_regularizer: Regularizer = None
    bias_initializer: Initializer = "zeros"
    bias_regularizer: Regularizer = None

    def __post_init__(self) -> None:
        """Sorts the columns and makes their layers.

        Raises:
            TypeError: If one is no column.
            ValueError: If there is none, or two of one name differ, or a setting is out of range.
        """
        super().__post_init__()
        check_choice("combiner", self.combiner, COMBINERS)
        given = self.columns.columns if isinstance(self.columns, FeatureColumns) else self.columns
        columns = sorted(as_columns("columns", given), key=lambda column: column.name)
        self.replace_fields(columns=tuple(columns), units=check_count("units", self.units))
        self.replace_fields(_layers=tuple(self._make_layer(column) for column in self.columns))

    @property
    def feature_columns(self) -> tuple[FeatureColumn, ...]:
        """The columns that the layer reads."""
        return tuple(self.columns)

    def call(self, inputs: Any) -> Array:
        """Maps what `FeatureColumns.encode` returned to ``(batch, units)``.

        Raises:
            ValueError: If the array of a column is missing.
        """
        layers = vars(self)["_layers"]
        pairs = zip(self.columns, layers, strict=True)
        parts: list[Array] = [layer(take_column(self, column, inputs)) for column, layer in pairs]
        total = sum(parts[1:], start=parts[0])
        return total + self.weight("bias", (self.units,), self.bias_initializer) if self.use_bias else total

    def _make_layer(self, column: FeatureColumn) -> Layer:
        """The layer of a column, with a weight for each of its categories or numbers."""
        if isinstance(column, CategoricalColumn | IndicatorColumn):
            categories = column.categorical_column if isinstance(column, IndicatorColumn) else column
            return CombinedEmbedding(
                categories.num_categories,
                self.units,
                self.combiner,
                embeddings_initializer=self.kernel_initializer,
                embeddings_regularizer=self.kernel_regularizer,
                name=column.name,
            )
        assert isinstance(column, DenseColumn)
        inner = column.make_layer()
        dense = Dense(
            self.units,
            use_bias=False,
            kernel_initializer=self.kernel_initializer,
            kernel_regularizer=self.kernel_regularizer,
            name=column.name if inner is None else None,
        )
        return dense if inner is None else Sequential([inner, dense], name=column.name)
