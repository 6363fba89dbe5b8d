"""Loss scaling that finds its own factor, for gradients in float16.

Gradients below 6e-8 are 0 in float16, so the loss is multiplied by a large factor before them, and they are divided
by it after. Too large a factor makes them infinite: such a step changes nothing but the factor, which is halved. After
`GROWTH_STEPS` steps in a row without one it is doubled.

References:
    Micikevicius et al. 2018, Mixed precision training, section 3.2, arXiv:1710.03740.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from trainer.optimizers import AnyOptimizer
from trainer.protocols import Array, Params

FIRST_SCALE = 2.0**15
LEAST_SCALE, MOST_SCALE = 1.0, 2.0**24
GROWTH_STEPS = 2000


class LossScaleState(NamedTuple):
    """State of an optimizer under a dynamic loss scale.

    Attributes:
        scale: Factor of the next step's loss, scalar float32.
        num_finite: Steps since it changed, scalar int32.
        inner: The optimizer's own.
    """

    scale: Array
    num_finite: Array
    inner: Any


@dataclass(frozen=True)
class DynamicLossScale:
    """An optimizer that leaves out steps whose gradients are not finite, and keeps the factor for the next."""

    optimizer: AnyOptimizer

    is_elementwise = False

    def init(self, params: Params, learning_rate: Any) -> LossScaleState:
        """As `trainer.optimizers.Optimizer.init`."""
        return LossScaleState(jnp.float32(FIRST_SCALE), jnp.int32(0), self.optimizer.init(params, learning_rate))

    def update(self, grads: Params, opt_state: LossScaleState, params: Params) -> tuple[Params, LossScaleState]:
        """As `trainer.optimizers.Optimizer.update`, of gradients that are divided by the factor already."""
        is_finite = are_finite(grads)
        updates, inner = self.optimizer.update(_where(is_finite, grads, None), opt_state.inner, params)
        num_finite = jnp.where(is_finite, opt_state.num_finite + 1, 0)
        grows = num_finite >= GROWTH_STEPS
        factor = jnp.where(is_finite, jnp.where(grows, 2.0, 1.0), 0.5)
        state = LossScaleState(
            jnp.clip(opt_state.scale * factor, LEAST_SCALE, MOST_SCALE),
            jnp.where(grows, 0, num_finite),
            _where(is_finite, inner, opt_state.inner),
        )
        return _where(is_finite, updates, None), state

    def learning_rates(self, opt_state: LossScaleState, step: Array) -> dict[str, Array]:
        """As `trainer.optimizers.Optimizer.learning_rates`."""
        return self.optimizer.learning_rates(opt_state.inner, step)


def are_finite(grads: Params) -> Array:
    """Whether all numbers are, a bool scalar."""
    return jnp.all(jnp.stack([jnp.all(jnp.isfinite(leaf)) for leaf in jax.tree.leaves(grads)]))


def _where(condition: Array, tree: Any, other: Any) -> Any:
    """One pytree or the other; None is zeros."""
    if other is None:
        return jax.tree.map(lambda leaf: jnp.where(condition, leaf, jnp.zeros_like(leaf)), tree)
    return jax.tree.map(lambda leaf, kept: jnp.where(condition, leaf, kept), tree, other)
