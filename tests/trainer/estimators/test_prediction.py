from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from trainer import Estimator, RunConfig, heads, layers
from trainer.estimators.prediction import predict_rows

Arrays = tuple[np.ndarray, np.ndarray]


@pytest.fixture(scope="module")
def fitted() -> Estimator:
    generator = np.random.default_rng(0)
    features, labels = generator.normal(size=(30, 5)), generator.integers(0, 3, 30)
    network = layers.Sequential([layers.Dense(16, "relu"), layers.Dense(3)])
    return Estimator(network, head=heads.MultiClassHead(3)).fit(features, labels, steps=5)


def test_row_is_predicted_alike_alone_and_among_many(fitted: Estimator) -> None:
    features = np.random.default_rng(1).normal(size=(40_000, 5)).astype(np.float32)

    many = fitted.predict_proba(features)

    assert many.shape == (40_000, 3)
    for rows in (slice(0, 1), slice(16_380, 16_390), slice(39_990, 40_000)):
        np.testing.assert_array_equal(fitted.predict_proba(features[rows]), many[rows])


def test_predictions_are_those_of_the_network_itself(fitted: Estimator) -> None:
    features = np.random.default_rng(2).normal(size=(700, 5)).astype(np.float32)
    params = jax.device_get(fitted.params_)
    hidden = np.maximum(features @ params["dense_0"]["kernel"] + params["dense_0"]["bias"], 0)
    logits = hidden @ params["dense_1"]["kernel"] + params["dense_1"]["bias"]

    np.testing.assert_allclose(fitted.predictions(features)["logits"], logits, atol=1e-5)


@pytest.mark.skipif(jax.default_backend() != "cpu", reason="only a CPU runs convolutions slowly in a loop")
def test_foreign_convolution_is_predicted_and_evaluated_block_by_block() -> None:
    class Convolution:
        def init(self, key: jax.Array, example: jax.Array) -> tuple[dict[str, jax.Array], dict[str, jax.Array]]:
            return {"kernel": jnp.ones((3, 1, 1))}, {}

        def apply(self, params, state, inputs, *, training, key):  # type: ignore[no-untyped-def]
            outputs = jax.lax.conv_general_dilated(
                inputs[:, :, None], params["kernel"], (1,), "VALID", dimension_numbers=("NWC", "WIO", "NWC")
            )
            return outputs[:, :, 0], state

    features = np.arange(6000, dtype=np.float32).reshape(2000, 3) / 100
    estimator = Estimator(Convolution(), head=heads.RegressionHead(), optimizer="sgd", learning_rate=1e-9)

    predicted = estimator.fit(features, features.sum(axis=1), steps=1).predict(features)

    assert estimator._fitted is not None
    state = estimator._fitted.train_state
    programs, block = estimator._fitted.training.programs, np.ones((256, 3), np.float32)
    assert not programs.prediction_cost(state.params, state.state, block).can_loop
    np.testing.assert_allclose(predicted, features.sum(axis=1), rtol=1e-3)
    values = estimator.evaluate(features, features.sum(axis=1) + 1)
    assert values["mae"] == pytest.approx(1, rel=1e-2)
    assert values["r2"] == pytest.approx(0.99963, abs=1e-5)


def test_rows_computed_together_are_as_many_as_the_config_says(fitted: Estimator) -> None:
    seen: set[int] = set()

    class Watch(layers.Layer):
        def apply(self, params, state, inputs, *, training=False, key=None):  # type: ignore[no-untyped-def]
            seen.add(inputs.shape[0])
            return inputs, state

    features = np.random.default_rng(3).normal(size=(100, 5)).astype(np.float32)
    network = layers.Sequential([Watch(), layers.Dense(3)])
    config = RunConfig(eval_batch_size=48, batch_size=20)
    estimator = Estimator(network, head=heads.MultiClassHead(3), config=config)

    estimator.fit(features, np.arange(100) % 3, steps=2).predict(features)
    values = estimator.evaluate(features, np.arange(100) % 3)

    assert seen - {20, 100} == {48}
    assert values["accuracy"] == pytest.approx(estimator.score(features, np.arange(100) % 3))


def test_error_in_a_later_block_is_told() -> None:
    def check(blocks: np.ndarray) -> np.ndarray:
        if blocks[0, 0, 0] > 0:
            raise RuntimeError("out of memory")
        return np.asarray(blocks)

    @jax.jit
    def predict(blocks: jax.Array, count: jax.Array) -> dict[str, jax.Array]:
        return {"sums": jax.pure_callback(check, blocks, blocks).sum(axis=2)}

    with pytest.raises(RuntimeError, match="out of memory"):
        predict_rows(predict, (), np.arange(40_000, dtype=np.float32)[:, None])


@pytest.mark.parametrize(
    ("num_rows", "output_bytes", "expected"),
    [(256, 0, 1), (257, 0, 2), (700, 0, 4), (100_000, 0, 64), (700, 13 << 20, 1), (100_000, 3 << 20, 5)],
)
def test_a_call_has_room_for_what_is_predicted_and_no_more(num_rows: int, output_bytes: int, expected: int) -> None:
    shapes = []

    @jax.jit
    def predict(blocks: jax.Array, count: jax.Array) -> dict[str, jax.Array]:
        shapes.append(blocks.shape)
        return {"doubles": 2 * blocks}

    rows = np.arange(num_rows, dtype=np.float32)[:, None]
    found = predict_rows(predict, (), rows, output_bytes=output_bytes)

    assert shapes == [(expected, 256, 1)]
    np.testing.assert_array_equal(found["doubles"], 2 * rows)


def test_all_rows_are_predicted_with_the_settings_of_the_caller() -> None:
    seen = []

    class Watch(layers.Layer):
        def apply(self, params, state, inputs, *, training=False, key=None):  # type: ignore[no-untyped-def]
            seen.append(jax.config.jax_default_matmul_precision)
            return inputs, state

    features = np.random.default_rng(4).normal(size=(40_000, 2)).astype(np.float32)
    network = layers.Sequential([Watch(), layers.Dense(1)])
    estimator = Estimator(network, head=heads.RegressionHead()).fit(features, features[:, 0], steps=1)
    seen.clear()

    with jax.default_matmul_precision("highest"):
        estimator.predict(features)

    assert set(seen) == {"highest"}
