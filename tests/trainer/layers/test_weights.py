"""Initialisers, regularisers and constraints beside Keras', and what a network does with them."""

from __future__ import annotations

import functools
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from trainer import layers, passes
from trainer.layers import activations, constraints, initializers, regularizers

keras = pytest.importorskip("keras")

KEY = jax.random.key(1)
WEIGHTS = np.random.default_rng(0).normal(size=(5, 4)).astype(np.float32)
KERAS_OF = {"l1_l2": keras.regularizers.L1L2(0.01, 0.01), "orthogonal": keras.regularizers.OrthogonalRegularizer()}
VARIANTS = {
    "regularizer": [
        (regularizers.L1(0.3), keras.regularizers.L1(0.3)),
        (regularizers.L2(0.3), keras.regularizers.L2(0.3)),
        (regularizers.L1L2(0.1, 0.2), keras.regularizers.L1L2(0.1, 0.2)),
        (
            regularizers.OrthogonalRegularizer(0.1, "columns"),
            keras.regularizers.OrthogonalRegularizer(0.1, "columns"),
        ),
    ],
    "constraint": [
        (constraints.MaxNorm(1.0, axis=1), keras.constraints.MaxNorm(1.0, axis=1)),
        (constraints.UnitNorm((0, 1)), keras.constraints.UnitNorm((0, 1))),
        (constraints.MinMaxNorm(1.0, 1.5, 0.5), keras.constraints.MinMaxNorm(1.0, 1.5, 0.5)),
    ],
}


@pytest.mark.parametrize("name", regularizers.NAMES)
def test_regularizer_of_a_name_is_that_of_keras(name: str) -> None:
    theirs = KERAS_OF.get(name) or keras.regularizers.get(name)

    ours = regularizers.get(name)

    assert ours is not None
    np.testing.assert_allclose(ours(jnp.asarray(WEIGHTS)), theirs(WEIGHTS), rtol=1e-5)


@pytest.mark.parametrize("name", constraints.NAMES)
def test_constraint_of_a_name_is_that_of_keras(name: str) -> None:
    ours = constraints.get(name)

    assert ours is not None
    np.testing.assert_allclose(ours(jnp.asarray(WEIGHTS)), keras.constraints.get(name)(WEIGHTS), rtol=1e-5)


@pytest.mark.parametrize("kind", VARIANTS)
def test_parameters_of_regularizers_and_constraints_are_those_of_keras(kind: str) -> None:
    for ours, theirs in VARIANTS[kind]:
        np.testing.assert_allclose(ours(jnp.asarray(WEIGHTS)), theirs(jnp.asarray(WEIGHTS)), rtol=1e-5)


@pytest.mark.parametrize("shape", [(60, 80), (3, 3, 20, 30)], ids=str)
@pytest.mark.parametrize("name", [name for name in initializers.NAMES if name not in ("constant", "identity")])
def test_initializer_of_a_name_has_the_distribution_of_keras(name: str, shape: tuple[int, ...]) -> None:
    ours = np.asarray(initializers.get(name)(KEY, shape, jnp.float32))
    theirs = np.asarray(keras.initializers.get(name)(shape))

    assert ours.shape == theirs.shape
    assert float(ours.mean()) == pytest.approx(float(theirs.mean()), abs=4 * float(theirs.std()) / 4800**0.5 + 1e-6)
    assert float(ours.std()) == pytest.approx(float(theirs.std()), rel=0.06)
    assert float(np.abs(ours).max()) == pytest.approx(float(np.abs(theirs).max()), rel=0.35)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (initializers.Constant(0.3), keras.initializers.Constant(0.3)),
        (initializers.Identity(2.0), keras.initializers.Identity(2.0)),
    ],
)
def test_initializer_without_chance_gives_what_keras_gives(ours: Any, theirs: Any) -> None:
    np.testing.assert_array_equal(ours(KEY, (3, 4), jnp.float32), theirs((3, 4)))


@pytest.mark.parametrize("distribution", ["uniform", "truncated_normal", "untruncated_normal"])
@pytest.mark.parametrize("mode", ["fan_in", "fan_out", "fan_avg"])
def test_variance_scaling_has_the_deviation_of_keras(mode: str, distribution: str) -> None:
    ours = initializers.VarianceScaling(3.0, mode, distribution)(KEY, (100, 50), jnp.float32)
    theirs = keras.initializers.VarianceScaling(3.0, mode, distribution, seed=0)((100, 50))

    assert float(np.std(ours)) == pytest.approx(float(np.std(theirs)), rel=0.05)


def test_orthogonal_has_orthonormal_columns_or_rows() -> None:
    tall, wide = (np.asarray(initializers.Orthogonal()(KEY, shape)) for shape in [(6, 3), (3, 6)])

    np.testing.assert_allclose(tall.T @ tall, np.eye(3), atol=1e-6)
    np.testing.assert_allclose(wide @ wide.T, np.eye(3), atol=1e-6)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: initializers.Identity()(KEY, (3,)), r"shape must be that of a matrix for Identity; got \(3,\)\."),
        (
            lambda: initializers.Orthogonal()(KEY, (3,)),
            r"shape must have at least two axes .*; got \(3,\)\.",
        ),
        (lambda: initializers.VarianceScaling(0.0), r"scale must be greater than 0; got 0\.0\."),
        (
            lambda: initializers.VarianceScaling(mode="fan"),
            r"mode must be one of fan_in, .*; got 'fan'\.",
        ),
        (lambda: initializers.VarianceScaling(distribution="x"), r"distribution must be one of .*; got 'x'\."),
        (lambda: regularizers.OrthogonalRegularizer(mode="x"), r"mode must be one of rows, columns; got 'x'\."),
        (lambda: regularizers.OrthogonalRegularizer()(jnp.ones(3)), r"weights must be a matrix .* got shape \(3,\)\."),
        (lambda: layers.Dense(1, kernel_regularizer="l3"), r"regularizer must be one of l1, .*; got 'l3'\."),
        (lambda: layers.Dense(1, bias_constraint="pos"), r"constraint must be one of max_norm, .*; got 'pos'\."),
        (lambda: layers.Dense(1, kernel_regularizer=0.1), r"regularizer must be a name or a function; got 0\.1\."),
        (lambda: layers.Dense(1, dtype="half"), r"dtype must be one of .*mixed_bfloat16.*; got 'half'\."),
        (lambda: layers.precision.Policy("int8"), r"param_dtype must be one of float16, .*; got 'int8'\."),
    ],
)
def test_wrong_parameters_are_refused_at_once(make: Any, message: str) -> None:
    with pytest.raises((ValueError, TypeError), match=message):
        make()


def make_network() -> layers.Sequential:
    inner = layers.Sequential([layers.Dense(3, bias_regularizer="l1", kernel_constraint="unit_norm")], name="inner")
    return layers.Sequential([inner, layers.Dense(2, kernel_regularizer=regularizers.L2(0.5))])


def test_penalty_adds_up_over_nested_layers() -> None:
    params = {
        "inner": {"dense_0": {"kernel": jnp.ones((4, 3)), "bias": jnp.array([1.0, -2.0, 3.0])}},
        "dense_0": {"kernel": jnp.ones((3, 2)), "bias": jnp.ones(2)},
    }

    total = layers.penalty(make_network(), params)

    assert float(total) == pytest.approx(0.06 + 3.0)


def test_constraint_changes_only_the_weights_that_have_one() -> None:
    params, _ = make_network().init(KEY, jnp.ones((2, 4)))

    projected = layers.constrain(make_network(), params)

    norms = np.linalg.norm(projected["inner"]["dense_0"]["kernel"], axis=0)
    np.testing.assert_allclose(norms, np.ones(3), rtol=1e-5)
    assert projected["dense_0"] == params["dense_0"]


def test_activity_penalty_is_the_mean_over_rows_as_in_keras() -> None:
    theirs = keras.layers.Dense(3, activity_regularizer="l2")
    theirs(WEIGHTS)
    params = {variable.name: jnp.asarray(variable.value) for variable in theirs.weights}

    with passes.collect() as collected:
        layers.Dense(3, activity_regularizer="l2").apply(params, {}, WEIGHTS)

    theirs(WEIGHTS)
    np.testing.assert_allclose(collected.loss, theirs.losses[-1], rtol=1e-5)


def test_frozen_layers_and_patterns_decide_what_is_trained() -> None:
    network = layers.Sequential([layers.Dense(3, name="body"), layers.Dense(2, name="head", trainable=False)])
    params, _ = network.init(KEY, jnp.ones((2, 4)))

    assert layers.trainable_mask(network, params) == {
        "body": {"bias": True, "kernel": True},
        "head": {"bias": False, "kernel": False},
    }
    assert layers.trainable_mask(network, params, "*/bias") == {
        "body": {"bias": True, "kernel": False},
        "head": {"bias": False, "kernel": False},
    }


def test_pattern_that_fits_no_weight_is_refused() -> None:
    params, _ = layers.Dense(3).init(KEY, jnp.ones((2, 4)))

    with pytest.raises(ValueError, match=r"got 'krenel', which fits none of bias, kernel\."):
        layers.trainable_mask(layers.Dense(3), params, ["bias", "krenel"])


def test_mixed_precision_keeps_weights_in_float32_and_computes_in_bfloat16() -> None:
    network = layers.Sequential([layers.Dense(3), layers.Dense(2, dtype="float32")])
    rows = jnp.ones((2, 4))

    with layers.precision.use("mixed_bfloat16"):
        params, _ = network.init(KEY, rows)
        hidden, _ = network.layers[0].apply(params["dense_0"], {}, rows)
        outputs, _ = network.apply(params, {}, rows)

    assert {str(leaf.dtype) for leaf in jax.tree.leaves(params)} == {"float32"}
    assert hidden.dtype == jnp.bfloat16
    assert outputs.dtype == jnp.float32
    assert network.apply(params, {}, rows)[0].dtype == jnp.float32


@pytest.mark.parametrize(
    "layer",
    [
        layers.Dense(2, jax.nn.relu, kernel_initializer=initializers.RandomNormal(stddev=0.1)),
        layers.Dense(2, functools.partial(jax.nn.leaky_relu, negative_slope=0.1)),
        layers.Dense(2, kernel_regularizer=regularizers.L1L2(0.1, 0.2), kernel_constraint=constraints.MaxNorm(3.0)),
        layers.Sequential([layers.Dense(2, dtype="bfloat16", trainable=False)], name="frozen"),
    ],
)
def test_attached_objects_and_functions_come_back_from_json(layer: layers.Layer) -> None:
    import json

    again = layers.from_config(json.loads(json.dumps(layers.to_config(layer))))

    assert layers.to_config(again) == layers.to_config(layer)
    rows = jnp.ones((2, 4))
    params, state = layer.init(KEY, rows)
    np.testing.assert_array_equal(again.apply(params, state, rows)[0], layer.apply(params, state, rows)[0])


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"class": "Dense", "config": {"unit": 3}}, r"config of Dense must hold keys among units, .*; got 'unit'\."),
        ({"class": "Dense"}, r"config must hold the keys class and config; got"),
        (
            {"class": "Activation", "config": {"activation": {"function": "os.system"}}},
            r"function must be one of .*got",
        ),
    ],
)
def test_wrong_configurations_are_refused(config: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        layers.from_config(config)


def test_function_without_a_name_has_no_configuration() -> None:
    with pytest.raises(TypeError, match=r"activation must be registered to stand in a configuration; got <function"):
        layers.Dense(2, lambda inputs: inputs).get_config()


def test_every_name_of_an_activation_maps_shapes() -> None:
    rows = jnp.linspace(-2, 2, 12).reshape(2, 6)

    shapes = {name: activations.get(name)(rows).shape for name in activations.NAMES}

    assert {name for name, shape in shapes.items() if shape != (2, 6)} == {"glu"}


def test_sparsemax_gives_the_nearest_probabilities() -> None:
    outputs = activations.get("sparsemax")(jnp.array([[0.1, 1.2, 0.3], [0.5, 0.0, 1.0], [2.0, 0.0, 0.0]]))

    np.testing.assert_allclose(outputs, [[0.0, 0.95, 0.05], [0.25, 0.0, 0.75], [1.0, 0.0, 0.0]], atol=1e-6)
