"""What a feed is: it hands out blocks of batches, and says how a compiled program picks one batch of a block.

All blocks of a feed have one shape, so one compiled program serves every number of steps.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

from trainer.protocols import Batch

# (source, payload, row) -> Batch, inside a compiled program; row is a scalar int32.
SelectFn: TypeAlias = Callable[[Any, Any, Any], Batch]


@dataclass(frozen=True)
class Block:
    """Some batches in a row.

    Attributes:
        payload: Pytree of arrays ``(capacity, …)`` that holds them.
        start: Row of the first batch.
        count: Number of batches.
    """

    payload: Any
    start: int
    count: int


class Feed(Protocol):
    """A source of blocks."""

    @property
    def select(self) -> SelectFn:
        """Picks one batch inside a compiled program; a module-level function, so that programs are shared."""

    @property
    def source(self) -> Any:
        """Pytree of device arrays that all blocks refer to."""

    @property
    def capacity(self) -> int:
        """Most batches that a block may hold."""

    def take(self, limit: int) -> Block | None:
        """Returns the next block of at most `limit` batches, or None at the end."""

    def close(self) -> None:
        """Releases threads; the feed gives nothing afterwards."""
