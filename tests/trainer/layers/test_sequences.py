"""Embeddings and recurrent layers, where Keras is no oracle: inputs by name, dropout, indices, errors."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from trainer import layers, passes
from trainer.layers import precision

KEY = jax.random.key(0)
SEQUENCES = np.random.default_rng(0).normal(size=(3, 4, 2)).astype(np.float32)
MASK = np.array([[True, True, False, False], [True, False, False, False], [True, True, True, True]])
STATE = np.ones((3, 5), np.float32)


def apply(layer: Any, inputs: Any, **mode: Any) -> Any:
    params, state = layer.init(KEY, inputs)
    return layer.apply(params, state, inputs, **mode)[0]


def test_index_outside_of_the_table_gives_nan_in_its_place_alone() -> None:
    rows = apply(layers.Embedding(4, 2), np.array([[0, 3], [4, -1]]))

    np.testing.assert_array_equal(np.isnan(rows), [[[False] * 2] * 2, [[True] * 2] * 2])


def test_floats_are_no_indices() -> None:
    with pytest.raises(TypeError, match=r"inputs of Embedding must be integers; got dtype float32\."):
        layers.Embedding(4, 2).init(KEY, np.ones((2, 3), np.float32))


def test_position_embedding_is_added_by_a_residual() -> None:
    network = layers.Residual(layers.PositionEmbedding(9, "ones"))

    np.testing.assert_allclose(apply(network, SEQUENCES), SEQUENCES + 1, rtol=1e-6)


def test_position_embedding_refuses_sequences_that_are_longer() -> None:
    with pytest.raises(ValueError, match=r"must have at most sequence_length=3 steps; got 4\."):
        apply(layers.PositionEmbedding(3), SEQUENCES)


def test_sine_position_encoding_is_that_of_the_paper() -> None:
    encoding = apply(layers.SinePositionEncoding(100), np.zeros((1, 3, 4), np.float32))

    # sin and cos of position / 100 ** (2 i / 4): the wavelengths are 2π and 20π.
    expected = [
        [0.0, 1.0, 0.0, 1.0],
        [0.84147098, 0.54030231, 0.09983342, 0.99500417],
        [0.90929743, -0.41614684, 0.19866933, 0.98006658],
    ]
    np.testing.assert_allclose(encoding[0], expected, atol=1e-6)


def test_forget_gate_begins_open() -> None:
    params, _ = layers.LSTM(2).init(KEY, SEQUENCES)
    without, _ = layers.LSTM(2, unit_forget_bias=False).init(KEY, SEQUENCES)

    np.testing.assert_array_equal(params["bias"], [0, 0, 1, 1, 0, 0, 0, 0])
    np.testing.assert_array_equal(without["bias"], np.zeros(8))


def test_inputs_are_given_by_place_or_by_name() -> None:
    layer = layers.GRU(5)

    by_name = apply(layer, {"sequences": SEQUENCES, "initial_state": STATE, "mask": MASK})

    np.testing.assert_array_equal(apply(layer, (SEQUENCES, STATE, MASK)), by_name)
    np.testing.assert_array_equal(apply(layer, [SEQUENCES, [STATE], MASK]), by_name)


def test_named_inputs_go_through_every_way_to_compose() -> None:
    inputs = {"sequences": SEQUENCES, "initial_state": [STATE, STATE], "mask": MASK}
    places = {
        "sequences": layers.Input((4, 2)),
        "initial_state": [layers.Input((5,)), layers.Input((5,))],
        "mask": layers.Input((4,), dtype="bool"),
    }
    named = {name: place for name, place in places.items() if name != "sequences"}

    class Encoder(layers.Layer):
        def call(self, inputs: Any) -> Any:
            return layers.LSTM(5, name="lstm")(inputs["sequences"], inputs["initial_state"], mask=inputs["mask"])

    symbolic = layers.Model(places, layers.LSTM(5, name="lstm")(places["sequences"], **named))
    params, _ = symbolic.init(KEY, inputs)
    expected, _ = layers.LSTM(5).apply(params["lstm"], {}, inputs)

    for network in (symbolic, Encoder(), layers.Sequential([layers.LSTM(5, name="lstm")])):
        np.testing.assert_array_equal(network.apply(params, {}, inputs)[0], expected)
        assert jax.tree.map(jnp.shape, network.init(KEY, inputs)[0]) == jax.tree.map(jnp.shape, params)


def test_decoder_goes_on_from_the_states_of_an_encoder() -> None:
    source, target = layers.Input((4, 2)), layers.Input((6, 3))
    _, hidden, carry = layers.LSTM(5, return_state=True)(source)
    outputs = layers.LSTM(5, return_sequences=True)(target, initial_state=[hidden, carry])

    network = layers.Model([source, target], outputs)

    assert outputs.shape == (6, 5)
    assert apply(network, [SEQUENCES, np.ones((3, 6, 3), np.float32)]).shape == (3, 6, 5)


@pytest.mark.parametrize("cell", [layers.SimpleRNN, layers.LSTM, layers.GRU])
def test_products_outside_of_the_loop_give_the_same(cell: type[layers.SimpleRNN]) -> None:
    outside = type("Outside", (cell,), {"is_hoisted": True})
    options = {"dropout": 0.5, "recurrent_dropout": 0.5, "return_sequences": True}
    params, _ = cell(5).init(KEY, SEQUENCES)

    def loss(params: Any, layer: Any) -> Any:
        return jnp.sum(layer.apply(params, {}, SEQUENCES, training=True, key=KEY)[0] ** 2)

    inside = jax.value_and_grad(loss)(params, cell(5, **options))
    jax.tree.map(
        lambda one, other: np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-6),
        inside,
        jax.value_and_grad(loss)(params, outside(5, **options)),
    )


@pytest.mark.parametrize("cell", [layers.SimpleRNN, layers.LSTM, layers.GRU])
def test_dropout_needs_a_key_and_changes_the_outputs_of_training_alone(cell: Any) -> None:
    layer = cell(5, dropout=0.5, recurrent_dropout=0.5)
    params, _ = layer.init(KEY, SEQUENCES)

    trained, _ = layer.apply(params, {}, SEQUENCES, training=True, key=KEY)
    again, _ = layer.apply(params, {}, SEQUENCES, training=True, key=KEY)
    predicted, _ = layer.apply(params, {}, SEQUENCES, key=KEY)

    np.testing.assert_array_equal(trained, again)
    np.testing.assert_array_equal(predicted, cell(5).apply(params, {}, SEQUENCES)[0])
    assert not np.allclose(trained, predicted)
    with pytest.raises(ValueError, match=r"key must be a PRNG key when training with Dropout"):
        layer.apply(params, {}, SEQUENCES, training=True)


def test_dropout_hits_the_same_features_in_all_steps() -> None:
    layer = layers.SimpleRNN(40, None, dropout=0.25, return_sequences=True, use_bias=False)
    params = {"kernel": jnp.eye(40), "recurrent_kernel": jnp.zeros((40, 40))}

    outputs, _ = layer.apply(params, {}, jnp.ones((50, 3, 40)), training=True, key=KEY)

    np.testing.assert_array_equal(outputs, jnp.broadcast_to(outputs[:, :1], outputs.shape))
    assert set(np.unique(outputs)) == {np.float32(0), np.float32(1 / 0.75)}
    assert float(jnp.mean(outputs == 0)) == pytest.approx(0.25, abs=0.03)


def test_recurrent_dropout_has_a_mask_for_each_gate() -> None:
    layer = layers.GRU(30, None, recurrent_activation=None, recurrent_dropout=0.5, use_bias=False)
    kernel = jnp.concatenate([jnp.eye(30), jnp.zeros((30, 30)), jnp.zeros((30, 30))], axis=1)
    params = {"kernel": jnp.zeros((2, 90)), "recurrent_kernel": kernel}
    inputs = {"sequences": jnp.ones((8, 1, 2)), "initial_state": jnp.ones((8, 30))}

    outputs, _ = layer.apply(params, {}, inputs, training=True, key=KEY)  # z · h: the mask of the update gate

    assert set(np.unique(outputs)) == {np.float32(0), np.float32(2)}
    assert float(jnp.mean(outputs == 0)) == pytest.approx(0.5, abs=0.1)


def test_penalty_of_outputs_is_handed_over_once() -> None:
    layer = layers.SimpleRNN(5, activity_regularizer="l2", return_sequences=True)

    with passes.collect() as collected:
        outputs = apply(layer, SEQUENCES)

    np.testing.assert_allclose(collected.loss, 0.01 * jnp.sum(outputs**2) / 3, rtol=1e-5)


def test_mixed_precision_computes_in_bfloat16_and_keeps_float32_weights() -> None:
    with precision.use("mixed_bfloat16"):
        params, _ = layers.LSTM(5).init(KEY, SEQUENCES)
        outputs, _ = layers.LSTM(5).apply(params, {}, SEQUENCES)

    assert outputs.dtype == jnp.bfloat16
    assert params["recurrent_kernel"].dtype == jnp.float32


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        (np.ones((3, 4), np.float32), r"inputs of LSTM must have the shape \(batch, steps, features\); got \(3, 4\)\."),
        ((SEQUENCES, STATE), r"initial_state of LSTM must be 2 arrays of shape \(3, 5\); got \(3, 5\)\."),
        (
            (SEQUENCES, None, MASK[:, :3]),
            r"mask of LSTM must have the shape \(3, 4\) of batch and steps; got \(3, 3\)\.",
        ),
        (
            (SEQUENCES, None, MASK, STATE),
            r"inputs of LSTM must be no more than sequences, initial_state, mask; got 4\.",
        ),
        ({"sequence": SEQUENCES}, r"inputs of LSTM must be among sequences, initial_state, mask; got 'sequence'\."),
        ({"mask": MASK}, r"inputs of LSTM must hold sequences; got mask\."),
    ],
)
def test_wrong_inputs_are_refused(inputs: Any, message: str) -> None:
    layer = layers.LSTM(5)
    params, _ = layer.init(KEY, SEQUENCES)

    with pytest.raises((TypeError, ValueError), match=message):
        layer.apply(params, {}, inputs)


def test_wrong_names_at_a_call_are_refused() -> None:
    x = layers.Input((4, 2))

    with pytest.raises(TypeError, match=r"inputs of Dense must be among inputs; got 'mask'\."):
        layers.Dense(3)(x, mask=x)
    with pytest.raises(TypeError, match=r"inputs of GRU must be given once; got 'sequences' twice\."):
        layers.GRU(3)(x, sequences=x)
    with pytest.raises(TypeError, match=r"inputs of Dense must be given; got none\."):
        layers.Dense(3)()
    assert layers.Dense(3)(inputs=x).shape == (4, 3)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: layers.GRU(0), r"units must be a positive integer; got 0\."),
        (lambda: layers.GRU(2, dropout=1.0), r"dropout must be in \[0, 1\); got 1\.0\."),
        (lambda: layers.LSTM(2, recurrent_activation="sigmoyd"), r"activation must be one of .*; got 'sigmoyd'\."),
        (lambda: layers.Embedding(0, 2), r"input_dim must be a positive integer; got 0\."),
        (lambda: layers.SinePositionEncoding(1), r"max_wavelength must be greater than 1; got 1\."),
    ],
)
def test_wrong_hyperparameters_are_refused(make: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()
