r"""From bytes to columns, in one pass over a stretch of an event file.

Two members do it: the compiled one (`_scan.pyx`), and the portable one where that could not be built. They find the
same in every file; one contract test holds them together.

Synopsis:
    >>> from summaries.kinds import SCALARS
    >>> from summaries.records import frame
    >>> scanner = make_scanner()
    >>> event = b"\x10\x03" + SCALARS.envelope(SCALARS.encode("loss", 0.5), None)
    >>> scanner.scan(frame(event), offset=0, is_growing=False).num_records
    1
    >>> scanner.take().values, scanner.tags[0].name
    (array([0.5]), 'loss')
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol

from summaries.columns import Columns, Tag
from summaries.members import find_member
from summaries.portable_scan import Bytes, PortableScanner, Scan


class Scanner(Protocol):
    """Turns the bytes of one event file into columns, stretch by stretch. Not thread-safe."""

    @property
    def tags(self) -> tuple[Tag, ...]:
        """All tags found, in order of their ids."""

    def scan(self, data: Bytes, *, offset: int, is_growing: bool, fault: str = "") -> Scan:
        """Reads all records of a stretch, and keeps their rows.

        Args:
            data: The stretch. It begins at a record, or anywhere after damage.
            offset: Where the stretch begins in the file.
            is_growing: Whether an unfinished record at the end waits (True) or is damage (False).
            fault: What is known to be wrong with the first record, beyond what these bytes tell.
        """

    def take(self) -> Columns:
        """The columns of all that was scanned since the last call."""


def make_scanner(tags: Iterable[Tag] = ()) -> Scanner:
    """The fastest scanner there is, for a file that is known to have these tags."""
    return _Member(tags)


_compiled = find_member("scan")
_Member: Callable[[Iterable[Tag]], Scanner] = PortableScanner if _compiled is None else _compiled.Scanner
