"""Evaluation while training."""

from __future__ import annotations

from trainer.counts import check_count
from trainer.hooks.base import Context, Hook, next_multiple
from trainer.hooks.metric_names import direction_of
from trainer.hooks.throttle import ThrottleHook
from trainer.metrics import Evaluation


class EvaluationHook(Hook):
    """Writes ``eval/<metric>`` and the figures of the validation data every so many steps, and at the end.

    An estimator has one of its own, unless one is among the hooks of its training.
    """

    def __init__(self, interval: int, *, name: str | None = None, throttle: ThrottleHook | None = None) -> None:
        """Takes when to evaluate, and how tags begin.

        Args:
            interval: Steps between two evaluations.
            name: Tags are ``eval_<name>/<metric>``; None for ``eval/<metric>``.
            throttle: Another hook of the training, which says what is left out; None evaluates whenever it is due.

        Raises:
            ValueError: If the name is no plain word, or the interval not a positive integer.
        """
        if name is not None and (not name or "/" in name):
            raise ValueError(f"name must be a plain word; got {name!r}. Pass one without a slash.")
        self.interval = check_count("interval", interval)
        self._throttle = throttle
        self.name = name
        self._scope = "eval" if name is None else f"eval_{name}"
        self._last_step = -1

    def begin(self, context: Context) -> None:
        """Forgets the training before."""
        del context
        self._last_step = -1

    def next_step(self, step: int) -> int | None:
        """The next multiple of the interval."""
        return next_multiple(step, self.interval)

    def run(self, context: Context) -> None:
        """Evaluates, unless it is too early."""
        if self._throttle is None or self._throttle.allows(context.step):
            self._evaluate(context)

    def _evaluate(self, context: Context) -> None:
        values = context.evaluate()
        if context.writer is not None:
            for name in values if self._last_step < 0 else ():
                context.writer.define_metric(f"{self._scope}/{name}", direction=direction_of(name))
            context.writer.add_scalars_at(
                context.step, {f"{self._scope}/{name}": value for name, value in values.items()}
            )
            figures = values.figures if isinstance(values, Evaluation) else {}
            for name, figure in figures.items():
                figure.write(context.writer, f"{self._scope}/{name}", context.step)
        self._last_step = context.step

    def end(self, context: Context) -> None:
        """Evaluates once more, unless an exception ended the training."""
        if context.error is None and self._last_step != context.step:
            self._evaluate(context)
