"""One contract for both scanners: whatever lies in a file, they find the same."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from summaries.portable_scan import PortableScanner
from summaries.records import frame
from tests.summaries.events import events
from tests.summaries.scanners import COMPILED, Found, describe, make_compiled, scan_all

pytestmark = COMPILED


def tell(found: Found) -> list[object]:
    return [describe(found.columns), found.tags, found.scan]


@settings(max_examples=400, deadline=None)
@given(st.lists(st.tuples(events, st.integers(1, 3)), max_size=8))
def test_scanners_find_the_same_in_events_of_any_form(payloads: list[tuple[bytes, int]]):
    data = b"".join(frame(payload) * num_times for payload, num_times in payloads)

    compiled, portable = (scan_all(member, data, offset=7) for member in (make_compiled, PortableScanner))

    assert tell(compiled) == tell(portable)
