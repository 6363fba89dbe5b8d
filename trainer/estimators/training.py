"""One training of an objective on data: folder, programs, feed, hooks, loop."""

from __future__ import annotations

import contextlib
import dataclasses
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import jax

from summaries import SummaryWriter
from trainer import metrics
from trainer.checkpoints import Checkpoints
from trainer.describe import describe
from trainer.estimators.data import Data
from trainer.hooks import (
    CheckpointHook,
    EvaluationHook,
    GraphHook,
    Hook,
    LoggingHook,
    NanGuardHook,
    SummaryHook,
)
from trainer.hooks.base import has_hook
from trainer.inputs.feed import Feed
from trainer.loop import Loop
from trainer.metrics import Evaluation
from trainer.optimizers import AnyOptimizer
from trainer.programs import Programs, programs_for
from trainer.protocols import Objective, TrainState
from trainer.run_config import ResolvedConfig

EVAL_BATCH_SIZE = 1024

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Plan:
    """How long to train.

    Attributes:
        last_step: Where to end; None at the end of the data.
        epochs: How often to give each row; None repeats arrays without end.
        must_reach: Whether data that end before `last_step` are an error.
        feed_begins: The step that gets the first batch of the data.
    """

    last_step: int | None
    epochs: int | None
    must_reach: bool
    feed_begins: int = 0

    @classmethod
    def of(cls, data: Data, steps: int | None, epochs: int | None, first_step: int) -> Self:
        """A training of so many steps, or of so many epochs without them, that begins at `first_step`."""
        if steps is None:
            return cls(None, epochs, must_reach=False, feed_begins=first_step)
        # Arrays go on in the order that one long training had taken; batches cannot be given again and again.
        feed_begins = 0 if data.repeats and epochs is None else first_step
        epochs = epochs or (None if data.repeats else 1)
        return cls(first_step + int(steps), epochs, must_reach=True, feed_begins=feed_begins)


@dataclass(frozen=True)
class Training:
    """What is trained, and how.

    Attributes:
        objective: The model.
        optimizer: The optimizer.
        learning_rate: What a fresh optimizer state starts with.
        config: The rest.
    """

    objective: Objective
    optimizer: AnyOptimizer
    learning_rate: float
    config: ResolvedConfig

    @property
    def programs(self) -> Programs:
        """The compiled programs."""
        return programs_for(self.objective, self.optimizer, self.config.step_options)

    def start(self, data: Data) -> TrainState:
        """Makes the state before the first step."""
        return self.programs.init(self.config.seed, self.learning_rate, data.example)

    def evaluate(self, train_state: TrainState, data: Data) -> Evaluation:
        """Returns the metrics over all rows, by name."""
        sums: Any = None
        with contextlib.closing(self._eval_feed(data)) as feed:
            # A block is taken whole, so its first batch stands in row 0.
            while (block := feed.take(feed.capacity)) is not None:
                found = self.programs.evaluate(feed.select, train_state, feed.source, block.payload, block.count)
                part = jax.device_get(found)
                sums = part if sums is None else metrics.merge(sums, part)
        return metrics.compute(sums or {})

    def _prepare_evaluation(self, train_state: TrainState, data: Data) -> None:
        if not data.repeats:
            return  # batches that may come once only, or slowly
        with contextlib.closing(self._eval_feed(data)) as feed:
            block = feed.take(feed.capacity)
            if block is not None:
                self.programs.prepare_evaluate(feed.select, train_state, feed.source, block.payload)

    def _eval_feed(self, data: Data) -> Feed:
        size = self.config.eval_batch_size or EVAL_BATCH_SIZE
        return data.eval_feed(batch_size=size, pads=self.objective.pads_batches)

    def run(
        self,
        train_state: TrainState,
        data: Data,
        plan: Plan,
        *,
        checkpoints: Checkpoints | None,
        validation: Data | None,
        hooks: Sequence[Hook],
        keep: Callable[[TrainState], None],
    ) -> None:
        """Trains, and hands the last state to `keep`, also when an exception ends the training.

        Raises:
            ValueError: If the data end before the last step.
            Exception: Whatever the data or a hook raised.
        """
        first_step = int(train_state.step)
        if checkpoints is not None and not self.programs.tells_learning_rate(train_state):
            _LOG.warning(
                "Could not log learning_rate: a ready optimizer does not tell it. Continuing without that tag. "
                "Pass learning_rate= beside the optimizer."
            )
        with contextlib.ExitStack() as stack:
            feed = data.train_feed(
                batch_size=self.config.batch_size,
                epochs=plan.epochs,
                seed=self.config.seed + plan.feed_begins,
                first_step=first_step - plan.feed_begins,
                pads=self.objective.pads_batches,
            )
            stack.callback(feed.close)
            # After the feed, so that data that give nothing do not count as a run that failed.
            writer = open_writer(checkpoints, first_step, stack, self._describe(checkpoints))
            loop = Loop(
                self.programs,
                feed,
                train_state=train_state,
                seed=self.config.seed,
                hooks=[*self._hooks(checkpoints, validation is not None, first_step, hooks)],
                writer=writer,
                evaluate=None if validation is None else lambda state: self.evaluate(state, validation),
                prepare=None if validation is None else lambda state: self._prepare_evaluation(state, validation),
            )
            stack.callback(lambda: keep(loop.train_state))
            loop.run(plan.last_step)
            _check_reached(loop, plan, first_step)

    def _describe(self, checkpoints: Checkpoints | None) -> dict[str, Any]:
        """What the run is started with, for its page."""
        return {} if checkpoints is None else {**describe(dataclasses.asdict(self.config)), **checkpoints.config}

    def _hooks(
        self, checkpoints: Checkpoints | None, is_evaluated: bool, first_step: int, others: Sequence[Hook]
    ) -> Iterator[Hook]:
        """Those of the config around the user's; checkpoints come last, so that they hold what others changed.

        One that the user makes stands for the config's of its kind: two would write the same again.
        """
        config, has_run = self.config, checkpoints is not None
        if config.nan_guard:
            yield NanGuardHook()
        if not has_hook(LoggingHook, others):
            yield LoggingHook(log_secs=config.log_secs, bar=config.progress)
        if has_run and config.summary_interval is not None and not has_hook(SummaryHook, others):
            yield SummaryHook(config.summary_interval)
        if has_run and config.is_graph_written and first_step == 0 and not has_hook(GraphHook, others):
            yield GraphHook()  # waits for the compiler, beside which the histograms' program was compiled
        if is_evaluated and not has_hook(EvaluationHook, others):
            yield EvaluationHook(config.eval_interval)
        yield from others
        if checkpoints is not None:
            checkpoints.keep_last = config.keep_checkpoints
            yield CheckpointHook(
                checkpoints,
                secs=config.checkpoint_secs,
                steps=config.checkpoint_interval,
                best_metric=config.best_metric,
                eval_interval=config.eval_interval,
            )


def open_writer(
    checkpoints: Checkpoints | None, first_step: int, stack: contextlib.ExitStack, config: Mapping[str, Any]
) -> Any:
    """The writer of the run's folder, open until `stack` ends; None without a folder."""
    if checkpoints is None:
        return None
    # What an interrupted run wrote after its last checkpoint is superseded.
    purge_step = first_step + 1 if first_step else None
    return stack.enter_context(SummaryWriter(str(checkpoints.folder), purge_step=purge_step, config=config))


def _check_reached(loop: Loop, plan: Plan, first_step: int) -> None:
    if plan.must_reach and not loop.is_stopped and plan.last_step is not None and loop.step < plan.last_step:
        raise ValueError(
            f"input must give {plan.last_step - first_step} batches for steps={plan.last_step}; it ended after "
            f"{loop.step - first_step}. Leave steps out to train on all that comes, or repeat the input."
        )
