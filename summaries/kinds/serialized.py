"""A tensor of one string of bytes, in which TensorFlow's writers put other messages and JSON."""

from __future__ import annotations

from google.protobuf.message import DecodeError

from summaries.proto.summary_pb2 import Summary, SummaryMetadata
from summaries.proto.tensor_pb2 import DataType, TensorProto, TensorShapeProto
from summaries.tensors import decode_tensor

_VERSION = b"1"  # TensorBoard passes over any other


def encode_bytes(tag: str, content: bytes) -> bytes:
    """A `Summary.Value` whose tensor, of no axis, holds these bytes."""
    tensor = TensorProto(dtype=DataType.DT_STRING, tensor_shape=TensorShapeProto(), string_val=[content])
    return Summary.Value(tag=tag, tensor=tensor).SerializeToString()


def decode_bytes(blob: bytes) -> bytes:
    """The bytes in the tensor of a `Summary.Value`, which may have any axes.

    Raises:
        ValueError: If there are none, or several.
    """
    try:
        elements = decode_tensor(Summary.Value.FromString(blob).tensor).reshape(-1)
    except DecodeError as error:
        raise ValueError("blob must be a Summary.Value; got other bytes.") from error
    if len(elements) != 1 or not isinstance(elements[0], bytes):
        raise ValueError(f"blob must be a tensor of one string; got {len(elements)} of dtype {elements.dtype}.")
    return elements[0]


def make_version_metadata(plugin_name: str) -> bytes:
    """Serialised `SummaryMetadata` as TensorFlow writes them for graphs: the plugin's own bytes are a version."""
    plugin_data = SummaryMetadata.PluginData(plugin_name=plugin_name, content=_VERSION)
    return SummaryMetadata(plugin_data=plugin_data).SerializeToString()
