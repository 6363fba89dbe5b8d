from __future__ import annotations

import json
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from trainer import layers
from trainer.protocols import Network


@layers.register
def double(inputs: jax.Array) -> jax.Array:
    return 2 * inputs


def make_model() -> layers.Model:
    x = layers.Input((3,))
    shared = layers.Dense(4)
    return layers.Model(x, layers.Add()([shared(x), shared(layers.Dense(3, "relu")(x))]))


class Integers(tuple[int, ...]):
    """Shape of inputs that are integers."""


# Layer, shape of its inputs (or a list of shapes), shape of its outputs.
CASES: dict[str, tuple[layers.Layer, Any, tuple[int, ...]]] = {
    "Activation": (layers.Activation("relu"), (2, 3), (2, 3)),
    "Add": (layers.Add(), [(2, 3), (2, 4, 1), (2, 1, 3)], (2, 4, 3)),
    "AdditiveAttention": (layers.AdditiveAttention(), [(2, 3, 4), (2, 5, 4)], (2, 3, 4)),
    "AlphaDropout": (layers.AlphaDropout(0.5), (2, 3), (2, 3)),
    "Attention": (layers.Attention(True), [(2, 3, 4), (2, 5, 6), (2, 5, 4)], (2, 3, 6)),
    "Average": (layers.Average(), [(2, 3), (2, 3)], (2, 3)),
    "AveragePooling1D": (layers.AveragePooling1D(2), (2, 5, 3), (2, 2, 3)),
    "AveragePooling2D": (layers.AveragePooling2D((2, 3), 1, "same"), (2, 5, 4, 3), (2, 5, 4, 3)),
    "AveragePooling3D": (layers.AveragePooling3D(), (2, 2, 4, 5, 1), (2, 1, 2, 2, 1)),
    "BatchNormalization": (layers.BatchNormalization(), (4, 3), (4, 3)),
    "Bidirectional": (layers.Bidirectional(layers.LSTM(4, return_sequences=True)), (2, 3, 5), (2, 3, 8)),
    "CenterCrop": (layers.CenterCrop(2, 3), (2, 5, 4, 3), (2, 2, 3, 3)),
    "Concatenate": (layers.Concatenate(axis=1), [(2, 3, 4), (2, 1, 4)], (2, 4, 4)),
    "Conv1D": (layers.Conv1D(4, 3, padding="causal"), (2, 5, 3), (2, 5, 4)),
    "Conv1DTranspose": (layers.Conv1DTranspose(4, 3, 2), (2, 3, 2), (2, 7, 4)),
    "Conv2D": (layers.Conv2D(4, (3, 2), 2, "same", activation="relu"), (2, 5, 4, 3), (2, 3, 2, 4)),
    "Conv2DTranspose": (layers.Conv2DTranspose(4, 3, 2, "same"), (2, 3, 2, 2), (2, 6, 4, 4)),
    "Conv3D": (layers.Conv3D(4, 2, data_format="channels_first"), (2, 3, 2, 4, 5), (2, 4, 1, 3, 4)),
    "Conv3DTranspose": (layers.Conv3DTranspose(2, 2), (2, 1, 2, 3, 1), (2, 2, 3, 4, 2)),
    "Dense": (layers.Dense(5, "tanh", name="out"), (2, 3), (2, 5)),
    "DepthwiseConv1D": (layers.DepthwiseConv1D(3, depth_multiplier=2), (2, 5, 3), (2, 3, 6)),
    "DepthwiseConv2D": (layers.DepthwiseConv2D(3, padding="same"), (2, 5, 4, 3), (2, 5, 4, 3)),
    "Dot": (layers.Dot((2, 1), normalize=True), [(2, 3, 4), (2, 4, 5)], (2, 3, 5)),
    "Dropout": (layers.Dropout(0.5), (2, 3), (2, 3)),
    "Embedding": (layers.Embedding(7, 4), Integers((2, 3)), (2, 3, 4)),
    "Flatten": (layers.Flatten(), (2, 3, 4), (2, 12)),
    "GRU": (layers.GRU(4, dropout=0.1, recurrent_dropout=0.1), (2, 3, 5), (2, 4)),
    "GaussianDropout": (layers.GaussianDropout(0.5), (2, 3), (2, 3)),
    "GaussianNoise": (layers.GaussianNoise(0.5), (2, 3), (2, 3)),
    "GlobalAveragePooling1D": (layers.GlobalAveragePooling1D(), (2, 5, 3), (2, 3)),
    "GlobalAveragePooling2D": (layers.GlobalAveragePooling2D(keepdims=True), (2, 5, 4, 3), (2, 1, 1, 3)),
    "GlobalAveragePooling3D": (layers.GlobalAveragePooling3D("channels_first"), (2, 3, 1, 2, 4), (2, 3)),
    "GlobalMaxPooling1D": (layers.GlobalMaxPooling1D(), (2, 5, 3), (2, 3)),
    "GlobalMaxPooling2D": (layers.GlobalMaxPooling2D(), (2, 5, 4, 3), (2, 3)),
    "GlobalMaxPooling3D": (layers.GlobalMaxPooling3D(), (2, 1, 2, 4, 3), (2, 3)),
    "GroupNormalization": (layers.GroupNormalization(2), (2, 5, 4), (2, 5, 4)),
    "GroupQueryAttention": (layers.GroupQueryAttention(3, 4, 2, dropout=0.1), (2, 3, 5), (2, 3, 5)),
    "Input": (layers.Input((3,)), (2, 3), (2, 3)),
    "LSTM": (layers.LSTM(4, return_sequences=True), (2, 3, 5), (2, 3, 4)),
    "Lambda": (layers.Lambda(double), (2, 3), (2, 3)),
    "LayerNormalization": (layers.LayerNormalization((1, 2)), (2, 5, 4), (2, 5, 4)),
    "MaxPooling1D": (layers.MaxPooling1D(3, 2), (2, 7, 3), (2, 3, 3)),
    "MaxPooling2D": (layers.MaxPooling2D(), (2, 5, 4, 3), (2, 2, 2, 3)),
    "MaxPooling3D": (layers.MaxPooling3D(2, padding="same"), (2, 1, 3, 4, 1), (2, 1, 2, 2, 1)),
    "Maximum": (layers.Maximum(), [(2, 3), (2, 3)], (2, 3)),
    "Minimum": (layers.Minimum(), [(2, 3), (2, 3)], (2, 3)),
    "Model": (make_model(), (2, 3), (2, 4)),
    "MultiHeadAttention": (layers.MultiHeadAttention(2, 3, output_shape=4), [(2, 3, 5), (2, 6, 7)], (2, 3, 4)),
    "Multiply": (layers.Multiply(), [(2, 3), (2, 1)], (2, 3)),
    "Normalization": (layers.Normalization(mean=[1.0, 2.0, 3.0], variance=[1.0, 4.0, 9.0]), (2, 3), (2, 3)),
    "Permute": (layers.Permute((2, 1)), (2, 3, 4), (2, 4, 3)),
    "PositionEmbedding": (layers.PositionEmbedding(9), (2, 3, 4), (2, 3, 4)),
    "RMSNormalization": (layers.RMSNormalization(), (2, 5, 4), (2, 5, 4)),
    "RandomBrightness": (layers.RandomBrightness(0.2), (2, 5, 4, 3), (2, 5, 4, 3)),
    "RandomContrast": (layers.RandomContrast(0.2), (2, 5, 4, 3), (2, 5, 4, 3)),
    "RandomCrop": (layers.RandomCrop(2, 3, "channels_first"), (2, 3, 5, 4), (2, 3, 2, 3)),
    "RandomFlip": (layers.RandomFlip("vertical"), (2, 5, 4, 3), (2, 5, 4, 3)),
    "RandomRotation": (layers.RandomRotation(0.2), (2, 5, 4, 3), (2, 5, 4, 3)),
    "RandomTranslation": (layers.RandomTranslation(0.2, 0.1), (2, 5, 4, 3), (2, 5, 4, 3)),
    "RandomZoom": (layers.RandomZoom(0.2), (2, 5, 4, 3), (2, 5, 4, 3)),
    "Repeat": (layers.Repeat(layers.Dense(3, "tanh"), 4, remat=True), (2, 3), (2, 3)),
    "RepeatVector": (layers.RepeatVector(4), (2, 3), (2, 4, 3)),
    "Rescaling": (layers.Rescaling([1.0, 2.0, 3.0], offset=-1.0), (2, 3), (2, 3)),
    "Reshape": (layers.Reshape((-1, 2)), (2, 3, 4), (2, 6, 2)),
    "Residual": (layers.Residual(layers.Dense(4), layers.Dense(4)), (2, 3), (2, 4)),
    "SeparableConv1D": (layers.SeparableConv1D(4, 3), (2, 5, 3), (2, 3, 4)),
    "SeparableConv2D": (layers.SeparableConv2D(4, 3, depth_multiplier=2), (2, 5, 4, 3), (2, 3, 2, 4)),
    "Sequential": (layers.Sequential([layers.Flatten(), layers.Dense(4)]), (2, 3, 2), (2, 4)),
    "SimpleRNN": (layers.SimpleRNN(4, go_backwards=True), (2, 3, 5), (2, 4)),
    "SinePositionEncoding": (layers.SinePositionEncoding(), (2, 3, 4), (2, 3, 4)),
    "SpatialDropout1D": (layers.SpatialDropout1D(0.5), (2, 3, 4), (2, 3, 4)),
    "SpatialDropout2D": (layers.SpatialDropout2D(0.5, "channels_first"), (2, 3, 4, 5), (2, 3, 4, 5)),
    "SpatialDropout3D": (layers.SpatialDropout3D(0.5), (2, 1, 3, 4, 2), (2, 1, 3, 4, 2)),
    "Subtract": (layers.Subtract(), [(2, 3), (2, 3)], (2, 3)),
    "TimeDistributed": (layers.TimeDistributed(layers.Dense(5)), (2, 4, 3), (2, 4, 5)),
    "UnitNormalization": (layers.UnitNormalization(), (2, 5, 4), (2, 5, 4)),
    "UpSampling1D": (layers.UpSampling1D(3), (2, 3, 4), (2, 9, 4)),
    "UpSampling2D": (layers.UpSampling2D((2, 3), interpolation="bilinear"), (2, 3, 4, 1), (2, 6, 12, 1)),
    "UpSampling3D": (layers.UpSampling3D(), (2, 1, 2, 3, 1), (2, 2, 4, 6, 1)),
    "ZeroPadding1D": (layers.ZeroPadding1D((1, 2)), (2, 3, 4), (2, 6, 4)),
    "ZeroPadding2D": (layers.ZeroPadding2D(((1, 0), (2, 3))), (2, 3, 4, 1), (2, 4, 9, 1)),
    "ZeroPadding3D": (layers.ZeroPadding3D(1), (2, 1, 2, 3, 1), (2, 3, 4, 5, 1)),
}
KEY = jax.random.key(0)


def make(shapes: Any, function: Any) -> Any:
    """``function(shape, dtype)`` for each shape."""
    if isinstance(shapes, list):
        return [make(shape, function) for shape in shapes]
    return function(shapes, "int32" if isinstance(shapes, Integers) else "float32")


def test_contract_covers_every_layer() -> None:
    assert set(CASES) == set(layers.LAYERS)


@pytest.mark.parametrize("name", CASES)
def test_layer_is_a_network_that_maps_shapes(name: str) -> None:
    layer, shape, output_shape = CASES[name]
    inputs = make(shape, jnp.ones)

    params, state = layer.init(KEY, inputs)
    outputs, new_state = layer.apply(params, state, inputs, training=True, key=KEY)

    assert isinstance(layer, Network)
    assert outputs.shape == output_shape
    assert jax.tree.structure(new_state) == jax.tree.structure(state)


@pytest.mark.parametrize("name", CASES)
def test_layer_init_needs_only_shapes(name: str) -> None:
    layer, shape, _ = CASES[name]

    from_shapes = layer.init(KEY, make(shape, jax.ShapeDtypeStruct))
    from_values = layer.init(KEY, make(shape, jnp.ones))

    assert jax.tree.all(jax.tree.map(jnp.array_equal, from_shapes, from_values))


@pytest.mark.parametrize("name", CASES)
def test_layer_without_its_params_says_which_it_misses(name: str) -> None:
    layer, shape, _ = CASES[name]
    inputs = make(shape, jax.ShapeDtypeStruct)
    params, state = jax.eval_shape(layer.init, KEY, inputs)
    if not jax.tree.leaves(params):
        return

    with pytest.raises(ValueError, match="params of .* must hold '.*'; got none. Pass what init returns"):
        jax.eval_shape(lambda *given: layer.apply({}, *given, training=True, key=KEY), state, inputs)


@pytest.mark.parametrize("name", CASES)
def test_layer_compiled_gives_the_same_as_uncompiled(name: str) -> None:
    layer, shape, _ = CASES[name]
    inputs = make(shape, lambda sizes, dtype: jax.random.normal(KEY, sizes).astype(dtype))
    params, state = layer.init(KEY, inputs)

    def apply(params: dict, inputs: jax.Array) -> jax.Array:
        return layer.apply(params, state, inputs, training=True, key=KEY)[0]

    np.testing.assert_allclose(jax.jit(apply)(params, inputs), apply(params, inputs), rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("name", CASES)
def test_layer_from_its_config_is_equal(name: str) -> None:
    layer, _, _ = CASES[name]

    again = layers.from_config(json.loads(json.dumps(layers.to_config(layer))))

    assert again == layer
    assert hash(again) == hash(layer)


@pytest.mark.parametrize("name", CASES)
def test_layer_called_on_symbolic_inputs_has_the_shape_that_it_computes(name: str) -> None:
    layer, shape, output_shape = CASES[name]

    outputs = layer(make(shape, lambda sizes, dtype: layers.Input(sizes[1:], dtype=dtype)))

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
