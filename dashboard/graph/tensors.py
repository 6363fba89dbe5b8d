"""Shapes and types of the values on a graph's edges, read from a node's attributes."""

from __future__ import annotations

import math
import re
from collections.abc import Container, Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from summaries.proto.graph_pb2 import AttrValue

_SHORT_BY_NAME = {
    "float16": "f16",
    "half": "f16",
    "bfloat16": "bf16",
    "float32": "f32",
    "float": "f32",
    "float64": "f64",
    "double": "f64",
    "int8": "i8",
    "int16": "i16",
    "int32": "i32",
    "int64": "i64",
    "uint8": "u8",
    "uint16": "u16",
    "uint32": "u32",
    "uint64": "u64",
    "bool": "bool",
    "complex64": "c64",
    "complex128": "c128",
    "string": "str",
    "resource": "resource",
    "variant": "variant",
}

# TensorFlow's DataType numbers; a reference type is 100 more.
_SHORT_BY_NUMBER = {
    1: "f32",
    2: "f64",
    3: "i32",
    4: "u8",
    5: "i16",
    6: "i8",
    7: "str",
    8: "c64",
    9: "i64",
    10: "bool",
    14: "bf16",
    17: "u16",
    18: "c128",
    19: "f16",
    20: "resource",
    21: "variant",
    22: "u32",
    23: "u64",
}
_ITEM_BYTES = {"bool": 1, "c64": 8, "c128": 16}


@dataclass(frozen=True, slots=True)
class Tensor:
    """One output of a node.

    Attributes:
        shape: Sizes, -1 where unknown; None if nothing is known of the shape. ``()`` is a scalar.
        dtype: Short name as ``f32``, ``bf16``, ``i32``, ``bool``; empty if unknown.
        num_bytes: Bytes of the whole value; 0 where shape or type is not known well enough.
    """

    shape: tuple[int, ...] | None
    dtype: str
    num_bytes: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        is_known = self.shape is not None and all(size >= 0 for size in self.shape)
        num_bytes = math.prod(self.shape or ()) * item_bytes(self.dtype) if is_known else 0
        object.__setattr__(self, "num_bytes", num_bytes)

    @property
    def label(self) -> str:
        """The shape as drawn on an edge: ``16×10``, ``?×10``, ``scalar``, or empty if unknown."""
        if self.shape is None:
            return ""
        return "×".join("?" if size < 0 else str(size) for size in self.shape) or "scalar"

    @property
    def text(self) -> str:
        """The shape with its type as in the node panel: ``f32[16,10]``."""
        if self.shape is None:
            return self.dtype
        return f"{self.dtype}[{','.join('?' if size < 0 else str(size) for size in self.shape)}]"


UNKNOWN = Tensor(None, "")
MAX_KEY_BYTES = 1000
"""What longer attributes say is not remembered."""


def item_bytes(dtype: str) -> int:
    """Bytes of one element of a short type name; 0 if it has no fixed size."""
    if dtype in _ITEM_BYTES:
        return _ITEM_BYTES[dtype]
    bits = re.fullmatch(r"(?:bf|f|i|u)(\d+)", dtype)
    return int(bits.group(1)) // 8 if bits else 0


def short_dtype(name: str) -> str:
    """The short name of a type as NumPy or JAX spells it.

    >>> short_dtype("float32"), short_dtype("key<fry>")
    ('f32', 'key<fry>')
    """
    return _SHORT_BY_NAME.get(name.lower(), name)


_KEYS = ("_jax_shape", "_jax_dtype", "_output_shapes", "dtype", "DstT", "T", "shape")


def find_tensors(attributes: Any, keys: Container[str]) -> tuple[Tensor, ...]:
    """The outputs that a node's attributes tell about; empty if they tell nothing.

    JAX's own attributes come first, then TensorFlow's ``_output_shapes``, then a ``shape`` alone.

    Args:
        attributes: The map ``NodeDef.attr``.
        keys: Its keys.
    """
    serialized = tuple([(key, attributes[key].SerializeToString()) for key in _KEYS if key in keys])
    is_small = sum([len(value) for _, value in serialized]) <= MAX_KEY_BYTES
    return _read_small(serialized) if is_small else _read_tensors(serialized)


def _read_tensors(serialized: tuple[tuple[str, bytes], ...]) -> tuple[Tensor, ...]:
    """From the bytes of the attributes, which are the same for many nodes of a graph."""
    attributes = {key: AttrValue.FromString(value) for key, value in serialized}
    if "_jax_shape" in attributes:
        shapes = _shapes(attributes["_jax_shape"]) or [()]  # a scalar's list of sizes is empty, hence unset
        if "_output_shapes" in attributes:  # JAX's own names the first output only
            shapes = _shapes(attributes["_output_shapes"]) or shapes
        dtypes = _dtypes(attributes["_jax_dtype"]) if "_jax_dtype" in attributes else []
        return _zip(shapes, dtypes)
    dtypes = next((_dtypes(attributes[key]) for key in ("dtype", "DstT", "T") if key in attributes), [])
    told = [shapes for key in ("_output_shapes", "shape") if key in attributes and (shapes := _shapes(attributes[key]))]
    if told:
        is_handle = told[0] == [()]  # of a variable, which TensorFlow hands on as a scalar; `shape` is what it holds
        return _zip(told[-1] if is_handle else told[0], dtypes)
    return _zip([None], dtypes) if dtypes and dtypes[0] else ()


_read_small = lru_cache(maxsize=4096)(_read_tensors)


def _zip(shapes: list[tuple[int, ...] | None], dtypes: list[str]) -> tuple[Tensor, ...]:
    last = dtypes[-1] if dtypes else ""
    return tuple(Tensor(shape, dtypes[i] if i < len(dtypes) else last) for i, shape in enumerate(shapes))


def _shapes(value: Any) -> list[tuple[int, ...] | None]:
    form = value.WhichOneof("value")
    if form == "shape":
        return [_proto_shape(value.shape)]
    if form == "s":
        return [_text_shape(part) for part in value.s.decode("utf-8", "replace").split(";")]
    if form != "list":
        return []
    if value.list.shape:
        return [_proto_shape(shape) for shape in value.list.shape]
    if value.list.s:
        return [_text_shape(part.decode("utf-8", "replace")) for part in value.list.s]
    return [tuple(value.list.i)]


def _proto_shape(shape: Any) -> tuple[int, ...] | None:
    return None if shape.unknown_rank else tuple(dim.size for dim in shape.dim)


def _text_shape(text: str) -> tuple[int, ...] | None:
    sizes = re.findall(r"-?\d+", text.partition("[")[2] or text)
    return tuple(int(size) for size in sizes)


def _dtypes(value: Any) -> list[str]:
    form = value.WhichOneof("value")
    if form == "type":
        return [_number_dtype(value.type)]
    if form == "s":
        return [short_dtype(part) for part in value.s.decode("utf-8", "replace").split(";")]
    if form != "list":
        return []
    return [_number_dtype(number) for number in value.list.type] or _texts(value.list.s)


def _texts(values: Iterable[bytes]) -> list[str]:
    return [short_dtype(value.decode("utf-8", "replace")) for value in values]


def _number_dtype(number: int) -> str:
    return _SHORT_BY_NUMBER.get(number % 100, "")
