"""What the kinds share that TensorBoard does not have: a tensor of one string, which holds JSON.

The names NaN, Infinity and -Infinity stand for the numbers that JSON does not have. Members that a reader does not
know are passed over, and members that have their default are not written: so a kind may grow.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from typing import Any, TypeVar

from summaries.kinds.contract import Kind
from summaries.kinds.serialized import decode_bytes, encode_bytes
from summaries.proto.summary_pb2 import SummaryMetadata

_Record = TypeVar("_Record")


def encode_json(tag: str, value: Any) -> bytes:
    """A `Summary.Value` with plain data as JSON.

    Raises:
        ValueError: If it is no plain data.
    """
    try:
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    except TypeError as error:
        raise ValueError(f"value must be plain data; got {value!r}: {error}.") from error
    return encode_json_text(tag, text)


def encode_json_text(tag: str, text: str) -> bytes:
    """A `Summary.Value` with JSON that has been made already."""
    return encode_bytes(tag, text.encode(errors="replace"))


def decode_json_object(blob: bytes) -> dict[str, Any]:
    """The JSON object in a `Summary.Value`.

    Raises:
        ValueError: If there is none.
    """
    content = decode_bytes(blob)
    try:
        value = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"the string must be JSON; got {content[:40]!r}: {error}.") from error
    if not isinstance(value, dict):
        raise ValueError(f"the JSON must be an object; got {type(value).__name__}.")
    return value


def make_record_kind(name: str, record_type: type[_Record]) -> Kind:
    """The kind whose values are of a frozen dataclass, with one member of the JSON object a field."""

    def encode(tag: str, record: _Record) -> bytes:
        return encode_record(tag, record)

    def decode(blob: bytes) -> _Record:
        return decode_record(blob, record_type)

    return Kind(name=name, encode=encode, decode=decode, metadata=make_metadata(name))


def encode_record(tag: str, record: Any) -> bytes:
    """A `Summary.Value` with those fields of a dataclass that differ from their default."""
    return encode_json(tag, get_members(record))


def decode_record(blob: bytes, record_type: type[_Record]) -> _Record:
    """The dataclass in a `Summary.Value`; lists become tuples.

    Raises:
        ValueError: If a field that has no default is missing, or the dataclass refuses a value.
    """
    return make_record(decode_json_object(blob), record_type)


def get_members(record: Any) -> dict[str, Any]:
    """Those fields of a dataclass that differ from their default."""
    fields = dataclasses.fields(record)
    members = {field.name: getattr(record, field.name) for field in fields}
    defaults = {field.name: _default_of(field) for field in fields}
    return {name: value for name, value in members.items() if value != defaults[name]}


def make_record(members: Mapping[str, Any], record_type: type[_Record]) -> _Record:
    """The dataclass with these fields, as JSON gave them: lists become tuples, and what it does not have is left out.

    Raises:
        ValueError: If a field that has no default is missing, or the dataclass refuses a value.
    """
    names = {field.name for field in dataclasses.fields(record_type)}  # type: ignore[arg-type]
    try:
        return record_type(**{name: _freeze(value) for name, value in members.items() if name in names})
    except TypeError as error:
        raise ValueError(f"the JSON must be a {record_type.__name__}: {error}.") from error


def make_metadata(plugin_name: str, display_name: str = "", description: str = "") -> bytes:
    """Serialised `SummaryMetadata`."""
    return SummaryMetadata(
        plugin_data=SummaryMetadata.PluginData(plugin_name=plugin_name),
        display_name=display_name,
        summary_description=description,
    ).SerializeToString()


def check_choice(name: str, value: str, choices: tuple[str, ...]) -> None:
    """Raises ValueError unless `value` is one of `choices`."""
    if value not in choices:
        raise ValueError(f"{name} must be one of {', '.join(map(repr, choices))}; got {value!r}.")


def check_text(name: str, value: str) -> None:
    """Raises ValueError unless `value` is a string."""
    if not isinstance(value, str):
        raise ValueError(f"{name} must be a string; got {value!r}. Pass str of it.")


def _default_of(field: dataclasses.Field[Any]) -> Any:
    if field.default_factory is not dataclasses.MISSING:
        return field.default_factory()
    return field.default


def _freeze(value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    return tuple(value) if isinstance(value, list) else value
