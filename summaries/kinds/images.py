"""Images: encoded pictures, also moving ones, read from disk as they are and unpacked when asked for.

Old encoding: `image`, one picture with its size. New encoding: a tensor of strings with plugin `images`: width and
height in decimals, then any number of pictures.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from google.protobuf.message import DecodeError

from summaries.kinds.contract import Kind
from summaries.pixels import Pixels, decode_frames, decode_picture
from summaries.proto.summary_pb2 import Summary, SummaryMetadata
from summaries.proto.tensor_pb2 import DataType, TensorProto, TensorShapeProto
from summaries.tensors import decode_tensor

_NUM_SIZES = 2


@dataclass(frozen=True)
class Images:
    """Pictures of one size.

    Attributes:
        width: In pixels, as the file says.
        height: In pixels, as the file says.
        encoded: The pictures as PNG, GIF, JPEG or what else the writer chose.
        num_channels: 1 grey, 2 grey and alpha, 3 RGB, 4 RGB and alpha; 0 if the file does not say.
    """

    width: int
    height: int
    encoded: tuple[bytes, ...] = field(repr=False)
    num_channels: int = 0

    def __len__(self) -> int:
        return len(self.encoded)

    def pixels(self, index: int = 0) -> Pixels:
        """The pixels of a picture, of the first frame if it moves; uint8, shape (h, w, c).

        Raises:
            ValueError: If Pillow cannot read it.
        """
        return decode_picture(self.encoded[index])

    def frames(self, index: int = 0) -> Pixels:
        """All frames of a picture that moves; uint8, shape (t, h, w, c).

        Raises:
            ValueError: If Pillow cannot read it.
        """
        return decode_frames(self.encoded[index])


def encode_images(tag: str, images: Images) -> bytes:
    """A `Summary.Value`: in the old encoding for one picture, in the new one for any other number."""
    if len(images) == 1:
        image = Summary.Image(
            height=images.height,
            width=images.width,
            colorspace=images.num_channels,
            encoded_image_string=images.encoded[0],
        )
        return Summary.Value(tag=tag, image=image).SerializeToString()
    strings = [str(images.width).encode(), str(images.height).encode(), *images.encoded]
    shape = TensorShapeProto(dim=[TensorShapeProto.Dim(size=len(strings))])
    tensor = TensorProto(dtype=DataType.DT_STRING, tensor_shape=shape, string_val=strings)
    return Summary.Value(tag=tag, tensor=tensor).SerializeToString()


def decode_images(blob: bytes) -> Images:
    """The pictures in a `Summary.Value`, from either encoding.

    Raises:
        ValueError: If there are none.
    """
    try:
        value = Summary.Value.FromString(blob)
    except DecodeError as error:
        raise ValueError("blob must be a Summary.Value; got other bytes.") from error
    if value.HasField("image"):
        image = value.image
        return Images(image.width, image.height, (image.encoded_image_string,), image.colorspace)
    strings = decode_tensor(value.tensor).ravel().tolist()
    sizes = strings[:_NUM_SIZES]
    if len(sizes) < _NUM_SIZES or not all(isinstance(size, bytes) and size.isdigit() for size in sizes):
        raise ValueError(f"images must begin with width and height in decimals; got {sizes!r}.")
    return Images(int(sizes[0]), int(sizes[1]), tuple(strings[_NUM_SIZES:]))


IMAGES = Kind(
    name="images",
    encode=encode_images,
    decode=decode_images,
    metadata=SummaryMetadata(plugin_data=SummaryMetadata.PluginData(plugin_name="images")).SerializeToString(),
)
