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
