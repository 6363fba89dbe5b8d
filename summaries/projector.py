"""Embeddings for TensorBoard's projector: files beside the event file, laid out as torch does.

<run>/projector_config.pbtxt                      all embeddings, in protobuf's text format
<run>/<step>/<tag>/tensors.tsv                    one row a point, tabs between
<run>/<step>/<tag>/metadata.tsv                   one label a point; with several columns, names in the first row
<run>/<step>/<tag>/sprite.png                     one picture a point, row by row on a square sheet
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy.typing as npt

from summaries.folders import Folder
from summaries.pixels import encode_png, make_sprite
from summaries.proto.projector_pb2 import EmbeddingInfo, ProjectorConfig, SpriteMetadata

CONFIG_NAME = "projector_config.pbtxt"
_STEP_DIGITS = 5
_NUMBERS_AT_ONCE = 1000
"""How many are written as text in one go, which takes about half a millisecond."""
_BREAKS = str.maketrans("\t\n\r", "   ")


@dataclass(frozen=True)
class Embedding:
    """Points, and what is said of them.

    Attributes:
        tag: Its name.
        step: The step.
        points: Shape (n, d).
        labels: Rows of the table of labels, with its head if it has one; None for no table.
        pictures: As for `summaries.pixels.make_sprite`, shape (n, c, h, w); None for no pictures.
    """

    tag: str
    step: int
    points: npt.NDArray[Any]
    labels: Sequence[str] | None
    pictures: npt.NDArray[Any] | None

    @property
    def subfolder(self) -> str:
        """Its folder, relative to that of the run."""
        name = self.tag.replace("%", "%25").replace("/", "%2f").replace("\\", "%5c")
        if not name.strip("."):  # `..` would lead out of the folder
            name = name.replace(".", "%2e")
        return f"{self.step:0{_STEP_DIGITS}}/{name}"


def make_labels(metadata: Sequence[Any], header: Sequence[Any] | None) -> list[str]:
    """The rows of the table of labels; tabs and line ends inside a label become spaces."""
    if not header:
        return [_to_cell(label) for label in metadata]
    return ["\t".join(_to_cell(cell) for cell in row) for row in (header, *metadata)]


def _to_cell(value: Any) -> str:
    return str(value).translate(_BREAKS)


def write_embedding(run: Folder, embedding: Embedding) -> None:
    """Writes the files of `embedding`, and adds it to the configuration of the run.

    One of the same tag and step is replaced, all others stay.

    Raises:
        OSError: If a file cannot be written.
    """
    folder = embedding.subfolder
    run.write(f"{folder}/tensors.tsv", encode_points(embedding.points))
    if embedding.labels is not None:
        run.write(f"{folder}/metadata.tsv", _join_lines(embedding.labels))
    if embedding.pictures is not None:
        run.write(f"{folder}/sprite.png", encode_png(make_sprite(embedding.pictures)))
    info = _make_info(embedding)
    run.update(CONFIG_NAME, lambda data: _add_info(data, info))


def _add_info(data: bytes | None, info: EmbeddingInfo) -> bytes:
    """The configuration with one more embedding, in place of one of its name."""
    from google.protobuf import text_format

    config = _parse_config(data)
    kept = [other for other in config.embeddings if other.tensor_name != info.tensor_name]
    del config.embeddings[:]
    config.embeddings.extend([*kept, info])
    return text_format.MessageToString(config).encode()


def encode_points(points: npt.NDArray[Any]) -> bytes:
    """The rows of a matrix as lines, with tabs between."""
    num_rows = max(1, _NUMBERS_AT_ONCE // max(1, points.shape[1]))
    parts = []
    for start in range(0, len(points), num_rows):
        rows = points[start : start + num_rows].tolist()
        parts.append(_join_lines("\t".join(map(str, row)) for row in rows))
        time.sleep(0)  # gives up the interpreter's lock, which training may be waiting for
    return b"".join(parts)


def _make_info(embedding: Embedding) -> EmbeddingInfo:
    folder = embedding.subfolder
    info = EmbeddingInfo(
        tensor_name=f"{embedding.tag}:{embedding.step:0{_STEP_DIGITS}}", tensor_path=f"{folder}/tensors.tsv"
    )
    if embedding.labels is not None:
        info.metadata_path = f"{folder}/metadata.tsv"
    if embedding.pictures is not None:
        height, width = embedding.pictures.shape[2:]
        info.sprite.CopyFrom(SpriteMetadata(image_path=f"{folder}/sprite.png", single_image_dim=[width, height]))
    return info


def read_config(run: Folder) -> ProjectorConfig:
    """The embeddings of a run; none where the file is missing or is no configuration."""
    return _parse_config(run.find(CONFIG_NAME))


def _parse_config(data: bytes | None) -> ProjectorConfig:
    from google.protobuf import text_format

    try:
        return text_format.Parse((data or b"").decode(), ProjectorConfig())
    except (UnicodeDecodeError, text_format.ParseError):
        return ProjectorConfig()


def _join_lines(lines: Any) -> bytes:
    return ("\n".join(lines) + "\n").encode()


def check_embedding(points: Any, metadata: Any, header: Any, pictures: Any) -> None:
    """Raises ValueError unless there is a label and a picture for each point."""
    if len(points.shape) != 2:
        raise ValueError(f"mat must have shape (points, dimensions); got {tuple(points.shape)}. Reshape it.")
    num_points = points.shape[0]
    if metadata is not None and len(metadata) != num_points:
        raise ValueError(f"metadata must have a label for each of {num_points} points; got {len(metadata)}.")
    if metadata is not None and header and any(len(row) != len(header) for row in metadata):
        raise ValueError(f"metadata must have a row of {len(header)} values a point, as metadata_header has.")
    if pictures is not None and (len(pictures.shape) != 4 or pictures.shape[0] != num_points):
        raise ValueError(f"label_img must have shape ({num_points}, c, h, w); got {tuple(pictures.shape)}.")
