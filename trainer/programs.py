"""The compiled programs of one objective and optimizer: init, train, evaluate, predict, histograms.

Each compiles once for the shapes it meets, whatever the number of steps; equal objectives share them, so a second fit,
a clone in a grid search or another learning rate compiles nothing.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from trainer import passes
from trainer.histograms import count_tensors
from trainer.inputs.feed import SelectFn
from trainer.layers.specs import spec_of
from trainer.optimizers import Optimizer
from trainer.protocols import Array, Batch, Objective, TrainState

STEP_NAME = "train_step"  # of the inner call in the traced program, by which the graph of one step is found


@dataclass(frozen=True, eq=False)
class TrainProgram:
    """A compiled chunk of training steps.

    Attributes:
        compiled: ``(train_state, seed, source, payload, start, count) -> (train_state, metrics)``; `train_state` is
            donated, `metrics` maps names to arrays ``(capacity,)`` of which the first `count` are set.
        jaxpr: What was traced, ``jax.core.ClosedJaxpr``.
        step_args: The arguments of one step as a pytree of shapes, in the order of the inner call's inputs.
    """

    compiled: Callable[..., tuple[TrainState, dict[str, Array]]]
    jaxpr: Any
    step_args: Any


class Programs:
    """Makes and keeps the compiled programs. Used by one thread at a time."""

    def __init__(self, objective: Objective, optimizer: Optimizer) -> None:
        self._objective = objective
        self._optimizer = optimizer
        self._train: dict[Any, TrainProgram] = {}
        # It runs once: optimising it takes 0.6 s in place of 0.2 s, a quarter of a small program's whole start.
        self._init = jax.jit(self._init_fn, static_argnums=(2,), compiler_options={"xla_backend_optimization_level": 0})
        self._evaluate = jax.jit(self._evaluate_fn, static_argnums=(0,))
        self._dump = jax.jit(self._dump_fn, static_argnums=(0,))
        self.predict: Callable[..., dict[str, Array]] = jax.jit(objective.predict)

    def init(self, seed: int, learning_rate: float, example: Batch) -> TrainState:
        """Makes the state before the first step, for batches like `example` (arrays or ``ShapeDtypeStruct``)."""
        leaves, treedef = jax.tree.flatten(example)
        shapes = tuple((tuple(leaf.shape), np.dtype(leaf.dtype)) for leaf in leaves)
        train_state: TrainState = self._init(np.uint32(seed), np.float32(learning_rate), (treedef, shapes))
        return train_state

    def train(self, select: SelectFn, capacity: int, *args: Any) -> TrainProgram:
        """Returns the program for arguments of these shapes, compiled at the first call."""
        key = (select, capacity, *_shapes_of(args))
        if key not in self._train:
            step_args: list[Any] = []
            function = functools.partial(self._train_fn, select, capacity, step_args)
            traced = jax.jit(function, donate_argnums=(0,)).trace(*args)
            self._train[key] = TrainProgram(traced.lower().compile(), traced.jaxpr, step_args[0])
        return self._train[key]

    @property
    def last_train(self) -> TrainProgram | None:
        """The training program that was compiled last, or None."""
        return next(reversed(self._train.values()), None)

    def evaluate(self, select: SelectFn, train_state: TrainState, source: Any, payload: Any, count: int) -> Any:
        """Returns the metrics over `count` batches, summed up: a dict of pytrees of scalars."""
        return self._evaluate(select, train_state.params, train_state.state, source, payload, count)

    def dump(
        self, select: SelectFn, train_state: TrainState, seed: int, source: Any, payload: Any, row: int
    ) -> tuple[Array, Array]:
        """Counts the values of all params, then of all gradients for one batch; the training does not notice.

        Returns:
            Bucket counts ``(tensors, buckets)`` and moments ``(tensors, 5)``, as `trainer.histograms` makes them.
        """
        counted: tuple[Array, Array] = self._dump(select, train_state, np.uint32(seed), source, payload, row)
        return counted

    def _init_fn(self, seed: Any, learning_rate: Any, shapes: Any) -> TrainState:
        treedef, leaves = shapes
        example = jax.tree.unflatten(treedef, [jnp.zeros(shape, dtype) for shape, dtype in leaves])
        # The steps derive their keys from 0 up; this one is theirs never.
        key = jax.random.fold_in(jax.random.key(seed), np.uint32(2**32 - 1))
        with passes.collect():  # so that what does not fit is refused before anything is written
            params, state = self._objective.init(key, example)
        return TrainState(params, state, self._optimizer.init(params, learning_rate), jnp.int32(0))

    def _train_fn(
        self,
        select: SelectFn,
        capacity: int,
        step_args: list[Any],
        train_state: TrainState,
        seed: Any,
        source: Any,
        payload: Any,
        start: Any,
        count: Any,
    ) -> tuple[TrainState, dict[str, Array]]:
        def train_step(train_state: TrainState, batch: Batch, seed: Any) -> tuple[TrainState, dict[str, Array]]:
            return self._step_fn(train_state, batch, seed)

        step = jax.jit(train_step)

        def body(index: Any, carry: Any) -> Any:
            train_state, buffers = carry
            args = (train_state, select(source, payload, start + index), seed)
            step_args.append(spec_of(args))
            train_state, metrics = step(*args)
            return train_state, {name: buffers[name].at[index].set(value) for name, value in metrics.items()}

        names = jax.eval_shape(lambda: step(train_state, select(source, payload, start), seed))[1]
        buffers = {name: jnp.zeros((capacity,), jnp.float32) for name in names}
        result: tuple[TrainState, dict[str, Array]] = jax.lax.fori_loop(0, count, body, (train_state, buffers))
        return result

    def _step_fn(self, train_state: TrainState, batch: Batch, seed: Any) -> tuple[TrainState, dict[str, Array]]:
        params, state, opt_state, step = train_state
        loss, state, grads = self._gradients(train_state, batch, seed)
        step = step + 1
        with jax.named_scope("update"):
            params, opt_state = self._optimizer.update(grads, opt_state, params)
            metrics = {"loss": loss, "learning_rate": self._optimizer.learning_rate(opt_state, step)}
            with jax.named_scope("grad_norm"):
                metrics["grad_norm"] = _global_norm(grads)
        known = {name: jnp.asarray(value, jnp.float32) for name, value in metrics.items() if value is not None}
        return TrainState(params, state, opt_state, step), known

    def _gradients(self, train_state: TrainState, batch: Batch, seed: Any) -> tuple[Array, Any, Any]:
        """Loss, new state and gradients of the next step; the same in a step and in a dump."""
        key = jax.random.fold_in(jax.random.key(seed), train_state.step)

        def loss_fn(params: Any) -> tuple[Array, Any]:
            with passes.collect(row_mask=batch.weights > 0 if self._objective.pads_batches else None) as collected:
                loss, state = self._objective.loss(params, train_state.state, batch, key)
            return collected.added_to(loss), state

        (loss, state), grads = jax.value_and_grad(loss_fn, has_aux=True)(train_state.params)
        return loss, state, grads

    def _evaluate_fn(
        self, select: SelectFn, params: Any, state: Any, source: Any, payload: Any, count: Any
    ) -> Mapping[str, Any]:
        def metrics(row: Any) -> dict[str, Any]:
            return dict(self._objective.metrics(params, state, select(source, payload, row)))

        zeros = jax.tree.map(lambda leaf: jnp.zeros(leaf.shape, leaf.dtype), jax.eval_shape(metrics, jnp.int32(0)))

        def body(row: Any, sums: Any) -> Any:
            return jax.tree.map(jnp.add, sums, metrics(row))

        sums: Mapping[str, Any] = jax.lax.fori_loop(0, count, body, zeros)
        return sums

    def _dump_fn(
        self, select: SelectFn, train_state: TrainState, seed: Any, source: Any, payload: Any, row: Any
    ) -> tuple[Array, Array]:
        _, _, grads = self._gradients(train_state, select(source, payload, row), seed)
        return count_tensors([*jax.tree.leaves(train_state.params), *jax.tree.leaves(grads)])


def programs_for(objective: Objective, optimizer: Optimizer) -> Programs:
    """Returns the programs of an objective; equal and hashable ones share them."""
    try:
        hash(objective)
    except TypeError:  # a foreign network without a hash
        return Programs(objective, optimizer)
    return _shared(objective, optimizer)


@functools.lru_cache(maxsize=64)
def _shared(objective: Any, optimizer: Optimizer) -> Programs:
    return Programs(objective, optimizer)


def _global_norm(grads: Any) -> Array:
    return jnp.sqrt(sum(jnp.sum(jnp.square(leaf)) for leaf in jax.tree.leaves(grads)))


def _shapes_of(args: Any) -> tuple[Any, ...]:
    leaves, treedef = jax.tree.flatten(args)
    return treedef, tuple((leaf.shape, leaf.dtype) for leaf in leaves)
