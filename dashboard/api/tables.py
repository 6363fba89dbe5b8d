"""Series as tables for people and programs: CSV, an Arrow stream, or JSON, a block of rows at a time.

All have the columns of `summaries.load(…).to_pandas()`: run, tag, step, wall_time, value, superseded. In CSV and Arrow
a row is a point, in the order in which they were logged, series after series; JSON has a list a column of each series.
Tables of charts over several axes also tell the axis of each series, and where its points stand on it.
"""

from __future__ import annotations

import csv
import importlib
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dashboard.api.answers import encode_json

COLUMNS = ("run", "tag", "step", "wall_time", "value", "superseded")
AXIS_COLUMNS = ("axis", "x")
_JSON_COLUMNS = ("steps", "wall_times", "values", "superseded", "x")  # as of drawn points
BLOCK_ROWS = 1 << 14


@dataclass(frozen=True)
class Rows:
    """Points of one run and tag.

    Attributes:
        run: Name of the run.
        tag: Name of the tag.
        steps: Shape ``(n,)``, int64.
        wall_times: Seconds since the epoch. Shape ``(n,)``, float64.
        values: Shape ``(n,)``, float64.
        superseded: Whether a restart replaced the point. Shape ``(n,)``, bool.
        axis: Its x-axis, if that is told.
        x: Where the points stand on it, NaN for nowhere. Shape ``(n,)``, float64; None if it is not told.
    """

    run: str
    tag: str
    steps: NDArray[np.int64]
    wall_times: NDArray[np.float64]
    values: NDArray[np.float64]
    superseded: NDArray[np.bool_]
    axis: str = ""
    x: NDArray[np.float64] | None = None

    def iter_blocks(self) -> Iterator[Rows]:
        """The same points, `BLOCK_ROWS` at a time."""
        for begin in range(0, self.steps.size, BLOCK_ROWS):
            steps, wall_times, values, superseded, *x = (column[begin : begin + BLOCK_ROWS] for column in self.columns)
            yield Rows(self.run, self.tag, steps, wall_times, values, superseded, self.axis, *x)

    @property
    def columns(self) -> tuple[NDArray[Any], ...]:
        """The columns that differ from row to row."""
        logged = self.steps, self.wall_times, self.values, self.superseded
        return logged if self.x is None else (*logged, self.x)


def iter_csv(tables: Iterable[Rows], *, has_x: bool = False) -> Iterator[bytes]:
    """CSV with a head; numbers are exact, NaN and infinities ``nan``, ``inf`` and ``-inf``."""
    yield f"{','.join((*COLUMNS, *AXIS_COLUMNS) if has_x else COLUMNS)}\n".encode()
    for table in tables:
        names, axis = _quote(table.run, table.tag), _quote(table.axis)
        for block in table.iter_blocks():
            rows = zip(*(column.tolist() for column in block.columns), strict=True)
            lines = [
                f"{names},{step},{wall_time!r},{value!r},{'true' if superseded else 'false'}"
                f"{f',{axis},{x[0]!r}' if x else ''}\n"
                for step, wall_time, value, superseded, *x in rows
            ]
            yield "".join(lines).encode("utf-8", "backslashreplace")


def _quote(*names: str) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="").writerow(names)
    return text.getvalue()


def iter_json(tables: Iterable[Rows], version: int) -> Iterator[bytes]:
    """JSON; NaN and infinities are the words "NaN", "+Inf" and "-Inf"."""
    yield b'{"version":%d,"series":[' % version
    separator = b""
    for table in tables:
        names = {"run": table.run, "tag": table.tag} | ({} if table.x is None else {"axis": table.axis})
        yield separator + encode_json(names)[:-1]
        for name, column in zip(_JSON_COLUMNS, table.columns, strict=False):  # of logged points x is not told
            yield b',"%s":[' % name.encode()
            for begin in range(0, column.size, BLOCK_ROWS):
                block = encode_json(column[begin : begin + BLOCK_ROWS].tolist())[1:-1]
                yield b"," * (begin > 0) + block
            yield b"]"
        yield b"}"
        separator = b","
    yield b"]}"


class ArrowStream:
    """Encodes tables as an Arrow IPC stream; runs and tags are dictionaries."""

    def __init__(self, runs: Sequence[str], tags: Sequence[str], axes: Sequence[str] = ()) -> None:
        """Begins a stream.

        Args:
            runs: All runs that may come.
            tags: All tags that may come.
            axes: All x-axes that may come, if these are told.

        Raises:
            ImportError: If pyarrow is not installed.
        """
        try:
            self._arrow: Any = importlib.import_module("pyarrow")
            importlib.import_module("pyarrow.ipc")
        except ImportError as error:
            rule = f"pyarrow must be installed where board runs, for format=arrow ({error})"
            raise ImportError(f"{rule}. Install it by pip install 'trainboard[frames]', or ask for csv.") from error
        known = {"run": runs, "tag": tags} | ({"axis": axes} if axes else {})
        self._names = {column: list(dict.fromkeys(names)) for column, names in known.items()}

    def iter(self, tables: Iterable[Rows]) -> Iterator[bytes]:
        """The bytes of the stream, a batch at a time."""
        arrow = self._arrow
        label = arrow.dictionary(arrow.int32(), arrow.string())
        types = {"run": label, "tag": label, "step": arrow.int64(), "wall_time": arrow.float64()}
        types |= {"value": arrow.float64(), "superseded": arrow.bool_()}
        if "axis" in self._names:
            types |= {"axis": label, "x": arrow.float64()}
        schema = arrow.schema(list(types.items()))
        numbers = {column: {name: i for i, name in enumerate(names)} for column, names in self._names.items()}
        names = {column: arrow.array(names, arrow.string()) for column, names in self._names.items()}
        sink = io.BytesIO()
        with arrow.ipc.new_stream(sink, schema) as writer:
            for table in tables:
                for block in table.iter_blocks():
                    labels = {
                        column: arrow.DictionaryArray.from_arrays(
                            arrow.array(np.full(block.steps.size, numbers[column][getattr(table, column)], np.int32)),
                            names[column],
                        )
                        for column in self._names
                    }
                    values = dict(zip((*COLUMNS[2:], "x"), map(arrow.array, block.columns), strict=False))
                    columns = [(labels | values)[column] for column in types]
                    writer.write_batch(arrow.record_batch(columns, schema=schema))
                    yield _take(sink)
        yield _take(sink)


def _take(sink: io.BytesIO) -> bytes:
    """What was written; the sink is empty afterwards."""
    content = sink.getvalue()
    sink.seek(0)
    sink.truncate()
    return content
