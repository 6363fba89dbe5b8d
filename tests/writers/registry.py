"""All writers that the reader is held against, by name."""

from __future__ import annotations

from tests.writers import live
from tests.writers.contract import Writer

_MEDIA = ("scalars", "histograms", "images", "audio", "text")
_PLUGINS = ("hparams", "pr_curves", "mesh", "custom_scalars")
_ALL = (*_MEDIA, *_PLUGINS, "tensors", "graphs")

WRITERS: dict[str, Writer] = {
    "ours": Writer("summaries.SummaryWriter", _ALL, ("trainboard",), live.write_ours),
    "torch": Writer(
        "torch.utils.tensorboard",
        _ALL,
        ("torch",),
        live.write_torch,
        is_peer=True,
    ),
    "lightning": Writer(
        "Lightning's TensorBoardLogger",
        ("scalars", "hparams", "graphs"),
        ("lightning",),
        live.write_lightning,
        is_peer=True,
    ),
    "tensorboardX": Writer(
        "tensorboardX",
        ("scalars", "histograms", "images", "text", *_PLUGINS),
        ("tensorboardX",),
        live.write_tensorboardx,
    ),
    "tensorboard": Writer(
        "TensorBoard's EventFileWriter",
        ("scalars", "histograms", "text", "hparams"),
        ("tensorboard",),
        live.write_tensorboard,
    ),
    "tensorboard_v1": Writer("tensorboard.summary.v1", (*_MEDIA, "pr_curves", "mesh", "custom_scalars")),
    "tf1": Writer("TensorFlow 1's FileWriter", (*_MEDIA, "tensors", "graphs")),
    "tf2": Writer("TensorFlow 2's tf.summary", _ALL),
    "keras": Writer("Keras' TensorBoard callback", ("scalars", "histograms", "images")),
    "clu": Writer("clu.metric_writers", (*_MEDIA, "tensors", "hparams")),
    "flax": Writer("flax.metrics.tensorboard", (*_MEDIA, "tensors", "hparams")),
}
