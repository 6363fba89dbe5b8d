"""Attention where Keras is no oracle: named inputs, masks, dropout, errors, and a stack of transformer blocks."""

from __future__ import annotations

import dataclasses
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from trainer import layers, passes

KEY = jax.random.key(0)
QUERY = np.random.default_rng(0).normal(size=(2, 4, 6)).astype(np.float32)
VALUE = np.random.default_rng(1).normal(size=(2, 5, 6)).astype(np.float32)
HEADS = layers.MultiHeadAttention(2, 3)


def apply(layer: Any, inputs: Any, **mode: Any) -> Any:
    params, state = layer.init(KEY, inputs)
    return layer.apply(params, state, inputs, **mode)[0]


def test_one_input_attends_to_itself() -> None:
    alone = apply(HEADS, QUERY)

    np.testing.assert_array_equal(alone, apply(HEADS, (QUERY, QUERY)))
    np.testing.assert_array_equal(alone, apply(HEADS, {"query": QUERY, "value": QUERY, "key": QUERY}))
    assert layers.Sequential([HEADS])(layers.Input((4, 6))).shape == (4, 6)


def test_inputs_by_name_go_through_symbolic_calls() -> None:
    query, value, mask = layers.Input((4, 6)), layers.Input((5, 6)), layers.Input((5,), dtype="bool")
    network = layers.Model([query, value, mask], HEADS(query, value, value_mask=mask))
    is_real = np.array([[True] * 5, [True, True, False, False, False]])
    params, _ = network.init(KEY, [QUERY, VALUE, is_real])

    outputs, _ = network.apply(params, {}, [QUERY, VALUE, is_real])

    inputs = {"query": QUERY, "value": VALUE, "value_mask": is_real}
    np.testing.assert_array_equal(outputs, HEADS.apply(params["multi_head_attention_0"], {}, inputs)[0])


@pytest.mark.parametrize("layer", [HEADS, layers.GroupQueryAttention(3, 4, 2), layers.Attention()])
@pytest.mark.parametrize("return_attention_scores", [False, True])
def test_padding_is_as_if_it_were_not_there(layer: Any, return_attention_scores: bool) -> None:
    layer = dataclasses.replace(layer, return_attention_scores=return_attention_scores)
    is_real = np.array([[True, True, True, False, False]] * 2)
    params, _ = layer.init(KEY, (QUERY, VALUE))

    padded, _ = layer.apply(params, {}, {"query": QUERY, "value": VALUE, "value_mask": is_real})
    cut, _ = layer.apply(params, {}, (QUERY, VALUE[:, :3]))

    first = jax.tree.leaves(padded)[0], jax.tree.leaves(cut)[0]
    np.testing.assert_allclose(*first, atol=1e-6)


def test_query_that_may_attend_to_nothing_stays_finite_in_outputs_and_gradients() -> None:
    params, _ = HEADS.init(KEY, QUERY)
    nothing = np.zeros((2, 4, 4), bool)

    def loss(params: Any) -> Any:
        return jnp.sum(HEADS.apply(params, {}, {"query": QUERY, "attention_mask": nothing})[0])

    value, grads = jax.value_and_grad(loss)(params)

    assert np.isfinite(value)
    assert all(np.all(np.isfinite(leaf)) for leaf in jax.tree.leaves(grads))


def test_weights_that_are_returned_change_no_outputs() -> None:
    with_weights = layers.MultiHeadAttention(2, 3, use_causal_mask=True, return_attention_scores=True)

    outputs, weights = apply(with_weights, QUERY)

    np.testing.assert_allclose(outputs, apply(layers.MultiHeadAttention(2, 3, use_causal_mask=True), QUERY), atol=1e-6)
    np.testing.assert_allclose(np.sum(weights, axis=-1), np.ones((2, 2, 4)), atol=1e-6)
    np.testing.assert_array_equal(np.triu(weights, 1), np.zeros((2, 2, 4, 4)))


@pytest.mark.parametrize("masks", [("query_mask",), ("value_mask",), ("query_mask", "value_mask")])
def test_masks_of_attention_are_those_of_keras(masks: tuple[str, ...]) -> None:
    keras = pytest.importorskip("keras")
    arrays = {"query_mask": np.array([[True] * 4, [True, False, True, False]]), "value_mask": np.ones((2, 5), bool)}
    arrays["value_mask"][:, 3] = False
    given = {name: arrays[name] for name in masks}

    ours = apply(layers.Attention(), {"query": QUERY, "value": VALUE, **given})
    theirs = keras.layers.Attention()([QUERY, VALUE], mask=[given.get("query_mask"), given.get("value_mask")])

    np.testing.assert_allclose(ours, theirs, atol=1e-6)


@pytest.mark.parametrize(
    "layer",
    [
        layers.MultiHeadAttention(2, 3, dropout=0.5),
        layers.Attention(dropout=0.5),
        layers.AdditiveAttention(dropout=0.5),
    ],
)
def test_dropout_of_weights_changes_training_alone(layer: Any) -> None:
    params, _ = layer.init(KEY, (QUERY, VALUE))

    predicted, _ = layer.apply(params, {}, (QUERY, VALUE), key=KEY)
    trained = [layer.apply(params, {}, (QUERY, VALUE), training=True, key=jax.random.key(i))[0] for i in range(2)]

    assert not np.allclose(predicted, trained[0])
    assert not np.allclose(*trained)
    with pytest.raises(ValueError, match=r"key must be a PRNG key when training with Dropout"):
        layer.apply(params, {}, (QUERY, VALUE), training=True)


def test_penalties_reach_the_projections() -> None:
    layer = layers.MultiHeadAttention(
        2, 3, kernel_regularizer="l2", bias_constraint="non_neg", activity_regularizer="l2"
    )
    params, _ = layer.init(KEY, QUERY)
    kernels = [part["kernel"] for part in params.values()]
    negative = {name: part | {"bias": part["bias"] - 1} for name, part in params.items()}

    with passes.collect() as collected:
        layer.apply(params, {}, QUERY)

    expected = 0.01 * sum(np.sum(np.square(kernel)) for kernel in kernels)
    np.testing.assert_allclose(layers.penalty(layer, params), expected, rtol=1e-5)
    assert float(layers.constrain(layer, negative)["value"]["bias"].min()) == 0
    assert float(collected.loss) > 0


def transformer_block() -> layers.Sequential:
    attention = layers.Sequential([layers.LayerNormalization(), layers.MultiHeadAttention(2, 3, use_causal_mask=True)])
    dense = layers.Sequential([layers.LayerNormalization(), layers.Dense(12, "gelu"), layers.Dense(6)])
    return layers.Sequential([layers.Residual(attention), layers.Residual(dense)])


@pytest.mark.parametrize("remat", [False, True])
def test_stack_of_transformer_blocks_equals_the_blocks_one_by_one(remat: bool) -> None:
    stack = layers.Repeat(transformer_block(), 3, remat=remat)
    params, state = stack.init(KEY, QUERY)

    def stacked(params: Any, inputs: Any) -> Any:
        return jnp.sum(jnp.sin(stack.apply(params, state, inputs, training=True, key=KEY)[0]))

    def one_by_one(params: Any, inputs: Any) -> Any:
        (blocks,) = params.values()
        for number in range(3):
            own = jax.tree.map(lambda leaf, number=number: leaf[number], blocks)
            inputs, _ = transformer_block().apply(own, {}, inputs, training=True, key=KEY)
        return jnp.sum(jnp.sin(inputs))

    ours = jax.jit(jax.value_and_grad(stacked, (0, 1)))(params, QUERY)
    expected = jax.jit(jax.value_and_grad(one_by_one, (0, 1)))(params, QUERY)
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, atol=2e-5, rtol=1e-5), ours, expected)


@pytest.mark.parametrize(
    ("layer", "inputs", "message"),
    [
        (
            HEADS,
            (QUERY, VALUE, QUERY),
            r"key and value the same steps; got query \(2, 4, 6\), value \(2, 5, 6\), key \(2,",
        ),
        (HEADS, QUERY[0], r"must have the shape \(batch, steps, …, features\); got \(4, 6\)\."),
        (
            HEADS,
            {"query": QUERY, "value_mask": np.ones((2, 3), bool)},
            r"value_mask of .* must have the shape \(2, 4\)",
        ),
        (
            layers.MultiHeadAttention(2, 3, attention_axes=2),
            QUERY,
            r"attention_axes must be axes in \[1, 1\]; got \(2,\)\.",
        ),
        (
            layers.MultiHeadAttention(2, 3, use_causal_mask=True),
            QUERY[None],
            r"attention_axes must be one axis for a causal mask or a sliding window; got \(1, 2\)\.",
        ),
        (
            layers.Attention(),
            {"query": QUERY, "query_mask": np.ones((2, 1), bool)},
            r"query_mask of Attention must have",
        ),
    ],
)
def test_wrong_inputs_are_refused(layer: Any, inputs: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        apply(layer, inputs)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: layers.MultiHeadAttention(0, 3), r"num_heads must be a positive integer; got 0\."),
        (
            lambda: layers.MultiHeadAttention(2, 3, sliding_window=0),
            r"sliding_window must be a positive integer; got 0\.",
        ),
        (
            lambda: layers.MultiHeadAttention(2, 3, output_shape=(4, 0)),
            r"output_shape must be a positive integer; got 0\.",
        ),
        (lambda: layers.GroupQueryAttention(3, 4, 3), r"must be a multiple of num_key_value_heads=3; got 4\."),
        (lambda: layers.Attention(score_mode="cosine"), r"score_mode must be one of dot, concat; got 'cosine'\."),
        (lambda: layers.Bidirectional(layers.LSTM(2), "max"), r"merge_mode must be one of concat, .*; got 'max'\."),
        (
            lambda: layers.Bidirectional(layers.LSTM(2), backward_layer=layers.LSTM(2)),
            r"backward_layer must have another go_backwards, here True; got False\.",
        ),
    ],
)
def test_wrong_hyperparameters_are_refused(make: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()


def test_direction_of_a_layer_that_is_not_recurrent_is_refused() -> None:
    with pytest.raises(TypeError, match=r"layer must be recurrent; got Dense"):
        layers.Bidirectional(layers.Dense(2))  # type: ignore[arg-type]
