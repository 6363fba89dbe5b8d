"""Networks as tables, as configurations and as files."""

from __future__ import annotations

import json
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from trainer import layers

KEY = jax.random.key(0)
ROWS = jnp.arange(8.0).reshape(2, 4)


def make_model() -> layers.Model:
    """Two inputs, a shared layer, a nested model, nested outputs."""
    left, right = layers.Input((4,), name="left"), layers.Input((4,))
    inner_input = layers.Input((3,))
    inner = layers.Model(inner_input, layers.Dense(2, "relu")(inner_input), name="inner")
    shared = layers.Dense(3, name="shared")
    both = layers.Concatenate()([inner(shared(left)), inner(shared(right))])
    return layers.Model((left, {"right": right}), [both, (layers.Dense(5, trainable=False)(both),)], name="whole")


def test_model_from_its_config_is_equal() -> None:
    config = json.loads(json.dumps(layers.to_config(make_model())))

    again = layers.from_config(config)

    assert again == make_model()


def test_model_of_own_containers_has_no_configuration() -> None:
    x = layers.Input((4,))
    pair = type("Pair", (tuple,), {})
    jax.tree_util.register_pytree_node(pair, lambda parts: (tuple(parts), None), lambda _, parts: pair(parts))

    with pytest.raises(TypeError, match=r"inputs and outputs must be lists, tuples or dicts .*; got Pair\."):
        layers.Model(pair((x,)), layers.Dense(2)(x)).get_config()


def test_summary_is_a_table_of_layers_shapes_params_and_connections() -> None:
    lines = str(make_model().summary()).splitlines()

    assert [line.split() for line in lines] == [
        ["Layer", "Output", "shape", "Params", "Connected", "to"],
        [lines[1]],
        ["left", "(Input)", "(4,)", "0"],
        ["input_1", "(Input)", "(4,)", "0"],
        ["shared", "(Dense)", "(3,)", "15", "left"],
        ["inner", "(Model)", "(2,)", "8", "shared"],
        ["shared", "(Dense)", "(3,)", "0", "input_1"],
        ["inner", "(Model)", "(2,)", "0", "shared"],
        ["concatenate_0", "(Concatenate)", "(4,)", "0", "inner"],
        ["dense_0", "(Dense)", "(5,)", "25", "concatenate_0"],
        ["48", "params:", "23", "trainable,", "25", "not"],
    ]


def test_summary_counts_as_keras_does() -> None:
    keras = pytest.importorskip("keras")
    theirs = keras.Sequential([keras.layers.Input((4,)), keras.layers.Dense(7), keras.layers.Dense(2)])

    ours = layers.Sequential([layers.Input((4,)), layers.Dense(7), layers.Dense(2)])

    assert ours.count_params() == theirs.count_params() == layers.Sequential(ours.layers[1:]).count_params(ROWS)


def test_summary_of_one_layer_and_of_a_stack() -> None:
    one = layers.Dense(3).summary(ROWS)
    stack = layers.Sequential([layers.Repeat(layers.Dense(4), 5)]).summary(ROWS)

    assert [(row.name, row.shapes, row.num_params) for row in one.rows] == [("dense", ((3,),), 15)]
    assert [(row.name, row.shapes, row.num_params) for row in stack.rows] == [("repeat_0", ((4,),), 100)]


def test_summary_without_shapes_says_what_to_pass() -> None:
    with pytest.raises(ValueError, match=r"example must be given for Sequential, .*; got None\."):
        layers.Sequential([layers.Dense(3)]).summary()


def test_saved_network_computes_the_same(tmp_path: Path) -> None:
    model = make_model()
    inputs = (ROWS, {"right": ROWS + 1})
    params, state = model.init(KEY, inputs)

    layers.save(tmp_path / "model.safetensors", model, params, state)
    saved = layers.load(tmp_path / "model.safetensors")

    assert saved.network == model
    expected = jax.tree.leaves(model.apply(params, state, inputs)[0])
    actual = jax.tree.leaves(saved.network.apply(saved.params, saved.state, inputs)[0])
    for one, other in zip(expected, actual, strict=True):
        np.testing.assert_array_equal(one, other)


def test_saved_file_names_its_arrays_by_layer(tmp_path: Path) -> None:
    network = layers.Sequential([layers.Dense(3, dtype="bfloat16")])

    layers.save(tmp_path / "model.safetensors", network, *network.init(KEY, ROWS))

    assert sorted(load_file(tmp_path / "model.safetensors")) == ["params/dense_0/bias", "params/dense_0/kernel"]
    assert layers.load(tmp_path / "model.safetensors").params["dense_0"]["kernel"].dtype == jnp.bfloat16


def test_files_of_others_and_damaged_files_are_refused(tmp_path: Path) -> None:
    network = layers.Sequential([layers.Dense(3)])
    good, foreign, torn = (tmp_path / f"{name}.safetensors" for name in ("good", "foreign", "torn"))
    layers.save(good, network, *network.init(KEY, ROWS))
    save_file({"a": np.ones(3)}, foreign)
    torn.write_bytes(good.read_bytes()[:-8])

    with pytest.raises(ValueError, match=r"must be a file of layers\.save; got"):
        layers.load(foreign)
    with pytest.raises(ValueError, match=r"must be a safetensors file; got"):
        layers.load(torn)
    with pytest.raises(FileNotFoundError, match=r"path must be a file written by layers\.save; got '"):
        layers.load(tmp_path / "none")


def test_network_that_has_no_configuration_writes_nothing(tmp_path: Path) -> None:
    network = layers.Sequential([layers.Lambda(lambda rows: rows)])

    with pytest.raises(TypeError, match=r"function must be registered"):
        layers.save(tmp_path / "model.safetensors", network, {}, {})

    assert list(tmp_path.iterdir()) == []
