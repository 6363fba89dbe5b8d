"""Stopping when the validation data tell that more steps do not help."""

from __future__ import annotations

import logging
from typing import Any

from trainer.counts import check_count
from trainer.hooks.base import Context, Hook, next_multiple
from trainer.hooks.metric_names import Direction, check_metric, direction_of
from trainer.placement import copy_arrays

_LOG = logging.getLogger(__name__)


class EarlyStoppingHook(Hook):
    """Ends the training when a metric of the validation data has not improved for so many evaluations.

    >>> EarlyStoppingHook("accuracy", interval=50, patience=3).next_step(0)
    50
    """

    def __init__(
        self,
        metric: str = "loss",
        *,
        interval: int | None = None,
        patience: int = 5,
        min_delta: float = 0.0,
        direction: Direction | None = None,
        restores_best: bool = True,
    ) -> None:
        """Takes when to stop.

        Args:
            metric: Name as in what ``evaluate`` returns.
            interval: Steps between two evaluations; None takes those of an `EvaluationHook` beside it, or the config's
                ``eval_interval``, so that each counts for both.
            patience: How many evaluations in a row may bring no improvement.
            min_delta: Least change that counts as one.
            direction: Whether ``min`` or ``max`` is good; None tells by the name.
            restores_best: Whether the model has the params of the best evaluation in the end; it keeps a copy of them.

        Raises:
            ValueError: If a count is not positive, `min_delta` negative, or `direction` is none.
        """
        if direction not in (None, "min", "max"):
            raise ValueError(f"direction must be 'min' or 'max'; got {direction!r}. Pass one, or None.")
        if not min_delta >= 0:
            raise ValueError(f"min_delta must be at least 0; got {min_delta!r}. Pass the least change that counts.")
        self._metric = metric
        self._interval = None if interval is None else check_count("interval", interval)
        self._usual_interval = 100
        self._patience = check_count("patience", patience)
        self._min_delta = float(min_delta)
        self._sign = 1.0 if (direction or direction_of(metric)) == "min" else -1.0
        self._restores_best = restores_best
        self._best = float("inf")
        self._best_step: int | None = None
        self._num_worse = 0
        self._kept: tuple[Any, Any] | None = None

    @property
    def best_step(self) -> int | None:
        """The step of the best evaluation, or None before the first."""
        return self._best_step

    def follow(self, interval: int) -> None:
        """Takes the interval of the evaluations, which counts where the constructor got none; an estimator calls it."""
        self._usual_interval = interval

    def begin(self, context: Context) -> None:
        """Forgets the training before.

        Raises:
            ValueError: If there are no validation data, or they have no such metric.
        """
        self._best, self._best_step, self._num_worse, self._kept = float("inf"), None, 0, None
        check_metric("metric of EarlyStoppingHook", self._metric, context.evaluate())

    def next_step(self, step: int) -> int | None:
        """The next multiple of the interval."""
        return next_multiple(step, self._interval or self._usual_interval)

    def run(self, context: Context) -> None:
        """Evaluates, remembers the best, and stops when the patience is at its end."""
        cost = self._sign * context.evaluate()[self._metric]
        if cost < self._best - self._min_delta:
            self._best, self._best_step, self._num_worse = cost, context.step, 0
            if self._restores_best:
                state = context.train_state
                self._kept = copy_arrays((state.params, state.state))
            return
        self._num_worse += 1
        if self._num_worse >= self._patience:
            context.stop(f"{self._metric} has not improved since step {self._best_step}")

    def end(self, context: Context) -> None:
        """Puts the best params back, unless an exception ended the training."""
        if self._kept is None or context.error is not None or self._best_step == context.step:
            return
        params, state = self._kept
        context.train_state = context.train_state._replace(params=params, state=state)
        _LOG.info("Restored the params of step %d.", self._best_step)
