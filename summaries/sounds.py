"""Samples as WAV and back, through the standard library.

Synopsis:
    >>> import numpy as np
    >>> sound = decode_wav(encode_wav(np.array([[0.0], [0.5], [-1.0]]), sample_rate=8000))
    >>> sound.sample_rate, sound.samples.shape
    (8000, (3, 1))
"""

from __future__ import annotations

import io
import wave
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

_SAMPLE_BYTES = 2
_MAX_SAMPLE_BYTES = 4
_FULL_SCALE = np.iinfo(np.int16).max


@dataclass(frozen=True)
class Sound:
    """Samples of a clip.

    Attributes:
        samples: In [-1, 1], float32. Shape (n, channels).
        sample_rate: Samples a second, in Hz.
    """

    samples: npt.NDArray[np.float32]
    sample_rate: int


def encode_wav(samples: npt.NDArray[Any], sample_rate: int) -> bytes:
    """A WAV with 16 bits a sample.

    Args:
        samples: Floats in [-1, 1], cut off outside, NaN as silence; or int16 as they are. Shape (n, channels).
        sample_rate: In Hz.
    """
    stream = io.BytesIO()
    with wave.open(stream, "wb") as writer:
        writer.setnchannels(samples.shape[1])
        writer.setsampwidth(_SAMPLE_BYTES)
        writer.setframerate(sample_rate)
        writer.writeframes(_to_int16(samples).tobytes())
    return stream.getvalue()


def _to_int16(samples: npt.NDArray[Any]) -> npt.NDArray[np.int16]:
    if samples.dtype.newbyteorder("=") == np.int16:
        return samples.astype("<i2")
    wide = samples if samples.dtype in (np.float32, np.float64) else samples.astype(np.float32)
    return np.asarray(np.nan_to_num(wide, nan=0, posinf=1, neginf=-1).clip(-1, 1) * _FULL_SCALE, dtype="<i2")


def decode_wav(data: bytes) -> Sound:
    """The samples of a WAV with 8, 16, 24 or 32 bits a sample.

    Raises:
        ValueError: If the bytes are no such WAV.
    """
    try:
        with wave.open(io.BytesIO(data)) as reader:
            num_channels, num_bytes, sample_rate = reader.getnchannels(), reader.getsampwidth(), reader.getframerate()
            raw = reader.readframes(reader.getnframes())
    except (wave.Error, EOFError, RuntimeError) as error:  # the last where a chunk claims to be longer than the file
        raise ValueError(f"audio must be a WAV of integers; got {data[:4]!r}… ({error}).") from error
    if num_bytes > _MAX_SAMPLE_BYTES:
        raise ValueError(f"audio must have at most {_MAX_SAMPLE_BYTES} bytes a sample; got {num_bytes}.")
    whole = raw[: len(raw) // (num_bytes * num_channels) * num_bytes * num_channels]
    return Sound(_to_floats(whole, num_bytes).reshape(-1, num_channels), sample_rate)


def _to_floats(raw: bytes, num_bytes: int) -> npt.NDArray[np.float32]:
    if num_bytes == 1:  # the only width without a sign
        return (np.frombuffer(raw, "u1").astype(np.float32) - 128) / np.float32(128)
    padded = np.zeros((len(raw) // num_bytes, 4), dtype=np.uint8)
    padded[:, 4 - num_bytes :] = np.frombuffer(raw, "u1").reshape(-1, num_bytes)
    return (padded.view("<i4")[:, 0] / 2.0**31).astype(np.float32)
