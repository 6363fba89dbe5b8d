"""Files of comma-separated values as batches."""

from __future__ import annotations

import codecs
import csv
import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from trainer.inputs.file_batches import FileBatches
from trainer.inputs.files import AnyPath, iter_chunks

_NUM_SAMPLED = 1000
_TYPES = (np.int64, np.float32)


class CSVFiles(FileBatches):
    """Batches of the rows of CSV files, UTF-8 with the columns' names in the first line. See `FileBatches`.

    A column is of integers, of floats or of texts as its first 1,000 cells say. An empty cell is NaN among floats.

    Args:
        paths: As for `FileBatches`.
        batch_size: Rows of a batch.
        columns: Which columns to read; None reads all.
        dtypes: Types of columns, by name, instead of those that are found: an integer or float type, or ``str``.
        delimiter: What separates cells.
        options: As for `FileBatches`: label, weight, shuffle, shuffle_buffer_size, seed.

    Raises:
        ValueError: If a file has no first line, or there is no column of a name.
    """

    def __init__(
        self,
        paths: AnyPath | Iterable[AnyPath],
        batch_size: int = 128,
        *,
        columns: Sequence[str] | None = None,
        dtypes: Mapping[str, Any] | None = None,
        delimiter: str = ",",
        **options: Any,
    ) -> None:
        super().__init__(paths, batch_size, **options)
        self._delimiter = delimiter
        names, rows = self._open(self.files[0])
        sample = list(itertools.islice(rows, _NUM_SAMPLED))
        chosen = names if columns is None else list(columns)
        for name in (*chosen, *(dtypes or ())):
            if name not in names:
                raise ValueError(
                    f"columns must be among {', '.join(map(repr, names))} of {self.files[0]}; got {name!r}. Correct it."
                )
        self._check_names(chosen)
        self._types = {name: _find_type([row[names.index(name)] for _, row in sample]) for name in chosen}
        self._types |= {name: dtype for name, dtype in (dtypes or {}).items() if name in chosen}

    def _read(self, file: str) -> Iterator[tuple[str, list[str]]]:
        """Where each row stands, and its chosen cells."""
        names, rows = self._open(file)
        missing = [name for name in self._types if name not in names]
        if missing:
            raise ValueError(
                f"{file} must hold the column {missing[0]!r} as {self.files[0]} does; got {names}. Add it."
            )
        places = [names.index(name) for name in self._types]
        for line, row in rows:
            yield f"line {line} of {file}", [row[place] for place in places]

    def _to_columns(self, rows: Sequence[tuple[str, list[str]]]) -> dict[str, np.ndarray]:
        cells = zip(*(row for _, row in rows), strict=True)
        places = [place for place, _ in rows]
        return {
            name: _convert(name, column, dtype, places)
            for (name, dtype), column in zip(self._types.items(), cells, strict=True)
        }

    def _open(self, file: str) -> tuple[list[str], Iterator[tuple[int, list[str]]]]:
        """The names in the first line, and the rows behind it with the numbers of their lines.

        Raises:
            ValueError: If there is no first line.
        """
        reader = csv.reader(_iter_lines(file), delimiter=self._delimiter)
        names = next(reader, None)
        if not names or len(set(names)) != len(names):
            raise ValueError(f"{file} must begin with a line of different names of columns; got {names}. Add one.")
        return names, _iter_rows(file, reader, len(names))


def _iter_rows(file: str, reader: Any, num_cells: int) -> Iterator[tuple[int, list[str]]]:
    for row in reader:
        if len(row) == num_cells:
            yield reader.line_num, row
        elif row:  # a line without anything is none
            raise ValueError(
                f"rows of {file} must have {num_cells} cells; got {len(row)} in line {reader.line_num}. Correct it."
            )


def _iter_lines(file: str) -> Iterator[str]:
    decoder, pending = codecs.getincrementaldecoder("utf-8-sig")(), ""
    for chunk in itertools.chain(iter_chunks(file), [b""]):
        try:
            text = decoder.decode(chunk, final=not chunk)
        except UnicodeDecodeError as error:
            raise ValueError(f"{file} must be UTF-8; got another encoding ({error}). Convert it.") from error
        *lines, pending = (pending + text).split("\n")
        yield from (f"{line}\n" for line in lines)
    if pending:
        yield pending


def _find_type(cells: Sequence[str]) -> Any:
    filled = [cell for cell in cells if cell.strip()]
    for dtype in _TYPES:
        if filled and (dtype is np.float32 or len(filled) == len(cells)):
            try:
                np.array(filled).astype(dtype)
            except ValueError:
                continue
            return dtype
    return str


def _convert(name: str, cells: Sequence[str], dtype: Any, places: Sequence[str]) -> np.ndarray:
    if dtype is str:
        return np.array(cells, dtype=object)
    is_float = np.dtype(dtype).kind == "f"
    try:
        return np.array([cell if cell.strip() or not is_float else "nan" for cell in cells]).astype(dtype)
    except ValueError as error:
        wrong = next(number for number, cell in enumerate(cells) if not _is_of(cell, dtype))
        raise ValueError(
            f"column {name!r} must hold {np.dtype(dtype).name} numbers; got {cells[wrong]!r} in {places[wrong]}. "
            f"Correct it, or pass dtypes={{{name!r}: …}}."
        ) from error


def _is_of(cell: str, dtype: Any) -> bool:
    try:
        np.array([cell]).astype(dtype)
    except ValueError:
        return False
    return True


csv_files = CSVFiles
