"""Calls that are made on our writer and on a peer's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary

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
    call("add_histogram", "h", VALUES.astype(np.float32), 3, bins="auto"),
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
    call("add_pr_curve", "pr", LABELS, PREDICTIONS, 3, num_thresholds=20, weights=2.0),
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
