"""One contract for both scanners: whatever lies in a file, they find the same."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from summaries import SummaryWriter
from summaries.portable_scan import PortableScanner
from summaries.proto.event_pb2 import Event
from summaries.records import frame, split_records
from tests.summaries.events import events
from tests.summaries.scanners import COMPILED, Found, describe, make_compiled, scan_all

pytestmark = COMPILED
FOLDER = Path(__file__).resolve().parent.parent / "fixtures"
FIXTURES = sorted(FOLDER.rglob("*tfevents*"))


def tell(found: Found) -> list[object]:
    return [describe(found.columns), found.tags, found.scan]


@settings(max_examples=400)
@given(st.lists(st.tuples(events, st.integers(1, 3)), max_size=8))
def test_scanners_find_the_same_in_events_of_any_form(payloads: list[tuple[bytes, int]]):
    data = b"".join(frame(payload) * num_times for payload, num_times in payloads)

    compiled, portable = (scan_all(member, data, offset=7) for member in (make_compiled, PortableScanner))

    assert tell(compiled) == tell(portable)


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.parent.relative_to(FOLDER).as_posix())
def test_scanners_find_the_same_in_files_of_every_writer(path: Path):
    data = path.read_bytes()

    compiled, portable = (scan_all(member, data) for member in (make_compiled, PortableScanner))

    assert tell(compiled) == tell(portable)
    assert compiled.scan.num_records > 2


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.parent.relative_to(FOLDER).as_posix())
def test_only_graphs_and_session_logs_of_common_writers_are_left_to_the_portable_scanner(path: Path):
    data = path.read_bytes()
    records = split_records(data, is_growing=False).payloads
    contents = [Event.FromString(data[start : start + length]).WhichOneof("what") for start, length in records]
    rare = [content for content in contents if content not in (None, "file_version", "summary")]
    scanner = make_compiled()

    scanner.scan(data, offset=0, is_growing=False)

    assert scanner.num_odd_records == len(rare)


def test_no_value_of_ours_is_left_to_the_portable_scanner(tmp_path: Path):
    with SummaryWriter(tmp_path) as writer:
        for step in range(3):
            writer.add_scalar("double", 0.1, step, double_precision=True)
            writer.add_scalars_at(step, {f"a/{number}": number for number in range(20)})
            writer.add_histogram("h", np.arange(10.0), step)
            writer.add_text("t", "words", step)
            writer.add_image("i", np.zeros((3, 4, 4)), step)
    (path,) = tmp_path.iterdir()
    scanner = make_compiled()

    found = scanner.scan(path.read_bytes(), offset=0, is_growing=False)

    assert found.num_records > 12
    assert scanner.num_odd_records == 0
