"""Vectors for integers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jax.numpy as jnp

from trainer.counts import check_count
from trainer.layers.base import Layer
from trainer.layers.checks import check_integers
from trainer.layers.constraints import Constraint
from trainer.layers.initializers import Initializer
from trainer.layers.regularizers import Regularizer
from trainer.protocols import Array, Params, State


@dataclass(frozen=True)
class Embedding(Layer):
    """Row of a table for each integer.

    An index outside ``[0, input_dim)`` gives NaN: a compiled program cannot raise, and clamping would train on with the
    wrong row. There is no ``mask_zero``, since nothing travels unseen beside an array: layers that take a mask take it
    as an input, ``LSTM(8)(Embedding(100, 4)(ids), mask=Lambda(lambda ids: ids != 0)(ids))``.

    Attributes:
        input_dim: Number of rows, the largest index and one.
        output_dim: Size of a row.
        embeddings_initializer: Name or function for ``embeddings`` ``(input_dim, output_dim)``.
        embeddings_regularizer: Penalty on the table.
        activity_regularizer: Penalty on the outputs of each row of the batch.
        embeddings_constraint: Projection of the table after each update.
    """

    input_dim: int
    output_dim: int
    embeddings_initializer: Initializer = "random_uniform"
    embeddings_regularizer: Regularizer = None
    activity_regularizer: Regularizer = None
    embeddings_constraint: Constraint = None

    def __post_init__(self) -> None:
        """Refuses sizes that no table has.

        Raises:
            ValueError: If one is not a positive integer.
        """
        super().__post_init__()
        self.replace_fields(
            input_dim=check_count("input_dim", self.input_dim), output_dim=check_count("output_dim", self.output_dim)
        )

    def init(self, key: Array, example: Any) -> tuple[Params, State]:
        """Makes ``embeddings`` ``(input_dim, output_dim)``.

        Raises:
            TypeError: If `example` is not of integers.
        """
        check_integers(self, example)
        return self.make_params(key, embeddings=(self.input_dim, self.output_dim)), {}

    def apply(
        self, params: Params, state: State, inputs: Any, *, training: bool = False, key: Array | None = None
    ) -> tuple[Any, State]:
        """Maps integers ``(batch, …)`` to ``(batch, …, output_dim)``.

        Raises:
            TypeError: If `inputs` are not integers.
        """
        del training, key
        check_integers(self, inputs)
        embeddings = self.policy.cast(self.param(params, "embeddings"))
        # A negative index would count from the end, as everywhere in NumPy.
        indices = jnp.where(inputs < 0, self.input_dim, inputs)
        return self.penalize(embeddings.at[indices].get(mode="fill", fill_value=jnp.nan)), state
