"""Keras 3 on the JAX backend is the oracle of the layers' numerics and defaults."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from trainer import layers

keras = pytest.importorskip("keras")

from tests.trainer.layers.keras_cases import Case  # noqa: E402
from tests.trainer.layers.keras_comparison import ALL_CASES, compare  # noqa: E402

TOLERANCE = 1e-5
QUICK_CASES = 2  # of a layer


def list_cases() -> Iterator[Any]:
    """Each case in each mode; more than a few of one layer are slow together."""
    seen: Counter[type] = Counter()
    for case in ALL_CASES:
        seen[type(case.ours)] += 1
        marks = [pytest.mark.slow] if seen[type(case.ours)] > QUICK_CASES else []
        for training in [False, True] if case.trains else [False]:
            yield pytest.param(case, training, id=f"{case.name}{'-training' if training else ''}", marks=marks)


@pytest.mark.parametrize(("case", "training"), list(list_cases()))
def test_layer_with_keras_weights_gives_keras_outputs_and_gradients(case: Case, training: bool) -> None:
    assert max(compare(case, training)) <= TOLERANCE


def test_glorot_uniform_fills_the_same_interval_as_keras() -> None:
    kernel, _ = layers.Dense(200).init(jax.random.key(1), jnp.ones((1, 100)))
    theirs = keras.initializers.GlorotUniform(seed=1)((100, 200))

    limit = (6 / 300) ** 0.5
    assert float(jnp.max(jnp.abs(kernel["kernel"]))) <= limit
    assert float(jnp.std(kernel["kernel"])) == pytest.approx(float(np.std(theirs)), rel=0.02)


def test_dropout_keeps_the_mean_and_the_share_of_keras() -> None:
    inputs = jnp.ones((400, 100))

    ours, _ = layers.Dropout(0.3).apply({}, {}, inputs, training=True, key=jax.random.key(0))
    theirs = keras.layers.Dropout(0.3, seed=0)(inputs, training=True)

    assert set(np.unique(ours)) == set(np.unique(theirs))
    assert float(jnp.mean(ours == 0)) == pytest.approx(0.3, abs=0.01)
    assert float(jnp.mean(ours)) == pytest.approx(1, abs=0.01)
