"""Each method called with one input on our writer and on a peer's; TensorBoard's loader reads the same from both.

With `compat=True` our writer puts things where torch does. What differs all the same is listed in FORMAT.md, under
"Where torch's writer differs", and tested in tests/summaries/test_differences.py. docs/drop_in.md has the table.
"""

from __future__ import annotations

import importlib
import inspect
import io
import re
import socket
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageSequence

from summaries import SummaryWriter, load
from tests.drop_in.cases import OF_BOTH_PEERS, OF_TORCH, TENSORBOARD_X, TIME, TORCH, Case
from tests.drop_in.facts import iter_facts, read_files


def apply(writer: Any, case: Case, *, as_tensors: bool) -> None:
    target = writer
    for part in case.method.split("."):
        target = getattr(target, part)
    args, kwargs = (convert(value, as_tensors=as_tensors) for value in (case.args, case.kwargs))
    target(*args, **kwargs)


def convert(value: Any, *, as_tensors: bool) -> Any:
    """Torch tensors in place of arrays."""
    if isinstance(value, tuple):
        return tuple(convert(element, as_tensors=as_tensors) for element in value)
    if isinstance(value, dict):
        return {key: convert(element, as_tensors=as_tensors) for key, element in value.items()}
    if isinstance(value, np.ndarray) and as_tensors:
        return importlib.import_module("torch").tensor(value)
    return value


def write_both(tmp_path: Path, case: Case, peer: str) -> tuple[Path, Path]:
    """The logdirs of our writer and of the peer's."""
    module = importlib.import_module(peer)
    as_tensors = case.are_tensors and peer == TORCH
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    with SummaryWriter(ours, compat=True) as writer:
        apply(writer, case, as_tensors=as_tensors)
    with module.SummaryWriter(str(theirs)) as writer:
        apply(writer, case, as_tensors=as_tensors)
    return ours, theirs


def check(tmp_path: Path, case: Case, peer: str) -> None:
    ours, theirs = write_both(tmp_path, case, peer)
    has_wall_time = any(value is TIME for value in (*case.args, *case.kwargs.values()))

    facts, others = (sorted(iter_facts(folder, has_wall_time=has_wall_time), key=repr) for folder in (ours, theirs))

    assert repr(facts) == repr(others)  # repr: NaN is equal to NaN
    assert facts or case.method == "add_embedding"
    assert read_files(ours) == read_files(theirs)


def name_cases(cases: list[Case]) -> list[Any]:
    return [pytest.param(entry, id=f"{index}-{entry.name}") for index, entry in enumerate(cases)]


@pytest.mark.parametrize("case", name_cases(OF_BOTH_PEERS))
def test_tensorboard_reads_from_our_file_what_it_reads_from_that_of_tensorboardx(tmp_path: Path, case: Case):
    check(tmp_path, case, TENSORBOARD_X)


@pytest.mark.peers
@pytest.mark.parametrize("case", name_cases(OF_BOTH_PEERS + OF_TORCH))
def test_tensorboard_reads_from_our_file_what_it_reads_from_that_of_torch(tmp_path: Path, case: Case):
    pytest.importorskip("torch")

    check(tmp_path, case, TORCH)


PEERS = [TENSORBOARD_X, pytest.param(TORCH, marks=pytest.mark.peers)]


@pytest.mark.parametrize("peer", PEERS)
def test_figures_are_drawn_pixel_by_pixel_as_the_peer_draws_them(tmp_path: Path, peer: str):
    pytest.importorskip("matplotlib")
    from matplotlib.figure import Figure

    def draw(scale: float) -> Figure:
        figure = Figure(figsize=(2, 1.5))
        figure.subplots().plot([0, scale, 2])
        return figure

    module = pytest.importorskip(peer)
    writers = SummaryWriter(tmp_path / "ours"), module.SummaryWriter(str(tmp_path / "theirs"))
    for writer in writers:
        with writer:
            writer.add_figure("one", draw(1.0), 3, walltime=TIME)
            writer.add_figure("several", [draw(1.0), draw(5.0)], 3, close=False)

    facts, others = (list(iter_facts(tmp_path / name, has_wall_time=False)) for name in ("ours", "theirs"))
    assert facts == others
    assert [fact[-1][:2] for fact in facts] == [(200, 150), (400, 150)]


def test_a_figure_of_pyplot_is_forgotten_unless_it_shall_stay(tmp_path: Path):
    pyplot = pytest.importorskip("matplotlib.pyplot")
    pyplot.switch_backend("agg")
    gone, kept = pyplot.figure(), pyplot.figure()
    canvas = kept.canvas

    with SummaryWriter(tmp_path) as writer:
        writer.add_figure("gone", gone)
        writer.add_figure("kept", kept, close=False)

    assert pyplot.get_fignums() == [kept.number]
    assert kept.canvas is canvas
    pyplot.close(kept)


@pytest.mark.peers
@pytest.mark.parametrize("peer", [TENSORBOARD_X, TORCH])
@pytest.mark.filterwarnings("ignore")  # moviepy's own
def test_a_video_has_the_frames_that_the_peer_writes_through_moviepy(tmp_path: Path, peer: str):
    pytest.importorskip("moviepy")
    module = pytest.importorskip(peer)
    shades = np.linspace(0, 1, 3 * 4 * 3 * 24 * 32, dtype=np.float32)
    video = shades.reshape(3, 4, 3, 24, 32)
    for writer in (SummaryWriter(tmp_path / "ours"), module.SummaryWriter(str(tmp_path / "theirs"))):
        with writer:
            writer.add_video("v", video, 3, fps=5)

    ours, theirs = (load(tmp_path / name).runs["."].blobs("images")["v"][0] for name in ("ours", "theirs"))
    assert (ours.width, ours.height, ours.num_channels) == (theirs.width, theirs.height, theirs.num_channels)
    assert ours.frames().shape == theirs.frames().shape == (4, 24, 128, 3)
    assert get_durations(ours.encoded[0]) == [200] * 4  # moviepy 1 with today's imageio writes 0
    difference = np.abs(ours.frames().astype(int) - theirs.frames())
    assert difference.mean() < 4  # of 255: each chooses 256 colours of its own


def get_durations(gif: bytes) -> list[int]:
    """How long each frame stays, in milliseconds."""
    with Image.open(io.BytesIO(gif)) as picture:
        return [frame.info["duration"] for frame in ImageSequence.Iterator(picture)]


@pytest.mark.peers
@pytest.mark.filterwarnings("ignore")  # torch's tracer's own
def test_the_graph_of_a_torch_module_is_the_one_that_torch_writes(tmp_path: Path):
    torch = pytest.importorskip("torch")
    module = importlib.import_module(TORCH)
    model = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.ReLU())
    for writer in (SummaryWriter(tmp_path / "ours"), module.SummaryWriter(str(tmp_path / "theirs"))):
        with writer:
            writer.add_graph(model, torch.zeros(2, 3))

    ours, theirs = (load(tmp_path / name).runs["."] for name in ("ours", "theirs"))
    assert ours.graphs["__run_graph__"][0] == theirs.graphs["__run_graph__"][0]
    for run in (ours, theirs):
        assert run.blobs("graph_tagged_run_metadata").keys() == {"step1"}


@pytest.mark.peers
def test_the_graph_of_an_onnx_file_is_the_one_that_torch_writes(tmp_path: Path):
    onnx = pytest.importorskip("onnx")
    ends = [onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, [2, 3]) for name in ("x", "y")]
    node = onnx.helper.make_node("Elu", ["x"], ["y"], alpha=0.5)
    onnx.save(onnx.helper.make_model(onnx.helper.make_graph([node], "g", ends[:1], ends[1:])), tmp_path / "m.onnx")
    module = importlib.import_module(TORCH)
    for writer in (SummaryWriter(tmp_path / "ours"), module.SummaryWriter(str(tmp_path / "theirs"))):
        with writer:
            writer.add_onnx_graph(str(tmp_path / "m.onnx"))

    ours, theirs = (load(tmp_path / name).runs["."].graphs["__run_graph__"][0] for name in ("ours", "theirs"))
    assert ours == theirs
    assert [node.name for node in ours.node] == ["x", "y", "y"]


@pytest.mark.peers
def test_every_public_method_of_torchs_writer_is_here_with_its_parameters():
    pytest.importorskip("torch")
    theirs = importlib.import_module(TORCH).SummaryWriter
    names = ["__init__", *(name for name in vars(theirs) if not name.startswith("_"))]

    for name in names:
        expected = inspect.signature(getattr(theirs, name)).parameters.values()
        parameters = list(inspect.signature(getattr(SummaryWriter, name)).parameters.values())
        described = [(parameter.name, parameter.default, parameter.kind) for parameter in expected]
        assert [(p.name, p.default, p.kind) for p in parameters[: len(described)]] == described, name
        assert all(p.kind is p.KEYWORD_ONLY for p in parameters[len(described) :]), name
    assert len(names) > 25


@pytest.mark.parametrize("peer", PEERS)
def test_the_attributes_that_users_touch_are_those_of_the_peer(tmp_path: Path, peer: str):
    module = pytest.importorskip(peer)
    theirs, ours = module.SummaryWriter(str(tmp_path)), SummaryWriter(str(tmp_path), compat=True)
    theirs.add_scalars("a/b", {"c": 1.0})
    ours.add_scalars("a/b", {"c": 1.0})

    assert ours.default_bins == theirs.default_bins
    assert ours.file_writer.get_logdir() == theirs.file_writer.get_logdir() == str(tmp_path)
    if peer == TORCH:
        assert (ours.log_dir, ours.get_logdir()) == (theirs.log_dir, theirs.get_logdir())
        assert {name for name in vars(theirs) if not name.startswith("_") and not hasattr(ours, name)} == set()
        assert ours._get_file_writer().get_logdir() == theirs._get_file_writer().get_logdir()
        assert ours.all_writers.keys() == theirs.all_writers.keys() == {str(tmp_path), f"{tmp_path}/a_b_c"}
    for writer in (ours, theirs):
        writer.close()
        assert (writer.file_writer, writer.all_writers) == (None, None)


@pytest.mark.peers
def test_purge_step_is_written_as_torch_writes_it(tmp_path: Path):
    pytest.importorskip("torch")
    module = importlib.import_module(TORCH)
    SummaryWriter(tmp_path / "ours", purge_step=7).close()
    module.SummaryWriter(str(tmp_path / "theirs"), purge_step=7).close()

    facts, others = (list(iter_facts(tmp_path / name, has_wall_time=False)) for name in ("ours", "theirs"))
    assert facts == others == [(".", 7, b"", 1)]


@pytest.mark.parametrize("log_dir", [None, ""])
def test_a_run_without_a_folder_is_named_by_time_and_host(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, log_dir: str | None
):
    monkeypatch.chdir(tmp_path)

    with SummaryWriter(log_dir, comment="-lr0.1") as writer:
        pass

    host = re.escape(socket.gethostname())
    assert re.fullmatch(rf"runs/[A-Z][a-z]{{2}}\d\d_\d\d-\d\d-\d\d_{host}-lr0\.1", writer.log_dir)
    assert writer.get_logdir() == writer.log_dir
