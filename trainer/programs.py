"""The compiled programs of one objective and optimizer: init, train, evaluate, predict, histograms.

Each compiles once for the shapes it meets, whatever the number of steps; equal objectives share them, so a second fit,
a clone in a grid search or another learning rate compiles nothing.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from trainer import passes
from trainer.compiling import counting_options, in_thread, init_options, quick_options
from trainer.dump import Dump
from trainer.flat import MOST_NUMBERS, FlatForm
from trainer.inputs.feed import SelectFn
from trainer.jaxprs import iter_primitives
from trainer.layers.specs import spec_of
from trainer.metrics import add_batch, empty, merge
from trainer.optimizers import AnyOptimizer
from trainer.pace import Pace, target_secs
from trainer.paths import leaf_paths
from trainer.protocols import Array, Batch, Objective, Params, TrainState
from trainer.step import Metrics, Step
from trainer.step_options import StepOptions

NEVER = np.iinfo(np.int32).max
STEP_NAME = "train_step"  # of the inner call in the traced program, by which the graph of one step is found


class ChunkNumbers(NamedTuple):
    """The numbers of the steps of a chunk.

    Attributes:
        metrics: Tag to array ``(capacity,)``, of which as many are set as there were steps.
        first_bad: Which step was the first whose gradient of a param, and then update of a param, was not finite, from
            0; `NEVER` if none was. ``(2 * params,)`` int32.
    """

    metrics: dict[str, Array]
    first_bad: Array


@dataclass(frozen=True, eq=False)
class TrainProgram:
    """A chunk of training steps, which a thread compiles.

    Attributes:
        compiling: What will be `compiled`.
        trace: Gives `jaxpr`.
        step_args: The arguments of one step as a pytree of shapes, in the order of the inner call's inputs.
        capacity: The most steps of a call.
    """

    compiling: Future[Any]
    trace: Callable[[], Any]
    step_args: Any
    capacity: int

    @property
    def compiled(self) -> Callable[..., tuple[TrainState, ChunkNumbers]]:
        """``(train_state, seed, source, payload, start, count) -> (train_state, ChunkNumbers)``; waits for it.

        `train_state` is donated.
        """
        compiled: Callable[..., tuple[TrainState, ChunkNumbers]] = self.compiling.result()
        return compiled

    @functools.cached_property
    def pace(self) -> Pace:
        """How many steps a call is to have; it learns as long as the program lives."""
        return Pace(self.capacity, target_secs=target_secs(_temporary_bytes(self.compiled)))

    @functools.cached_property
    def jaxpr(self) -> Any:
        """What holds the call of one step, ``jax.core.ClosedJaxpr``."""
        return self.trace()


class PredictionCost(NamedTuple):
    """What it takes to predict a block of rows.

    Attributes:
        can_loop: Whether it runs well in a loop.
        output_bytes: Size of what it returns.
    """

    can_loop: bool
    output_bytes: int


class Programs:
    """Makes and keeps the compiled programs. Used by one thread at a time.

    Attributes:
        predict: ``(params, state, blocks, count) -> outputs``: what is predicted for `count` of the blocks ``(blocks,
            rows, …)``, with the same axes.
    """

    def __init__(
        self,
        objective: Objective,
        optimizer: AnyOptimizer,
        options: StepOptions = StepOptions(),  # noqa: B008 - frozen
    ) -> None:
        self._objective = objective
        self._step = Step(objective, optimizer, options)
        self._train: dict[Any, TrainProgram] = {}
        self._tags: dict[Any, tuple[str, ...]] = {}
        self._tells_rate: dict[Any, bool] = {}
        self._inits: dict[Any, Callable[..., TrainState]] = {}
        self._evaluate = jax.jit(self._evaluate_fn, static_argnums=(0,), compiler_options=quick_options())
        self._metrics = jax.jit(self._metrics_fn, static_argnums=(0,), compiler_options=quick_options())
        self._dump = jax.jit(self._dump_fn, static_argnums=(0,), compiler_options=quick_options())
        self.predict = jax.jit(self._predict_fn)
        self._can_loop: dict[Any, bool] = {}
        self._prediction_costs: dict[Any, PredictionCost] = {}

    def init(self, seed: int, learning_rate: float, example: Batch) -> TrainState:
        """Makes the state before the first step, for batches like `example` (arrays or ``ShapeDtypeStruct``)."""
        leaves, treedef = jax.tree.flatten(example)
        shapes = treedef, tuple((tuple(leaf.shape), np.dtype(leaf.dtype)) for leaf in leaves)
        args = np.uint32(seed), np.float32(learning_rate)
        if shapes not in self._inits:
            traced = jax.jit(self._init_fn, static_argnums=(2,)).trace(*args, shapes)
            num_numbers = sum(leaf.size for leaf in jax.tree.leaves(spec_of(traced.out_info).params))
            self._inits[shapes] = traced.lower().compile(init_options(num_numbers))
        return self._inits[shapes](*args)

    def train(self, select: SelectFn, capacity: int, *args: Any) -> TrainProgram:
        """Returns the program for arguments of these shapes; the first call traces it, and has it compiled."""
        key = (select, capacity, *_shapes_of(args))
        if key not in self._train:
            self._train[key] = self._compile(select, capacity, args)
        return self._train[key]

    def _compile(self, select: SelectFn, capacity: int, args: Sequence[Any]) -> TrainProgram:
        train_state, seed, source, payload, start, _ = args
        form = self._step.flat_form(train_state.params)
        traced = self._trace(functools.partial(self._train_fn, select, capacity, form), args)
        if _is_slow_in_loop(traced.jaxpr):
            capacity = 1
            traced = self._trace(functools.partial(self._single_fn, select), args)
        compiling = in_thread(traced.lower().compile)
        step_args = spec_of((train_state, jax.eval_shape(select, source, payload, start), seed))
        trace = functools.partial(self._trace_step, step_args) if form is not None else lambda: traced.jaxpr
        return TrainProgram(compiling, trace, step_args, capacity)

    def _trace_step(self, step_args: Any) -> Any:
        """The step with all params apart, as who looks at its graph knows them."""
        step = self._make_step()
        return jax.jit(lambda *args: step(*args)).trace(*step_args).jaxpr

    @staticmethod
    def _trace(function: Callable[..., Any], args: Sequence[Any]) -> Any:
        return jax.jit(function, donate_argnums=(0,)).trace(*args)

    def tags(self, params: Params) -> tuple[str, ...]:
        """Paths of the params that are trained, in the order of the leaves."""
        structure = jax.tree.structure(params)
        if structure not in self._tags:
            self._tags[structure] = leaf_paths(self._step.trained(params))
        return self._tags[structure]

    def tells_learning_rate(self, train_state: TrainState) -> bool:
        """Whether the optimizer does."""
        structure = jax.tree.structure(train_state.opt_state)
        if structure not in self._tells_rate:
            rates = self._step.optimizer.learning_rates(train_state.opt_state, train_state.step)
            self._tells_rate[structure] = bool(rates)
        return self._tells_rate[structure]

    @property
    def last_train(self) -> TrainProgram | None:
        """The training program that was compiled last, or None."""
        return next(reversed(self._train.values()), None)

    def evaluate(self, select: SelectFn, train_state: TrainState, source: Any, payload: Any, count: int) -> Any:
        """Returns the metrics over `count` batches, a dict of `trainer.metrics`."""
        args = select, train_state.params, train_state.state, source, payload
        if self._can_loop_evaluation(*args):
            return self._evaluate(*args, np.int32(count))
        return functools.reduce(merge, jax.device_get([self._metrics(*args, np.int32(row)) for row in range(count)]))

    def prepare_evaluate(self, select: SelectFn, train_state: TrainState, source: Any, payload: Any) -> None:
        """Compiles what `evaluate` needs."""
        args = select, train_state.params, train_state.state, source, payload
        program = self._evaluate if self._can_loop_evaluation(*args) else self._metrics
        program(*args, np.int32(0))

    def _can_loop_evaluation(self, *args: Any) -> bool:
        key = "evaluate", *_shapes_of(args[1:])
        if key not in self._can_loop:
            self._can_loop[key] = not _is_slow_in_loop(self._evaluate.trace(*args, np.int32(0)).jaxpr)
        return self._can_loop[key]

    def prediction_cost(self, params: Any, state: Any, features: Any) -> PredictionCost:
        """What it takes to predict a block like these features (arrays or ``ShapeDtypeStruct``)."""
        key = _shapes_of(features)
        if key not in self._prediction_costs:
            jaxpr = jax.make_jaxpr(self._objective.predict)(params, state, features)
            output_bytes = sum(leaf.size * leaf.dtype.itemsize for leaf in jaxpr.out_avals)
            self._prediction_costs[key] = PredictionCost(not _is_slow_in_loop(jaxpr), output_bytes)
        return self._prediction_costs[key]

    def dump(self, select: SelectFn, train_state: TrainState, seed: int, source: Any, payload: Any, row: int) -> Dump:
        """Counts all tensors of the step that would follow, for one batch; the training does not notice."""
        is_small = sum(leaf.size for leaf in jax.tree.leaves(train_state.params)) <= MOST_NUMBERS
        program = self._dump if is_small else self._large_dump
        dump: Dump = program(select, train_state, np.uint32(seed), source, payload, row)
        return dump

    @functools.cached_property
    def _large_dump(self) -> Any:
        return jax.jit(self._dump_fn, static_argnums=(0,), compiler_options=counting_options())

    def _init_fn(self, seed: Any, learning_rate: Any, shapes: Any) -> TrainState:
        treedef, leaves = shapes
        example = jax.tree.unflatten(treedef, [jnp.zeros(shape, dtype) for shape, dtype in leaves])
        # The steps derive their keys from 0 up; this one is theirs never.
        key = jax.random.fold_in(jax.random.key(seed), np.uint32(2**32 - 1))
        with passes.collect():  # so that what does not fit is refused before anything is written
            params, state = self._objective.init(key, example)
        opt_state = self._step.optimizer.init(self._step.trained(params), learning_rate)
        return TrainState(params, state, opt_state, jnp.int32(0))

    def _train_fn(
        self,
        select: SelectFn,
        capacity: int,
        form: FlatForm | None,
        train_state: TrainState,
        seed: Any,
        source: Any,
        payload: Any,
        start: Any,
        count: Any,
    ) -> tuple[TrainState, ChunkNumbers]:
        step = self._make_step(form)
        template = spec_of(train_state)
        train_state = train_state if form is None else form.pack_state(train_state)

        def body(index: Any, carry: Any) -> Any:
            train_state, (buffers, first_bad) = carry
            train_state, metrics, is_bad = step(train_state, select(source, payload, start + index), seed)
            row = jnp.stack([metrics[name] for name in names])
            buffers = jax.lax.dynamic_update_index_in_dim(buffers, row, index, 1)
            return train_state, (buffers, jnp.where(is_bad, jnp.minimum(first_bad, index), first_bad))

        _, names, bad = jax.eval_shape(lambda: step(train_state, select(source, payload, start), seed))
        buffers = jnp.zeros((len(names), capacity), jnp.float32)
        first_bad = jnp.full(bad.shape, NEVER, jnp.int32)
        train_state, (buffers, first_bad) = jax.lax.fori_loop(0, count, body, (train_state, (buffers, first_bad)))
        train_state = train_state if form is None else form.unpack_state(train_state, template)
        return train_state, ChunkNumbers(dict(zip(names, buffers, strict=True)), first_bad)

    def _single_fn(
        self, select: SelectFn, train_state: TrainState, seed: Any, source: Any, payload: Any, start: Any, count: Any
    ) -> tuple[TrainState, ChunkNumbers]:
        """A chunk of one step, without a loop."""
        del count
        train_state, metrics, is_bad = self._make_step()(train_state, select(source, payload, start), seed)
        buffers = {name: value[None] for name, value in metrics.items()}
        return train_state, ChunkNumbers(buffers, jnp.where(is_bad, 0, NEVER).astype(jnp.int32))

    def _make_step(self, form: FlatForm | None = None) -> Callable[..., tuple[TrainState, Metrics, Array]]:
        def train_step(train_state: TrainState, batch: Batch, seed: Any) -> tuple[TrainState, Metrics, Array]:
            return self._step.run(train_state, batch, seed, form)

        return jax.jit(train_step)  # an inner call, so that the step is found in the trace

    def _evaluate_fn(
        self, select: SelectFn, params: Any, state: Any, source: Any, payload: Any, count: Any
    ) -> Mapping[str, Any]:
        def metrics(row: Any) -> dict[str, Any]:
            return self._metrics_fn(select, params, state, source, payload, row)

        num_batches = jax.tree.leaves(payload)[0].shape[0]
        nothing = empty(jax.eval_shape(metrics, jnp.int32(0)), num_batches)
        sums: Mapping[str, Any] = jax.lax.fori_loop(
            0, count, lambda row, sums: add_batch(sums, metrics(row), row), nothing
        )
        return sums

    def _metrics_fn(
        self, select: SelectFn, params: Any, state: Any, source: Any, payload: Any, row: Any
    ) -> dict[str, Any]:
        return dict(self._objective.metrics(params, state, select(source, payload, row)))

    def _predict_fn(self, params: Any, state: Any, blocks: Any, count: Any) -> dict[str, Array]:
        def predict(row: Any) -> dict[str, Array]:
            return self._objective.predict(params, state, jax.tree.map(lambda leaf: leaf[row], blocks))

        num_blocks = jax.tree.leaves(blocks)[0].shape[0]
        if num_blocks == 1:
            return {name: value[None] for name, value in predict(0).items()}
        shapes = jax.eval_shape(predict, jnp.int32(0))
        room = {name: jnp.zeros((num_blocks, *leaf.shape), leaf.dtype) for name, leaf in shapes.items()}

        def body(row: Any, filled: dict[str, Array]) -> dict[str, Array]:
            return {name: filled[name].at[row].set(value) for name, value in predict(row).items()}

        outputs: dict[str, Array] = jax.lax.fori_loop(0, count, body, room)
        return outputs

    def _dump_fn(
        self, select: SelectFn, train_state: TrainState, seed: Any, source: Any, payload: Any, row: Any
    ) -> Dump:
        return self._step.dump(train_state, select(source, payload, row), seed)


def programs_for(objective: Objective, optimizer: AnyOptimizer, options: StepOptions) -> Programs:
    """Returns the programs of an objective; equal and hashable ones share them."""
    try:
        hash(objective)
    except TypeError:  # a foreign network without a hash
        return Programs(objective, optimizer, options)
    return _shared(objective, optimizer, options)


@functools.lru_cache(maxsize=64)
def _shared(objective: Any, optimizer: AnyOptimizer, options: StepOptions) -> Programs:
    return Programs(objective, optimizer, options)


def _temporary_bytes(compiled: Any) -> int:
    """What the program takes beside its arguments and results; 0 where nobody tells, or where it is kept at hand."""
    memory = compiled.memory_analysis() if jax.default_backend() == "cpu" else None
    return 0 if memory is None else int(memory.temp_size_in_bytes)


def _is_slow_in_loop(jaxpr: Any) -> bool:
    """Whether a program holds one of XLA's convolutions, which are 7 times slower in a loop on a CPU."""
    return jax.default_backend() == "cpu" and "conv_general_dilated" in iter_primitives(jaxpr)


def _shapes_of(args: Any) -> tuple[Any, ...]:
    leaves, treedef = jax.tree.flatten(args)
    return treedef, tuple((leaf.shape, leaf.dtype) for leaf in leaves)
