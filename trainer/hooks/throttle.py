"""Keeping evaluations apart in time."""

from __future__ import annotations

import time
from collections.abc import Callable

from trainer.hooks.base import Context, Hook


class ThrottleHook(Hook):
    """Leaves out evaluations that are due too early: an evaluation takes time, steps may take little.

    It stands before the hooks that it holds back, those of the evaluation and of exports; the last evaluation, at the
    end of a training, is never left out.

    >>> ThrottleHook(start_delay_secs=0, throttle_secs=600).allows(100), ThrottleHook(start_delay_secs=120).allows(100)
    (True, False)
    """

    def __init__(
        self,
        *,
        start_delay_secs: float = 0.0,
        throttle_secs: float = 0.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Takes how far apart evaluations are.

        Args:
            start_delay_secs: Least seconds from the start of the training to the first.
            throttle_secs: Least seconds from the start of one to the start of the next.
            clock: Seconds.

        Raises:
            ValueError: If one is negative or no number.
        """
        for name, secs in (("start_delay_secs", start_delay_secs), ("throttle_secs", throttle_secs)):
            if not 0 <= secs < float("inf"):
                raise ValueError(f"{name} must be at least 0 seconds; got {secs!r}. Correct it.")
        self._throttle_secs = throttle_secs
        self._start_delay_secs = start_delay_secs
        self._clock = clock
        self._allowed_time = clock() + start_delay_secs
        self._decided: tuple[int, bool] | None = None

    def begin(self, context: Context) -> None:
        """Starts the clock."""
        del context
        self._allowed_time = self._clock() + self._start_delay_secs
        self._decided = None

    def allows(self, step: int) -> bool:
        """Whether an evaluation at this step is far enough from the last; the same for all who ask at one step."""
        if self._decided is None or self._decided[0] != step:
            now = self._clock()
            self._decided = step, now >= self._allowed_time
            if self._decided[1]:
                self._allowed_time = now + self._throttle_secs
        return self._decided[1]
