"""Stopping before the last step."""

from __future__ import annotations

from collections.abc import Callable

from trainer.hooks.base import Context, Hook, next_multiple


class StopHook(Hook):
    """Ends the training as soon as a condition holds.

    >>> hook = StopHook(lambda context: context.evaluate()["accuracy"] > 0.95, interval=100)
    >>> hook.next_step(120)
    200
    """

    def __init__(self, condition: Callable[[Context], bool], *, interval: int) -> None:
        """Takes the condition, and how often it is asked, in steps."""
        self._condition = condition
        self._interval = interval

    def next_step(self, step: int) -> int | None:
        """The next multiple of the interval."""
        return next_multiple(step, self._interval)

    def run(self, context: Context) -> None:
        """Asks the condition."""
        if self._condition(context):
            context.stop(f"the condition of StopHook held at step {context.step}")
