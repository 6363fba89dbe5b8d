"""The way from the caller to the disk: when it fails, when it is full, when it waits."""

from __future__ import annotations

import asyncio
import gc
import logging
import shutil
import sys
import threading
import time
import tracemalloc
from pathlib import Path

import pytest

from summaries import SummaryWriter, load
from summaries.background import Outbox
from summaries.deferred import Deferred
from summaries.event_file import EventFile, FirstValues
from summaries.events import encode_event, summary_field
from summaries.outage import Outage

NEVER_SECS = 1000.0
SOON_SECS = 0.01
PATIENCE_SECS = 20.0


def record(tag: str, step: int) -> bytes:
    return encode_event(0.0, step, summary_field([(tag, float(step))]))


def deferred(tag: str, step: int, **fields) -> Deferred:
    return Deferred((tag,), step, 10, fields.pop("encode", lambda: record(tag, step)), **fields)


def make_outbox(folder: Path, **fields) -> Outbox:
    return Outbox(EventFile(folder, "", FirstValues()), **{"drain_secs": NEVER_SECS, **fields})


def steps_of(folder: Path) -> dict[str, list[int]]:
    return {tag: series.steps.tolist() for tag, series in load(folder).runs["."].scalars.items()}


def test_the_thread_writes_without_being_asked(tmp_path: Path):
    outbox = make_outbox(tmp_path, drain_secs=SOON_SECS)
    is_encoded = threading.Event()

    def encode() -> bytes:
        is_encoded.set()
        return b""

    outbox.put(record("a", 1))
    outbox.put_deferred(deferred("b", 2, encode=encode))

    assert is_encoded.wait(PATIENCE_SECS)
    assert steps_of(tmp_path) == {"a": [1]}
    outbox.close()


def test_start_drain_has_the_thread_write_and_does_not_wait_for_it(tmp_path: Path):
    outbox = make_outbox(tmp_path)
    may_encode, is_encoded = threading.Event(), threading.Event()

    def encode() -> bytes:
        assert may_encode.wait(PATIENCE_SECS)
        is_encoded.set()
        return b""

    outbox.put(record("a", 1))
    outbox.put_deferred(deferred("b", 2, encode=encode))
    outbox.start_drain()
    may_encode.set()

    assert is_encoded.wait(PATIENCE_SECS)
    assert steps_of(tmp_path) == {"a": [1]}
    outbox.close()


def test_a_full_buffer_has_the_caller_write(tmp_path: Path):
    outbox = make_outbox(tmp_path, buffer_bytes=100)

    for step in range(4):
        outbox.put(record("a", step))
    written = steps_of(tmp_path)
    outbox.put_deferred(Deferred(("b",), 7, 200, lambda: record("b", 7)))

    assert written == {"a": [0, 1, 2, 3]}
    assert steps_of(tmp_path) == {"a": [0, 1, 2, 3], "b": [7]}
    outbox.close()


def test_values_of_a_tag_wait_behind_those_still_being_computed_and_others_do_not(tmp_path: Path):
    outbox = make_outbox(tmp_path)
    is_there = False
    outbox.put_deferred(deferred("a", 1, is_ready=lambda: is_there))
    outbox.put_deferred(deferred("a", 2))
    outbox.put_deferred(deferred("b", 3))
    outbox.put(record("c", 4))

    outbox.drain(is_waiting=False)
    before = steps_of(tmp_path)
    queued = dict(outbox.queued_tags)
    is_there = True
    outbox.drain(is_waiting=False)

    assert before == {"c": [4], "b": [3]}
    assert queued == {"a": 2}
    assert steps_of(tmp_path) == {"c": [4], "b": [3], "a": [1, 2]}
    assert outbox.queued_tags == {}
    outbox.close()


def test_flush_waits_for_values_that_are_still_being_computed(tmp_path: Path):
    outbox = make_outbox(tmp_path)
    outbox.put_deferred(deferred("a", 1, is_ready=lambda: False))

    outbox.flush()

    assert steps_of(tmp_path) == {"a": [1]}
    outbox.close()


def fail() -> bytes:
    raise RuntimeError("the device is on fire")


def test_what_fails_in_the_background_is_raised_by_the_next_call_which_still_takes_its_value(tmp_path: Path):
    outbox = make_outbox(tmp_path)
    outbox.put_deferred(deferred("a", 5, encode=fail))
    outbox.drain()

    with pytest.raises(
        ValueError, match="Could not encode the value of 'a' at step 5: the device is on fire"
    ) as caught:
        outbox.put(record("b", 1))
    outbox.put(record("b", 2))
    outbox.close()

    assert isinstance(caught.value.__cause__, RuntimeError)
    assert steps_of(tmp_path) == {"b": [1, 2]}


def test_what_fails_in_the_background_is_raised_by_close(tmp_path: Path):
    outbox = make_outbox(tmp_path)
    outbox.put(record("b", 1))
    outbox.put_deferred(deferred("a", 5, encode=fail))

    with pytest.raises(ValueError, match="at step 5"):
        outbox.close()

    assert steps_of(tmp_path) == {"b": [1]}


def test_a_drain_inside_a_drain_does_nothing(tmp_path: Path):
    outbox = make_outbox(tmp_path)

    def encode() -> bytes:  # as a signal handler would that logs and flushes
        outbox.put(record("b", 2))
        outbox.flush()
        return record("a", 1)

    outbox.put_deferred(deferred("a", 1, encode=encode))
    outbox.flush()
    outbox.close()

    assert steps_of(tmp_path) == {"a": [1], "b": [2]}


def test_a_removed_folder_is_made_again_with_what_is_logged_from_then_on(tmp_path: Path):
    folder = tmp_path / "run"
    writer = SummaryWriter(folder, heartbeat_secs=None)
    writer.add_text("t", "lost", 1)
    writer.add_scalar("s", 0.5, 1, new_style=True)
    writer.flush()

    shutil.rmtree(folder)
    writer.add_text("t", "kept", 2)
    writer.add_scalar("s", 0.25, 2, new_style=True)
    writer.close()

    run = load(folder).runs["."]
    assert [(tag.name, tag.kind) for tag in run.tags] == [("t", "text"), ("s", "scalars")]
    assert run.texts["t"][:] == ["kept"]
    assert run.scalars["s"].values.tolist() == [0.25]


def test_a_folder_that_cannot_be_made_again_warns_once_and_close_counts_what_was_lost(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    folder = tmp_path / "run"
    outbox = make_outbox(folder)
    path = next(folder.iterdir())
    shutil.rmtree(folder)
    folder.write_text("in the way")

    with caplog.at_level(logging.WARNING):
        for step in range(3):
            outbox.put(record("a", step))
            outbox.put(record("b", step))
            outbox.flush()
    outbox.put_deferred(deferred("c", 4))
    with pytest.raises(
        OSError, match=r"Could not write 7 values of 3 tags to .*: they are lost \('a': 3, 'b': 3, 'c': 1\)"
    ):
        outbox.close()

    warnings = [entry.getMessage() for entry in caplog.records]
    assert len(warnings) == 1
    assert warnings[0].startswith(f"Could not write {path}: ")
    assert warnings[0].endswith("Continuing with the values in memory.")


@pytest.mark.parametrize("method", ["put", "put_aside"])
def test_what_no_longer_fits_in_memory_is_counted_and_the_oldest_values_are_kept(tmp_path: Path, method: str):
    folder = tmp_path / "run"
    outbox = make_outbox(folder, buffer_bytes=100)
    shutil.rmtree(folder)
    folder.write_text("in the way")
    for step in range(8):
        getattr(outbox, method)(record("a", step))
        outbox.drain()

    folder.unlink()
    with pytest.raises(OSError, match=r"Could not write \d values of 1 tags") as caught:
        outbox.close()

    kept = steps_of(folder)["a"]
    assert kept == list(range(len(kept)))
    assert f"('a': {8 - len(kept)})" in str(caught.value)
    assert 2 <= len(kept) < 8


def test_a_writer_that_nobody_holds_any_more_writes_what_it_has(tmp_path: Path):
    writer = SummaryWriter(tmp_path)
    writer.add_scalar("a", 1.0, 3)
    num_threads = threading.active_count()

    del writer
    gc.collect()

    assert steps_of(tmp_path) == {"a": [3]}
    assert threading.active_count() == num_threads - 1


def test_all_that_failed_in_the_background_is_named_by_the_next_call(tmp_path: Path):
    outbox = make_outbox(tmp_path)
    for step in range(25):
        outbox.put_deferred(deferred("a", step, encode=fail))
    outbox.drain()

    with pytest.raises(ValueError, match="'a' at step 0") as caught:
        outbox.flush()
    outbox.close()

    assert len(caught.value.__notes__) == 20
    assert caught.value.__notes__[0] == "Could not encode the value of 'a' at step 1: the device is on fire"
    assert caught.value.__notes__[-1] == "5 more failed."


def test_tasks_of_asyncio_log_without_waiting(tmp_path: Path):
    async def work(writer: SummaryWriter, tag: str) -> None:
        for step in range(100):
            writer.add_scalar(tag, 1.0, step)
            await asyncio.sleep(0)

    async def work_all() -> None:
        with SummaryWriter(tmp_path) as writer:
            await asyncio.gather(*(work(writer, f"task/{number}") for number in range(20)))

    asyncio.run(work_all())

    assert steps_of(tmp_path) == {f"task/{number}": list(range(100)) for number in range(20)}


def test_threads_that_share_a_writer_keep_the_order_of_their_tags(tmp_path: Path):
    with SummaryWriter(tmp_path) as writer:

        def work(tag: str) -> None:
            for step in range(500):
                if step % 50 == 0:
                    writer.add_histogram(f"{tag}/histogram", [1.0, 2.0], step)
                writer.add_scalar(tag, 1.0, step)
                writer.add_scalar(tag, 1.0, step, new_style=True)

        threads = [threading.Thread(target=work, args=(str(number),)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    expected = [step for step in range(500) for _ in range(2)]
    assert steps_of(tmp_path) == {str(number): expected for number in range(8)}
    assert len(load(tmp_path).runs["."].histograms) == 8


def test_a_retry_waits_longer_each_time_and_the_same_cause_is_told_again_after_a_calm(
    caplog: pytest.LogCaptureFixture,
):
    now = 0.0
    outage = Outage(clock=lambda: now)
    waits = []
    for _ in range(10):
        outage.begin("file", OSError(28, "No space left on device"))
        start = now
        while outage.is_waiting():
            now += 0.25
        waits.append(now - start)
    outage.begin("file", OSError(5, "Input/output error"))
    outage.end()
    is_waiting = outage.is_waiting()
    now += 1000
    outage.begin("file", OSError(28, "No space left on device"))

    assert waits == [0.25, 0.5, 1, 2, 4, 8, 16, 30, 30, 30]
    assert not is_waiting
    assert [entry.getMessage().partition("]")[0][-2:] for entry in caplog.records] == ["28", " 5", "28"]


def test_callers_that_fill_the_buffer_while_another_waits_lose_nothing(tmp_path: Path):
    outbox = make_outbox(tmp_path, buffer_bytes=20_000)
    one = record("a", 1)

    def work() -> None:
        for _ in range(20_000):
            outbox.put(one)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    outbox.close()

    assert len(steps_of(tmp_path)["a"]) == 80_000


def test_files_that_can_never_be_written_do_not_hold_up_a_full_buffer(tmp_path: Path):
    outbox = make_outbox(tmp_path, buffer_bytes=100)

    def encode() -> bytes:
        raise NotADirectoryError("in the way")

    outbox.put_deferred(Deferred(("embedding",), 1, 1_000, encode))
    outbox.put(record("a", 1))

    with pytest.raises(OSError, match=r"Could not write 1 values of 1 tags .*\('embedding': 1\)"):
        outbox.close()
    assert steps_of(tmp_path) == {"a": [1]}


def test_a_value_that_cannot_tell_whether_it_is_there_takes_no_other_with_it(tmp_path: Path):
    outbox = make_outbox(tmp_path)
    outbox.put_deferred(deferred("a", 1))
    outbox.put_deferred(deferred("b", 2, encode=fail, is_ready=fail))
    outbox.put_deferred(deferred("c", 3))

    outbox.drain(is_waiting=False)

    with pytest.raises(ValueError, match="Could not encode the value of 'b' at step 2: the device is on fire"):
        outbox.close()
    assert steps_of(tmp_path) == {"a": [1], "c": [3]}


def test_after_values_were_given_up_each_tag_tells_its_metadata_again(tmp_path: Path):
    firsts, folder = FirstValues(), tmp_path / "run"
    outbox = Outbox(EventFile(folder, "", firsts), drain_secs=NEVER_SECS, buffer_bytes=100)
    shutil.rmtree(folder)
    folder.write_text("in the way")
    firsts.find_metadata("a", b"metadata")

    for step in range(8):
        outbox.put(record("a", step))

    assert firsts.find_metadata("a", b"metadata") == b"metadata"
    with pytest.raises(OSError, match="they are lost"):
        outbox.close()


def test_memory_of_values_that_wait_for_a_disk_is_bounded_whatever_their_size(tmp_path: Path):
    folder = tmp_path / "run"
    writer = SummaryWriter(folder, heartbeat_secs=None)
    writer.flush()
    shutil.rmtree(folder)
    folder.write_text("in the way")
    writer.add_scalar("a", 1.0, 0)
    writer.flush()
    tracemalloc.start()

    for step in range(70_000):
        writer.add_histogram("h", [1.0], step)

    num_bytes, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert num_bytes < 128 << 20
    with pytest.raises(OSError, match="they are lost"):
        writer.close()


def test_flush_after_close_does_nothing_at_once(tmp_path: Path):
    writer = SummaryWriter(tmp_path)
    writer.add_scalar("a", 1.0, 1)
    writer.close()

    def measure() -> float:
        start = time.monotonic()
        writer.flush()
        return time.monotonic() - start

    assert min(measure() for _ in range(5)) < 0.5
    assert steps_of(tmp_path) == {"a": [1]}


def test_threads_that_begin_a_tag_at_once_have_its_metadata_first(tmp_path: Path):
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        for trial in range(40):
            with SummaryWriter(tmp_path / str(trial), heartbeat_secs=None) as writer:
                is_ready = threading.Barrier(4)

                def work(step: int, writer: SummaryWriter = writer, is_ready: threading.Barrier = is_ready) -> None:
                    is_ready.wait()
                    writer.add_text("note", "hello", step)

                threads = [threading.Thread(target=work, args=(step,)) for step in range(4)]
                for thread in threads:
                    thread.start()
                for thread in threads:
                    thread.join()
    finally:
        sys.setswitchinterval(interval)

    assert [len(run.texts["note"]) for run in load(tmp_path).runs.values()] == [4] * 40
