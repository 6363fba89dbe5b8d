"""Normalisation of each row over its features."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp

from trainer.layers.base import Layer
from trainer.layers.constraints import Constraint
from trainer.layers.initializers import Initializer
from trainer.layers.norms import along, as_axis, axes_of, check_epsilon, scale_and_shift, statistics_dtype
from trainer.layers.regularizers import Regularizer
from trainer.protocols import Array, Params, State

# Below the square of any number that is not as good as 0; without it, rows of zeros would have no finite gradient.
_LEAST = 1e-24


@dataclass(frozen=True)
class LayerNormalization(Layer):
    """``gamma · (inputs - mean) / √(variance + epsilon) + beta``, with the moments over the features of each row.

    Computed in float32 at least.

    Attributes:
        axis: Of the features, one or several.
        epsilon: Added to the variance.
        center: Whether there is a ``beta``.
        scale: Whether there is a ``gamma``.
        beta_initializer: For ``beta``, of the shape of the features.
        gamma_initializer: For ``gamma``, of the shape of the features.
        beta_regularizer: Penalty on ``beta``.
        gamma_regularizer: Penalty on ``gamma``.
        beta_constraint: Projection of ``beta`` after each update.
        gamma_constraint: Projection of ``gamma`` after each update.

    References:
        Ba et al. 2016, arXiv:1607.06450.
    """

    axis: int | tuple[int, ...] = -1
    epsilon: float = 1e-3
    center: bool = True
    scale: bool = True
    beta_initializer: Initializer = "zeros"
    gamma_initializer: Initializer = "ones"
    beta_regularizer: Regularizer = None
    gamma_regularizer: Regularizer = None
    beta_constraint: Constraint = None
    gamma_constraint: Constraint = None

    def __post_init__(self) -> None:
        """Refuses an epsilon that keeps nothing from 0.

        Raises:
            ValueError: If `epsilon` is not positive.
        """
        super().__post_init__()
        check_epsilon(self.epsilon)
        self.replace_fields(axis=as_axis(self.axis))

    def init(self, key: Array, example: Any) -> tuple[Params, State]:
        """Makes ``gamma`` and ``beta``, of the shape of the features.

        Raises:
            ValueError: If `example` has no such axes.
        """
        shape = [example.shape[axis] for axis in axes_of(self, example, self.axis)]
        return self.make_params(key, gamma=shape if self.scale else None, beta=shape if self.center else None), {}

    def apply(
        self, params: Params, state: State, inputs: Any, *, training: bool = False, key: Array | None = None
    ) -> tuple[Any, State]:
        """Maps any shape to the same shape."""
        del training, key
        axes = axes_of(self, inputs, self.axis)
        values = inputs.astype(statistics_dtype(inputs.dtype))
        mean, variance = jnp.mean(values, axes, keepdims=True), jnp.var(values, axes, keepdims=True)
        normalised = (values - mean) * jax.lax.rsqrt(variance + self.epsilon)
        return scale_and_shift(self, normalised, params, axes).astype(self.policy.compute_dtype), state


@dataclass(frozen=True)
class RMSNormalization(Layer):
    """``scale · inputs / √(mean(inputs²) + epsilon)``, with the mean over the features of each row.

    Computed in float32 at least.

    Attributes:
        axis: Of the features, one or several.
        epsilon: Added to the mean.
        scale_initializer: For ``scale``, of the shape of the features.

    References:
        Zhang & Sennrich 2019, arXiv:1910.07467.
    """

    axis: int | tuple[int, ...] = -1
    epsilon: float = 1e-6
    scale_initializer: Initializer = "ones"

    def __post_init__(self) -> None:
        """Refuses an epsilon that keeps nothing from 0.

        Raises:
            ValueError: If `epsilon` is not positive.
        """
        super().__post_init__()
        check_epsilon(self.epsilon)
        self.replace_fields(axis=as_axis(self.axis))

    def init(self, key: Array, example: Any) -> tuple[Params, State]:
        """Makes ``scale``, of the shape of the features.

        Raises:
            ValueError: If `example` has no such axes.
        """
        return self.make_params(key, scale=[example.shape[axis] for axis in axes_of(self, example, self.axis)]), {}

    def apply(
        self, params: Params, state: State, inputs: Any, *, training: bool = False, key: Array | None = None
    ) -> tuple[Any, State]:
        """Maps any shape to the same shape."""
        del training, key
        axes = axes_of(self, inputs, self.axis)
        values = inputs.astype(statistics_dtype(inputs.dtype))
        squares = jnp.mean(jnp.square(values), axes, keepdims=True)
        scale = along(self.param(params, "scale").astype(values.dtype), axes, values.ndim)
        return (values * jax.lax.rsqrt(squares + self.epsilon) * scale).astype(self.policy.compute_dtype), state


@dataclass(frozen=True)
class UnitNormalization(Layer):
    """``inputs / √sum(inputs²)``, with the sum over the features of each row; a row of zeros stays 0.

    Computed in float32 at least.

    Attributes:
        axis: Of the features, one or several.
    """

    axis: int | tuple[int, ...] = -1

    def __post_init__(self) -> None:
        """Makes a list of axes a tuple."""
        super().__post_init__()
        self.replace_fields(axis=as_axis(self.axis))

    def call(self, inputs: Any) -> Array:
        """Maps any shape to the same shape."""
        axes = axes_of(self, inputs, self.axis)
        values = inputs.astype(statistics_dtype(inputs.dtype))
        squares = jnp.maximum(jnp.sum(jnp.square(values), axes, keepdims=True), _LEAST)
        outputs: Array = (values * jax.lax.rsqrt(squares)).astype(self.policy.compute_dtype)
        return outputs
