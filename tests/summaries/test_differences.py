"""What is not as torch's writer has it, row by row of FORMAT.md's table "Where torch's writer differs"."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from google.protobuf import text_format

from summaries import SummaryWriter, load
from summaries.kinds import decode
from summaries.load import Run
from summaries.proto.projector_pb2 import ProjectorConfig


def read(folder: Path) -> Run:
    return load(folder).runs["."]


def test_scalars_of_one_call_and_hparams_stay_inside_the_run(tmp_path: Path):
    with SummaryWriter(tmp_path) as writer:
        writer.add_scalars("loss", {"train": 0.5, "test": 0.25}, 3)
        writer.add_hparams({"lr": 0.1}, {"accuracy": 0.75}, run_name="ignored", global_step=4)

    assert list(load(tmp_path).runs) == ["."]
    scalars = read(tmp_path).scalars
    assert {tag: (series.steps.tolist(), series.values.tolist()) for tag, series in scalars.items()} == {
        "loss/train": ([3], [0.5]),
        "loss/test": ([3], [0.25]),
        "accuracy": ([4], [0.75]),
    }
    assert read(tmp_path).blobs("hparams")["_hparams_/session_start_info"][0].hparams == {"lr": 0.1}


def test_texts_keep_their_tag(tmp_path: Path):
    with SummaryWriter(tmp_path) as writer:
        writer.add_text("notes", "hello")

    assert list(read(tmp_path).texts) == ["notes"]


def test_bools_among_hparams_stay_bools(tmp_path: Path):
    with SummaryWriter(tmp_path) as writer:
        writer.add_hparams({"is_deep": True}, {}, {"is_deep": [True, False]})

    hparams = read(tmp_path).blobs("hparams")
    (info,) = hparams["_hparams_/experiment"][0].hparams
    assert (info.type, info.domain) == ("bool", (True, False))
    assert hparams["_hparams_/session_start_info"][0].hparams == {"is_deep": True}


def test_double_precision_alone_keeps_all_bits(tmp_path: Path):
    with SummaryWriter(tmp_path) as writer:
        writer.add_scalar("a", 0.1, 1, double_precision=True)

    assert read(tmp_path).scalars["a"].values.tolist() == [0.1]


@pytest.mark.peers
@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "uint8"])
def test_tensors_that_torch_garbles_are_whole(tmp_path: Path, dtype: str):
    torch = pytest.importorskip("torch")
    tensor = torch.tensor([1, 2, 200]).to(getattr(torch, dtype))
    with SummaryWriter(tmp_path) as writer:
        writer.add_tensor("t", tensor)

    assert read(tmp_path).blobs("tensors")["t"][0].tolist() == [1, 2, 200]


def test_a_rescaled_picture_says_its_own_size(tmp_path: Path):
    with SummaryWriter(tmp_path) as writer:
        writer.add_image_with_boxes("i", np.zeros((3, 10, 20)), np.array([[1, 1, 8, 8]]), rescale=2)

    images = read(tmp_path).blobs("images")["i"][0]
    assert (images.height, images.width) == images.pixels().shape[:2] == (20, 40)


def test_pr_curves_have_as_many_thresholds_as_asked_for(tmp_path: Path):
    with SummaryWriter(tmp_path) as writer:
        writer.add_pr_curve("counted", np.array([0, 1]), np.array([0.2, 0.8]), num_thresholds=500)
        writer.add_pr_curve_raw("raw", *np.zeros((6, 3)))

    curves = read(tmp_path).blobs("pr_curves")
    assert (len(curves["counted"][0].thresholds), curves["raw"][0].thresholds.tolist()) == (500, [0, 0.5, 1])


@pytest.mark.parametrize("dtype", ["<i2", ">i2"])
def test_samples_of_16_bits_and_stereo_are_taken(tmp_path: Path, dtype: str):
    samples = np.array([[0, 100, -32768], [1, 2, 32767]], dtype=dtype)
    with SummaryWriter(tmp_path) as writer:
        writer.add_audio("s", samples, sample_rate=8000)

    sound = read(tmp_path).blobs("audio")["s"][0].sound()
    assert sound.sample_rate == 8000
    assert (sound.samples * 2**15).T.tolist() == samples.tolist()


def test_pictures_of_points_may_be_bytes(tmp_path: Path):
    pictures = np.full((4, 3, 2, 2), 100, dtype=np.uint8)
    with SummaryWriter(tmp_path) as writer:
        writer.add_embedding(np.zeros((4, 2)), label_img=pictures)

    sprite = decode("images", encode_sprite(tmp_path / "00000" / "default" / "sprite.png")).pixels()
    assert (sprite == 100).all()


def encode_sprite(path: Path) -> bytes:
    from summaries.kinds import IMAGES, Images

    return IMAGES.encode("sprite", Images(4, 4, (path.read_bytes(),)))


def test_embeddings_of_an_earlier_writer_stay_and_one_of_the_same_step_is_replaced(tmp_path: Path):
    for size in (2, 3):
        with SummaryWriter(tmp_path) as writer:
            writer.add_embedding(np.zeros((size, 2)), global_step=1, tag="same")
            writer.add_embedding(np.zeros((size, 2)), global_step=size, tag="other")

    config = text_format.Parse((tmp_path / "projector_config.pbtxt").read_text(), ProjectorConfig())
    assert [info.tensor_name for info in config.embeddings] == ["other:00002", "same:00001", "other:00003"]
    assert (tmp_path / "00001" / "same" / "tensors.tsv").read_text() == "0.0\t0.0\n" * 3


def test_tabs_and_line_ends_inside_labels_become_spaces(tmp_path: Path):
    with SummaryWriter(tmp_path) as writer:
        writer.add_embedding(np.zeros((2, 2)), metadata=["a\tb", "c\nd"])

    assert (tmp_path / "00000" / "default" / "metadata.tsv").read_text() == "a b\nc d\n"


def test_nan_in_pictures_and_sounds_is_black_and_silent(tmp_path: Path):
    with SummaryWriter(tmp_path) as writer:
        writer.add_image("i", np.array([[np.nan, np.inf, -np.inf, 1.0]]), dataformats="HW")
        writer.add_audio("s", np.array([np.nan, np.inf, -np.inf]))

    run = read(tmp_path)
    assert run.blobs("images")["i"][0].pixels()[0, :, 0].tolist() == [0, 255, 0, 255]
    assert np.sign(run.blobs("audio")["s"][0].sound().samples[:, 0]).tolist() == [0, 1, -1]


REFUSED = [
    ("add_image_with_boxes", ("i", np.zeros((3, 4, 4)), np.zeros((2, 4))), {"labels": ["one"]}, "one for each of 2"),
    ("add_pr_curve", ("p", np.array([0, 1]), np.array([-2.0, 3.0])), {}, r"in \[0, 1\]; got -2.0 to 3.0"),
    ("add_custom_scalars", ({"a": {"b": ["Line", ["x"]]}},), {}, "Multiline"),
]


@pytest.mark.parametrize(("method", "args", "kwargs", "message"), REFUSED, ids=[row[0] for row in REFUSED])
def test_what_torch_passes_over_in_silence_is_refused(
    tmp_path: Path, method: str, args: tuple[Any, ...], kwargs: dict[str, Any], message: str
):
    with SummaryWriter(tmp_path) as writer, pytest.raises(ValueError, match=message):
        getattr(writer, method)(*args, **kwargs)


def test_a_closed_writer_takes_nothing_more(tmp_path: Path):
    writer = SummaryWriter(tmp_path)
    writer.close()

    with pytest.raises(ValueError, match="writer must be open"):
        writer.add_scalar("a", 1.0)


@pytest.mark.peers
def test_torch_itself_differs_where_the_table_says(tmp_path: Path):
    pytest.importorskip("torch")
    module = importlib.import_module("torch.utils.tensorboard")
    with module.SummaryWriter(str(tmp_path)) as writer:
        writer.add_text("notes", "hello")
        writer.add_hparams({"is_deep": True}, {}, run_name="trial")
        writer.add_scalar("double", 0.1, 1, double_precision=True)
        writer.add_pr_curve("curve", np.array([0, 1]), np.array([0.2, 0.8]), num_thresholds=500)

    runs = load(tmp_path).runs
    assert list(runs["."].texts) == ["notes/text_summary"]
    assert runs["trial"].blobs("hparams")["_hparams_/session_start_info"][0].hparams == {"is_deep": 1.0}
    assert runs["."].scalars["double"].values.tolist() == [float(np.float32(0.1))]
    assert len(runs["."].blobs("pr_curves")["curve"][0].thresholds) == 127
