"""Under a mixed policy the layers compute in 16 bits; a head, its losses and its predictions never do."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from trainer import heads, layers
from trainer.estimators.network_objective import NetworkObjective
from trainer.estimators.precise_objective import PreciseObjective
from trainer.protocols import Batch

CLASSES = np.array([0, 1, 0, 1], np.int32)
NUMBERS = np.array([[0.0], [1.0], [1.0], [0.0]], np.float32)
HEADS: list[tuple[Any, Any]] = [
    (heads.BinaryHead(), CLASSES),
    (heads.MultiClassHead(3), CLASSES),
    (heads.MultiLabelHead(2), np.eye(2, dtype=np.int32)[CLASSES]),
    (heads.RegressionHead(), NUMBERS),
    (heads.PoissonHead(), NUMBERS),
    (heads.LogisticRegressionHead(), NUMBERS),
    (
        heads.MultiHead({"a": heads.BinaryHead(), "b": heads.RegressionHead()}),
        {"a": CLASSES, "b": NUMBERS},
    ),
]


@pytest.mark.parametrize("policy", ["mixed_bfloat16", "mixed_float16"])
@pytest.mark.parametrize(("head", "labels"), HEADS, ids=lambda value: type(value).__name__)
def test_losses_and_predictions_are_float32(head: Any, labels: Any, policy: str) -> None:
    seen = []

    class Spy(layers.Dense):
        def apply(self, *args: Any, **options: Any) -> Any:
            outputs, state = super().apply(*args, **options)
            seen.append(outputs.dtype)
            return outputs, state

    objective = PreciseObjective(NetworkObjective(Spy(head.logits_dimension), head), policy)
    batch = Batch(np.ones((4, 2), np.float32), head.encode_labels(labels), np.ones(4, np.float32))
    key = jax.random.key(0)
    params, state = objective.init(key, batch)

    loss, _ = objective.loss(params, state, batch, key)
    computed = {"loss": loss, **objective.predict(params, state, batch.features)}
    sums = jax.tree.leaves(objective.metrics(params, state, batch))

    assert set(seen) == {jnp.dtype(policy.removeprefix("mixed_"))}
    floats = [leaf for leaf in [*computed.values(), *sums] if jnp.issubdtype(leaf.dtype, np.floating)]
    assert len(floats) > 1
    assert {leaf.dtype for leaf in floats} == {jnp.dtype(np.float32)}
