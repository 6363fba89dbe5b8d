"""Training iris beside scikit-learn and Keras; ours logs every step, the peers log nothing."""

from __future__ import annotations

import os
import tempfile
import warnings
from collections.abc import Iterator
from typing import Any

os.environ.setdefault("KERAS_BACKEND", "jax")  # Keras reads it at import, and asks for TensorFlow otherwise

import keras
import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

from examples.iris_dnn import load_iris
from tests.benchmarks.row import Row, least_secs
from trainer import DNNClassifier

HIDDEN = [10, 20, 10]
STEPS = 2_000
BATCH_SIZE = 32


def measure() -> Iterator[Row]:
    """Yields the rows of the trainer: the second fit of a process, with what each keeps compiled."""
    features, labels = load_iris()
    classes = np.unique(labels, return_inverse=True)[1]
    model = _make_keras()
    rows = np.resize(np.arange(len(features)), STEPS * BATCH_SIZE)
    inputs, targets = np.asarray(features, np.float32)[rows], classes[rows]
    for peer, call in (
        ("scikit-learn", lambda: _fit_sklearn(features, classes)),
        ("Keras on JAX", lambda: model.fit(inputs, targets, batch_size=BATCH_SIZE, epochs=1, verbose=0)),
    ):
        _fit_ours(features, labels)
        call()
        ours, theirs = least_secs(lambda: _fit_ours(features, labels), call, 3)
        yield Row(f"fit iris 10-20-10, {STEPS:,} steps, every step logged", "s", ours, peer, theirs, 3.0)


def _fit_ours(features: Any, labels: Any) -> None:
    with tempfile.TemporaryDirectory() as folder:
        classifier = DNNClassifier(HIDDEN, model_dir=f"{folder}/run", batch_size=BATCH_SIZE, random_state=0)
        classifier.fit(features, labels, steps=STEPS)


def _fit_sklearn(features: Any, classes: Any) -> None:
    steps_per_epoch = -(-len(features) // BATCH_SIZE)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        MLPClassifier(
            HIDDEN,
            batch_size=BATCH_SIZE,
            max_iter=STEPS // steps_per_epoch,
            n_iter_no_change=STEPS,
            tol=0,
            random_state=0,
        ).fit(features, classes)


def _make_keras() -> Any:
    layers = [keras.layers.Dense(units, activation="relu") for units in HIDDEN]
    model = keras.Sequential([keras.layers.Input((4,)), *layers, keras.layers.Dense(3)])
    model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    return model
