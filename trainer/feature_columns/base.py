"""What a feature column is: a frozen dataclass that says how raw features become numbers, in two halves.

On the host, `encode` turns raw values (texts, numbers, with missing ones) into NumPy arrays of fixed types. On the
device, layers turn those into one dense array (`DenseFeatures`) or into the outputs of a linear model
(`LinearFeatures`). A new column is a file of its own, and a line in ``__init__.py``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from trainer.feature_columns.values import Features
from trainer.layers.configs import Configured

if TYPE_CHECKING:
    from trainer.layers.base import Layer

Encoded = Mapping[str, Any]


class FeatureColumn(Configured):
    """Base of all columns. ``get_config`` and ``from_config`` follow from the fields."""

    @property
    def name(self) -> str:
        """Its name, unique among the columns of a model."""
        raise NotImplementedError

    @property
    def feature_names(self) -> tuple[str, ...]:
        """The raw features that it reads."""
        raise NotImplementedError

    def encode(self, features: Features) -> dict[str, np.ndarray]:
        """Turns raw features ``(n, …)`` into what `take` finds on the device.

        Raises:
            ValueError: If a feature is missing or is not what the column reads.
        """
        raise NotImplementedError

    def take(self, encoded: Encoded) -> Any:
        """Finds its own among all encoded features: one array, or a pytree of them."""
        raise NotImplementedError

    def replace_fields(self, **values: Any) -> None:
        """Sets fields to their checked form; for ``__post_init__`` only."""
        for name, value in values.items():
            object.__setattr__(self, name, value)


class KeyColumn(FeatureColumn):
    """A column that reads one raw feature, and has its name. Stands before the other bases."""

    key: str

    @property
    def name(self) -> str:
        """See `FeatureColumn`."""
        return self.key

    @property
    def feature_names(self) -> tuple[str, ...]:
        """See `FeatureColumn`."""
        return (self.key,)


class DenseColumn(FeatureColumn):
    """A column that gives each row a fixed number of floats."""

    @property
    def width(self) -> int:
        """How many."""
        raise NotImplementedError

    def make_layer(self) -> Layer | None:
        """The layer that makes them, ``(batch, width)``, of what `take` finds; None if these are they."""
        raise NotImplementedError


class CategoricalColumn(FeatureColumn):
    """A column that gives each row some categories, as numbers; an embedding or an indicator makes it dense."""

    @property
    def num_categories(self) -> int:
        """How many categories there are."""
        raise NotImplementedError

    def ids(self, features: Features) -> np.ndarray:
        """Numbers of the categories of each row, ``(n, k)`` int32; -1 is none."""
        raise NotImplementedError

    def encode(self, features: Features) -> dict[str, np.ndarray]:
        """See `FeatureColumn`: ``{"<name>_ids": (n, k) int32}``."""
        return {f"{self.name}_ids": self.ids(features)}

    def take(self, encoded: Encoded) -> Any:
        """See `FeatureColumn`: ``(ids, weights)``, ``(batch, k)`` each, or ``(ids,)``."""
        return (encoded[f"{self.name}_ids"],)


def name_dtype(dtype: Any) -> str:
    """The name of a feature's type in files: ``str`` for texts, else as NumPy's."""
    kind = np.dtype(dtype)
    return "str" if kind.kind in "UOS" else kind.name


def check_column(name: str, value: Any, kind: type[FeatureColumn]) -> None:
    """Refuses what is no column of this kind.

    Raises:
        TypeError: If it is none.
    """
    if not isinstance(value, kind):
        which = {CategoricalColumn: "a categorical column", DenseColumn: "a dense column"}.get(kind, kind.__name__)
        advice = (
            "Wrap it in indicator_column or embedding_column."
            if isinstance(value, CategoricalColumn)
            else ("Make one with the functions of trainer.feature_columns.")
        )
        raise TypeError(f"{name} must be {which}; got {value!r}. {advice}")
