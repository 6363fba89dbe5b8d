"""Optimizers: a name, a factory, or an Optax transformation, behind one interface that knows its learning rate."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import jax.numpy as jnp
import optax  # type: ignore[import-untyped]

from trainer.protocols import Array, Params

Schedule: TypeAlias = Callable[[Any], Any]
OptimizerLike: TypeAlias = (
    "str | Callable[..., optax.GradientTransformation] | optax.GradientTransformation | Optimizer"
)

# Where no learning rate is given: Keras' defaults.
DEFAULT_LEARNING_RATES: dict[str, float] = {"lion": 1e-4, "sgd": 1e-2}
DEFAULT_LEARNING_RATE = 1e-3


@dataclass(frozen=True)
class Optimizer:
    """An Optax transformation whose learning rate can be logged. Hashable, so that compiled programs can be shared.

    Attributes:
        factory: Makes the transformation from a ``learning_rate``; None if `transformation` is given.
        transformation: A ready transformation; None if `factory` is given.
        schedule: Learning rate by number of updates done; None if it is a number.
    """

    factory: Callable[..., optax.GradientTransformation] | None
    transformation: optax.GradientTransformation | None
    schedule: Schedule | None

    def init(self, params: Params, learning_rate: Any) -> Any:
        """Makes the optimizer state.

        Args:
            params: The parameters to optimise.
            learning_rate: Scalar that the state keeps; without effect where a schedule or a transformation sets it.
        """
        return self._transformation(learning_rate).init(params)

    def update(self, grads: Params, opt_state: Any, params: Params) -> tuple[Params, Any]:
        """Returns what is to be added to the params, and the new optimizer state."""
        # The number passed here is never read: with a factory, the state holds the learning rate.
        updates, opt_state = self._transformation(0.0).update(grads, opt_state, params)
        return updates, opt_state

    def learning_rate(self, opt_state: Any, step: Array) -> Array | None:
        """Returns the rate that the update number `step` (from 1) used, a scalar, or None if it cannot be known.

        Args:
            opt_state: The state after that update.
            step: Scalar int32.
        """
        if self.factory is None and self.schedule is not None:
            return jnp.asarray(self.schedule(step - 1), jnp.float32)
        found: Any = optax.tree_utils.tree_get_all_with_path(opt_state, "learning_rate")
        return jnp.asarray(found[0][1], jnp.float32) if found else None

    def _transformation(self, learning_rate: Any) -> optax.GradientTransformation:
        if self.factory is None:
            assert self.transformation is not None
            return self.transformation
        others = tuple(set(inspect.signature(self.factory).parameters) - {"learning_rate"})
        inject = optax.inject_hyperparams(self.factory, static_args=others)
        return inject(learning_rate=learning_rate if self.schedule is None else self.schedule)


@dataclass(frozen=True)
class _Constant:
    """A schedule that is always the same number."""

    value: float

    def __call__(self, step: Any) -> float:
        del step
        return self.value


def make_optimizer(optimizer: OptimizerLike, learning_rate: float | Schedule | None = None) -> tuple[Optimizer, float]:
    """Puts any accepted form of optimizer behind `Optimizer`.

    Args:
        optimizer: Name of an Optax optimizer, a function from ``learning_rate`` to a transformation, a transformation,
            or an `Optimizer`.
        learning_rate: Number or schedule; None takes Keras' default for a name or factory. For a ready transformation
            it is used for the log only.

    Returns:
        The optimizer, and the learning rate to start its state with.

    Raises:
        ValueError: If the name is unknown or the rate is not positive.
        TypeError: If `optimizer` is something else.
    """
    schedule = learning_rate if callable(learning_rate) else None
    if not callable(learning_rate) and learning_rate is not None and not learning_rate > 0:
        raise ValueError(f"learning_rate must be positive; got {learning_rate!r}. Pass for example 1e-3.")
    if isinstance(optimizer, Optimizer):
        return optimizer, DEFAULT_LEARNING_RATE
    if isinstance(optimizer, optax.GradientTransformation):
        if schedule is None and learning_rate is not None:
            schedule = _Constant(float(learning_rate))  # type: ignore[arg-type]
        return Optimizer(None, optimizer, schedule), 0.0
    factory = _factory(optimizer)
    name = optimizer if isinstance(optimizer, str) else getattr(optimizer, "__name__", "")
    start = DEFAULT_LEARNING_RATES.get(name, DEFAULT_LEARNING_RATE) if learning_rate is None else learning_rate
    return Optimizer(factory, None, schedule), DEFAULT_LEARNING_RATE if callable(start) else float(start)


def _factory(optimizer: Any) -> Callable[..., optax.GradientTransformation]:
    if isinstance(optimizer, str):
        factory: Any = getattr(optax, optimizer, None)
        if factory is None or not _takes_learning_rate(factory):
            raise ValueError(
                f"optimizer must be the name of an Optax optimizer; got {optimizer!r}. Pass for example 'adam'."
            )
        return factory  # type: ignore[no-any-return]
    if not callable(optimizer):
        raise TypeError(
            f"optimizer must be a name, a function or an Optax transformation; got {optimizer!r}. Pass 'adam'."
        )
    if not _takes_learning_rate(optimizer):
        raise ValueError(
            f"optimizer must take learning_rate=; got {optimizer!r}. Call it yourself and pass the transformation."
        )
    return optimizer  # type: ignore[no-any-return]


def _takes_learning_rate(factory: Any) -> bool:
    return callable(factory) and "learning_rate" in inspect.signature(factory).parameters
