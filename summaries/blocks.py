"""Many consecutive steps of the same tags at once, one event a step.

Events of one step width have one layout, and CRC32C is affine: the checksum of such a record is that of a template,
XORed with one table entry for each byte in which it differs. So a thousand events are a dozen NumPy operations.

References:
    Stigge et al. 2006, Reversing CRC: Theory and Practice (linearity of the register).
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
from google_crc32c import value as crc32c

from summaries import events, wire
from summaries.adapters import to_numpy
from summaries.columns import Floats, Ints
from summaries.records import FOOTER_BYTES, HEADER_BYTES, frame
from summaries.values import check_dtype, check_shape, keep_array

_Bytes = npt.NDArray[np.uint8]
_POLYNOMIAL = 0x82F63B78
_MAX_TABLE_BYTES = 4096
"""Longest payload whose checksums come from tables, at 1 KiB of table a byte; longer ones are checked one by one."""
_WALL_TIME_PLACE = slice(HEADER_BYTES + 1, HEADER_BYTES + 9)
_STEP_PLACE = HEADER_BYTES + 9
_STEP_KEY = wire.varint(2 << 3 | wire.VARINT)


@dataclass(frozen=True)
class Block:
    """Scalars of many steps, some of which may still be computed.

    Attributes:
        tags: One name a column.
        steps: Shape (n,).
        columns: One array of shape (n,) a tag.
        walltimes: Shape (n,); or the time at which the work on them began: then they are spread evenly until the values
            are there.
    """

    tags: tuple[str, ...]
    steps: Ints
    columns: tuple[Any, ...]
    walltimes: Floats | float

    @staticmethod
    def make(steps: npt.ArrayLike, values: Mapping[str, Any], walltimes: npt.ArrayLike | tuple[float, None]) -> Block:
        """A block that shares no memory that may change.

        Raises:
            ValueError: If the shapes differ, a step is no integer, or a value no real number.
        """
        steps = _to_steps(steps)
        check_shape("steps", steps, (steps.size,))
        columns = {tag: keep_array(column) for tag, column in values.items()}
        for tag, column in columns.items():
            check_dtype(f"values[{tag!r}]", column)
            check_shape(f"values[{tag!r}]", column, steps.shape)
        if isinstance(walltimes, tuple) and len(walltimes) == 2 and walltimes[1] is None:
            return Block(tuple(columns), steps, tuple(columns.values()), float(walltimes[0]))
        times = np.array(walltimes, dtype=np.float64)
        check_shape("walltimes", times, steps.shape)
        return Block(tuple(columns), steps, tuple(columns.values()), times)

    @property
    def first_step(self) -> int:
        """The first step, 0 if there is none."""
        return int(self.steps[0]) if len(self.steps) else 0

    @property
    def num_bytes(self) -> int:
        """About how much memory the block holds."""
        return int(self.steps.nbytes + sum(column.nbytes for column in self.columns))

    def encode(self) -> bytes:
        """The records; waits for values that are still being computed."""
        columns = [to_numpy(column) for column in self.columns]
        times = self.walltimes
        if isinstance(times, float):
            times = np.linspace(times, max(times, time.time()), len(self.steps) + 1)[1:]
        return encode_block(self.tags, self.steps, times, columns) if columns else b""


def _to_steps(values: npt.ArrayLike) -> Ints:
    """Integers as int64, copied; ValueError if they are none."""
    array = np.array(values)
    steps = array.astype(np.int64)
    if not np.array_equal(steps, array):
        raise ValueError(f"steps must be integers; got dtype {array.dtype}. Round them.")
    return steps


def encode_block(
    tags: Sequence[str], steps: Ints, wall_times: Floats, values: Sequence[npt.NDArray[np.float32]]
) -> bytes:
    """The records of one event a step.

    Args:
        tags: One name a column.
        steps: Shape (n,).
        wall_times: Seconds since the Unix epoch. Shape (n,).
        values: One column a tag, each of shape (n,).
    """
    columns = np.stack([np.asarray(column, dtype="<f4") for column in values], axis=1)  # (n, tags)
    widths = _varint_widths(steps)
    bounds = [0, *(np.flatnonzero(np.diff(widths)) + 1).tolist(), len(steps)]
    parts = [
        _encode_run(tags, int(widths[begin]), steps[begin:end], wall_times[begin:end], columns[begin:end])
        for begin, end in zip(bounds, bounds[1:], strict=False)
        if end > begin
    ]
    return b"".join(parts)


def _encode_run(
    tags: Sequence[str], width: int, steps: Ints, wall_times: Floats, columns: npt.NDArray[np.float32]
) -> bytes:
    """Records of events whose steps take `width` bytes each; 0: the step is 0 and left out."""
    step_bytes = _STEP_KEY + b"\0" * width if width else b""
    template = frame(b"\x09" + b"\0" * 8 + step_bytes + events.summary_field((tag, 0.0) for tag in tags))
    rows = np.tile(np.frombuffer(template, np.uint8), (len(steps), 1))
    rows[:, _WALL_TIME_PLACE] = np.ascontiguousarray(wall_times, "<f8").view(np.uint8).reshape(-1, 8)
    varying = [np.arange(_WALL_TIME_PLACE.start, _WALL_TIME_PLACE.stop)]
    if width:
        place = _STEP_PLACE + len(_STEP_KEY)
        rows[:, place : place + width] = _varints(steps, width)
        varying.append(np.arange(place, place + width))
    bits = np.ascontiguousarray(columns).view(np.uint8).reshape(len(steps), len(tags), 4)
    for index, place in enumerate(_float_places(tags, _STEP_PLACE + len(step_bytes))):
        rows[:, place : place + 4] = bits[:, index]
        varying.append(np.arange(place, place + 4))
    _write_checksums(rows, np.concatenate(varying))
    return rows.tobytes()


def _float_places(tags: Sequence[str], summary_start: int) -> Iterator[int]:
    """Where the float32 of each tag stands in a record whose summary field begins at `summary_start`."""
    lengths = [len(events.value_prefix(tag)) for tag in tags]
    place = summary_start + len(wire.field_prefix(5, sum(lengths) + 4 * len(tags)))
    for length in lengths:
        place += length
        yield place
        place += 4


def _varint_widths(steps: Ints) -> npt.NDArray[np.int64]:
    """How many bytes each step takes as a varint; 0 for step 0."""
    limits = np.array([1, *(1 << (7 * width) for width in range(1, 10))], dtype=np.uint64)
    return np.searchsorted(limits, steps.astype(np.int64).view(np.uint64), side="right")


def _varints(steps: Ints, width: int) -> _Bytes:
    """The steps as varints of `width` bytes. Shape (n, width)."""
    shifts = np.arange(0, 7 * width, 7, dtype=np.uint64)
    groups = (steps.astype(np.int64).view(np.uint64)[:, None] >> shifts) & np.uint64(0x7F)
    groups[:, :-1] |= np.uint64(0x80)
    return groups.astype(np.uint8)


def _write_checksums(rows: _Bytes, varying: npt.NDArray[np.int64]) -> None:
    """Sets the payload checksums of records that differ from one another only at the places `varying`."""
    num_payload_bytes = rows.shape[1] - HEADER_BYTES - FOOTER_BYTES
    payloads = rows[:, HEADER_BYTES:-FOOTER_BYTES]
    if num_payload_bytes > _MAX_TABLE_BYTES:
        crcs = np.array([crc32c(payload.tobytes()) for payload in payloads], dtype=np.uint32)
    else:
        template = payloads[0].copy()
        template[varying - HEADER_BYTES] = 0
        crcs = np.full(len(rows), crc32c(template.tobytes()), dtype=np.uint32)
        tables = _make_tables(1 << num_payload_bytes.bit_length())
        for place in varying.tolist():
            crcs ^= tables[num_payload_bytes - 1 - (place - HEADER_BYTES)][rows[:, place]]
    masked = ((crcs >> np.uint32(15)) | (crcs << np.uint32(17))) + np.uint32(0xA282EAD8)
    rows[:, -FOOTER_BYTES:] = masked.astype("<u4").view(np.uint8).reshape(-1, 4)


@lru_cache(maxsize=16)
def _make_tables(size: int) -> npt.NDArray[np.uint32]:
    """What a byte adds to a checksum when k bytes follow it, for k below `size`. Shape (size, 256)."""
    tables = np.empty((size, 256), dtype=np.uint32)
    tables[0] = _byte_table()
    for index in range(1, size):
        before = tables[index - 1]
        tables[index] = (before >> np.uint32(8)) ^ tables[0][before & np.uint32(0xFF)]
    return tables


def _byte_table() -> npt.NDArray[np.uint32]:
    """The usual table of CRC32C: the register after one byte, from zero."""
    table = np.arange(256, dtype=np.uint32)
    for _ in range(8):
        table = np.where(table & 1, (table >> np.uint32(1)) ^ np.uint32(_POLYNOMIAL), table >> np.uint32(1)).astype(
            np.uint32
        )
    return table
