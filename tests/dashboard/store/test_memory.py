import math
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from dashboard.store.memory import MemoryStore
from summaries import LogdirTail, SummaryWriter

WriteRun = Callable[..., Path]
ReadStore = Callable[[], MemoryStore]


def test_store_tells_runs_tags_and_series(write_run: WriteRun, read_store: ReadStore) -> None:
    write_run("a", {"loss": [3.0, 2.0, 1.0]})
    write_run("b/c", {"loss": [4.0], "acc": [0.5]}, first_step=10)

    store = read_store()

    assert [(run.name, run.num_points, run.first_wall_time, run.last_wall_time) for run in store.runs()] == [
        ("b/c", 2, 1010.0, 1010.0),
        ("a", 3, 1000.0, 1002.0),
    ]
    assert store.tags("scalars") == {"acc": ("b/c",), "loss": ("a", "b/c")}
    assert store.series("a", "loss").values.tolist() == [3.0, 2.0, 1.0]


def test_version_grows_with_each_change_and_names_the_run(tmp_path: Path) -> None:
    store, tail = MemoryStore(), LogdirTail(tmp_path)
    writer = SummaryWriter(tmp_path / "a")
    writer.add_scalar("loss", 1.0, 0)
    writer.flush()
    for update in tail.poll():
        store.append(update)
    before, tags_before = store.version(), store.tags_version()

    writer.add_scalar("loss", 0.5, 1)
    writer.close()
    for update in tail.poll():
        store.append(update)

    assert store.version() == before + 1
    assert store.runs()[0].version == before + 1
    assert store.tags_version() == tags_before


def test_lists_are_made_once_a_change_and_unchanged_runs_are_not_looked_at_again(
    write_run: WriteRun, tmp_path: Path
) -> None:
    for name in "ab":
        write_run(name, {"loss": [1.0]})
    store, tail = MemoryStore(), LogdirTail(tmp_path, walk_interval_secs=0)
    for update in tail.poll():
        store.append(update)
    runs, tags = store.runs(), store.tags("scalars")
    again = store.runs(), store.tags("scalars")

    with SummaryWriter(tmp_path / "a", filename_suffix=".later") as writer:
        writer.add_scalar("loss", 0.5, 1, walltime=1001.0)
    for update in tail.poll():
        store.append(update)
    later = {run.name: run for run in store.runs()}

    assert again[0] is runs
    assert again[1] is tags
    assert store.tags("scalars") is tags
    assert later["b"] is next(run for run in runs if run.name == "b")
    assert later["a"].num_points == 2


def test_new_tag_of_a_known_file_is_found(tmp_path: Path) -> None:
    store, tail = MemoryStore(), LogdirTail(tmp_path)
    with SummaryWriter(tmp_path / "a") as writer:
        for step, tag in enumerate(["loss", "loss", "acc"]):
            writer.add_scalar(tag, 1.0, step)
            writer.flush()
            for update in tail.poll():
                store.append(update)

    assert store.tags("scalars") == {"acc": ("a",), "loss": ("a",)}


def test_run_without_points_has_no_times(tmp_path: Path) -> None:
    SummaryWriter(tmp_path / "empty").close()  # tells a status, which is no point
    store = MemoryStore()
    for update in LogdirTail(tmp_path).poll():
        store.append(update)

    (run,) = store.runs()

    assert math.isnan(run.first_wall_time)
    assert run.num_points == 0


def test_deleted_run_disappears(write_run: WriteRun, tmp_path: Path) -> None:
    write_run("a", {"loss": [1.0]})
    write_run("b", {"loss": [1.0]})
    store, tail = MemoryStore(), LogdirTail(tmp_path, walk_interval_secs=0)
    for update in tail.poll():
        store.append(update)

    shutil.rmtree(tmp_path / "a")
    for update in tail.poll():
        store.append(update)

    assert [run.name for run in store.runs()] == ["b"]
    assert store.tags("scalars") == {"loss": ("b",)}


def test_rewritten_file_replaces_what_it_gave(tmp_path: Path) -> None:
    store, tail = MemoryStore(), LogdirTail(tmp_path)
    for values in ([1.0, 2.0, 3.0], [9.0]):
        shutil.rmtree(tmp_path / "new", ignore_errors=True)
        with SummaryWriter(tmp_path / "new") as writer:
            for step, value in enumerate(values):
                writer.add_scalar("loss", value, step, walltime=100.0 * len(values) + step)
        (written,) = (tmp_path / "new").iterdir()
        (tmp_path / "a").mkdir(exist_ok=True)
        written.rename(tmp_path / "a" / "events.out.tfevents.1")
        shutil.rmtree(tmp_path / "new")
        for update in tail.poll():
            store.append(update)

    (run,) = store.runs()
    assert store.series("a", "loss").values.tolist() == [9.0]
    assert (run.num_points, run.first_wall_time, run.last_wall_time) == (1, 100.0, 100.0)


def test_blob_is_read_from_its_file(tmp_path: Path) -> None:
    with SummaryWriter(tmp_path / "a") as writer:
        writer.add_histogram("weights", np.arange(10.0), 3)
        writer.add_histogram("weights", np.arange(5.0), 4)
    store = MemoryStore()
    for update in LogdirTail(tmp_path).poll():
        store.append(update)

    assert store.blobs("a", "weights", "histograms").steps.tolist() == [3, 4]
    assert b"weights" in store.blob("a", "weights", "histograms", 1)


def test_tag_that_is_used_for_two_kinds_gives_both(tmp_path: Path) -> None:
    with SummaryWriter(tmp_path / "a") as writer:
        writer.add_text("weights", "the first layer", 1)
        writer.add_histogram("weights", np.arange(10.0), 3)
    store = MemoryStore()
    for update in LogdirTail(tmp_path).poll():
        store.append(update)

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
    ask: Callable[[MemoryStore], object],
    message: str,
    write_run: WriteRun,
    read_store: ReadStore,
) -> None:
    write_run("a", {"loss": [1.0]})

    with pytest.raises(KeyError) as error:
        ask(read_store())

    assert error.value.args == (message,)
