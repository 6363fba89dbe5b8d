"""Tables of any library, and Python's own, as columns of Python values; nothing is imported for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

Columns = dict[str, list[Any]]


def to_columns(data: Any, names: Sequence[str] | None = None) -> Columns:
    """The cells of a table by name of their column.

    Args:
        data: A pandas or polars DataFrame, a pyarrow Table, a mapping of columns, a list of dicts, or rows (a list of
            sequences, or an array of shape (n, k)).
        names: Which columns, in which order; for rows, their names.

    Raises:
        ValueError: If it is none of these, or a name is missing.
    """
    columns = _read(data, names)
    if names is None:
        return columns
    missing = [name for name in names if name not in columns]
    if missing:
        raise ValueError(f"columns must be in the table; got {missing} beside {list(columns)}.")
    return {name: columns[name] for name in names}


def _read(data: Any, names: Sequence[str] | None) -> Columns:
    library = type(data).__module__.partition(".")[0]
    if library in _READERS:
        return _READERS[library](data)
    if isinstance(data, Mapping):
        return {str(name): _to_cells(column) for name, column in data.items()}
    rows = list(data) if isinstance(data, (Sequence, np.ndarray)) and not isinstance(data, (str, bytes)) else None
    if rows is not None and all(isinstance(row, Mapping) for row in rows):
        found = dict.fromkeys(str(name) for row in rows for name in row)
        return {name: [row.get(name) for row in rows] for name in found}
    if rows is not None and all(isinstance(row, (Sequence, np.ndarray)) for row in rows):
        return _from_rows([_to_cells(row) for row in rows], names)
    rule = "a DataFrame, a mapping of columns, a list of dicts or rows"
    raise ValueError(f"table must be {rule}; got {type(data).__name__}. Pass a dict of lists, for instance.")


def _from_rows(rows: list[list[Any]], names: Sequence[str] | None) -> Columns:
    lengths = {len(row) for row in rows}
    num_columns = lengths.pop() if lengths else 0
    if lengths or (names is not None and rows and len(names) != num_columns):
        raise ValueError(f"rows must have one cell for each column of {names}; got {sorted({*lengths, num_columns})}.")
    names = names if names is not None else [str(number) for number in range(num_columns)]
    return {name: [row[number] for row in rows] for number, name in enumerate(names)}


def _to_cells(column: Any) -> list[Any]:
    """A list, tuple, range, array or series as a list of Python's own values."""
    tolist = getattr(column, "tolist", None) or getattr(column, "to_list", None)
    return list(tolist()) if tolist is not None else [_to_cell(cell) for cell in column]


def _to_cell(cell: Any) -> Any:
    return cell.item() if isinstance(cell, np.generic) or getattr(cell, "shape", None) == () else cell


def _from_pandas(frame: Any) -> Columns:
    """The columns, behind those of the index unless that only counts the rows."""
    if type(frame).__name__ == "Series":
        frame = frame.to_frame()
    is_counting = type(frame.index).__name__ == "RangeIndex" and frame.index.name is None
    frame = frame if is_counting else frame.reset_index()
    missing = frame.isna()
    cells = ((name, frame[name].astype(object).tolist(), missing[name].tolist()) for name in frame.columns)
    return {str(name): [_from_pandas_cell(cell, is_na) for cell, is_na in zip(column, absent, strict=True)]
            for name, column, absent in cells}  # fmt: skip


def _from_pandas_cell(cell: Any, is_missing: bool) -> Any:
    if is_missing and not isinstance(cell, float):  # NaN stays a number; NaT, NA and None are missing
        return None
    return cell.to_pydatetime() if hasattr(cell, "to_pydatetime") else _to_cell(cell)


_READERS: dict[str, Callable[[Any], Columns]] = {
    "pandas": _from_pandas,
    "polars": lambda frame: frame.to_dict(as_series=False),
    "pyarrow": lambda table: table.to_pydict(),
}
