"""A network with a head, as something that can be trained."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import jax
import jax.numpy as jnp

from trainer import passes
from trainer.heads import Head
from trainer.layers import precision
from trainer.layers.weights import constrain, has_attached, penalty, trainable_mask
from trainer.protocols import Array, Batch, Metric, Network, Params, State

EvalMetricsFn: TypeAlias = Callable[[Any, dict[str, Array], Array], Mapping[str, Metric]]


@dataclass(frozen=True)
class NetworkObjective:
    """The weighted mean of the head's loss over the rows of a batch, and the penalties of the layers' regularisers.

    Attributes:
        network: From features to logits.
        head: From logits to the rest.
        eval_metrics: From encoded labels, predictions and weights of a batch to more metrics by name; they change
            nothing that is trained.
    """

    network: Network
    head: Head
    eval_metrics: EvalMetricsFn | None = field(default=None, repr=False)

    pads_batches = True

    def init(self, key: Array, batch: Batch) -> tuple[Params, State]:
        """Makes params and state, and checks that the network returns what the head needs.

        Raises:
            ValueError: If features do not fit the network, or its logits do not fit the head.
            TypeError: If `eval_metrics` returns something else.
        """
        params, state = self.network.init(key, batch.features)
        jax.eval_shape(self._check_loss, params, state, batch, key)
        if self.eval_metrics is not None:
            jax.eval_shape(self.metrics, params, state, batch)
        return params, state

    def _check_loss(self, *args: Any) -> Array:
        with passes.collect():
            return self.loss(*args)[0]

    def loss(self, params: Params, state: State, batch: Batch, key: Array) -> tuple[Array, State]:
        """The loss of a training batch, a scalar, and the new state."""
        logits, state = self._apply(params, state, batch.features, training=True, key=key)
        with jax.named_scope("loss"):
            losses = self.head.training_losses(logits, batch.labels)
            total = jnp.sum(batch.weights)
            # A batch may hold nothing but rows without weight.
            loss = jnp.sum(losses * batch.weights) / jnp.where(total > 0, total, 1.0)
            if has_attached(self.network, "regularizer"):
                loss += penalty(self.network, params)
            return loss, state

    def trainable(self, params: Params, patterns: Sequence[str] | None) -> Any:
        """Without those of layers with ``trainable=False``."""
        return trainable_mask(self.network, params, patterns)

    def constrain(self, params: Params) -> Params:
        """What the layers' constraints make of them."""
        return constrain(self.network, params) if has_attached(self.network, "constraint") else params

    def metrics(self, params: Params, state: State, batch: Batch) -> Mapping[str, Metric]:
        """The head's metrics of an evaluation batch, and what `eval_metrics` adds.

        Raises:
            TypeError: If that is no dict of metrics.
        """
        logits, _ = self._apply(params, state, batch.features)
        found = self.head.metrics(logits, batch.labels, batch.weights)
        if self.eval_metrics is None:
            return found
        more = self.eval_metrics(batch.labels, self.head.predictions(logits), batch.weights)
        return {**found, **_check_metrics(more)}

    def predict(self, params: Params, state: State, features: Any) -> dict[str, Array]:
        """The head's predictions."""
        logits, _ = self._apply(params, state, features)
        return self.head.predictions(logits)

    def _apply(
        self, params: Params, state: State, features: Any, *, training: bool = False, key: Array | None = None
    ) -> tuple[Any, State]:
        """The network's outputs, in the type that the policy of the trace hands to a head, and the new state."""
        outputs, state = self.network.apply(params, state, features, training=training, key=key)
        return precision.current().cast_outputs(outputs), state


def _check_metrics(found: Any) -> Mapping[str, Metric]:
    if not isinstance(found, Mapping):
        raise TypeError(f"eval_metrics must return metrics by name; got {type(found).__name__}. Return a dict.")
    for name, metric in found.items():
        if not hasattr(metric, "compute"):
            kind = f"an array of shape {metric.shape}" if hasattr(metric, "shape") else repr(metric)
            raise TypeError(
                f"{name!r} of eval_metrics must be one of trainer.metrics; got {kind}. "
                "Return metrics.mean(values, weights), for example, of a value a row."
            )
    return found
