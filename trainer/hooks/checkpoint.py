"""Checkpoints while training."""

from __future__ import annotations

import time
from collections.abc import Callable

from trainer.checkpoints import Checkpoints
from trainer.hooks.base import Context, Hook, Steps
from trainer.hooks.nan_guard import NonFiniteError


class CheckpointHook(Hook):
    """Saves the train state when so many seconds have passed, and at the end, also of a training that failed.

    The loop is asked every 100 ms or so anyway, at the end of a chunk; no step is cut short for this hook.
    """

    def __init__(self, checkpoints: Checkpoints, secs: float, *, clock: Callable[[], float] = time.monotonic) -> None:
        """Takes where to save, the interval in seconds, and a clock."""
        self._checkpoints = checkpoints
        self._secs = secs
        self._clock = clock
        self._last_time = clock()
        self._last_step = -1

    def begin(self, context: Context) -> None:
        """Starts the clock."""
        self._last_time = self._clock()
        self._last_step = context.step

    def after_chunk(self, context: Context, steps: Steps) -> None:
        """Saves if it is time, and what was computed until then is finite."""
        del steps
        if self._clock() - self._last_time >= self._secs:
            self._last_time = self._clock()
            context.settle()
            self._save(context)

    def end(self, context: Context) -> None:
        """Saves the last state, unless it holds NaN."""
        if self._last_step != context.step and not isinstance(context.error, NonFiniteError):
            self._save(context)

    def _save(self, context: Context) -> None:
        self._checkpoints.save(context.step, context.train_state)
        self._last_time = self._clock()
        self._last_step = context.step
