"""Stopping before the last step."""

from __future__ import annotations

from collections.abc import Callable

from trainer.counts import check_count
from trainer.hooks.base import Context, Hook, next_multiple


class StopHook(Hook):
    """Ends the training as soon as a condition holds.

    >>> hook = StopHook(lambda context: context.evaluate()["accuracy"] > 0.95, interval=100)
    >>> hook.next_step(120)
    200
    """

    def __init__(self, condition: Callable[[Context], bool], *, interval: int) -> None:
        """Takes the condition, and how often it is asked, in steps.

        Raises:
            TypeError: If the condition is no function.
            ValueError: If the interval is not a positive integer.
        """
        if not callable(condition):
            raise TypeError(f"condition of StopHook must be a function of the context; got {condition!r}. Pass one.")
        self._condition = condition
        self._interval = check_count("interval", interval)

    def next_step(self, step: int) -> int | None:
        """The next multiple of the interval."""
        return next_multiple(step, self._interval)

    def run(self, context: Context) -> None:
        """Asks the condition."""
        if self._condition(context):
            context.stop(f"the condition of StopHook held at step {context.step}")


class StopAtStepHook(Hook):
    """Ends the training at a step, exactly, whatever else would let it go on.

    >>> StopAtStepHook(500).next_step(120)
    500
    """

    def __init__(self, last_step: int) -> None:
        """Takes the number of the last step."""
        self._last_step = check_count("last_step", last_step)

    def next_step(self, step: int) -> int | None:
        """That step; the next one at once if it is behind already."""
        return max(self._last_step, step + 1)

    def run(self, context: Context) -> None:
        """Stops."""
        context.stop(f"StopAtStepHook({self._last_step})")
