import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.sidecar.edits import Clock, Edit, decode, encode, parse_time, show_time

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=5,
)
IDS = st.text("0123456789abcdef", min_size=1, max_size=16)
EDITS = st.builds(Edit, st.integers(0, 2**54), IDS, st.lists(TEXTS, min_size=1, max_size=4).map(tuple), VALUES)


@given(EDITS)
def test_edit_is_read_from_its_line_as_it_was(edit: Edit) -> None:
    line = encode(edit)

    assert decode(line) == edit
    assert "\n" not in line
    assert json.loads(line)["path"] == list(edit.path)


@given(st.integers(0, 2**54), st.integers(0, 2**54))
def test_times_sort_as_their_texts_do(first: int, second: int) -> None:
    assert (show_time(first) < show_time(second)) == (first < second)
    assert datetime.fromisoformat(show_time(first)).astimezone(UTC).timestamp() == pytest.approx(first / 1e6)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "no JSON",
        "[]",
        "null",
        "[" * 100_000,
        '{"time": "2026-11-25T00:00:00.000000Z", "id": "a", "path": ["baseline"], "val',
        '{"time": "2026-11-25T00:00:00.000000Z", "id": "a", "path": ["baseline"]}',
        '{"time": "2026-11-25T00:00:00.000000Z", "id": "a", "path": [], "value": 1}',
        '{"time": "2026-11-25T00:00:00.000000Z", "id": "", "path": ["baseline"], "value": "a"}',
        '{"time": "2026-11-25T00:00:00.000000Z", "id": 3, "path": ["baseline"], "value": "a"}',
        '{"time": "2026-11-25T00:00:00.000000Z", "id": "a", "path": ["runs", 3], "value": "a"}',
        '{"time": "2026-11-25T00:00:00.000000Z", "id": "a", "path": ["baseline"], "value": NaN}',
        '{"time": "2026-11-25T00:00:00", "id": "a", "path": ["baseline"], "value": "a"}',
        '{"time": "9999-12-31T23:59:59.999999Z", "id": "a", "path": ["baseline"], "value": "a"}',
        '{"time": 1764028800, "id": "a", "path": ["baseline"], "value": "a"}',
        '{"time": "2026-11-25T00:00:00.000000Z", "id": "a", "undoes": 7}',
        '{"time": "2026-11-25T00:00:00.000000Z", "id": "a", "path": ["baseline"], "value": ' + "9" * 5_000 + "}",
    ],
    ids=range(17),
)
def test_line_that_is_no_edit_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        decode(line)


def test_time_may_be_written_by_hand() -> None:
    assert parse_time("2026-11-25T17:00+01:00") == parse_time("2026-11-25T16:00:00.000000Z")


def test_clock_goes_on_from_what_it_was_shown_and_never_stands_still() -> None:
    clock = Clock(lambda: 100.0)

    first, second = clock.tick(), clock.tick()
    clock.show(500_000_000)
    third = clock.tick()

    assert (first, second, third) == (100_000_000, 100_000_001, 500_000_001)
