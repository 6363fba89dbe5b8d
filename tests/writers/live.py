"""Writers that the tests install, each made to write all that it can."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from summaries import SummaryWriter
from summaries.proto.graph_pb2 import GraphDef, NodeDef

RANDOM = np.random.default_rng(0)
STEPS = (0, 1, 127, 128, 2**31, 2**53, 2**62)
LOSSES = (0.1, -0.0, float("nan"), float("inf"), float("-inf"), 3.4e38, 1e-45)
WEIGHTS = RANDOM.normal(size=200).astype(np.float32)
IMAGE = RANDOM.integers(0, 256, (3, 4, 5)).astype(np.uint8)
LABELS, PREDICTIONS = RANDOM.integers(0, 2, 50), RANDOM.random(50).astype(np.float32)
VERTICES = RANDOM.normal(size=(1, 4, 3)).astype(np.float32)
FACES = np.array([[[0, 1, 2], [1, 2, 3]]], np.int32)
COLORS = RANDOM.integers(0, 256, (1, 4, 3)).astype(np.uint8)
LAYOUT = {"all": {"lines": ["Multiline", ["loss.*", "rate"]], "band": ["Margin", ["mean", "low", "high"]]}}
HPARAMS = {"rate": 0.1, "layers": 2, "activation": "relu", "is_deep": True}


def write_ours(folder: Path) -> None:
    """Every kind, in each encoding that the writer offers."""
    with SummaryWriter(folder, heartbeat_secs=None) as writer:
        write_shared(writer)
        for step, loss in zip(STEPS, LOSSES, strict=True):
            writer.add_scalar("new", loss, step, new_style=True)
            writer.add_scalar("double", loss, step, double_precision=True)
            writer.add_scalars_at(step, {"at/a": loss, "at/b": step})
        writer.add_scalars_block(np.arange(5), {"block/loss": np.linspace(0, 1, 5)}, walltimes=np.arange(5) / 3)
        writer.add_histogram("with nan", np.array([1.0, np.nan, np.inf]), 1)
        writer.add_histogram("empty", np.array([np.nan]), 1)
        writer.add_audio("audio", np.linspace(-1, 1, 100), 1, 8000)
        writer.add_video("video", np.stack([IMAGE, 255 - IMAGE])[None], 1)
        for dtype in (np.float64, np.float16, np.int64, np.bool_, np.complex64):
            writer.add_tensor(f"tensor/{np.dtype(dtype).name}", np.arange(6).reshape(2, 3).astype(dtype), 1)
        node = NodeDef(name="forward/dense/dot", op="dot_general", input=["x"])
        writer.add_graph(GraphDef(node=[node]))
        writer.add_run_info(name="a run")
        writer.add_config({"model": {"layers": 2}})
        writer.add_table("table", {"name": ["a", "b"], "count": [1, 2]})
        writer.add_annotation("halfway", 5)


def write_shared(writer: Any) -> None:
    """What torch's interface has, which tensorboardX and our writer share."""
    for step, loss in zip(STEPS, LOSSES, strict=True):
        writer.add_scalar("loss", loss, step, walltime=1.7e9 + step / 3)
    writer.add_scalars("both", {"a": 1.0, "b": 2.0}, 1)
    writer.add_histogram("weights", WEIGHTS, 1)
    writer.add_histogram("weights", WEIGHTS, 2, bins="auto")
    writer.add_histogram_raw("raw", -1.0, 1.0, 5, 0.5, 3.0, [-0.5, 0.0, 0.5, 1.0], [2, 0, 0, 3], 1)
    writer.add_image("image", IMAGE, 1)
    writer.add_image("image", IMAGE[0], 2, dataformats="HW")
    writer.add_images("images", np.stack([IMAGE, IMAGE]), 1)
    writer.add_text("text", "# title ü", 1)
    writer.add_pr_curve("curve", LABELS, PREDICTIONS, 1, num_thresholds=7)
    writer.add_mesh("mesh", VERTICES, COLORS, FACES, {"camera": {"cls": "PerspectiveCamera"}}, 1)
    writer.add_custom_scalars(LAYOUT)
    writer.add_hparams(HPARAMS, {"accuracy": 0.5})


def write_tensorboardx(folder: Path) -> None:
    import tensorboardX

    with tensorboardX.SummaryWriter(str(folder)) as writer:
        write_shared(writer)
        writer.add_image_with_boxes("boxes", IMAGE, np.array([[0, 0, 2, 2]]), 1)


def write_torch(folder: Path) -> None:
    import torch
    from torch.utils.tensorboard import SummaryWriter as TorchWriter

    with TorchWriter(str(folder)) as writer:
        write_shared(writer)
        for step, loss in zip(STEPS, LOSSES, strict=True):
            writer.add_scalar("new", loss, step, new_style=True)
            writer.add_scalar("double", loss, step, double_precision=True)
        writer.add_audio("audio", torch.linspace(-1, 1, 100)[None], 1, 8000)
        for dtype in (torch.float32, torch.float64, torch.int32, torch.int64, torch.bool):
            writer.add_tensor(f"tensor/{dtype}", torch.ones((2, 3)).to(dtype), 1)
        writer.add_graph(torch.nn.Linear(3, 2), torch.ones(1, 3))


def write_tensorboard(folder: Path) -> None:
    """TensorBoard's own writer, and those of its plugins' summaries that need no TensorFlow."""
    from tensorboard.compat.proto.event_pb2 import Event
    from tensorboard.compat.proto.summary_pb2 import Summary
    from tensorboard.plugins.histogram.summary_v2 import histogram_pb
    from tensorboard.plugins.hparams import summary_v2 as hparams
    from tensorboard.plugins.scalar.summary_v2 import scalar_pb
    from tensorboard.plugins.text.summary_v2 import text_pb
    from tensorboard.summary.writer.event_file_writer import EventFileWriter

    config = hparams.hparams_config_pb([hparams.HParam("rate", hparams.RealInterval(0.1, 0.2))], [hparams.Metric("a")])
    summaries = [
        *(scalar_pb("loss", np.float32(loss), "of *training*") for loss in LOSSES),
        histogram_pb("weights", WEIGHTS, 5),
        text_pb("text", ["a", "b"]),
        config,
        hparams.hparams_pb(HPARAMS, "trial", 1.7e9),
    ]
    writer = EventFileWriter(str(folder))
    for step, summary in enumerate(summaries):
        copy = Summary.FromString(summary.SerializeToString())
        writer.add_event(Event(wall_time=1.7e9 + step / 3, step=step, summary=copy))
    writer.close()


def write_lightning(folder: Path) -> None:
    """A training with Lightning's logger."""
    import lightning
    import torch
    from lightning.pytorch.loggers import TensorBoardLogger

    class Model(lightning.LightningModule):
        def __init__(self, width: int = 3, name: str = "small") -> None:
            super().__init__()
            self.save_hyperparameters()
            self.layer = torch.nn.Linear(4, 1)
            self.example_input_array = torch.ones(1, 4)

        def forward(self, features: Any) -> Any:
            return self.layer(features)

        def training_step(self, batch: Any, _: int) -> Any:
            loss = self.layer(batch[0]).square().mean()
            self.log("loss", loss)
            return loss

        def configure_optimizers(self) -> Any:
            return torch.optim.SGD(self.parameters(), 0.1)

    trainer = lightning.Trainer(
        logger=TensorBoardLogger(str(folder), log_graph=True), max_epochs=2, log_every_n_steps=1, accelerator="cpu",
        enable_progress_bar=False, enable_model_summary=False, enable_checkpointing=False,
    )  # fmt: skip
    data = torch.utils.data.TensorDataset(torch.ones(8, 4))
    trainer.fit(Model(), torch.utils.data.DataLoader(data, batch_size=2))
