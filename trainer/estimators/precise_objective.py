"""An objective under a precision policy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from trainer.layers import precision
from trainer.protocols import Array, Batch, Metric, Objective, Params, State


@dataclass(frozen=True)
class PreciseObjective:
    """Another objective, traced under a policy of `trainer.layers.precision`.

    Attributes:
        objective: What is trained.
        policy: Name of the policy.
    """

    objective: Objective
    policy: str

    @property
    def pads_batches(self) -> bool:
        """See `Objective`."""
        return self.objective.pads_batches

    def init(self, key: Array, batch: Batch) -> tuple[Params, State]:
        """See `Objective`."""
        with precision.use(self.policy):
            return self.objective.init(key, batch)

    def loss(self, params: Params, state: State, batch: Batch, key: Array) -> tuple[Array, State]:
        """See `Objective`."""
        with precision.use(self.policy):
            return self.objective.loss(params, state, batch, key)

    def trainable(self, params: Params, patterns: Sequence[str] | None) -> Any:
        """See `Objective`."""
        return self.objective.trainable(params, patterns)

    def constrain(self, params: Params) -> Params:
        """See `Objective`."""
        return self.objective.constrain(params)

    def metrics(self, params: Params, state: State, batch: Batch) -> Mapping[str, Metric]:
        """See `Objective`."""
        with precision.use(self.policy):
            return self.objective.metrics(params, state, batch)

    def predict(self, params: Params, state: State, features: Any) -> dict[str, Array]:
        """See `Objective`."""
        with precision.use(self.policy):
            return self.objective.predict(params, state, features)
