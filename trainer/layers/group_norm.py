"""Normalisation of each row over groups of channels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp

from trainer.counts import check_count
from trainer.layers.base import Layer
from trainer.layers.checks import check_features, title
from trainer.layers.constraints import Constraint
from trainer.layers.initializers import Initializer
from trainer.layers.norms import axes_of, check_epsilon, scale_and_shift, statistics_dtype
from trainer.layers.regularizers import Regularizer
from trainer.protocols import Array, Params, State


@dataclass(frozen=True)
class GroupNormalization(Layer):
    """``gamma · (inputs - mean) / √(variance + epsilon) + beta``, with the moments of each row and group of channels.

    Computed in float32 at least.

    Attributes:
        groups: Number of groups, which divides that of the channels; -1 makes each channel one.
        axis: Of the channels.
        epsilon: Added to the variance.
        center: Whether there is a ``beta``.
        scale: Whether there is a ``gamma``.
        beta_initializer: For ``beta`` ``(channels,)``.
        gamma_initializer: For ``gamma`` ``(channels,)``.
        beta_regularizer: Penalty on ``beta``.
        gamma_regularizer: Penalty on ``gamma``.
        beta_constraint: Projection of ``beta`` after each update.
        gamma_constraint: Projection of ``gamma`` after each update.

    References:
        Wu & He 2018, arXiv:1803.08494.
    """

    groups: int = 32
    axis: int = -1
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
        """Refuses hyperparameters that no layer can have.

        Raises:
            ValueError: If `groups` is neither positive nor -1, or `epsilon` is not positive.
        """
        super().__post_init__()
        check_epsilon(self.epsilon)
        self.replace_fields(groups=-1 if self.groups == -1 else check_count("groups", self.groups))

    def init(self, key: Array, example: Any) -> tuple[Params, State]:
        """Makes ``gamma`` and ``beta`` ``(channels,)``.

        Raises:
            ValueError: If `example` has no such axis, or its length is no multiple of `groups`.
        """
        (axis,) = axes_of(self, example, self.axis)
        shape = (example.shape[axis],)
        if shape[0] % self.groups:
            raise ValueError(
                f"inputs of {title(self)} must have a multiple of {self.groups} channels, its groups; got {shape[0]}. "
                "Change groups."
            )
        return self.make_params(key, gamma=shape if self.scale else None, beta=shape if self.center else None), {}

    def apply(
        self, params: Params, state: State, inputs: Any, *, training: bool = False, key: Array | None = None
    ) -> tuple[Any, State]:
        """Maps any shape to the same shape.

        Raises:
            ValueError: If the inputs have another number of channels.
        """
        del training, key
        (axis,) = axes_of(self, inputs, self.axis)
        for param in params.values():
            check_features(self, inputs, param.shape[0], axis)
        channels = inputs.shape[axis]
        groups = channels if self.groups == -1 else self.groups
        shape = (*inputs.shape[:axis], groups, channels // groups, *inputs.shape[axis + 1 :])
        values = inputs.astype(statistics_dtype(inputs.dtype)).reshape(shape)
        others = tuple(number for number in range(1, values.ndim) if number != axis)
        mean, variance = jnp.mean(values, others, keepdims=True), jnp.var(values, others, keepdims=True)
        normalised = ((values - mean) * jax.lax.rsqrt(variance + self.epsilon)).reshape(inputs.shape)
        return scale_and_shift(self, normalised, params, (axis,)).astype(self.policy.compute_dtype), state
