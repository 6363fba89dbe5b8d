"""Runs in object stores: in memory, and in a real S3 server."""

from __future__ import annotations

import logging
import subprocess
import sys
from pathlib import Path

import fsspec
import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from summaries import SummaryWriter, load
from summaries.folders import open_folder
from summaries.projector import read_config

ROOT = Path(__file__).parents[2]
NEVER_SECS = 1000.0
STORES = ["memory", pytest.param("bucket", marks=pytest.mark.peers)]


def fetch(url: str, folder: Path) -> list[str]:
    """Brings a run into `folder`; the names of its files."""
    system, path = fsspec.core.url_to_fs(url, skip_instance_cache=not url.startswith("memory"))
    system.get(path.rstrip("/") + "/", f"{folder}/", recursive=True)
    return sorted(file.name for file in folder.iterdir())


def scalars_of(folder: Path) -> dict[str, list[int]]:
    """Steps by tag, as TensorBoard reads them."""
    accumulator = EventAccumulator(str(folder), size_guidance={"scalars": 0, "tensors": 0})
    accumulator.Reload()
    tags = accumulator.Tags()
    found = {tag: [event.step for event in accumulator.Scalars(tag)] for tag in tags["scalars"]}
    return found | {tag: [event.step for event in accumulator.Tensors(tag)] for tag in tags["tensors"]}


def log_three_segments(url: str) -> None:
    writer = SummaryWriter(url, flush_secs=NEVER_SECS, heartbeat_secs=None)
    for segment in range(3):
        for step in range(100 * segment, 100 * segment + 100):
            writer.add_scalar("a", float(step), step)
        writer.add_text("t", "text", segment)
        writer.add_scalar("b", 0.5, segment, new_style=True)
        writer.flush()
    writer.close()


@pytest.mark.parametrize("store", STORES)
def test_a_run_in_an_object_store_is_a_row_of_event_files(tmp_path: Path, store: str, request: pytest.FixtureRequest):
    url = request.getfixturevalue(store)

    log_three_segments(f"{url}/one")

    names = fetch(f"{url}/one", tmp_path)
    assert [name.rpartition(".")[2] for name in names] == ["000000", "000001", "000002", "000003"]
    assert all(name.startswith("events.out.tfevents.") for name in names)
    assert scalars_of(tmp_path) == {"a": list(range(300)), "t": [0, 1, 2], "b": [0, 1, 2]}
    run = load(tmp_path).runs["."]
    assert {tag.name: tag.kind for tag in run.tags} == {"a": "scalars", "t": "text", "b": "scalars"}
    assert run.scalars["a"].steps.tolist() == list(range(300))


def test_the_heartbeat_is_no_faster_than_the_segments_that_carry_it(tmp_path: Path, memory: str):
    SummaryWriter(f"{memory}/one", flush_secs=NEVER_SECS, heartbeat_secs=30).close()

    fetch(f"{memory}/one", tmp_path)
    assert load(tmp_path).runs["."].facts.status.heartbeat_secs == NEVER_SECS


@pytest.mark.parametrize("number", range(4))
def test_each_segment_alone_is_an_event_file(tmp_path: Path, memory: str, number: int):
    log_three_segments(f"{memory}/one")

    path = tmp_path / fetch(f"{memory}/one", tmp_path)[number]

    accumulator = EventAccumulator(str(path))
    accumulator.Reload()
    expected = [] if number == 0 else ["b", "t"]
    assert sorted(accumulator.Tags()["tensors"]) == expected
    assert accumulator.Tags()["scalars"] == ([] if number == 0 else ["a"])


@pytest.mark.peers
def test_two_writers_of_one_second_take_names_of_their_own(tmp_path: Path, bucket: str):
    first, second = (SummaryWriter(bucket, heartbeat_secs=None) for _ in range(2))
    with first, second:
        first.add_scalar("first", 1.0, 1)
        second.add_scalar("second", 1.0, 1)

    assert len(fetch(bucket, tmp_path)) == 4
    assert scalars_of(tmp_path) == {"first": [1], "second": [1]}


@pytest.mark.peers
def test_a_process_that_ends_without_close_has_written_to_the_store(tmp_path: Path, bucket: str):
    code = """
import sys
from summaries import SummaryWriter
writer = SummaryWriter(sys.argv[1])
for step in range(50):
    writer.add_scalar("a", 1.0, step)
"""
    command = [sys.executable, "-W", "ignore", "-c", code, bucket]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)

    fetch(bucket, tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert scalars_of(tmp_path)["a"] == list(range(50))
    assert load(tmp_path).runs["."].facts.status.state == "finished"


@pytest.mark.peers
def test_a_forked_child_writes_segments_of_its_own(tmp_path: Path, bucket: str):
    code = """
import os, sys
from summaries import SummaryWriter
writer = SummaryWriter(sys.argv[1], heartbeat_secs=None)
writer.add_scalar("parent", 1.0, 1)
child = os.fork()
writer.add_scalar("child" if child == 0 else "parent", 1.0, 2)
writer.close()
if child == 0:
    os._exit(0)
assert os.waitpid(child, 0)[1] == 0
"""
    command = [sys.executable, "-W", "ignore", "-c", code, bucket]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)

    fetch(bucket, tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert scalars_of(tmp_path) == {"parent": [1, 2], "child": [2]}


@pytest.mark.peers
def test_a_store_that_is_away_for_a_while_loses_and_doubles_nothing(
    tmp_path: Path, bucket: str, caplog: pytest.LogCaptureFixture
):
    system = fsspec.filesystem("s3", skip_instance_cache=True)
    writer = SummaryWriter(f"{bucket}/one", flush_secs=NEVER_SECS, heartbeat_secs=None)
    with caplog.at_level(logging.WARNING, logger="summaries"):
        writer.add_scalar("a", 1.0, 0)
        writer.flush()
        system.get(f"{bucket}/one/", f"{tmp_path}/", recursive=True)
        system.rm("bucket", recursive=True)
        for step in range(1, 4):
            writer.add_scalar("a", 1.0, step)
            writer.flush()
        system.mkdir("bucket")
        writer.add_scalar("a", 1.0, 4)
        writer.close()

    fetch(f"{bucket}/one", tmp_path)
    assert scalars_of(tmp_path) == {"a": [0, 1, 2, 3, 4]}
    (warning,) = (entry.getMessage() for entry in caplog.records if entry.name.startswith("summaries"))
    assert warning.endswith("Continuing with the values in memory.")


@pytest.mark.peers
def test_a_store_that_stays_away_has_close_count_what_was_lost(bucket: str):
    system = fsspec.filesystem("s3", skip_instance_cache=True)
    writer = SummaryWriter(f"{bucket}/one", flush_secs=NEVER_SECS, heartbeat_secs=None)
    system.rm("bucket", recursive=True)
    writer.add_scalars_at(1, {"a": 1.0, "b": 2.0})

    with pytest.raises(OSError, match=r"Could not write 2 values of 2 tags to s3://bucket/runs/one/.*000001"):
        writer.close()


@pytest.mark.peers
def test_an_embedding_waits_for_its_store_too(bucket: str):
    system = fsspec.filesystem("s3", skip_instance_cache=True)
    writer = SummaryWriter(f"{bucket}/one", flush_secs=NEVER_SECS, heartbeat_secs=None)
    system.rm("bucket", recursive=True)
    writer.add_embedding([[0.5, 1.0]])
    writer.flush()
    system.mkdir("bucket")
    writer.close()

    assert open_folder(f"{bucket}/one").find("00000/default/tensors.tsv") == b"0.5\t1.0\n"


@pytest.mark.peers
def test_a_bucket_that_does_not_exist_is_refused_at_once(bucket: str):
    with pytest.raises(OSError, match=r"log_dir must be an address that can be written to; got 's3://none-such/run'"):
        SummaryWriter("s3://none-such/run")


def test_an_unknown_kind_of_address_is_refused():
    with pytest.raises(OSError, match=r"^log_dir must be .*no file system is known for 'carrier-pigeon'"):
        SummaryWriter("carrier-pigeon://loft/run")


def test_a_missing_library_is_named_with_the_extra(tmp_path: Path):
    code = """
import sys
sys.modules["fsspec"] = None
from summaries import SummaryWriter
try:
    SummaryWriter("s3://bucket/run")
except ImportError as error:
    print(error)
"""
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)

    assert "pip install 'trainboard[remote]'" in done.stdout


def test_a_local_logdir_loads_nothing_of_remote_ones(tmp_path: Path):
    code = """
import sys
from summaries import SummaryWriter
SummaryWriter(sys.argv[1]).close()
print("summaries.remote" in sys.modules, "fsspec" in sys.modules, "asyncio" in sys.modules)
"""
    command = [sys.executable, "-c", code, str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)

    assert done.stdout.split() == ["False", "False", "False"]


@pytest.mark.parametrize("store", STORES)
def test_embeddings_lie_beside_the_segments(request: pytest.FixtureRequest, store: str):
    url = request.getfixturevalue(store)
    for step in (1, 2):
        with SummaryWriter(f"{url}/one") as writer:
            writer.add_embedding([[0.5, 1.0]], ["label"], global_step=step)

    folder = open_folder(f"{url}/one")
    assert folder.find("00002/default/tensors.tsv") == b"0.5\t1.0\n"
    assert folder.find("00002/default/metadata.tsv") == b"label\n"
    assert [info.tensor_name for info in read_config(folder).embeddings] == ["default:00001", "default:00002"]
