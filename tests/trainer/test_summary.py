from __future__ import annotations

from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from summaries import load
from trainer import Estimator, EstimatorSpec, Mode, RunConfig, heads, layers, summary

CONFIG = RunConfig(summary_interval=10)
FEATURES = np.linspace(-1, 1, 64, dtype=np.float32).reshape(16, 4)
LABELS = FEATURES[:, :1] * 3


class Probe(layers.Layer):
    """Logs one of everything, and passes its inputs on."""

    def apply(self, params: Any, state: Any, inputs: Any, *, training: bool = False, key: Any = None) -> Any:
        summary.scalar("largest", jnp.max(inputs))
        summary.histogram("inputs", inputs)
        summary.image("rows", jnp.abs(inputs).reshape(-1, 2, 2, 1), max_outputs=2)
        summary.text("first", "row **{row[0]:.2f}** of {{it}}", row=inputs[0])
        return inputs, state


def test_what_a_layer_logs_under_jit_is_in_the_file_under_its_scope(tmp_path: Path) -> None:
    network = layers.Sequential([Probe(name="probe"), layers.Dense(1)])

    estimator = Estimator(network, head=heads.RegressionHead(), model_dir=tmp_path, config=CONFIG)
    estimator.fit(FEATURES, LABELS, steps=35)

    run = load(tmp_path).runs["."]
    assert run.scalars["probe/largest"].steps.tolist() == list(range(1, 36))
    assert run.scalars["probe/largest"].values == pytest.approx(np.ones(35))
    histogram = run.histograms["probe/inputs"]
    assert histogram.places.steps.tolist() == [0, 10, 20, 30, 35]
    assert (histogram[0].num, histogram[0].min, histogram[0].max) == (64, -1, 1)
    assert "zero_share/probe/inputs" not in run.scalars  # there is none
    assert run.images["probe/rows"].places.steps.tolist() == [0, 10, 20, 30, 35]
    texts = [text for text in run.texts["probe/first"]]
    assert len(texts) == 5
    assert str(texts[0]).count("of {it}") == 1


def test_model_fn_and_its_loss_log_beside_what_is_logged_anyway(tmp_path: Path) -> None:
    def model_fn(features: Any, labels: Any, mode: Mode) -> EstimatorSpec:
        with layers.scope("tower"):
            outputs = layers.dense(features, units=1)
            summary.scalar("mean", jnp.mean(outputs))
        error = outputs - labels
        summary.scalar("bias", jnp.mean(error))
        return EstimatorSpec(mode, loss=jnp.mean(error**2))

    Estimator(model_fn, model_dir=tmp_path, config=CONFIG).fit(FEATURES, LABELS, steps=12)

    run = load(tmp_path).runs["."]
    assert len(run.scalars["tower/mean"].steps) == len(run.scalars["bias"].steps) == 12
    assert "activations/tower/dense_0" in run.histograms


def test_value_logged_is_that_of_the_step(tmp_path: Path) -> None:
    def model_fn(features: Any, labels: Any, mode: Mode) -> EstimatorSpec:
        loss = jnp.mean((layers.dense(features, units=1) - labels) ** 2)
        summary.scalar("root", jnp.sqrt(loss))
        return EstimatorSpec(mode, loss=loss)

    Estimator(model_fn, model_dir=tmp_path, config=CONFIG).fit(FEATURES, LABELS, steps=30)

    scalars = load(tmp_path).runs["."].scalars
    np.testing.assert_allclose(scalars["root"].values, np.sqrt(scalars["loss"].values), rtol=1e-6)


WRONG: dict[str, tuple[Any, str]] = {
    "not a scalar": (lambda x: summary.scalar("a", x), r"value of 'a' must be a scalar; got shape \(16, 4\)\. Take"),
    "no number": (lambda x: summary.scalar("a", "b"), r"value of 'a' must be a scalar; got a str\."),
    "complex": (lambda x: summary.scalar("a", jnp.sum(x) * 1j), r"value of 'a' must be real; got complex64\."),
    "twice": (lambda x: [summary.scalar("a", 1.0) for _ in range(2)], r"used once in a step; got '(probe/)?a' twice\."),
    "empty histogram": (
        lambda x: summary.histogram("a", x[:0]),
        r"value of 'a' must hold a number; got shape \(0, 4\)",
    ),
    "flat image": (lambda x: summary.image("a", x), r"must have the shape \(batch, height, width, channels\)"),
    "integer image": (
        lambda x: summary.image("a", x.reshape(16, 2, 2, 1).astype(jnp.int32)),
        r"must be floats in \[0, 1\] or uint8; got int32\.",
    ),
    "array as text": (lambda x: summary.text("a", x), r"text 'a' must be a template; got "),
    "text without its value": (lambda x: summary.text("a", "{b}"), r"named in its template, \['b'\]; got \[\]\."),
    "empty tag": (lambda x: summary.scalar("", 1.0), r"tag must be a non-empty text; got ''\."),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_cannot_be_logged_is_refused_before_a_file_is_written(name: str, tmp_path: Path) -> None:
    call, message = WRONG[name]

    class Wrong(layers.Layer):
        def apply(self, params: Any, state: Any, inputs: Any, *, training: bool = False, key: Any = None) -> Any:
            call(inputs)
            return inputs, state

    network = layers.Sequential([Wrong(name="probe"), layers.Dense(1)])
    with pytest.raises(ValueError, match=message):
        Estimator(network, head=heads.RegressionHead(), model_dir=tmp_path / "run").fit(FEATURES, LABELS, steps=3)

    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("tag", ["loss", "learning_rate", "grad_norm", "update_ratio", "learning_rate/head", "grads/x"])
def test_tag_that_is_logged_anyway_is_refused(tag: str, tmp_path: Path) -> None:
    def model_fn(features: Any, labels: Any, mode: Mode) -> EstimatorSpec:
        summary.scalar(tag, 1.0)
        return EstimatorSpec(mode, loss=jnp.mean((layers.dense(features, units=1) - labels) ** 2))

    with pytest.raises(ValueError, match=f"tag must differ from those logged anyway; got '{tag}'"):
        Estimator(model_fn, model_dir=tmp_path / "run").fit(FEATURES, LABELS, steps=3)

    assert not (tmp_path / "run").exists()


def test_nothing_is_logged_while_evaluating_and_predicting(tmp_path: Path) -> None:
    network = layers.Sequential([Probe(name="probe"), layers.Dense(1)])
    estimator = Estimator(network, head=heads.RegressionHead()).fit(FEATURES, LABELS, steps=3)

    assert "loss" in estimator.evaluate(FEATURES, LABELS)
    assert estimator.predict(FEATURES).shape[0] == 16


@pytest.mark.parametrize("transform", [jax.jit, jax.vmap, jax.checkpoint], ids=["jit", "vmap", "checkpoint"])
def test_summary_inside_of_a_body_of_its_own_is_refused(transform: Any, tmp_path: Path) -> None:
    def model_fn(features: Any, labels: Any, mode: Mode) -> EstimatorSpec:
        def body(values: Any) -> Any:
            summary.scalar("inside", jnp.mean(values))
            return 2 * values

        outputs = layers.dense(transform(body)(features), units=1)[:, 0]
        return EstimatorSpec(mode, loss=jnp.mean((outputs - labels) ** 2))

    with pytest.raises(ValueError, match=r"summary 'inside' must be logged outside of what JAX traces by itself; got"):
        Estimator(model_fn, model_dir=tmp_path / "run").fit(FEATURES, LABELS[:, 0], steps=1)
    assert not (tmp_path / "run").exists()


def test_layers_inside_of_a_body_of_its_own_train_without_their_activations(tmp_path: Path) -> None:
    class Jitted(layers.Layer):
        inner = layers.Sequential([layers.Dense(4, "relu"), layers.Reshape((2, 2)), layers.LSTM(3)])

        def init(self, key: Any, example: Any) -> Any:
            return self.inner.init(key, example)

        def apply(self, params: Any, state: Any, inputs: Any, *, training: bool = False, key: Any = None) -> Any:
            return jax.jit(lambda params, inputs: self.inner.apply(params, state, inputs))(params, inputs)

    network = layers.Sequential([Jitted(name="jitted"), layers.Dense(1)])
    Estimator(network, head=heads.RegressionHead(), model_dir=tmp_path).fit(FEATURES, LABELS[:, 0], steps=3)

    tags = set(load(tmp_path).runs["."].histograms)
    assert {"activations/jitted", "activations/dense_0"} <= tags
    assert not any("lstm" in tag for tag in tags if tag.startswith("activations/"))
