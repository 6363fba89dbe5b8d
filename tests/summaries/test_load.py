"""A whole logdir at once, and what its parts look like."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from summaries import SummaryWriter, load
from summaries.proto.event_pb2 import Event
from summaries.proto.summary_pb2 import Summary, SummaryMetadata
from summaries.proto.tensor_pb2 import TensorProto
from summaries.records import frame


def test_load_gives_the_runs_by_name(tmp_path: Path):
    for name in ["b", "a/deep", "."]:
        with SummaryWriter(tmp_path / name) as writer:
            writer.add_scalar("x", 1.0, 1)

    log = load(tmp_path)

    assert list(log.runs) == [".", "a/deep", "b"]
    assert log.runs["a/deep"].name == "a/deep"
    assert [logdir.path for logdir in log.logdirs] == [str(tmp_path)]


def test_load_gives_each_kind_by_tag(tmp_path: Path):
    with SummaryWriter(tmp_path) as writer:
        writer.add_scalar("s", 1.0, 1)
        writer.add_histogram("h", np.ones(3), 1)
        writer.add_text("t", "one", 1)
        writer.add_text("t", "two", 2)

    run = load(tmp_path).runs["."]

    assert (list(run.scalars), list(run.histograms), list(run.texts), list(run.graphs)) == (["s"], ["h"], ["t"], [])
    assert run.texts["t"][-1] == "two"
    assert run.texts["t"][0:2] == ["one", "two"]
    assert run.texts["t"].places.steps.tolist() == [1, 2]
    assert repr(run.scalars) == "<1 tags: s>"
    with pytest.raises(KeyError):
        run.scalars["h"]
    with pytest.raises(IndexError):
        run.texts["t"][2]


def test_load_gives_bytes_of_a_kind_without_decoder(tmp_path: Path):
    metadata = SummaryMetadata(plugin_data=SummaryMetadata.PluginData(plugin_name="movies"))
    value = Summary.Value(tag="i", metadata=metadata, tensor=TensorProto(dtype="DT_FLOAT"))
    (tmp_path / "x.tfevents").write_bytes(frame(Event(summary=Summary(value=[value])).SerializeToString()))

    movies = load(tmp_path).runs["."].blobs("movies")

    assert movies["i"][0] == value.SerializeToString()


def test_load_counts_what_it_could_not_read(tmp_path: Path):
    with SummaryWriter(tmp_path / "good") as writer:
        writer.add_scalar("x", 1.0, 1)
    (path,) = (tmp_path / "good").iterdir()
    path.write_bytes(path.read_bytes()[:-3])
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "notes-on-tfevents.txt").write_text("not an event file")

    runs = load(tmp_path).runs

    assert runs["good"].health[0].problems[0].reason == "the file ends inside a record"
    assert (runs["bad"].tags, len(runs["bad"].health[0].problems)) == ((), 1)


def test_load_of_a_logdir_that_does_not_exist_says_what_to_pass(tmp_path: Path):
    with pytest.raises(
        FileNotFoundError, match=r"log directory '.*none' does not exist\. Pass load the folder given to"
    ):
        load(tmp_path / "none")
    (tmp_path / "file").touch()
    with pytest.raises(FileNotFoundError, match=r"log directory '.*file' is no folder\. Pass load"):
        load(tmp_path / "file")


def test_load_reads_only_the_runs_and_tags_that_are_asked_for(tmp_path: Path):
    for name in ["train/1", "train/2", "val"]:
        with SummaryWriter(tmp_path / name) as writer:
            writer.add_scalars_at(0, {"loss": 1.0, "layer/a": 1.0, "layer/b/c": 1.0})

    by_pattern = load(tmp_path, runs="train*", tags=["layer/*", "none"])
    by_name = load(tmp_path, runs=["val", "train/2"])

    assert {name: list(run.scalars) for name, run in by_pattern.runs.items()} == {
        "train/1": ["layer/a", "layer/b/c"],
        "train/2": ["layer/a", "layer/b/c"],
    }
    assert list(by_name.runs) == ["train/2", "val"]
    assert load(tmp_path, runs="none").runs == {}


def test_run_that_is_asked_for_comes_with_what_is_folded_into_it(tmp_path: Path):
    with SummaryWriter(tmp_path / "x", compat=True, heartbeat_secs=None) as writer:
        writer.add_scalars("loss", {"a": 1.0}, 0)

    assert list(load(tmp_path, runs="x").runs["x"].scalars) == ["loss/a"]
    assert load(tmp_path, runs="x/loss_a").runs == {}


def test_load_of_several_logdirs_names_their_runs_apart(tmp_path: Path):
    for name in ["one/a", "two/a", "three/2024-01/a", "three/2025-01/a"]:
        with SummaryWriter(tmp_path / name) as writer:
            writer.add_scalar("x", 1.0, 1)

    log = load([tmp_path / "one", f"second={tmp_path}/two", f"{tmp_path}/three/2024-*"])

    assert list(log.runs) == ["one/a", "second/a", "three/2024-01/a"]


def test_what_may_not_be_read_is_said_and_the_rest_is_read(unprivileged: Path):
    for name in ["a", "b", "closed"]:
        with SummaryWriter(unprivileged / name) as writer:
            writer.add_scalar("x", 1.0, 1)
    (path,) = (unprivileged / "b").iterdir()
    path.chmod(0)
    (unprivileged / "closed").chmod(0)

    log = load(unprivileged)

    assert list(log.runs) == ["a", "b"]
    assert log.runs["b"].health[0].problems[0].reason == "could not be read: Permission denied"
    assert [(problem.path.name, problem.reason) for problem in log.problems] == [("closed", "Permission denied")]


def test_run_that_began_again_in_another_file_keeps_what_was_given_up(tmp_path: Path):
    for purge_step, steps in [(None, [0, 1, 2, 3]), (2, [2, 3])]:
        with SummaryWriter(tmp_path, purge_step=purge_step) as writer:
            for step in steps:
                writer.add_scalar("x", step, step)
                writer.add_text("t", str(step), step)

    run = load(tmp_path).runs["."]

    assert run.scalars["x"].steps.tolist() == [0, 1, 2, 3, 2, 3]
    assert run.scalars["x"].is_current.tolist() == [True, True, False, False, True, True]
    assert run.scalars["x"].current().steps.tolist() == [0, 1, 2, 3]
    assert run.texts["t"].places.is_superseded.tolist() == [False, False, True, True, False, False]
