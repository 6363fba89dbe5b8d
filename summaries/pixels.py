"""Arrays of any layout as the pixels of one picture, and pictures as PNG and GIF.

Synopsis:
    >>> import numpy as np
    >>> pixels = to_pixels(np.ones((1, 2, 3), dtype=np.float32), "CHW")
    >>> pixels.shape, pixels.dtype, pixels.max()
    ((2, 3, 3), dtype('uint8'), np.uint8(255))
    >>> bool((decode_picture(encode_png(pixels)) == pixels).all())
    True
"""

from __future__ import annotations

import io
import math
import struct
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from summaries.values import check_real

if TYPE_CHECKING:
    from PIL.Image import Image as Picture

Pixels = npt.NDArray[np.uint8]

_AXES = {2: "HW", 3: "HWC", 4: "NCHW"}
_GRID_COLUMNS = 8
_MAX_CHANNELS = 4
_FORMATS = ("PNG", "GIF", "JPEG", "BMP", "WEBP")
"""What is read. Pillow knows more, some of which start programs."""
_BOX_WIDTH_PX = 2
_LABEL_MARGIN = 0.05
"""Space around a label, as a share of its height."""


def check_picture(name: str, array: Any, dataformats: str) -> None:
    """Raises ValueError unless `array` can be drawn: see `to_pixels`. Looks at shape and dtype only."""
    check_real(name, array)
    axes = dataformats.upper()
    expected = _AXES.get(len(axes), "")
    if sorted(axes) != sorted(expected) or not axes:
        raise ValueError(
            f"dataformats must be the letters HW, HWC or NHWC in any order; got {dataformats!r}. Name each axis once."
        )
    if len(array.shape) != len(axes):
        shape = tuple(array.shape)
        raise ValueError(
            f"{name} must have {len(axes)} axes, {axes}; got shape {shape}. Pass dataformats= to name its axes."
        )
    num_channels = array.shape[axes.index("C")] if "C" in axes else 1
    if num_channels > _MAX_CHANNELS or (len(axes) == 4 and num_channels == 2):
        rule = "1, 3 or 4 channels" if len(axes) == 4 else f"at most {_MAX_CHANNELS} channels"
        raise ValueError(
            f"{name} must have {rule}; got {num_channels} in shape {tuple(array.shape)} read as {axes}. "
            "Pass dataformats= to name its axes."
        )


def to_pixels(array: npt.NDArray[Any], dataformats: str) -> Pixels:
    """The pixels of an image, or of a batch of images side by side.

    Args:
        array: uint8 in [0, 255], or any other real dtype in [0, 1]; values outside are clipped, NaN is black.
        dataformats: A letter for each axis: N images, H rows, W columns, C channels (1 grey, 2 grey and alpha, 3 RGB,
            4 RGB and alpha).

    Returns:
        Shape (h, w, c) with c from 2 to 4. Eight images of a batch stand in a row.
    """
    axes = dataformats.upper()
    ordered = array.transpose([axes.index(axis) for axis in _AXES[len(axes)]])
    pixels = to_bytes(ordered)
    if pixels.ndim == 4:
        return _make_grid(pixels)
    return _to_colour(pixels[:, :, None] if pixels.ndim == 2 else pixels)


def to_bytes(array: npt.NDArray[Any], dtype: type[np.floating[Any]] = np.float32) -> Pixels:
    """Values in [0, 1] as bytes, cut off and not rounded, as torch does; uint8 as it is.

    Args:
        array: Any shape.
        dtype: In which precision they are scaled: torch takes float64 for sprites.
    """
    if array.dtype == np.uint8:
        return np.asarray(array)
    scaled = array.astype(dtype) * dtype(255)
    finite = np.nan_to_num(scaled, copy=False, nan=0, posinf=255, neginf=0)
    return np.asarray(finite.clip(0, 255), dtype=np.uint8)


def to_video_frames(array: npt.NDArray[Any]) -> Pixels:
    """The frames of a batch of videos that play side by side.

    Args:
        array: uint8 in [0, 255], or any other real dtype in [0, 1]. Shape (n, t, c, h, w), c 1 or 3.

    Returns:
        Shape (t, rows * h, columns * w, 3); the number of rows and of columns is a power of two.
    """
    pixels = to_bytes(array)
    num_videos, num_frames, num_channels, height, width = pixels.shape
    num_places = 1 << (num_videos - 1).bit_length()
    num_rows = 1 << (num_videos.bit_length() - 1) // 2
    places = np.zeros((num_places, *pixels.shape[1:]), dtype=np.uint8)
    places[:num_videos] = pixels
    tiles = places.reshape(num_rows, num_places // num_rows, num_frames, num_channels, height, width)
    frames = tiles.transpose(2, 0, 4, 1, 5, 3).reshape(num_frames, num_rows * height, -1, num_channels)
    return _to_colour(frames)


def _to_colour(pixels: Pixels) -> Pixels:
    return np.repeat(pixels, 3, axis=-1) if pixels.shape[-1] == 1 else pixels


def _make_grid(batch: Pixels, num_columns: int = _GRID_COLUMNS) -> Pixels:
    """Images of shape (n, c, h, w) side by side; what is left of the last row is black."""
    num_images, num_channels, height, width = batch.shape
    num_columns = min(num_images, num_columns)
    num_rows = math.ceil(num_images / num_columns)
    places = np.zeros((num_rows * num_columns, num_channels, height, width), dtype=np.uint8)
    places[:num_images] = batch
    grid = places.reshape(num_rows, num_columns, num_channels, height, width).transpose(0, 3, 1, 4, 2)
    return _to_colour(grid.reshape(num_rows * height, num_columns * width, num_channels))


def make_sprite(batch: npt.NDArray[Any]) -> Pixels:
    """A square sheet of images for the projector.

    Args:
        batch: As for `to_pixels`. Shape (n, c, h, w).

    Returns:
        Shape (s, s, 3), where s is the width of a row of ceil(sqrt(n)) images.
    """
    num_columns = math.ceil(math.sqrt(len(batch)))
    grid = _make_grid(to_bytes(batch, np.float64), num_columns)[:, :, :3]
    side = grid.shape[1]
    sheet = np.zeros((max(side, len(grid)), side, 3), dtype=np.uint8)
    sheet[: len(grid)] = grid
    return sheet


def encode_png(pixels: Pixels) -> bytes:
    """A PNG of pixels of shape (h, w, c), c from 2 to 4."""
    return _save_png(_to_picture(pixels))


def encode_png_with_boxes(
    pixels: Pixels, boxes: npt.NDArray[Any], labels: Sequence[str] | None, rescale: float
) -> tuple[bytes, int, int]:
    """A PNG with red frames around parts of the picture.

    Args:
        pixels: Shape (h, w, c).
        boxes: Left, top, right, bottom of each box in pixels. Shape (n, 4).
        labels: What stands in the lower left corner of each; None for nothing.
        rescale: How much larger than `pixels` the picture is.

    Returns:
        The PNG, its height and its width.
    """
    from PIL.Image import Resampling

    picture = _to_picture(pixels)
    for index, box in enumerate(boxes.tolist()):
        _draw_box(picture, box, labels[index] if labels else "")
    height, width = (max(1, int(size * rescale)) for size in pixels.shape[:2])
    picture = picture.resize((width, height), Resampling.LANCZOS)
    return _save_png(picture), height, width


def _draw_box(picture: Picture, box: Sequence[float], label: str) -> None:
    from PIL import ImageDraw, ImageFont

    left, top, right, bottom = box
    draw = ImageDraw.Draw(picture)
    outline = [(left, top), (left, bottom), (right, bottom), (right, top), (left, top)]
    draw.line(outline, width=_BOX_WIDTH_PX, fill="red")
    if label:
        font = ImageFont.load_default()
        x0, y0, x1, y1 = font.getbbox(label)
        width, height = x1 - x0, y1 - y0
        margin = math.ceil(_LABEL_MARGIN * height)
        draw.rectangle([(left, bottom - height - 2 * margin), (left + width, bottom)], fill="red")
        draw.text((left + margin, bottom - height - margin), label, fill="black", font=font)


def encode_gif(frames: Pixels, frames_per_sec: float) -> bytes:
    """A GIF that plays for ever.

    Args:
        frames: Shape (t, h, w, 3). Each is drawn in its own 256 colours.
        frames_per_sec: How fast it plays; a GIF keeps a hundredth of a second.
    """
    from PIL import Image

    first, *others = (Image.fromarray(frame).quantize(dither=Image.Dither.NONE) for frame in frames)
    stream = io.BytesIO()
    first.save(
        stream, "GIF", save_all=True, append_images=others, duration=1000 / frames_per_sec, loop=0, optimize=False
    )
    return stream.getvalue()


def decode_picture(data: bytes) -> Pixels:
    """The pixels of an encoded picture, of the first frame if it moves; shape (h, w, c), c 1 to 4.

    Raises:
        ValueError: If the bytes are no picture that Pillow reads.
    """
    return next(_iter_frames(data))


def decode_frames(data: bytes) -> Pixels:
    """All frames of an encoded picture, shape (t, h, w, c).

    Raises:
        ValueError: If the bytes are no picture that Pillow reads.
    """
    return np.stack(list(_iter_frames(data)))


def _iter_frames(data: bytes) -> Iterator[Pixels]:
    from PIL import Image, ImageSequence

    try:
        with Image.open(io.BytesIO(data), formats=_FORMATS) as picture:
            mode = _find_plain_mode(picture)
            for frame in ImageSequence.Iterator(picture):
                if frame.mode.startswith("I"):  # 16 bits, which Pillow would cut off at 255
                    pixels = (np.asarray(frame) >> 8).astype(np.uint8)
                else:
                    pixels = np.array(frame.convert(mode), dtype=np.uint8)
                yield pixels.reshape(*pixels.shape[:2], -1)
    except (OSError, EOFError, SyntaxError, IndexError, struct.error, Image.DecompressionBombError) as error:
        # SyntaxError is a damaged PNG; IndexError and struct.error are damaged GIFs
        raise ValueError(f"picture must be one that Pillow reads; got {data[:8]!r}… ({error}).") from error


def _find_plain_mode(picture: Picture) -> str:
    """Pillow's name for bytes in 1 to 4 channels: palettes and deep pictures are converted."""
    if picture.mode in ("L", "LA", "RGB", "RGBA"):
        return picture.mode
    return "RGBA" if "transparency" in picture.info else "RGB"


def _to_picture(pixels: Pixels) -> Picture:
    from PIL import Image

    return Image.fromarray(np.ascontiguousarray(pixels))


def _save_png(picture: Picture) -> bytes:
    stream = io.BytesIO()
    picture.save(stream, "PNG")
    return stream.getvalue()
