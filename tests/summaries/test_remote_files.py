"""Event files in object stores: in memory, and on a real S3 server."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import fsspec
import numpy as np
import pytest

from summaries import LogdirTail, SummaryWriter, load
from summaries.remote_files import RemoteSource, RemoteWalker, is_remote_path, to_address, to_path

NEVER_SECS = 1000.0
STORES = ["memory", pytest.param("bucket", marks=pytest.mark.peers)]


@pytest.fixture(params=STORES)
def store(request: pytest.FixtureRequest) -> str:
    """The address of an empty folder in each kind of store."""
    url: str = request.getfixturevalue(request.param)
    return url


def open_writer(url: str, **options: Any) -> SummaryWriter:
    return SummaryWriter(url, flush_secs=NEVER_SECS, heartbeat_secs=None, **options)


def put(address: str, data: bytes) -> None:
    system, path = fsspec.core.url_to_fs(address, use_listings_cache=False)
    system.pipe_file(path, data)


def poll(tail: LogdirTail) -> list[tuple[str, list[int], bool]]:
    tail.walk_soon()
    return [
        (update.run, update.batch.steps.tolist(), update.is_replaced)
        for update in tail.poll()
        if len(update.batch.steps) or update.is_replaced
    ]


@pytest.mark.parametrize(
    "address", ["s3://bucket/runs/a b/x.tfevents", "memory://x.tfevents", "gs://b/%20é/x.tfevents"]
)
def test_path_of_an_address_gives_it_back(address: str):
    path = to_path(address)

    assert is_remote_path(path)
    assert to_address(path) == to_address(Path(str(path))) == address
    assert not is_remote_path(Path("/s3:/bucket/x"))
    assert not is_remote_path(Path("runs/s3:/x"))


def test_segments_of_a_writer_are_read_as_one_run(store: str):
    with open_writer(f"{store}/a") as writer:
        for step in range(3):
            writer.add_scalar("loss", 10.0 * step, step)
            writer.add_histogram("weights", np.ones(step + 1), step)
            writer.add_text("note", f"step {step}", step)
            writer.flush()
    with open_writer(f"{store}/deep/b") as writer:
        writer.add_scalar("loss", 1.0, 0)

    runs = load(store).runs

    assert list(runs) == ["a", "deep/b"]
    loss = runs["a"].scalars["loss"]
    assert (loss.steps.tolist(), loss.values.tolist()) == ([0, 1, 2], [0.0, 10.0, 20.0])
    assert loss.superseded.tolist() == [False]
    assert [histogram.num for histogram in runs["a"].histograms["weights"]] == [1, 2, 3]
    assert list(runs["a"].texts["note"]) == ["step 0", "step 1", "step 2"]
    assert list(load(f"{store}/d*").runs) == ["deep/b"]
    assert list(load(["here=" + store, store]).runs) == ["here/a", "here/deep/b"]


def test_steps_that_go_back_from_one_segment_to_the_next_are_no_restart(memory: str, tmp_path: Path):
    for folder in (f"{memory}/a", tmp_path):
        with open_writer(str(folder)) as writer:
            for step in (5, 3, 7):
                writer.add_scalar("loss", 1.0, step)
                writer.add_text("note", "word", step)
                writer.flush()

    remote, local = load(memory).runs["a"], load(tmp_path).runs["."]

    assert remote.scalars["loss"].steps.tolist() == local.scalars["loss"].steps.tolist() == [5, 3, 7]
    assert remote.scalars["loss"].superseded.tolist() == local.scalars["loss"].superseded.tolist() == [False]
    assert not remote.texts["note"].places.is_superseded.any()


def test_tail_of_a_store_brings_each_new_segment_once(store: str):
    tail = LogdirTail(store)

    with open_writer(f"{store}/a") as writer:
        before = poll(tail)
        writer.add_scalar("loss", 1.0, 0)
        writer.flush()
        first = poll(tail)
        nothing = poll(tail)
        writer.add_scalar("loss", 2.0, 1)
        writer.flush()
        second = poll(tail)

    assert (before, first, nothing, second) == ([], [("a", [0], False)], [], [("a", [1], False)])


def test_object_that_was_replaced_is_read_again_and_one_removed_is_forgotten(store: str, tmp_path: Path):
    blobs = []
    for number, steps in enumerate([[0, 1], [5]]):
        with SummaryWriter(tmp_path / str(number), heartbeat_secs=None) as writer:
            for step in steps:
                writer.add_scalar("loss", 1.0, step)
        blobs.append(next((tmp_path / str(number)).iterdir()).read_bytes())
    address = f"{store}/a/events.out.tfevents.1"
    tail = LogdirTail(store)

    put(address, blobs[0])
    first = poll(tail)
    put(address, blobs[1])
    second = poll(tail)
    system, path = fsspec.core.url_to_fs(address, use_listings_cache=False)
    system.rm_file(path)
    third = poll(tail)

    assert (first, second, third) == ([("a", [0, 1], False)], [("a", [5], True)], [("a", [], True)])


def test_later_tail_of_a_store_reads_what_is_newer(store: str):
    with open_writer(f"{store}/a") as writer:
        writer.add_scalar("loss", 1.0, 0)
    before = LogdirTail(store)
    states = {update.path: update.state for update in before.poll()}

    with open_writer(f"{store}/b") as writer:
        writer.add_scalar("loss", 2.0, 1)

    assert poll(LogdirTail(store, states=states)) == [("b", [1], False)]


def test_source_reads_by_ranges(store: str):
    data = bytes(range(256)) * 2048
    put(f"{store}/x.tfevents", data)

    with RemoteSource(to_path(f"{store}/x.tfevents")) as source:
        assert source.size == len(data)
        assert source.read(0, 64) == data[:64]
        assert source.read(10, 300_000) == data[10:300_010]
        assert source.read(len(data) - 5, 100) == data[-5:]
        assert source.read(len(data), 10) == b""


def test_load_of_what_a_store_does_not_hold_raises(store: str):
    put(f"{store}/here/notes.txt", b"no event file")

    assert load(f"{store}/here").runs == {}
    with pytest.raises(FileNotFoundError, match=f"log directory '{store}/missing' does not exist"):
        load(f"{store}/missing")


def test_store_that_cannot_be_asked_is_a_problem_and_forgets_nothing(memory: str):
    put(f"{memory}/a/x.tfevents", b"")
    walker = RemoteWalker(LogdirTail([memory, "nosuchstore://bucket/others"]).logdirs)

    walk = walker.look()

    assert [run for run, _ in walk.files] == ["runs/a"]
    (problem,) = walk.problems
    assert "must be the address of a known store (Protocol not known: nosuchstore)" in problem.reason


def test_load_of_a_store_that_cannot_be_asked_raises():
    with pytest.raises(OSError, match=r"could not read 'nosuchstore://bucket/runs' \(logdir .* must be the address"):
        load("nosuchstore://bucket/runs")


def test_missing_library_of_a_store_is_an_error_that_names_the_extra(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "gcsfs", None)

    with pytest.raises(ImportError, match=r"logdir 'gs://bucket/runs' needs a library .* 'trainboard\[remote\]'"):
        load("gs://bucket/runs")
