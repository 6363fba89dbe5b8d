"""Values of each kind in a plain form, so that ours can be compared with TensorBoard's.

Arrays are compared by type, shape and bytes: NaN equals NaN, and -0.0 is not 0.0.
"""

from __future__ import annotations

import io
import json
import wave
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import ml_dtypes
import numpy as np
from google.protobuf.json_format import MessageToDict
from PIL import Image, ImageSequence
from tensorboard.compat.proto.graph_pb2 import GraphDef
from tensorboard.compat.proto.tensor_pb2 import TensorProto
from tensorboard.compat.proto.types_pb2 import DataType
from tensorboard.plugins.custom_scalar.layout_pb2 import Layout
from tensorboard.plugins.hparams.plugin_data_pb2 import HParamsPluginData
from tensorboard.plugins.mesh import metadata as mesh_metadata
from tensorboard.plugins.mesh.plugin_data_pb2 import MeshPluginData
from tensorboard.plugins.pr_curve.metadata import parse_plugin_metadata
from tensorboard.util import tensor_util

from summaries.kinds import Audio, Histogram, Images, MeshPart, PrCurve
from summaries.kinds.hparams import Experiment, Hparam, Interval, Metric, SessionEnd, SessionStart
from tests.writers.theirs import Point, TheirSeries

Form = Any
Pair = tuple[Form, Form]
"""Our form and theirs."""


def exact(array: Any) -> Form:
    """An array by type, shape and bytes."""
    array = np.asarray(array)
    return array.dtype.str, array.shape, array.tolist() if array.dtype == object else array.tobytes()


def compare_scalars(ours: float, point: Point, _: TheirSeries) -> Pair:
    theirs = unpack_tensor(point.value.tensor).item()
    return exact(np.float64(ours)), exact(np.float64(theirs))


def compare_histograms(ours: Histogram, point: Point, _: TheirSeries) -> Pair:
    """Buckets as TensorBoard has them, which rounds those of the old encoding to float32; moments as written."""
    buckets = tensor_util.make_ndarray(point.value.tensor)
    columns = np.stack([ours.lefts, ours.rights, ours.counts], axis=1)
    moments = np.array([ours.min, ours.max, ours.num, ours.sum, ours.sum_squares])
    if point.written.HasField("histo"):
        histo = point.written.histo
        written = [histo.min, histo.max, histo.num, histo.sum, histo.sum_squares]
    else:
        edges = [buckets[0, 0], buckets[-1, 1]] if len(buckets) else [np.nan, np.nan]
        written = [*edges, buckets[:, 2].sum(), np.nan, np.nan]
    return (exact(columns.astype(buckets.dtype)), exact(moments)), (exact(buckets), exact(np.array(written)))


def compare_images(ours: Images, point: Point, _: TheirSeries) -> Pair:
    width, height, *encoded = point.value.tensor.string_val
    pixels = [exact(ours.frames(index)) for index in range(len(ours))]
    unpacked = [exact(unpack_picture(data)) for data in encoded]
    theirs = (int(width), int(height), point.written.image.colorspace, tuple(encoded), unpacked)
    return (ours.width, ours.height, ours.num_channels, ours.encoded, pixels), theirs


def unpack_picture(data: bytes) -> np.ndarray:
    """All frames of a picture; uint8, shape (t, h, w, c)."""
    with Image.open(io.BytesIO(data)) as picture:
        mode = picture.mode if picture.mode in ("L", "LA", "RGB", "RGBA") else "RGB"
        frames = [np.array(frame.convert(mode)) for frame in ImageSequence.Iterator(picture)]
    return np.stack([np.atleast_3d(frame) for frame in frames])


def compare_audio(ours: Audio, point: Point, _: TheirSeries) -> Pair:
    """TensorBoard drops labels, so those are taken from the file."""
    clips = tuple(point.value.tensor.string_val)
    sounds = [(ours.sound(index).sample_rate, exact(ours.sound(index).samples)) for index in range(len(ours))]
    strings = point.written.tensor.string_val
    labels = tuple(label.decode() for label in strings[1::2]) if len(strings) == 2 * len(clips) else ("",) * len(clips)
    content_type = point.written.audio.content_type or "audio/wav"
    theirs = (clips, labels, content_type, [unpack_sound(clip) for clip in clips])
    return (ours.encoded, ours.labels, ours.content_type, sounds), theirs


def unpack_sound(clip: bytes) -> Form:
    """Sample rate and samples of a WAV of 16 bits."""
    with wave.open(io.BytesIO(clip)) as reader:
        samples = np.frombuffer(reader.readframes(reader.getnframes()), "<i2").reshape(-1, reader.getnchannels())
        return reader.getframerate(), exact((samples / 2**15).astype(np.float32))


def compare_text(ours: str, point: Point, _: TheirSeries) -> Pair:
    """Paragraphs, or the rows of a table."""
    strings = tensor_util.make_ndarray(point.value.tensor)
    theirs = np.char.decode(strings.astype(bytes)).tolist()
    if strings.ndim < 2:
        return ours.split("\n\n"), np.atleast_1d(theirs).tolist()
    return [line.strip("| ").split(" | ") for line in ours.splitlines()[2:]], theirs


def compare_graphs(ours: Any, point: Point, _: TheirSeries) -> Pair:
    messages = (GraphDef.FromString(data) for data in (ours.SerializeToString(), point.content))
    ours, theirs = (message.SerializeToString(deterministic=True) for message in messages)
    return ours, theirs


def compare_tensors(ours: Any, point: Point, _: TheirSeries) -> Pair:
    return exact(ours), exact(unpack_tensor(point.value.tensor))


def unpack_tensor(tensor: TensorProto) -> np.ndarray:
    """The array; TensorBoard has no bfloat16 without TensorFlow."""
    if tensor.dtype != DataType.DT_BFLOAT16:
        return tensor_util.make_ndarray(tensor)
    bits = np.frombuffer(tensor.tensor_content, np.uint16) if tensor.tensor_content else np.array(tensor.half_val)
    shape = [dim.size for dim in tensor.tensor_shape.dim]
    return bits.astype(np.uint16).view(ml_dtypes.bfloat16).astype(np.float32).reshape(shape)


def compare_pr_curves(ours: PrCurve, point: Point, series: TheirSeries) -> Pair:
    fields = ("true_positives", "false_positives", "true_negatives", "false_negatives", "precision", "recall")
    rows = np.stack([getattr(ours, name) for name in fields])
    num_thresholds = parse_plugin_metadata(series.metadata.plugin_data.content).num_thresholds
    return (exact(rows), len(ours.thresholds)), (exact(tensor_util.make_ndarray(point.value.tensor)), num_thresholds)


def compare_mesh(ours: MeshPart, point: Point, series: TheirSeries) -> Pair:
    data = mesh_metadata.parse_plugin_metadata(series.metadata.plugin_data.content)
    words = {"vertices": MeshPluginData.VERTEX, "faces": MeshPluginData.FACE, "colors": MeshPluginData.COLOR}
    components = sum(1 << words[part] for part in ours.others)
    mine = (ours.mesh, words[ours.part], components, dict(ours.config), exact(ours.values))
    values = tensor_util.make_ndarray(point.value.tensor)
    return mine, (data.name, data.content_type, data.components, json.loads(data.json_config), exact(values))


def compare_custom_scalars(ours: dict[str, Any], point: Point, _: TheirSeries) -> Pair:
    theirs: dict[str, Any] = {}
    for category in MessageToDict(Layout.FromString(point.content))["category"]:
        charts = theirs[category["title"]] = {}
        for chart in category["chart"]:
            lines = chart.get("margin", {}).get("series", [])
            tags = [line[name] for line in lines for name in ("value", "lower", "upper")]
            charts[chart["title"]] = ["Margin", tags] if lines else ["Multiline", chart["multiline"]["tag"]]
    return ours, theirs


def compare_hparams(ours: Any, point: Point, _: TheirSeries) -> Pair:
    """The value stands in the metadata of the value itself; TensorBoard's page shows the first one of a tag."""
    data = HParamsPluginData.FromString(point.written.metadata.plugin_data.content)
    form = {Experiment: _form_experiment, SessionStart: _form_session_start, SessionEnd: _form_session_end}[type(ours)]
    return form(ours), MessageToDict(getattr(data, data.WhichOneof("data")), preserving_proto_field_name=True)


def _form_experiment(ours: Experiment) -> Form:
    return _drop_defaults(
        {
            "name": ours.name,
            "description": ours.description,
            "user": ours.user,
            "time_created_secs": ours.time_created_secs,
            "hparam_infos": [_form_hparam(hparam) for hparam in ours.hparams],
            "metric_infos": [_form_metric(metric) for metric in ours.metrics],
        }
    )


def _form_hparam(ours: Hparam) -> Form:
    is_interval = isinstance(ours.domain, Interval)
    return _drop_defaults(
        {
            "name": ours.name,
            "display_name": ours.display_name,
            "description": ours.description,
            "type": ours.type and f"DATA_TYPE_{'FLOAT64' if ours.type == 'float' else ours.type.upper()}",
            "domain_interval": asdict(ours.domain) if is_interval else None,
            "domain_discrete": None if is_interval or ours.domain is None else list(ours.domain),
        }
    )


def _form_metric(ours: Metric) -> Form:
    return _drop_defaults(
        {
            "name": _drop_defaults({"group": ours.group, "tag": ours.tag}),
            "display_name": ours.display_name,
            "description": ours.description,
            "dataset_type": ours.dataset and f"DATASET_{ours.dataset.upper()}",
        }
    )


def _form_session_start(ours: SessionStart) -> Form:
    return _drop_defaults(asdict(ours) | {"hparams": dict(ours.hparams)})


def _form_session_end(ours: SessionEnd) -> Form:
    return _drop_defaults({"status": f"STATUS_{ours.status.upper()}", "end_time_secs": ours.end_time_secs})


def _drop_defaults(fields: dict[str, Any]) -> dict[str, Any]:
    """Protobuf's JSON leaves them out."""
    return {name: value for name, value in fields.items() if value not in ("", None, 0.0, [], {})}


COMPARISONS: dict[str, Callable[[Any, Point, TheirSeries], Pair]] = {
    "scalars": compare_scalars,
    "histograms": compare_histograms,
    "images": compare_images,
    "audio": compare_audio,
    "text": compare_text,
    "graphs": compare_graphs,
    "tensors": compare_tensors,
    "pr_curves": compare_pr_curves,
    "mesh": compare_mesh,
    "custom_scalars": compare_custom_scalars,
    "hparams": compare_hparams,
}
"""By kind. Kinds that are not here are compared as bytes."""
