"""The generated messages: fresh, TensorFlow's numbers, and at peace with TensorBoard's in one process."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest
from google.protobuf.descriptor import Descriptor
from google.protobuf.descriptor_pb2 import FileDescriptorProto

from summaries.proto import (
    custom_scalars_pb2,
    event_pb2,
    graph_pb2,
    hparams_pb2,
    mesh_pb2,
    plugin_data_pb2,
    projector_pb2,
    run_metadata_pb2,
    summary_pb2,
    tensor_pb2,
)

ROOT = Path(__file__).parents[2]
MODULES = [
    custom_scalars_pb2,
    event_pb2,
    graph_pb2,
    hparams_pb2,
    mesh_pb2,
    plugin_data_pb2,
    projector_pb2,
    run_metadata_pb2,
    summary_pb2,
    tensor_pb2,
]
FOREIGN_PLUGINS = [
    "audio.plugin_data",
    "custom_scalar.layout",
    "hparams.plugin_data",
    "image.plugin_data",
    "mesh.plugin_data",
    "pr_curve.plugin_data",
    "projector.projector_config",
    "scalar.plugin_data",
    "text.plugin_data",
]


def test_generated_modules_are_those_of_the_proto_files(tmp_path: Path):
    pytest.importorskip("grpc_tools", reason="grpcio-tools remakes the messages")
    from summaries.proto.generate import generate

    written = generate(tmp_path)

    committed = sorted((ROOT / "summaries" / "proto").glob("*_pb2.py*"))
    assert [path.name for path in written] == [path.name for path in committed]
    for made, kept in zip(written, committed, strict=True):
        assert made.read_text() == kept.read_text(), f"{kept.name} is not what its .proto file gives: run make proto"


def iter_messages(descriptor: Descriptor):
    yield descriptor
    for nested in descriptor.nested_types:
        yield from iter_messages(nested)


def find_foreign(name: str) -> Descriptor | None:
    """TensorBoard's message of the same name."""
    from tensorboard.compat.proto import config_pb2, event_pb2, graph_pb2  # noqa: F401 - fill the pool
    from tensorboard.plugins.histogram import plugin_data_pb2 as histogram_pb2

    for name_of_module in FOREIGN_PLUGINS:
        import_module(f"tensorboard.plugins.{name_of_module}_pb2")  # fills the pool
    pool = histogram_pb2.DESCRIPTOR.pool
    try:
        return pool.FindMessageTypeByName(name.replace("summaries.", "tensorboard.", 1))
    except KeyError:
        return None


def describe(field) -> tuple:
    kind = field.message_type or field.enum_type
    type_name = kind.full_name.split(".", 1)[1] if kind else ""
    return field.name, field.type, field.is_repeated, type_name, field.containing_oneof and field.containing_oneof.name


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_every_field_has_the_number_and_type_that_tensorboard_gives_it(module):
    for top in module.DESCRIPTOR.message_types_by_name.values():
        for message in iter_messages(top):
            foreign = find_foreign(message.full_name)
            assert foreign is not None, message.full_name
            for field in message.fields:
                assert describe(field) == describe(foreign.fields_by_number[field.number]), field.full_name


def test_every_data_type_has_tensorflows_number():
    from tensorboard.compat.proto import types_pb2

    ours = dict(tensor_pb2.DataType.items())

    assert ours == {name: number for name, number in types_pb2.DataType.items() if not name.endswith("_REF")}


def test_proto_files_lie_where_no_other_package_has_them():
    for module in MODULES:
        file = FileDescriptorProto()
        module.DESCRIPTOR.CopyToProto(file)
        assert file.package.split(".")[0] == "summaries"
        assert file.name.startswith("summaries/proto/")


OURS = """
from summaries import SummaryWriter, load
import tempfile
folder = tempfile.mkdtemp()
with SummaryWriter(folder) as writer:
    writer.add_scalar("a", 0.5, 3)
assert load(folder).runs["."].scalars["a"].values.tolist() == [0.5]
"""
TENSORBOARD = """
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.compat.proto import event_pb2
assert event_pb2.Event(step=3).SerializeToString() == bytes([16, 3])
"""
TENSORBOARDX = """
import tempfile
from tensorboardX import SummaryWriter
SummaryWriter(tempfile.mkdtemp()).close()
"""
TORCH = """
import tempfile
from torch.utils.tensorboard import SummaryWriter
SummaryWriter(tempfile.mkdtemp()).close()
"""


def run_python(code: str) -> None:
    """Runs `code` in a process of its own."""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("foreign", [TENSORBOARD, TENSORBOARDX], ids=["tensorboard", "tensorboardX"])
@pytest.mark.parametrize("is_ours_first", [True, False])
def test_summaries_and_a_foreign_writer_live_in_one_process(foreign: str, is_ours_first: bool):
    run_python(OURS + foreign if is_ours_first else foreign + OURS)


@pytest.mark.peers
@pytest.mark.parametrize("is_ours_first", [True, False])
def test_summaries_and_torch_live_in_one_process(is_ours_first: bool):
    pytest.importorskip("torch")

    run_python(OURS + TORCH if is_ours_first else TORCH + OURS)


def test_import_of_summaries_loads_nothing_heavy():
    run_python(
        "import sys, summaries\n"
        "heavy = {'jax', 'torch', 'tensorflow', 'tensorboard', 'dash', 'pandas', 'asyncio', 'multiprocessing'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)"
    )
