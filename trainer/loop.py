"""The training loop: many steps in one dispatch, control where a hook is due.

A chunk is one call of the compiled program, as long as `trainer.pace` says; it ends at the latest where a hook is due.
While one runs the next is dispatched; then the metrics of all steps of the first go to the writer as the array that
they are, with the wall times between its start and its end.
"""

from __future__ import annotations

import contextlib
import logging
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import jax
import numpy as np

from trainer.dump import Dump
from trainer.hooks.base import Context, Hook, Steps, find_due
from trainer.inputs.feed import Block, Feed
from trainer.pace import Pace
from trainer.performance import Performance
from trainer.programs import NEVER, ChunkNumbers, Programs, TrainProgram
from trainer.protocols import TrainState
from trainer.step_graph import make_step_graph

_LOG = logging.getLogger(__name__)

# How often what was logged is written while the device computes; at the end nobody computes beside it.
_FLUSH_SECS = 0.01


@dataclass(frozen=True)
class Chunk:
    """A dispatched chunk.

    Attributes:
        first_step: Number of its first step.
        count: Number of steps.
        batch_size: Rows of a step.
        started: When it was dispatched, ``time.perf_counter``.
        pace: Of its program.
        numbers: What was computed, or is still being computed.
    """

    first_step: int
    count: int
    batch_size: int
    started: float
    pace: Pace
    numbers: ChunkNumbers


class Loop:
    """One training, from a first to a last step. It is the `Context` of its hooks."""

    def __init__(
        self,
        programs: Programs,
        feed: Feed,
        *,
        train_state: TrainState,
        seed: int,
        hooks: Sequence[Hook] = (),
        writer: Any = None,
        evaluate: Callable[[TrainState], dict[str, float]] | None = None,
        prepare: Callable[[TrainState], None] | None = None,
    ) -> None:
        """Prepares the training.

        Args:
            programs: The compiled programs.
            feed: Where batches come from.
            train_state: Where to begin; its memory is reused.
            seed: Of dropout and the like.
            hooks: Called in this order.
            writer: `SummaryWriter` for the metrics, or None.
            evaluate: Returns the metrics on the validation data, by name.
            prepare: Called before the first step, while its program is being compiled: what else may be compiled then.
        """
        self.train_state = train_state
        self.step = int(train_state.step)
        self.last_step: int | None = None
        self.writer = writer
        self.error: BaseException | None = None
        self.tags = programs.tags(train_state.params)
        self._programs = programs
        self._feed = feed
        self._seed = seed
        self._hooks = list(hooks)
        self._evaluate = evaluate
        self._prepare = prepare
        self._evaluated: tuple[TrainState, dict[str, float]] | None = None
        self._due: list[int | None] = []
        self._in_flight: deque[Chunk] = deque()
        self._epoch = time.time() - time.perf_counter()  # wall time of the other clock's zero
        self._performance = Performance()
        self._flushed = 0.0
        self._settled: deque[Steps] = deque()
        self._stop_reason: str | None = None
        self._next: tuple[Any, int] | None = None
        self._program: TrainProgram | None = None

    def run(self, last_step: int | None) -> TrainState:
        """Trains until `last_step`, the end of the feed, or a hook's `stop`; returns the last state.

        Raises:
            Exception: Whatever the feed, a hook or a program raised, after the hooks' `end`.
        """
        self.last_step = last_step
        block = self._begin(last_step)
        if block is None:
            return self.train_state
        context: Context = self
        with contextlib.ExitStack() as ends:
            for hook in reversed(self._hooks):  # a stack: the first hook ends first
                ends.callback(hook.end, context)
            try:
                for hook in self._hooks:
                    hook.begin(context)
                self._train(context, block, last_step)
                self.settle()
            except BaseException as error:
                self.error = error
                self._settle_all()
                raise
            finally:
                if self.writer is not None:
                    self._performance.flush(self.writer, self.step)
        return self.train_state

    def evaluate(self) -> dict[str, float]:
        """See `Context`."""
        if self._evaluate is None:
            return {}
        if self._evaluated is None or self._evaluated[0] is not self.train_state:
            self._evaluated = self.train_state, self._evaluate(self.train_state)
        return self._evaluated[1]

    def settle(self) -> None:
        """See `Context`."""
        self._settle_all()
        self._report()

    def dump(self) -> Dump:
        """See `Context`."""
        assert self._next is not None
        payload, row = self._next
        return self._programs.dump(self._feed.select, self.train_state, self._seed, self._feed.source, payload, row)

    def step_graph(self) -> Any:
        """See `Context`."""
        assert self._program is not None
        return make_step_graph(self._program)

    def compiled_step(self) -> Any:
        """See `Context`."""
        assert self._program is not None
        return self._program.compiled

    def stop(self, reason: str) -> None:
        """See `Context`."""
        self._stop_reason = reason
        _LOG.info("Stopping at step %d: %s.", self.step, reason)

    @property
    def is_stopped(self) -> bool:
        """Whether a hook ended the training."""
        return self._stop_reason is not None

    def _begin(self, last_step: int | None) -> Block | None:
        """Reads the first block and traces, so that wrong data fail before any hook has written something."""
        self._due = [find_due(hook, self.step) for hook in self._hooks]
        block = self._take(last_step)
        if block is not None:
            self._program_for(block)
            if self._prepare is not None:
                self._prepare(self.train_state)
        return block

    def _train(self, context: Context, first_block: Block, last_step: int | None) -> None:
        block: Block | None = first_block
        while block is not None and self._stop_reason is None:
            self._dispatch(block)
            ready = self._ready_hooks()
            block = self._take(last_step)
            self._report()
            for hook in ready:
                hook.run(context)

    def _report(self) -> None:
        """Tells the hooks of the chunks that are computed; one of them may settle more."""
        context: Context = self
        while self._settled:
            steps = self._settled.popleft()
            for hook in self._hooks:
                hook.after_chunk(context, steps)

    def _settle_all(self) -> None:
        while self._in_flight:
            self._settle()

    def _take(self, last_step: int | None) -> Block | None:
        """The next block, cut at the next due step; remembers its first batch for `dump`."""
        ends = [step for step in (*self._due, last_step) if step is not None and step > self.step]
        if last_step is not None and self.step >= last_step:
            return None
        size = 1 if self._program is None else self._program.pace.size
        limit = min([size, *(end - self.step for end in ends)])
        started = time.perf_counter()
        block = self._feed.take(limit)
        self._performance.waited(time.perf_counter() - started)
        if block is not None:
            self._next = block.payload, block.start
        return block

    def _program_for(self, block: Block) -> TrainProgram:
        args = self._args(block)
        self._program = self._programs.train(self._feed.select, self._feed.capacity, *args)
        return self._program

    def _args(self, block: Block) -> tuple[Any, ...]:
        return (
            self.train_state,
            np.uint32(self._seed),
            self._feed.source,
            block.payload,
            np.int32(block.start),
            np.int32(block.count),
        )

    def _dispatch(self, block: Block) -> None:
        program = self._program_for(block)
        compiled, pace = program.compiled, program.pace  # waits for the compiler
        started = time.perf_counter()
        self.train_state, numbers = compiled(*self._args(block))
        self._in_flight.append(Chunk(self.step + 1, block.count, _batch_size(block), started, pace, numbers))
        self.step += block.count
        self._next = block.payload, block.start + block.count - 1
        # The first chunks are waited for, since they are timed; later one may be queued behind the one that runs.
        while len(self._in_flight) > (1 if pace.is_settled else 0):
            self._settle()

    def _settle(self) -> None:
        """Waits for the oldest chunk on its way, and hands its metrics to the writer."""
        chunk = self._in_flight.popleft()
        values = {tag: np.asarray(array)[: chunk.count] for tag, array in chunk.numbers.metrics.items()}  # waits
        finished = time.perf_counter()
        secs = chunk.pace.observe(chunk.count, chunk.started, finished)
        self._settled.append(Steps(chunk.first_step, chunk.count, values, secs, self._first_bad(chunk)))
        if self.writer is None:
            return
        order = np.arange(chunk.count)
        wall_times = self._epoch + finished - secs * (chunk.count - 1 - order) / chunk.count
        self.writer.add_scalars_block(chunk.first_step + order, values, walltimes=wall_times)
        self._performance.add(
            self.writer,
            chunk.first_step + chunk.count - 1,
            num_steps=chunk.count,
            num_examples=chunk.count * chunk.batch_size,
            secs=secs,
        )
        if self._in_flight and finished - self._flushed >= _FLUSH_SECS:
            self._flushed = finished
            self.writer.start_flush()

    def _first_bad(self, chunk: Chunk) -> tuple[int, str] | None:
        first_bad = np.asarray(chunk.numbers.first_bad)
        place = int(first_bad.argmin()) if first_bad.size else 0
        if not first_bad.size or first_bad[place] == NEVER:
            return None
        group, row = divmod(place, len(self.tags))
        return chunk.first_step + int(first_bad[place]), f"{('grads', 'params')[group]}/{self.tags[row]}"

    def _ready_hooks(self) -> list[Hook]:
        """The hooks that are due at this step; asks each when it is due again, before the next block is cut."""
        ready = [hook for hook, due in zip(self._hooks, self._due, strict=True) if due == self.step]
        for index, hook in enumerate(self._hooks):
            if self._due[index] == self.step:
                self._due[index] = find_due(hook, self.step)
        return ready


def _batch_size(block: Block) -> int:
    """Rows of a batch; each array of a payload has the axes (batches, rows, …)."""
    return int(jax.tree.leaves(block.payload)[0].shape[1])
