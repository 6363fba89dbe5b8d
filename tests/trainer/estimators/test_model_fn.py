from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from trainer import DNNClassifier, Estimator, EstimatorSpec, Mode, RunConfig, heads, layers, metrics

Arrays = tuple[np.ndarray, np.ndarray]


def model_fn(features: jax.Array, labels: jax.Array, mode: Mode, params: dict[str, Any]) -> EstimatorSpec:
    """As one wrote it for TensorFlow 1.0."""
    hidden = features
    for units in params["hidden_units"]:
        hidden = layers.dense(hidden, units=units, activation=jax.nn.relu)
    logits = layers.dense(hidden, units=3)
    predictions = {"class_ids": jnp.argmax(logits, axis=1), "probabilities": jax.nn.softmax(logits)}
    if mode == Mode.PREDICT:
        return EstimatorSpec(mode, predictions=predictions)
    loss = optax.softmax_cross_entropy_with_integer_labels(logits, labels).mean()
    accuracy = metrics.accuracy(labels, predictions["class_ids"])
    return EstimatorSpec(
        mode, loss=loss, optimizer=optax.adam(params["learning_rate"]), eval_metrics={"accuracy": accuracy}
    )


def test_model_fn_trains_as_the_canned_estimator_of_the_same_network(blobs: Arrays) -> None:
    features, labels = blobs
    config = RunConfig(seed=1, batch_size=30)
    estimator = Estimator(model_fn, params={"hidden_units": [16, 8], "learning_rate": 0.02}, config=config)

    estimator.fit(features, labels, steps=300)

    assert estimator.evaluate(features, labels)["accuracy"] == 1.0
    assert sorted(estimator.params_) == ["dense_0", "dense_1", "dense_2"]
    assert estimator.predict(features)["class_ids"].tolist() == labels.tolist()
    assert estimator.predict_proba(features).shape == (90, 3)


def test_evaluation_of_a_model_fn_is_exact_with_a_short_last_batch(blobs: Arrays) -> None:
    features, labels = np.tile(blobs[0], (12, 1)), np.tile(blobs[1], 12)  # 1,080 rows: 1,024 and 56
    estimator = Estimator(model_fn, params={"hidden_units": [4], "learning_rate": 0.02}).fit(*blobs, steps=5)

    values = estimator.evaluate(features, labels)

    losses = -np.log(estimator.predict_proba(features)[np.arange(len(labels)), labels])
    assert values["loss"] == pytest.approx(losses.mean(), rel=1e-4)


def test_last_short_training_batch_of_a_model_fn_is_seen_as_it_is(blobs: Arrays) -> None:
    sizes: list[int] = []

    def spying(features: jax.Array, labels: jax.Array, mode: Mode) -> EstimatorSpec:
        if mode is Mode.TRAIN:
            sizes.append(features.shape[0])
        return EstimatorSpec(mode, loss=jnp.mean((layers.dense(features, 1)[:, 0] - labels) ** 2))

    estimator = Estimator(spying, config=RunConfig(batch_size=40)).fit(*blobs, epochs=1)

    assert estimator.n_iter_ == 3
    assert {40, 10} <= set(sizes)


def test_model_fn_with_a_single_prediction_returns_the_array(line: Arrays) -> None:
    def linear(features: jax.Array, labels: Any, mode: Mode) -> EstimatorSpec:
        outputs = layers.dense(features, units=1, name="line")[:, 0]
        loss = None if labels is None else jnp.mean((outputs - labels) ** 2)
        return EstimatorSpec(mode, loss=loss, predictions=outputs)

    estimator = Estimator(linear, optimizer="adam", learning_rate=0.1).fit(*line, steps=300)

    np.testing.assert_allclose(estimator.predict(line[0]), line[1], atol=0.05)
    np.testing.assert_allclose(estimator.params_["line"]["kernel"][:, 0], [2, -1], atol=0.05)


def test_dropout_in_a_model_fn_is_active_only_while_training(line: Arrays) -> None:
    def dropping(features: jax.Array, labels: Any, mode: Mode) -> EstimatorSpec:
        outputs = layers.dense(layers.dropout(features, 0.5), units=1)[:, 0]
        return EstimatorSpec(mode, loss=None if labels is None else jnp.mean(outputs), predictions=outputs)

    estimator = Estimator(dropping).fit(*line, steps=3)

    np.testing.assert_array_equal(estimator.predict(line[0]), estimator.predict(line[0]))


def test_other_hyperparameters_are_another_model(line: Arrays) -> None:
    def scaled(features: jax.Array, labels: Any, mode: Mode, params: dict[str, float]) -> EstimatorSpec:
        outputs = params["scale"] * layers.dense(features, units=1)[:, 0]
        return EstimatorSpec(mode, loss=None if labels is None else jnp.mean(outputs**2), predictions=outputs)

    estimator = Estimator(scaled, params={"scale": 1.0})
    one = estimator.fit(*line, steps=1).predict(line[0])
    other = estimator.set_params(params={"scale": 0.0}).fit(*line, steps=1).predict(line[0])

    assert one.any()
    assert not other.any()


def test_network_with_a_head_equals_the_canned_estimator(blobs: Arrays) -> None:
    network = layers.Sequential([layers.Dense(8, "relu"), layers.Dense(3)])

    estimator = Estimator(network, head=heads.MultiClassHead(3), config=RunConfig(seed=2)).fit(*blobs, steps=40)
    canned = DNNClassifier([8], standardize=False, random_state=2).fit(*blobs, steps=40)

    np.testing.assert_array_equal(estimator.predict_proba(blobs[0]), canned.predict_proba(blobs[0]))


def test_network_with_several_inputs_takes_a_dict(blobs: Arrays) -> None:
    features, labels = blobs
    a, b = layers.Input((1,)), layers.Input((1,))
    outputs = layers.Dense(3)(layers.Dense(8, "relu")(a))
    network = layers.Model({"a": a, "b": b}, outputs)
    columns = {"a": features[:, :1], "b": features[:, 1:]}

    estimator = Estimator(network, head=heads.MultiClassHead(3)).fit(columns, labels, steps=10)

    assert estimator.predict(columns).shape == (90,)
    assert not hasattr(estimator, "n_features_in_")


def bad_return(features: Any, labels: Any) -> Any:
    return layers.dense(features, 1)


def bad_loss(features: Any, labels: Any, mode: Mode) -> EstimatorSpec:
    return EstimatorSpec(mode, loss=layers.dense(features, 1))


def no_predictions(features: Any, labels: Any, mode: Mode) -> EstimatorSpec:
    return EstimatorSpec(mode, loss=jnp.mean(layers.dense(features, 1)))


def with_config(features: Any, labels: Any, mode: Mode, config: Any) -> EstimatorSpec:
    return EstimatorSpec(mode, loss=jnp.mean(layers.dense(features, config)))


def without_weights(features: Any, labels: Any, mode: Mode) -> EstimatorSpec:
    return EstimatorSpec(mode, loss=jnp.mean(features))


@pytest.mark.parametrize(
    ("estimator", "message"),
    [
        (Estimator(bad_return), r"model_fn must return an EstimatorSpec; got "),
        (Estimator(bad_loss), r"loss of the EstimatorSpec must be a scalar in mode train; got shape \(32, 1\)\."),
        (Estimator(3), r"network_or_model_fn must have init and apply, or be a function; got 3\."),
        (Estimator([layers.Dense(3)], head=heads.BinaryHead()), r"must have init and apply, or be a function; got \["),
        (Estimator(layers.Dense), r"must have init and apply, or be a function; got <class .*Dense"),
        (Estimator(layers.Dense(1), head="binary"), r"head must be one of trainer\.heads; got 'binary'\."),
        (Estimator(layers.Dense(1), head=heads.BinaryHead), r"head must be one of trainer\.heads; got <class"),
        (Estimator(with_config), r"arguments of model_fn must be features, labels, .*; got missing .* 'config'\. Put"),
        (Estimator(lambda features: None), r"arguments of model_fn must be features, labels, .*; got too many"),
        (Estimator(without_weights), r"model must have a weight that is trained; got none\."),
        (
            Estimator(layers.Dense(3, trainable=False), head=heads.MultiClassHead(3)),
            r"model must have a weight that is trained; got none\.",
        ),
        (Estimator(layers.Dense(3)), r"head must be given with a network; got None\."),
        (Estimator(bad_loss, head=heads.BinaryHead()), r"head must be None with a model_fn"),
        (
            Estimator(layers.Dense(2), head=heads.MultiClassHead(3)),
            r"network must return \(batch, 3\) logits for MultiCl",
        ),
    ],
)
def test_wrong_models_are_refused(blobs: Arrays, estimator: Estimator, message: str) -> None:
    with pytest.raises((ValueError, TypeError), match=message):
        estimator.fit(*blobs, steps=1)


def test_what_a_model_cannot_do_is_said(line: Arrays) -> None:
    estimator = Estimator(no_predictions).fit(*line, steps=1)

    with pytest.raises(
        ValueError, match=r"predictions of the EstimatorSpec must be given in mode 'predict'; got None\."
    ):
        estimator.predict(line[0])
    with pytest.raises(AttributeError, match=r"score must be called on a model with a head; got a model_fn\."):
        estimator.score(*line)
    with pytest.raises(ValueError, match=r"sample_weight must be None with a model_fn; got weights\."):
        estimator.fit(*line, np.ones(64))


def test_params_that_are_not_given_are_an_empty_dict_as_in_tensorflow(line: Arrays) -> None:
    def sized(features: Any, labels: Any, mode: Mode, params: dict[str, int]) -> EstimatorSpec:
        return EstimatorSpec(mode, loss=jnp.mean(layers.dense(features, params.get("units", 5))))

    assert Estimator(sized).fit(*line, steps=1).params_["dense_0"]["bias"].shape == (5,)
