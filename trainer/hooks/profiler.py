"""A trace of what XLA runs, for TensorBoard's profiler, XProf and Perfetto."""

from __future__ import annotations

import logging
import os
import shutil
from pathlib import Path

import jax

from trainer.counts import check_count
from trainer.hooks.base import Context, Hook

_LOG = logging.getLogger(__name__)


class ProfilerHook(Hook):
    """Traces some steps into ``<folder>/plugins/profile/``.

    >>> ProfilerHook(first_step=100, num_steps=50).next_step(0)
    100
    """

    def __init__(
        self, *, first_step: int = 10, num_steps: int = 100, folder: str | os.PathLike[str] | None = None
    ) -> None:
        """Takes what to trace.

        Args:
            first_step: Steps done before the trace begins; the first ones hold warm-up.
            num_steps: How many steps it holds.
            folder: Where to write; None is the run's.

        Raises:
            ValueError: If a count is not positive.
        """
        self._first_step = check_count("first_step", first_step)
        self._end_step = self._first_step + check_count("num_steps", num_steps)
        self._folder = folder
        self._is_tracing = False
        self._has_traced = False  # in any training
        self._traces_before: set[Path] = set()
        self._begun_step = 0

    def begin(self, context: Context) -> None:
        """Finds the folder.

        Raises:
            ValueError: If there is none.
        """
        if self._folder is None and context.writer is None:
            raise ValueError("folder of ProfilerHook must be given without a model_dir; got None. Pass folder=.")
        self._begun_step = context.step

    def next_step(self, step: int) -> int | None:
        """Where the trace begins, and then where it ends."""
        return next((bound for bound in (self._first_step, self._end_step) if step < bound), None)

    def run(self, context: Context) -> None:
        """Begins or ends the trace, with no step on its way."""
        context.settle()
        if context.step < self._end_step:
            if context.step != context.last_step:
                self._traces_before = self._find_traces(context)
                jax.profiler.start_trace(str(self._folder or context.writer.log_dir))
                self._is_tracing = True
        elif self._is_tracing:
            self._stop(context)

    def end(self, context: Context) -> None:
        """Ends a trace that is not over yet, and warns if there was none in this training or one before."""
        if self._is_tracing:
            self._stop(context)
        if not self._has_traced and context.error is None:
            _LOG.warning(
                "Could not trace the steps after %d: this training went from step %d to %d. Continuing without a "
                "trace. Pass another first_step to ProfilerHook.",
                self._first_step,
                self._begun_step,
                context.step,
            )

    def _stop(self, context: Context) -> None:
        """Ends the trace; one without a step, since the data ended where it began, is removed from the run's folder.

        In a folder that was given it stays: others may write theirs there in the same second.
        """
        jax.profiler.stop_trace()  # type: ignore[no-untyped-call]
        self._is_tracing = False
        if context.step > max(self._first_step, self._begun_step):
            self._has_traced = True
            return
        for trace in self._find_traces(context) - self._traces_before:
            shutil.rmtree(trace)

    def _find_traces(self, context: Context) -> set[Path]:
        """Those in the run's own folder."""
        return set() if self._folder is not None else set(Path(context.writer.log_dir).glob("plugins/profile/*"))
