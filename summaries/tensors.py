"""TensorFlow's tensors as NumPy arrays, in every way they can be spelt.

Synopsis:
    >>> from summaries.proto import tensor_pb2
    >>> decode_tensor(tensor_pb2.TensorProto(dtype="DT_FLOAT", float_val=[0.5])).item()
    0.5
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from summaries.proto.tensor_pb2 import DataType, TensorProto, TensorShapeProto

_NUMPY_TYPES: dict[int, tuple[str, str]] = {
    DataType.DT_FLOAT: ("<f4", "float_val"),
    DataType.DT_DOUBLE: ("<f8", "double_val"),
    DataType.DT_INT32: ("<i4", "int_val"),
    DataType.DT_UINT8: ("u1", "int_val"),
    DataType.DT_INT16: ("<i2", "int_val"),
    DataType.DT_INT8: ("i1", "int_val"),
    DataType.DT_COMPLEX64: ("<c8", "scomplex_val"),
    DataType.DT_INT64: ("<i8", "int64_val"),
    DataType.DT_BOOL: ("?", "bool_val"),
    DataType.DT_UINT16: ("<u2", "int_val"),
    DataType.DT_COMPLEX128: ("<c16", "dcomplex_val"),
    DataType.DT_UINT32: ("<u4", "uint32_val"),
    DataType.DT_UINT64: ("<u8", "uint64_val"),
}
_DATA_TYPES: dict[Any, Any] = {np.dtype(name): number for number, (name, _) in _NUMPY_TYPES.items()} | {
    np.dtype("<f2"): DataType.DT_HALF
}
_MAX_FILLED = 2**24
"""A shape may claim any size, and one element is enough to fill it: more elements than this must stand in the file."""


def decode_tensor(tensor: TensorProto) -> npt.NDArray[Any]:
    """The array that `tensor` holds.

    Args:
        tensor: Elements in `tensor_content` or in the field of its dtype. Too few elements in a field: the last one is
            repeated, as TensorFlow does.

    Returns:
        An array of the tensor's shape that owns its memory. bfloat16 becomes float32, strings become an object array of
        bytes.

    Raises:
        ValueError: If the dtype is not one that holds numbers or strings, or the elements do not fit the shape.
    """
    shape = _get_shape(tensor)
    size = math.prod(shape)
    elements = _decode_elements(tensor)
    if size > max(len(elements), _MAX_FILLED):
        raise ValueError(f"tensor of shape {shape} must hold {size} elements; got {len(elements)}.")
    if 0 < len(elements) < size:
        elements = np.concatenate([elements, np.full(size - len(elements), elements[-1], dtype=elements.dtype)])
    if len(elements) == 0 and size > 0 and not tensor.tensor_content:
        elements = np.full(size, b"" if elements.dtype == object else 0, dtype=elements.dtype)
    if len(elements) != size:
        raise ValueError(f"tensor of shape {shape} must hold {size} elements; got {len(elements)}.")
    return elements.reshape(shape)


def is_encodable(dtype: Any) -> bool:
    """Whether arrays of a dtype can be written, those of short floats that NumPy does not know as float32."""
    if not isinstance(dtype, np.dtype):
        return False
    return dtype.newbyteorder("<") in _DATA_TYPES or (dtype.kind == "V" and "float" in dtype.name)


def encode_tensor(array: npt.NDArray[Any]) -> TensorProto:
    """The tensor of a numeric array, with raw bytes.

    Raises:
        ValueError: If TensorFlow has no such dtype.
    """
    dtype = array.dtype.newbyteorder("<")
    if dtype not in _DATA_TYPES:
        raise ValueError(f"array must have a numeric dtype; got {array.dtype}.")
    shape = TensorShapeProto(dim=[TensorShapeProto.Dim(size=size) for size in array.shape])
    return TensorProto(dtype=_DATA_TYPES[dtype], tensor_shape=shape, tensor_content=array.astype(dtype).tobytes())


def _get_shape(tensor: TensorProto) -> tuple[int, ...]:
    shape = tuple(dim.size for dim in tensor.tensor_shape.dim)
    if tensor.tensor_shape.unknown_rank or any(size < 0 for size in shape):
        raise ValueError("tensor must have a known shape; got one with unknown sizes.")
    return shape


def _decode_elements(tensor: TensorProto) -> npt.NDArray[Any]:
    """All elements that stand in the message, shape (n,)."""
    content = tensor.tensor_content
    if tensor.dtype == DataType.DT_STRING:
        return np.array([*tensor.string_val, None], dtype=object)[
            :-1
        ]  # the None keeps NumPy from looking into the bytes
    if tensor.dtype in (DataType.DT_HALF, DataType.DT_BFLOAT16):
        return _decode_halves(tensor)
    if tensor.dtype not in _NUMPY_TYPES:
        raise ValueError(f"tensor must have a dtype that NumPy knows; got number {tensor.dtype}.")
    numpy_type, field = _NUMPY_TYPES[tensor.dtype]
    if content:
        return np.frombuffer(content, numpy_type).copy()
    values = getattr(tensor, field)
    if tensor.dtype == DataType.DT_UINT8 and not values:  # where torch's writer puts them
        values = tensor.uint32_val
    if field.endswith("complex_val"):
        half = "<f4" if field == "scomplex_val" else "<f8"
        return np.array(values, dtype=half).view(numpy_type)
    try:
        return np.array(values, dtype=object if field == "int_val" else numpy_type).astype(numpy_type)
    except OverflowError as error:
        raise ValueError(f"tensor must hold elements that fit its dtype; {error}.") from error


def _decode_halves(tensor: TensorProto) -> npt.NDArray[np.floating[Any]]:
    """Elements of 16 bits.

    Torch's writer lists the 32 bits of a float32 instead. Those of every half but 0 take more than 16: no list can be
    mistaken for the other.
    """
    listed = np.array(tensor.half_val, dtype=np.int32)
    if (listed != listed.astype(np.uint16)).any():
        floats = listed.view(np.float32)
        with np.errstate(all="ignore"):  # of numbers that no half holds
            return floats.astype(np.float16) if tensor.dtype == DataType.DT_HALF else floats
    bits = np.frombuffer(tensor.tensor_content, "<u2") if tensor.tensor_content else listed.astype(np.uint16)
    return bits.view(np.float16).copy() if tensor.dtype == DataType.DT_HALF else _from_bfloat16(bits)


def _from_bfloat16(bits: npt.NDArray[np.uint16]) -> npt.NDArray[np.float32]:
    """A bfloat16 is the upper half of a float32."""
    return (bits.astype(np.uint32) << 16).view(np.float32)
