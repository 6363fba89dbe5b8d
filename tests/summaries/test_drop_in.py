"""Each method called with one input on our writer and on a peer's; TensorBoard's loader reads the same from both.

With `compat=True` our writer puts things where torch does. What differs all the same is listed in FORMAT.md, under
"Where torch's writer differs", and tested at the end of this file.
"""

from __future__ import annotations

import importlib
import inspect
import io
import re
import socket
import wave
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from google.protobuf import text_format
from PIL import Image, ImageSequence
from tensorboard.backend.event_processing.event_file_loader import EventFileLoader
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.plugins.custom_scalar.layout_pb2 import Layout
from tensorboard.plugins.hparams.plugin_data_pb2 import HParamsPluginData
from tensorboard.plugins.projector.projector_config_pb2 import ProjectorConfig
from tensorboard.util import tensor_util

from summaries import SummaryWriter, load

TIME = 1_234_567_890.5
RNG = np.random.default_rng(7)
IMAGE = RNG.random((3, 12, 17), dtype=np.float32) * 1.2 - 0.1
BATCH = RNG.random((10, 3, 6, 5), dtype=np.float32)
VALUES = RNG.normal(size=2000)
LABELS, PREDICTIONS = RNG.integers(0, 2, 300), RNG.random(300)
BYTES = (IMAGE.clip(0, 1) * 255).astype(np.uint8)
BOXES = np.array([[1, 2, 9, 8], [0.0, 0.0, 3.0, 3.0]])
POINTS = VALUES[:40].reshape(10, 4)
VERTICES = RNG.random((2, 5, 3), dtype=np.float32)
COLORS = (VERTICES * 255).astype(np.int32)
CAMERA = {"camera": {"cls": "PerspectiveCamera", "fov": 75}}
LAYOUT = {"losses": {"both": ["Multiline", ["a", "b"]], "band": ["Margin", ["mean", "low", "high"]]}}
HPARAMS = {"lr": 0.1, "layers": 3, "optimizer": "adam", "nothing": None}
OWN_TAGS = "__run__/"
"""What we tell of a run beside what was logged; no peer has it."""
TORCH, TENSORBOARD_X = "torch.utils.tensorboard", "tensorboardX"


@dataclass(frozen=True)
class Case:
    """One call.

    Attributes:
        method: Of the writer, or of its `file_writer` after a dot.
        args: By position.
        kwargs: By name.
        are_tensors: Whether torch's writer wants torch tensors in place of arrays; ours gets them too.
    """

    method: str
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    are_tensors: bool

    @property
    def name(self) -> str:
        return "-".join([self.method, *self.kwargs])


def call(method: str, *args: Any, are_tensors: bool = False, **kwargs: Any) -> Case:
    return Case(method, args, kwargs, are_tensors)


def tensor_call(method: str, *args: Any, **kwargs: Any) -> Case:
    return Case(method, args, kwargs, are_tensors=True)


OF_BOTH_PEERS = [
    call("add_scalar", "a/b", 0.1),
    call("add_scalar", "a", 3, 7, walltime=TIME),
    call("add_scalar", "a", np.float32(0.25), np.int64(7)),
    call("add_scalar", "a", np.array([0.5]), 1),
    call("add_scalar", "a", float("nan"), 1),
    call("add_histogram", "h", VALUES, 3, walltime=TIME),
    call("add_histogram", "h", VALUES, 3, bins="auto"),
    call("add_histogram", "h", VALUES, 3, bins="fd", max_bins=10),
    call("add_histogram", "h", VALUES, 3, max_bins=40),
    call("add_histogram", "h", VALUES.reshape(20, 100), 3, bins=[-3, -1, 0, 2, 5]),
    call("add_histogram", "h", np.zeros(5), 3),
    call("add_histogram", "h", np.array([1, 2, 1000]), 3),
    call("add_histogram_raw", "h", -1.0, 5.0, 9, 3.0, 40.0, [0.0, 2.0, 6.0], [2, 3, 4], 3, walltime=TIME),
    call("add_image", "i", BYTES, 3),
    call("add_image", "i", BYTES[0], 3, dataformats="HW"),
    call("add_image", "i", BYTES[0], 3, dataformats="WH"),
    call("add_image", "i", BYTES[:1], 3),
    call("add_images", "i", (BATCH[:3] * 255).astype(np.uint8), 3),
    call("add_images", "i", (BATCH[:, :1] * 255).astype(np.uint8), 3),
    call("add_image_with_boxes", "i", np.zeros((40, 60, 3)), BOXES, 3, dataformats="HWC", labels=["cat", "dog"]),
    call("add_text", "notes", "# tïtle", 3, walltime=TIME),
    call("add_embedding", BATCH.reshape(10, -1)[:, :4]),
    call("add_embedding", POINTS, metadata=list("abcdefghij"), global_step=12, tag="a/b"),
    call("add_embedding", POINTS[:2], metadata=[["x", 1], ["y", 2.5]], metadata_header=["n", "v"]),
    call("add_pr_curve", "pr", LABELS, PREDICTIONS, 3, walltime=TIME),
    call("add_pr_curve", "pr", LABELS, PREDICTIONS, 3, num_thresholds=20, weights=VALUES[:300] ** 2),
    call("add_pr_curve_raw", "pr", *np.arange(30.0).reshape(6, 5), 3, 5, walltime=TIME),
    call("add_custom_scalars", LAYOUT),
    call("add_custom_scalars_multilinechart", ["a", "b"], "category", title="title"),
    call("add_custom_scalars_marginchart", ["a", "b", "c"]),
]
OF_TORCH = [
    tensor_call("add_scalar", "a", np.array(0.5), 1),
    call("add_scalar", "a", 0.1, 7, walltime=TIME, new_style=True),
    call("add_scalar", "a", 0.1, 7, new_style=True, double_precision=True),
    call("add_scalars", "loss/all", {"train": 0.5, "test": 0.25}, 3, walltime=TIME),
    tensor_call("add_histogram", "h", VALUES, 3),
    call("add_image", "i", IMAGE, 3, walltime=TIME),
    tensor_call("add_image", "i", IMAGE, 3),
    call("add_image", "i", IMAGE.astype(np.float64), 3),
    call("add_image", "i", IMAGE.transpose(1, 2, 0), 3, dataformats="HWC"),
    call("add_image", "i", np.eye(4, dtype=np.int64), 3, dataformats="HW"),
    call("add_image", "i", np.eye(4, dtype=bool), 3, dataformats="HW"),
    call("add_image", "i", RNG.random((5, 4, 4)), 3, dataformats="hwc"),
    call("add_image", "i", BATCH, 3, dataformats="NCHW"),
    call("add_images", "i", BATCH, 3, walltime=TIME),
    tensor_call("add_images", "i", BATCH.transpose(0, 2, 3, 1), 3, dataformats="NHWC"),
    call("add_image_with_boxes", "i", IMAGE, BOXES, 3, walltime=TIME),
    call("add_audio", "s", np.sin(np.arange(500) / 9), 3, sample_rate=8000, walltime=TIME),
    tensor_call("add_audio", "s", np.sin(np.arange(500) / 9, dtype=np.float32)[None], 3),
    *(
        tensor_call("add_tensor", "t", np.arange(-3, 3).reshape(2, 3).astype(dtype), 3, TIME)
        for dtype in ("f4", "f8", "i1", "i2", "i4", "i8", "?", "c8", "c16")
    ),
    tensor_call("add_tensor", "t", np.array(2.5, dtype=np.float32)),
    tensor_call("add_embedding", POINTS, label_img=BATCH),
    tensor_call("add_embedding", POINTS[:9], label_img=BATCH[:9, :, :5]),
    tensor_call("add_pr_curve", "pr", LABELS.astype(bool), PREDICTIONS),
    tensor_call("add_mesh", "m", VERTICES, global_step=3, walltime=TIME),
    tensor_call("add_mesh", "m", VERTICES, COLORS, np.arange(6).reshape(2, 1, 3), CAMERA, 3, TIME),
    call("add_hparams", HPARAMS, {"accuracy": 0.5, "loss": 2}, run_name="trial", global_step=3),
    call("add_hparams", HPARAMS, {"accuracy": 0.5}, {"layers": [1, 2, 3], "optimizer": ["adam", "sgd"]}, "trial"),
    call("file_writer.add_summary", Summary(value=[Summary.Value(tag="own", simple_value=1.5)]), 3, TIME),
    call("file_writer.add_event", Event(step=9, graph_def=b""), 3, TIME),
]


def apply(writer: Any, case: Case, *, as_tensors: bool) -> None:
    target = writer
    for part in case.method.split("."):
        target = getattr(target, part)
    args, kwargs = (convert(value, as_tensors=as_tensors) for value in (case.args, case.kwargs))
    target(*args, **kwargs)


def convert(value: Any, *, as_tensors: bool) -> Any:
    """Torch tensors in place of arrays."""
    if isinstance(value, tuple):
        return tuple(convert(element, as_tensors=as_tensors) for element in value)
    if isinstance(value, dict):
        return {key: convert(element, as_tensors=as_tensors) for key, element in value.items()}
    if isinstance(value, np.ndarray) and as_tensors:
        return importlib.import_module("torch").tensor(value)
    return value


def write_both(tmp_path: Path, case: Case, peer: str) -> tuple[Path, Path]:
    """The logdirs of our writer and of the peer's."""
    module = importlib.import_module(peer)
    as_tensors = case.are_tensors and peer == TORCH
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    with SummaryWriter(ours, compat=True) as writer:
        apply(writer, case, as_tensors=as_tensors)
    with module.SummaryWriter(str(theirs)) as writer:
        apply(writer, case, as_tensors=as_tensors)
    return ours, theirs


def iter_facts(logdir: Path, *, has_wall_time: bool) -> Iterator[tuple[Any, ...]]:
    """What TensorBoard's loader reads in all runs, in the order of runs, tags and files."""
    for path in sorted(logdir.rglob("*tfevents*")):
        run = path.parent.relative_to(logdir).as_posix()
        known: set[str] = set()
        for event in EventFileLoader(str(path)).Load():
            time = event.wall_time if has_wall_time else None
            if event.WhichOneof("what") in ("graph_def", "session_log"):
                yield run, event.step, event.graph_def, event.session_log.status
            for value in event.summary.value:
                if value.tag.startswith(OWN_TAGS):
                    continue
                metadata = None if value.tag in known else describe_metadata(value.metadata)
                known.add(value.tag)
                yield run, value.tag, event.step, time, metadata, describe_value(value)


def describe_metadata(metadata: Any) -> tuple[Any, ...]:
    plugin, content = metadata.plugin_data.plugin_name, metadata.plugin_data.content
    parsed = HParamsPluginData.FromString(content) if plugin == "hparams" else content
    return plugin, metadata.display_name, metadata.summary_description, metadata.data_class, parsed


def describe_value(value: Any) -> Any:
    """The value as plain data; pictures by their pixels, sounds by their samples."""
    plugin = value.metadata.plugin_data.plugin_name
    if value.WhichOneof("value") is None:
        return None
    array = tensor_util.make_ndarray(value.tensor)
    if plugin == "images":
        width, height, data = array.tolist()
        with Image.open(io.BytesIO(data)) as picture:
            return int(width), int(height), picture.mode, np.asarray(picture).tolist()
    if plugin == "audio":
        with wave.open(io.BytesIO(array.ravel()[0])) as sound:
            return sound.getparams(), sound.readframes(sound.getnframes())
    if plugin == "histograms":
        return array[array[:, 2] > 0].tolist()
    if value.tag == "custom_scalars__config__":
        return Layout.FromString(array.item())
    return array.dtype, array.shape, array.tolist()


def read_files(logdir: Path) -> dict[str, Any]:
    """What lies beside the event files, by path."""
    return {path.relative_to(logdir).as_posix(): read_file(path) for path in logdir.rglob("*.*") if path.is_file()
            and "tfevents" not in path.name}  # fmt: skip


def read_file(path: Path) -> Any:
    if path.suffix == ".png":
        return np.asarray(Image.open(path)).tolist()
    if path.suffix == ".pbtxt":
        return text_format.Parse(path.read_text(), ProjectorConfig())
    return path.read_text()


def check(tmp_path: Path, case: Case, peer: str) -> None:
    ours, theirs = write_both(tmp_path, case, peer)
    has_wall_time = any(value is TIME for value in (*case.args, *case.kwargs.values()))

    facts, others = (sorted(iter_facts(folder, has_wall_time=has_wall_time), key=repr) for folder in (ours, theirs))

    assert repr(facts) == repr(others)  # repr: NaN is equal to NaN
    assert facts or case.method == "add_embedding"
    assert read_files(ours) == read_files(theirs)


def name_cases(cases: list[Case]) -> list[Any]:
    return [pytest.param(entry, id=f"{index}-{entry.name}") for index, entry in enumerate(cases)]


@pytest.mark.parametrize("case", name_cases(OF_BOTH_PEERS))
def test_tensorboard_reads_from_our_file_what_it_reads_from_that_of_tensorboardx(tmp_path: Path, case: Case):
    check(tmp_path, case, TENSORBOARD_X)


@pytest.mark.peers
@pytest.mark.parametrize("case", name_cases(OF_BOTH_PEERS + OF_TORCH))
def test_tensorboard_reads_from_our_file_what_it_reads_from_that_of_torch(tmp_path: Path, case: Case):
    pytest.importorskip("torch")

    check(tmp_path, case, TORCH)


PEERS = [TENSORBOARD_X, pytest.param(TORCH, marks=pytest.mark.peers)]


@pytest.mark.parametrize("peer", PEERS)
def test_figures_are_drawn_pixel_by_pixel_as_the_peer_draws_them(tmp_path: Path, peer: str):
    pytest.importorskip("matplotlib")
    from matplotlib.figure import Figure

    def draw(scale: float) -> Figure:
        figure = Figure(figsize=(2, 1.5))
        figure.subplots().plot([0, scale, 2])
        return figure

    module = pytest.importorskip(peer)
    writers = SummaryWriter(tmp_path / "ours"), module.SummaryWriter(str(tmp_path / "theirs"))
    for writer in writers:
        with writer:
            writer.add_figure("one", draw(1.0), 3, walltime=TIME)
            writer.add_figure("several", [draw(1.0), draw(5.0)], 3, close=False)

    facts, others = (list(iter_facts(tmp_path / name, has_wall_time=False)) for name in ("ours", "theirs"))
    assert facts == others
    assert [fact[-1][:2] for fact in facts] == [(200, 150), (400, 150)]


def test_a_figure_of_pyplot_is_forgotten_unless_it_shall_stay(tmp_path: Path):
    pyplot = pytest.importorskip("matplotlib.pyplot")
    pyplot.switch_backend("agg")
    gone, kept = pyplot.figure(), pyplot.figure()
    canvas = kept.canvas

    with SummaryWriter(tmp_path) as writer:
        writer.add_figure("gone", gone)
        writer.add_figure("kept", kept, close=False)

    assert pyplot.get_fignums() == [kept.number]
    assert kept.canvas is canvas
    pyplot.close(kept)


@pytest.mark.peers
@pytest.mark.parametrize("peer", [TENSORBOARD_X, TORCH])
@pytest.mark.filterwarnings("ignore")  # moviepy's own
def test_a_video_has_the_frames_that_the_peer_writes_through_moviepy(tmp_path: Path, peer: str):
    pytest.importorskip("moviepy")
    module = pytest.importorskip(peer)
    shades = np.linspace(0, 1, 3 * 4 * 3 * 24 * 32, dtype=np.float32)
    video = shades.reshape(3, 4, 3, 24, 32)
    for writer in (SummaryWriter(tmp_path / "ours"), module.SummaryWriter(str(tmp_path / "theirs"))):
        with writer:
            writer.add_video("v", video, 3, fps=5)

    ours, theirs = (load(tmp_path / name).runs["."].blobs("images")["v"][0] for name in ("ours", "theirs"))
    assert (ours.width, ours.height, ours.num_channels) == (theirs.width, theirs.height, theirs.num_channels)
    assert ours.frames().shape == theirs.frames().shape == (4, 24, 128, 3)
    assert get_durations(ours.encoded[0]) == [200] * 4  # moviepy 1 with today's imageio writes 0
    difference = np.abs(ours.frames().astype(int) - theirs.frames())
    assert difference.mean() < 4  # of 255: each chooses 256 colours of its own


def get_durations(gif: bytes) -> list[int]:
    """How long each frame stays, in milliseconds."""
    with Image.open(io.BytesIO(gif)) as picture:
        return [frame.info["duration"] for frame in ImageSequence.Iterator(picture)]


@pytest.mark.peers
@pytest.mark.filterwarnings("ignore")  # torch's tracer's own
def test_the_graph_of_a_torch_module_is_the_one_that_torch_writes(tmp_path: Path):
    torch = pytest.importorskip("torch")
    module = importlib.import_module(TORCH)
    model = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.ReLU())
    for writer in (SummaryWriter(tmp_path / "ours"), module.SummaryWriter(str(tmp_path / "theirs"))):
        with writer:
            writer.add_graph(model, torch.zeros(2, 3))

    ours, theirs = (load(tmp_path / name).runs["."] for name in ("ours", "theirs"))
    assert ours.graphs["__run_graph__"][0] == theirs.graphs["__run_graph__"][0]
    for run in (ours, theirs):
        assert run.blobs("graph_tagged_run_metadata").keys() == {"step1"}


@pytest.mark.peers
def test_the_graph_of_an_onnx_file_is_the_one_that_torch_writes(tmp_path: Path):
    onnx = pytest.importorskip("onnx")
    ends = [onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, [2, 3]) for name in ("x", "y")]
    node = onnx.helper.make_node("Elu", ["x"], ["y"], alpha=0.5)
    onnx.save(onnx.helper.make_model(onnx.helper.make_graph([node], "g", ends[:1], ends[1:])), tmp_path / "m.onnx")
    module = importlib.import_module(TORCH)
    for writer in (SummaryWriter(tmp_path / "ours"), module.SummaryWriter(str(tmp_path / "theirs"))):
        with writer:
            writer.add_onnx_graph(str(tmp_path / "m.onnx"))

    ours, theirs = (load(tmp_path / name).runs["."].graphs["__run_graph__"][0] for name in ("ours", "theirs"))
    assert ours == theirs
    assert [node.name for node in ours.node] == ["x", "y", "y"]


@pytest.mark.peers
def test_every_public_method_of_torchs_writer_is_here_with_its_parameters():
    pytest.importorskip("torch")
    theirs = importlib.import_module(TORCH).SummaryWriter
    names = ["__init__", *(name for name in vars(theirs) if not name.startswith("_"))]

    for name in names:
        expected = inspect.signature(getattr(theirs, name)).parameters.values()
        parameters = list(inspect.signature(getattr(SummaryWriter, name)).parameters.values())
        described = [(parameter.name, parameter.default, parameter.kind) for parameter in expected]
        assert [(p.name, p.default, p.kind) for p in parameters[: len(described)]] == described, name
        assert all(p.kind is p.KEYWORD_ONLY for p in parameters[len(described) :]), name
    assert len(names) > 25


@pytest.mark.parametrize("peer", PEERS)
def test_the_attributes_that_users_touch_are_those_of_the_peer(tmp_path: Path, peer: str):
    module = pytest.importorskip(peer)
    theirs, ours = module.SummaryWriter(str(tmp_path)), SummaryWriter(str(tmp_path), compat=True)
    theirs.add_scalars("a/b", {"c": 1.0})
    ours.add_scalars("a/b", {"c": 1.0})

    assert ours.default_bins == theirs.default_bins
    assert ours.file_writer.get_logdir() == theirs.file_writer.get_logdir() == str(tmp_path)
    if peer == TORCH:
        assert (ours.log_dir, ours.get_logdir()) == (theirs.log_dir, theirs.get_logdir())
        assert {name for name in vars(theirs) if not name.startswith("_") and not hasattr(ours, name)} == set()
        assert ours.all_writers.keys() == theirs.all_writers.keys() == {str(tmp_path), f"{tmp_path}/a_b_c"}
    for writer in (ours, theirs):
        writer.close()
        assert (writer.file_writer, writer.all_writers) == (None, None)


@pytest.mark.peers
def test_purge_step_is_written_as_torch_writes_it(tmp_path: Path):
    pytest.importorskip("torch")
    module = importlib.import_module(TORCH)
    SummaryWriter(tmp_path / "ours", purge_step=7).close()
    module.SummaryWriter(str(tmp_path / "theirs"), purge_step=7).close()

    facts, others = (list(iter_facts(tmp_path / name, has_wall_time=False)) for name in ("ours", "theirs"))
    assert facts == others == [(".", 7, b"", 1)]


@pytest.mark.parametrize("log_dir", [None, ""])
def test_a_run_without_a_folder_is_named_by_time_and_host(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, log_dir: str | None
):
    monkeypatch.chdir(tmp_path)

    with SummaryWriter(log_dir, comment="-lr0.1") as writer:
        pass

    host = re.escape(socket.gethostname())
    assert re.fullmatch(rf"runs/[A-Z][a-z]{{2}}\d\d_\d\d-\d\d-\d\d_{host}-lr0\.1", writer.log_dir)
    assert writer.get_logdir() == writer.log_dir
