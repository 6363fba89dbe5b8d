"""Remakes tests/fixtures: event files by the writers that need TensorFlow, which the tests do not install.

    pip install tensorflow-cpu==2.21.0 tensorboard==2.21.0 clu==0.0.12 flax==0.12.8 pillow
    KERAS_BACKEND=tensorflow python scripts/make_fixtures.py

Each folder of tests/fixtures is a logdir by one writer; versions.json says by which versions. The name of the machine,
which stands in the names of the files, is replaced.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import flax.metrics.tensorboard
import keras
import ml_dtypes
import numpy as np
import tensorflow as tf
from clu import metric_writers
from tensorboard.plugins.custom_scalar import layout_pb2
from tensorboard.plugins.custom_scalar import summary as custom_scalar_summary
from tensorboard.plugins.hparams import api as hparams_api
from tensorboard.plugins.mesh import summary as mesh_summary_v1
from tensorboard.plugins.mesh import summary_v2 as mesh_summary
from tensorboard.plugins.pr_curve import summary as pr_curve_summary
from tensorboard.summary import v1 as tensorboard_v1

FOLDER = Path(__file__).resolve().parent.parent / "tests" / "fixtures"
tf1 = tf.compat.v1

RANDOM = np.random.default_rng(0)
STEPS = (0, 1, 127, 128, 2**31, 2**53)
LOSSES = np.array([0.1, -0.0, np.nan, np.inf, -np.inf, 3.4e38], np.float32)
WEIGHTS = RANDOM.normal(size=200).astype(np.float32)
IMAGES = RANDOM.integers(0, 256, (3, 4, 5, 3)).astype(np.uint8)
CLIPS = np.clip(RANDOM.normal(size=(2, 40, 2)) / 3, -1, 1).astype(np.float32)
LABELS = RANDOM.integers(0, 2, 50).astype(bool)
PREDICTIONS = RANDOM.random(50).astype(np.float32)
VERTICES = RANDOM.normal(size=(1, 4, 3)).astype(np.float32)
FACES = np.array([[[0, 1, 2], [1, 2, 3]]], np.int32)
COLORS = RANDOM.integers(0, 256, (1, 4, 3)).astype(np.uint8)
SCENE = {"camera": {"cls": "PerspectiveCamera", "fov": 75}}


def write_tf2(folder: Path) -> None:
    """Every function of `tf.summary`, and the plugins that TensorBoard offers beside it."""
    with tf.summary.create_file_writer(str(folder / "values")).as_default():
        for step, loss in zip(STEPS, LOSSES, strict=True):
            tf.summary.scalar("loss", loss, step, description="of *training*")
        tf.summary.scalar("integer", 2**24 + 1, 1)
        tf.summary.scalar("ünïcode/±", 1.5, 1)
        write_media()
        write_plugins()
        write_tensors()
    with tf.summary.create_file_writer(str(folder / "graphs")).as_default():
        write_graphs()
    with tf.summary.create_file_writer(str(folder / "hparams")).as_default():
        write_hparams()


def write_media() -> None:
    """Histograms, images, audio and text in each of their forms."""
    tf.summary.histogram("weights", WEIGHTS, 3, description="of the first layer")
    tf.summary.histogram("weights", WEIGHTS * 2, 4)
    tf.summary.histogram("three buckets", WEIGHTS, 3, buckets=3)
    tf.summary.histogram("constant", np.full(5, 0.1), 3)
    tf.summary.histogram("empty", np.zeros(0, np.float32), 3)
    for channels in (1, 2, 3, 4):
        pixels = np.resize(IMAGES, (1, 4, 5, channels))
        tf.summary.image(f"channels/{channels}", pixels, 1)
    tf.summary.image("batch", IMAGES, 1, max_outputs=2, description="two of three")
    tf.summary.image("floats", IMAGES / np.float32(255), 1)
    tf.summary.audio("stereo", CLIPS, 8000, 1, max_outputs=2)
    tf.summary.audio("mono", CLIPS[:, :, :1], 22050, 1, encoding="wav", description="one channel")
    tf.summary.text("one", "# title", 1)
    tf.summary.text("list", ["a", "b"], 1, description="two")
    tf.summary.text("table", [["a", "ü"], ["c", "d"]], 1)


def write_plugins() -> None:
    """What stands in TensorBoard's package only."""
    mesh_summary.mesh("mesh", VERTICES, COLORS, FACES, SCENE, step=1)
    mesh_summary.mesh("cloud", VERTICES, step=1, description="of points")
    for step in (1, 2):
        curve = pr_curve_summary.pb("curve", LABELS, PREDICTIONS, num_thresholds=7, description="of `a`")
        tf.summary.experimental.write_raw_pb(curve.SerializeToString(), step)
    tf.summary.experimental.write_raw_pb(custom_scalar_summary.pb(make_layout()).SerializeToString(), 0)


def make_layout() -> Any:
    """A layout with both kinds of chart."""
    lines = layout_pb2.MultilineChartContent(tag=["loss.*", "rate"])
    band = layout_pb2.MarginChartContent.Series(value="mean", lower="low", upper="high")
    charts = [
        layout_pb2.Chart(title="lines", multiline=lines),
        layout_pb2.Chart(title="band", margin=layout_pb2.MarginChartContent(series=[band])),
    ]
    return layout_pb2.Layout(category=[layout_pb2.Category(title="all", chart=charts, closed=True)])


def write_tensors() -> None:
    """Tensors of every type, without a plugin and with one that nobody knows."""
    numbers = (np.float16, np.float32, np.float64, np.int8, np.int16, np.int32, np.int64)
    others = (np.uint8, np.uint16, np.uint32, np.uint64, np.bool_, np.complex64, np.complex128, ml_dtypes.bfloat16)
    for dtype in numbers + others:
        name = np.dtype(dtype).name
        tf.summary.write(f"tensors/{name}", tf.constant(np.arange(6).reshape(2, 3).astype(dtype)), 1)
        tf.summary.write(f"one/{name}", tf.constant(np.ones((), dtype)), 1)
        scalar = tf1.SummaryMetadata(plugin_data={"plugin_name": "scalars"})
        if np.dtype(dtype).kind != "c":
            tf.summary.write(f"scalars/{name}", tf.constant(np.ones((), dtype)), 1, metadata=scalar)
    tf.summary.write("tensors/string", tf.constant([b"\xff\x00", b""]), 1)
    tf.summary.write("tensors/empty", tf.zeros((0, 3)), 1)
    unknown = tf1.SummaryMetadata(plugin_data={"plugin_name": "greeter", "content": b"v1"}, display_name="Greeter")
    for step in (1, 2):
        tf.summary.write("greeting", tf.constant("hello"), step, metadata=unknown)


def write_graphs() -> None:
    """A graph given as such, and one traced with what it cost."""
    double = tf.function(lambda number: number * 2.0)
    tf.summary.graph(double.get_concrete_function(tf.constant(3.0)).graph.as_graph_def())
    tf.summary.trace_on(graph=True, profiler=False)
    double(tf.constant(3.0))
    tf.summary.trace_export("double", step=5)


def write_hparams() -> None:
    """What an experiment has, and one session of it."""
    hparams_api.hparams_config(
        hparams=[
            hparams_api.HParam("rate", hparams_api.RealInterval(0.1, 0.2), "Rate", "of *learning*"),
            hparams_api.HParam("layers", hparams_api.IntInterval(1, 5)),
            hparams_api.HParam("activation", hparams_api.Discrete(["relu", "elu"])),
            hparams_api.HParam("anything"),
        ],
        metrics=[
            hparams_api.Metric("loss", "train", "Loss", "of training", hparams_api.Metric.TRAINING),
            hparams_api.Metric("accuracy"),
        ],
        time_created_secs=1_700_000_000.5,
    )
    values = {"rate": 0.1, "layers": 2, "activation": "relu", "is_deep": True, "width": np.float32(0.1)}
    hparams_api.hparams(values, trial_id="trial", start_time_secs=1_700_000_001.5)


def write_keras(folder: Path) -> None:
    """Keras' callback with all that it can write."""
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.layers.Input((2,)), keras.layers.Dense(1, name="last")])
    model.compile("sgd", "mse", metrics=["mae"])
    features = RANDOM.normal(size=(8, 2)).astype(np.float32)
    callback = keras.callbacks.TensorBoard(
        str(folder), histogram_freq=1, write_graph=True, write_images=True, update_freq=1, profile_batch=0
    )
    model.fit(features, features.sum(1), batch_size=4, epochs=2, validation_split=0.5, verbose=0, callbacks=[callback])


def write_tf1(folder: Path) -> None:
    """TensorFlow 1's `FileWriter` and its ops, in a session."""
    with tf1.Graph().as_default(), tf1.Session() as session:
        number = tf1.placeholder(tf.float32, (), "number")
        tf1.summary.scalar("loss", number)
        tf1.summary.histogram("weights", WEIGHTS * number)
        tf1.summary.image("image", IMAGES, max_outputs=2)
        tf1.summary.audio("audio", CLIPS, 8000, max_outputs=2)
        tf1.summary.text("text", tf.constant(["a", "b"]))
        collections = [tf1.GraphKeys.SUMMARIES]
        tf1.summary.tensor_summary("tensor", tf.constant([1.0, 2.0]), "two", collections, display_name="Vector")
        merged = tf1.summary.merge_all()
        writer = tf1.summary.FileWriter(str(folder), session.graph)
        for step in range(3):
            writer.add_summary(session.run(merged, {number: step + 1}), step)
        writer.add_session_log(tf1.SessionLog(status=tf1.SessionLog.CHECKPOINT, checkpoint_path="model"), 2)
        writer.add_session_log(tf1.SessionLog(status=tf1.SessionLog.START), 2)
        writer.add_summary(session.run(merged, {number: 20.0}), 2)
        writer.add_run_metadata(make_run_metadata(), "step2", 2)
        writer.add_meta_graph(tf1.train.export_meta_graph(clear_extraneous_savers=True))
        writer.add_summary(tf1.Summary(value=[tf1.Summary.Value(tag="by hand", simple_value=0.5)]), 3)
        writer.close()


def make_run_metadata() -> Any:
    """What one op cost, as a session tells it, with a made-up device."""
    node = {"node_name": "number", "all_start_micros": 1, "all_end_rel_micros": 7}
    return tf1.RunMetadata(step_stats={"dev_stats": [{"device": "/device:CPU:0", "node_stats": [node]}]})


def write_tensorboard_v1(folder: Path) -> None:
    """TensorBoard's ops for TensorFlow 1: the new encoding, metadata on the first value of a tag only."""
    with tf1.Graph().as_default(), tf1.Session() as session:
        number = tf1.placeholder(tf.float32, ())
        summaries = [
            tensorboard_v1.scalar("loss", number, "Loss", "of *training*"),
            tensorboard_v1.histogram("weights", WEIGHTS * number, 5, "Weights"),
            tensorboard_v1.image("image", IMAGES, max_outputs=2, description="two"),
            tensorboard_v1.audio("audio", CLIPS, 8000, labels=["left *ear*", "right"], max_outputs=2),
            tensorboard_v1.text("text", tf.constant("one")),
            tensorboard_v1.pr_curve("curve", LABELS, PREDICTIONS, 5, display_name="Curve"),
            mesh_summary_v1.op("mesh", VERTICES * number, FACES, COLORS, config_dict=SCENE),
        ]
        merged = tf1.summary.merge(summaries)
        writer = tf1.summary.FileWriter(str(folder))
        for step in range(3):
            writer.add_summary(session.run(merged, {number: step + 1}), step)
        writer.add_summary(tensorboard_v1.custom_scalar_pb(make_layout()))
        writer.close()


def write_clu(folder: Path) -> None:
    """Every method of clu's writer."""
    writer = metric_writers.SummaryWriter(str(folder))
    for step in (0, 10):
        writer.write_scalars(step, {"loss": 1.5, "accuracy": np.float32(0.1)})
    writer.write_images(10, {"image": IMAGES})
    writer.write_audios(10, {"audio": CLIPS}, sample_rate=8000)
    writer.write_texts(10, {"text": "# title"})
    writer.write_histograms(10, {"weights": WEIGHTS}, num_buckets={"weights": 5})
    writer.write_summaries(10, {"tensor": np.arange(3.0)})
    writer.write_hparams({"rate": 0.1, "model": {"layers": 2, "name": "small"}})
    writer.close()


def write_flax(folder: Path) -> None:
    """Every method of flax' writer."""
    writer = flax.metrics.tensorboard.SummaryWriter(folder)
    for step in (0, 10):
        writer.scalar("loss", 1.5 * step, step)
    writer.image("image", IMAGES, 10)
    writer.image("grey", IMAGES[0, :, :, 0], 10)
    writer.audio("audio", CLIPS, 10, 8000)
    writer.text("text", "# title", 10)
    writer.histogram("weights", WEIGHTS, 10, bins=5)
    writer.write("tensor", tf.constant(np.arange(3.0)), 10)
    writer.hparams({"rate": 0.1, "model": {"layers": 2}, "is_deep": False})
    writer.close()


WRITERS: dict[str, tuple[Callable[[Path], None], tuple[str, ...]]] = {
    "tf2": (write_tf2, ("tensorflow", "tensorboard")),
    "keras": (write_keras, ("keras", "tensorflow")),
    "tf1": (write_tf1, ("tensorflow",)),
    "tensorboard_v1": (write_tensorboard_v1, ("tensorboard", "tensorflow")),
    "clu": (write_clu, ("clu", "tensorflow")),
    "flax": (write_flax, ("flax", "tensorflow")),
}
"""What each writes, and the packages that count."""


def rename(folder: Path) -> None:
    """Takes the time, the machine and the process out of the files' names; their order stays."""
    for parent in {path.parent for path in folder.rglob("*tfevents*")}:
        for number, path in enumerate(sorted(parent.iterdir())):
            suffix = ".v2" if path.name.endswith(".v2") else ""
            path.rename(parent / f"events.out.tfevents.1700000000.host.1.{number}{suffix}")


def main() -> None:
    """Writes all of them anew."""
    versions = {}
    for name, (write, packages) in WRITERS.items():
        shutil.rmtree(FOLDER / name, ignore_errors=True)
        write(FOLDER / name)
        rename(FOLDER / name)
        versions[name] = {package: version(package.replace("tensorflow", "tensorflow-cpu")) for package in packages}
    (FOLDER / "versions.json").write_text(json.dumps(versions, indent=4) + "\n")


if __name__ == "__main__":
    main()
