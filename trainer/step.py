"""One training step as a pure function: gradients, update, and the numbers that are logged of it."""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax  # type: ignore[import-untyped]

from trainer import passes
from trainer.dump import Dump, make_dump
from trainer.flat import FlatForm, find_flat_form
from trainer.layers import transforms
from trainer.loss_scale import LEAST_SCALE, DynamicLossScale, LossScaleState, are_finite
from trainer.optimizers import AnyOptimizer
from trainer.paths import leaf_paths
from trainer.protocols import Array, Batch, Objective, Params, State, TrainState
from trainer.step_options import StepOptions

Metrics = dict[str, Array]
TINY = float(np.finfo(np.float32).tiny)
LARGE = 1 << 14  # numbers of an array, for its norm


class Gradients(NamedTuple):
    """What one pass forward and backward gives.

    Attributes:
        loss: Scalar.
        state: The new state of the layers.
        grads: As the params that are trained, before clipping.
        summaries: What the pass collected, by tag.
    """

    loss: Array
    state: State
    grads: Params
    summaries: dict[str, passes.Summary]


class Step:
    """The training step of an objective and optimizer. Its methods are pure and are traced by `trainer.programs`."""

    def __init__(self, objective: Objective, optimizer: AnyOptimizer, options: StepOptions) -> None:
        self._objective = objective
        self._options = options
        is_dynamic = options.loss_scale == "dynamic"
        self.optimizer = DynamicLossScale(optimizer) if is_dynamic else optimizer

    def trained(self, params: Params) -> Params:
        """The params that the optimizer changes; the places of the others hold None, which is no leaf.

        Raises:
            ValueError: If a pattern of the options fits no param.
        """
        mask = self._objective.trainable(params, self._options.trainable)
        trained: Params = jax.tree.map(lambda leaf, is_trained: leaf if is_trained else None, params, mask)
        return trained

    def flat_form(self, params: Params) -> FlatForm | None:
        """The form in which `run` may be given the state instead, or None where the params must stay apart."""
        is_plain = self.optimizer.is_elementwise and self._objective.constrain(params) is params
        is_whole = all(leaf is not None for leaf in jax.tree.leaves(self.trained(params), is_leaf=_is_none))
        return find_flat_form(params) if is_plain and is_whole else None

    def run(
        self, train_state: TrainState, batch: Batch, seed: Any, form: FlatForm | None = None
    ) -> tuple[TrainState, Metrics, Array]:
        """Does one step.

        Args:
            train_state: The state before it.
            batch: Its rows.
            seed: Of dropout and the like.
            form: The form that the state is in, as `FlatForm.pack_state` gives it; None as it is.

        Returns:
            The new state, the numbers of the step by tag (float32), and which gradients, then which updates hold a
            value that is not finite, bool ``(2 * trained params,)`` in the order of the leaves.
        """
        whole = train_state if form is None else train_state._replace(params=form.unpack(train_state.params))
        found = self.gradients(whole, batch, seed)
        step = train_state.step + 1
        with jax.named_scope("update"):
            grads: Any = found.grads if form is None else form.pack(found.grads)
            trained: Any = self.trained(train_state.params) if form is None else train_state.params
            updates, opt_state = self.optimizer.update(self._clip(grads), train_state.opt_state, trained)
            changed = optax.apply_updates(trained, updates)
            params = changed if form is not None else self._objective.constrain(merge(changed, train_state.params))
            rates = self.optimizer.learning_rates(opt_state, step)
            with jax.named_scope("norms"):
                # Of the new params: reading the old ones after the update makes XLA copy them, 80 % of a small step.
                norms, is_bad = (
                    _norms(grads, updates, changed) if form is None else _flat_norms(grads, updates, changed, form)
                )
        logged = {"loss": found.loss, **rates, **norms}
        if isinstance(train_state.opt_state, LossScaleState):
            logged["loss_scale"] = scale = train_state.opt_state.scale
            is_bad &= are_finite(found.grads) | (scale <= LEAST_SCALE)  # a step that is left out does no harm
        logged |= {tag: summary.value for tag, summary in passes.of_kind(found.summaries, "scalar").items()}
        logged = {tag: jnp.asarray(value, jnp.float32) for tag, value in logged.items()}
        return TrainState(params, found.state, opt_state, step), logged, is_bad

    def dump(self, train_state: TrainState, batch: Batch, seed: Any) -> Dump:
        """Counts the values of all params and of what the next step would compute; the training does not notice."""
        found = self.gradients(train_state, batch, seed, is_observed=True)
        return make_dump(train_state.params, found.grads, found.summaries)

    def gradients(self, train_state: TrainState, batch: Batch, seed: Any, *, is_observed: bool = False) -> Gradients:
        """Loss, new state and gradients of the next step; the same in a step and in a dump."""
        key = jax.random.fold_in(jax.random.key(seed), train_state.step)
        count = self._num_micro_batches(batch)
        if count == 1:
            return self._pass(train_state, batch, key, is_observed=is_observed)
        # Rows without weight fill up the last part, but a `model_fn` would count them: its last part is shorter.
        filled = _fill_up(batch, count) if self._objective.pads_batches else batch
        return self._accumulate(train_state, filled, key, count, is_observed=is_observed)

    def _pass(self, train_state: TrainState, batch: Batch, key: Array, *, is_observed: bool) -> Gradients:
        params, state, opt_state, _ = train_state
        scale: Any = opt_state.scale if isinstance(opt_state, LossScaleState) else self._options.loss_scale
        frozen = self._frozen(params, state)

        def loss_fn(trained: Params) -> tuple[Array, Any]:
            row_mask = batch.weights > 0 if self._objective.pads_batches else None
            with passes.freeze(frozen), passes.collect(row_mask=row_mask, is_observed=is_observed) as collected:
                loss, new_state = self._loss(merge(trained, params), state, batch, key)
            loss = collected.added_to(loss)
            return loss if scale is None else loss * scale, (loss, new_state, collected.summaries)

        grads, (loss, new_state, summaries) = jax.grad(loss_fn, has_aux=True)(self.trained(params))
        if scale is not None:
            grads = jax.tree.map(lambda leaf: leaf / scale, grads)
        return Gradients(loss, new_state, grads, summaries)

    def _frozen(self, params: Params, state: State) -> set[str]:
        """The layers in which nothing is trained: of their weights, or, of those without any, by the patterns."""
        patterns = self._options.trainable
        mask = self._objective.trainable(params, patterns)
        flags = dict(zip(leaf_paths(mask), jax.tree.leaves(mask), strict=True))
        if patterns is not None:
            flags |= {path: any(fnmatchcase(path, pattern) for pattern in patterns) for path in leaf_paths(state)}
        return _without_true(flags)

    def _loss(self, params: Params, state: State, batch: Batch, key: Array) -> tuple[Array, State]:
        if not self._options.remat:
            return self._objective.loss(params, state, batch, key)
        # Products of matrices are kept, what is computed of each number alone is computed again.
        policy = jax.checkpoint_policies.dots_with_no_batch_dims_saveable
        result: tuple[Array, State] = transforms.checkpoint(self._objective.loss, policy=policy)(
            params, state, batch, key
        )
        return result

    def _num_micro_batches(self, batch: Batch) -> int:
        return min(self._options.accumulation_steps, int(batch.weights.shape[0]))

    def _accumulate(
        self, train_state: TrainState, batch: Batch, key: Array, count: int, *, is_observed: bool
    ) -> Gradients:
        """The same mean over all rows, from parts of the batch one after another.

        Summaries are those of the equal parts.
        """
        size = -(-int(batch.weights.shape[0]) // count)
        parts, rest = _split(batch, size)
        total = jnp.maximum(jnp.sum(batch.weights), TINY)

        def body(carry: Any, numbered: Any) -> Any:
            state, loss, grads = carry
            number, part = numbered
            part_key = jax.random.fold_in(key, number)
            found = self._pass(train_state._replace(state=state), part, part_key, is_observed=is_observed)
            share = jnp.sum(part.weights) / total
            # Rows that only fill up have no statistics.
            state = jax.tree.map(lambda new, old: jnp.where(share > 0, new, old), found.state, state)
            grads = jax.tree.map(lambda sums, leaf: sums + leaf * share.astype(leaf.dtype), grads, found.grads)
            return (state, loss + found.loss * share, grads), passes.Outputs(jnp.float32(0), found.summaries)

        zeros = jax.tree.map(jnp.zeros_like, self.trained(train_state.params))
        start = (train_state.state, jnp.float32(0), zeros)
        num_parts = int(parts.weights.shape[0])
        (state, loss, grads), outputs = jax.lax.scan(body, start, (jnp.arange(num_parts), parts))
        if rest.weights.shape[0]:
            (state, loss, grads), _ = body((state, loss, grads), (jnp.int32(num_parts), rest))
        return Gradients(loss, state, grads, passes.join(outputs).summaries)

    def _clip(self, grads: Params) -> Params:
        clips = []
        if self._options.clip_value is not None:
            clips.append(optax.clip(self._options.clip_value))
        if self._options.clip_norm is not None:
            clips.append(optax.clip_by_global_norm(self._options.clip_norm))
        for clip in clips:
            grads, _ = clip.update(grads, clip.init(grads))
        return grads


def _fill_up(batch: Batch, count: int) -> Batch:
    """The batch with rows of weight 0 behind it, so that it has `count` equal parts."""
    missing = -batch.weights.shape[0] % count
    if not missing:
        return batch
    filled: Batch = jax.tree.map(lambda leaf: jnp.concatenate([leaf, jnp.repeat(leaf[-1:], missing, axis=0)]), batch)
    return filled._replace(weights=filled.weights.at[-missing:].set(0))


def _split(batch: Batch, size: int) -> tuple[Batch, Batch]:
    """The batch as parts of `size` rows, stacked along axis 0, and the rows that are left."""
    count = int(batch.weights.shape[0]) // size
    parts: Batch = jax.tree.map(lambda leaf: leaf[: count * size].reshape(count, size, *leaf.shape[1:]), batch)
    rest: Batch = jax.tree.map(lambda leaf: leaf[count * size :], batch)
    return parts, rest


def merge(trained: Params, params: Params) -> Params:
    """`params` with those of `trained` that are not None in their places."""
    merged: Params = jax.tree.map(lambda own, other: other if own is None else own, trained, params, is_leaf=_is_none)
    return merged


def _is_none(leaf: Any) -> bool:
    return leaf is None


def _norms(grads: Any, updates: Any, changed: Any) -> tuple[Metrics, Array]:
    """The norms that are logged, and which gradients, then which updates are not finite.

    Raises:
        ValueError: If nothing is trained.
    """
    squares = [_squares(tree) for tree in (grads, updates, changed)]
    grad_norm, update_norm, param_norm = (jnp.sqrt(sum(leaves, jnp.float32(0))) for leaves in squares)
    if not squares[0]:
        raise ValueError("model must have a weight that is trained; got none. Add a layer with weights, or thaw one.")
    is_bad = ~jnp.isfinite(jnp.stack(squares[0] + squares[1]))
    return {"grad_norm": grad_norm, "update_ratio": update_norm / jnp.maximum(param_norm, TINY)}, is_bad


def _flat_norms(grads: Any, updates: Any, changed: Any, form: FlatForm) -> tuple[Metrics, Array]:
    """As `_norms`, of vectors ``(total,)``."""
    vectors = jnp.stack([grads, updates, changed])  # one reduction costs a third of three
    grad_norm, update_norm, param_norm = jnp.sqrt(jnp.sum(jnp.square(vectors), axis=1))
    # The params are not told apart before something is wrong.
    is_bad = jax.lax.cond(
        jnp.isfinite(grad_norm + update_norm),
        lambda _: jnp.zeros(2 * form.num_arrays, bool),
        lambda vectors: ~jnp.isfinite(form.sums(jnp.square(vectors[:2]))).reshape(-1),
        vectors,
    )
    return {"grad_norm": grad_norm, "update_ratio": update_norm / jnp.maximum(param_norm, TINY)}, is_bad


def _squares(tree: Any) -> list[Array]:
    """Sum of the squares of each leaf, float32 scalars."""
    return [_square(leaf.astype(jnp.float32)) for leaf in jax.tree.leaves(tree)]


def _square(leaf: Array) -> Array:
    if leaf.size < LARGE:
        return jnp.sum(jnp.square(leaf))
    # XLA would write the squares down, since optimizers square the gradients too. Apart from that, it reads each number
    # once: 8 % of the step of a network of 784-512-512-10 in place of 16 %.
    return _product(jax.lax.optimization_barrier(leaf).reshape(-1))  # type: ignore[no-untyped-call]


def _product(vector: Array) -> Array:
    """The sum of the squares as one operation."""
    return jnp.vdot(vector, vector, precision=jax.lax.Precision.HIGHEST)


def _without_true(flags: Mapping[str, bool]) -> set[str]:
    """The parents of paths under which nothing is True."""
    parents = {path[:end] for path in flags for end, letter in enumerate(path) if letter == "/"}
    return {parent for parent in parents if not any(flags[path] for path in flags if path.startswith(f"{parent}/"))}
