"""From bytes to columns: what events may hold, and what damage may do."""

from __future__ import annotations

import time
from collections.abc import Iterable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from summaries import wire
from summaries.columns import Tag
from summaries.kinds import decode
from summaries.proto.event_pb2 import Event, SessionLog, TaggedRunMetadata
from summaries.proto.graph_pb2 import GraphDef, NodeDef
from summaries.proto.summary_pb2 import HistogramProto, Summary, SummaryMetadata
from summaries.proto.tensor_pb2 import TensorProto, TensorShapeProto
from summaries.records import Gap, frame
from tests.summaries.damage import CASES, Case, merge
from tests.summaries.scanners import SCANNERS, Found, MakeScanner, scan_all

OFFSET = 5000


def metadata(plugin_name: str, **fields: str) -> SummaryMetadata:
    return SummaryMetadata(plugin_data=SummaryMetadata.PluginData(plugin_name=plugin_name), **fields)


def event(*values: Summary.Value, step: int = 3, wall_time: float = 9.5) -> bytes:
    return Event(step=step, wall_time=wall_time, summary=Summary(value=values)).SerializeToString()


pytestmark = pytest.mark.parametrize("make_scanner", SCANNERS)


def scan_events(make_scanner: MakeScanner, *events: bytes, tags: Iterable[Tag] = ()) -> tuple[Found, bytes]:
    data = b"".join(map(frame, events))
    return scan_all(make_scanner, data, offset=OFFSET, tags=tags), data


def blobs_of(found: Found, data: bytes) -> list[bytes]:
    places = zip(found.columns.blob_offsets - OFFSET, found.columns.blob_lengths, strict=True)
    return [data[start : start + length] for start, length in places]


def test_scan_of_simple_values_gives_columns(make_scanner: MakeScanner):
    found, _ = scan_events(
        make_scanner,
        event(Summary.Value(tag="a", simple_value=0.5), Summary.Value(tag="b", simple_value=-1.0)),
        event(Summary.Value(tag="a", simple_value=0.25), step=-4, wall_time=10.0),
    )

    columns = found.columns
    assert [tag.name for tag in found.tags] == ["a", "b"]
    assert columns.starts.tolist() == [0, 2, 3]
    assert columns.steps.tolist() == [3, -4, 3]
    assert columns.wall_times.tolist() == [9.5, 10.0, 9.5]
    assert columns.values.tolist() == [0.5, 0.25, -1.0]
    assert found.scan.num_records == 2
    assert [array.dtype for array in (columns.steps, columns.wall_times, columns.values, columns.starts)] == [
        np.dtype("int64"),
        np.dtype("float64"),
        np.dtype("float64"),
        np.dtype("int64"),
    ]


@pytest.mark.parametrize(
    ("tensor", "expected"),
    [
        (TensorProto(dtype="DT_FLOAT", tensor_content=b"\x00\x00\x00\x3f"), 0.5),
        (TensorProto(dtype="DT_FLOAT", float_val=[0.5]), 0.5),
        (TensorProto(dtype="DT_DOUBLE", double_val=[0.1]), 0.1),
        (TensorProto(dtype="DT_INT64", int64_val=[2**40]), 2.0**40),
        (TensorProto(dtype="DT_INT32", int_val=[-3]), -3.0),
        (TensorProto(dtype="DT_HALF", half_val=[0x3800]), 0.5),
        (TensorProto(dtype="DT_BFLOAT16", tensor_content=b"\x00\x3f"), 0.5),
        (TensorProto(dtype="DT_BOOL", bool_val=[True]), 1.0),
        (TensorProto(dtype="DT_FLOAT", tensor_shape=TensorShapeProto(dim=[{"size": 1}]), float_val=[0.5]), 0.5),
    ],
    ids=str,
)
def test_scan_of_a_scalar_tensor_gives_its_number(make_scanner: MakeScanner, tensor: TensorProto, expected: float):
    found, _ = scan_events(make_scanner, event(Summary.Value(tag="a", tensor=tensor, metadata=metadata("scalars"))))

    assert found.tags[0].kind == "scalars"
    assert found.columns.values.tolist() == [expected]


def test_scan_knows_later_values_by_the_metadata_of_the_first(make_scanner: MakeScanner):
    tensor = TensorProto(dtype="DT_FLOAT", float_val=[0.5])
    first = Summary.Value(
        tag="a", tensor=tensor, metadata=metadata("scalars", display_name="A", summary_description="what it is")
    )

    before, _ = scan_events(make_scanner, event(first))
    found, _ = scan_events(make_scanner, event(Summary.Value(tag="a", tensor=tensor), step=4), tags=before.tags)

    assert found.columns.steps.tolist() == [4]
    assert found.tags == before.tags
    tag = found.tags[0]
    assert (tag.plugin_name, tag.display_name, tag.description) == ("scalars", "A", "what it is")


def test_scan_of_a_tensor_that_is_no_scalar_under_a_scalar_tag_makes_a_tensor_tag(make_scanner: MakeScanner):
    tensor = TensorProto(dtype="DT_FLOAT", tensor_shape=TensorShapeProto(dim=[{"size": 2}]), float_val=[1, 2])

    found, data = scan_events(make_scanner, event(Summary.Value(tag="a", tensor=tensor, metadata=metadata("scalars"))))

    assert [(tag.name, tag.kind) for tag in found.tags] == [("a", "tensors")]
    assert decode("tensors", blobs_of(found, data)[0]).tolist() == [1, 2]


def test_scan_of_blobs_gives_the_places_of_their_values(make_scanner: MakeScanner):
    values = [
        Summary.Value(tag="h", histo=HistogramProto(min=1, max=2, bucket_limit=[3], bucket=[1])),
        Summary.Value(tag="s", simple_value=1.0),
        Summary.Value(tag="i", image=Summary.Image(height=1, encoded_image_string=b"png")),
        Summary.Value(tag="t", tensor=TensorProto(dtype="DT_STRING", string_val=[b"x"]), metadata=metadata("text")),
        Summary.Value(tag="p", tensor=TensorProto(dtype="DT_FLOAT"), metadata=metadata("pr_curves")),
        Summary.Value(tag="n", tensor=TensorProto(dtype="DT_FLOAT")),
        Summary.Value(tag="_hparams_/experiment", metadata=metadata("hparams")),
    ]

    found, data = scan_events(make_scanner, event(values[0]), event(*values[1:]))

    kinds = ["histograms", "scalars", "images", "text", "pr_curves", "tensors", "hparams"]
    assert [tag.kind for tag in found.tags] == kinds
    assert found.columns.blob_starts.tolist() == [0, 1, 1, 2, 3, 4, 5, 6]
    assert blobs_of(found, data) == [value.SerializeToString() for value in values if value.tag != "s"]
    assert found.columns.values.tolist() == [1.0]


def test_scan_of_a_name_used_for_two_kinds_makes_two_tags(make_scanner: MakeScanner):
    histogram = Summary.Value(tag="a", histo=HistogramProto())

    found, _ = scan_events(make_scanner, event(Summary.Value(tag="a", simple_value=1.0), histogram))

    assert [(tag.name, tag.kind) for tag in found.tags] == [("a", "scalars"), ("a", "histograms")]
    assert len(found.columns.values) == len(found.columns.blob_steps) == 1


def test_scan_merges_several_summary_fields_as_protobuf_does(make_scanner: MakeScanner):
    one = Summary(value=[Summary.Value(tag="h", histo=HistogramProto(min=1))]).SerializeToString()
    two = Summary(value=[Summary.Value(tag="s", simple_value=2.0)]).SerializeToString()
    three = Summary(value=[Summary.Value(tag="h", histo=HistogramProto(min=3))]).SerializeToString()
    payload = b"".join(wire.field(5, summary) for summary in (one, two, three)) + wire.varint_field(2, 8)

    found, data = scan_events(make_scanner, payload)

    assert [decode("histograms", blob).min for blob in blobs_of(found, data)] == [1.0, 3.0]
    assert found.columns.steps.tolist() == [8]
    assert found.columns.blob_steps.tolist() == [8, 8]


def test_scan_takes_the_last_member_of_the_oneof_as_protobuf_does(make_scanner: MakeScanner):
    lost = Summary(value=[Summary.Value(tag="lost", histo=HistogramProto())]).SerializeToString()
    kept = Summary(value=[Summary.Value(tag="kept", histo=HistogramProto(min=1))]).SerializeToString()
    payload = wire.field(5, lost) + wire.field(4, b"") + wire.field(5, kept)

    found, data = scan_events(make_scanner, payload)

    assert [tag.name for tag in found.tags] == ["kept"]
    assert decode("histograms", blobs_of(found, data)[0]).min == 1.0


def test_scan_of_graphs_finds_them_bare_and_inside_a_meta_graph(make_scanner: MakeScanner):
    graph = GraphDef(node=[NodeDef(name="a")]).SerializeToString()
    meta_graph = wire.field(1, b"") + wire.field(2, graph)

    found, data = scan_events(
        make_scanner, Event(graph_def=graph).SerializeToString(), Event(meta_graph_def=meta_graph).SerializeToString()
    )

    assert [(tag.name, tag.kind) for tag in found.tags] == [("__run_graph__", "graphs"), ("__meta_graph__", "graphs")]
    assert blobs_of(found, data) == [graph, graph]


def test_scan_of_run_metadata_gives_its_place(make_scanner: MakeScanner):
    tagged = TaggedRunMetadata(tag="step 3", run_metadata=b"\x0a\x00")

    found, data = scan_events(make_scanner, Event(step=3, tagged_run_metadata=tagged).SerializeToString())

    assert [(tag.name, tag.kind) for tag in found.tags] == [("step 3", "graph_tagged_run_metadata")]
    assert blobs_of(found, data) == [b"\x0a\x00"]


def test_scan_of_a_session_start_notes_where_it_stands(make_scanner: MakeScanner):
    start = Event(step=2, session_log=SessionLog(status="START")).SerializeToString()
    stop = Event(step=9, session_log=SessionLog(status="STOP")).SerializeToString()
    value = Summary.Value(tag="a", simple_value=1.0)

    other = Summary.Value(tag="b", simple_value=1.0)

    found, _ = scan_events(make_scanner, event(value), event(value, step=4), start, event(value, other, step=2), stop)

    (purge,) = found.columns.purges
    assert (purge.step, purge.rows.tolist(), purge.blob_rows.tolist()) == (2, [2, 0], [0, 0])


def test_scan_passes_over_events_that_say_nothing_of_training(make_scanner: MakeScanner):
    found, _ = scan_events(
        make_scanner,
        b"",
        Event(file_version="brain.Event:2").SerializeToString(),
        Event(log_message={"message": "hello"}).SerializeToString(),
        event(),
        event(Summary.Value(tag="a")),
        b"\xfa\x7f\x03abc",  # a field of the far future
    )

    assert (found.scan.num_records, found.scan.gaps, found.tags) == (6, (), ())
    assert len(found.columns.steps) == len(found.columns.blob_steps) == 0


def test_scan_of_a_record_that_holds_no_event_counts_it_as_a_gap(make_scanner: MakeScanner):
    value = Summary.Value(tag="a", simple_value=1.0)

    found, _ = scan_events(make_scanner, event(value), b"\xff" * 20, event(value))

    assert [(gap.offset, gap.num_bytes, gap.reason) for gap in found.scan.gaps] == [
        (OFFSET + len(frame(event(value))), 36, "a record holds no Event")
    ]
    assert len(found.columns.values) == 2


def make_file() -> tuple[bytes, list[int]]:
    """Ten records of several forms, and where each ends."""
    payloads = [Event(wall_time=1.0, file_version="brain.Event:2").SerializeToString()]
    for step in range(1, 10):
        values = [Summary.Value(tag="a", simple_value=step), Summary.Value(tag="h", histo=HistogramProto(min=step))]
        payloads.append(event(*values[: 1 + step % 2], step=step))
    data = b"".join(map(frame, payloads))
    return data, np.cumsum([len(payload) + 16 for payload in payloads]).tolist()


FILE, ENDS = make_file()


@settings(max_examples=300)
@given(st.data())
def test_scan_of_a_damaged_file_keeps_what_lies_before_and_after(make_scanner: MakeScanner, data: st.DataObject):
    begin = data.draw(st.integers(0, len(FILE) - 1))
    end = data.draw(st.integers(begin, min(len(FILE), begin + 80)))
    damaged = FILE[:begin] + data.draw(st.binary(max_size=80)) + FILE[end:]
    kept = [step for step in range(1, 10) if ENDS[step] <= begin or ENDS[step - 1] >= end]
    is_growing = data.draw(st.booleans())

    found = scan_all(make_scanner, damaged, is_growing=is_growing)

    steps = found.columns.steps.tolist()
    assert [step for step in steps if step in kept] == kept
    assert (found.columns.values == found.columns.steps).all()
    assert set(found.columns.blob_steps.tolist()) >= {step for step in kept if step % 2}


@settings(max_examples=300)
@given(st.binary(max_size=200))
def test_scan_of_any_payload_raises_nothing(make_scanner: MakeScanner, payload: bytes):
    found = scan_all(make_scanner, frame(payload))

    assert found.scan.num_records == 1
    assert found.scan.end == len(payload) + 16


@settings(max_examples=300)
@given(st.integers(0, len(FILE) - 1), st.integers(1, 255))
def test_scan_of_a_payload_with_one_changed_byte_raises_nothing(make_scanner: MakeScanner, position: int, change: int):
    record = next(number for number, end in enumerate(ENDS) if position < end)
    start = 0 if record == 0 else ENDS[record - 1]
    payload = bytearray(FILE[start + 12 : ENDS[record] - 4])
    payload[(position - start) % len(payload)] ^= change

    found = scan_all(make_scanner, frame(bytes(payload)))

    assert found.scan.num_records == 1


@pytest.mark.parametrize("is_growing", [False, True])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_scan_of_each_case_of_damage_finds_what_the_table_says(make_scanner: MakeScanner, case: Case, is_growing: bool):
    found = scan_all(make_scanner, case.data, offset=OFFSET, is_growing=is_growing).scan

    gaps = case.growing_gaps if is_growing else case.gaps
    assert found.num_records == len(case.payloads)
    assert merge([(gap.offset - OFFSET, gap.num_bytes) for gap in found.gaps]) == gaps
    assert found.end - OFFSET == (case.growing_end if is_growing else len(case.data))
    assert found.num_bytes_needed == (case.needed if is_growing else 0)


def test_scan_of_megabytes_of_garbage_takes_no_longer_than_it_should(make_scanner: MakeScanner):
    noise = np.random.default_rng(0).integers(0, 256, 8 << 20, dtype=np.uint8)
    noise[np.random.default_rng(1).random(len(noise)) < 0.5] = 0  # full of places where a header might be
    record = frame(event(Summary.Value(tag="a", simple_value=1.0)))
    start = time.process_time()

    found = scan_all(make_scanner, noise.tobytes() + record + bytes(16 << 20) + record)

    assert found.columns.values.tolist() == [1.0, 1.0]
    assert [gap.num_bytes for gap in found.scan.gaps] == [8 << 20, 16 << 20]
    assert time.process_time() - start < 20


def test_scan_with_a_fault_gives_up_the_first_record_only(make_scanner: MakeScanner):
    records = [frame(event(Summary.Value(tag="a", simple_value=value))) for value in (1.0, 2.0)]
    scanner = make_scanner(())

    found = scanner.scan(b"".join(records), offset=OFFSET, is_growing=True, fault="it is odd")

    assert found.gaps == (Gap(OFFSET, len(records[0]), "it is odd"),)
    assert scanner.take().values.tolist() == [2.0]
