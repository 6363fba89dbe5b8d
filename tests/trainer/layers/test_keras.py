"""Keras 3 on the JAX backend is the oracle of the layers' numerics and defaults."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from trainer import layers
from trainer.layers import activations

keras = pytest.importorskip("keras")

INPUTS = np.linspace(-3, 3, 24, dtype=np.float32).reshape(6, 4)


@pytest.mark.parametrize("activation", [None, "relu", "gelu", "softmax"])
@pytest.mark.parametrize("use_bias", [True, False])
def test_dense_with_keras_weights_gives_keras_outputs_and_gradients(activation: str | None, use_bias: bool) -> None:
    theirs = keras.layers.Dense(5, activation=activation, use_bias=use_bias, bias_initializer="ones")
    theirs.build(INPUTS.shape)
    ours = layers.Dense(5, activation, use_bias)
    params = {variable.name: jnp.array(variable.value) for variable in theirs.weights}

    def our_loss(params: dict, inputs: jax.Array) -> jax.Array:
        return jnp.sum(jnp.sin(ours.apply(params, {}, inputs)[0]))

    def their_loss(params: dict, inputs: jax.Array) -> jax.Array:
        outputs, _ = theirs.stateless_call([params[variable.name] for variable in theirs.weights], [], inputs)
        return jnp.sum(jnp.sin(outputs))

    np.testing.assert_allclose(ours.apply(params, {}, INPUTS)[0], theirs(INPUTS), atol=1e-5)
    ours_grads, their_grads = jax.grad(our_loss, (0, 1))(params, INPUTS), jax.grad(their_loss, (0, 1))(params, INPUTS)
    assert jax.tree.structure(ours_grads) == jax.tree.structure(their_grads)
    jax.tree.map(lambda one, other: np.testing.assert_allclose(one, other, atol=1e-5), ours_grads, their_grads)


def test_dense_defaults_are_those_of_keras() -> None:
    config = keras.layers.Dense(5).get_config()

    assert layers.Dense(5).use_bias is config["use_bias"]
    assert config["kernel_initializer"]["class_name"] == "GlorotUniform"
    assert layers.Dense(5).kernel_initializer == "glorot_uniform"
    assert config["bias_initializer"]["class_name"] == "Zeros"
    assert layers.Dense(5).bias_initializer == "zeros"


def test_glorot_uniform_fills_the_same_interval_as_keras() -> None:
    kernel, _ = layers.Dense(200).init(jax.random.key(1), jnp.ones((1, 100)))
    theirs = keras.initializers.GlorotUniform(seed=1)((100, 200))

    limit = (6 / 300) ** 0.5
    assert float(jnp.max(jnp.abs(kernel["kernel"]))) <= limit
    assert float(jnp.std(kernel["kernel"])) == pytest.approx(float(np.std(theirs)), rel=0.02)


@pytest.mark.parametrize("name", activations.NAMES)
def test_activation_of_a_name_is_that_of_keras(name: str) -> None:
    function = keras.activations.get(name)

    np.testing.assert_allclose(activations.get(name)(jnp.asarray(INPUTS)), function(INPUTS), atol=1e-5)


def test_flatten_orders_as_keras() -> None:
    inputs = np.arange(24, dtype=np.float32).reshape(2, 3, 4)

    np.testing.assert_array_equal(layers.Flatten().apply({}, {}, inputs)[0], keras.layers.Flatten()(inputs))
    assert layers.Flatten().apply({}, {}, np.ones(3, np.float32))[0].shape == keras.layers.Flatten()(np.ones(3)).shape


def test_dropout_keeps_the_mean_and_the_share_of_keras() -> None:
    inputs = jnp.ones((400, 100))

    ours, _ = layers.Dropout(0.3).apply({}, {}, inputs, training=True, key=jax.random.key(0))
    theirs = keras.layers.Dropout(0.3, seed=0)(inputs, training=True)

    assert set(np.unique(ours)) == set(np.unique(theirs))
    assert float(jnp.mean(ours == 0)) == pytest.approx(0.3, abs=0.01)
    assert float(jnp.mean(ours)) == pytest.approx(1, abs=0.01)
