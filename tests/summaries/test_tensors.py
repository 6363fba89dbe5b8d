"""Tensors in every spelling."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from summaries import load
from summaries.proto.tensor_pb2 import TensorProto, TensorShapeProto
from summaries.tensors import decode_tensor, encode_tensor


def shape(*sizes: int) -> TensorShapeProto:
    return TensorShapeProto(dim=[TensorShapeProto.Dim(size=size) for size in sizes])


@pytest.mark.parametrize(
    ("tensor", "expected"),
    [
        (TensorProto(dtype="DT_FLOAT", float_val=[0.5]), 0.5),
        (TensorProto(dtype="DT_FLOAT", tensor_content=b"\x00\x00\x00\x3f"), 0.5),
        (TensorProto(dtype="DT_DOUBLE", double_val=[0.1]), 0.1),
        (TensorProto(dtype="DT_DOUBLE", tensor_content=np.float64(0.1).tobytes()), 0.1),
        (TensorProto(dtype="DT_INT32", int_val=[-7]), -7),
        (TensorProto(dtype="DT_INT8", int_val=[-7]), -7),
        (TensorProto(dtype="DT_UINT8", int_val=[200]), 200),
        (TensorProto(dtype="DT_INT16", int_val=[-300]), -300),
        (TensorProto(dtype="DT_UINT16", int_val=[60000]), 60000),
        (TensorProto(dtype="DT_INT64", int64_val=[-(2**62)]), -(2**62)),
        (TensorProto(dtype="DT_UINT32", uint32_val=[2**32 - 1]), 2**32 - 1),
        (TensorProto(dtype="DT_UINT64", uint64_val=[2**63]), 2**63),
        (TensorProto(dtype="DT_BOOL", bool_val=[True]), True),
        (TensorProto(dtype="DT_HALF", half_val=[0x3800]), 0.5),
        (TensorProto(dtype="DT_HALF", tensor_content=b"\x00\x38"), 0.5),
        (TensorProto(dtype="DT_HALF", half_val=[0x3F000000]), 0.5),  # torch's spelling, the bits of a float32
        (TensorProto(dtype="DT_BFLOAT16", half_val=[0xBF00]), -0.5),
        (TensorProto(dtype="DT_BFLOAT16", half_val=[-(2**31) + 0x3F000000]), -0.5),  # torch's
        (TensorProto(dtype="DT_UINT8", uint32_val=[200]), 200),  # torch's
        (TensorProto(dtype="DT_BFLOAT16", tensor_content=b"\x00\xbf"), -0.5),
        (TensorProto(dtype="DT_COMPLEX64", scomplex_val=[1, -2]), 1 - 2j),
        (TensorProto(dtype="DT_COMPLEX128", dcomplex_val=[1, -2]), 1 - 2j),
        (TensorProto(dtype="DT_FLOAT"), 0.0),
        (TensorProto(dtype="DT_STRING", string_val=[b"\xff\x00"]), b"\xff\x00"),
    ],
    ids=str,
)
def test_decode_tensor_of_one_element_is_the_element(tensor: TensorProto, expected: object):
    array = decode_tensor(tensor)

    assert array.shape == ()
    assert array.item() == expected


def test_decode_tensor_repeats_the_last_element_to_fill_the_shape():
    tensor = TensorProto(dtype="DT_FLOAT", tensor_shape=shape(2, 2), float_val=[1, 2])

    assert decode_tensor(tensor).tolist() == [[1, 2], [2, 2]]


@pytest.mark.parametrize("dtype", ["f2", "f4", "f8", "i1", "i4", "i8", "u1", "u2", "u8", "?", "c8", ">f4"])
def test_decode_tensor_of_an_encoded_array_is_the_array(dtype: str):
    array = np.arange(6).reshape(2, 3).astype(dtype)

    decoded = decode_tensor(encode_tensor(array))

    assert decoded.dtype == np.dtype(dtype).newbyteorder("<")
    assert decoded.tolist() == array.tolist()
    assert decoded.flags.owndata or decoded.base.flags.owndata


@pytest.mark.parametrize(
    ("tensor", "message"),
    [
        (TensorProto(dtype="DT_FLOAT", tensor_shape=shape(2**31), float_val=[1]), "elements; got 1"),
        (TensorProto(dtype="DT_FLOAT", tensor_shape=shape(-1)), "known shape"),
        (TensorProto(dtype="DT_FLOAT", tensor_shape=TensorShapeProto(unknown_rank=True)), "known shape"),
        (TensorProto(dtype="DT_FLOAT", float_val=[1, 2]), "must hold 1 elements; got 2"),
        (TensorProto(dtype="DT_FLOAT", tensor_content=b"123"), "multiple of"),
        (TensorProto(dtype="DT_RESOURCE"), "dtype that NumPy knows; got number 20"),
    ],
    ids=str,
)
def test_decode_tensor_of_a_wrong_tensor_raises(tensor: TensorProto, message: str):
    with pytest.raises(ValueError, match=message):
        decode_tensor(tensor)


def test_encode_tensor_of_strings_raises():
    with pytest.raises(ValueError, match="numeric dtype"):
        encode_tensor(np.array(["a"]))


def test_an_element_that_does_not_fit_its_dtype_raises():
    with pytest.raises(ValueError, match="must hold elements that fit its dtype"):
        decode_tensor(TensorProto(dtype="DT_UINT8", int_val=[300]))


def test_strings_that_are_left_out_are_empty():
    shape = TensorShapeProto(dim=[TensorShapeProto.Dim(size=2)])

    assert decode_tensor(TensorProto(dtype="DT_STRING", tensor_shape=shape)).tolist() == [b"", b""]


@pytest.mark.peers
@pytest.mark.parametrize("name", ["float16", "bfloat16", "uint8"])
def test_tensors_that_torch_spells_in_its_own_way_have_its_values(tmp_path: Path, name: str):
    torch = pytest.importorskip("torch")
    from torch.utils.tensorboard import SummaryWriter as TorchWriter

    tensor = torch.tensor([[0.0, 1.0], [0.1, 200.0]]).to(getattr(torch, name))
    with TorchWriter(str(tmp_path)) as writer:
        writer.add_tensor("t", tensor, 1)

    assert load(tmp_path).runs["."].tensors["t"][0].tolist() == tensor.tolist()
