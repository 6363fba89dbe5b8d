"""Values whose bytes another program, or malice, has changed: decoders give something or raise ValueError."""

from __future__ import annotations

import contextlib
import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from summaries import EventFileReader, read_blob
from summaries.kinds import KINDS, Audio, Images, decode
from summaries.pixels import decode_frames
from tests.writers.contract import FIXTURES


def list_blobs() -> list[tuple[str, bytes]]:
    """Kind and bytes of every value in the fixtures that has a decoder."""
    found: list[tuple[str, bytes]] = []
    for path in sorted(FIXTURES.rglob("*tfevents*")):
        with EventFileReader(path) as reader:
            batch = reader.read()
        for number, tag in enumerate(batch.tags):
            rows = slice(batch.blob_starts[number], batch.blob_starts[number + 1])
            for offset, length in zip(batch.blob_offsets[rows], batch.blob_lengths[rows], strict=True):
                found.append((tag.kind, read_blob(path, int(offset), int(length))))
    return [(kind, blob) for kind, blob in found if kind in KINDS]


BLOBS = list_blobs()


def use(kind: str, blob: bytes) -> None:
    """Decodes a value, and unpacks what is in it."""
    value = decode(kind, blob)
    if isinstance(value, Images):
        for index in range(min(len(value), 2)):
            value.frames(index)
    if isinstance(value, Audio):
        for index in range(min(len(value), 2)):
            value.sound(index)


@pytest.mark.filterwarnings("ignore:Image size", "ignore:Invalid APNG")  # Pillow's
@settings(max_examples=500)
@given(
    sample=st.sampled_from(BLOBS),
    kind=st.none() | st.sampled_from(sorted(KINDS)),
    place=st.floats(0, 1),
    num_replaced=st.integers(0, 20),
    inserted=st.binary(max_size=10),
)
def test_a_changed_value_is_decoded_or_refused(
    sample: tuple[str, bytes], kind: str | None, place: float, num_replaced: int, inserted: bytes
):
    blob = sample[1]
    begin = round(place * len(blob))

    with contextlib.suppress(ValueError):
        use(kind or sample[0], blob[:begin] + inserted + blob[begin + num_replaced :])


@pytest.mark.filterwarnings("ignore:Image size", "ignore:Invalid APNG")  # Pillow's
@pytest.mark.parametrize("name", ["PNG", "GIF", "JPEG", "BMP", "WEBP"])
def test_a_picture_that_is_damaged_anywhere_is_unpacked_or_refused(name: str):
    pictures = [Image.fromarray(np.full((5, 6, 3), shade, dtype=np.uint8)) for shade in (0, 200)]
    stream = io.BytesIO()
    pictures[0].save(stream, name, **({} if name in ("JPEG", "BMP") else {"save_all": True, "append_images": pictures}))
    data = stream.getvalue()

    for place in range(len(data)):
        changed = bytearray(data)
        changed[place] ^= 0x80 >> place % 8
        for damaged in (bytes(changed), data[:place]):
            with contextlib.suppress(ValueError):
                assert decode_frames(damaged).dtype == np.uint8


@pytest.mark.parametrize(("kind", "shape"), [("histograms", (4, 3)), ("pr_curves", (6, 4)), ("mesh", (1, 4, 3))])
def test_numbers_that_are_not_real_are_refused(kind: str, shape: tuple[int, ...]):
    with pytest.raises(ValueError, match="must be.* real"):
        decode(kind, KINDS["tensors"].encode("m_VERTEX", np.zeros(shape, dtype=np.complex64)))
