"""What is seen and heard: images, figures, video, audio, meshes, embeddings.

Arrays are checked at the call, and encoded in the background.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from summaries import pixels, projector
from summaries.adapters import to_numpy, to_plain_numpy
from summaries.adapters.matplotlib_figures import render_figure
from summaries.events import encode_event
from summaries.folders import open_folder
from summaries.kinds import AUDIO, IMAGES, MESH, Audio, Images, MeshPart
from summaries.kinds.mesh import part_tag
from summaries.methods.base import Methods
from summaries.sounds import encode_wav
from summaries.values import check_real, check_shape, keep_array, to_integer, to_step, to_time

_VIDEO_AXES = ("videos", "frames", "channels", "height", "width")
_VIDEO_CHANNELS = (1, 3)
_STEREO = 2
_BOX_EDGES = 4


class MediaMethods(Methods):
    """Methods of the writer that log what is seen and heard."""

    def add_image(
        self,
        tag: str,
        img_tensor: Any,
        global_step: int | None = None,
        walltime: float | None = None,
        dataformats: str = "CHW",
    ) -> None:
        """Logs an image.

        Args:
            tag: Name of the series; `/` groups.
            img_tensor: uint8 in [0, 255], or any other real dtype in [0, 1]; what lies outside is cut off.
            global_step: The step, 0 if None.
            walltime: Seconds since the Unix epoch, now if None.
            dataformats: A letter for each axis, in any order: `HW`, `HWC`, or `NHWC` for a batch of images, which are
                put side by side. C is 1 (grey), 2 (grey and alpha), 3 (RGB) or 4 (RGB and alpha).

        Raises:
            ValueError: If shape and `dataformats` do not fit.
        """
        step, wall_time = to_step(global_step), to_time(walltime)
        kept = keep_array(img_tensor)
        pixels.check_picture("img_tensor", kept, dataformats)

        def draw() -> Images:
            drawn = pixels.to_pixels(to_plain_numpy(kept), dataformats)
            height, width, num_channels = drawn.shape
            return Images(width, height, (pixels.encode_png(drawn),), num_channels)

        self._submit_images(tag, step, wall_time, draw, [kept])

    def add_images(
        self,
        tag: str,
        img_tensor: Any,
        global_step: int | None = None,
        walltime: float | None = None,
        dataformats: str = "NCHW",
    ) -> None:
        """Logs a batch of images as one image, eight in a row; else as `add_image`."""
        self.add_image(tag, img_tensor, global_step, walltime, dataformats)

    def add_image_with_boxes(
        self,
        tag: str,
        img_tensor: Any,
        box_tensor: Any,
        global_step: int | None = None,
        walltime: float | None = None,
        rescale: float = 1,
        dataformats: str = "CHW",
        labels: str | Sequence[str] | None = None,
    ) -> None:
        """Logs an image with frames around its parts.

        Args:
            tag: Name of the series; `/` groups.
            img_tensor: As for `add_image`.
            box_tensor: Left, top, right, bottom of each box in pixels. Shape (n, 4).
            global_step: The step, 0 if None.
            walltime: Seconds since the Unix epoch, now if None.
            rescale: How much larger than the image what is logged is.
            dataformats: As for `add_image`.
            labels: What stands in each box.

        Raises:
            ValueError: If shapes do not fit, or there is not a label for each box.
        """
        step, wall_time = to_step(global_step), to_time(walltime)
        kept, boxes = keep_array(img_tensor), keep_array(box_tensor)
        pixels.check_picture("img_tensor", kept, dataformats)
        if len(boxes.shape) != 2 or boxes.shape[1] != _BOX_EDGES:
            raise ValueError(
                f"box_tensor must have shape (n, 4); got {tuple(boxes.shape)}. Pass left, top, right, bottom."
            )
        texts = [labels] if isinstance(labels, str) else None if labels is None else [str(label) for label in labels]
        if texts is not None and len(texts) != len(boxes):
            raise ValueError(f"labels must be one for each of {len(boxes)} boxes; got {len(texts)}.")
        if not rescale > 0:
            raise ValueError(f"rescale must be above 0; got {rescale!r}.")

        def draw() -> Images:
            drawn = pixels.to_pixels(to_plain_numpy(kept), dataformats)
            png, height, width = pixels.encode_png_with_boxes(drawn, to_plain_numpy(boxes), texts, rescale)
            return Images(width, height, (png,), drawn.shape[2])

        self._submit_images(tag, step, wall_time, draw, [kept, boxes])

    def add_figure(
        self,
        tag: str,
        figure: Any,
        global_step: int | None = None,
        close: bool = True,
        walltime: float | None = None,
    ) -> None:
        """Logs a Matplotlib figure as an image; it is drawn at once.

        Args:
            tag: Name of the series; `/` groups.
            figure: A figure, or a list of figures of one size, which are put side by side.
            global_step: The step, 0 if None.
            close: Whether pyplot may forget the figure.
            walltime: Seconds since the Unix epoch, now if None.

        Raises:
            TypeError: If it is none.
            ValueError: If figures differ in size.
        """
        figures = figure if isinstance(figure, list) else [figure]
        drawn = [render_figure(one, close=close) for one in figures]
        if len({picture.shape for picture in drawn}) != 1:
            raise ValueError(f"figure must be figures of one size; got {[picture.shape[:2] for picture in drawn]}.")
        if isinstance(figure, list):
            self.add_image(tag, np.stack(drawn), global_step, walltime, dataformats="NHWC")
        else:
            self.add_image(tag, drawn[0], global_step, walltime, dataformats="HWC")

    def add_video(
        self,
        tag: str,
        vid_tensor: Any,
        global_step: int | None = None,
        fps: float = 4,
        walltime: float | None = None,
    ) -> None:
        """Logs videos as one GIF, in which they play side by side.

        Args:
            tag: Name of the series; `/` groups.
            vid_tensor: uint8 in [0, 255], or any other real dtype in [0, 1]. Shape (n, t, c, h, w), c 1 or 3.
            global_step: The step, 0 if None.
            fps: Frames a second.
            walltime: Seconds since the Unix epoch, now if None.

        Raises:
            ValueError: If the shape is another, or `fps` is not above 0.
        """
        step, wall_time = to_step(global_step), to_time(walltime)
        kept = keep_array(vid_tensor)
        check_real("vid_tensor", kept)
        if len(kept.shape) != len(_VIDEO_AXES) or kept.shape[2] not in _VIDEO_CHANNELS:
            rule = f"shape ({', '.join(_VIDEO_AXES)}) with 1 or 3 channels"
            raise ValueError(f"vid_tensor must have {rule}; got {tuple(kept.shape)}. Move or add axes.")
        if not fps > 0:
            raise ValueError(f"fps must be above 0; got {fps!r}.")

        def draw() -> Images:
            frames = pixels.to_video_frames(to_plain_numpy(kept))
            _, height, width, num_channels = frames.shape
            return Images(width, height, (pixels.encode_gif(frames, fps),), num_channels)

        self._submit_images(tag, step, wall_time, draw, [kept])

    def add_audio(
        self,
        tag: str,
        snd_tensor: Any,
        global_step: int | None = None,
        sample_rate: int = 44100,
        walltime: float | None = None,
    ) -> None:
        """Logs a clip as WAV with 16 bits a sample.

        Args:
            tag: Name of the series; `/` groups.
            snd_tensor: Samples in [-1, 1], or int16 as they are; what lies outside is cut off. Shape (n,), (1, n), or
                (2, n) for stereo.
            global_step: The step, 0 if None.
            sample_rate: Samples a second, in Hz.
            walltime: Seconds since the Unix epoch, now if None.

        Raises:
            ValueError: If the shape is another, or `sample_rate` is not above 0.
        """
        step, wall_time = to_step(global_step), to_time(walltime)
        kept = keep_array(snd_tensor)
        check_real("snd_tensor", kept)
        long_axes = [size for size in kept.shape if size != 1]
        num_channels = _STEREO if len(long_axes) == 2 and long_axes[0] == _STEREO else 1
        if len(long_axes) > 1 and num_channels == 1:
            shape = tuple(kept.shape)
            raise ValueError(f"snd_tensor must have shape (n,), (1, n) or (2, n); got {shape}. Log one clip at a time.")
        rate = to_integer("sample_rate", sample_rate)
        if rate <= 0:
            raise ValueError(f"sample_rate must be above 0; got {sample_rate!r}.")

        def encode() -> bytes:
            samples = to_plain_numpy(kept).reshape(num_channels, -1).T
            blob = AUDIO.encode(tag, Audio((encode_wav(samples, rate),)))
            return encode_event(wall_time, step, AUDIO.envelope(blob))

        self._submit((tag,), step, encode, num_bytes=kept.nbytes, arrays=[kept])

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
        self._submit(tags, step, encode, num_bytes=_count_bytes(arrays), arrays=arrays)

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
        self._submit((tag,), step, write, num_bytes=_count_bytes(arrays), arrays=arrays)

    def _submit_images(
        self, tag: str, step: int, wall_time: float, draw: Callable[[], Images], arrays: Sequence[Any]
    ) -> None:
        """Has `draw` make a picture of `arrays` in the background."""

        def encode() -> bytes:
            return encode_event(wall_time, step, IMAGES.envelope(IMAGES.encode(tag, draw())))

        self._submit((tag,), step, encode, num_bytes=_count_bytes(arrays), arrays=arrays)


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


def _count_bytes(arrays: Sequence[Any]) -> int:
    return sum(array.nbytes for array in arrays)
