"""Tables of pandas, polars and pyarrow as NumPy columns; a library is looked for only where it is loaded already."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

_FRAMES = {"pandas": "DataFrame", "polars": "DataFrame", "pyarrow": "Table"}


def is_frame(value: Any) -> bool:
    """Whether `value` is a table of one of these libraries."""
    return _library_of(value) is not None


def column_names(frame: Any) -> list[Any]:
    """Names of a table's columns, in order; in pandas they may be other things than texts."""
    return list(frame.column_names if _library_of(frame) == "pyarrow" else frame.columns)


def to_columns(frame: Any) -> dict[str, np.ndarray]:
    """The columns of a table by name, each ``(n,)``, or ``(n, …)`` where a library has such.

    Missing values are NaN among numbers and None among other values.

    Raises:
        ValueError: If two columns have one name.
    """
    names = [str(name) for name in column_names(frame)]
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise ValueError(f"names of columns must differ; got {twice[0]!r} more than once. Rename one of them.")
    if _library_of(frame) == "pandas":
        return {name: _from_pandas(frame.iloc[:, number]) for number, name in enumerate(names)}
    return {name: np.asarray(frame[name].to_numpy()) for name in names}


def get_column(features: Any, name: str, title: str) -> np.ndarray:
    """A column of a table or a dict.

    Raises:
        ValueError: If there is none of this name.
    """
    columns = to_columns(features) if is_frame(features) else features
    if name not in columns:
        raise ValueError(
            f"{title} must hold the column {name!r}; got {', '.join(map(repr, columns))}. Correct the name."
        )
    column: np.ndarray = columns[name]
    return column


def drop_columns(features: Any, names: Sequence[str]) -> Any:
    """A table or a dict without some of its columns."""
    if _library_of(features) == "pandas":
        return features.drop(columns=list(names))
    if is_frame(features):
        return features.drop(list(names))
    return {name: column for name, column in features.items() if name not in names}


def to_matrix(frame: Any) -> np.ndarray:
    """All columns of a table as numbers, ``(n, columns)``.

    Raises:
        ValueError: If a column holds something else.
    """
    columns = to_columns(frame)
    for name, column in columns.items():
        if column.ndim != 1 or column.dtype.kind not in "fiubO":
            raise ValueError(_not_numeric(name, f"{column.dtype} values"))
    numbers = [column if column.dtype.kind != "O" else _as_numbers(name, column) for name, column in columns.items()]
    return np.stack(numbers, axis=1) if numbers else np.zeros((len(frame), 0), np.float32)


def _library_of(value: Any) -> str | None:
    for library, name in _FRAMES.items():
        module = sys.modules.get(library)
        if module is not None and isinstance(value, getattr(module, name)):
            return library
    return None


def _from_pandas(series: Any) -> np.ndarray:
    values: np.ndarray
    if isinstance(series.dtype, np.dtype):
        values = series.to_numpy()
        return values if values.dtype.kind != "O" else _without_missing(series, values)
    if series.dtype.kind in "biuf" and not series.isna().any():
        return np.asarray(series.to_numpy(dtype=series.dtype.numpy_dtype))
    if series.dtype.kind in "biuf":
        return np.asarray(series.to_numpy(dtype=np.float64, na_value=np.nan))
    return _without_missing(series, series.astype(object).to_numpy())


def _without_missing(series: Any, values: np.ndarray) -> np.ndarray:
    is_missing = series.isna().to_numpy()
    if not is_missing.any():
        return values
    kept = values.astype(object)
    kept[is_missing] = None
    return kept


def _as_numbers(name: str, column: np.ndarray) -> np.ndarray:
    try:
        return column.astype(np.float64)
    except (TypeError, ValueError) as error:
        wrong = next((type(value).__name__ for value in column if isinstance(value, str | bytes)), "objects")
        raise ValueError(_not_numeric(name, f"{wrong} values")) from error


def _not_numeric(name: str, got: str) -> str:
    return (
        f"column {name!r} of X must hold numbers; got {got}. Drop it, turn it into numbers, or pass feature columns "
        "that say how to read it."
    )
