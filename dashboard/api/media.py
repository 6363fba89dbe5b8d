"""What a browser can show of a logged value by itself: pictures, sounds and text, each with its media type.

A file may say anything of itself, so a type is taken from it only where a browser shows it without running it.
"""

from __future__ import annotations

import re

from dashboard.api.description import MEDIA_TYPES
from summaries import kinds

_PICTURES = (
    (re.compile(rb"\x89PNG\r\n\x1a\n"), "image/png"),
    (re.compile(rb"\xff\xd8\xff"), "image/jpeg"),
    (re.compile(rb"GIF8[79]a"), "image/gif"),
    (re.compile(rb"RIFF....WEBP", re.DOTALL), "image/webp"),
    (re.compile(rb"BM"), "image/bmp"),
)
_SOUND = re.compile(r"audio/[a-z0-9.+-]{1,40}")


def find_media(kind: str, blob: bytes, sample: int = 0) -> tuple[bytes, str]:
    """The bytes to show and their media type; the message itself where a browser can show nothing of it.

    Args:
        kind: Kind of summary.
        blob: The logged message.
        sample: Which of several pictures or clips.

    Raises:
        LookupError: With a sentence, if there is no such sample.
        ValueError: If the message is not of the kind.
    """
    if kind == "images":
        picture = _pick(kinds.decode(kind, blob).encoded, sample)
        return picture, next((name for magic, name in _PICTURES if magic.match(picture)), MEDIA_TYPES["binary"])
    if kind == "audio":
        audio = kinds.decode(kind, blob)
        is_sound = _SOUND.fullmatch(audio.content_type)
        return _pick(audio.encoded, sample), audio.content_type if is_sound else MEDIA_TYPES["binary"]
    if kind == "text":
        return _pick((kinds.decode(kind, blob).encode(errors="replace"),), sample), MEDIA_TYPES["text"]
    return _pick((blob,), sample), MEDIA_TYPES["protobuf"]


def _pick(samples: tuple[bytes, ...], sample: int) -> bytes:
    if sample >= len(samples):
        raise LookupError(f"sample must be below {len(samples)}, the number of samples of the value; got {sample}.")
    return samples[sample]
