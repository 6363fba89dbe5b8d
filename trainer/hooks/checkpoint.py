"""Checkpoints while training."""

from __future__ import annotations

import functools
import logging
import math
import time
from collections.abc import Callable
from typing import Any

from trainer.checkpoints import Best, Checkpoints
from trainer.counts import check_count
from trainer.hooks.base import Context, Hook, Steps, next_multiple
from trainer.hooks.metric_names import check_metric, direction_of
from trainer.hooks.nan_guard import NonFiniteError

_LOG = logging.getLogger(__name__)


class CheckpointHook(Hook):
    """Saves the train state every so many seconds or steps, where a metric is at its best, and at the end.

    It is saved in the end of a training that failed, too, but never where something is NaN. A thread writes; each
    checkpoint is an annotation of the run. Where only seconds are given no step is cut short for it: the loop comes by
    every 100 ms or so anyway.
    """

    def __init__(
        self,
        checkpoints: Checkpoints,
        *,
        secs: float | None = 600.0,
        steps: int | None = None,
        best_metric: str | None = None,
        eval_interval: int = 100,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Takes where to save, and when.

        Args:
            checkpoints: Where.
            secs: Seconds between two; None for not by the clock.
            steps: Steps between two; None for not by steps.
            best_metric: Name as in what ``evaluate`` returns: the checkpoint where it is best is kept too.
            eval_interval: Steps between two evaluations for `best_metric`.
            clock: Seconds.
        """
        self._checkpoints = checkpoints
        self._secs = secs
        self._steps = None if steps is None else check_count("steps", steps)
        self._best_metric = best_metric
        self._eval_interval = eval_interval if best_metric is not None else None
        self._clock = clock
        self._last_time = clock()
        self._last_step: int | None = None

    def begin(self, context: Context) -> None:
        """Starts the clock.

        Raises:
            ValueError: If there are no validation data for `best_metric`, or they have no such metric.
        """
        if self._best_metric is not None:
            check_metric("best_metric", self._best_metric, context.evaluate())
        self._last_time = self._clock()
        self._last_step = self._checkpoints.step or -1

    def next_step(self, step: int) -> int | None:
        """The next multiple of either interval."""
        due = (next_multiple(step, interval) for interval in (self._steps, self._eval_interval))
        return min((step for step in due if step is not None), default=None)

    def run(self, context: Context) -> None:
        """Saves if this is a multiple of the interval, or the best so far."""
        is_evaluated = self._eval_interval is not None and context.step % self._eval_interval == 0
        best = self._find_best(context) if is_evaluated else None
        if best is not None or (self._steps is not None and context.step % self._steps == 0):
            self._save(context, best)

    def after_chunk(self, context: Context, steps: Steps) -> None:
        """Saves if it is time."""
        del steps
        if self._secs is not None and self._clock() - self._last_time >= self._secs:
            self._save(context, None)

    def end(self, context: Context) -> None:
        """Saves the last state, which may be the best, and waits for the disk; nothing if it never began.

        Raises:
            OSError: If it could not be written.
        """
        if self._last_step is not None and not isinstance(context.error, NonFiniteError):
            best = self._find_best(context) if context.error is None else None
            if best is not None or self._last_step != context.step:
                self._begin_save(context, best, is_last=True)
        self._checkpoints.wait()

    def _find_best(self, context: Context) -> Best | None:
        metric = self._best_metric
        if metric is None:
            return None
        value = context.evaluate()[metric]
        best = self._checkpoints.best
        sign = 1 if direction_of(metric) == "min" else -1
        is_better = best is None or best.metric != metric or sign * value < sign * best.value
        return Best(metric, value, context.step) if is_better and math.isfinite(value) else None

    def _save(self, context: Context, best: Best | None) -> None:
        self._last_time = self._clock()  # first: settling comes by here again
        context.settle()  # a step that is not finite ends the training before it is saved
        self._begin_save(context, best)

    def _begin_save(self, context: Context, best: Best | None, *, is_last: bool = False) -> None:
        """Saves while the training goes on; a failure is a warning, since there is the one before."""
        try:
            self._checkpoints.wait()
        except OSError as error:
            _LOG.warning(
                "Could not save a checkpoint: %s. Continuing with the one of step %s.", error, self._checkpoints.step
            )
        writer = context.writer
        if writer is not None:
            writer.start_flush()  # beside the arrays
        self._checkpoints.save(
            context.step,
            context.train_state,
            best=best,
            # A run that goes on from here misses no step in its event files.
            flush=None if writer is None else writer.flush,
            on_saved=None if writer is None else functools.partial(_annotate, writer, context.step, best),
            is_last=is_last,
        )
        self._last_step = context.step


def _annotate(writer: Any, step: int, best: Best | None, name: str) -> None:
    praise = "" if best is None else f", the best {best.metric} so far: {best.value:.6g}"
    writer.add_annotation(f"Saved {name}{praise}", step, kind="checkpoint")
