"""Scalars found by what stays the same in their events."""

from __future__ import annotations

import numpy as np
import pytest

from summaries.proto.event_pb2 import Event
from summaries.proto.summary_pb2 import Summary, SummaryMetadata
from summaries.proto.tensor_pb2 import TensorProto
from summaries.samples import Samples

SCALARS = SummaryMetadata(plugin_data=SummaryMetadata.PluginData(plugin_name="scalars"))


def encode(step: int, wall_time: float, *values: Summary.Value) -> bytes:
    return Event(step=step, wall_time=wall_time, summary=Summary(value=values)).SerializeToString()


def make_value(form: str, number: float, **fields: object) -> Summary.Value:
    if form == "simple":
        return Summary.Value(tag="a", simple_value=number, **fields)
    dtype = "<f8" if form.startswith("double") else "<f4"
    tensor = TensorProto(dtype="DT_DOUBLE" if dtype == "<f8" else "DT_FLOAT", tensor_shape={})
    if form.endswith("content"):
        tensor.tensor_content = np.array(number, dtype=dtype).tobytes()
    else:
        (tensor.double_val if dtype == "<f8" else tensor.float_val).append(number)
    return Summary.Value(tag="a", tensor=tensor, **fields)


FORMS = ["simple", "float content", "float field", "double content", "double field"]


@pytest.mark.parametrize("step", [0, 1, 127, 128, 16_383, 16_384, 2**21 - 1, 2**21, 2**28 - 1])
@pytest.mark.parametrize("form", FORMS)
def test_find_reads_any_step_and_value_of_a_form_that_was_learnt(form: str, step: int):
    samples = Samples()
    samples.learn(encode(3, 1.5, make_value(form, 0.5, metadata=SCALARS)), tag_id=4, is_settled=True)

    found = samples.find(encode(step, 2.5, make_value(form, -0.25, metadata=SCALARS)))

    assert found == (4, step, 2.5, -0.25)


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        encode(3, 1.5),
        encode(2**28, 1.5, make_value("simple", 0.5)),
        encode(-1, 1.5, make_value("simple", 0.5)),
        encode(3, 1.5, Summary.Value(tag="b", simple_value=0.5)),
        encode(3, 1.5, make_value("simple", 0.5), make_value("simple", 0.5)),
        encode(3, 1.5, make_value("simple", 0.5, metadata=SCALARS)),
        encode(3, 1.5, make_value("simple", 0.5)) + b"\x10\x04",
        b"\x10\x03" + encode(0, 1.5, make_value("simple", 0.5)),
    ],
)
def test_find_of_an_event_that_is_not_like_one_learnt_is_none(payload: bytes):
    samples = Samples()
    samples.learn(encode(3, 1.5, make_value("simple", 0.5)), tag_id=0, is_settled=False)

    assert samples.find(payload) is None


@pytest.mark.parametrize(
    "value",
    [
        make_value("simple", 0.5, metadata=SCALARS),  # which may say something new
        Summary.Value(tag="a", tensor=TensorProto(dtype="DT_INT32", int_val=[1])),
        Summary.Value(tag="a", tensor=TensorProto(dtype="DT_FLOAT", float_val=[1.0, 2.0])),
        Summary.Value(tag="a", tensor=TensorProto(float_val=[1.0])),
    ],
    ids=repr,
)
def test_learn_passes_over_what_is_not_told_by_its_bytes_alone(value: Summary.Value):
    samples = Samples()
    payload = encode(3, 1.5, value)

    samples.learn(payload, tag_id=0, is_settled=False)

    assert samples.find(payload) is None
