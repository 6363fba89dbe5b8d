"""Learned vectors for positions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jax.numpy as jnp

from trainer.counts import check_count
from trainer.layers.base import Layer
from trainer.layers.checks import check_axes, check_features, title
from trainer.layers.constraints import Constraint
from trainer.layers.initializers import Initializer
from trainer.layers.regularizers import Regularizer
from trainer.protocols import Array, Params, State


@dataclass(frozen=True)
class PositionEmbedding(Layer):
    """A learned vector for each position, without the inputs: ``Residual(PositionEmbedding(512))`` adds them.

    Attributes:
        sequence_length: Number of positions; shorter sequences use the first of them.
        initializer: Name or function for ``embeddings`` ``(sequence_length, features)``.
        regularizer: Penalty on the vectors.
        constraint: Projection of the vectors after each update.

    References:
        ``keras_hub.layers.PositionEmbedding``.
    """

    sequence_length: int
    initializer: Initializer = "glorot_uniform"
    regularizer: Regularizer = None
    constraint: Constraint = None

    def __post_init__(self) -> None:
        """Refuses a length that no sequence has.

        Raises:
            ValueError: If it is not a positive integer.
        """
        super().__post_init__()
        self.replace_fields(sequence_length=check_count("sequence_length", self.sequence_length))

    def attached(self, weight: str, kind: str) -> Any:
        """The initializer, regularizer or constraint of the only weight."""
        del weight
        return getattr(self, kind)

    def init(self, key: Array, example: Any) -> tuple[Params, State]:
        """Makes ``embeddings`` ``(sequence_length, features)``.

        Raises:
            ValueError: If `example` has no axes of steps and features.
        """
        check_axes(self, example, "batch", "…", "steps", "features")
        return self.make_params(key, embeddings=(self.sequence_length, example.shape[-1])), {}

    def apply(
        self, params: Params, state: State, inputs: Any, *, training: bool = False, key: Array | None = None
    ) -> tuple[Any, State]:
        """Returns the vectors of the positions, in the shape ``(batch, …, steps, features)`` of `inputs`.

        Raises:
            ValueError: If there are more steps than positions, or another number of features.
        """
        del training, key
        check_features(self, inputs, self.param(params, "embeddings").shape[-1])
        steps = inputs.shape[-2]
        if steps > self.sequence_length:
            raise ValueError(
                f"inputs of {title(self)} must have at most sequence_length={self.sequence_length} steps; got {steps}. "
                "Make it longer, or cut the sequences."
            )
        embeddings = self.policy.cast(params["embeddings"])
        return jnp.broadcast_to(embeddings[:steps], inputs.shape), state
