"""`board inspect` on real files, sound and damaged."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from dashboard.inspection import inspect, main
from dashboard.inspection.text import to_text
from dashboard.settings import Settings
from dashboard.store.opening import open_store
from summaries import LogdirTail, SummaryWriter
from summaries.proto.event_pb2 import Event
from summaries.proto.summary_pb2 import Summary
from summaries.records import frame

FIRST_WALL_TIME = 1_700_000_000.0


def make_record(tag: str, step: int, value: float) -> bytes:
    summary = Summary(value=[Summary.Value(tag=tag, simple_value=value)])
    return frame(Event(wall_time=FIRST_WALL_TIME + step, step=step, summary=summary).SerializeToString())


RECORDS = [make_record("loss", step, 1.0 / step) for step in range(1, 11)]
RECORD_BYTES = len(RECORDS[0])


def write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def write_damaged(folder: Path) -> None:
    damaged = bytearray(b"".join(RECORDS))
    damaged[3 * RECORD_BYTES + 20] ^= 1
    write(folder / "a" / "events.out.tfevents.1", bytes(damaged))
    write(folder / "b" / "events.out.tfevents.1", b"".join(RECORDS)[:-1])


def write_odd(folder: Path) -> None:
    os.mkfifo(folder / "events.out.tfevents.2")
    (folder / "events.out.tfevents.3").symlink_to(folder / "gone")


CASES: dict[str, tuple[Callable[[Path], None], int, list[str]]] = {
    "damaged and torn files": (
        write_damaged,
        0,
        [
            "2 runs, 2 event files",
            "18 points in 1 tag",
            f"The checksum of a record is wrong at byte {3 * RECORD_BYTES}; skipped {RECORD_BYTES} bytes.",
            f"The file ends inside the record at byte {9 * RECORD_BYTES}: it is still being written",
            "Findings in 2 of 2 files:",
        ],
    ),
    "sound files": (
        lambda folder: write(folder / "events.out.tfevents.1", b"".join(RECORDS)),
        0,
        ["1 run, 1 event file", "steps 1 to 10 · 2023-11-14 22:13:21 to 22:13:30 UTC (9 s)", "No problem was found."],
    ),
    "nothing": (lambda folder: None, 1, ["0 runs, 0 event files", "There is no event file in it"]),
    "an empty file": (
        lambda folder: write(folder / "events.out.tfevents.1", b""),
        1,
        ["1 run, 1 event file, 0 B", "The file is empty."],
    ),
    "a file of another kind": (
        lambda folder: write(folder / "events.out.tfevents.1.txt", b"this is no event file\n" * 9),
        1,
        [
            "The checksum of a record's length is wrong at byte 0",
            "No record could be read: it may be a file of another",
        ],
    ),
    "files that are no event files": (
        lambda folder: write(folder / "checkpoint.npz", b"PK"),
        1,
        [
            "There is no event file in it: no file whose name holds “tfevents”.",
            "Passed over 1 file: 1 file of another name: it does not hold “tfevents” such as",
        ],
    ),
    "names of event files that are none": (
        write_odd,
        1,
        [
            "Passed over 2 files:",
            "events.out.tfevents.2 It is a named pipe, not a file.",
            "events.out.tfevents.3 It is a link to nothing.",
        ],
    ),
    "values that are not finite": (
        lambda folder: write(folder / "tfevents", make_record("loss", 1, math.nan) + make_record("loss", 2, math.inf)),
        0,
        ["2 points in 1 tag (2 NaN or infinite)"],
    ),
    "times that no calendar knows": (
        lambda folder: write(folder / "tfevents", frame(Event(wall_time=1e300, file_version="v").SerializeToString())),
        0,
        ["1 run, 1 event file", "No problem was found."],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_logdir_is_told_of(tmp_path: Path, capsys: pytest.CaptureFixture[str], case: str) -> None:
    make, status, expected = CASES[case]
    make(tmp_path)

    assert main([str(tmp_path), "--index", "off"]) == status

    text = capsys.readouterr().out
    for words in expected:
        assert words in " ".join(text.split())
    assert all(len(line) <= 80 for line in text.splitlines() if str(tmp_path) not in line)


def test_large_file_is_counted_whole(tmp_path: Path) -> None:
    filler = frame(b"\x7a" + bytes([0x80, 0x80, 0x80, 0x10]) + bytes(32 << 20))  # an unknown field of 32 MiB
    write(tmp_path / "events.out.tfevents.1", (RECORDS[0] + filler) * 3 + RECORDS[1])

    (file,) = inspect([str(tmp_path)], index="off").files

    assert [(tag.name, tag.num_values, tag.first_step, tag.last_step) for tag in file.tags] == [("loss", 4, 1, 2)]


def test_names_that_are_no_utf8_are_written_out(tmp_path: Path) -> None:
    folder = tmp_path / "caf\udce9"
    write(folder / "events.out.tfevents.1", RECORDS[0])
    (folder / "loop\udce9").symlink_to(folder / "loop\udce9")

    report = inspect([str(folder)], index=str(tmp_path))

    to_text(report).encode()
    assert report.paths == (str(tmp_path / "caf\\xe9"),)
    assert report.unreadable[0][0] == str(tmp_path / "caf\\xe9" / "loop\\xe9")


def test_file_is_told_of_by_itself(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_damaged(tmp_path)

    assert main([str(tmp_path / "b" / "events.out.tfevents.1")]) == 0

    text = capsys.readouterr().out
    assert f": 9 records, {10 * RECORD_BYTES - 1} B\n" in text
    assert "scalars  loss       9                     1          9\n" in text
    assert "Index" not in text


def test_files_and_logdirs_are_counted_together(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_damaged(tmp_path)
    write(tmp_path / "c" / "events.out.tfevents.1", b"".join(RECORDS))
    files = [str(tmp_path / run / "events.out.tfevents.1") for run in "ab"]

    assert main([*files, "--index", "off"]) == 0
    assert "18 points in 1 tag" in capsys.readouterr().out
    assert main([files[0], str(tmp_path / "c"), "--index", "off"]) == 0
    assert "19 points in 1 tag" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("missing", "'missing' does not exist. Pass an event file, or a folder that holds some."),
        ("pipe", "'pipe' must be a file or a folder; got neither."),
        ("", "path must name an event file or a logdir; got an empty one."),
    ],
)
def test_what_cannot_be_looked_at_is_refused_with_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], path: str, message: str
) -> None:
    os.mkfifo(tmp_path / "pipe")
    monkeypatch.chdir(tmp_path)

    assert main([path]) == 2

    assert message in capsys.readouterr().err


def test_json_counts_what_tensorboard_finds(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with SummaryWriter(tmp_path / "run") as writer:
        for step in range(30):
            writer.add_scalars_at(step, {"loss": 0.5, "accuracy": 0.25})
            writer.add_histogram("weights", [0.0, 1.0], step)
    accumulator = EventAccumulator(str(tmp_path / "run"), {"scalars": 0, "tensors": 0, "histograms": 0}).Reload()

    main([str(tmp_path), "--json", "--index", "off"])
    report = json.loads(capsys.readouterr().out)

    found = {tag["name"]: tag for tag in report["files"][0]["tags"]}
    for name in ("loss", "accuracy"):
        points = accumulator.Scalars(name)
        assert found[name]["kind"] == "scalars"
        assert found[name]["num_values"] == len(points)
        assert [found[name]["first_step"], found[name]["last_step"]] == [points[0].step, points[-1].step]
        assert [found[name]["first_wall_time"], found[name]["last_wall_time"]] == [
            points[0].wall_time,
            points[-1].wall_time,
        ]
    assert found["weights"]["num_values"] == len(accumulator.Histograms("weights"))
    assert report["files"][0]["run"] == "run"


def test_names_command_no_terminal_and_lines_stay_short(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    records = [make_record(tag, 2**62, 1.0) for tag in ("\x1b[2Jgone", "a/" * 60 + "end", *map(str, range(60)))]
    write(tmp_path / ("run_" * 20) / "tfevents", b"".join(records))
    write(tmp_path / "other" / "tfevents", b"".join(records))

    main([str(tmp_path), "--index", "off"])

    text = capsys.readouterr().out
    assert "\x1b" not in text
    assert "\\x1b[2Jgone" in text
    assert "… and 32 more tags; --json tells of all" in text
    assert all(len(line) <= 80 for line in text.splitlines() if str(tmp_path) not in line)


def test_index_of_a_logdir_is_told_of(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    logdir, indexes = tmp_path / "runs", tmp_path / "indexes"
    write(logdir / "a" / "tfevents", b"".join(RECORDS))

    main([str(logdir), "--index", str(indexes)])
    before = capsys.readouterr().out
    store = open_store(Settings(logdir=logdir).logdir_key, str(indexes))
    store.start()
    for update in LogdirTail(logdir).iter_updates():
        store.append(update)
    store.close()
    main([str(logdir), "--index", str(indexes)])
    after = capsys.readouterr().out

    assert "No index yet; board --logdir will make it at" in before
    assert f"Index: {indexes}" in after
    assert "1 file, 10 points, 0 others" in after


def test_board_inspect_is_a_command_that_loads_no_web_server(tmp_path: Path) -> None:
    write_damaged(tmp_path)
    program = f"""
import sys
from dashboard.cli import main
status = main(["inspect", {str(tmp_path)!r}])
assert "dash" not in sys.modules and "fastapi" not in sys.modules
sys.exit(status)
"""

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)

    assert (done.returncode, done.stderr) == (0, "")
    assert "2 runs, 2 event files" in done.stdout
