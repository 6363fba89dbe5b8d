"""Stopping when the loss of the training itself has stopped falling."""

from __future__ import annotations

from trainer.hooks.base import Context, Hook, Steps, next_multiple


class ConvergenceHook(Hook):
    """Ends the training when `interval` steps lower the loss by less than the share `tol`.

    It is meant for steps that use all rows: the loss of small batches goes up and down.

    >>> ConvergenceHook(1e-4).next_step(12)
    20
    """

    def __init__(self, tol: float = 1e-5, *, interval: int = 10) -> None:
        """Takes when to stop.

        Raises:
            ValueError: If `tol` is negative.
        """
        if not tol >= 0:
            raise ValueError(f"tol must be at least 0; got {tol!r}. Pass for example 1e-5.")
        self._tol = tol
        self._interval = interval
        self._before = float("inf")
        self._loss = float("inf")

    def begin(self, context: Context) -> None:
        """Forgets the training before."""
        del context
        self._before = self._loss = float("inf")

    def next_step(self, step: int) -> int | None:
        """The next multiple of the interval."""
        return next_multiple(step, self._interval)

    def after_chunk(self, context: Context, steps: Steps) -> None:
        """Remembers the last loss."""
        del context
        self._loss = float(steps.metrics["loss"][-1])

    def run(self, context: Context) -> None:
        """Compares it with that of the last time."""
        context.settle()
        if self._before - self._loss <= self._tol * abs(self._loss):
            context.stop(f"the loss fell by less than {self._tol:g} of itself in {self._interval} steps")
        self._before = self._loss
