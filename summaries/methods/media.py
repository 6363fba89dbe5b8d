"""What is seen and heard: images, figures, video, audio.

Arrays are checked at the call, and encoded in the background.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from summaries import pixels
from summaries.adapters import to_plain_numpy
from summaries.adapters.matplotlib_figures import render_figure
from summaries.events import encode_event
from summaries.kinds import AUDIO, IMAGES, Audio, Images
from summaries.methods.base import Methods
from summaries.sounds import encode_wav
from summaries.values import check_real, keep_array, to_integer, to_step, to_time

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

    def _submit_images(
        self, tag: str, step: int, wall_time: float, draw: Callable[[], Images], arrays: Sequence[Any]
    ) -> None:
        """Has `draw` make a picture of `arrays` in the background."""

        def encode() -> bytes:
            return encode_event(wall_time, step, IMAGES.envelope(IMAGES.encode(tag, draw())))

        self._submit((tag,), step, encode, num_bytes=sum(array.nbytes for array in arrays), arrays=arrays)
