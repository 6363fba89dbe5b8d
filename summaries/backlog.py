"""How far a look at some event files has come: bytes that are read, of those that were found to be new.

Synopsis:
    >>> backlog = Backlog({Path("a"): 300, Path("b"): 100})
    >>> backlog.note(Path("a"), 150)
    >>> backlog.share_read
    0.375
    >>> backlog.num_bytes_read, backlog.num_bytes_found
    (150, 400)
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path


class Backlog:
    """What is left to read of some files. One thread counts; any may ask."""

    def __init__(self, sizes: Mapping[Path, int]) -> None:
        """Counts from nothing read.

        Args:
            sizes: What is new in each file, in bytes.
        """
        self._left = dict(sizes)
        self.num_bytes_found = sum(sizes.values())
        self._num_left = self.num_bytes_found

    def note(self, path: Path, num_left: int) -> None:
        """Says how many bytes of a file are left; a file that grows meanwhile is not counted again."""
        before = self._left.get(path, 0)
        self._left[path] = min(before, max(num_left, 0))
        self._num_left -= before - self._left[path]

    @property
    def num_bytes_read(self) -> int:
        """How many of the bytes found are read."""
        return self.num_bytes_found - self._num_left

    @property
    def share_read(self) -> float:
        """From 0 to 1; 0 if nothing was found."""
        return self.num_bytes_read / self.num_bytes_found if self.num_bytes_found else 0.0
