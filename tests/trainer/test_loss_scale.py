"""The dynamic loss scale beside `optax.apply_if_finite` and a factor worked out by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from summaries import load
from trainer import Estimator, EstimatorSpec, RunConfig, layers
from trainer.loss_scale import GROWTH_STEPS, DynamicLossScale, LossScaleState
from trainer.optimizers import make_optimizer

PARAMS = {"kernel": jnp.array([1.0, -2.0]), "bias": jnp.array([0.5])}


def grads_of(first: float) -> Any:
    return {"kernel": jnp.array([first, 3.0]), "bias": jnp.array([-1.0])}


def test_steps_without_finite_gradients_are_left_out_as_optax_does() -> None:
    optimizer, rate = make_optimizer("adam", 0.1)
    scaled, by_hand = DynamicLossScale(optimizer), optax.apply_if_finite(optax.adam(0.1), max_consecutive_errors=99)
    state, expected_state = scaled.init(PARAMS, rate), by_hand.init(PARAMS)
    params = expected = PARAMS

    for first in (1.0, np.inf, 2.0, np.nan, -1.0):
        updates, state = scaled.update(grads_of(first), state, params)
        params = optax.apply_updates(params, updates)
        updates, expected_state = by_hand.update(grads_of(first), expected_state, expected)
        expected = optax.apply_updates(expected, updates)

    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-6), params, expected)


def test_factor_is_halved_by_an_overflow_and_doubled_after_many_steps_without() -> None:
    optimizer, rate = make_optimizer("sgd", 0.1)
    scaled = DynamicLossScale(optimizer)
    state = scaled.init(PARAMS, rate)
    assert state.scale == 32768

    _, state = scaled.update(grads_of(np.inf), state, PARAMS)
    assert (state.scale, state.num_finite) == (16384, 0)
    _, state = scaled.update(grads_of(1.0), state, PARAMS)
    assert (state.scale, state.num_finite) == (16384, 1)
    _, state = scaled.update(grads_of(1.0), state._replace(num_finite=jnp.int32(GROWTH_STEPS - 1)), PARAMS)
    assert (state.scale, state.num_finite) == (32768, 0)
    _, state = scaled.update(grads_of(np.inf), LossScaleState(jnp.float32(1), state.num_finite, state.inner), PARAMS)
    assert state.scale == 1


def test_training_in_float16_finds_a_factor_that_fits(tmp_path: Path) -> None:
    features = np.linspace(-1, 1, 64, dtype=np.float32).reshape(32, 2)
    labels = 40 * features.sum(axis=1)

    def model_fn(features: Any, labels: Any) -> EstimatorSpec:
        found = layers.dense(features, units=1)[:, 0].astype(jnp.float16)
        error = (found - labels.astype(jnp.float16)).astype(jnp.float32)
        return EstimatorSpec("train", loss=jnp.mean(error**2))

    config = RunConfig(loss_scale="dynamic", precision="mixed_float16", batch_size=32)
    estimator = Estimator(
        lambda features, labels, mode: model_fn(features, labels),
        optimizer="adam", learning_rate=1.0, model_dir=tmp_path, config=config,
    )  # fmt: skip

    estimator.fit(features, labels, steps=150)

    scalars = load(tmp_path).runs["."].scalars
    scales = scalars["loss_scale"].values
    assert scales[0] == 32768
    assert scales[-1] < 32768
    skipped = ~np.isfinite(scalars["grad_norm"].values)
    assert skipped[0]
    np.testing.assert_array_equal(scales[1:] < scales[:-1], skipped[:-1])
    assert scalars["loss"].values[-1] < 0.01 * scalars["loss"].values[0]


@pytest.mark.parametrize("scale", [0, -1.0, "static", "", [1], True, float("inf"), np.ones(2)])
def test_factor_that_is_none_is_refused(scale: Any) -> None:
    with pytest.raises(ValueError, match="loss_scale must be a positive number or 'dynamic'; got "):
        RunConfig(loss_scale=scale)
