from __future__ import annotations

import functools
import json
from typing import Any

import jax
import numpy as np
import optax
import pytest

from trainer import heads, layers
from trainer.describe import describe


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (layers.Dense(3), layers.Dense(4)),
        (layers.Sequential([layers.Dense(3)]), layers.Sequential([layers.Dense(3, "relu")])),
        (layers.Dense(3, jax.nn.relu), layers.Dense(3, jax.nn.tanh)),
        (heads.MultiClassHead(3), heads.MultiClassHead(3, ("a", "b", "c"))),
        (optax.sgd(0.1), optax.sgd(0.2)),
        (optax.linear_schedule(1.0, 0.0, 5), optax.linear_schedule(1.0, 0.0, 6)),
        (functools.partial(optax.adamw, weight_decay=0.1), functools.partial(optax.adamw, weight_decay=0.2)),
        ({"units": np.int64(3)}, {"units": np.int64(4)}),
    ],
)
def test_different_configurations_are_described_differently(one: Any, other: Any) -> None:
    assert describe(one) != describe(other)
    assert json.loads(json.dumps(describe(one))) == describe(one)


def test_models_built_the_same_way_are_described_alike() -> None:
    def build() -> layers.Model:
        x = layers.Input((4,))
        return layers.Model(x, layers.Dense(3, "relu")(x))

    assert describe(build()) == describe(build())


def test_function_that_refers_to_itself_is_described() -> None:
    def make() -> Any:
        def count(n: int) -> int:
            return 0 if n == 0 else count(n - 1)

        return count

    assert describe(make())["closure"] == {}
