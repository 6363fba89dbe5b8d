"""What is logged without a line of user code, beside the numbers of every step."""

from __future__ import annotations

import logging

from trainer.hooks.base import Context, Hook, next_multiple

_LOG = logging.getLogger(__name__)


class HistogramHook(Hook):
    """Writes the histograms of all params and gradients: before the first step, every so many steps, and at the end.

    Tags are ``params/dense_0/kernel`` and ``grads/dense_0/kernel``. The gradients are those that the next step applies.
    """

    def __init__(self, interval: int) -> None:
        """Takes the interval in steps."""
        self._interval = interval
        self._last_step = -1

    def begin(self, context: Context) -> None:
        """Writes the first histograms; those where a resumed run begins are there already."""
        if context.step == 0:
            self.run(context)

    def next_step(self, step: int) -> int | None:
        """The next multiple of the interval."""
        return next_multiple(step, self._interval)

    def run(self, context: Context) -> None:
        """Counts on the device; the writer's thread fetches and encodes."""
        counts, moments = context.dump()
        tags = [f"{group}/{path}" for group in ("params", "grads") for path in context.tags]
        context.writer.add_histograms_at(context.step, tags, counts, moments)
        self._last_step = context.step

    def end(self, context: Context) -> None:
        """Writes the last ones, unless an exception ended the training."""
        if context.error is None and self._last_step != context.step:
            self.run(context)


_OTHER_JAX = (
    AssertionError,
    AttributeError,
    ImportError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
    NotImplementedError,
)
"""What reading JAX's private scopes can raise where they are others; a graph is never worth a training."""


class GraphHook(Hook):
    """Writes the graph of one training step, once."""

    def begin(self, context: Context) -> None:
        """Converts what was traced for the compiler anyway; a failure is one warning."""
        try:
            graph = context.step_graph()
        except _OTHER_JAX as error:
            _LOG.warning("Could not convert the graph: %r. Continuing without a graph.", error)
            return
        context.writer.add_graph(graph)
