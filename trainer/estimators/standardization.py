"""Features and numbers to predict brought to mean 0 and deviation 1, as measured on the data of the first fit.

Both are layers whose state is measured, so a network learns equally well from any units, and a checkpoint holds them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from trainer.layers.base import Layer
from trainer.layers.checks import check_features
from trainer.protocols import Array, Batch, Params, State

# More rows do not tell a mean better than is needed here, and take a second for a million rows.
MOST_ROWS = 1 << 16


class Moments(Layer):
    """A layer whose state is the mean and the scale of each feature, ``(features,)`` each."""

    def init(self, key: Array, example: Any) -> tuple[Params, State]:
        """Makes the state of a layer that changes nothing; see `measure`."""
        del key
        return {}, _unit(example.shape[-1])


@dataclass(frozen=True)
class Standardize(Moments):
    """``(inputs - mean) / scale`` for each feature."""

    def apply(
        self, params: Params, state: State, inputs: Any, *, training: bool = False, key: Array | None = None
    ) -> tuple[Any, State]:
        """Maps ``(batch, features)`` to the same shape."""
        check_features(self, inputs, state["mean"].shape[0])
        values = (inputs.astype(jnp.float32) - state["mean"]) / state["scale"]
        return values.astype(self.policy.compute_dtype), state


@dataclass(frozen=True)
class Restore(Moments):
    """``inputs * scale + mean``, with gradients as if the labels were standardized, whatever their unit."""

    def apply(
        self, params: Params, state: State, inputs: Any, *, training: bool = False, key: Array | None = None
    ) -> tuple[Any, State]:
        """Maps ``(batch, features)`` to the same shape."""
        scale = state["scale"]
        return _with_gradient_times(inputs, 1 / scale**2) * scale + state["mean"], state


def measure(state: State, batch: Batch) -> State:
    """The state of a network with the moments of rows where layers named ``standardize`` and ``restore`` keep them.

    Args:
        state: As made by ``init``.
        batch: Features ``(n, d)``, labels and weights on the host; weights may be None.
    """
    rows = {"standardize": batch.features, "restore": batch.labels}
    # Weights of another model come with what it measured.
    names = [name for name in rows if name in state and _is_unit(state[name])]
    return {**state, **{name: _moments(rows[name], batch.weights) for name in names}}


def _unit(size: int) -> State:
    return {"mean": jnp.zeros(size), "scale": jnp.ones(size)}


def _is_unit(state: State) -> bool:
    return not np.any(state["mean"]) and bool(np.all(np.asarray(state["scale"]) == 1))


def _moments(values: np.ndarray, weights: np.ndarray | None) -> State:
    stride = -(-len(values) // MOST_ROWS)
    values = np.asarray(values[::stride], np.float64)
    weights = None if weights is None or not weights[::stride].any() else weights[::stride]
    mean = np.average(values, axis=0, weights=weights)
    deviation = np.sqrt(np.average((values - mean) ** 2, axis=0, weights=weights))
    # What rounding leaves of a constant column is no deviation.
    scale = np.where(deviation > 1e-6 * np.abs(mean), deviation, 1.0)
    return {"mean": jnp.asarray(mean, jnp.float32), "scale": jnp.asarray(scale, jnp.float32)}


@jax.custom_vjp
def _with_gradient_times(values: Array, factor: Array) -> Array:
    return values


def _forward(values: Array, factor: Array) -> tuple[Array, Array]:
    return values, factor


def _backward(factor: Array, cotangent: Array) -> tuple[Array, Array]:
    return cotangent * factor, jnp.zeros_like(factor)


_with_gradient_times.defvjp(_forward, _backward)
