"""What is seen, heard and judged: taken from every library, checked at the call, encoded in the background."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import jax.numpy as jnp
import ml_dtypes
import numpy as np
import pytest

from summaries import SummaryWriter, load
from summaries.load import Run
from summaries.proto.event_pb2 import Event
from summaries.proto.graph_pb2 import GraphDef, NodeDef
from summaries.proto.run_metadata_pb2 import RunMetadata
from summaries.proto.summary_pb2 import Summary

IMAGE = np.linspace(0, 1, 60, dtype=np.float32).reshape(3, 4, 5)


def read(folder: Path) -> Run:
    return load(folder).runs["."]


class OnlyArray:
    """An array that offers `__array__` and nothing else."""

    def __init__(self, array: np.ndarray) -> None:
        self._array = array

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        return self._array


class OnlyDlpack:
    """An array that offers dlpack and nothing else."""

    def __init__(self, array: np.ndarray) -> None:
        self._array = array

    def __dlpack__(self, **options: Any) -> Any:
        return self._array.__dlpack__(**options)

    def __dlpack_device__(self) -> Any:
        return self._array.__dlpack_device__()


@pytest.mark.parametrize("wrap", [np.asarray, jnp.asarray, OnlyArray, OnlyDlpack, np.ndarray.tolist])
def test_arrays_of_every_library_give_the_same_picture(tmp_path: Path, wrap: Callable[[np.ndarray], Any]):
    with SummaryWriter(tmp_path) as writer:
        writer.add_image("i", wrap(IMAGE), 7, walltime=12.5)

    series = read(tmp_path).images["i"]
    expected = (IMAGE.transpose(1, 2, 0) * np.float32(255)).astype(np.uint8)
    assert (series.places.steps.tolist(), series.places.wall_times.tolist()) == ([7], [12.5])
    np.testing.assert_array_equal(series[0].pixels(), expected)


@pytest.mark.parametrize("dtype", [ml_dtypes.bfloat16, ml_dtypes.float8_e4m3fn, np.float16])
@pytest.mark.parametrize("library", [np, jnp])
def test_short_floats_are_taken_by_every_method(tmp_path: Path, library: Any, dtype: Any):
    halves = library.asarray([0.0, 0.5, 1.0, 0.5]).astype(dtype)
    with SummaryWriter(tmp_path) as writer:
        writer.add_image("i", halves.reshape(2, 2), dataformats="HW")
        writer.add_video("v", halves.reshape(1, 1, 1, 2, 2))
        writer.add_audio("s", halves)
        writer.add_tensor("t", halves)
        writer.add_mesh("m", halves[:3].reshape(1, 1, 3))
        writer.add_pr_curve("p", halves > 0, halves, num_thresholds=3)
        writer.add_embedding(halves.reshape(2, 2))

    run = read(tmp_path)
    assert run.images["i"][0].pixels()[:, :, 0].tolist() == [[0, 127], [255, 127]]
    assert run.images["v"][0].frames()[0, :, :, 0].tolist() == [[0, 127], [255, 127]]
    np.testing.assert_allclose(run.audio["s"][0].sound().samples[:, 0], [0, 0.5, 1, 0.5], atol=1e-4)
    assert run.tensors["t"][0].tolist() == [0, 0.5, 1, 0.5]
    assert run.meshes["m_VERTEX"][0].values.tolist() == [[[0, 0.5, 1]]]
    assert run.pr_curves["p"][0].true_positives.tolist() == [3, 3, 1]
    assert (tmp_path / "00000" / "default" / "tensors.tsv").read_text() == "0.0\t0.5\n1.0\t0.5\n"


@pytest.mark.peers
def test_torch_tensors_of_every_kind_are_taken(tmp_path: Path):
    torch = pytest.importorskip("torch")
    with SummaryWriter(tmp_path) as writer:
        writer.add_image("i", torch.ones(1, 2, 2, dtype=torch.bfloat16, requires_grad=True))
        writer.add_hparams({"lr": torch.tensor(0.5)}, {"loss": torch.tensor(2.0)})
        writer.add_tensor("float8", torch.ones(2).to(torch.float8_e4m3fn))
        writer.add_tensor("sparse", torch.eye(2).to_sparse())
        writer.add_tensor("conjugate", torch.tensor([1 + 2j]).conj())

    tensors = {tag: series[0].tolist() for tag, series in read(tmp_path).tensors.items()}
    assert tensors == {"float8": [1.0, 1.0], "sparse": [[1.0, 0.0], [0.0, 1.0]], "conjugate": [1 - 2j]}
    assert read(tmp_path).images["i"][0].pixels().tolist() == [[[255] * 3] * 2] * 2
    assert read(tmp_path).blobs("hparams")["_hparams_/session_start_info"][0].hparams == {"lr": 0.5}


def test_arrays_may_be_overwritten_after_the_call(tmp_path: Path):
    array = np.zeros((2, 3))
    with SummaryWriter(tmp_path) as writer:
        writer.add_tensor("t", array)
        writer.add_image("i", array, dataformats="HW")
        array += 1

    assert read(tmp_path).tensors["t"][0].max() == 0
    assert read(tmp_path).images["i"][0].pixels().max() == 0


def test_values_of_one_tag_keep_their_order(tmp_path: Path):
    with SummaryWriter(tmp_path) as writer:
        for step in range(5):
            writer.add_image("a", jnp.ones((1, 2, 2)), step)
            writer.file_writer.add_summary(Summary(value=[Summary.Value(tag="a", simple_value=1.0)]), step)

    steps = read(tmp_path).images["a"].places.steps.tolist()
    assert steps == read(tmp_path).scalars["a"].steps.tolist() == [0, 1, 2, 3, 4]


def test_meshes_keep_vertices_faces_colours_and_scene(tmp_path: Path):
    vertices, faces = np.arange(12.0).reshape(1, 4, 3), np.array([[[0, 1, 2]]])
    with SummaryWriter(tmp_path) as writer:
        writer.add_mesh("m", vertices, vertices * 10, faces, {"camera": {"fov": 75}}, 3)

    meshes = read(tmp_path).meshes
    assert list(meshes) == ["m_VERTEX", "m_FACE", "m_COLOR"]
    assert meshes["m_COLOR"][0].values.tolist() == (vertices * 10).tolist()
    part = meshes["m_FACE"][0]
    assert (part.mesh, part.part, part.values.tolist()) == ("m", "faces", [[[0, 1, 2]]])
    assert (part.others, part.config) == (("vertices", "faces", "colors"), {"camera": {"fov": 75}})


def test_pr_curve_counts_what_is_right_and_wrong_at_each_threshold(tmp_path: Path):
    with SummaryWriter(tmp_path) as writer:
        writer.add_pr_curve("p", [0, 0, 1, 1], [0.1, 0.6, 0.4, 1.0], num_thresholds=3)

    curve = read(tmp_path).pr_curves["p"][0]
    assert curve.thresholds.tolist() == [0, 0.5, 1]
    assert curve.true_positives.tolist() == [2, 1, 1]
    assert curve.false_positives.tolist() == [2, 1, 0]
    assert curve.true_negatives.tolist() == [0, 1, 2]
    assert curve.false_negatives.tolist() == [0, 1, 1]
    assert curve.precision.tolist() == [0.5, 0.5, 1]
    assert curve.recall.tolist() == [1, 0.5, 0.5]


@pytest.mark.parametrize("compat", [False, True])
def test_file_writer_takes_whole_messages(tmp_path: Path, compat: bool):
    graph = GraphDef(node=[NodeDef(name="a", op="Add")])
    with SummaryWriter(tmp_path, compat=compat) as writer:
        files = writer.file_writer
        files.add_summary(Summary(value=[Summary.Value(tag="a", simple_value=1.0)]).SerializeToString(), 3, 1.5)
        files.add_event(Event(step=9, summary=Summary(value=[Summary.Value(tag="a", simple_value=2.0)])), walltime=2.5)
        files.add_graph((graph, RunMetadata()))
        files.flush()
        assert read(tmp_path).scalars["a"].values.tolist() == [1.0, 2.0]

    run = read(tmp_path)
    assert run.scalars["a"].steps.tolist() == [3, 9]
    assert run.scalars["a"].wall_times.tolist() == [1.5, 2.5]
    assert run.graphs["__run_graph__"][0] == graph
    assert list(run.blobs("graph_tagged_run_metadata")) == ["step1"]


def test_compat_closes_its_sub_runs_with_the_writer_and_flushes_them(tmp_path: Path):
    writer = SummaryWriter(tmp_path, compat=True)
    writer.add_scalars("loss", {"train": 0.5, "test": 0.25}, 1)
    writer.flush()
    flushed = {name: list(load(tmp_path / name).runs["."].scalars) for name in ("loss_test", "loss_train")}
    writer.add_scalars("loss", {"train": 0.25}, 2)
    writer.close()

    assert flushed == {"loss_test": ["loss"], "loss_train": ["loss"]}
    assert load(tmp_path / "loss_train").runs["."].scalars["loss"].values.tolist() == [0.5, 0.25]


BAD = {
    "too few axes": ("add_image", np.zeros((4, 5)), {}, r"img_tensor must have 3 axes, CHW; got shape \(4, 5\)"),
    "unknown axis": ("add_image", np.zeros((4, 5)), {"dataformats": "XY"}, "dataformats must be the letters .*'XY'"),
    "axis twice": ("add_image", np.zeros((4, 5)), {"dataformats": "HH"}, "dataformats must be .*'HH'"),
    "no axes": ("add_image", np.zeros((4, 5)), {"dataformats": ""}, "dataformats must be .*''"),
    "channels": ("add_image", np.zeros((40, 5, 3)), {}, "at most 4 channels; got 40"),
    "channels of a batch": ("add_images", np.zeros((1, 2, 5, 3)), {}, "1, 3 or 4 channels; got 2"),
    "empty image": ("add_image", np.zeros((3, 0, 5)), {}, "img_tensor must not be empty"),
    "complex image": ("add_image", np.zeros((3, 4, 5), complex), {}, "img_tensor must be real numbers"),
    "words": ("add_image", np.array([["a"]]), {"dataformats": "HW"}, "img_tensor must be real numbers"),
    "video": ("add_video", np.zeros((2, 3, 4, 5)), {}, "vid_tensor must have shape .videos, frames"),
    "video speed": ("add_video", np.zeros((1, 1, 3, 4, 5)), {"fps": 0}, "fps must be above 0; got 0"),
    "audio": ("add_audio", np.zeros((3, 5)), {}, r"snd_tensor must have shape .* got \(3, 5\)"),
    "audio rate": ("add_audio", np.zeros(5), {"sample_rate": -1}, "sample_rate must be above 0; got -1"),
    "mesh": ("add_mesh", np.zeros((4, 3)), {}, r"vertices must have shape \(b, n, 3\); got \(4, 3\)"),
    "faces": ("add_mesh", np.zeros((2, 4, 3)), {"faces": np.zeros((1, 4, 3))}, "faces must be of 2 meshes"),
    "colours": ("add_mesh", np.zeros((1, 4, 3)), {"colors": np.zeros((1, 2, 3))}, r"colors must have shape \(1, 4,"),
    "tensor": ("add_tensor", np.array(["a"]), {}, "tensor must be numbers or bools, .*; got dtype <U1"),
    "boxes": ("add_image_with_boxes", IMAGE, {"box_tensor": np.zeros((2, 3))}, r"box_tensor must have shape \(n, 4\)"),
}  # fmt: skip


@pytest.mark.parametrize(("method", "value", "kwargs", "message"), BAD.values(), ids=BAD)
def test_bad_input_is_refused_at_the_call_and_nothing_else_is_lost(
    tmp_path: Path, method: str, value: Any, kwargs: dict[str, Any], message: str
):
    with SummaryWriter(tmp_path) as writer:
        writer.add_scalar("before", 1.0)
        with pytest.raises(ValueError, match=message):
            getattr(writer, method)("tag", value, **kwargs)
        writer.add_scalar("after", 1.0)

    run = read(tmp_path)
    assert sorted(run.scalars) == ["after", "before"]
    assert not run.images
    assert not run.tensors


@pytest.mark.parametrize(
    ("args", "kwargs", "message"),
    [
        ((np.zeros(3),), {}, "mat must have shape"),
        ((np.zeros((3, 2)), ["a", "b"]), {}, "metadata must have a label for each of 3 points; got 2"),
        ((np.zeros((1, 2)), [["a"]]), {"metadata_header": ["x", "y"]}, "a row of 2 values a point"),
        ((np.zeros((3, 2)),), {"label_img": np.zeros((2, 3, 4, 4))}, r"label_img must have shape \(3, c, h, w\)"),
    ],
)
def test_a_bad_embedding_is_refused_at_the_call(tmp_path: Path, args: Any, kwargs: Any, message: str):
    with SummaryWriter(tmp_path) as writer, pytest.raises(ValueError, match=message):
        writer.add_embedding(*args, **kwargs)

    assert not (tmp_path / "projector_config.pbtxt").exists()


def test_bad_curves_and_hparams_are_refused_at_the_call(tmp_path: Path):
    with SummaryWriter(tmp_path) as writer:
        with pytest.raises(ValueError, match=r"labels must have shape \(2,\); got \(3,\)"):
            writer.add_pr_curve("p", np.zeros(3), np.zeros(2))
        with pytest.raises(ValueError, match="num_thresholds must be at least 2; got 1"):
            writer.add_pr_curve("p", np.zeros(2), np.zeros(2), num_thresholds=1)
        with pytest.raises(TypeError, match="hparam 'x' must be a bool, a number, a string or None; got"):
            writer.add_hparams({"x": [1, 2]}, {})
        with pytest.raises(TypeError, match="must be dictionaries; got list and dict"):
            writer.add_hparams([1], {})
        with pytest.raises(TypeError, match="hparam_domain_discrete must name hparams; got 'y'"):
            writer.add_hparams({"x": 1}, {}, {"y": [1]})
        with pytest.raises(TypeError, match=r"hparam_domain_discrete\['x'\] must be a list of int"):
            writer.add_hparams({"x": 1}, {}, {"x": ["a"]})
        with pytest.raises(TypeError, match="figure must be a matplotlib Figure, or a list of them; got int"):
            writer.add_figure("f", 3)

    assert not read(tmp_path).blobs("hparams")


def test_a_value_that_fails_in_the_background_is_named_with_its_tag_and_step(tmp_path: Path):
    writer = SummaryWriter(tmp_path)
    writer.add_pr_curve("curve", jnp.array([0, 1]), jnp.array([0.5, 7.0]), 42)

    with pytest.raises(ValueError, match=r"'curve' at step 42: predictions must be in \[0, 1\]; got 0.5 to 7.0"):
        writer.flush()
    writer.close()


def test_pictures_and_sounds_print_in_a_line_without_their_bytes(tmp_path: Path):
    with SummaryWriter(tmp_path) as writer:
        writer.add_image("picture", IMAGE, 0)
        writer.add_audio("sound", np.zeros((1, 1_000)), 0)

    run = read(tmp_path)

    assert repr(run.images["picture"][0]) == "Images(width=5, height=4, num_channels=3)"
    assert "RIFF" not in repr(run.audio["sound"][0])
