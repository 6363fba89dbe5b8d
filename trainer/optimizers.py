"""Optimizers: a name, a factory, or an Optax transformation, behind one interface that knows its learning rate."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from numbers import Real
from typing import Any, TypeAlias

import jax
import jax.numpy as jnp
import optax  # type: ignore[import-untyped]

from trainer.counts import as_python
from trainer.paths import leaf_paths
from trainer.protocols import Array, Params

Schedule: TypeAlias = Callable[[Any], Any]
OptimizerLike: TypeAlias = (
    "str | Callable[..., optax.GradientTransformation] | optax.GradientTransformation"
    " | Mapping[str, Any] | Optimizer | GroupedOptimizer"
)

RATE_TAG = "learning_rate"
# Where no learning rate is given: Keras' defaults.
DEFAULT_LEARNING_RATES: dict[str, float] = {"lion": 1e-4, "sgd": 1e-2}
DEFAULT_LEARNING_RATE = 1e-3
# What these do to a number depends on its own past alone, so it is the same in an array as in a vector of all arrays.
ELEMENTWISE = frozenset({
    optax.adabelief, optax.adadelta, optax.adagrad, optax.adam, optax.adamax, optax.adamaxw, optax.adamw,
    optax.amsgrad, optax.lion, optax.nadam, optax.nadamw, optax.radam, optax.rmsprop, optax.rprop, optax.sgd,
    optax.yogi,
})  # fmt: skip


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

    @property
    def is_elementwise(self) -> bool:
        """Whether each number is changed by its own gradient alone; False where that is not known."""
        return self.factory in ELEMENTWISE

    def init(self, params: Params, learning_rate: Any) -> Any:
        """Makes the optimizer state.

        Args:
            params: The parameters to optimise.
            learning_rate: Scalar that the state keeps; without effect where a schedule or a transformation sets it.
        """
        return self.transformation_for(learning_rate).init(params)

    def update(self, grads: Params, opt_state: Any, params: Params) -> tuple[Params, Any]:
        """Returns what is to be added to the params, and the new optimizer state."""
        # The number passed here is never read: with a factory, the state holds the learning rate.
        return _update(self.transformation_for(0.0), grads, opt_state, params)

    def learning_rates(self, opt_state: Any, step: Array) -> dict[str, Array]:
        """Returns the rate that the update number `step` (from 1) used, by tag; empty if it cannot be known.

        Args:
            opt_state: The state after that update.
            step: Scalar int32.
        """
        if self.factory is None and self.schedule is not None:
            return {RATE_TAG: jnp.asarray(self.schedule(step - 1), jnp.float32)}
        found: Any = optax.tree_utils.tree_get_all_with_path(opt_state, "learning_rate")
        return {RATE_TAG: jnp.asarray(found[0][1], jnp.float32)} if found else {}

    def transformation_for(self, learning_rate: Any) -> optax.GradientTransformation:
        """The transformation with that rate, where it is neither ready nor has a schedule."""
        if self.factory is None:
            assert self.transformation is not None
            return self.transformation
        others = tuple(set(inspect.signature(self.factory).parameters) - {"learning_rate"})
        inject = optax.inject_hyperparams(self.factory, static_args=others)
        return inject(learning_rate=learning_rate if self.schedule is None else self.schedule)


@dataclass(frozen=True)
class GroupedOptimizer:
    """An optimizer for each group of params, by patterns of their paths; the first pattern that fits counts.

    Attributes:
        groups: Pattern as for a shell (``encoder/*``), optimizer, and the rate that its state starts with.
    """

    groups: tuple[tuple[str, Optimizer, float], ...]

    is_elementwise = False

    def init(self, params: Params, learning_rate: Any) -> Any:
        """As `Optimizer.init`; each group has a rate of its own.

        Raises:
            ValueError: If a pattern is the first for no param, or a param fits none.
        """
        del learning_rate
        rates = {pattern: rate for pattern, _, rate in self.groups}
        return self._transformation(params, rates).init(params)

    def update(self, grads: Params, opt_state: Any, params: Params) -> tuple[Params, Any]:
        """As `Optimizer.update`."""
        return _update(self._transformation(params, {}), grads, opt_state, params)

    def learning_rates(self, opt_state: Any, step: Array) -> dict[str, Array]:
        """As `Optimizer.learning_rates`: ``learning_rate/encoder`` for ``encoder/*``, the plain tag for ``*``."""
        found: dict[str, Array] = {}
        for pattern, optimizer, _ in self.groups:
            words = pattern.strip("*/")
            rates = optimizer.learning_rates(opt_state.inner_states[pattern], step)
            found |= {f"{tag}/{words}" if words else tag: rate for tag, rate in rates.items()}
        return found

    def _transformation(self, params: Params, rates: Mapping[str, float]) -> optax.GradientTransformation:
        members = {pattern: member.transformation_for(rates.get(pattern, 0.0)) for pattern, member, _ in self.groups}
        return optax.multi_transform(members, self._labels(params))

    def _labels(self, params: Params) -> Params:
        paths = leaf_paths(params)
        labels = [self._label(path) for path in paths]
        for pattern, _, _ in self.groups:
            if pattern not in labels:
                raise ValueError(
                    f"optimizer must have patterns that fit params; got {pattern!r}, which is the first to fit none of "
                    f"{', '.join(paths)}. Correct it or put it further up."
                )
        labelled: Params = jax.tree.unflatten(jax.tree.structure(params), labels)
        return labelled

    def _label(self, path: str) -> str:
        found = next((pattern for pattern, _, _ in self.groups if fnmatchcase(path, pattern)), None)
        if found is None:
            raise ValueError(
                f"optimizer must have a pattern for every param; got none for {path}. Add one for '*', or freeze it "
                "by RunConfig(trainable=…)."
            )
        return found


AnyOptimizer: TypeAlias = Optimizer | GroupedOptimizer


@dataclass(frozen=True)
class _Constant:
    """A schedule that is always the same number."""

    value: float

    def __call__(self, step: Any) -> float:
        del step
        return self.value


def make_optimizer(
    optimizer: OptimizerLike, learning_rate: float | Schedule | None = None
) -> tuple[AnyOptimizer, float]:
    """Puts any accepted form of optimizer behind `Optimizer`.

    Args:
        optimizer: Name of an Optax optimizer, a function from ``learning_rate`` to a transformation, a transformation,
            or an `Optimizer`; or a dict of these by patterns of params (``{"head/*": "adam", "*": "sgd"}``), where a
            pair of an optimizer and a rate has a rate of its own.
        learning_rate: Number or schedule; None takes Keras' default for a name or factory. For a ready transformation
            it is used for the log only.

    Returns:
        The optimizer, and the learning rate to start its state with.

    Raises:
        ValueError: If the name is unknown or the rate is not positive.
        TypeError: If `optimizer` is something else.
    """
    schedule = learning_rate if callable(learning_rate) else None
    rate: Any = learning_rate if schedule is None else None
    if rate is not None and not _is_rate(as_python(rate)):
        raise ValueError(f"learning_rate must be positive; got {learning_rate!r}. Pass for example 1e-3.")
    if isinstance(optimizer, optax.MultiSteps):
        optimizer = optimizer.gradient_transformation()
    if isinstance(optimizer, Mapping):
        return _make_grouped(optimizer, learning_rate), 0.0
    if isinstance(optimizer, Optimizer | GroupedOptimizer):
        return optimizer, DEFAULT_LEARNING_RATE
    if isinstance(optimizer, optax.GradientTransformation):
        if schedule is None and learning_rate is not None:
            schedule = _Constant(float(learning_rate))  # type: ignore[arg-type]
        return Optimizer(None, optimizer, schedule), 0.0
    factory = _factory(optimizer)
    name = optimizer if isinstance(optimizer, str) else getattr(optimizer, "__name__", "")
    start = DEFAULT_LEARNING_RATES.get(name, DEFAULT_LEARNING_RATE) if learning_rate is None else learning_rate
    return Optimizer(factory, None, schedule), DEFAULT_LEARNING_RATE if callable(start) else float(start)


def _is_rate(rate: Any) -> bool:
    return not isinstance(rate, bool) and isinstance(rate, Real) and 0 < float(rate) < float("inf")


def _update(transformation: Any, grads: Params, opt_state: Any, params: Params) -> tuple[Params, Any]:
    try:
        updates, opt_state = transformation.update(grads, opt_state, params)
    except TypeError as error:
        if "required keyword-only" not in str(error):
            raise
        # As of L-BFGS, whose line search computes the loss again.
        raise TypeError(
            f"optimizer must need gradients, state and params alone; got one with more ({error}). Pass 'adam'."
        ) from error
    return updates, opt_state


def _make_grouped(optimizers: Mapping[str, Any], learning_rate: float | Schedule | None) -> GroupedOptimizer:
    if not optimizers:
        raise ValueError("optimizer must have a pattern; got an empty dict. Pass {'*': 'adam'}.")
    groups = []
    for pattern, given in optimizers.items():
        optimizer, rate = (
            given if isinstance(given, tuple) and len(given) == 2 and not _is_ready(given) else (given, learning_rate)
        )
        made, start = make_optimizer(optimizer, rate)
        if not isinstance(made, Optimizer):
            raise TypeError(f"optimizer of {pattern!r} must be one; got a dict. Write its patterns beside the others.")
        groups.append((pattern, made, start))
    return GroupedOptimizer(tuple(groups))


def _is_ready(optimizer: Any) -> bool:
    return isinstance(optimizer, optax.GradientTransformation)  # which is a tuple of two itself


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
