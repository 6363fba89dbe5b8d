from __future__ import annotations

import inspect
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from trainer import layers, passes
from trainer.layers import build, functional

KEY = jax.random.key(0)
FUNCTIONS = [
    name
    for name, value in vars(functional).items()
    if inspect.isfunction(value) and value.__module__ == functional.__name__ and name not in ("spelled", "_signature")
]
ROWS = jnp.ones((2, 4))


def network(inputs: jax.Array) -> jax.Array:
    hidden = layers.dense(inputs, units=3, activation=jax.nn.relu)
    hidden = layers.dropout(hidden, rate=0.5)
    hidden = layers.activation(hidden, "tanh")
    return layers.flatten(layers.dense(hidden, units=2, name="out"))


def test_functions_on_arrays_make_their_params_when_initialising() -> None:
    outputs, params, state = build.run(lambda: network(ROWS), {}, {}, key=KEY, training=True, is_initialising=True)

    assert outputs.shape == (2, 2)
    assert {path: sorted(leaves) for path, leaves in params.items()} == {
        "dense_0": ["bias", "kernel"],
        "out": ["bias", "kernel"],
    }
    assert state == {}


def test_functions_on_arrays_find_their_params_afterwards() -> None:
    params = {
        "dense_0": {"kernel": jnp.ones((4, 3)), "bias": jnp.zeros(3)},
        "out": {"kernel": jnp.ones((3, 2)), "bias": jnp.ones(2)},
    }

    outputs, _, _ = build.run(lambda: network(ROWS), params, {}, key=None, training=False)

    np.testing.assert_allclose(outputs, 3 * np.tanh(4.0) + np.ones((2, 2)), rtol=1e-6)


def test_functions_on_symbolic_inputs_build_the_same_network() -> None:
    x = layers.Input((4,))
    model = layers.Model(x, network(x))

    params, state = model.init(KEY, ROWS)

    assert sorted(params) == ["dense_0", "out"]
    assert model.apply(params, state, ROWS)[0].shape == (2, 2)


def test_scope_prefixes_params_and_counts_names_apart() -> None:
    def scoped() -> jax.Array:
        hidden = layers.dense(ROWS, 3)
        with layers.scope("encoder"):
            hidden = layers.dense(layers.dense(hidden, 3), 3)
        return layers.dense(hidden, 3)

    _, params, _ = build.run(scoped, {}, {}, key=KEY, training=False, is_initialising=True)

    assert list(params) == ["dense_0", "encoder/dense_0", "encoder/dense_1", "dense_1"]


def test_same_name_shares_params() -> None:
    def twice() -> jax.Array:
        return layers.dense(layers.dense(ROWS, 4, name="shared"), 4, name="shared")

    _, params, _ = build.run(twice, {}, {}, key=KEY, training=False, is_initialising=True)

    assert list(params) == ["shared"]


def test_layer_object_called_twice_on_arrays_shares_params() -> None:
    layer = layers.Dense(4)

    _, params, _ = build.run(lambda: layer(layer(ROWS)), {}, {}, key=KEY, training=False, is_initialising=True)

    assert list(params) == ["dense_0"]


def test_dropout_takes_another_key_at_each_place() -> None:
    ones = jnp.ones((50, 50))

    def twice() -> tuple[jax.Array, jax.Array]:
        return layers.dropout(ones, 0.5), layers.dropout(ones, 0.5)

    (one, other), _, _ = build.run(twice, {}, {}, key=KEY, training=True)

    assert 0.4 < float(jnp.mean(one != other)) < 0.6


def test_arrays_outside_of_a_model_fn_are_refused() -> None:
    with pytest.raises(RuntimeError, match=r"Dense must be called on arrays only inside a model_fn or a layer's call"):
        layers.dense(ROWS, 3)


def test_functions_take_the_arguments_of_their_layers_in_order() -> None:
    parameters = list(inspect.signature(layers.dense).parameters)

    assert parameters[:4] == ["inputs", "units", "activation", "use_bias"]
    assert parameters[-4:] == ["training", "name", "dtype", "trainable"]
    assert inspect.signature(layers.dropout).parameters["rate"].default == 0.5


def test_convolutional_network_of_tensorflows_tutorial_has_its_shapes_and_names() -> None:
    def network() -> jax.Array:
        images = jnp.ones((2, 28, 28, 1))
        hidden = layers.conv2d(images, filters=4, kernel_size=[5, 5], padding="same", activation=jax.nn.relu)
        hidden = layers.max_pooling2d(hidden, pool_size=[2, 2], strides=2)
        hidden = layers.conv2d(hidden, filters=8, kernel_size=[5, 5], padding="same", activation=jax.nn.relu)
        hidden = layers.flatten(layers.average_pooling2d(hidden, [2, 2], 2))
        return layers.dense(layers.dropout(layers.dense(hidden, 16), rate=0.4), units=10)

    outputs, params, _ = build.run(network, {}, {}, key=KEY, training=True, is_initialising=True)

    assert outputs.shape == (2, 10)
    assert list(params) == ["conv2d_0", "conv2d_1", "dense_0", "dense_1"]
    assert params["dense_0"]["kernel"].shape == (7 * 7 * 8, 16)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_is_named_as_its_layer(name: str) -> None:
    function = getattr(functional, name)

    assert function.__name__ == name
    assert getattr(layers, name) is function


def test_training_of_one_call_goes_before_the_mode_of_the_pass() -> None:
    ones = jnp.ones((50, 50))

    def both() -> tuple[jax.Array, jax.Array]:
        return layers.dropout(ones, training=False), layers.dropout(ones)

    (still, dropped), _, _ = build.run(both, {}, {}, key=KEY, training=True)

    np.testing.assert_array_equal(still, ones)
    assert 0.4 < float(jnp.mean(dropped == 0)) < 0.6


def test_batch_normalization_carries_its_statistics_by_name() -> None:
    rows = jnp.array([[1.0, 10.0], [3.0, 30.0]])

    def network() -> jax.Array:
        return layers.batch_normalization(rows, momentum=0.5, name="norm")

    _, params, state = build.run(network, {}, {}, key=KEY, training=False, is_initialising=True)
    outputs, _, new_state = build.run(network, params, state, key=KEY, training=True)

    np.testing.assert_allclose(outputs, [[-1, -1], [1, 1]], atol=1e-3)
    np.testing.assert_allclose(new_state["norm"]["moving_mean"], [1.0, 10.0])


def test_frozen_layer_made_where_it_is_called_has_no_gradients() -> None:
    params = {
        "a": {"kernel": jnp.ones((4, 3)), "bias": jnp.ones(3)},
        "b": {"kernel": jnp.ones((3, 1)), "bias": jnp.ones(1)},
    }

    def loss(params: dict) -> jax.Array:
        def network() -> jax.Array:
            hidden = layers.dense(ROWS, 3, name="a", trainable=False)
            return jnp.sum(layers.dense(hidden, 1, name="b"))

        return build.run(network, params, {}, key=None, training=True)[0]

    grads = jax.grad(loss)(params)

    assert float(jnp.abs(grads["a"]["kernel"]).max()) == 0
    assert float(jnp.abs(grads["b"]["kernel"]).max()) > 0


def test_penalty_of_a_layer_made_where_it_is_called_counts_once() -> None:
    params = {"a": {"kernel": jnp.ones((4, 4)), "bias": jnp.ones(4)}}

    def network() -> jax.Array:
        hidden = layers.dense(ROWS, 4, name="a", kernel_regularizer="l2")
        return layers.dense(hidden, 4, name="a", kernel_regularizer="l2")

    with passes.collect() as collected:
        build.run(network, params, {}, key=None, training=True)

    assert float(collected.loss) == pytest.approx(0.16)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: layers.dropout(layers.Input((4,)), training=True),
            r"training must be None on symbolic inputs; got",
        ),
        (
            lambda: build.run(
                lambda: layers.dense(ROWS, 3, kernel_constraint="non_neg"), {}, {}, key=KEY, training=True
            ),
            r"constraint of 'dense_0' must be None for a layer made where it is called; got one\.",
        ),
        (lambda: layers.dense(layers.Input((4,)), unit=3), r"got an unexpected keyword argument 'unit'"),
    ],
)
def test_wrong_calls_are_refused(call: Any, message: str) -> None:
    with pytest.raises((ValueError, TypeError), match=message):
        call()
