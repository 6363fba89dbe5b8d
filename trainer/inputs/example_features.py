"""What a feature of a ``tf.train.Example`` is read as. TensorFlow 1.0's names."""

from __future__ import annotations

import math
import numbers
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from trainer.counts import check_count

# Kind of list in an Example → what stands for no value.
_PADDINGS = {"float_list": 0.0, "int64_list": -1, "bytes_list": ""}


@dataclass(frozen=True)
class FixedLenFeature:
    """A feature with equally many values in each example.

    Attributes:
        shape: Their shape; ``()`` is one number or text.
        dtype: A float or an integer type; ``str`` for texts in UTF-8, ``bytes`` for others.
        default_value: What stands for a missing feature; None refuses examples without it.
    """

    shape: Sequence[int]
    dtype: Any
    default_value: Any = None

    def __post_init__(self) -> None:
        """Makes the shape a tuple.

        Raises:
            ValueError: If it holds something else than positive integers, or the type is none of these, or the default
                does not fit them.
        """
        shape = self.shape if isinstance(self.shape, list | tuple) else (self.shape,)
        object.__setattr__(self, "shape", tuple(check_count("shape", size) for size in shape))
        kind_of(self.dtype)
        for value in () if self.default_value is None else self._default():
            check_value("default_value", self.dtype, value)

    def fill(self, name: str, values: Sequence[Any]) -> Sequence[Any]:
        """The values of one example as they stand in a row.

        Raises:
            ValueError: If there are more or fewer than the shape wants.
        """
        size = math.prod(self.shape)
        if len(values) == size:
            return values
        if not values and self.default_value is not None:
            return self._default()
        advice = "Pass default_value=." if not values else "Correct the shape, or use VarLenFeature."
        raise ValueError(
            f"feature {name!r} must have {size} values, of shape {self.shape}; got {len(values)}. {advice}"
        )

    def fill_column(self, column: np.ndarray, counts: np.ndarray) -> bool:
        """Does what `fill` does for many rows in place.

        Args:
            column: Their values, ``(n, size)``, of which so many are set as `counts` ``(n,)`` says.
            counts: Below 0 where the feature is missing.

        Returns:
            False where `fill` would refuse a row.
        """
        is_missing = counts < 1
        if not (is_missing | (counts == column.shape[1])).all():
            return False
        if not is_missing.any():
            return True
        if self.default_value is None:
            return False
        column[is_missing] = self._default()
        return True

    def _default(self) -> list[Any]:
        """The values of a missing feature.

        Raises:
            ValueError: If they do not fit the shape.
        """
        default = np.asarray(self.default_value, object)
        try:
            values: list[Any] = np.broadcast_to(default, self.shape).ravel().tolist()
        except ValueError as error:
            raise ValueError(
                f"default_value must fit the shape {self.shape}; got shape {default.shape}. Pass one value, or as many."
            ) from error
        return values

    @property
    def row_shape(self) -> tuple[int, ...]:
        """Shape of a row."""
        return tuple(self.shape)


@dataclass(frozen=True)
class VarLenFeature:
    """A feature with some values in each example, filled up to equally many.

    Attributes:
        dtype: As for `FixedLenFeature`.
        max_length: How many values a row gets; an example with more is refused, since a program has fixed shapes.
        padding: What fills up; None takes ``""``, -1 or 0.0, of which feature columns leave out the first two. A type
            that does not hold -1 needs another.
    """

    dtype: Any
    max_length: int
    padding: Any = None

    def __post_init__(self) -> None:
        """Refuses what is no length or no type.

        Raises:
            ValueError: If `max_length` is not positive, or the type is none that examples hold, or it does not hold
                the padding.
        """
        check_count("max_length", self.max_length)
        kind_of(self.dtype)
        check_value("padding", self.dtype, self._padding())

    def fill(self, name: str, values: Sequence[Any]) -> Sequence[Any]:
        """The values of one example as they stand in a row.

        Raises:
            ValueError: If there are more than `max_length`.
        """
        if len(values) > self.max_length:
            raise ValueError(
                f"feature {name!r} must have at most max_length={self.max_length} values; got {len(values)}. "
                "Pass a larger max_length."
            )
        padding = self._padding()
        return [*values, *[padding] * (self.max_length - len(values))]

    def fill_column(self, column: np.ndarray, counts: np.ndarray) -> bool:
        """Does what `fill` does for many rows in place. Arguments as in `FixedLenFeature`."""
        if (counts > self.max_length).any():
            return False
        column[np.arange(self.max_length) >= counts[:, None]] = self._padding()
        return True

    @property
    def row_shape(self) -> tuple[int, ...]:
        """Shape of a row."""
        return (self.max_length,)

    def _padding(self) -> Any:
        if self.padding is None:
            return b"" if self.dtype is bytes else _PADDINGS[kind_of(self.dtype)]
        return self.padding


ExampleFeature = FixedLenFeature | VarLenFeature


def kind_of(dtype: Any) -> str:
    """Which list of an Example holds values of this type.

    Raises:
        ValueError: If none does.
    """
    if dtype in (str, bytes):
        return "bytes_list"
    kind = np.dtype(dtype).kind
    if kind in "fiub":
        return "float_list" if kind == "f" else "int64_list"
    raise ValueError(
        f"dtype must be a float or integer type, str or bytes; got {dtype!r}. Pass for example np.float32."
    )


def check_value(name: str, dtype: Any, value: Any) -> None:
    """Refuses what a type does not hold.

    Args:
        name: What to call the value in messages.
        dtype: As of `FixedLenFeature`.
        value: One number or text.

    Raises:
        ValueError: If it is of another type or out of range.
    """
    if dtype in (str, bytes):
        fits = isinstance(value, dtype)
    elif kind_of(dtype) == "float_list":
        fits = isinstance(value, numbers.Real)
    else:
        fits = isinstance(value, numbers.Real | np.bool_) and value == _clip(value, dtype)
    if not fits:
        raise ValueError(f"{name} must be a value of {name_of(dtype)}; got {value!r}. Pass another, or a wider dtype.")


def check_integers(name: str, dtype: Any, values: Sequence[int]) -> None:
    """Refuses integers of a record that a type does not hold.

    Raises:
        ValueError: If there is one.
    """
    for value in (min(values), max(values)) if values else ():
        if value != _clip(value, dtype):
            raise ValueError(
                f"feature {name!r} must hold integers of {name_of(dtype)}; got {value}. Pass a wider dtype."
            )


def _clip(value: Any, dtype: Any) -> int:
    """The integer of the type that comes nearest."""
    if not math.isfinite(value):
        return 0
    limits = np.iinfo(np.dtype(dtype)) if np.dtype(dtype).kind != "b" else None
    least, most = (0, 1) if limits is None else (int(limits.min), int(limits.max))
    return min(max(int(value), least), most)


def name_of(dtype: Any) -> str:
    """What a type is called in messages."""
    return str(dtype.__name__) if dtype in (str, bytes) else np.dtype(dtype).name


def to_column(feature: ExampleFeature, rows: Sequence[Sequence[Any]]) -> np.ndarray:
    """The rows of a feature as one array, ``(n, *row_shape)``; texts are objects."""
    flat = [value for row in rows for value in row]
    dtype = object if feature.dtype in (str, bytes) else np.dtype(feature.dtype)
    column = np.empty(len(flat), dtype)
    column[:] = flat
    return column.reshape(len(rows), *feature.row_shape)
