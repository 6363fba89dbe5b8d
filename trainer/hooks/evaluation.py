"""Evaluation while training."""

from __future__ import annotations

from trainer.hooks.base import Context, Hook, next_multiple
from trainer.hooks.metric_names import direction_of
from trainer.metrics import Evaluation


class EvaluationHook(Hook):
    """Writes ``eval/<metric>`` and the figures of the validation data every so many steps, and at the end."""

    def __init__(self, interval: int) -> None:
        """Takes the interval in steps."""
        self._interval = interval
        self._last_step = -1

    def next_step(self, step: int) -> int | None:
        """The next multiple of the interval."""
        return next_multiple(step, self._interval)

    def run(self, context: Context) -> None:
        """Evaluates, and writes where there is a writer."""
        values = context.evaluate()
        if context.writer is not None:
            for name in values if self._last_step < 0 else ():
                context.writer.define_metric(f"eval/{name}", direction=direction_of(name))
            context.writer.add_scalars_at(context.step, {f"eval/{name}": value for name, value in values.items()})
            figures = values.figures if isinstance(values, Evaluation) else {}
            for name, figure in figures.items():
                figure.write(context.writer, f"eval/{name}", context.step)
        self._last_step = context.step

    def end(self, context: Context) -> None:
        """Evaluates once more, unless an exception ended the training."""
        if context.error is None and self._last_step != context.step:
            self.run(context)
