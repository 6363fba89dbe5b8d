"""Scalars: one number a step.

Old encoding: `simple_value`, a float32. New encoding: a tensor of rank 0 with plugin `scalars`, any numeric dtype.
"""

from __future__ import annotations

import math
import struct

from google.protobuf.message import DecodeError

from summaries import wire
from summaries.kinds.contract import Kind, encode_tag
from summaries.proto.summary_pb2 import Summary, SummaryMetadata
from summaries.proto.tensor_pb2 import DataType, TensorProto
from summaries.tensors import decode_tensor

_TAG, _SIMPLE_VALUE_KEY = 1, b"\x15"
_FLOAT = struct.Struct("<f")


def encode_scalar(tag: str, value: float) -> bytes:
    """A `Summary.Value` with `value` rounded to float32."""
    return scalar_prefix(tag) + pack_float(value)


def scalar_prefix(tag: str) -> bytes:
    """The bytes of a `Summary.Value` up to the four of its float32."""
    return wire.field(_TAG, encode_tag(tag)) + _SIMPLE_VALUE_KEY


def pack_float(value: float) -> bytes:
    """`value` as a little-endian float32; too large a value becomes infinite, as in protocol buffers."""
    try:
        return _FLOAT.pack(value)
    except (OverflowError, struct.error):  # the latter for integers that no float64 holds
        return _FLOAT.pack(math.inf if value > 0 else -math.inf)


def encode_tensor_scalar(tag: str, value: float, *, is_double: bool) -> bytes:
    """A `Summary.Value` in the new encoding, as float32 or float64."""
    if is_double:
        tensor = TensorProto(dtype=DataType.DT_DOUBLE, double_val=[value])
    else:
        tensor = TensorProto(dtype=DataType.DT_FLOAT, float_val=[value])
    return Summary.Value(tag=tag, tensor=tensor).SerializeToString()


def decode_scalar(blob: bytes) -> float:
    """The number in a `Summary.Value`, from either encoding.

    Raises:
        ValueError: If there is not exactly one number.
    """
    try:
        value = Summary.Value.FromString(blob)
    except DecodeError as error:
        raise ValueError("blob must be a Summary.Value; got other bytes.") from error
    return value.simple_value if value.HasField("simple_value") else decode_scalar_tensor(value.tensor)


def decode_scalar_tensor(tensor: TensorProto) -> float:
    """The number in a tensor of one element.

    Raises:
        ValueError: If there is not exactly one number.
    """
    if any(dim.size != 1 for dim in tensor.tensor_shape.dim):  # before one number fills whatever shape is claimed
        raise ValueError(f"scalar must be one real number; got shape {[dim.size for dim in tensor.tensor_shape.dim]}.")
    array = decode_tensor(tensor)
    if array.size != 1 or array.dtype.kind not in "fiub":
        raise ValueError(f"scalar must be one real number; got shape {array.shape} and dtype {array.dtype}.")
    return float(array.item())


SCALARS = Kind(
    name="scalars",
    encode=encode_scalar,
    decode=decode_scalar,
)

TENSOR_SCALAR_METADATA = SummaryMetadata(
    plugin_data=SummaryMetadata.PluginData(plugin_name="scalars")
).SerializeToString()
"""What the first value of a tag carries in the new encoding."""
