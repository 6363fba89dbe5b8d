"""What a group of methods may use of the writer that it belongs to."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from summaries.kinds import Kind


class Methods:
    """A group of methods. `SummaryWriter` inherits from all groups and gives what stands here.

    Attributes:
        log_dir: The run's folder.
    """

    log_dir: str
    _is_compat: bool

    def add_scalars_at(self, step: int, values: Mapping[str, Any], *, walltime: float | None = None) -> None:
        """Logs the numbers of one step."""
        raise NotImplementedError

    def flush(self) -> None:
        """Writes all that was logged before."""
        raise NotImplementedError

    def close(self) -> None:
        """Writes all that was logged and closes the file."""
        raise NotImplementedError

    def _is_closed(self) -> bool:
        """Whether nothing more is taken."""
        raise NotImplementedError

    def _check_open(self) -> None:
        """Raises ValueError if nothing more is taken."""
        raise NotImplementedError

    def _open_subrun(self, name: str) -> Any:
        """A writer of the run `name` below this one; the caller closes it."""
        raise NotImplementedError

    def _envelope(self, kind: Kind, tag: str, blob: bytes, metadata: bytes) -> bytes:
        """The fields of an event with `blob`, and with `metadata` if it is the tag's first value."""
        raise NotImplementedError

    def _submit(
        self,
        tags: tuple[str, ...],
        step: int,
        encode: Callable[[], bytes],
        *,
        num_bytes: int = 0,
        arrays: Sequence[Any] | None = None,
        is_ready: Callable[[], bool] | None = None,
    ) -> None:
        """Puts what `encode` makes behind all earlier values of the tags: now, or in the background.

        Args:
            tags: The tags in it.
            step: The step, for what is said of failures.
            encode: Makes the records.
            num_bytes: How many bytes the values take while they wait, without what each array takes beside them.
            arrays: What `encode` needs, if it is to run in the background, which may be nothing; None if it may run
                now.
            is_ready: Whether `encode` would not wait, if that is not told by the arrays.
        """
        raise NotImplementedError
