"""How many steps are run at once."""

from __future__ import annotations

import numpy as np

TARGET_SECS = 0.1
LONG_TARGET_SECS = 1.0
# What a program on a CPU needs while it runs comes from the system anew at each call, page by page; up to this size the
# C library keeps it.
_KEPT_BYTES = 32 * 2**20


def target_secs(temporary_bytes: int) -> float:
    """How long a chunk is to take: 100 ms; or a second, where getting its memory takes as long as a step.

    Args:
        temporary_bytes: What the program needs at each call beside its arguments and results.
    """
    return TARGET_SECS if temporary_bytes <= _KEPT_BYTES else LONG_TARGET_SECS


class Pace:
    """Chooses how many steps a chunk holds, from how long the last ones took. Used by one training at a time."""

    def __init__(self, capacity: int, target_secs: float = TARGET_SECS) -> None:
        """Takes the most steps of a chunk, and how long one is to take."""
        self.capacity = capacity
        self._target_secs = target_secs
        self._num_observed = 0
        self._finished = 0.0
        self.size = 1

    @property
    def is_settled(self) -> bool:
        """Whether a step has been timed; the first chunk counts as warm-up."""
        return self._num_observed >= 2

    def observe(self, count: int, started: float, finished: float) -> float:
        """Learns from a finished chunk; returns how long it took, in seconds, without its wait for the one before.

        Args:
            count: Its steps.
            started: When it was dispatched, ``time.perf_counter``.
            finished: When it was done, likewise.
        """
        secs = max(finished - max(started, self._finished), 1e-9)
        self._finished = finished
        self._num_observed += 1
        is_whole = count >= self.size // 2  # of a shorter one the call itself takes a share that would be seen
        if self.is_settled and (is_whole or secs > self._target_secs):
            self.size = int(np.clip(self._target_secs * count / secs, 1, self.capacity))
        return secs
