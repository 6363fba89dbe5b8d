"""TensorBoard's own loader reads our files, and tensorboardX's and torch's files are read by our reader."""

from __future__ import annotations

from pathlib import Path

import jax.numpy as jnp
import numpy as np
import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.backend.event_processing.event_file_loader import EventFileLoader, RawEventFileLoader
from tensorboard.compat.proto.event_pb2 import Event as ForeignEvent
from tensorboard.util import tensor_util

from summaries import SummaryWriter, load
from summaries.buckets import count_values
from summaries.proto.graph_pb2 import GraphDef, NodeDef

STEPS = np.array([0, 1, 127, 128, 20_000])
LOSSES = np.array([0.5, -1.25, np.nan, np.inf, 3.0], dtype=np.float32)
WEIGHTS = np.random.default_rng(0).normal(size=5000).astype(np.float32)
GRAPH = GraphDef(
    node=[NodeDef(name="forward/dense/dot", op="dot_general", input=["x"]), NodeDef(name="x", op="Placeholder")]
)


@pytest.fixture(scope="module")
def logdir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run with one of everything."""
    folder = tmp_path_factory.mktemp("run")
    with SummaryWriter(folder, heartbeat_secs=None) as writer:
        for step, loss in zip(STEPS.tolist(), LOSSES, strict=True):
            writer.add_scalar("single/loss", float(loss), step, walltime=1e9 + step)
            writer.add_scalars_at(step, {"at/a": float(loss), "at/b": step}, walltime=1e9 + step)
            writer.add_scalar("new/loss", float(loss), step, walltime=1e9 + step, new_style=True)
        writer.add_scalars_block(STEPS, {"block/loss": jnp.array(LOSSES), "block/rate": STEPS}, walltimes=1e9 + STEPS)
        writer.add_histogram("weights", WEIGHTS, 3)
        writer.add_histogram("weights", np.array([1.0, np.nan, 2.0]), 4)
        writer.add_histogram("numpys", WEIGHTS, 3, bins=20)
        writer.add_histogram("empty", np.full(3, np.nan), 3)
        counts, moments = count_values(WEIGHTS)
        writer.add_histograms_at(7, ["device/w"], jnp.array(counts[None]), moments[None])
        writer.add_text("notes", "# title", 3)
        writer.add_text("notes", "ünï", 4)
        writer.add_graph(GRAPH)
    return folder


@pytest.fixture(scope="module")
def accumulator(logdir: Path) -> EventAccumulator:
    guidance = {"scalars": 0, "tensors": 0, "histograms": 0}
    return EventAccumulator(str(logdir), size_guidance=guidance).Reload()


def test_tensorboards_raw_loader_reads_every_record_and_writes_the_same_bytes(logdir: Path):
    (path,) = logdir.iterdir()

    records = list(RawEventFileLoader(str(path)).Load())

    assert len(records) == 1 + 3 * len(STEPS) + len(STEPS) + 5 + 2 + 1
    assert all(ForeignEvent.FromString(record).SerializeToString() == record for record in records)
    assert ForeignEvent.FromString(records[0]).file_version == "brain.Event:2"


def test_tensorboard_sees_the_tags_of_each_kind(accumulator: EventAccumulator):
    tags = accumulator.Tags()

    assert sorted(tags["scalars"]) == ["at/a", "at/b", "block/loss", "block/rate", "single/loss"]
    assert sorted(tags["histograms"]) == ["device/w", "empty", "numpys", "weights"]
    assert sorted(tags["tensors"]) == ["new/loss", "notes"]
    assert tags["graph"] is True


@pytest.mark.parametrize("tag", ["single/loss", "at/a", "block/loss"])
def test_tensorboard_reads_steps_wall_times_and_values(accumulator: EventAccumulator, tag: str):
    points = accumulator.Scalars(tag)

    assert [point.step for point in points] == STEPS.tolist()
    assert [point.wall_time for point in points] == (1e9 + STEPS).tolist()
    np.testing.assert_array_equal([point.value for point in points], LOSSES)


def test_tensorboard_reads_scalars_in_the_new_style(accumulator: EventAccumulator):
    points = accumulator.Tensors("new/loss")

    assert accumulator.SummaryMetadata("new/loss").plugin_data.plugin_name == "scalars"
    assert [point.step for point in points] == STEPS.tolist()
    np.testing.assert_array_equal([tensor_util.make_ndarray(point.tensor_proto).item() for point in points], LOSSES)


@pytest.mark.parametrize("tag", ["weights", "device/w"])
def test_tensorboard_reads_histograms(accumulator: EventAccumulator, tag: str):
    histogram = accumulator.Histograms(tag)[0].histogram_value

    counts, limits = np.array(histogram.bucket), np.array(histogram.bucket_limit)
    assert (histogram.num, histogram.min, histogram.max) == (5000, WEIGHTS.min(), WEIGHTS.max())
    np.testing.assert_allclose([histogram.sum, histogram.sum_squares], [WEIGHTS.sum(), (WEIGHTS**2).sum()], rtol=1e-3)
    assert [(limit > WEIGHTS).sum() for limit in limits] == np.cumsum(counts).tolist()


def test_tensorboard_reads_a_histogram_with_nan_as_that_of_the_finite_values(accumulator: EventAccumulator):
    histogram = accumulator.Histograms("weights")[1].histogram_value

    assert (histogram.num, histogram.min, histogram.max, sum(histogram.bucket)) == (3, 1.0, 2.0, 2)


def test_tensorboard_makes_drawable_buckets_of_every_histogram(logdir: Path):
    (path,) = logdir.iterdir()
    buckets = {}

    for event in EventFileLoader(str(path)).Load():
        for value in event.summary.value:
            if value.metadata.plugin_data.plugin_name == "histograms":
                buckets.setdefault(value.tag, []).append(tensor_util.make_ndarray(value.tensor))

    assert [rows.shape for rows in buckets["empty"]] == [(0, 3)]
    assert buckets["weights"][0][:, 2].sum() == 5000
    for rows in [*buckets["weights"], *buckets["numpys"], *buckets["device/w"]]:
        lefts, rights, counts = rows.T
        assert np.isfinite(rows).all()
        assert (lefts <= rights).all()
        assert (rights[:-1] == lefts[1:]).all()
        assert counts[0] > 0
        assert counts[-1] > 0


def test_our_decoder_gives_the_buckets_that_tensorboard_draws(logdir: Path):
    (path,) = logdir.iterdir()
    foreign = [
        tensor_util.make_ndarray(value.tensor)
        for event in EventFileLoader(str(path)).Load()
        for value in event.summary.value
        if value.tag == "weights"
    ]

    ours = load(logdir).runs["."].histograms["weights"]

    for histogram, rows in zip(ours, foreign, strict=True):
        columns = np.array([histogram.lefts, histogram.rights, histogram.counts], dtype=np.float32)
        assert columns.T.tolist() == rows.tolist()


def test_tensorboard_reads_text(accumulator: EventAccumulator):
    texts = accumulator.Tensors("notes")

    assert accumulator.SummaryMetadata("notes").plugin_data.plugin_name == "text"
    assert [point.step for point in texts] == [3, 4]
    assert [tensor_util.make_ndarray(point.tensor_proto).item().decode() for point in texts] == ["# title", "ünï"]


def test_tensorboard_reads_the_graph(accumulator: EventAccumulator):
    graph = accumulator.Graph()

    assert [(node.name, node.op, list(node.input)) for node in graph.node] == [
        ("forward/dense/dot", "dot_general", ["x"]),
        ("x", "Placeholder", []),
    ]


def test_tensorboard_purges_what_our_purge_step_supersedes(tmp_path: Path):
    with SummaryWriter(tmp_path) as writer:
        for step in range(10):
            writer.add_scalar("a", float(step), step)
    with SummaryWriter(tmp_path, purge_step=6, filename_suffix=".second") as writer:
        writer.add_scalar("a", 60.0, 6)

    points = EventAccumulator(str(tmp_path)).Reload().Scalars("a")

    ours = load(tmp_path).runs["."].scalars["a"].current()
    assert [point.step for point in points] == [0, 1, 2, 3, 4, 5, 6]
    assert ours.steps.tolist() == [0, 1, 2, 3, 4, 5, 6]
    assert ours.values.tolist() == [point.value for point in points]


def write_with_torchs_interface(writer) -> None:
    """What tensorboardX and torch share."""
    for step, loss in zip(STEPS.tolist(), LOSSES, strict=True):
        writer.add_scalar("loss", float(loss), step, walltime=1e9 + step)
    writer.add_histogram("weights", WEIGHTS, 3)
    writer.add_text("notes", "hello", 3)
    writer.close()


def check_what_torchs_interface_wrote(folder: Path) -> None:
    run = load(folder).runs["."]
    loss = run.scalars["loss"]
    assert loss.steps.tolist() == STEPS.tolist()
    assert loss.wall_times.tolist() == (1e9 + STEPS).tolist()
    np.testing.assert_array_equal(loss.values, LOSSES)
    assert loss.non_finite.tolist() == [2, 3]
    histogram = run.histograms["weights"][0]
    assert (histogram.num, histogram.counts.sum(), histogram.min) == (5000, 5000, WEIGHTS.min())
    assert run.texts["notes/text_summary"][:] == ["hello"]
    assert [health.problems for health in run.health] == [()]


def test_our_reader_reads_what_tensorboardx_wrote(tmp_path: Path):
    tensorboardx = pytest.importorskip("tensorboardX")

    write_with_torchs_interface(tensorboardx.SummaryWriter(str(tmp_path)))

    check_what_torchs_interface_wrote(tmp_path)


def test_our_reader_finds_every_kind_that_tensorboardx_writes(tmp_path: Path):
    tensorboardx = pytest.importorskip("tensorboardX")
    writer = tensorboardx.SummaryWriter(str(tmp_path))

    writer.add_image("image", np.zeros((3, 4, 4), np.uint8), 1)
    writer.add_pr_curve("curve", np.array([0, 1]), np.array([0.2, 0.8]), 1)
    writer.add_hparams({"lr": 0.1}, {"loss": 1.0}, name="trial")
    writer.close()

    kinds = {(tag.name, tag.kind) for run in load(tmp_path).runs.values() for tag in run.tags}
    expected = {
        ("image", "images"),
        ("curve", "pr_curves"),
        ("_hparams_/experiment", "hparams"),
        ("_hparams_/session_start_info", "hparams"),
        ("_hparams_/session_end_info", "hparams"),
        ("loss", "scalars"),
    }
    assert kinds == expected


@pytest.mark.peers
def test_our_reader_reads_what_torch_wrote(tmp_path: Path):
    pytest.importorskip("torch")
    from torch.utils.tensorboard import SummaryWriter as TorchWriter

    write_with_torchs_interface(TorchWriter(str(tmp_path)))

    check_what_torchs_interface_wrote(tmp_path)


@pytest.mark.peers
def test_histogram_of_a_torch_tensor_is_the_one_that_torch_writes(tmp_path: Path):
    torch = pytest.importorskip("torch")
    from torch.utils.tensorboard import SummaryWriter as TorchWriter

    tensor = torch.tensor(WEIGHTS)
    with TorchWriter(str(tmp_path / "torch")) as theirs, SummaryWriter(tmp_path / "ours") as ours:
        for writer in (theirs, ours):
            writer.add_histogram("weights", tensor, 3)
            writer.add_scalar("sum", tensor.sum(), 3)
            writer.add_scalar("half", torch.tensor(0.5, dtype=torch.bfloat16), 3)

    runs = load(tmp_path).runs
    mine, other = (runs[name].histograms["weights"][0] for name in ("ours", "torch"))
    used, others = mine.counts > 0, other.counts > 0
    assert mine.counts[used].tolist() == other.counts[others].tolist()
    np.testing.assert_allclose(mine.rights[used], other.rights[others], rtol=1e-12)
    for name in ("sum", "half"):
        assert runs["ours"].scalars[name].values.tolist() == runs["torch"].scalars[name].values.tolist()
