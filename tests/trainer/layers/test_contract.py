from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from trainer import layers
from trainer.protocols import Network

CASES = {
    "Activation": (layers.Activation("relu"), (2, 3), (2, 3)),
    "Dense": (layers.Dense(5, "tanh", name="out"), (2, 3), (2, 5)),
    "Dropout": (layers.Dropout(0.5), (2, 3), (2, 3)),
    "Flatten": (layers.Flatten(), (2, 3, 4), (2, 12)),
    "Input": (layers.Input((3,)), (2, 3), (2, 3)),
    "Sequential": (layers.Sequential([layers.Flatten(), layers.Dense(4)]), (2, 3, 2), (2, 4)),
}
KEY = jax.random.key(0)


def test_contract_covers_every_layer() -> None:
    assert set(CASES) == set(layers.LAYERS)


@pytest.mark.parametrize("name", CASES)
def test_layer_is_a_network_that_maps_shapes(name: str) -> None:
    layer, shape, output_shape = CASES[name]
    inputs = jnp.ones(shape)

    params, state = layer.init(KEY, inputs)
    outputs, new_state = layer.apply(params, state, inputs, training=True, key=KEY)

    assert isinstance(layer, Network)
    assert outputs.shape == output_shape
    assert jax.tree.structure(new_state) == jax.tree.structure(state)


@pytest.mark.parametrize("name", CASES)
def test_layer_init_needs_only_shapes(name: str) -> None:
    layer, shape, _ = CASES[name]

    from_shapes = layer.init(KEY, jax.ShapeDtypeStruct(shape, jnp.float32))
    from_values = layer.init(KEY, jnp.ones(shape))

    assert jax.tree.all(jax.tree.map(jnp.array_equal, from_shapes, from_values))


@pytest.mark.parametrize("name", CASES)
def test_layer_compiled_gives_the_same_as_uncompiled(name: str) -> None:
    layer, shape, _ = CASES[name]
    inputs = jax.random.normal(KEY, shape)
    params, state = layer.init(KEY, inputs)

    def apply(params: dict, inputs: jax.Array) -> jax.Array:
        return layer.apply(params, state, inputs, training=True, key=KEY)[0]

    np.testing.assert_allclose(jax.jit(apply)(params, inputs), apply(params, inputs), rtol=1e-6)


@pytest.mark.parametrize("name", CASES)
def test_layer_from_its_config_is_equal(name: str) -> None:
    layer, _, _ = CASES[name]

    again = layers.from_config(layers.to_config(layer))

    assert again == layer
    assert hash(again) == hash(layer)


@pytest.mark.parametrize("name", CASES)
def test_layer_called_on_symbolic_inputs_has_the_shape_that_it_computes(name: str) -> None:
    layer, shape, output_shape = CASES[name]

    outputs = layer(layers.Input(shape[1:]))

    assert outputs.shape == output_shape[1:]


def test_from_config_of_an_unknown_class_names_the_known_ones() -> None:
    with pytest.raises(ValueError, match=r"class must be one of Activation, .*Dense.*; got 'Unknown'\."):
        layers.from_config({"class": "Unknown", "config": {}})


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: layers.Dense(0), r"units must be a positive integer; got 0\."),
        (lambda: layers.Dense(2.5), r"units must be a positive integer; got 2\.5\."),
        (lambda: layers.Dense(2, "rleu"), r"activation must be one of .*relu.*; got 'rleu'\."),
        (lambda: layers.Dense(2, 3), r"activation must be a name or a function; got 3\."),
        (lambda: layers.Dense(2, kernel_initializer="one"), r"initializer must be one of .*ones.*; got 'one'\."),
        (lambda: layers.Dense(2, kernel_initializer=1), r"initializer must be a name or a function; got 1\."),
        (lambda: layers.Dense(2, name="a/b"), r"name must be a non-empty text without '/'; got 'a/b'\."),
        (lambda: layers.Dropout(1.0), r"rate must be in \[0, 1\); got 1\.0\."),
        (lambda: layers.Input((4, 0)), r"shape must hold positive integers; got \(4, 0\)\."),
        (lambda: layers.Sequential([]), r"layers must hold at least one layer; got none\."),
        (lambda: layers.Sequential([jnp.tanh]), r"layers must have init and apply; got "),
        (
            lambda: layers.Sequential([layers.Dense(2, name="a"), layers.Dense(2, name="a")]),
            r"names of layers must differ; got 'a' twice\.",
        ),
    ],
)
def test_wrong_hyperparameters_are_refused_at_once(make: object, message: str) -> None:
    with pytest.raises((ValueError, TypeError), match=message):
        layers.Sequential([make()])  # type: ignore[operator]


def test_counts_of_numpy_are_counts() -> None:
    assert layers.Dense(np.int64(3)) == layers.Dense(3)
