"""How an estimator reads the features that a user passes: to arrays for the device, checked against those of fit."""

from __future__ import annotations

import dataclasses
import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import jax

from trainer.describe import describe
from trainer.feature_columns.base import FeatureColumn
from trainer.feature_columns.columns import FeatureColumns
from trainer.feature_columns.dense_columns import DenseColumns
from trainer.inputs.check import as_features
from trainer.inputs.frames import column_names, is_frame, to_matrix

_MAX_NAMES = 5


@dataclass(frozen=True)
class FeatureReader:
    """Reads features.

    Attributes:
        owner: Name of the estimator's class, for messages.
        columns: Feature columns of the network; None without any.
        shapes: Shape of one row of each array in fit, as texts; None before.
        names: Names of the columns of a table in fit that was read as a matrix; None without.
        takes_missing: Whether NaN may stand for missing numbers in arrays.
    """

    owner: str
    columns: FeatureColumns | None = None
    shapes: Any = None
    names: tuple[str, ...] | None = None
    takes_missing: bool = False

    def read(self, features: Any, *, name: str = "X") -> Any:
        """Turns features into arrays ``(n, …)``.

        Args:
            features: An array, a dict or tuple of arrays, or a table. With feature columns a dict or a table.
            name: What to call them in messages.

        Raises:
            TypeError: If they are something else.
            ValueError: If a value is missing or is not of its kind, or they are not like those of fit.
        """
        if self.columns is not None:
            return _encode(self.columns, features, name)
        self._check_names(table_names(features))
        plain = to_matrix(features) if is_frame(features) else features
        arrays = as_features(plain, name=name, takes_missing=self.takes_missing)
        self._check_shapes(arrays)
        return arrays

    def fit_to(self, features: Any, arrays: Any) -> FeatureReader:
        """The reader that refuses features unlike these.

        Args:
            features: Features as they came.
            arrays: What `read` made of them.
        """
        names = table_names(features) if self.columns is None else None
        return dataclasses.replace(self, shapes=row_shapes(arrays), names=names)

    def describe(self) -> Any:
        """What must be equal for other data to be read alike, as plain JSON values; a network tells of its columns."""
        shapes = describe(self.shapes)
        return (
            {"shape": shapes, "columns": describe(self.columns)} if isinstance(self.columns, DenseColumns) else shapes
        )

    def _check_names(self, names: tuple[str, ...] | None) -> None:
        """What scikit-learn wants to be said of names, in its words."""
        if (self.shapes is None and self.names is None) or names == self.names:
            return
        if self.names is None:
            warnings.warn(f"X has feature names, but {self.owner} was fitted without feature names", stacklevel=5)
        elif names is None:
            message = f"X does not have valid feature names, but {self.owner} was fitted with feature names"
            warnings.warn(message, stacklevel=5)
        else:
            raise ValueError(_names_message(names, self.names))

    def _check_shapes(self, arrays: Any) -> None:
        shapes = row_shapes(arrays)
        if self.shapes is None or shapes == self.shapes:
            return
        if isinstance(shapes, dict) and isinstance(self.shapes, dict) and shapes.keys() != self.shapes.keys():
            raise ValueError(
                f"X must hold {', '.join(map(repr, self.shapes))} as in fit; got {', '.join(map(repr, shapes))}. "
                "Pass features like those of fit."
            )
        raise ValueError(
            f"X must have rows of shape {self.shapes} as in fit; got {shapes}{self._in_words(shapes)}. "
            "Reshape your data to those of fit."
        )

    def _in_words(self, shapes: Any) -> str:
        """What scikit-learn says of rows of another length."""
        counts = [re.fullmatch(r"\((\d+),\)", str(each)) for each in (shapes, self.shapes)]
        if None in counts:
            return ""
        got, wanted = (match.group(1) for match in counts if match)
        return f" (X has {got} features, but {self.owner} is expecting {wanted} features as input)"


def _encode(columns: FeatureColumns, features: Any, name: str) -> Any:
    try:
        return columns.encode(features)
    except (TypeError, ValueError) as error:
        if name == "X":
            raise
        kind = TypeError if isinstance(error, TypeError) else ValueError  # some of their kinds take more than a text
        raise kind(f"{error} These are the {name}.") from error


def find_columns(objective: Any) -> FeatureColumns | None:
    """All feature columns of a model: those that its network's layers read, or a ``model_fn`` gets in its params.

    Returns:
        The columns; None if there is none.
    """
    given = _iter_given(getattr(objective, "hyperparams", None))
    columns = tuple(dict.fromkeys([*_iter_columns(getattr(objective, "network", None)), *given]))
    return FeatureColumns(columns) if columns else None


def row_shapes(features: Any) -> Any:
    """Shape of one row of each array in a pytree, as texts, so that they are leaves: ``"(4,)"``."""
    return jax.tree.map(lambda leaf: str(tuple(leaf.shape[1:])), features)


def table_names(features: Any) -> tuple[str, ...] | None:
    """Names of the columns of a table; None for others, and where the names are no texts.

    Raises:
        TypeError: If only some are texts.
    """
    if not is_frame(features):
        return None
    names = column_names(features)
    if names and all(isinstance(name, str) for name in names):
        return tuple(names)
    if any(isinstance(name, str) for name in names):
        types = sorted({type(name).__qualname__ for name in names})
        raise TypeError(
            f"Feature names are only supported if all input features have string names, but your input has {types} as "
            "feature name / column name types. Name all columns by texts, or none."
        )
    return None


def _iter_columns(network: Any) -> Iterator[FeatureColumn]:
    yield from getattr(network, "feature_columns", ())
    for inner in getattr(network, "sublayers", dict)().values():
        yield from _iter_columns(inner)


def _iter_given(value: Any) -> Iterator[FeatureColumn]:
    if isinstance(value, FeatureColumn):
        yield value
    elif isinstance(value, FeatureColumns):
        yield from value.columns
    elif isinstance(value, Mapping | list | tuple):
        for item in value.values() if isinstance(value, Mapping) else value:
            yield from _iter_given(item)


def _names_message(names: Sequence[str], expected: Sequence[str]) -> str:
    unseen, missing = sorted(set(names) - set(expected)), sorted(set(expected) - set(names))
    message = "The feature names should match those that were passed during fit.\n"
    message += _list_names("Feature names unseen at fit time:\n", unseen)
    message += _list_names("Feature names seen at fit time, yet now missing:\n", missing)
    return message if unseen or missing else message + "Feature names must be in the same order as they were in fit.\n"


def _list_names(title: str, names: Sequence[str]) -> str:
    shown = [f"- {name}\n" for name in names[:_MAX_NAMES]] + ["- ...\n"] * (len(names) > _MAX_NAMES)
    return title + "".join(shown) if names else ""
