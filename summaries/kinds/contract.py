"""What a kind of summary offers: its bytes in both directions, and its name in TensorBoard's words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from summaries import wire

_EVENT_GRAPH_DEF, _EVENT_SUMMARY, _EVENT_RUN_METADATA = 4, 5, 8
_SUMMARY_VALUE, _VALUE_TAG, _VALUE_METADATA, _RUN_METADATA_TAG, _RUN_METADATA = 1, 1, 9, 1, 2


@dataclass(frozen=True)
class Kind:
    """One kind of summary.

    A blob is the kind's own bytes: a serialised `Summary.Value`, or for graphs a serialised `GraphDef`. `decode` reads
    all encodings that TensorBoard's writers have used, `encode` makes the one that FORMAT.md names first;
    `decode(encode(tag, value))` is `value`.

    Attributes:
        name: The kind's name, the same as TensorBoard's plugin name where there is one.
        encode: `(tag, value) -> blob`. Raises ValueError if the value is not of this kind.
        decode: `blob -> value`. Raises ValueError if the bytes are not of this kind.
        metadata: Serialised `SummaryMetadata` that the first value of a tag carries; empty where TensorBoard needs
            none.
        is_graph: Whether the blob is a graph, which lies in the event itself and not in a summary.
        is_run_metadata: Whether the blob is what a tag of the event itself stands beside.
        reads_metadata: Whether `decode` looks at the metadata, which stand on the first value of a tag only: hand it
            `find_metadata(first blob) + blob`.
    """

    name: str
    encode: Callable[[str, Any], bytes]
    decode: Callable[[bytes], Any]
    metadata: bytes = b""
    is_graph: bool = False
    is_run_metadata: bool = False
    reads_metadata: bool = False

    def envelope(self, blob: bytes, metadata: bytes = b"", *, tag: str = "") -> bytes:
        """What an `Event` with this blob holds after its wall time and step.

        Several envelopes in one event are merged by readers.

        Args:
            blob: What `encode` gave.
            metadata: Serialised `SummaryMetadata`, for the first value of a tag.
            tag: The tag, for run metadata, whose blob does not hold it.
        """
        if self.is_run_metadata:
            name = wire.field(_RUN_METADATA_TAG, tag.encode()) if tag else b""
            return wire.field(_EVENT_RUN_METADATA, name + wire.field(_RUN_METADATA, blob))
        if self.is_graph:
            return wire.field(_EVENT_GRAPH_DEF, blob)
        if metadata:
            blob += wire.field(_VALUE_METADATA, metadata)
        value = wire.field_prefix(_SUMMARY_VALUE, len(blob))
        return b"".join((wire.field_prefix(_EVENT_SUMMARY, len(value) + len(blob)), value, blob))


def encode_tag(tag: str) -> bytes:
    """The bytes of a tag.

    Raises:
        ValueError: If it is none.
    """
    if not isinstance(tag, str) or not tag:
        raise ValueError(f"tag must be a string that is not empty; got {tag!r}. Name the series, as 'train/loss'.")
    try:
        return tag.encode()
    except UnicodeEncodeError as error:
        raise ValueError(f"tag must be Unicode text; got {tag!r}. Leave surrogates out.") from error


def announce(tag: str, metadata: bytes) -> bytes:
    """What an `Event` holds that tells a tag's metadata without a value."""
    value = wire.field(_VALUE_TAG, encode_tag(tag)) + wire.field(_VALUE_METADATA, metadata)
    return wire.field(_EVENT_SUMMARY, wire.field(_SUMMARY_VALUE, value))


def find_metadata(blob: bytes) -> bytes:
    """The metadata in a serialised `Summary.Value`, as its field. Before another value they become those of it.

    Raises:
        ValueError: If the bytes are no message.
    """
    fields = wire.iter_fields(blob)
    return b"".join(
        wire.field(number, blob[start:end]) for number, _, start, end in fields if number == _VALUE_METADATA
    )
