"""Numbers as they are."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from trainer.counts import check_count
from trainer.feature_columns.base import DenseColumn, Encoded, KeyColumn
from trainer.feature_columns.values import Features, read_numbers
from trainer.layers.configs import register


@register
@dataclass(frozen=True)
class NumericColumn(KeyColumn, DenseColumn):
    """A feature of numbers.

    >>> NumericColumn("age", normalizer_fn=np.log1p).encode({"age": np.array([0, 1])})["age"].round(3).tolist()
    [[0.0], [0.6930000185966492]]

    Attributes:
        key: Name of the feature.
        shape: Shape of one row of it.
        default_value: What stands for missing numbers (NaN, None): one, or one for each element; None refuses them.
        dtype: Type of the feature in files of examples, float32 or an integer type; it is float32 on the device.
        normalizer_fn: Function of the feature's array ``(n, *shape)``, applied on the host.
    """

    key: str
    shape: Sequence[int] = (1,)
    default_value: Any = None
    dtype: Any = "float32"
    normalizer_fn: Callable[..., Any] | None = None

    def __post_init__(self) -> None:
        """Makes sequences tuples.

        Raises:
            ValueError: If the shape holds something else than positive integers, or the default does not fit it.
        """
        shape = self.shape if isinstance(self.shape, list | tuple) else (self.shape,)
        self.replace_fields(shape=tuple(check_count("shape", size) for size in shape), dtype=np.dtype(self.dtype).name)
        if self.default_value is not None:
            default = np.asarray(self.default_value, np.float64)
            if default.shape not in ((), self.shape):
                raise ValueError(
                    f"default_value of column {self.key!r} must be a number or have the shape {self.shape}; "
                    f"got {self.default_value!r}. Pass one number."
                )
            self.replace_fields(default_value=_tuples(default.tolist()))

    @property
    def width(self) -> int:
        """See `DenseColumn`."""
        return math.prod(self.shape)

    def numbers(self, features: Features) -> np.ndarray:
        """The normalised numbers, ``(n, width)`` float32.

        Raises:
            ValueError: If one is missing or not finite.
        """
        values = read_numbers(features, self.key, tuple(self.shape))
        if self.default_value is not None and values.dtype.kind == "f":
            values = np.where(np.isnan(values), np.asarray(self.default_value, values.dtype), values)
        self._check_finite(values, "as it came")
        if self.normalizer_fn is not None:
            values = np.asarray(self.normalizer_fn(values))
        with np.errstate(over="ignore"):  # what float32 cannot hold is refused below
            numbers = values.astype(np.float32).reshape(len(values), -1)
        self._check_finite(numbers, "as float32" if self.normalizer_fn is None else "after normalizer_fn")
        return numbers

    def encode(self, features: Features) -> dict[str, np.ndarray]:
        """See `FeatureColumn`: ``{name: (n, width) float32}``."""
        return {self.name: self.numbers(features)}

    def take(self, encoded: Encoded) -> Any:
        """See `FeatureColumn`."""
        return encoded[self.name]

    def make_layer(self) -> None:
        """See `DenseColumn`."""
        return None

    def _check_finite(self, values: np.ndarray, when: str) -> None:
        is_finite = np.isfinite(values)
        if not is_finite.all():
            place = tuple(np.argwhere(~is_finite)[0].tolist())
            got = "NaN or a missing value" if np.isnan(values[place]) else values[place]
            raise ValueError(
                f"column {self.key!r} must hold finite numbers; got {got} {when} in row {place[0]}. "
                "Drop such rows, or pass default_value= for missing ones."
            )


def _tuples(value: Any) -> Any:
    return tuple(_tuples(item) for item in value) if isinstance(value, list) else value


numeric_column = NumericColumn
