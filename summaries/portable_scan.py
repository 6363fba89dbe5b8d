"""The portable scanner: record by record through protobuf's parser.

It is also the judge of what an event is: the compiled scanner hands it whatever is odd.

Synopsis:
    >>> from summaries.proto import event_pb2, summary_pb2
    >>> from summaries.records import frame
    >>> value = summary_pb2.Summary.Value(tag="loss", simple_value=0.5)
    >>> event = event_pb2.Event(step=3, wall_time=1.0, summary=summary_pb2.Summary(value=[value]))
    >>> scanner = PortableScanner()
    >>> scanner.scan(frame(event.SerializeToString()), offset=0, is_growing=False).num_records
    1
    >>> columns = scanner.take()
    >>> columns.steps, columns.values, scanner.tags[0].name
    (array([3]), array([0.5]), 'loss')
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from google.protobuf.message import DecodeError

from summaries import wire
from summaries.columns import GRAPH_TAG, META_GRAPH_TAG, Columns, Ints, Purge, Tag
from summaries.kinds import DEFAULT_KIND, GRAPHS, SCALARS
from summaries.kinds.graphs import find_graph_in_meta_graph
from summaries.kinds.scalars import decode_scalar_tensor
from summaries.proto.event_pb2 import Event, SessionLog
from summaries.proto.summary_pb2 import Summary
from summaries.records import FOOTER_BYTES, HEADER_BYTES, Gap, split_records
from summaries.samples import Samples
from summaries.tags import TagTable

NO_EVENT = "a record holds no Event"
RUN_METADATA_KIND = "graph_tagged_run_metadata"
"""Kind of what `Event.tagged_run_metadata` holds: a serialised `RunMetadata`. The name is TensorBoard's."""

_GRAPH_DEF, _SUMMARY, _TAGGED_RUN_METADATA, _META_GRAPH_DEF = 4, 5, 8, 9
_WHAT_FIELDS = frozenset(range(3, 10))
_SUMMARY_VALUE, _RUN_METADATA = 1, 2


Bytes = bytes | memoryview
_Index = npt.NDArray[np.intp]


@dataclass(frozen=True)
class Scan:
    """What a scanner found in a stretch, beside the rows that it keeps.

    Attributes:
        gaps: What could not be read, in order; the places are offsets in the file.
        num_records: How many records were read.
        end: Offset in the file where the next scan begins.
        num_bytes_needed: How many bytes from `end` on the unfinished record there takes, 0 where there is none.
    """

    gaps: tuple[Gap, ...]
    num_records: int
    end: int
    num_bytes_needed: int


class PortableScanner:
    """A member of `summaries.scan.Scanner`."""

    def __init__(self, tags: Iterable[Tag] = ()) -> None:
        """Begins with the tags that the file is known to have."""
        self._table = TagTable.make(tags)
        self._rows = Rows()
        self._samples = Samples()

    @property
    def tags(self) -> tuple[Tag, ...]:
        """All tags found, in order of their ids."""
        return tuple(self._table.tags)

    def scan(self, data: Bytes, *, offset: int, is_growing: bool, fault: str = "") -> Scan:
        """Reads all records of a stretch; see `summaries.scan.Scanner`."""
        data = bytes(data)
        records = split_records(data, is_growing=is_growing, fault=fault)
        gaps = list(records.gaps)
        for start, length in records.payloads:
            payload = data[start : start + length]
            scalar = self._samples.find(payload)
            if scalar is not None:
                self._rows.add_scalar(*scalar)
            elif not self._read(payload, offset + start):
                gaps.append(Gap(start - HEADER_BYTES, HEADER_BYTES + length + FOOTER_BYTES, NO_EVENT))
        gaps.sort(key=lambda gap: gap.offset)
        return Scan(
            gaps=tuple(Gap(gap.offset + offset, gap.num_bytes, gap.reason) for gap in gaps),
            num_records=len(records.payloads),
            end=records.end + offset,
            num_bytes_needed=records.num_bytes_needed,
        )

    def _read(self, payload: bytes, offset: int) -> bool:
        """Adds what an event holds, and learns what the next ones may be like; False if it is none."""
        rows = self._rows
        num_scalars, num_blobs = len(rows.steps), len(rows.blobs)
        try:
            add_event(rows, self._table, payload, offset)
        except (DecodeError, ValueError):
            return False
        if len(rows.steps) == num_scalars + 1 and len(rows.blobs) == num_blobs:
            tag_id = rows.tag_ids[-1]
            is_settled = self._table.get_plugin_name(self._table.tags[tag_id].name) != ""
            self._samples.learn(payload, tag_id, is_settled=is_settled)
        return True

    def take(self) -> Columns:
        """The columns of all that was scanned since the last call."""
        rows, self._rows = self._rows, Rows()
        return rows.to_columns(len(self._table.tags))


@dataclass
class Rows:
    """Columns while they grow, in the order of the file.

    Attributes:
        steps: Of the scalars.
        wall_times: Of the scalars.
        values: The scalars.
        tag_ids: Of the scalars.
        blobs: `(tag id, step, wall time, offset, length)`.
        purges: `(step, scalars before it, blobs before it)`.
    """

    steps: list[int] = field(default_factory=list)
    wall_times: list[float] = field(default_factory=list)
    values: list[float] = field(default_factory=list)
    tag_ids: list[int] = field(default_factory=list)
    blobs: list[tuple[int, int, float, int, int]] = field(default_factory=list)
    purges: list[tuple[int, int, int]] = field(default_factory=list)

    def add_scalar(self, tag_id: int, step: int, wall_time: float, value: float) -> None:
        """Adds a row."""
        self.tag_ids.append(tag_id)
        self.steps.append(step)
        self.wall_times.append(wall_time)
        self.values.append(value)

    def to_columns(self, num_tags: int) -> Columns:
        """The columns, grouped by tag."""
        ids = np.array(self.tag_ids, dtype=np.intp)
        order, starts = _group(ids, num_tags)
        blobs = zip(*self.blobs, strict=True) if self.blobs else ((),) * 5
        blob_ids, steps, wall_times, offsets, lengths = (np.array(column) for column in blobs)
        blob_ids = blob_ids.astype(np.intp)
        blob_order, blob_starts = _group(blob_ids, num_tags)
        return Columns(
            steps=np.array(self.steps, dtype=np.int64)[order],
            wall_times=np.array(self.wall_times, dtype=np.float64)[order],
            values=np.array(self.values, dtype=np.float64)[order],
            starts=starts,
            blob_steps=steps.astype(np.int64)[blob_order],
            blob_wall_times=wall_times.astype(np.float64)[blob_order],
            blob_offsets=offsets.astype(np.int64)[blob_order],
            blob_lengths=lengths.astype(np.int64)[blob_order],
            blob_starts=blob_starts,
            purges=tuple(self._iter_purges(ids, blob_ids, num_tags)),
        )

    def _iter_purges(self, ids: _Index, blob_ids: _Index, num_tags: int) -> Iterator[Purge]:
        counts = blob_counts = np.zeros(num_tags, dtype=np.int64)
        row = blob_row = 0
        for step, end, blob_end in self.purges:
            counts = counts + _count(ids[row:end], num_tags)
            blob_counts = blob_counts + _count(blob_ids[blob_row:blob_end], num_tags)
            row, blob_row = end, blob_end
            yield Purge(step, counts, blob_counts)


def _group(ids: _Index, num_tags: int) -> tuple[_Index, Ints]:
    """The order that groups rows by tag, and where the rows of each tag begin then."""
    starts = np.zeros(num_tags + 1, dtype=np.int64)
    np.cumsum(_count(ids, num_tags), out=starts[1:])
    return np.argsort(ids, kind="stable"), starts


def _count(ids: _Index, num_tags: int) -> Ints:
    """How many rows each tag has."""
    return np.bincount(ids, minlength=num_tags).astype(np.int64)


def add_event(rows: Rows, table: TagTable, data: bytes, offset: int) -> None:
    """Adds what the event `data` holds, which lies at `offset` of the file.

    Raises:
        DecodeError: If the bytes are no event; nothing was added.
        ValueError: The same, found on looking for places.
    """
    event = Event.FromString(data)
    what = event.WhichOneof("what")
    if what == "summary":
        _add_summary(rows, table, event, data, offset)
    elif what in ("graph_def", "meta_graph_def", "tagged_run_metadata"):
        _add_graph(rows, table, event, data, offset)
    elif what == "session_log" and event.session_log.status == SessionLog.START:
        rows.purges.append((event.step, len(rows.steps), len(rows.blobs)))


def _add_summary(rows: Rows, table: TagTable, event: Event, data: bytes, offset: int) -> None:
    step, wall_time = event.step, event.wall_time
    spans: list[tuple[int, int]] = []
    for index, value in enumerate(event.summary.value):
        kind = table.find_kind(value)
        number = _find_scalar(value) if kind == SCALARS.name else None
        if number is not None:
            rows.add_scalar(table.get_id(value.tag, SCALARS.name), step, wall_time, number)
        elif kind is not None:
            spans = spans or _find_values(data)
            kind = DEFAULT_KIND if kind == SCALARS.name else kind
            begin, stop = spans[index]
            rows.blobs.append((table.get_id(value.tag, kind), step, wall_time, offset + begin, stop - begin))


def _find_scalar(value: Summary.Value) -> float | None:
    """The number in a value of kind scalars, None if it holds something else."""
    if value.HasField("simple_value"):
        return value.simple_value
    try:
        return decode_scalar_tensor(value.tensor)
    except ValueError:
        return None


def _add_graph(rows: Rows, table: TagTable, event: Event, data: bytes, offset: int) -> None:
    number, begin, stop = _find_what(data)[-1]
    place: tuple[int, int] | None = (begin, stop)
    name, kind = GRAPH_TAG, GRAPHS.name
    if number == _META_GRAPH_DEF:
        name, place = META_GRAPH_TAG, find_graph_in_meta_graph(data, begin, stop)
    elif number == _TAGGED_RUN_METADATA:
        name, kind = event.tagged_run_metadata.tag, RUN_METADATA_KIND
        places = [place for place in wire.iter_fields(data, begin, stop) if place[0] == _RUN_METADATA]
        place = places[-1][2:] if places else None
    if place is not None:
        begin, stop = place
        tag_id = table.get_id(name, kind)
        rows.blobs.append((tag_id, event.step, event.wall_time, offset + begin, stop - begin))


def _find_what(data: bytes) -> list[tuple[int, int, int]]:
    """The members of the oneof `what` that count, as (field number, start, end).

    Equal ones in a row are merged by protobuf, a different one discards those before it.
    """
    members: list[tuple[int, int, int]] = []
    for number, wire_type, begin, stop in wire.iter_fields(data):
        if number in _WHAT_FIELDS and wire_type == wire.BYTES:
            members = [member for member in members if member[0] == number]
            members.append((number, begin, stop))
    return members


def _find_values(data: bytes) -> list[tuple[int, int]]:
    """Where the values of the event's summary lie, in the order in which protobuf merges them."""
    return [
        (begin, stop)
        for _, summary_start, summary_end in _find_what(data)
        for number, wire_type, begin, stop in wire.iter_fields(data, summary_start, summary_end)
        if number == _SUMMARY_VALUE and wire_type == wire.BYTES
    ]
