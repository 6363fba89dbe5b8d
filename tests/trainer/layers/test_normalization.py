from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from trainer import layers, passes

KEY = jax.random.key(0)
ROWS = np.random.default_rng(0).normal(3, 2, size=(5, 4, 3)).astype(np.float32)


def test_rows_that_fill_the_shape_are_left_out_of_the_statistics() -> None:
    layer = layers.BatchNormalization(momentum=0.5)
    params, state = layer.init(KEY, ROWS)
    filled = np.concatenate([ROWS, np.full((3, 4, 3), 1e3, np.float32)])

    def loss(params: Any, inputs: Any, number: int) -> Any:
        outputs, new_state = layer.apply(params, state, inputs, training=True)
        return jnp.sum(jnp.sin(outputs[:number])), (outputs[:number], new_state)

    alone = jax.grad(loss, has_aux=True)(params, ROWS, 5)
    with passes.collect(row_mask=jnp.arange(8) < 5):
        masked = jax.grad(loss, has_aux=True)(params, filled, 5)

    jax.tree.map(lambda one, other: np.testing.assert_allclose(one, other, atol=1e-4), alone, masked)


def test_a_batch_without_real_rows_gives_finite_statistics_and_gradients() -> None:
    layer = layers.BatchNormalization()
    params, state = layer.init(KEY, ROWS)

    def loss(params: Any, inputs: Any) -> Any:
        outputs, new_state = layer.apply(params, state, inputs, training=True)
        return jnp.sum(outputs), new_state

    with passes.collect(row_mask=jnp.zeros(5, bool)):
        found = jax.grad(loss, (0, 1), has_aux=True)(params, ROWS)

    assert all(bool(jnp.isfinite(leaf).all()) for leaf in jax.tree.leaves(found))


def test_a_mask_of_another_batch_is_refused() -> None:
    layer = layers.BatchNormalization()
    params, state = layer.init(KEY, ROWS)

    with (
        passes.collect(row_mask=jnp.ones(10, bool)),
        pytest.raises(ValueError, match=r"must have one row for each of 10 in the batch; got 5\."),
    ):
        layer.apply(params, state, ROWS, training=True)


def test_frozen_batch_normalization_keeps_its_moving_averages_while_training() -> None:
    layer = layers.BatchNormalization(trainable=False)
    params, state = layer.init(KEY, ROWS)

    outputs, new_state = layer.apply(params, state, ROWS, training=True)

    np.testing.assert_allclose(outputs, ROWS / np.sqrt(1.001), rtol=1e-6)
    jax.tree.map(np.testing.assert_array_equal, new_state, state)


@pytest.mark.parametrize(
    "layer",
    [
        layers.BatchNormalization(dtype="mixed_bfloat16"),
        layers.GroupNormalization(3, dtype="mixed_bfloat16"),
        layers.LayerNormalization(dtype="mixed_bfloat16"),
        layers.RMSNormalization(dtype="mixed_bfloat16"),
        layers.UnitNormalization(dtype="mixed_bfloat16"),
    ],
    ids=lambda layer: type(layer).__name__,
)
def test_statistics_are_float32_under_a_bfloat16_policy(layer: layers.Layer) -> None:
    far = jnp.asarray(100 + 0.1 * ROWS).astype(jnp.bfloat16)  # bfloat16 has no digits left for the variance
    params, state = layer.init(KEY, far)

    outputs, new_state = layer.apply(params, state, far, training=True)
    precise, _ = layers.from_config(layers.to_config(layer) | {"config": layer.get_config() | {"dtype": None}}).apply(
        params, state, far.astype(jnp.float32), training=True
    )

    assert outputs.dtype == jnp.bfloat16
    assert {leaf.dtype for leaf in jax.tree.leaves(new_state)} <= {jnp.dtype("float32")}
    np.testing.assert_allclose(outputs.astype(jnp.float32), precise, rtol=2**-8, atol=1e-6)


def test_moving_averages_of_a_bfloat16_policy_are_float32() -> None:
    _, state = layers.BatchNormalization(dtype="bfloat16").init(KEY, ROWS)

    assert {leaf.dtype for leaf in jax.tree.leaves(state)} == {jnp.dtype("float32")}


def test_unit_normalization_of_zeros_has_a_finite_gradient() -> None:
    grads = jax.grad(lambda x: jnp.sum(layers.UnitNormalization().apply({}, {}, x)[0]))(jnp.zeros((2, 3)))

    assert bool(jnp.isfinite(grads).all())


@pytest.mark.parametrize(
    ("layer", "message"),
    [
        (layers.GroupNormalization(2), r"must have a multiple of 2 channels, its groups; got 3\."),
        (layers.LayerNormalization(3), r"axis of LayerNormalization must be of inputs with shape \(5, 4, 3\)"),
        (layers.BatchNormalization(axis=0), r"axis of BatchNormalization must be .*, and not the first; got 0\."),
    ],
)
def test_inputs_that_do_not_fit_are_refused(layer: layers.Layer, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        layer.init(KEY, ROWS)


@pytest.mark.parametrize(
    ("kind", "options", "message"),
    [
        ("BatchNormalization", {"momentum": 1.0}, r"momentum must be in \[0, 1\); got 1\.0\."),
        ("BatchNormalization", {"epsilon": 0}, r"epsilon must be a positive number; got 0\."),
        ("GroupNormalization", {"groups": 0}, r"groups must be a positive integer; got 0\."),
        ("LayerNormalization", {"epsilon": None}, r"epsilon must be a positive number; got None\."),
    ],
)
def test_wrong_hyperparameters_are_refused(kind: str, options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        getattr(layers, kind)(**options)
