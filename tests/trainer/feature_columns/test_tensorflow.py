"""What TensorFlow's feature columns make of the same table, as scripts/make_estimator_fixtures.py wrote it down."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from tests.trainer.feature_columns.cases import FEATURES, TABLE, TEXTS, UNITS, make_categorical, make_dense, make_linear
from trainer import feature_columns as fc
from trainer import layers
from trainer.feature_columns.fingerprints import fingerprint

THEIRS = json.loads((Path(__file__).parents[2] / "fixtures" / "feature_columns.json").read_text())
CATEGORICAL = make_categorical(fc)


def initialize(key: Any, shape: Any, dtype: Any) -> jax.Array:
    del key, shape
    return jnp.asarray(TABLE, dtype)


DENSE = make_dense(fc, initialize)


def test_hashes_of_texts_of_all_lengths_are_tensorflows() -> None:
    assert (fingerprint([text.encode() for text in TEXTS]) % np.uint64(2**63 - 1)).tolist() == THEIRS["hashes"]


@pytest.mark.parametrize("case", CATEGORICAL)
def test_categories_and_names_are_tensorflows(case: str) -> None:
    column = CATEGORICAL[case]

    assert column.ids(FEATURES).tolist() == THEIRS["ids"][case]
    assert column.name == THEIRS["names"][case]


@pytest.mark.parametrize("case", DENSE)
def test_dense_features_are_tensorflows(case: str) -> None:
    layer = fc.DenseFeatures(DENSE[case])
    encoded = fc.FeatureColumns(DENSE[case]).encode(FEATURES)

    params, state = layer.init(jax.random.key(0), encoded)
    outputs, _ = layer.apply(params, state, encoded)

    np.testing.assert_allclose(outputs, THEIRS["dense"][case], rtol=1e-6)
    assert outputs.shape[1] == layer.width


def test_linear_model_is_tensorflows() -> None:
    columns = make_linear(fc)
    layer = fc.LinearFeatures(columns, UNITS)
    encoded = fc.FeatureColumns(columns).encode(FEATURES)

    params, state = layer.init(jax.random.key(0), encoded)
    params["bias"] = jnp.array([0.1, 0.2])
    numbered = jax.tree.map(lambda leaf: 0.1 * jnp.arange(1, leaf.size + 1.0).reshape(leaf.shape), params)

    np.testing.assert_allclose(layer.apply(numbered, state, encoded)[0], THEIRS["linear"], rtol=1e-5)


class Spelled(layers.Layer):
    """Calls both as TensorFlow 1.0 spells them."""

    def call(self, inputs: Any) -> Any:
        dense = fc.input_layer(inputs, list(DENSE.values())[0])
        return dense, fc.linear_model(inputs, make_linear(fc), UNITS, sparse_combiner="sum", name="wide")


def test_layers_in_tensorflows_spelling_are_tensorflows() -> None:
    columns = [*list(DENSE.values())[0], *make_linear(fc)]
    encoded = fc.FeatureColumns(columns).encode(FEATURES)

    params, state = Spelled().init(jax.random.key(0), encoded)
    params["wide"]["bias"] = jnp.array([0.1, 0.2])
    wide = jax.tree.map(lambda leaf: 0.1 * jnp.arange(1, leaf.size + 1.0).reshape(leaf.shape), params["wide"])
    (dense, linear), _ = Spelled().apply({**params, "wide": wide}, state, encoded)

    np.testing.assert_allclose(dense, list(THEIRS["dense"].values())[0], rtol=1e-6)
    np.testing.assert_allclose(linear, THEIRS["linear"], rtol=1e-5)
