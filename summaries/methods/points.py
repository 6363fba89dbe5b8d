"""Points in space: meshes and point clouds, embeddings."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from summaries import pixels, projector
from summaries.adapters import to_numpy, to_plain_numpy
from summaries.events import encode_event
from summaries.folders import open_folder
from summaries.kinds import MESH, MeshPart
from summaries.kinds.mesh import part_tag
from summaries.methods.base import Methods
from summaries.values import check_real, check_shape, keep_array, to_step, to_time


class PointMethods(Methods):
    """Methods of the writer that log points in space."""

    def add_mesh(
        self,
        tag: str,
        vertices: Any,
        colors: Any = None,
        faces: Any = None,
        config_dict: Mapping[str, Any] | None = None,
        global_step: int | None = None,
        walltime: float | None = None,
    ) -> None:
        """Logs a batch of meshes or point clouds.

        Args:
            tag: Name of the mesh; `/` groups.
            vertices: Coordinates. Shape (b, n, 3).
            colors: In [0, 255], one a vertex. Shape (b, n, 3).
            faces: Indices of the three vertices of each. Shape (b, f, 3).
            config_dict: Camera, lights and material, as Three.js names them.
            global_step: The step, 0 if None.
            walltime: Seconds since the Unix epoch, now if None.

        Raises:
            ValueError: If shapes do not fit.
        """
        step, wall_time = to_step(global_step), to_time(walltime)
        given = {"vertices": vertices, "faces": faces, "colors": colors}
        kept = {part: keep_array(array) for part, array in given.items() if array is not None}
        _check_mesh(kept)
        config = _to_plain_config(config_dict)
        parts = tuple(kept)

        def encode() -> bytes:
            arrays = {part: to_plain_numpy(array) for part, array in kept.items()}
            meshes = {part: MeshPart(tag, part, array, parts, config) for part, array in arrays.items()}
            envelopes = (MESH.envelope(MESH.encode(part_tag(tag, part), mesh)) for part, mesh in meshes.items())
            return encode_event(wall_time, step, b"".join(envelopes))

        arrays = list(kept.values())
        tags = tuple(part_tag(tag, part) for part in parts)
        self._submit(tags, step, encode, num_bytes=sum(array.nbytes for array in arrays), arrays=arrays)

    def add_embedding(
        self,
        mat: Any,
        metadata: Sequence[Any] | None = None,
        label_img: Any = None,
        global_step: int | None = None,
        tag: str = "default",
        metadata_header: Sequence[Any] | None = None,
    ) -> None:
        """Logs points for TensorBoard's projector, as files beside the event file; they are written in the background.

        Args:
            mat: A row a point. Shape (n, d).
            metadata: A label a point, or with `metadata_header` a row of labels.
            label_img: A picture a point, as for `add_images`. Shape (n, c, h, w).
            global_step: The step, 0 if None.
            tag: Name of the embedding.
            metadata_header: Names of the columns of `metadata`.

        Raises:
            ValueError: If there is not a label or a picture for each point.
        """
        step = to_step(global_step)
        points, pictures = keep_array(mat), None if label_img is None else keep_array(label_img)
        check_real("mat", points)
        labels = None if metadata is None else [*_to_list(metadata)]
        projector.check_embedding(points, labels, metadata_header, pictures)
        if pictures is not None:
            pixels.check_picture("label_img", pictures, "NCHW")
        log_dir = self.log_dir
        rows = None if labels is None else projector.make_labels(labels, metadata_header)

        def write() -> bytes:
            drawn = None if pictures is None else to_plain_numpy(pictures)
            embedding = projector.Embedding(tag, step, to_plain_numpy(points), rows, drawn)
            projector.write_embedding(open_folder(log_dir), embedding)
            return b""

        arrays = [points] if pictures is None else [points, pictures]
        self._submit((tag,), step, write, num_bytes=sum(array.nbytes for array in arrays), arrays=arrays)


def _check_mesh(parts: Mapping[str, Any]) -> None:
    """Raises ValueError unless the parts are of one mesh, by their shapes."""
    for name, array in parts.items():
        check_real(name, array)
        if len(array.shape) != 3 or array.shape[2] != 3:
            raise ValueError(f"{name} must have shape (b, n, 3); got {tuple(array.shape)}. Add the axis of the batch.")
        if array.shape[0] != parts["vertices"].shape[0]:
            num_meshes = parts["vertices"].shape[0]
            raise ValueError(f"{name} must be of {num_meshes} meshes, as vertices are; got {array.shape[0]}.")
    if "colors" in parts:
        check_shape("colors", parts["colors"], tuple(parts["vertices"].shape))


def _to_plain_config(config: Mapping[str, Any] | None) -> dict[str, Any]:
    """A copy of a scene; ValueError if it cannot be written as JSON."""
    try:
        copy: dict[str, Any] = json.loads(json.dumps(config or {}))
    except TypeError as error:
        raise ValueError(f"config_dict must be plain data; got {config!r}: {error}.") from error
    return copy


def _to_list(values: Any) -> Sequence[Any]:
    """The elements of a sequence or of an array, as Python prints them."""
    if isinstance(values, (list, tuple)):
        return values
    elements: Sequence[Any] = to_numpy(values).tolist()
    return elements
