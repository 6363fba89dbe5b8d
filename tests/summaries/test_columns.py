"""Columns, grouped by tag, put together from stretches."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from summaries.columns import make_empty_columns, merge_columns
from summaries.proto.event_pb2 import Event, SessionLog
from summaries.proto.summary_pb2 import HistogramProto, Summary
from summaries.records import frame
from summaries.scan import make_scanner
from tests.summaries.scanners import describe


def event(step: int, tag: str) -> bytes:
    if tag == "START":
        return Event(step=step, session_log=SessionLog(status="START")).SerializeToString()
    content = {"simple_value": step} if tag.islower() else {"histo": HistogramProto()}
    value = Summary.Value(tag=tag, **content)
    return Event(step=step, wall_time=step + 0.5, summary=Summary(value=[value])).SerializeToString()


@given(st.lists(st.tuples(st.sampled_from(["a", "b", "c", "A", "B", "START"]), st.booleans())))
def test_merge_of_stretches_is_the_columns_of_the_whole(rows: list[tuple[str, bool]]):
    records = [frame(event(step, tag)) for step, (tag, _) in enumerate(rows)]
    whole = make_scanner()
    whole.scan(b"".join(records), offset=0, is_growing=False)

    parts, scanner, offset = [], make_scanner(), 0
    cuts = [number for number, (_, is_cut) in enumerate(rows) if is_cut]
    for begin, end in zip([0, *cuts], [*cuts, len(rows)], strict=True):
        data = b"".join(records[begin:end])
        scanner.scan(data, offset=offset, is_growing=False)
        parts.append(scanner.take())
        offset += len(data)

    assert describe(merge_columns(parts)) == describe(whole.take())


@pytest.mark.parametrize("num_tags", [0, 3])
def test_merge_of_nothing_is_empty(num_tags: int):
    merged = merge_columns([make_empty_columns(num_tags)] * 2)

    assert merged.starts.tolist() == merged.blob_starts.tolist() == [0] * (num_tags + 1)
    assert len(merged.steps) == len(merged.blob_steps) == 0
    assert merge_columns([]).num_tags == 0
