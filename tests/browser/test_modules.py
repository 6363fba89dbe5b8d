"""The browser's pure modules, called in Chromium and compared with Python or hand-computed values."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import pytest

from tests.dashboard.api import aggregates_table
from tests.dashboard.api.wire_table import CASES, make_header

pytestmark = pytest.mark.browser
Run = Callable[[str, str], object]


def decode(run_module: Run, module: str, function: str, message: bytes) -> dict[str, Any]:
    """What a decoder makes of a message, its numbers spelled where JSON has none."""
    decoded: dict[str, Any] = run_module(  # type: ignore[assignment]
        module,
        f"""
        const bytes = Uint8Array.from(atob("{base64.b64encode(message).decode()}"), (letter) => letter.charCodeAt(0));
        const plain = (value) => {{
          if (ArrayBuffer.isView(value) || Array.isArray(value)) return Array.from(value, plain);
          if (value?.all) return plain(value.all); // times
          if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
          return value && Object.fromEntries(Object.entries(value).map(([name, member]) => [name, plain(member)]));
        }};
        return plain(module.{function}(bytes.buffer));
        """,
    )
    return decoded


def test_decoder_of_aggregates_reads_what_the_specification_draws(run_module: Run) -> None:
    cases = aggregates_table.CASES
    message = aggregates_table.make_header(len(cases), 3) + b"".join(case.data for case in cases.values())

    decoded = decode(run_module, "aggregates_wire.js", "decodeAggregates", message)

    assert decoded["version"] == 3
    assert decoded["aggregates"] == [case.decoded for case in cases.values()]


def test_decoder_reads_what_the_specification_draws(run_module: Run) -> None:
    message = make_header(len(CASES), 3) + b"".join(case.data for case in CASES.values())

    decoded = decode(run_module, "wire.js", "decodeSeries", message)

    assert decoded["version"] == 3
    for one, (name, case) in zip(decoded["series"], CASES.items(), strict=True):
        assert one == case.decoded, name


def test_decoder_refuses_another_version(run_module: Run) -> None:
    body = """
        const message = new DataView(new ArrayBuffer(24));
        message.setUint32(0, 0x53445242, true);
        message.setUint16(4, 2, true);
        try {
          return module.decodeSeries(message.buffer);
        } catch (error) {
          return error.message;
        }
    """

    assert run_module("wire.js", body) == "The server speaks another version of the data format. Load the page again."


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("0", "0"), ("3.2154", "3.215"), ("0.5", "0.5000"), ("-0.062", "−0.06200"), ("9999.9", "10.00 k"),
        ("423000", "423.0 k"), ("2.3e6", "2.300 M"), ("4.61e-5", "4.61e-5"), ("-1e-7", "−1.00e-7"),
        ("NaN", "NaN"), ("Infinity", "+Inf"), ("-Infinity", "−Inf"),
    ],
)  # fmt: skip
def test_values_have_four_digits(run_module: Run, value: str, text: str) -> None:
    assert run_module("format.js", f"return module.formatValue({value});") == text


@pytest.mark.parametrize(
    ("values", "labels"),
    [
        ([0, 10_000, 20_000], ["0", "10 k", "20 k"]),
        ([0, 0.5, 1], ["0", "0.5", "1.0"]),
        ([3.2, 3.25, 3.3], ["3.20", "3.25", "3.30"]),
        ([0.0025, 0.005, 0.0075], ["0.0025", "0.0050", "0.0075"]),
        ([0, 0.25, 0.5], ["0", "0.25", "0.50"]),
        ([2000], ["2,000"]),
        ([0, 5e-5, 1e-4], ["0", "5e-5", "1e-4"]),
        ([-100, 0, 100], ["−100", "0", "100"]),
        ([1_000_000, 1_500_000], ["1.0 M", "1.5 M"]),
        ([0, 1e38, 2e38, 3.0000000000000003e38], ["0", "1e38", "2e38", "3e38"]),
        ([1.7e18, 1.7005e18, 1.701e18], ["1.7e18", "1.7005e18", "1.701e18"]),
        ([1e15, 1.001e15, 1.002e15], ["1e15", "1.001e15", "1.002e15"]),
        ([-2.0005e15, -2.00025e15], ["−2.0005e15", "−2.00025e15"]),
        ([5e-5, 5.0005e-5], ["5e-5", "5.0005e-5"]),
        ([1e15], ["1e15"]),
    ],
)
def test_ticks_of_an_axis_share_one_notation(run_module: Run, values: list[float], labels: list[str]) -> None:
    assert run_module("format.js", f"return module.formatTicks({values});") == labels


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (59, "59 s"),
        (61, "1 m 1 s"),
        (3600, "1 h"),
        (8820, "2 h 27 m"),
        (200_000, "2 d 7 h"),
        (95_536_800, "3 y 10 d"),
    ],
)
def test_durations_name_two_units(run_module: Run, seconds: int, text: str) -> None:
    assert run_module("format.js", f"return module.formatDuration({seconds});") == text


def test_times_that_lie_close_are_told_apart_by_fractions_of_a_second(run_module: Run) -> None:
    texts = run_module(
        "plot/range_rows.js",
        """
        const say = (axis, bounds) => module.sayBounds({ axis, bounds });
        const wall = say("wall", [1e9 + 0.25, 1e9 + 0.5]).replace(/\\d+-\\d+-\\d+ \\d+:/g, "");
        return [wall, ...[[0.25, 0.5], [119.98, 120.01], [5, 30]].map((bounds) => say("relative", bounds))];
        """,
    )

    assert texts == [
        "46:40.25 – 46:40.50",
        "Time 0.25 s – 0.50 s",
        "Time 1 m 59.980 s – 2 m 0.010 s",
        "Time 5 s – 30 s",
    ]


def test_groups_follow_prefixes_and_small_ones_join_their_parent(run_module: Run) -> None:
    groups = run_module(
        "grid/groups.js",
        """
        const layers = ["params/dense_10/kernel", "params/dense_2/kernel"];
        const tags = ["loss", "eval/acc", ...layers, "net/a/1", "net/a/2", "net/a/3", "net/a/4"];
        return module.groupTags(tags).map(({ name, tags }) => [name, tags.map(({ label }) => label)]);
        """,
    )

    assert groups == [
        ["", ["loss"]],
        ["eval", ["acc"]],
        ["net/a", ["1", "2", "3", "4"]],
        ["params", ["dense_2/kernel", "dense_10/kernel"]],
    ]


def test_groups_are_nested_as_prefixes_are(run_module: Run) -> None:
    groups = run_module(
        "grid/groups.js",
        """
        const under = (prefix) => ["a", "b", "c", "d"].map((name) => `${prefix}/${name}`);
        const tags = ["net", "net-b/x", "net/enc", "opt/mu", "opt/nu"].flatMap(under);
        return module.groupTags(tags).map((one) => [one.name, one.tags.length, one.ancestors, one.numBelow]);
        """,
    )

    assert groups == [
        ["net", 4, [], 8],
        ["net/enc", 4, ["net"], 4],
        ["net-b/x", 4, [], 4],
        ["opt", 0, [], 8],
        ["opt/mu", 4, ["opt"], 4],
        ["opt/nu", 4, ["opt"], 4],
    ]


def test_common_folders_are_elided_but_never_a_whole_name(run_module: Run) -> None:
    names = [["a/b/one", "a/b/two"], ["a/b", "a/b/c"], ["only/one"], ["x", "y"]]

    assert [run_module("run_style.js", f"return module.commonFolder({one});") for one in names] == [
        "a/b/",
        "a/",
        "",
        "",
    ]


def test_names_are_as_short_as_they_are_told_apart(run_module: Run) -> None:
    names = {
        "s7/gpt-124m-0412": "s7/…0412",
        "s7/gpt-124m-0413": "…0413",
        "s8/gpt-124m-0412": "s8/…0412",
        "s8/gpt-124m-0414": "…0414",
        "lr=0.1/seed=0": "lr=0.1/seed=0",
        "lr=0.1/seed=1": "lr=0.1/seed=1",
        "alone": "alone",
    }

    found = run_module(
        "runs/tree.js", f"return Object.fromEntries(module.shortNames(new Map({[[name, name] for name in names]})));"
    )

    assert found == names


def test_answer_since_a_version_is_merged_into_the_list_of_runs(run_module: Callable[[str, str], object]) -> None:
    known = "[{name: 'c', first_wall_time: 3}, {name: 'b', first_wall_time: 2}, {name: 'a', first_wall_time: 1}]"
    changed = "[{name: 'd', first_wall_time: 3}, {name: 'a', first_wall_time: 1}, {name: 'new', first_wall_time: null}]"
    merge = f"return module.mergeRuns({known}, {{since: %s, gone: ['b'], runs: {changed}}}).map((run) => run.name);"

    assert run_module("run_merge.js", merge % 7) == ["new", "c", "d", "a"]
    assert run_module("run_merge.js", merge % 0) == ["d", "a", "new"]
