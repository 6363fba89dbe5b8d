"""Tables of logged values for pandas, polars and Arrow, made column by column.

Names of runs and tags are categories: a number a row, each name once. Nothing here makes a Python object a point.

Synopsis:
    >>> frame = Frame(lambda: {"run": Labels(np.array([0, 0]), ["a"]), "step": np.array([1, 2])})
    >>> frame.to_pandas()
      run  step
    0   a     1
    1   a     2
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from summaries.kinds import Histogram
from summaries.run import Blobs
from summaries.series import Series

if TYPE_CHECKING:
    import pandas
    import polars
    import pyarrow


@dataclass(frozen=True)
class Labels:
    """A column of names.

    Attributes:
        codes: Number of the name in each row. Shape (n,).
        names: The names, each once.
    """

    codes: npt.NDArray[np.int32]
    names: Sequence[str]


Column = Labels | npt.NDArray[Any] | list[Any]
Columns = dict[str, Column]


class Framed:
    """What can be had as a table. Each call makes a new one; it holds copies."""

    def _columns(self) -> Columns:
        """The columns, all of one length."""
        raise NotImplementedError

    def to_pandas(self) -> pandas.DataFrame:
        """A pandas DataFrame.

        Raises:
            ImportError: If pandas is not installed.
        """
        pd = _import("pandas")

        def convert(column: Column) -> Any:
            if isinstance(column, Labels):
                return pd.Categorical.from_codes(column.codes, column.names)
            return column

        return pd.DataFrame({name: convert(column) for name, column in self._columns().items()})

    def to_polars(self) -> polars.DataFrame:
        """A polars DataFrame.

        Raises:
            ImportError: If polars is not installed.
        """
        pl = _import("polars")

        def convert(name: str, column: Column) -> Any:
            if isinstance(column, Labels):
                return pl.Series(name, list(column.names), dtype=pl.Enum(list(column.names))).gather(column.codes)
            return pl.Series(name, column)

        return pl.DataFrame([convert(name, column) for name, column in self._columns().items()])

    def to_arrow(self) -> pyarrow.Table:
        """An Arrow table.

        Raises:
            ImportError: If pyarrow is not installed.
        """
        pa = _import("pyarrow")

        def convert(column: Column) -> Any:
            if isinstance(column, Labels):
                return pa.DictionaryArray.from_arrays(pa.array(column.codes), pa.array(column.names, pa.string()))
            return pa.array(column)

        return pa.table({name: convert(column) for name, column in self._columns().items()})


class Frame(Framed):
    """A table that is put together when it is asked for."""

    def __init__(self, make: Callable[[], Columns]) -> None:
        self._make = make

    def _columns(self) -> Columns:
        return self._make()


def _import(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        rule = f"{name} must be installed for this ({error})"
        raise ImportError(f"{rule}. Install it by pip install 'trainboard[frames]'.") from error


def make_scalar_columns(rows: Iterable[tuple[str, str, Series]]) -> Columns:
    """One row a point.

    Args:
        rows: Run, tag and series.
    """
    runs, tags, series = _transpose(rows, 3)
    lengths = [len(one) for one in series]
    return {
        "run": _label(runs, lengths),
        "tag": _label(tags, lengths),
        "step": _join([one.steps for one in series], np.int64),
        "wall_time": _join([one.wall_times for one in series], np.float64),
        "value": _join([one.values for one in series], np.float64),
        "superseded": _join([~one.is_current for one in series], np.bool_),
    }


def make_value_columns(rows: Iterable[tuple[str, str, Blobs, Sequence[Any]]]) -> Columns:
    """One row a value, which stands in the column `value`.

    Args:
        rows: Run, tag, places and values.
    """
    runs, tags, places, values = _transpose(rows, 4)
    return _describe(runs, tags, places) | {"value": [value for series in values for value in series]}


def make_histogram_columns(rows: Iterable[tuple[str, str, Blobs, Sequence[Histogram]]]) -> Columns:
    """One row a bucket.

    Args:
        rows: Run, tag, places and histograms.
    """
    runs, tags, places, series = _transpose(rows, 4)
    histograms = [histogram for values in series for histogram in values]
    rows_of = np.repeat(np.arange(len(histograms)), [len(histogram.counts) for histogram in histograms])
    columns: Columns = {}
    for name, column in _describe(runs, tags, places).items():
        columns[name] = (
            Labels(column.codes[rows_of], column.names) if isinstance(column, Labels) else np.asarray(column)[rows_of]
        )
    return columns | {
        "left": _join([histogram.lefts for histogram in histograms], np.float64),
        "right": _join([histogram.rights for histogram in histograms], np.float64),
        "count": _join([histogram.counts for histogram in histograms], np.float64),
    }


def make_hparam_columns(rows: Sequence[tuple[str, Mapping[str, Any]]]) -> Columns:
    """One row a run, one column an hparam; None where a run has it not, text where runs differ in its type.

    Args:
        rows: Run and its hparams.
    """
    names = dict.fromkeys(name for _, hparams in rows for name in hparams)
    runs: Columns = {"run": Labels(np.arange(len(rows), dtype=np.int32), [run for run, _ in rows])}
    return runs | {
        f"hparams.{name}" if name == "run" else name: _unify([hparams.get(name) for _, hparams in rows])
        for name in names
    }


def _unify(values: list[Any]) -> list[Any]:
    """The same values, all bools, all numbers, or else all text."""
    there = [value for value in values if value is not None]
    if all(isinstance(value, bool) for value in there):
        return values
    if all(isinstance(value, int | float) and not isinstance(value, bool) for value in there):
        return [None if value is None else float(value) for value in values]
    return [None if value is None else str(value) for value in values]


def _describe(runs: Sequence[str], tags: Sequence[str], places: Sequence[Blobs]) -> Columns:
    lengths = [len(one) for one in places]
    return {
        "run": _label(runs, lengths),
        "tag": _label(tags, lengths),
        "step": _join([one.steps for one in places], np.int64),
        "wall_time": _join([one.wall_times for one in places], np.float64),
        "superseded": _join([one.is_superseded for one in places], np.bool_),
    }


def _transpose(rows: Iterable[tuple[Any, ...]], width: int) -> list[list[Any]]:
    listed = list(rows)
    return [[row[number] for row in listed] for number in range(width)]


def _label(names: Sequence[str], lengths: Sequence[int]) -> Labels:
    """A column in which each name stands so many times."""
    numbers = {name: number for number, name in enumerate(dict.fromkeys(names))}
    codes = np.array([numbers[name] for name in names], dtype=np.int32)
    return Labels(np.repeat(codes, lengths), list(numbers))


def _join(parts: Sequence[npt.NDArray[Any]], dtype: type[np.generic]) -> npt.NDArray[Any]:
    return np.concatenate([np.zeros(0, dtype=dtype), *parts])
