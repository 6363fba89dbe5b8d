"""What callers log is what readers find."""

from __future__ import annotations

import math
import threading
import time
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from summaries import HISTOGRAM_LIMITS, Histogram, SummaryWriter, load
from summaries.buckets import count_values
from summaries.kinds.status import STATUS_TAG
from summaries.load import Run
from summaries.proto.event_pb2 import Event
from summaries.proto.graph_pb2 import GraphDef, NodeDef
from summaries.proto.summary_pb2 import Summary
from summaries.records import split_records


def read(folder: Path | str) -> Run:
    return load(folder).runs["."]


def read_events(folder: Path) -> list[Event]:
    """All events of the one file in `folder`, but for the run's status."""
    (path,) = folder.iterdir()
    data = path.read_bytes()
    records = split_records(data, is_growing=False)
    assert records.gaps == ()
    events = [Event.FromString(data[start : start + length]) for start, length in records.payloads]
    return [event for event in events if [value.tag for value in event.summary.value] != [STATUS_TAG]]


@pytest.fixture
def writer(tmp_path: Path):
    with SummaryWriter(tmp_path) as writer:
        yield writer


def test_file_begins_with_its_version_and_has_the_agreed_name(tmp_path: Path):
    before = time.time()

    SummaryWriter(tmp_path, filename_suffix=".me").close()

    (path,) = tmp_path.iterdir()
    (event,) = read_events(tmp_path)
    parts = path.name.split(".")
    assert parts[:3] == ["events", "out", "tfevents"]
    assert len(parts[3]) == 10
    assert path.name.endswith(".0.me")
    assert event.file_version == "brain.Event:2"
    assert before <= event.wall_time <= time.time()


def test_two_writers_of_the_same_second_write_two_files(tmp_path: Path):
    with SummaryWriter(tmp_path) as one, SummaryWriter(tmp_path) as two:
        one.add_scalar("a", 1.0, 1)
        two.add_scalar("b", 2.0, 1)

    assert len(list(tmp_path.iterdir())) == 2
    assert {tag: series.values.tolist() for tag, series in read(tmp_path).scalars.items()} == {"a": [1.0], "b": [2.0]}


def test_log_dir_is_made_from_time_host_and_comment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)

    with SummaryWriter(comment="-lr0.1") as writer:
        pass

    assert writer.log_dir.startswith("runs/")
    assert writer.log_dir.endswith("-lr0.1")
    assert writer.get_logdir() == writer.log_dir
    assert Path(writer.log_dir).is_dir()


def test_add_scalar_writes_the_bytes_of_protobuf(tmp_path: Path):
    with SummaryWriter(tmp_path, heartbeat_secs=None) as writer:
        for step in (None, 0, 1, 127, 128, 300, 2**40, -1):
            writer.add_scalar("losses/träin", 0.25, step, walltime=1234.5)

    events = read_events(tmp_path)[1:]
    assert [event.step for event in events] == [0, 0, 1, 127, 128, 300, 2**40, -1]
    (path,) = tmp_path.iterdir()
    data = path.read_bytes()
    for event, (start, length) in zip(events, split_records(data, is_growing=False).payloads[1:], strict=True):
        value = Summary.Value(tag="losses/träin", simple_value=0.25)
        assert event == Event(wall_time=1234.5, step=event.step, summary=Summary(value=[value]))
        assert data[start : start + length] == event.SerializeToString()


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (3, 3.0),
        (True, 1.0),
        (0.1, float(np.float32(0.1))),
        (np.float32(0.5), 0.5),
        (np.float64(0.5), 0.5),
        (np.int64(7), 7.0),
        (np.array([0.5]), 0.5),
        (np.array([[2]], dtype=np.uint8), 2.0),
        ([0.5], 0.5),
        (1e300, math.inf),
        (-math.inf, -math.inf),
        (10**30, float(np.float32(1e30))),
        (10**400, math.inf),
        (jnp.float32(0.5), 0.5),
        (jnp.ones((1,), jnp.bfloat16), 1.0),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_add_scalar_takes_every_real_number(writer: SummaryWriter, value: object, expected: float):
    writer.add_scalar("a", value, 1)
    writer.flush()

    assert read(writer.log_dir).scalars["a"].values.tolist() == [expected]


def test_add_scalar_of_nan_keeps_it(writer: SummaryWriter):
    writer.add_scalar("a", math.nan, 1)
    writer.flush()

    series = read(writer.log_dir).scalars["a"]
    assert math.isnan(series.values[0])
    assert series.non_finite.tolist() == [0]


@pytest.mark.parametrize("value", ["text", None, np.zeros(2), 1j, np.zeros(0), [[1, 2]], {}], ids=repr)
def test_add_scalar_of_anything_else_raises_at_once(writer: SummaryWriter, value: object):
    with pytest.raises(ValueError, match="scalar_value must be one real number; got"):
        writer.add_scalar("a", value, 1)


def test_add_scalar_takes_every_integer_as_step(writer: SummaryWriter):
    for step in (np.int64(3), np.int32(4), jnp.int32(5), 6):
        writer.add_scalar("a", 0.5, step)
    writer.flush()

    assert read(writer.log_dir).scalars["a"].steps.tolist() == [3, 4, 5, 6]


def test_add_scalar_takes_an_array_of_one_integer_as_step_to_its_last_digit(writer: SummaryWriter):
    for step in (np.array([5]), jnp.array([[6]]), np.array([7.0]), np.array([2**60 + 1])):
        writer.add_scalar("a", 1.0, step)
    writer.flush()

    assert read(writer.log_dir).scalars["a"].steps.tolist() == [5, 6, 7, 2**60 + 1]


def test_add_scalar_of_a_step_beyond_64_bits_raises(writer: SummaryWriter):
    with pytest.raises(ValueError, match="global_step must fit 64 bits; got 9223372036854775808"):
        writer.add_scalar("a", 0.5, 2**63)


def test_add_scalar_in_the_new_style_carries_metadata_on_the_first_value_only(tmp_path: Path):
    with SummaryWriter(tmp_path) as writer:
        writer.add_scalar("a", 0.5, 1, new_style=True)
        writer.add_scalar("a", 0.1, 2, double_precision=True)
        writer.add_scalar("b", jnp.float32(3), 3, new_style=True)

    values = [event.summary.value[0] for event in read_events(tmp_path)[1:]]
    assert sorted((value.tag, value.metadata.plugin_data.plugin_name) for value in values) == [
        ("a", ""),
        ("a", "scalars"),
        ("b", "scalars"),
    ]
    assert read(tmp_path).scalars["a"].values.tolist() == [0.5, 0.1]


def test_add_scalar_takes_now_as_wall_time(writer: SummaryWriter):
    before = time.time()
    writer.add_scalar("a", 0.5, 1)
    writer.add_scalar("a", jnp.float32(1), 1)
    after = time.time()
    writer.flush()

    times = read(writer.log_dir).scalars["a"].wall_times
    assert len(times) == 2
    assert (times >= before).all()
    assert (times <= after).all()


def test_add_scalars_at_writes_one_event(tmp_path: Path):
    with SummaryWriter(tmp_path) as writer:
        writer.add_scalars_at(3, {"a": 0.5, "b": 2}, walltime=9.0)
        writer.add_scalars_at(4, {"a": np.float32(0.25), "b": jnp.float32(8)}, walltime=10.0)

    events = read_events(tmp_path)[1:]
    expected = [
        (3, 9.0, [("a", 0.5), ("b", 2.0)]),
        (4, 10.0, [("a", 0.25), ("b", 8.0)]),
    ]
    assert [
        (event.step, event.wall_time, [(value.tag, value.simple_value) for value in event.summary.value])
        for event in events
    ] == expected


def test_add_scalars_at_of_a_wrong_value_raises(writer: SummaryWriter):
    with pytest.raises(ValueError, match="one real number"):
        writer.add_scalars_at(3, {"a": 0.5, "b": "c"})


def test_add_scalars_writes_tags_below_the_main_tag(writer: SummaryWriter):
    writer.add_scalars("loss", {"train": 1.0, "test": 2.0}, 3)
    writer.flush()

    assert list(read(writer.log_dir).scalars) == ["loss/train", "loss/test"]


def test_add_scalars_block_writes_one_event_a_step(tmp_path: Path):
    steps = np.arange(100, 400)
    values = {"a": np.sin(steps).astype(np.float32), "b": jnp.arange(300.0)}

    with SummaryWriter(tmp_path) as writer:
        writer.add_scalars_block(steps, values, walltimes=steps * 1.5)

    assert len(read_events(tmp_path)) == 301
    scalars = read(tmp_path).scalars
    for tag, column in values.items():
        assert scalars[tag].steps.tolist() == steps.tolist()
        assert scalars[tag].wall_times.tolist() == (steps * 1.5).tolist()
        assert scalars[tag].values.tolist() == np.asarray(column).tolist()


def test_values_of_a_tag_keep_their_order_over_all_ways_of_logging(writer: SummaryWriter):
    for step in range(0, 300, 3):
        writer.add_scalar("a", float(step), step)
        writer.add_scalar("a", jnp.float32(step + 1), step + 1)
        writer.add_scalars_at(step + 2, {"a": float(step + 2), "b": 1.0})
    writer.add_scalars_block([300, 301], {"a": [300.0, 301.0]}, walltimes=[0.0, 0.0])
    writer.add_scalar("a", 302.0, 302)
    writer.flush()

    series = read(writer.log_dir).scalars["a"]
    assert series.steps.tolist() == list(range(303))
    assert series.values.tolist() == list(range(303))


def test_arrays_are_copied_at_the_call(writer: SummaryWriter):
    values, column = np.ones(10, np.float32), np.ones(2)
    writer.add_histogram("h", values, 1)
    writer.add_scalars_block([1, 2], {"a": column}, walltimes=[0.0, 0.0])

    values[:] = 5
    column[:] = 5
    writer.flush()

    run = read(writer.log_dir)
    assert run.histograms["h"][0].max == 1.0
    assert run.scalars["a"].values.tolist() == [1.0, 1.0]


@pytest.mark.parametrize("array", [np.linspace(-1, 3, 1000), jnp.linspace(-1, 3, 1000)], ids=["numpy", "jax"])
def test_add_histogram_counts_into_tensorflows_buckets(writer: SummaryWriter, array):
    writer.add_histogram("h", array, 7, walltime=3.0)
    writer.flush()

    histograms = read(writer.log_dir).histograms["h"]
    histogram: Histogram = histograms[0]
    values = np.asarray(array, np.float64)
    counts, moments = count_values(np.asarray(array))
    assert (histograms.places.steps.tolist(), histograms.places.wall_times.tolist()) == ([7], [3.0])
    assert [histogram.min, histogram.max, histogram.num, histogram.sum, histogram.sum_squares] == moments.tolist()
    assert histogram.counts[histogram.counts > 0].tolist() == counts[counts > 0].tolist()
    assert histogram.rights[:-1].tolist() == histogram.lefts[1:].tolist()
    for left, right, count in zip(histogram.lefts[1:-1], histogram.rights[1:-1], histogram.counts[1:-1], strict=True):
        assert ((left <= values) & (values < right)).sum() == count


@pytest.mark.parametrize(("bins", "num_buckets"), [("auto", None), ("fd", None), (10, 10), ([0.0, 1.0, 4.0], 2)])
def test_add_histogram_by_numpys_rules_has_numpys_buckets(writer: SummaryWriter, bins, num_buckets: int | None):
    values = np.random.default_rng(0).uniform(0, 4, 500)
    counts, edges = np.histogram(values, bins=bins)

    writer.add_histogram("h", values, 1, bins=bins)
    writer.flush()

    histogram = read(writer.log_dir).histograms["h"][0]
    assert histogram.counts.tolist() == counts.tolist()
    assert histogram.rights[:-1].tolist() == edges[1:-1].tolist()
    assert num_buckets in (None, len(counts))


def test_add_histogram_counts_values_not_finite_apart(writer: SummaryWriter):
    writer.add_histogram("h", np.array([1.0, np.nan, 2.0, np.inf]), 1)
    writer.flush()

    histogram = read(writer.log_dir).histograms["h"][0]
    assert (histogram.num, histogram.counts.sum()) == (4, 2)
    assert (histogram.min, histogram.max, histogram.sum) == (1.0, 2.0, 3.0)


@pytest.mark.parametrize(
    "values", [np.zeros(0), jnp.zeros(0), np.array(["a"]), jnp.array([1j])], ids=["0", "0j", "str", "complex"]
)
def test_add_histogram_of_nothing_or_of_other_things_raises_at_once(writer: SummaryWriter, values):
    with pytest.raises(ValueError, match="values must"):
        writer.add_histogram("h", values, 1)


def test_a_value_that_only_the_background_finds_wrong_raises_at_flush_and_only_once(writer: SummaryWriter):
    writer.add_confusion_matrix("m", [0, 1], [0, 9], 5, class_names=["a", "b"])

    with pytest.raises(
        ValueError, match="Could not encode the value of 'm' at step 5: labels and predictions must lie"
    ):
        writer.flush()
    writer.add_scalar("a", 0.5, 1)
    writer.flush()
    assert read(writer.log_dir).scalars["a"].values.tolist() == [0.5]


def test_add_histogram_raw_writes_what_it_was_given(writer: SummaryWriter):
    writer.add_histogram_raw("h", 0.5, 2.5, 3, 4.5, 7.5, [0.0, 1.0, 2.0, 3.0], [0, 1, 0, 2], 9)
    writer.flush()

    histogram = read(writer.log_dir).histograms["h"][0]
    assert (histogram.min, histogram.max, histogram.num, histogram.sum, histogram.sum_squares) == (
        0.5,
        2.5,
        3,
        4.5,
        7.5,
    )
    assert histogram.lefts.tolist() == [0.5, 1.0, 2.0]
    assert histogram.counts.tolist() == [1, 0, 2]


def test_add_histogram_raw_of_unequal_columns_raises(writer: SummaryWriter):
    with pytest.raises(ValueError, match=r"must be of one shape \(k,\); got \(2,\) and \(1,\)"):
        writer.add_histogram_raw("h", 0, 1, 1, 1, 1, [0.0, 1.0], [1])


def test_add_histograms_at_writes_one_event(tmp_path: Path):
    arrays = [np.ones(4, np.float32), np.linspace(-2, 2, 9, dtype=np.float32)]
    counted = [count_values(array) for array in arrays]
    counts = jnp.array(np.stack([counts for counts, _ in counted]), jnp.int32)
    moments = jnp.array(np.stack([moments for _, moments in counted]), jnp.float32)

    with SummaryWriter(tmp_path) as writer:
        writer.add_histograms_at(5, ["w", "b"], counts, moments)

    assert len(read_events(tmp_path)) == 2
    histograms = read(tmp_path).histograms
    assert counts.shape == (2, len(HISTOGRAM_LIMITS))
    assert histograms["w"][0].counts.tolist() == [4]
    assert (histograms["b"][0].min, histograms["b"][0].max, histograms["b"][0].num) == (-2, 2, 9)


def test_add_histograms_at_of_other_shapes_raises(writer: SummaryWriter):
    with pytest.raises(ValueError, match=r"counts must have shape \(1, 1551\); got \(1, 3\)"):
        writer.add_histograms_at(5, ["w"], np.zeros((1, 3)), np.zeros((1, 5)))
    with pytest.raises(ValueError, match=r"moments must have shape \(1, 5\); got \(5,\)"):
        writer.add_histograms_at(5, ["w"], np.zeros((1, 1551)), np.zeros(5))


def test_add_text_carries_metadata_on_the_first_value_only(tmp_path: Path):
    with SummaryWriter(tmp_path) as writer:
        writer.add_text("t", "*one*", 1)
        writer.add_text("t", "two", 2)

    values = [event.summary.value[0] for event in read_events(tmp_path)[1:]]
    assert [value.metadata.plugin_data.plugin_name for value in values] == ["text", ""]
    assert read(tmp_path).texts["t"][:] == ["*one*", "two"]


class Model:
    """Gives its graph as an estimator does."""

    def __summary_graph__(self) -> GraphDef:
        return GraphDef(node=[NodeDef(name="a/b", op="Add")])


def test_add_graph_takes_a_graph_or_a_model_that_gives_one(writer: SummaryWriter):
    writer.add_graph(Model())
    writer.add_graph(Model().__summary_graph__())
    writer.flush()

    graphs = read(writer.log_dir).graphs["__run_graph__"]
    assert graphs[:] == [Model().__summary_graph__()] * 2


def test_add_graph_takes_tensorboards_message(writer: SummaryWriter):
    from tensorboard.compat.proto.graph_pb2 import GraphDef as ForeignGraphDef

    writer.add_graph(ForeignGraphDef.FromString(Model().__summary_graph__().SerializeToString()))
    writer.flush()

    assert read(writer.log_dir).graphs["__run_graph__"][0] == Model().__summary_graph__()


def test_add_graph_of_anything_else_raises(writer: SummaryWriter):
    with pytest.raises(TypeError, match="model must be a GraphDef, .*; got int"):
        writer.add_graph(3)


def test_purge_step_supersedes_what_was_written_before(tmp_path: Path):
    with SummaryWriter(tmp_path) as writer:
        writer.add_scalars_block(np.arange(10), {"a": np.zeros(10)}, walltimes=np.arange(10.0))
    with SummaryWriter(tmp_path, purge_step=6) as writer:
        writer.add_scalar("a", 1.0, 8)

    series = read(tmp_path).scalars["a"]
    assert series.segment_starts.tolist() == [0, 6, 10]
    assert series.superseded.tolist() == [False, True, False]
    assert series.current().steps.tolist() == [0, 1, 2, 3, 4, 5, 8]


def test_calls_return_and_other_tags_are_written_while_a_device_still_computes(writer: SummaryWriter):
    @jax.jit
    def compute(matrix):
        matrix = jax.lax.fori_loop(0, 10_000, lambda _, matrix: jnp.tanh(matrix @ matrix), matrix)
        return matrix, matrix.sum(), matrix[None]

    start = jnp.full((200, 200), 1e-3)
    matrix, total, image = compute.lower(start).compile()(start)
    writer.add_scalar("total", total, 1)
    writer.add_scalars_at(1, {"at/total": total, "at/host": 1.0})
    writer.add_histogram("matrix", matrix, 1)
    writer.add_image("image", image, 1)
    writer.add_scalar("other", 1.0, 1)
    while "other" not in read(writer.log_dir).scalars:
        pass
    was_ready, before = matrix.is_ready(), list(read(writer.log_dir).scalars)
    writer.flush()

    assert (was_ready, before) == (False, ["other"])
    run = read(writer.log_dir)
    assert list(run.scalars) == ["other", "total", "at/total", "at/host"]
    assert (list(run.histograms), list(run.images)) == (["matrix"], ["image"])


def test_a_donated_array_is_reported_with_tag_and_step(writer: SummaryWriter):
    array = jnp.ones(3)
    array.delete()
    writer.add_histogram("weights", array, 12)

    with pytest.raises(ValueError, match=r"'weights' at step 12: value must still exist; got a deleted array"):
        writer.flush()


def test_a_copy_is_there_when_the_array_was_donated(writer: SummaryWriter):
    array = jnp.ones(3)
    writer.add_histogram("weights", array, 12, copy=True)
    array.delete()
    writer.flush()

    assert read(writer.log_dir).histograms["weights"][0].num == 3


def test_a_traced_value_is_refused_at_once(writer: SummaryWriter):
    @jax.jit
    def step(x):
        writer.add_scalar("a", x, 1)
        return x

    with pytest.raises(ValueError, match="value must be concrete"):
        step(1.0)


def test_threads_may_share_a_writer(writer: SummaryWriter):
    def log(tag: str) -> None:
        for step in range(2000):
            writer.add_scalar(tag, float(step), step)

    threads = [threading.Thread(target=log, args=(f"tag{number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    writer.flush()

    scalars = read(writer.log_dir).scalars
    assert [scalars[f"tag{number}"].steps.tolist() for number in range(4)] == [list(range(2000))] * 4


@pytest.mark.parametrize("method", ["capture_console", "log_system", "add_environment"])
def test_a_closed_writer_begins_nothing_that_goes_on(tmp_path: Path, method: str):
    writer = SummaryWriter(tmp_path)
    writer.close()

    with pytest.raises(ValueError, match="writer must be open"):
        getattr(writer, method)()


def test_a_closed_writer_refuses_values_and_may_be_closed_again(tmp_path: Path):
    writer = SummaryWriter(tmp_path)
    writer.close()
    writer.close()

    with pytest.raises(ValueError, match="writer must be open"):
        writer.add_scalar("a", 1.0, 1)


@pytest.mark.parametrize("name", ["taken", "taken/below"])
def test_a_log_dir_that_cannot_be_written_to_is_refused_at_once(tmp_path: Path, name: str):
    (tmp_path / "taken").write_text("a file")

    with pytest.raises(OSError, match="log_dir must be a folder that can be written to; got '.*taken"):
        SummaryWriter(tmp_path / name)
