"""Feature columns as one dense array."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import jax.numpy as jnp

from trainer.feature_columns.base import DenseColumn, FeatureColumn, check_column
from trainer.feature_columns.columns import FeatureColumns, as_columns
from trainer.feature_columns.taking import take_column
from trainer.layers.base import Layer
from trainer.layers.configs import register
from trainer.protocols import Array, Network


@register
@dataclass(frozen=True)
class DenseFeatures(Layer):
    """The first layer of a network on feature columns: embeddings, indicators and numbers side by side.

    An estimator whose network has such a layer takes raw features, dicts or tables, and encodes them. Elsewhere call
    `FeatureColumns.encode` before.

    >>> from trainer.feature_columns import FeatureColumns, numeric_column
    >>> layer = DenseFeatures([numeric_column("b"), numeric_column("a", shape=2)])
    >>> encoded = FeatureColumns(layer.columns).encode({"a": [[1, 2]], "b": [3]})
    >>> layer.apply({}, {}, encoded)[0].tolist()
    [[1.0, 2.0, 3.0]]

    Attributes:
        columns: Numeric, bucketized, indicator and embedding columns. As in TensorFlow their outputs stand in the
            order of their names, whatever the order here.
    """

    columns: Sequence[DenseColumn]

    def __post_init__(self) -> None:
        """Sorts the columns and makes their layers.

        Raises:
            TypeError: If one is categorical, or no column.
            ValueError: If there is none, or two of one name differ.
        """
        super().__post_init__()
        given = self.columns.columns if isinstance(self.columns, FeatureColumns) else self.columns
        columns = sorted(as_columns("columns", given), key=lambda column: column.name)
        for column in columns:
            check_column("columns", column, DenseColumn)
        self.replace_fields(columns=tuple(columns))
        made = {column.name: column.make_layer() for column in self.columns}
        # One layer for all columns that share a table.
        shared = {layer.name: layer for layer in made.values() if layer is not None}
        self.replace_fields(_layers={name: layer and shared[layer.name] for name, layer in made.items()})

    @property
    def feature_columns(self) -> tuple[FeatureColumn, ...]:
        """The columns that the layer reads."""
        return tuple(self.columns)

    @property
    def width(self) -> int:
        """Size of the last axis of the outputs."""
        return sum(column.width for column in self.columns)

    def sublayers(self) -> dict[str, Network]:
        """The layers of the columns, by name."""
        return {layer.name: layer for layer in vars(self)["_layers"].values() if layer is not None}

    def call(self, inputs: Any) -> Array:
        """Maps what `FeatureColumns.encode` returned to ``(batch, width)``.

        Raises:
            ValueError: If the array of a column is missing.
        """
        layers = vars(self)["_layers"]
        parts = [_apply(layers[column.name], take_column(self, column, inputs)) for column in self.columns]
        return jnp.concatenate([jnp.asarray(part, self.policy.compute_dtype) for part in parts], axis=-1)


def _apply(layer: Layer | None, inputs: Any) -> Any:
    return inputs if layer is None else layer(inputs)
