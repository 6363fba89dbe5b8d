"""One training step as a pure function: gradients, update, and the numbers that are logged of it."""

from __future__ import annotations

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax  # type: ignore[import-untyped]

from trainer import passes
from trainer.dump import Dump, check_free, make_dump
from trainer.optimizers import Optimizer
from trainer.protocols import Array, Batch, Objective, Params, State, TrainState

Metrics = dict[str, Array]
TINY = float(np.finfo(np.float32).tiny)


class Gradients(NamedTuple):
    """What one pass forward and backward gives.

    Attributes:
        loss: Scalar.
        state: The new state of the layers.
        grads: As the params.
        summaries: What the pass collected, by tag.
    """

    loss: Array
    state: State
    grads: Params
    summaries: dict[str, passes.Summary]


class Step:
    """The training step of an objective and optimizer. Its methods are pure and are traced by `trainer.programs`."""

    def __init__(self, objective: Objective, optimizer: Optimizer) -> None:
        self._objective = objective
        self._optimizer = optimizer

    def run(self, train_state: TrainState, batch: Batch, seed: Any) -> tuple[TrainState, Metrics, Array]:
        """Does one step.

        Returns:
            The new state, the numbers of the step by tag (float32), and which gradients, then which updates hold a
            value that is not finite, bool ``(2 * params,)`` in the order of the leaves.
        """
        found = self.gradients(train_state, batch, seed)
        step = train_state.step + 1
        with jax.named_scope("update"):
            updates, opt_state = self._optimizer.update(found.grads, train_state.opt_state, train_state.params)
            params = optax.apply_updates(train_state.params, updates)
            rate = self._optimizer.learning_rate(opt_state, step)
            with jax.named_scope("norms"):
                # Of the new params: reading the old ones after the update makes XLA copy them, 80 % of a small step.
                squares = [_squares(tree) for tree in (found.grads, updates, params)]
                grad_norm, update_norm, param_norm = (jnp.sqrt(sum(leaves, jnp.float32(0))) for leaves in squares)
                metrics = {} if rate is None else {"learning_rate": rate}
                metrics |= {"grad_norm": grad_norm, "update_ratio": update_norm / jnp.maximum(param_norm, TINY)}
                is_bad = ~jnp.isfinite(jnp.stack(squares[0] + squares[1]))
        logged = {"loss": found.loss, **metrics}
        for tag, summary in passes.of_kind(found.summaries, "scalar").items():
            check_free(tag, logged)
            logged[tag] = summary.value
        logged = {tag: jnp.asarray(value, jnp.float32) for tag, value in logged.items()}
        return TrainState(params, found.state, opt_state, step), logged, is_bad

    def dump(self, train_state: TrainState, batch: Batch, seed: Any) -> Dump:
        """Counts the values of all params and of what the next step would compute; the training does not notice."""
        found = self.gradients(train_state, batch, seed, is_observed=True)
        return make_dump(train_state.params, found.grads, found.summaries)

    def gradients(self, train_state: TrainState, batch: Batch, seed: Any, *, is_observed: bool = False) -> Gradients:
        """Loss, new state and gradients of the next step; the same in a step and in a dump."""
        key = jax.random.fold_in(jax.random.key(seed), train_state.step)

        def loss_fn(params: Any) -> tuple[Array, Any]:
            row_mask = batch.weights > 0 if self._objective.pads_batches else None
            with passes.collect(row_mask=row_mask, is_observed=is_observed) as collected:
                loss, state = self._objective.loss(params, train_state.state, batch, key)
            return collected.added_to(loss), (state, collected.summaries)

        (loss, (state, summaries)), grads = jax.value_and_grad(loss_fn, has_aux=True)(train_state.params)
        return Gradients(loss, state, grads, summaries)


def _squares(tree: Any) -> list[Array]:
    """Sum of the squares of each leaf, float32 scalars."""
    return [jnp.sum(jnp.square(leaf.astype(jnp.float32))) for leaf in jax.tree.leaves(tree)]
