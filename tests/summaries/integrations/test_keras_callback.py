"""Training of a real Keras model, on JAX."""

from __future__ import annotations

import os
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "jax")  # Keras reads it at import, and asks for TensorFlow otherwise

import keras
import numpy as np
import pytest

from summaries import SummaryWriter, load
from summaries.integrations.keras_callback import SummaryCallback

FEATURES = np.random.default_rng(0).normal(size=(40, 4)).astype(np.float32)
LABELS = FEATURES.sum(axis=1, keepdims=True)


def make_model():
    model = keras.Sequential([keras.layers.Input((4,)), keras.layers.Dense(1, name="last")])
    model.compile(keras.optimizers.SGD(0.25), "mse", metrics=["mae"])
    return model


def test_every_batch_the_validation_and_the_weights_are_logged(tmp_path: Path):
    model = make_model()
    callback = SummaryCallback(tmp_path, histogram_freq=1, name="first")

    history = model.fit(
        FEATURES, LABELS, batch_size=10, epochs=2, validation_split=0.25, verbose=0, callbacks=[callback]
    ).history
    callback.close()

    run = load(tmp_path).runs["."]
    train = run.scalars["train/loss"]
    assert run.facts.info.name == "first"
    assert train.steps.tolist() == [1, 2, 3, 4, 5, 6]
    assert train.values[[2, 5]].tolist() == pytest.approx(history["loss"])
    assert run.scalars["train/mae"].values[[2, 5]].tolist() == pytest.approx(history["mae"])
    assert run.scalars["eval/loss"].steps.tolist() == [3, 6]
    assert run.scalars["eval/mae"].values.tolist() == pytest.approx(history["val_mae"])
    assert run.scalars["train/learning_rate"].values.tolist() == [0.25, 0.25]
    (weights,) = (series for tag, series in run.histograms.items() if tag.endswith("last/kernel"))
    assert weights.places.steps.tolist() == [3, 6]
    assert weights[1].max == pytest.approx(float(np.max(model.layers[-1].kernel)))


def test_metrics_may_be_logged_once_an_epoch(tmp_path: Path):
    with SummaryWriter(tmp_path) as writer:
        callback = SummaryCallback(writer=writer, update_freq="epoch")
        make_model().fit(FEATURES, LABELS, batch_size=10, epochs=3, verbose=0, callbacks=[callback])
        callback.close()
        writer.add_scalar("still/open", 1.0, 1)

    run = load(tmp_path).runs["."]
    assert run.scalars["train/loss"].steps.tolist() == [4, 8, 12]
    assert "still/open" in run.scalars


def test_an_evaluation_of_its_own_is_logged_once(tmp_path: Path):
    model = make_model()
    callback = SummaryCallback(tmp_path)
    model.fit(FEATURES, LABELS, batch_size=20, validation_split=0.5, verbose=0, callbacks=[callback])

    loss, _ = model.evaluate(FEATURES, LABELS, verbose=0, callbacks=[callback])
    callback.close()

    found = load(tmp_path).runs["."].scalars["eval/loss"]
    assert found.steps.tolist() == [1, 1]
    assert found.values[1] == pytest.approx(loss)


def test_frequency_must_be_above_0(tmp_path: Path):
    with pytest.raises(ValueError, match="update_freq must be above 0, or 'epoch'; got 0"):
        SummaryCallback(tmp_path, update_freq=0)
