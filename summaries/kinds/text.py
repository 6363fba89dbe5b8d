"""Text: strings, shown as Markdown.

One encoding: a tensor of strings with plugin `text`. Torch's writer adds `/text_summary` to the tag; this one does not.
"""

from __future__ import annotations

from google.protobuf.message import DecodeError

from summaries.kinds.contract import Kind
from summaries.proto.summary_pb2 import Summary, SummaryMetadata
from summaries.proto.tensor_pb2 import DataType, TensorProto, TensorShapeProto
from summaries.tensors import decode_tensor

_TABLE_AXES = 2


def encode_text(tag: str, text: str) -> bytes:
    """A `Summary.Value` with one string.

    Raises:
        ValueError: If it is no string, or not Unicode text.
    """
    if not isinstance(text, str):
        raise ValueError(f"text_string must be a string; got {text!r}. Pass str of it.")
    shape = TensorShapeProto(dim=[TensorShapeProto.Dim(size=1)])
    tensor = TensorProto(dtype=DataType.DT_STRING, tensor_shape=shape, string_val=[text.encode()])
    return Summary.Value(tag=tag, tensor=tensor).SerializeToString()


def decode_text(blob: bytes) -> str:
    """The string in a `Summary.Value`; several strings are paragraphs, and rows of strings are a table in Markdown.

    Bytes that are not UTF-8 are replaced by U+FFFD.

    Raises:
        ValueError: If there is no tensor of strings.
    """
    try:
        tensor = Summary.Value.FromString(blob).tensor
    except DecodeError as error:
        raise ValueError("blob must be a Summary.Value; got other bytes.") from error
    array = decode_tensor(tensor)
    if array.dtype != object:
        raise ValueError(f"text must be a tensor of strings; got dtype {array.dtype}.")
    strings = [element.decode(errors="replace") for element in array.ravel()]
    if array.ndim < _TABLE_AXES or len(strings) <= 1:
        return "\n\n".join(strings)
    return _to_table(strings, array.shape[-1])


def _to_table(strings: list[str], num_columns: int) -> str:
    """A table in GitHub's Markdown, with the heading left empty that it must have."""
    cells = [string.replace("|", "\\|").replace("\n", "<br>") for string in strings]
    rows = [cells[start : start + num_columns] for start in range(0, len(cells), num_columns)]
    lines = [[""] * num_columns, ["---"] * num_columns, *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


TEXT = Kind(
    name="text",
    encode=encode_text,
    decode=decode_text,
    metadata=SummaryMetadata(plugin_data=SummaryMetadata.PluginData(plugin_name="text")).SerializeToString(),
)
