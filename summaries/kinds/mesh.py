"""Meshes and point clouds: vertices, faces and colours, each a tensor under a tag of its own.

One encoding: a tensor of shape (b, n, 3) with plugin `mesh`. The tag is the mesh's name and `_VERTEX`, `_FACE` or
`_COLOR`. The metadata tell which, and hold the scene's configuration; they stand on every value here, and on the first
one in files of TensorFlow 1.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
from google.protobuf.message import DecodeError

from summaries.kinds.contract import Kind
from summaries.proto.mesh_pb2 import MeshPluginData
from summaries.proto.summary_pb2 import Summary, SummaryMetadata
from summaries.tensors import decode_tensor, encode_tensor
from summaries.values import is_real

PARTS = {"vertices": "VERTEX", "faces": "FACE", "colors": "COLOR"}
"""End of the tag of each part of a mesh."""

_PLUGIN_NAME = "mesh"


@dataclass(frozen=True)
class MeshPart:
    """One part of a batch of meshes.

    Attributes:
        mesh: The mesh's name, under which its other parts are found.
        part: `vertices`, `faces` or `colors`.
        values: Coordinates of vertices, indices of the three vertices of faces, or colours of vertices in [0, 255];
            float32. Shape (b, n, 3).
        others: All parts that the mesh has.
        config: The scene as Three.js has it: `camera`, `lights`, `material`, each with `cls` and arguments.
    """

    mesh: str
    part: str
    values: npt.NDArray[Any]
    others: tuple[str, ...] = ("vertices", "faces", "colors")
    config: Mapping[str, Any] = field(default_factory=dict)


def part_tag(mesh: str, part: str) -> str:
    """The tag of a part of a mesh."""
    return f"{mesh}_{PARTS[part]}"


def encode_mesh_part(tag: str, part: MeshPart) -> bytes:
    """A `Summary.Value` with its metadata."""
    content = MeshPluginData(
        name=part.mesh,
        content_type=getattr(MeshPluginData, PARTS[part.part]),
        components=sum(1 << getattr(MeshPluginData, PARTS[name]) for name in part.others),
        shape=part.values.shape,
        json_config=json.dumps(part.config, sort_keys=True),
    ).SerializeToString()
    plugin_data = SummaryMetadata.PluginData(plugin_name=_PLUGIN_NAME, content=content)
    return Summary.Value(
        tag=tag,
        metadata=SummaryMetadata(plugin_data=plugin_data),
        tensor=encode_tensor(part.values.astype(np.float32)),
    ).SerializeToString()


def decode_mesh_part(blob: bytes) -> MeshPart:
    """The part in a `Summary.Value`; without metadata the end of the tag tells which.

    Raises:
        ValueError: If there is none.
    """
    try:
        value = Summary.Value.FromString(blob)
        content = MeshPluginData.FromString(value.metadata.plugin_data.content)
    except DecodeError as error:
        raise ValueError("blob must be a Summary.Value with a mesh; got other bytes.") from error
    name, _, ending = value.tag.rpartition("_")
    if content.content_type:
        name, ending = content.name, MeshPluginData.ContentType.Name(content.content_type)
    parts = {ending: part for part, ending in PARTS.items()}
    values = decode_tensor(value.tensor)
    if ending not in parts or values.ndim != 3 or not is_real(values):
        raise ValueError(f"mesh must be a real tensor of 3 axes under a tag like 'm_VERTEX'; got {value.tag!r}.")
    others = tuple(part for part, word in PARTS.items() if content.components >> getattr(MeshPluginData, word) & 1)
    return MeshPart(name, parts[ending], values, others or tuple(PARTS), _decode_config(content.json_config))


def _decode_config(text: str) -> Mapping[str, Any]:
    """The configuration; an empty one where it is no dictionary."""
    try:
        config = json.loads(text or "{}")
    except json.JSONDecodeError:
        return {}
    return config if isinstance(config, dict) else {}


MESH = Kind(name=_PLUGIN_NAME, encode=encode_mesh_part, decode=decode_mesh_part, reads_metadata=True)
