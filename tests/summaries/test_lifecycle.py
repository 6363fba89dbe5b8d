"""The status of a run: what is told, when, and by whom."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from summaries import SummaryWriter, load
from summaries.facts import Facts
from summaries.kinds import STATUS, Status
from summaries.lifecycle import Lifecycle, describe_end
from summaries.proto.event_pb2 import Event


class Records:
    """Takes records, and gives the statuses in them."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.now = 100.0

    def put(self, record: bytes) -> None:
        self.events.append(Event.FromString(record[12:-4]))

    def read_clock(self) -> float:
        return self.now

    @property
    def told(self) -> list[tuple[float, Status]]:
        values = [(event.wall_time, event.summary.value[0]) for event in self.events]
        return [(wall_time, STATUS.decode(value.SerializeToString())) for wall_time, value in values]


@pytest.fixture
def records() -> Records:
    return Records()


@pytest.fixture
def life(records: Records) -> Lifecycle:
    return Lifecycle(records.put, heartbeat_secs=3600.0, host="box", pid=7, clock=records.read_clock)


def read_facts(folder: Path) -> Facts:
    return load(folder).runs["."].facts


def test_life_begins_by_telling_that_the_run_is_running(life: Lifecycle, records: Records):
    assert records.told == [(100.0, Status("running", 100.0, "box", 7, 3600.0))]
    assert [event.step for event in records.events] == [0]
    assert records.events[0].summary.value[0].metadata.plugin_data.plugin_name == "status"


def test_heartbeat_is_the_same_record_at_a_later_time(life: Lifecycle, records: Records):
    records.now = 130.0
    life.beat()

    assert [wall_time for wall_time, _ in records.told] == [100.0, 130.0]
    assert records.told[0][1] == records.told[1][1]
    assert life.elapsed_secs == 30


def test_first_word_on_the_end_counts_and_nothing_comes_after_it(life: Lifecycle, records: Records):
    life.end("failed", "ValueError: x", "Traceback")
    life.end("finished")
    life.beat()

    assert [status.state for _, status in records.told] == ["running", "failed"]
    assert records.told[-1][1].reason == "ValueError: x"
    assert records.told[-1][1].traceback == "Traceback"


def test_what_is_to_be_called_at_the_end_is_called_once_and_before_it(life: Lifecycle, records: Records):
    seen: list[tuple[str, int]] = []
    life.call_at_end(lambda state: seen.append((state, len(records.events))))

    life.end("failed")
    life.end("finished")

    assert seen == [("failed", 1)]


def test_life_without_heartbeat_tells_nothing(records: Records):
    Lifecycle(records.put, heartbeat_secs=None).end("finished")

    assert records.events == []


@pytest.mark.parametrize(
    ("error", "state", "reason"),
    [
        (None, "finished", ""),
        (SystemExit(), "finished", ""),
        (SystemExit(0), "finished", ""),
        (SystemExit(3), "failed", "SystemExit: 3"),
        (GeneratorExit(), "finished", ""),
        (KeyboardInterrupt(), "interrupted", "KeyboardInterrupt"),
        (asyncio.CancelledError(), "interrupted", "asyncio.exceptions.CancelledError"),
        (ValueError("bad\nvalue"), "failed", "ValueError: bad\nvalue"),
    ],
)
def test_describe_end_tells_state_and_reason(error: BaseException | None, state: str, reason: str):
    assert describe_end(error)[:2] == (state, reason)


def test_block_that_ends_is_finished(tmp_path: Path):
    with SummaryWriter(tmp_path):
        pass

    facts = read_facts(tmp_path)
    assert facts.status is not None
    assert (facts.status.state, facts.status.pid, facts.status.heartbeat_secs) == ("finished", os.getpid(), 30.0)
    assert facts.status_time >= facts.status.start_time


def test_exception_that_leaves_the_block_is_told_with_its_traceback(tmp_path: Path):
    def train() -> None:
        with SummaryWriter(tmp_path):
            raise ValueError("loss is NaN")

    with pytest.raises(ValueError, match="NaN"):
        train()

    status = read_facts(tmp_path).status
    assert status is not None
    assert (status.state, status.reason) == ("failed", "ValueError: loss is NaN")
    assert 'raise ValueError("loss is NaN")' in status.traceback


def test_status_can_be_told_where_no_block_ends(tmp_path: Path):
    writer = SummaryWriter(tmp_path)
    writer.add_status("failed", error=RuntimeError("no memory"))
    writer.close()

    status = read_facts(tmp_path).status
    assert status is not None
    assert (status.state, status.reason) == ("failed", "RuntimeError: no memory")
    assert "RuntimeError: no memory" in status.traceback


def test_status_that_is_none_of_the_four_is_refused(tmp_path: Path):
    with SummaryWriter(tmp_path) as writer, pytest.raises(ValueError, match="state must be one of .*; got 'done'"):
        writer.add_status("done")


def test_writer_that_nobody_holds_is_finished(tmp_path: Path):
    writer = SummaryWriter(tmp_path)
    del writer

    status = read_facts(tmp_path).status
    assert status is not None
    assert status.state == "finished"


def run_program(code: str, folder: Path) -> subprocess.CompletedProcess[str]:
    code = "import os, signal, sys\nfrom summaries import SummaryWriter\nwriter = SummaryWriter(sys.argv[1])\n" + code
    return subprocess.run([sys.executable, "-c", code, folder], capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize(
    ("code", "state", "reason"),
    [
        ("", "finished", ""),
        ("sys.exit(1)", "finished", ""),
        ("1 / 0", "failed", "ZeroDivisionError: division by zero"),
        ("raise KeyboardInterrupt", "interrupted", "KeyboardInterrupt"),
        ("os.kill(os.getpid(), signal.SIGTERM)\nsignal.pause()", "interrupted", "SIGTERM"),
    ],
)
def test_end_of_a_program_that_closes_nothing_is_told(tmp_path: Path, code: str, state: str, reason: str):
    done = run_program(code, tmp_path)

    status = read_facts(tmp_path).status
    assert status is not None, done.stderr
    assert (status.state, status.reason) == (state, reason)


def test_program_ended_by_sigterm_ends_by_that_signal(tmp_path: Path):
    done = run_program("os.kill(os.getpid(), signal.SIGTERM)\nsignal.pause()", tmp_path)

    assert done.returncode == -signal.SIGTERM


def test_killed_program_is_running_as_far_as_it_told(tmp_path: Path):
    run_program("writer.flush(); os.kill(os.getpid(), signal.SIGKILL)", tmp_path)

    facts = read_facts(tmp_path)
    assert facts.status is not None
    assert facts.status.state_at(facts.status_time, facts.status_time) == "running"
    assert facts.status.state_at(facts.status_time + 91, facts.status_time) == "stalled"


def test_forked_child_does_not_end_its_parents_run(tmp_path: Path):
    code = """
writer.add_scalar("a", 1.0, 0)
if os.fork() == 0:
    writer.add_scalar("a", 1.0, 1)
    writer.close()
    os._exit(0)
os.wait()
writer.flush()
os.kill(os.getpid(), signal.SIGKILL)
"""
    run_program(code, tmp_path)

    run = load(tmp_path).runs["."]
    assert run.facts.status is not None
    assert run.facts.status.state == "running"
    assert sorted(run.scalars["a"].steps.tolist()) == [0, 1]


def test_heartbeats_go_on_while_nothing_is_logged(tmp_path: Path):
    with SummaryWriter(tmp_path, heartbeat_secs=0.001) as writer:
        while len(load(tmp_path).runs["."].blobs("status").get("__run__/status", ())) < 3:
            writer.flush()

    assert load(tmp_path).runs["."].blobs("status")["__run__/status"][-1].state == "finished"
