"""TFRecord files: their records in order, checksums checked, whatever compresses them and wherever they lie.

The framing is that of event files; `summaries/FORMAT.md` draws it.
"""

from __future__ import annotations

import itertools
import zlib
from collections.abc import Iterable, Iterator

from summaries.records import HEADER_BYTES, UNFINISHED, make_header, split_records
from trainer.inputs.files import iter_chunks

_ANY_HEADER = 32 + zlib.MAX_WBITS  # zlib tells gzip and its own format apart
_GZIP_MAGIC = b"\x1f\x8b\x08"


class DamagedRecordError(ValueError):
    """A record file of which a part cannot be read.

    Attributes:
        path: The file.
        offset: Where the damage begins, in bytes; of what it decompresses to, if it is compressed.
        reason: What is wrong there.
    """

    def __init__(self, path: str, offset: int, reason: str) -> None:
        super().__init__(path, offset, reason)
        self.path = path
        self.offset = offset
        self.reason = reason

    def __str__(self) -> str:
        return (
            f"records of {self.path} must be sound; got damage at byte {self.offset}: {self.reason}. "
            "Copy the file again, or leave it out."
        )


def iter_records(path: str) -> Iterator[bytes]:
    """The records of a file; whether gzip or zlib compressed it is found out.

    Raises:
        DamagedRecordError: If a checksum is wrong or the file ends inside a record, after what came before.
        OSError: If it cannot be read.
        ImportError: If the library of a store is missing; the message names the extra.
    """
    pending, offset = b"", 0
    for chunk in _decompress(path, iter_chunks(path)):
        data = pending + chunk if pending else chunk
        found = split_records(data, is_growing=True)
        damage = found.gaps[0].offset if found.gaps else len(data)
        for start, length in found.payloads:
            if start < damage:
                yield data[start : start + length]
        if found.gaps:
            raise DamagedRecordError(path, offset + damage, found.gaps[0].reason)
        pending, offset = data[found.end :], offset + found.end
    if pending:
        raise DamagedRecordError(path, offset, UNFINISHED)


def _decompress(path: str, chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The bytes of a file as they are, or what they decompress to."""
    iterator = iter(chunks)
    first = next(iterator, b"")
    if _is_plain(first):
        yield first
        yield from iterator
        return
    num_bytes, decompressor = 0, zlib.decompressobj(_ANY_HEADER)
    for chunk in itertools.chain([first], iterator):
        while chunk:
            try:
                data = decompressor.decompress(chunk)
            except zlib.error as error:
                raise DamagedRecordError(path, num_bytes, f"it does not decompress ({error})") from error
            num_bytes += len(data)
            yield data
            chunk = decompressor.unused_data  # gzip files may follow one another in one file
            decompressor = zlib.decompressobj(_ANY_HEADER) if chunk else decompressor
    if not decompressor.eof:
        raise DamagedRecordError(path, num_bytes, "the compressed data end early")


def _is_plain(start: bytes) -> bool:
    """Whether a file begins with a record, or with damage, rather than with compressed data."""
    header = start[:HEADER_BYTES]
    if make_header(int.from_bytes(header[:8], "little")) == header:
        return True
    is_zlib = len(start) > 1 and start[0] & 0x0F == zlib.DEFLATED and int.from_bytes(start[:2], "big") % 31 == 0
    return not (start.startswith(_GZIP_MAGIC) or is_zlib)
