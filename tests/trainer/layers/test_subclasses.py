"""Layers that a user writes: with weights, with layers as attributes, with layers made inside ``call``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from trainer import layers, passes
from trainer.describe import describe
from trainer.layers.checks import check_axes, check_features
from trainer.layers.initializers import Initializer
from trainer.layers.regularizers import L2, Regularizer

KEY = jax.random.key(0)
ROWS = jnp.arange(8.0).reshape(2, 4)


@layers.register
@dataclass(frozen=True)
class Scale(layers.Layer):
    """Multiplies each feature by a weight: the example of ``trainer/layers/base.py``."""

    scale_initializer: Initializer = "ones"
    scale_regularizer: Regularizer = None

    def init(self, key: jax.Array, example: Any) -> tuple[dict, dict]:
        check_axes(self, example, "batch", "…", "features")
        return self.make_params(key, scale=(example.shape[-1],)), {}

    def apply(self, params: dict, state: dict, inputs: Any, *, training: bool = False, key: Any = None) -> Any:
        check_features(self, inputs, params["scale"].shape[0])
        inputs, params = self.policy.cast(inputs, params)
        return inputs * params["scale"], state


@layers.register
class Classifier(layers.Layer):
    """As simple as Keras': layers as attributes."""

    def __init__(self, units: int, depth: int = 2, name: str | None = None) -> None:
        super().__init__(name=name)
        self.units = units
        self.depth = depth
        self.blocks = [layers.Dense(units, "relu", kernel_regularizer=L2(0.5)) for _ in range(depth)]
        self.head = layers.Dense(3)

    def call(self, inputs: jax.Array, training: bool) -> jax.Array:
        for block in self.blocks:
            inputs = block(inputs)
        return self.head(layers.dropout(inputs, 0.5)) * (2 if training else 1)


class Inline(layers.Layer):
    """Layers and weights made where they are used."""

    def call(self, inputs: jax.Array) -> jax.Array:
        hidden = layers.Dense(3, "relu", kernel_regularizer="l2", name="hidden")(inputs)
        return hidden * self.weight("gain", (3,), "ones") + layers.dense(inputs, 3)


def names_of(params: dict) -> dict[str, list[str]]:
    return {name: sorted(part) for name, part in params.items()}


def test_attributes_name_the_params_of_their_layers() -> None:
    params, state = Classifier(5).init(KEY, ROWS)

    assert names_of(params) == {
        "blocks_0": ["bias", "kernel"],
        "blocks_1": ["bias", "kernel"],
        "head": ["bias", "kernel"],
    }
    assert state == {}
    assert params["blocks_1"]["kernel"].shape == (5, 5)


def test_call_is_told_whether_it_trains() -> None:
    network = Classifier(5)
    params, state = network.init(KEY, ROWS)
    params["head"] = {"kernel": jnp.zeros((5, 3)), "bias": jnp.ones(3)}

    np.testing.assert_array_equal(network.apply(params, state, ROWS)[0], np.ones((2, 3)))
    np.testing.assert_array_equal(network.apply(params, state, ROWS, training=True, key=KEY)[0], 2 * np.ones((2, 3)))


def test_layers_and_weights_made_inside_call_have_their_params_by_name() -> None:
    network = Inline()

    params, state = network.init(KEY, ROWS)
    outputs, _ = network.apply(params, state, ROWS)

    assert list(params) == ["hidden", "gain", "dense_0"]
    assert params["gain"].shape == (3,)
    expected = np.maximum(ROWS @ params["hidden"]["kernel"], 0) + ROWS @ params["dense_0"]["kernel"]
    np.testing.assert_allclose(outputs, expected, rtol=1e-5)


def test_subclass_is_a_member_like_any_other() -> None:
    network = layers.Sequential([Classifier(5), layers.Dense(2)])

    params, _ = network.init(KEY, ROWS)

    assert list(params) == ["classifier_0", "dense_0"]
    assert Classifier(5)(layers.Input((4,))).shape == (3,)


def test_subclass_scopes_stand_in_the_trace() -> None:
    network = layers.Sequential([Classifier(5)])
    params, state = network.init(KEY, ROWS)

    jaxpr = jax.make_jaxpr(lambda params: network.apply(params, state, ROWS)[0])(params)

    scopes = {str(eqn.source_info.name_stack) for eqn in jaxpr.jaxpr.eqns}
    assert {"classifier_0/blocks_0", "classifier_0/blocks_1", "classifier_0/head"} <= scopes


def test_subclasses_are_equal_where_their_attributes_are() -> None:
    assert Classifier(5) == Classifier(5)
    assert hash(Classifier(5)) == hash(Classifier(5))
    assert Classifier(5) != Classifier(6)
    assert Classifier(5) != Inline()


def test_subclass_from_its_config_is_equal() -> None:
    network = layers.Sequential([Classifier(5, depth=3, name="top"), Scale(scale_regularizer=L2(0.1))])

    assert layers.from_config(layers.to_config(network)) == network


def test_subclass_is_described_by_its_attributes() -> None:
    assert describe(Classifier(5))["units"] == 5
    assert describe(Classifier(5)) != describe(Classifier(6))


def test_unregistered_subclass_has_no_configuration() -> None:
    with pytest.raises(TypeError, match=r"layer must be registered .*Inline.* Decorate it with layers\.register\."):
        layers.to_config(Inline())


def test_argument_that_is_not_kept_has_no_configuration() -> None:
    class Forgetful(layers.Layer):
        def __init__(self, units: int) -> None:
            super().__init__()

    with pytest.raises(AttributeError, match=r"units must be kept as an attribute by Forgetful; got none\."):
        Forgetful(3).get_config()


def test_second_class_of_a_name_is_refused() -> None:
    other = type("Classifier", (layers.Layer,), {"__module__": "elsewhere"})

    with pytest.raises(ValueError, match=r"name of a registered class must be free; got 'Classifier'"):
        layers.register(other)


def test_penalties_of_attributes_are_found_and_those_made_inside_call_are_handed_over() -> None:
    classifier, inline = Classifier(5, depth=1), Inline()
    params, _ = classifier.init(KEY, ROWS)
    inner, _ = inline.init(KEY, ROWS)

    with passes.collect() as collected:
        inline.apply(inner, {}, ROWS, training=True)

    expected = 0.5 * np.sum(np.square(params["blocks_0"]["kernel"]))
    np.testing.assert_allclose(layers.penalty(classifier, params), expected, rtol=1e-6)
    np.testing.assert_allclose(collected.loss, 0.01 * np.sum(np.square(inner["hidden"]["kernel"])), rtol=1e-6)
    assert float(layers.penalty(inline, inner)) == 0


def test_weight_of_another_shape_is_refused() -> None:
    params, state = Inline().init(KEY, ROWS)

    with pytest.raises(ValueError, match=r"weight 'gain' must have the shape \(3,\); got shape \(4,\)\."):
        Inline().apply(params | {"gain": jnp.ones(4)}, state, ROWS)


def test_attributes_of_one_name_are_refused() -> None:
    class Twins(layers.Layer):
        def __init__(self) -> None:
            super().__init__()
            self.left, self.right = layers.Dense(3, name="same"), layers.Dense(4, name="same")

        def call(self, inputs: jax.Array) -> jax.Array:
            return self.right(self.left(inputs))

    with pytest.raises(ValueError, match=r"names of layers must differ; got 'same' twice\."):
        Twins().init(KEY, ROWS)


def test_layer_under_two_attributes_shares_its_params() -> None:
    class Tied(layers.Layer):
        def __init__(self) -> None:
            super().__init__()
            self.there = self.back = layers.Dense(4)

        def call(self, inputs: jax.Array) -> jax.Array:
            return self.back(self.there(inputs))

    params, _ = Tied().init(KEY, ROWS)

    assert len(params) == 1
