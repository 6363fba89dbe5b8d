"""Tables: columns of cells.

One encoding: a JSON object `{"columns": [{"name", "type", "cells"}]}`, with plugin `tables`. A cell that is missing is
null; a time is written as ISO 8601 has it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from summaries.kinds.contract import Kind
from summaries.kinds.json_values import check_choice, decode_json_object, encode_json, make_metadata
from summaries.plain import to_plain

COLUMN_TYPES = ("bool", "int", "float", "string", "time", "any")


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Attributes:
        name: Its heading.
        type: What its cells are: `bool`, `int`, `float`, `string`, `time` (a datetime), or `any` plain data.
        cells: From top to bottom; None where one is missing.
    """

    name: str
    type: str
    cells: tuple[Any, ...]

    def __post_init__(self) -> None:
        check_choice("type", self.type, COLUMN_TYPES)


@dataclass(frozen=True)
class Table:
    """Columns of one length.

    Attributes:
        columns: From left to right.
    """

    columns: tuple[Column, ...]

    def __post_init__(self) -> None:
        lengths = {column.name: len(column.cells) for column in self.columns}
        if len(set(lengths.values())) > 1:
            raise ValueError(f"columns must have one length; got {lengths}. Fill what is missing with None.")

    def __len__(self) -> int:
        return len(self.columns[0].cells) if self.columns else 0

    def to_dict(self) -> dict[str, list[Any]]:
        """The cells by name of their column."""
        return {column.name: list(column.cells) for column in self.columns}


def make_table(columns: Mapping[str, Sequence[Any]]) -> Table:
    """A table of Python's own values.

    Args:
        columns: Cells by name of their column.

    Raises:
        ValueError: If they differ in length.
    """
    return Table(tuple(_make_column(str(name), cells) for name, cells in columns.items()))


def _make_column(name: str, cells: Sequence[Any]) -> Column:
    types = {_type_of(cell) for cell in cells if cell is not None}
    if types == {"int", "float"}:
        return Column(name, "float", tuple(None if cell is None else float(cell) for cell in cells))
    kind = types.pop() if len(types) == 1 else "any"
    if kind == "time":
        return Column(name, kind, tuple(None if cell is None else _to_time(cell) for cell in cells))
    return Column(name, kind, tuple(to_plain(cell) for cell in cells))


def _type_of(cell: Any) -> str:
    """The narrowest type of a column for this cell."""
    for base, name in ((bool, "bool"), (int, "int"), (float, "float"), (str, "string"), (date, "time")):
        if isinstance(cell, base):
            return name
    return "any"


def _to_time(cell: date) -> datetime:
    return cell if isinstance(cell, datetime) else datetime(cell.year, cell.month, cell.day)


def encode_table(tag: str, table: Table) -> bytes:
    """A `Summary.Value` with the columns as JSON."""
    columns = [{"name": one.name, "type": one.type, "cells": _encode_cells(one)} for one in table.columns]
    return encode_json(tag, {"columns": columns})


def _encode_cells(column: Column) -> Sequence[Any]:
    if column.type != "time":
        return column.cells
    return [None if cell is None else cell.isoformat() for cell in column.cells]


def decode_table(blob: bytes) -> Table:
    """The table in a `Summary.Value`.

    Raises:
        ValueError: If there is none, or its columns differ in length.
    """
    try:
        return Table(tuple(_decode_column(**column) for column in decode_json_object(blob)["columns"]))
    except (KeyError, TypeError) as error:
        raise ValueError(f"the JSON must have columns of name, type and cells: {error}.") from error


def _decode_column(name: str, type: str, cells: list[Any], **_later: Any) -> Column:
    if type == "time":
        return Column(name, type, tuple(None if cell is None else datetime.fromisoformat(cell) for cell in cells))
    return Column(name, type, tuple(cells))


TABLES = Kind(name="tables", encode=encode_table, decode=decode_table, metadata=make_metadata("tables"))
