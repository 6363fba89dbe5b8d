"""What is logged without a line of user code, beside the numbers of every step."""

from __future__ import annotations

import logging
from collections import deque

import numpy as np

from summaries.adapters import are_ready
from summaries.adapters.contract import OTHER_LIBRARY
from trainer import passes
from trainer.counts import check_count
from trainer.dump import Dump
from trainer.hooks.base import Context, Hook, Steps, next_multiple
from trainer.programs import STEP_NAME

_LOG = logging.getLogger(__name__)


class SummaryHook(Hook):
    """Writes what is logged at an interval: before the first step, every so many steps, and at the end.

    Histograms of params, of gradients and of what layers return (``params/dense_0/kernel``, ``grads/dense_0/kernel``,
    ``activations/dense_0``), the shares of zeros and of values that are not finite in each (``zero_share/…``,
    ``nonfinite_share/…``), and the histograms, images and texts of `trainer.summary`. The gradients are those that the
    next step applies. A share is written from where it is not 0 first, so that charts are of what there is to see.
    """

    def __init__(self, interval: int) -> None:
        """Takes the interval in steps.

        Raises:
            ValueError: If it is not a positive integer.
        """
        self._interval = check_count("interval", interval)
        self._last_step = -1
        self._waiting: deque[tuple[int, Dump]] = deque()
        self._shares: set[str] = set()  # tags of those that were not 0

    def begin(self, context: Context) -> None:
        """Writes the first ones; those where a resumed run begins are there already.

        Raises:
            ValueError: If there is no run to write to.
        """
        if context.writer is None:
            raise ValueError("model_dir must be given with a SummaryHook; got None. Pass it to the estimator.")
        if context.step == 0:
            self.run(context)

    def next_step(self, step: int) -> int | None:
        """The next multiple of the interval."""
        return next_multiple(step, self._interval)

    def run(self, context: Context) -> None:
        """Counts on the device; the writer's thread fetches and encodes."""
        dump = context.dump()
        context.writer.add_histograms_at(context.step, dump.tags, dump.counts, dump.moments)
        for tag, summary in passes.of_kind(dump.media, "image").items():
            context.writer.add_images(tag, summary.value, context.step, dataformats="NHWC")
        self._waiting.append((context.step, dump))
        self._last_step = context.step

    def after_chunk(self, context: Context, steps: Steps) -> None:
        """Writes what needs the values on the host, where they are computed by now."""
        del steps
        while self._waiting and are_ready([self._waiting[0][1].shares]):
            self._write(context, *self._waiting.popleft())

    def end(self, context: Context) -> None:
        """Writes the last ones, unless an exception ended the training."""
        if context.error is None and self._last_step != context.step:
            self.run(context)
        while self._waiting:
            self._write(context, *self._waiting.popleft())

    def _write(self, context: Context, step: int, dump: Dump) -> None:
        zeros, bad = np.asarray(dump.shares).T
        for group, shares in (("zero_share", zeros), ("nonfinite_share", bad)):
            found = {f"{group}/{tag}": float(share) for tag, share in zip(dump.tags, shares, strict=True)}
            self._shares.update(tag for tag, share in found.items() if share)
            if shown := {tag: share for tag, share in found.items() if tag in self._shares}:
                context.writer.add_scalars_at(step, shown)
        for tag, summary in passes.of_kind(dump.media, "text").items():
            values = {name: np.asarray(value) for name, value in summary.value.items()}
            context.writer.add_text(tag, summary.template.format(**values), step)


class GraphHook(Hook):
    """Writes the graph of one training step, and what XLA made of it, once."""

    def begin(self, context: Context) -> None:
        """Converts what was traced and compiled anyway; a failure is one warning, and training goes on.

        Raises:
            ValueError: If there is no run to write to.
        """
        if context.writer is None:
            raise ValueError("model_dir must be given with a GraphHook; got None. Pass it to the estimator.")
        try:
            graph = context.step_graph()
        except OTHER_LIBRARY as error:
            _LOG.warning("Could not convert the graph: %r. Continuing without a graph.", error)
            return
        context.writer.add_graph(graph)
        context.writer.add_compiled(context.compiled_step(), graph, STEP_NAME)
