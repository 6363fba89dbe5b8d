"""Pictures, sounds, meshes and layouts as other writers spell them."""

from __future__ import annotations

import io
import wave
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from summaries import load
from summaries.kinds import KINDS, MeshPart, decode
from summaries.kinds.audio import Audio
from summaries.kinds.images import Images
from summaries.pixels import decode_frames, decode_picture, encode_gif, encode_png
from summaries.proto.event_pb2 import Event
from summaries.proto.hparams_pb2 import HParamsPluginData
from summaries.proto.summary_pb2 import Summary, SummaryMetadata
from summaries.proto.tensor_pb2 import TensorProto, TensorShapeProto
from summaries.records import frame
from summaries.sounds import decode_wav, encode_wav
from summaries.tensors import encode_tensor

RED_AND_BLUE = np.array([[[255, 0, 0], [0, 0, 255]]], dtype=np.uint8)
PNG = encode_png(RED_AND_BLUE)


def make_strings(strings: list[bytes], *shape: int) -> bytes:
    """A `Summary.Value` with a tensor of strings."""
    dims = [TensorShapeProto.Dim(size=size) for size in shape]
    tensor = TensorProto(dtype="DT_STRING", tensor_shape=TensorShapeProto(dim=dims), string_val=strings)
    return Summary.Value(tensor=tensor).SerializeToString()


def test_images_of_the_new_encoding_are_size_and_pictures():
    images = decode("images", make_strings([b"2", b"1", PNG, b"later"], 4))

    assert images == Images(2, 1, (PNG, b"later"))
    assert images.pixels(0).tolist() == RED_AND_BLUE.tolist()


@pytest.mark.parametrize("strings", [[], [b"2"], [b"2", b"wide", PNG], [PNG, PNG]])
def test_images_without_a_size_are_refused(strings: list[bytes]):
    with pytest.raises(ValueError, match="images must begin with width and height"):
        decode("images", make_strings(strings, len(strings)))


def save(picture: Image.Image, kind: str = "PNG") -> bytes:
    stream = io.BytesIO()
    picture.save(stream, kind)
    return stream.getvalue()


@pytest.mark.parametrize("kind", ["PNG", "GIF", "BMP"])
def test_pictures_of_every_format_and_palette_are_pixels(kind: str):
    picture = Image.fromarray(np.repeat(RED_AND_BLUE, 4, axis=0))
    data = save(picture.quantize() if kind == "PNG" else picture, kind)

    assert decode_picture(data).tolist() == np.repeat(RED_AND_BLUE, 4, axis=0).tolist()


def test_deep_pictures_are_scaled_to_bytes():
    deep = Image.fromarray(np.array([[0, 256, 65535]], dtype=np.uint16))

    assert decode_picture(save(deep))[0, :, 0].tolist() == [0, 1, 255]


@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA"])
def test_channels_are_those_of_the_picture(mode: str):
    assert decode_picture(save(Image.new(mode, (3, 2)))).shape == (2, 3, len(mode))


def test_frames_of_a_gif_come_one_by_one():
    frames = np.stack([np.full((4, 4, 3), shade, dtype=np.uint8) for shade in (0, 100, 255)])

    assert decode_frames(encode_gif(frames, 10))[:, 0, 0, 0].tolist() == [0, 100, 255]


def test_a_picture_that_claims_to_be_huge_is_refused():
    wide = bytearray(save(Image.new("RGB", (1, 1)), "BMP"))
    wide[18:26] = (100_000).to_bytes(4, "little") * 2

    with pytest.raises(ValueError, match="picture must be one that Pillow reads.*decompression bomb"):
        decode_picture(bytes(wide))


@pytest.mark.parametrize("kind", ["TIFF", "EPS"])
def test_formats_that_no_writer_uses_are_not_tried(kind: str):
    with pytest.raises(ValueError, match="picture must be one that Pillow reads"):
        decode_picture(save(Image.new("RGB", (3, 2)), kind))


@pytest.mark.parametrize("data", [b"", b"GIF89a", PNG[:40], PNG[:50], b"\x89PNG\r\n\x1a\n" + b"x" * 40])
def test_what_is_no_picture_is_refused(data: bytes):
    with pytest.raises(ValueError, match="picture must be one that Pillow reads"):
        decode_picture(data)


def test_later_parts_of_a_mesh_have_the_metadata_of_the_first(tmp_path: Path):
    part = MeshPart("m", "faces", np.zeros((1, 2, 3), np.float32), ("vertices", "faces"), {"camera": {"fov": 75}})
    first = Summary.Value.FromString(KINDS["mesh"].encode("renamed", part))
    later = Summary.Value(tag=first.tag, tensor=first.tensor)
    events = [Event(step=step, summary=Summary(value=[value])) for step, value in enumerate((first, later))]
    (tmp_path / "x.tfevents").write_bytes(b"".join(frame(event.SerializeToString()) for event in events))

    parts = load(tmp_path).runs["."].meshes["renamed"]

    for found in parts:
        assert (found.mesh, found.part, found.others, found.config) == ("m", "faces", part.others, part.config)


def test_text_of_several_strings_is_paragraphs_or_a_table():
    assert decode("text", make_strings([b"one"])) == "one"
    assert decode("text", make_strings([b"one"], 1, 1)) == "one"
    assert decode("text", make_strings([], 0, 0)) == ""
    assert decode("text", make_strings([b"one", b"two"], 2)) == "one\n\ntwo"
    assert decode("text", make_strings([b"a|b", b"c\nd", b"e", b"\xff"], 2, 2)) == (
        "|  |  |\n| --- | --- |\n| a\\|b | c<br>d |\n| e | \ufffd |"
    )


def test_audio_of_the_new_encoding_has_labels_or_none():
    assert decode("audio", make_strings([b"a", b"one", b"b", b"two"], 2, 2)) == Audio((b"a", b"b"), ("one", "two"))
    assert decode("audio", make_strings([b"a", b"b"], 2)) == Audio((b"a", b"b"), ("", ""))


@pytest.mark.parametrize("blob", [make_strings([b"a"] * 3, 1, 3), Summary.Value(tensor=encode_tensor(np.zeros(2)))])
def test_audio_of_another_shape_is_refused(blob: bytes | Summary.Value):
    with pytest.raises(ValueError, match="audio must be strings of shape"):
        decode("audio", blob if isinstance(blob, bytes) else blob.SerializeToString())


@pytest.mark.parametrize(
    ("num_bytes", "raw", "expected"),
    [
        (1, bytes([0, 128, 192]), [-1, 0, 0.5]),
        (2, np.array([-(2**15), 0, 2**14], "<i2").tobytes(), [-1, 0, 0.5]),
        (3, bytes([0, 0, 0x80, 0, 0, 0, 0, 0, 0x40]), [-1, 0, 0.5]),
        (4, np.array([-(2**31), 0, 2**30], "<i4").tobytes(), [-1, 0, 0.5]),
    ],
)
def test_samples_of_every_width_are_floats(num_bytes: int, raw: bytes, expected: list[float]):
    stream = io.BytesIO()
    with wave.open(stream, "wb") as writer:
        writer.setparams((1, num_bytes, 8000, 0, "NONE", ""))
        writer.writeframes(raw)

    sound = decode_wav(stream.getvalue())

    assert sound.samples[:, 0].tolist() == expected


def test_a_cut_wav_gives_its_whole_samples():
    whole = encode_wav(np.array([[1, 2], [3, 4]], dtype=np.int16), 8000)

    assert decode_wav(whole[:-1]).samples.shape == (1, 2)


@pytest.mark.parametrize("data", [b"", b"OggS" + b"x" * 50, b"RIFF\x00\x00\x00\x00WAVE"])
def test_what_is_no_wav_is_refused(data: bytes):
    with pytest.raises(ValueError, match="audio must be a WAV of integers"):
        decode_wav(data)


def test_a_mesh_without_metadata_is_known_by_the_end_of_its_tag():
    value = Summary.Value(tag="my_mesh_FACE", tensor=encode_tensor(np.zeros((1, 2, 3), np.float32)))

    part = decode("mesh", value.SerializeToString())

    assert (part.mesh, part.part, part.config) == ("my_mesh", "faces", {})


@pytest.mark.parametrize(("tag", "shape"), [("m_OTHER", (1, 2, 3)), ("m_FACE", (2, 3)), ("", (1, 2, 3))])
def test_what_is_no_mesh_is_refused(tag: str, shape: tuple[int, ...]):
    value = Summary.Value(tag=tag, tensor=encode_tensor(np.zeros(shape, np.float32)))

    with pytest.raises(ValueError, match="mesh must be a real tensor of 3 axes"):
        decode("mesh", value.SerializeToString())


def test_a_pr_curve_of_another_shape_is_refused():
    value = Summary.Value(tensor=encode_tensor(np.zeros((5, 3), np.float32)))

    with pytest.raises(ValueError, match=r"PR curve must be real, of shape \(6, n\); got float32 of shape \(5, 3\)"):
        decode("pr_curves", value.SerializeToString())


def test_hparams_with_nothing_in_them_are_refused():
    plugin_data = SummaryMetadata.PluginData(content=HParamsPluginData(version=1).SerializeToString())
    value = Summary.Value(tag="t", metadata=SummaryMetadata(plugin_data=plugin_data))

    with pytest.raises(ValueError, match="hparams must hold an experiment, .*'t' with nothing"):
        decode("hparams", value.SerializeToString())


@pytest.mark.parametrize("strings", [[], [b"", b""]])
def test_a_layout_that_is_not_one_string_is_refused(strings: list[bytes]):
    with pytest.raises(ValueError, match="layout must be one string"):
        decode("custom_scalars", make_strings(strings, len(strings)))
