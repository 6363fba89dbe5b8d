"""What holds for every member of `LogStore`, whatever lies in memory and whatever in an index."""

from __future__ import annotations

import math
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dashboard.store.protocol import LogStore
from summaries import SummaryWriter, load
from summaries.proto.event_pb2 import Event, SessionLog
from summaries.proto.summary_pb2 import HistogramProto, Summary
from summaries.records import frame

WriteRun = Callable[..., Path]
LIVING = pytest.mark.parametrize("follower", ["memory", "sqlite not written yet", "sqlite written"], indirect=True)


def test_store_tells_runs_tags_and_series(write_run: WriteRun, follower: Any) -> None:
    write_run("a", {"loss": [3.0, 2.0, 1.0]})
    write_run("b/c", {"loss": [4.0], "acc": [0.5]}, first_step=10)

    store = follower.reload()

    assert [(run.name, run.num_points, run.first_wall_time, run.last_wall_time) for run in store.runs()] == [
        ("b/c", 2, 1010.0, 1010.0),
        ("a", 3, 1000.0, 1002.0),
    ]
    assert store.tags("scalars") == {"acc": ("b/c",), "loss": ("a", "b/c")}
    assert store.series("a", "loss").values.tolist() == [3.0, 2.0, 1.0]


@LIVING
def test_version_grows_with_each_change_and_names_the_run(tmp_path: Path, follower: Any) -> None:
    writer = SummaryWriter(tmp_path / "a")
    writer.add_scalar("loss", 1.0, 0)
    writer.flush()
    store = follower.reload()
    before, tags_before = store.version(), store.tags_version()

    writer.add_scalar("loss", 0.5, 1)
    writer.close()
    store = follower.reload()

    assert store.version() == before + 1
    assert store.runs()[0].version == before + 1
    assert store.tags_version() == tags_before


@LIVING
def test_lists_are_made_once_a_change_and_unchanged_runs_are_not_looked_at_again(
    write_run: WriteRun, tmp_path: Path, follower: Any
) -> None:
    for name in "ab":
        write_run(name, {"loss": [1.0]})
    store = follower.reload()
    runs, tags = store.runs(), store.tags("scalars")
    again = store.runs(), store.tags("scalars")

    with SummaryWriter(tmp_path / "a", filename_suffix=".later") as writer:
        writer.add_scalar("loss", 0.5, 1, walltime=1001.0)
    store = follower.reload()
    later = {run.name: run for run in store.runs()}

    assert again[0] is runs
    assert again[1] is tags
    assert store.tags("scalars") is tags
    assert later["b"] is next(run for run in runs if run.name == "b")
    assert later["a"].num_points == 2


def test_new_tag_of_a_known_file_is_found(tmp_path: Path, follower: Any) -> None:
    with SummaryWriter(tmp_path / "a") as writer:
        for step, tag in enumerate(["loss", "loss", "acc"]):
            writer.add_scalar(tag, 1.0, step)
            writer.flush()
            store = follower.reload()

    assert store.tags("scalars") == {"acc": ("a",), "loss": ("a",)}


@LIVING
def test_tags_since_a_version_are_those_of_runs_that_got_one(write_run: WriteRun, follower: Any) -> None:
    write_run("a", {"loss": [1.0]})
    write_run("b", {"loss": [1.0]})
    version = follower.reload().version()
    write_run("b", {"loss": [2.0]}, first_step=1)
    write_run("c", {"loss": [1.0]})
    write_run("a", {"acc": [1.0]}, first_step=1)

    store = follower.reload()

    assert store.tags("scalars", version) == {"acc": ("a",), "loss": ("a", "c")}
    assert store.run("b").tags_version <= version < store.run("b").version


def test_run_tells_which_sub_runs_were_folded_into_it(write_run: WriteRun, tmp_path: Path, follower: Any) -> None:
    write_run("a", {"acc": [1.0]})
    (tmp_path / "a" / "loss_train").mkdir()
    event = Event(step=1, summary=Summary(value=[Summary.Value(tag="loss", simple_value=1.0)]))
    (tmp_path / "a" / "loss_train" / "tfevents").write_bytes(frame(event.SerializeToString()))

    store = follower.reload()

    assert store.run("a").folded_from == ("a/loss_train",)
    with pytest.raises(KeyError, match="There is no run 'a/loss_train'"):
        store.run("a/loss_train")


def test_run_without_points_has_no_times(tmp_path: Path, follower: Any) -> None:
    SummaryWriter(tmp_path / "empty").close()  # tells a status, which is no point
    store = follower.reload()

    (run,) = store.runs()

    assert math.isnan(run.first_wall_time)
    assert run.num_points == 0


def test_deleted_run_disappears(write_run: WriteRun, tmp_path: Path, follower: Any) -> None:
    write_run("a", {"loss": [1.0]})
    write_run("b", {"loss": [1.0]})
    store = follower.reload()

    shutil.rmtree(tmp_path / "a")
    store = follower.reload()

    assert [run.name for run in store.runs()] == ["b"]
    assert store.tags("scalars") == {"loss": ("b",)}


def test_rewritten_file_replaces_what_it_gave(tmp_path: Path, follower: Any) -> None:
    for values in ([1.0, 2.0, 3.0], [9.0]):
        shutil.rmtree(tmp_path / "new", ignore_errors=True)
        with SummaryWriter(tmp_path / "new") as writer:
            for step, value in enumerate(values):
                writer.add_scalar("loss", value, step, walltime=100.0 * len(values) + step)
        (written,) = (tmp_path / "new").iterdir()
        (tmp_path / "a").mkdir(exist_ok=True)
        written.rename(tmp_path / "a" / "events.out.tfevents.1")
        shutil.rmtree(tmp_path / "new")
        store = follower.reload()

    (run,) = store.runs()
    assert store.series("a", "loss").values.tolist() == [9.0]
    assert (run.num_points, run.first_wall_time, run.last_wall_time) == (1, 100.0, 100.0)


def test_blob_is_read_from_its_file(tmp_path: Path, follower: Any) -> None:
    with SummaryWriter(tmp_path / "a") as writer:
        writer.add_histogram("weights", np.arange(10.0), 3)
        writer.add_histogram("weights", np.arange(5.0), 4)
    store = follower.reload()

    assert store.blobs("a", "weights", "histograms").steps.tolist() == [3, 4]
    assert b"weights" in store.blob("a", "weights", "histograms", 1)


def test_tag_that_is_used_for_two_kinds_gives_both(tmp_path: Path, follower: Any) -> None:
    with SummaryWriter(tmp_path / "a") as writer:
        writer.add_text("weights", "the first layer", 1)
        writer.add_histogram("weights", np.arange(10.0), 3)
    store = follower.reload()

    assert store.blobs("a", "weights", "histograms").steps.tolist() == [3]
    assert store.blobs("a", "weights", "text").steps.tolist() == [1]
    assert b"the first layer" in store.blob("a", "weights", "text", 0)


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda store: store.series("x", "loss"), "There is no run 'x' in the logdir."),
        (lambda store: store.series("a", "x"), "Run 'a' has no scalar 'x'."),
        (lambda store: store.blobs("a", "loss", "text"), "Run 'a' has no tag 'loss' of kind text."),
    ],
)
def test_unknown_names_are_said(
    ask: Callable[[LogStore], object],
    message: str,
    write_run: WriteRun,
    follower: Any,
) -> None:
    write_run("a", {"loss": [1.0]})

    with pytest.raises(KeyError) as error:
        ask(follower.reload())

    assert error.value.args == (message,)


def value_record(step: int, tag: str) -> bytes:
    values = [Summary.Value(tag=tag, simple_value=step), Summary.Value(tag="h", histo=HistogramProto(min=step))]
    return frame(Event(step=step, wall_time=100.0 + step, summary=Summary(value=values)).SerializeToString())


def start_record(step: int) -> bytes:
    return frame(Event(step=step, session_log=SessionLog(status="START")).SerializeToString())


@pytest.mark.parametrize("seed", range(4))
def test_run_of_growing_files_is_what_load_reads(tmp_path: Path, follower: Any, seed: int) -> None:
    random = np.random.default_rng(seed)
    (tmp_path / "a").mkdir()
    for _ in range(12):
        with open(tmp_path / "a" / f"events.out.tfevents.{random.integers(3)}", "ab") as file:
            for step in random.integers(20, size=random.integers(1, 6)).tolist():
                file.write(start_record(step) if random.random() < 0.1 else b"")
                file.write(b"damage" if random.random() < 0.05 else b"")
                file.write(value_record(step, random.choice(["x", "y"])))
        store = follower.reload()

    run = load(tmp_path).runs["a"]
    assert set(store.tags("scalars")) == set(run.scalars)
    for tag, expected in run.scalars.items():
        assert listed(store.series("a", tag)) == listed(expected)
    assert listed(store.blobs("a", "h", "histograms")) == listed(run.histograms["h"].places)
    assert [(h.num_records, h.problems) for h in store.runs()[0].files] == [
        (health.num_records, health.problems) for health in run.health
    ]


def listed(columns: object) -> dict[str, list[Any]]:
    return {name: list(column) for name, column in vars(columns).items()}


def test_facts_and_annotations_are_those_that_load_reads(tmp_path: Path, follower: Any) -> None:
    with SummaryWriter(tmp_path / "a", name="first", config={"optimizer": {"lr": 0.1}, "layers": [1, 2]}) as writer:
        writer.define_metric("loss", direction="min")
        writer.add_annotation("begun", 0)
        writer.flush()
        running = follower.reload().runs()[0].facts.status.state
        writer.add_run_info(notes="better")
        writer.add_annotation("changed", 5)
    with SummaryWriter(tmp_path / "a", config={"optimizer": {"name": "adam"}}, filename_suffix=".later") as writer:
        writer.add_annotation("again", 3)
    store = follower.reload()

    run = load(tmp_path).runs["a"]
    (facts,) = [run.facts for run in store.runs()]
    assert running == "running"
    assert facts == run.facts
    assert facts.hparams == {"optimizer.lr": 0.1, "optimizer.name": "adam", "layers": [1, 2]}
    assert (facts.info.name, facts.info.notes) == ("first", "better")
    assert store.annotations("a") == run.annotations
    assert [mark.annotation.text for mark in store.annotations("a")] == ["begun", "changed", "again"]


def test_record_that_cannot_be_decoded_leaves_the_others(tmp_path: Path, follower: Any) -> None:
    with SummaryWriter(tmp_path / "a", config={"lr": 0.1}) as writer:
        writer.add_scalar("loss", 1.0, 0)
    (file,) = (tmp_path / "a").iterdir()
    value = Summary.Value(tag="__run__/config", simple_value=1.0)
    value.metadata.plugin_data.plugin_name = "config"
    value.tensor.string_val.append(b"{no json")
    with open(file, "ab") as appended:
        appended.write(frame(Event(summary=Summary(value=[value])).SerializeToString()))

    store = follower.reload()

    assert store.runs()[0].facts.config == {"lr": 0.1}
    assert store.series("a", "loss").values.tolist() == [1.0]


def test_run_that_is_not_heard_of_for_three_heartbeats_is_stalled(tmp_path: Path, follower: Any) -> None:
    writer = SummaryWriter(tmp_path / "a", heartbeat_secs=10)
    writer.flush()
    (run,) = follower.reload().runs()
    heard = max(run.last_change, run.facts.status_time)
    states = [run.state_at(heard + secs) for secs in (0, 29, 31)]
    writer.close()
    (ended,) = follower.reload().runs()

    assert states == ["running", "running", "stalled"]
    assert ended.state_at(heard + 1000) == "finished"


def test_damaged_blob_is_an_error_and_not_another_value(tmp_path: Path, follower: Any) -> None:
    with SummaryWriter(tmp_path / "a") as writer:
        writer.add_text("note", "the first layer", 1)
    store = follower.reload()
    (file,) = (tmp_path / "a").iterdir()
    file.write_bytes(file.read_bytes().replace(b"first", b"fifth"))

    with pytest.raises(EOFError, match="must hold a whole record around byte"):
        store.blob("a", "note", "text", 0)


def test_store_that_ended_keeps_states_of_all_files(tmp_path: Path, follower: Any) -> None:
    with SummaryWriter(tmp_path / "a") as writer:
        writer.add_scalar("loss", 1.0, 0)

    ((path, state),) = follower.reload().states().items()

    assert path.parent == tmp_path / "a"
    assert (state.offset, state.size) == (path.stat().st_size, path.stat().st_size)
    assert [tag.name for tag in state.tags if tag.kind == "scalars"] == ["loss"]


def test_annotations_of_two_writers_at_once_stand_as_load_has_them(tmp_path: Path, follower: Any) -> None:
    with (
        SummaryWriter(tmp_path / "a", filename_suffix=".one") as one,
        SummaryWriter(tmp_path / "a", filename_suffix=".two") as two,
    ):
        for step in range(0, 10, 2):
            one.add_annotation(f"at {step}", step)
            two.add_annotation(f"at {step + 1}", step + 1)
        one.flush()
        two.flush()
        follower.reload()
        one.add_annotation("at 10", 10)
    store = follower.reload()

    assert store.annotations("a") == load(tmp_path).runs["a"].annotations
    assert [mark.annotation.text for mark in store.annotations("a")] == [f"at {step}" for step in range(11)]
