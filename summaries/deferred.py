"""What is encoded in the background, and what failed there until a caller is told.

Synopsis:
    >>> failures = Failures()
    >>> item = Deferred(("loss",), 3, 8, encode=lambda: b"")
    >>> failures.add(item.describe_failure(OverflowError("too large")))
    >>> failures.raise_first()
    Traceback (most recent call last):
        ...
    ValueError: Could not encode the value of 'loss' at step 3: too large
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

_MAX_FAILURES = 20
"""How many failures are kept to be raised; what fails beyond is counted."""


@dataclass(frozen=True)
class Deferred:
    """Values that are encoded in the background: they are costly to encode, or not there yet.

    Attributes:
        tags: Their tags; later values of these tags queue behind.
        step: Their step, the first one of a block.
        num_bytes: About how much memory they hold.
        encode: Makes the finished records. May wait for a device; is called again after an OSError.
        is_ready: Whether `encode` would not wait. The thread passes over what is not ready, so that no other tag waits
            for a device.
    """

    tags: tuple[str, ...]
    step: int
    num_bytes: int
    encode: Callable[[], bytes]
    is_ready: Callable[[], bool] = lambda: True

    def describe_failure(self, error: Exception) -> ValueError:
        """What to raise when it cannot be encoded."""
        tags = ", ".join(map(repr, self.tags))
        failure = ValueError(f"Could not encode the value of {tags} at step {self.step}: {error}")
        failure.__cause__ = error
        return failure


class Failures:
    """Errors of the background, of which the first is raised and the others are its notes. Not thread-safe."""

    def __init__(self) -> None:
        self._errors: list[Exception] = []
        self._num_beyond = 0

    def __bool__(self) -> bool:
        return bool(self._errors)

    def add(self, error: Exception) -> None:
        """Keeps `error`, or counts it if there are many."""
        if len(self._errors) < _MAX_FAILURES:
            self._errors.append(error)
        else:
            self._num_beyond += 1

    def raise_first(self) -> None:
        """Raises the first error with all others as notes, if there is any."""
        if not self._errors:
            return
        first, *others = self._errors
        for other in others:
            first.add_note(str(other))
        if self._num_beyond:
            first.add_note(f"{self._num_beyond} more failed.")
        raise first
