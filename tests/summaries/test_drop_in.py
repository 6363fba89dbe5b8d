"""Each method called with one input on our writer and on a peer's; TensorBoard's loader reads the same from both.

With `compat=True` our writer puts things where torch does. What differs all the same is listed in FORMAT.md, under
"Where torch's writer differs", and tested at the end of this file.
"""

from __future__ import annotations

import importlib
import io
import wave
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from google.protobuf import text_format
from PIL import Image
from tensorboard.backend.event_processing.event_file_loader import EventFileLoader
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.plugins.custom_scalar.layout_pb2 import Layout
from tensorboard.plugins.hparams.plugin_data_pb2 import HParamsPluginData
from tensorboard.plugins.projector.projector_config_pb2 import ProjectorConfig
from tensorboard.util import tensor_util

from summaries import SummaryWriter

TIME = 1_234_567_890.5
RNG = np.random.default_rng(7)
IMAGE = RNG.random((3, 12, 17), dtype=np.float32) * 1.2 - 0.1
BATCH = RNG.random((10, 3, 6, 5), dtype=np.float32)
VALUES = RNG.normal(size=2000)
LABELS, PREDICTIONS = RNG.integers(0, 2, 300), RNG.random(300)
VERTICES = RNG.random((2, 5, 3), dtype=np.float32)
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
        args: By position, except arrays, which the table gives as NumPy's.
        kwargs: By name.
        peers: Who has the method with the same meaning.
        tensors: Whether torch's writer is to get torch tensors in place of arrays.
    """

    method: str
    args: tuple[Any, ...] = ()
    kwargs: dict[str, Any] | None = None
    peers: tuple[str, ...] = (TORCH, TENSORBOARD_X)
    tensors: bool = False

    @property
    def name(self) -> str:
        return f"{self.method}-{'-'.join((self.kwargs or {}).keys())}"


def case(
    method: str, *args: Any, peers: tuple[str, ...] = (TORCH, TENSORBOARD_X), tensors: bool = False, **kwargs: Any
):
    return Case(method, args, kwargs, peers, tensors)


ONLY_TORCH = (TORCH,)
CASES = [
    case("add_scalar", "a/b", 0.1),
    case("add_scalar", "a", 3, 7, walltime=TIME),
    case("add_scalar", "a", np.float32(0.25), np.int64(7)),
    case("add_scalar", "a", np.array([0.5]), 1),
    case("add_scalar", "a", float("nan"), 1),
    case("add_scalar", "a", np.array(0.5), 1, tensors=True, peers=ONLY_TORCH),
    case("add_scalar", "a", 0.1, 7, walltime=TIME, new_style=True, peers=ONLY_TORCH),
    case("add_scalar", "a", 0.1, 7, new_style=True, double_precision=True, peers=ONLY_TORCH),
    case("add_scalars", "loss/all", {"train": 0.5, "test": 0.25}, 3, walltime=TIME, peers=ONLY_TORCH),
    case("add_histogram", "h", VALUES, 3, walltime=TIME),
    case("add_histogram", "h", VALUES, 3, tensors=True, peers=ONLY_TORCH),
    case("add_histogram", "h", VALUES, 3, bins="auto"),
    case("add_histogram", "h", VALUES, 3, bins="fd", max_bins=10),
    case("add_histogram", "h", VALUES, 3, max_bins=40),
    case("add_histogram", "h", VALUES.reshape(20, 100), 3, bins=[-3, -1, 0, 2, 5]),
    case("add_histogram", "h", np.zeros(5), 3),
    case("add_histogram", "h", np.array([1, 2, 1000]), 3),
    case("add_histogram_raw", "h", -1.0, 5.0, 9, 3.0, 40.0, [0.0, 2.0, 6.0], [2, 3, 4], 3, walltime=TIME),
    case("add_image", "i", IMAGE, 3, walltime=TIME, peers=ONLY_TORCH),
    case("add_image", "i", IMAGE, 3, tensors=True, peers=ONLY_TORCH),
    case("add_image", "i", IMAGE.clip(0, 1).astype(np.float64), 3, peers=ONLY_TORCH),
    case("add_image", "i", (IMAGE.clip(0, 1) * 255).astype(np.uint8), 3),
    case("add_image", "i", (IMAGE[0].clip(0, 1) * 255).astype(np.uint8), 3, dataformats="HW"),
    case("add_image", "i", (IMAGE[0].clip(0, 1) * 255).astype(np.uint8), 3, dataformats="WH"),
    case("add_image", "i", (IMAGE[:1].clip(0, 1) * 255).astype(np.uint8), 3),
    case("add_image", "i", IMAGE.transpose(1, 2, 0), 3, dataformats="HWC", peers=ONLY_TORCH),
    case("add_image", "i", np.eye(4, dtype=np.int64), 3, dataformats="HW", peers=ONLY_TORCH),
    case("add_image", "i", np.eye(4, dtype=bool), 3, dataformats="HW", peers=ONLY_TORCH),
    case("add_image", "i", RNG.random((5, 4, 4)), 3, dataformats="hwc", peers=ONLY_TORCH),
    case("add_image", "i", BATCH, 3, dataformats="NCHW", peers=ONLY_TORCH),
    case("add_images", "i", BATCH, 3, walltime=TIME, peers=ONLY_TORCH),
    case("add_images", "i", (BATCH[:3] * 255).astype(np.uint8), 3),
    case("add_images", "i", (BATCH[:, :1] * 255).astype(np.uint8), 3),
    case("add_images", "i", BATCH.transpose(0, 2, 3, 1), 3, dataformats="NHWC", tensors=True, peers=ONLY_TORCH),
    case("add_image_with_boxes", "i", IMAGE, np.array([[1, 2, 9, 8], [0, 0, 3, 3]]), 3, walltime=TIME, peers=ONLY_TORCH),
    case("add_image_with_boxes", "i", np.zeros((40, 60, 3)), np.array([[5.0, 5, 50, 30]]), 3, dataformats="HWC", labels="cat"),
    case("add_audio", "s", np.sin(np.arange(500) / 9), 3, sample_rate=8000, walltime=TIME, peers=ONLY_TORCH),
    case("add_audio", "s", np.sin(np.arange(500) / 9, dtype=np.float32)[None], 3, tensors=True, peers=ONLY_TORCH),
    case("add_text", "notes", "# tïtle", 3, walltime=TIME),
    *(case("add_tensor", "t", np.arange(-3, 3).reshape(2, 3).astype(dtype), 3, TIME, tensors=True, peers=ONLY_TORCH)
      for dtype in ("f4", "f8", "i1", "i2", "i4", "i8", "?", "c8", "c16")),
    case("add_tensor", "t", np.array(2.5, dtype=np.float32), tensors=True, peers=ONLY_TORCH),
    case("add_embedding", BATCH.reshape(10, -1)[:, :4]),
    case("add_embedding", VALUES[:40].reshape(10, 4), metadata=list("abcdefghij"), global_step=12, tag="a/b"),
    case("add_embedding", np.arange(6).reshape(3, 2), metadata=[["x", 1], ["y", 2], ["z", 3.5]], metadata_header=["n", "v"]),
    case("add_embedding", VALUES[:40].reshape(10, 4), label_img=BATCH, tensors=True, peers=ONLY_TORCH),
    case("add_embedding", VALUES[:36].reshape(9, 4), label_img=BATCH[:9, :, :5], tensors=True, peers=ONLY_TORCH),
    case("add_pr_curve", "pr", LABELS, PREDICTIONS, 3, walltime=TIME),
    case("add_pr_curve", "pr", LABELS, PREDICTIONS, 3, num_thresholds=20, weights=VALUES[:300] ** 2),
    case("add_pr_curve", "pr", LABELS.astype(bool), PREDICTIONS, tensors=True, peers=ONLY_TORCH),
    case("add_pr_curve_raw", "pr", *np.arange(30.0).reshape(6, 5), 3, 5, walltime=TIME),
    case("add_custom_scalars", LAYOUT),
    case("add_custom_scalars_multilinechart", ["a", "b"], "category", title="title"),
    case("add_custom_scalars_marginchart", ["a", "b", "c"]),
    case("add_mesh", "m", VERTICES, global_step=3, walltime=TIME, tensors=True, peers=ONLY_TORCH),
    case("add_mesh", "m", VERTICES, (VERTICES * 255).astype(np.int32), np.arange(6).reshape(2, 1, 3),
         {"camera": {"cls": "PerspectiveCamera", "fov": 75}}, 3, TIME, tensors=True, peers=ONLY_TORCH),
    case("add_hparams", HPARAMS, {"accuracy": 0.5, "loss": 2}, run_name="trial", global_step=3, peers=ONLY_TORCH),
    case("add_hparams", HPARAMS, {"accuracy": 0.5}, {"layers": [1, 2, 3], "optimizer": ["adam", "sgd"]}, "trial",
         peers=ONLY_TORCH),
    case("file_writer.add_summary", Summary(value=[Summary.Value(tag="own", simple_value=1.5)]), 3, TIME, peers=ONLY_TORCH),
]  # fmt: skip


def call(writer: Any, case: Case, *, as_tensors: bool) -> None:
    target = writer
    for part in case.method.split("."):
        target = getattr(target, part)
    args, kwargs = (convert(value, as_tensors=as_tensors) for value in (case.args, case.kwargs or {}))
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
    as_tensors = case.tensors and peer == TORCH
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    with SummaryWriter(ours, compat=True) as writer:
        call(writer, case, as_tensors=as_tensors)
    with module.SummaryWriter(str(theirs)) as writer:
        call(writer, case, as_tensors=as_tensors)
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
    has_wall_time = any(value is TIME for value in (*case.args, *(case.kwargs or {}).values()))

    facts, others = (sorted(iter_facts(folder, has_wall_time=has_wall_time), key=repr) for folder in (ours, theirs))

    assert repr(facts) == repr(others)  # repr: NaN is equal to NaN
    assert facts or case.method == "add_embedding"
    assert read_files(ours) == read_files(theirs)


def cases_of(peer: str) -> list[Any]:
    return [pytest.param(entry, id=f"{index}-{entry.name}") for index, entry in enumerate(CASES) if peer in entry.peers]


@pytest.mark.parametrize("entry", cases_of(TENSORBOARD_X))
def test_tensorboard_reads_from_our_file_what_it_reads_from_that_of_tensorboardx(tmp_path: Path, entry: Case):
    check(tmp_path, entry, TENSORBOARD_X)


@pytest.mark.peers
@pytest.mark.parametrize("entry", cases_of(TORCH))
def test_tensorboard_reads_from_our_file_what_it_reads_from_that_of_torch(tmp_path: Path, entry: Case):
    pytest.importorskip("torch")

    check(tmp_path, entry, TORCH)
