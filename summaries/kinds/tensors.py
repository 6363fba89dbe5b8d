"""Tensors: arrays that no plugin claims.

One encoding: `tensor`, without plugin data, with torch's plugin `tensor`, or with a plugin that has no member here.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from google.protobuf.message import DecodeError

from summaries.kinds.contract import Kind
from summaries.proto.summary_pb2 import Summary, SummaryMetadata
from summaries.tensors import decode_tensor, encode_tensor


def encode_tensor_value(tag: str, array: npt.NDArray[Any]) -> bytes:
    """A `Summary.Value` with `array` as raw little-endian bytes.

    Raises:
        ValueError: If TensorFlow has no such dtype.
    """
    return Summary.Value(tag=tag, tensor=encode_tensor(np.asarray(array))).SerializeToString()


def decode_tensor_value(blob: bytes) -> npt.NDArray[Any]:
    """The array in a `Summary.Value`.

    Raises:
        ValueError: If there is no tensor that NumPy can hold.
    """
    try:
        value = Summary.Value.FromString(blob)
    except DecodeError as error:
        raise ValueError("blob must be a Summary.Value; got other bytes.") from error
    return decode_tensor(value.tensor)


TENSORS = Kind(name="tensors", encode=encode_tensor_value, decode=decode_tensor_value)

TENSOR_METADATA = SummaryMetadata(plugin_data=SummaryMetadata.PluginData(plugin_name="tensor")).SerializeToString()
"""What the first value of a tag carries, as in torch's files."""
