from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from trainer import Estimator, heads, interop, layers, passes

keras = pytest.importorskip("keras")

KEY = jax.random.key(0)
ROWS = np.random.default_rng(0).normal(size=(6, 4)).astype(np.float32)


def make_model() -> Any:
    return keras.Sequential(
        [
            keras.layers.Input((4,)),
            keras.layers.Dense(8, "relu", kernel_regularizer="l2"),
            keras.layers.BatchNormalization(),
            keras.layers.Dropout(0.5),
            keras.layers.Dense(3),
        ]
    )


def test_keras_model_as_a_network_computes_the_same_in_both_modes() -> None:
    model = make_model()
    network = interop.as_network(model)
    params, state = network.init(KEY, ROWS)

    still, _ = network.apply(params, state, ROWS)
    first, new_state = jax.jit(lambda key: network.apply(params, state, ROWS, training=True, key=key))(KEY)
    second, _ = network.apply(params, state, ROWS, training=True, key=KEY)

    np.testing.assert_allclose(still, model(ROWS), atol=1e-6)
    np.testing.assert_allclose(first, second, atol=1e-5)
    assert not np.allclose(first, network.apply(params, state, ROWS, training=True, key=jax.random.key(1))[0])
    assert jax.tree.structure(new_state) == jax.tree.structure(state)
    assert {name.rpartition("/")[2] for name in interop.keras_layer.leaf_values(state)} == {
        "moving_mean",
        "moving_variance",
    }


def test_penalties_of_keras_join_the_loss() -> None:
    model = make_model()
    network = interop.as_network(model)
    params, state = network.init(KEY, ROWS)

    with passes.collect() as collected:
        network.apply(params, state, ROWS, training=True, key=KEY)

    np.testing.assert_allclose(collected.loss, sum(model.losses), rtol=1e-5)


def test_estimator_trains_a_keras_model_and_writes_the_weights_back(blobs: tuple[np.ndarray, np.ndarray]) -> None:
    features, labels = blobs
    model = keras.Sequential([keras.layers.Dense(8, "relu"), keras.layers.Dropout(0.1), keras.layers.Dense(3)])
    estimator = Estimator(model, head=heads.MultiClassHead(n_classes=3), learning_rate=0.05)

    estimator.fit(features, labels, steps=200)
    before = np.asarray(model(features.astype(np.float32)))
    interop.as_network(model).assign(estimator.params_, estimator.state_)
    after = np.asarray(model(features.astype(np.float32)))

    assert estimator.score(features, labels) > 0.95
    assert np.mean(before.argmax(1) == labels) < 0.9
    assert np.mean(after.argmax(1) == labels) > 0.95


def test_keras_layer_stands_among_layers_here() -> None:
    inner = interop.as_network(keras.layers.Dense(5, "tanh"))
    network = layers.Sequential([layers.Dense(4), inner, layers.Dense(2)])
    x = layers.Input((4,))

    params, state = network.init(KEY, ROWS)

    assert network.apply(params, state, ROWS)[0].shape == (6, 2)
    assert inner(x).shape == (5,)


def test_network_here_as_a_keras_layer_computes_the_same_and_trains() -> None:
    keras.utils.set_random_seed(0)
    network = layers.Sequential(
        [layers.Dense(8, "relu", kernel_regularizer="l2"), layers.Dropout(0.5), layers.Dense(1)]
    )
    params, state = network.init(KEY, ROWS)
    layer = interop.to_keras(network, params, state, name="ours")
    model = keras.Sequential([keras.layers.Input((4,)), layer])
    labels = ROWS[:, :1] * 2

    outputs = model(ROWS)
    (penalty,) = layer.losses
    model.compile("adam", "mse")
    before = model.evaluate(ROWS, labels, verbose=0)
    model.fit(ROWS, labels, epochs=30, verbose=0)

    np.testing.assert_allclose(outputs, network.apply(params, state, ROWS)[0], atol=1e-6)
    np.testing.assert_allclose(penalty, layers.penalty(network, params), rtol=1e-5)
    assert model.evaluate(ROWS, labels, verbose=0) < before
    assert sorted(variable.name for variable in layer.trainable_variables) == [
        "dense_0_bias",
        "dense_0_kernel",
        "dense_1_bias",
        "dense_1_kernel",
    ]


def test_network_that_is_none_of_these_stays_as_it_is() -> None:
    dense = layers.Dense(3)

    assert interop.as_network(dense) is dense
    assert interop.as_network(3) == 3


def make_twins() -> tuple[Any, layers.Sequential]:
    # Twelve of a kind: sorted by name, dense_10 would come before dense_2.
    theirs = keras.Sequential([keras.layers.Input((4,)), *(keras.layers.Dense(4, "tanh") for _ in range(12))])
    return theirs, layers.Sequential([layers.Dense(4, "tanh") for _ in range(12)])


def test_weights_go_from_keras_to_the_same_layers_here_and_back() -> None:
    theirs, ours = make_twins()
    others, _ = make_twins()

    params, state = interop.weights_from_keras(ours, ROWS, theirs)
    interop.weights_to_keras(ours, jax.tree.map(jnp.asarray, params), state, others)

    np.testing.assert_allclose(ours.apply(params, state, ROWS)[0], theirs(ROWS), atol=1e-6)
    np.testing.assert_allclose(others(ROWS), theirs(ROWS), atol=1e-6)


@pytest.mark.parametrize(
    ("network", "message"),
    [
        (
            layers.Sequential([layers.Dense(4)] * 13),
            r"model must have a weight 'kernel' of shape \(4, 4\)",
        ),
        (layers.Sequential([layers.Dense(4)] * 11), r"network must have a partner for each weight .*; got none for "),
    ],
)
def test_weights_without_a_partner_are_refused(network: layers.Sequential, message: str) -> None:
    theirs, _ = make_twins()

    with pytest.raises(ValueError, match=message):
        interop.weights_from_keras(network, ROWS, theirs)
