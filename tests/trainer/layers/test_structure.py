"""What layers of layers do beyond shapes and Keras' numbers, and what they refuse."""

from __future__ import annotations

import gc
import weakref
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from trainer import layers, passes
from trainer.layers.specs import output_spec

KEY = jax.random.key(0)
ROWS = jnp.arange(6.0).reshape(2, 3)


def test_repeat_is_the_sequence_of_its_blocks() -> None:
    network = layers.Repeat(layers.Dense(3, "tanh"), 3)
    params, state = network.init(KEY, ROWS)
    blocks = layers.Sequential([layers.Dense(3, "tanh")] * 3)
    apart = {f"dense_{i}": {name: leaf[i] for name, leaf in params["layer"].items()} for i in range(3)}

    assert params["layer"]["kernel"].shape == (3, 3, 3)
    np.testing.assert_allclose(network.apply(params, state, ROWS)[0], blocks.apply(apart, {}, ROWS)[0], rtol=1e-6)
    assert np.unique(np.asarray(params["layer"]["kernel"]), axis=0).shape[0] == 3


def test_repeat_compiles_one_block_whatever_their_number() -> None:
    def size_of(number: int) -> int:
        network = layers.Repeat(layers.Dense(3, "tanh"), number)
        params, state = network.init(KEY, ROWS)
        return len(str(jax.make_jaxpr(lambda params: network.apply(params, state, ROWS)[0])(params)).splitlines())

    assert size_of(2) == size_of(50)


def test_repeat_with_remat_has_the_same_gradients_and_computes_blocks_again() -> None:
    plain, remat = (layers.Repeat(layers.Dense(3, "tanh"), 3, remat=remat) for remat in (False, True))
    params, state = plain.init(KEY, ROWS)

    def grad(network: layers.Layer) -> Any:
        return jax.grad(lambda params: jnp.sum(network.apply(params, state, ROWS)[0]))

    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-6), grad(plain)(params), grad(remat)(params))
    assert [str(jax.make_jaxpr(grad(each))(params)).count(" tanh ") for each in (plain, remat)] == [1, 2]


def test_repeat_draws_another_dropout_in_each_block() -> None:
    network = layers.Repeat(layers.Dropout(0.5), 2)
    ones = jnp.ones((100, 100))

    outputs, _ = network.apply({}, {}, ones, training=True, key=KEY)

    assert set(np.unique(outputs)) == {0.0, 4.0}
    assert float(jnp.mean(outputs > 0)) == pytest.approx(0.25, abs=0.02)


def test_repeat_hands_over_losses_and_penalises_each_block() -> None:
    network = layers.Repeat(layers.Dense(3, kernel_regularizer="l2", activity_regularizer="l1"), 4, remat=True)
    params, state = network.init(KEY, ROWS)

    @jax.jit
    def total(params: Any) -> Any:
        with passes.collect() as collected:
            network.apply(params, state, ROWS)
        return collected.loss

    hidden, expected = np.asarray(ROWS), 0.0
    for number in range(4):
        hidden = hidden @ np.asarray(params["layer"]["kernel"][number])
        expected += 0.01 * np.abs(hidden).sum() / 2
    np.testing.assert_allclose(total(params), expected, rtol=1e-5)
    squares = np.sum(np.square(params["layer"]["kernel"]))
    np.testing.assert_allclose(layers.penalty(network, params), 0.01 * squares, rtol=1e-5)


def test_constraint_inside_repeat_holds_for_each_block() -> None:
    network = layers.Repeat(layers.Dense(3, kernel_constraint="unit_norm"), 4)
    params, _ = network.init(KEY, ROWS)

    kernel = layers.constrain(network, params)["layer"]["kernel"]

    np.testing.assert_allclose(np.linalg.norm(kernel, axis=1), np.ones((4, 3)), rtol=1e-5)


def test_residual_adds_its_inputs() -> None:
    network = layers.Residual(layers.Sequential([layers.Rescaling(2.0), layers.Rescaling(3.0)]))

    np.testing.assert_allclose(network.apply({}, {}, ROWS)[0], 7 * ROWS)


def test_time_distributed_masks_the_steps_of_rows_that_only_fill_the_shape() -> None:
    masks = []

    class Watching(layers.Layer):
        def call(self, inputs: jax.Array) -> jax.Array:
            masks.append(passes.row_mask())
            return inputs

    with passes.collect(row_mask=jnp.array([True, False])):
        layers.TimeDistributed(Watching()).apply({}, {}, jnp.ones((2, 3, 4)))

    assert masks[-1].tolist() == [True] * 3 + [False] * 3


@pytest.mark.parametrize("axis", [-1, None, (1, 2)])
def test_normalization_adapts_to_batches_as_to_all_rows(axis: Any) -> None:
    data = np.random.default_rng(0).normal(1000, 3, size=(50, 4, 5))

    whole = layers.Normalization(axis).adapt(data)
    parts = layers.Normalization(axis).adapt(data[start : start + 8] for start in range(0, 50, 8))
    outputs, _ = whole.apply({}, {}, jnp.asarray(data))

    np.testing.assert_allclose(parts.mean, whole.mean)
    np.testing.assert_allclose(parts.variance, whole.variance)
    assert float(jnp.mean(outputs)) == pytest.approx(0, abs=1e-3)
    assert float(jnp.std(outputs)) == pytest.approx(1, abs=1e-3)


def test_normalization_adapts_as_keras_does() -> None:
    keras = pytest.importorskip("keras")
    data = np.random.default_rng(0).normal(3, 2, size=(50, 4)).astype(np.float32)
    theirs = keras.layers.Normalization()
    theirs.adapt(data)

    outputs, _ = layers.Normalization().adapt(data).apply({}, {}, data)

    np.testing.assert_allclose(outputs, theirs(data), atol=1e-5)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: layers.Reshape((2, -1, -1)), r"target_shape must hold positive integers and at most one -1; got"),
        (lambda: layers.Reshape((4,)).apply({}, {}, ROWS), r"must have rows that fill \(4,\); got"),
        (lambda: layers.Permute((0, 1)), r"dims must hold each of 1 to 2 once; got \(0, 1\)\."),
        (
            lambda: layers.Permute((2, 1)).apply({}, {}, ROWS),
            r"must have the shape \(batch, axis 1, a",
        ),
        (lambda: layers.RepeatVector(0), r"n must be a positive integer; got 0\."),
        (
            lambda: layers.RepeatVector(2).apply({}, {}, ROWS[0]),
            r"the shape \(batch, features\); got \(3,\)\.",
        ),
        (
            lambda: layers.ZeroPadding2D((1, 2, 3)),
            r"padding must be a number, or one or",
        ),
        (lambda: layers.ZeroPadding1D(-1), r"padding must be an integer of at least 0; got -1\."),
        (
            lambda: layers.ZeroPadding2D().apply({}, {}, ROWS),
            r"\(batch, height, width, channels\); got \(2, 3\)",
        ),
        (lambda: layers.UpSampling2D((2, 2, 2)), r"size must be an integer or 2 of them; got \(2, 2, 2\)\."),
        (
            lambda: layers.UpSampling2D(2, interpolation="area"),
            r"interpolation must be one of nearest, .*; got 'area'\.",
        ),
        (lambda: layers.Add().apply({}, {}, ROWS), r"inputs of Add must be a list of at least 2 arrays; got Array"),
        (lambda: layers.Add().apply({}, {}, [ROWS]), r"inputs of Add must be a list of at least 2 arrays; got 1\."),
        (
            lambda: layers.Subtract().apply({}, {}, [ROWS] * 3),
            r"must be a list of 2 arrays; got 3\.",
        ),
        (
            lambda: layers.Multiply(name="gate").apply({}, {}, [ROWS, ROWS[:, :2]]),
            r"inputs of Multiply 'gate' must have shapes that broadcast; got \(2, 3\), \(2, 2\)\.",
        ),
        (
            lambda: layers.Concatenate().apply({}, {}, [ROWS, ROWS[:1]]),
            r"must have equal shapes but for axis -1; got \(2, 3\), \(1, 3\)\.",
        ),
        (
            lambda: layers.Concatenate(0).apply({}, {}, [ROWS, ROWS]),
            r"axis of Concatenate must be one of 1 to 1; got",
        ),
        (lambda: layers.Dot(0), r"axes must be an integer or two, not 0; got 0\."),
        (lambda: layers.Dot(1).apply({}, {}, [ROWS, ROWS[:, :2]]), r"must have axes of one size; got 3 and 2\."),
        (lambda: layers.Lambda("abs"), r"function must be a function; got 'abs'\."),
        (lambda: layers.Normalization(mean=1.0), r"mean and variance must be given together; got one of them\."),
        (lambda: layers.Normalization(mean=0.0, variance=-1.0), r"variance must be at least 0; got -1\.0\."),
        (lambda: layers.Normalization().apply({}, {}, ROWS), r"mean of Normalization must be known; got None\."),
        (lambda: layers.Normalization().adapt(np.ones((0, 3))), r"data must hold at least one row; got none\."),
        (
            lambda: layers.Normalization(mean=[1.0], variance=[1.0]).apply({}, {}, ROWS),
            r"must have \(1,\) elements along axis -1; got shape \(2, 3\)\.",
        ),
        (lambda: layers.Residual(jnp.tanh), r"layer must have init and apply; got .* Wrap functions in Lambda\."),
        (lambda: layers.Residual(layers.Dense(4)).init(KEY, ROWS), r"must keep the shape \(2, 3\); got \(2, 4\)\."),
        (lambda: layers.Repeat(layers.Dense(4), 0), r"n must be a positive integer; got 0\."),
        (lambda: layers.Repeat(layers.Dense(4), 2).init(KEY, ROWS), r"layer of Repeat must return what it takes, "),
        (lambda: layers.TimeDistributed(3), r"layer must have init and apply; got 3\."),
        (
            lambda: layers.TimeDistributed(layers.Dense(3)).init(KEY, ROWS[0]),
            r"\(batch, steps, …\); got \(3,\)",
        ),
        (lambda: layers.Flatten().apply({}, {}, [ROWS]), r"inputs of Flatten must be an array; got list\."),
        (lambda: layers.Dropout("half"), r"rate must be in \[0, 1\); got 'half'\."),
    ],
)
def test_wrong_input_is_refused_with_what_must_hold(make: Any, message: str) -> None:
    with pytest.raises((ValueError, TypeError), match=message):
        make()


def test_params_of_another_network_are_refused_by_name() -> None:
    network = layers.Sequential([layers.Dense(3), layers.Dense(2, name="head")])
    params, state = network.init(jax.random.key(0), jnp.ones((1, 4)))
    others = {"dense_0": params["dense_0"]}

    with pytest.raises(ValueError, match=r"params of Dense must hold 'kernel'; got none\.") as caught:
        network.apply(others, state, jnp.ones((1, 4)))

    assert "In layer 'head'." in caught.value.__notes__


def test_what_is_known_of_a_layer_goes_with_it() -> None:
    class Block(layers.Layer):
        def call(self, inputs: Any) -> Any:
            return layers.Dense(3, name="inner")(inputs) + self.weight("offset", (3,))

    block = layers.Sequential([Block(), layers.Dense(2)])
    block.init(jax.random.key(0), jnp.ones((1, 4)))
    output_spec(block, jnp.ones((1, 4)))
    gone = weakref.ref(block.layers[0])

    del block
    gc.collect()

    assert gone() is None
