"""What TensorBoard's loader reads in a logdir, as plain data that can be compared."""

from __future__ import annotations

import io
import wave
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from google.protobuf import text_format
from PIL import Image
from tensorboard.backend.event_processing.event_file_loader import EventFileLoader
from tensorboard.plugins.custom_scalar.layout_pb2 import Layout
from tensorboard.plugins.hparams.plugin_data_pb2 import HParamsPluginData
from tensorboard.plugins.projector.projector_config_pb2 import ProjectorConfig
from tensorboard.util import tensor_util

OWN_TAGS = "__run__/"
"""What we tell of a run beside what was logged; no peer has it."""


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
