"""Normalisation over the batch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp

from trainer import passes
from trainer.layers.base import Layer
from trainer.layers.checks import check_axes, check_features, check_share, title
from trainer.layers.constraints import Constraint
from trainer.layers.initializers import Initializer
from trainer.layers.norms import along, axes_of, check_epsilon, scale_and_shift, statistics_dtype
from trainer.layers.regularizers import Regularizer
from trainer.protocols import Array, Params, State


@dataclass(frozen=True)
class BatchNormalization(Layer):
    """``gamma · (inputs - mean) / √(variance + epsilon) + beta``, with the moments of each feature over the batch.

    While training the moments are those of the batch, of its real rows alone (`trainer.passes.row_mask`), and moving
    averages of them are kept in the state. Otherwise, and where the step changes neither ``gamma`` nor ``beta`` (by
    ``trainable=False``, here or in a layer around it, or by ``RunConfig(trainable=…)``), the moving averages are used
    and stay. All of it is computed in float32 at least.

    Attributes:
        axis: Of the features.
        momentum: Share of the moving averages that each step keeps, in [0, 1).
        epsilon: Added to the variance.
        center: Whether there is a ``beta``.
        scale: Whether there is a ``gamma``.
        beta_initializer: For ``beta`` ``(features,)``.
        gamma_initializer: For ``gamma`` ``(features,)``.
        moving_mean_initializer: For the moving average of the mean.
        moving_variance_initializer: For the moving average of the variance, which is that of the batch, divided by n.
        beta_regularizer: Penalty on ``beta``.
        gamma_regularizer: Penalty on ``gamma``.
        beta_constraint: Projection of ``beta`` after each update.
        gamma_constraint: Projection of ``gamma`` after each update.

    References:
        Ioffe & Szegedy 2015, arXiv:1502.03167.
    """

    axis: int = -1
    momentum: float = 0.99
    epsilon: float = 1e-3
    center: bool = True
    scale: bool = True
    beta_initializer: Initializer = "zeros"
    gamma_initializer: Initializer = "ones"
    moving_mean_initializer: Initializer = "zeros"
    moving_variance_initializer: Initializer = "ones"
    beta_regularizer: Regularizer = None
    gamma_regularizer: Regularizer = None
    beta_constraint: Constraint = None
    gamma_constraint: Constraint = None

    def __post_init__(self) -> None:
        """Refuses a momentum or epsilon that normalises nothing.

        Raises:
            ValueError: If `momentum` is outside [0, 1), or `epsilon` is not positive.
        """
        super().__post_init__()
        check_epsilon(self.epsilon)
        self.replace_fields(momentum=check_share("momentum", self.momentum))

    def init(self, key: Array, example: Any) -> tuple[Params, State]:
        """Makes ``gamma`` and ``beta``, and in the state ``moving_mean`` and ``moving_variance``, all ``(features,)``.

        Raises:
            ValueError: If `example` has no such axis.
        """
        check_axes(self, example, "batch", "…", "features")
        (axis,) = axes_of(self, example, self.axis)
        shape = (example.shape[axis],)
        params = self.make_params(key, gamma=shape if self.scale else None, beta=shape if self.center else None)
        averages = self.make_params(key, moving_mean=shape, moving_variance=shape)
        dtype = statistics_dtype(self.policy.param_dtype)
        return params, {name: average.astype(dtype) for name, average in averages.items()}

    def apply(
        self, params: Params, state: State, inputs: Any, *, training: bool = False, key: Array | None = None
    ) -> tuple[Any, State]:
        """Maps any shape to the same shape.

        Raises:
            ValueError: If the inputs have another number of features.
        """
        del key
        check_features(self, inputs, state["moving_mean"].shape[0], self.axis)
        (axis,) = axes_of(self, inputs, self.axis)
        values = inputs.astype(statistics_dtype(inputs.dtype))
        if training and self.trainable and not passes.is_frozen():
            mean, variance = self._moments(values, axis)
            state = self._moved(state, mean, variance)
        else:
            mean, variance = state["moving_mean"], state["moving_variance"]
        mean, variance = along(mean, (axis,), values.ndim), along(variance, (axis,), values.ndim)
        normalised = (values - mean) * jax.lax.rsqrt(variance + self.epsilon)
        return scale_and_shift(self, normalised, params, (axis,)).astype(self.policy.compute_dtype), state

    def _moments(self, values: Array, axis: int) -> tuple[Array, Array]:
        """Mean and variance of each feature over the real rows, ``(features,)``."""
        others = tuple(number for number in range(values.ndim) if number != axis)
        mask = passes.row_mask()
        if mask is None:
            return jnp.mean(values, others), jnp.var(values, others)
        if mask.shape[0] != values.shape[0]:
            raise ValueError(
                f"inputs of {title(self)} must have one row for each of {mask.shape[0]} in the batch; got "
                f"{values.shape[0]}. Keep the first axis as it is."
            )
        is_real = along(mask, (0,), values.ndim)
        # Of a batch without a real row the moments are 0, not undefined.
        number = jnp.maximum(jnp.sum(mask), 1) * (values.size // values.shape[0] // values.shape[axis])
        mean = jnp.sum(values, others, where=is_real) / number
        centered = values - along(mean, (axis,), values.ndim)
        return mean, jnp.sum(jnp.square(centered), others, where=is_real) / number

    def _moved(self, state: State, mean: Array, variance: Array) -> State:
        batch = {"moving_mean": mean, "moving_variance": variance}
        return {
            name: (average * self.momentum + batch[name] * (1 - self.momentum)).astype(average.dtype)
            for name, average in state.items()
        }
