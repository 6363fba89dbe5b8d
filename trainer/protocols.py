"""The words that every part of the trainer uses: params, state, batch, network.

``params`` and ``state`` are dicts of dicts of arrays, keyed by layer name: ``{"dense_0": {"kernel": …, "bias": …}}``.
``params`` are what the optimizer changes, ``state`` is what else a layer carries from step to step.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Protocol, TypeAlias, runtime_checkable

import jax

Array: TypeAlias = jax.Array
Params: TypeAlias = dict[str, Any]
State: TypeAlias = dict[str, Any]


class Mode(enum.StrEnum):
    """What a ``model_fn`` is asked to describe."""

    TRAIN = "train"
    EVAL = "eval"
    PREDICT = "predict"


class Batch(NamedTuple):
    """Rows that are processed together.

    Attributes:
        features: Array or pytree of arrays, each ``(batch, …)``.
        labels: Array ``(batch, …)``, or None.
        weights: Weight of each row, ``(batch,)`` float32; 0 marks a row that only fills the shape.
    """

    features: Any
    labels: Any
    weights: Any


@runtime_checkable
class Network(Protocol):
    """A pure function from inputs to outputs with named parameters; every layer and model is one."""

    def init(self, key: Array, example: Any) -> tuple[Params, State]:
        """Makes the parameters and the state for inputs like `example`.

        Args:
            key: PRNG key.
            example: Array or ``jax.ShapeDtypeStruct`` ``(batch, …)``, or a pytree of them; only shape and dtype count.
        """

    def apply(
        self, params: Params, state: State, inputs: Any, *, training: bool, key: Array | None
    ) -> tuple[Any, State]:
        """Computes the outputs.

        Args:
            params: As made by `init`.
            state: As made by `init` or by the last `apply`.
            inputs: Array ``(batch, …)``, or a pytree of arrays.
            training: Whether dropout and the like are active.
            key: PRNG key of this step; None where nothing random happens.

        Returns:
            The outputs and the new state.
        """


class Metric(Protocol):
    """A pytree of sums that add up over batches; see `trainer.metrics`."""

    def compute(self) -> Any:
        """Returns the value, a scalar."""


class Objective(Protocol):
    """What is trained: the loss of a batch as a function of params. Hashable, so that compiled programs are shared."""

    def __hash__(self) -> int: ...

    @property
    def pads_batches(self) -> bool:
        """Whether a short batch may be filled up with rows of weight 0; else it gets a program of its own."""

    def init(self, key: Array, batch: Batch) -> tuple[Params, State]:
        """Makes params and state for batches like `batch`."""

    def loss(self, params: Params, state: State, batch: Batch, key: Array) -> tuple[Array, State]:
        """Returns the scalar loss of a training batch and the new state."""

    def trainable(self, params: Params, patterns: Sequence[str] | None) -> Any:
        """Which params the optimizer changes, a pytree of bools; those whose path fits a pattern, or all.

        Raises:
            ValueError: If a pattern fits none.
        """

    def constrain(self, params: Params) -> Params:
        """Returns updated params with what they must hold restored."""

    def metrics(self, params: Params, state: State, batch: Batch) -> Mapping[str, Metric]:
        """Returns the metrics of an evaluation batch, by name."""

    def predict(self, params: Params, state: State, features: Any) -> dict[str, Array]:
        """Returns what is predicted for each row; the values are ``(batch, …)``."""


class TrainState(NamedTuple):
    """Everything that a training step changes.

    Attributes:
        params: What the optimizer changes.
        state: What else layers carry from step to step.
        opt_state: The optimizer's own.
        step: Number of steps done, scalar int32.
    """

    params: Any
    state: Any
    opt_state: Any
    step: Any
