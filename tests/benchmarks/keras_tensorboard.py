"""Fits Keras on JAX with its TensorBoard callback for `training_environments`: the callback writes by TensorFlow.

A line on the input starts a fit; a line on the output is the time of it, in seconds.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time

os.environ |= {"KERAS_BACKEND": "jax", "TF_CPP_MIN_LOG_LEVEL": "3"}

import keras
import numpy as np

CONV_FILTERS = (32, 64)


def make(data):
    """The network of the problem, compiled."""
    layers = [keras.layers.Dense(units, activation="relu") for units in data["hidden"].tolist()]
    if not layers:
        for filters in CONV_FILTERS:
            layers += [keras.layers.Conv2D(filters, 3, padding="same", activation="relu"), keras.layers.MaxPooling2D()]
        layers += [keras.layers.Flatten(), keras.layers.Dense(128, activation="relu")]
    shape, num_classes = data["features"].shape[1:], int(data["labels"].max()) + 1
    model = keras.Sequential([keras.layers.Input(shape), *layers, keras.layers.Dense(num_classes)])
    model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    return model


def main(path):
    """Answers each line with the time of one fit in its best case: one epoch of all steps."""
    data = dict(np.load(path))
    rows = data["order"].reshape(-1)
    inputs, targets = data["features"][rows], data["labels"][rows]
    model = make(data)
    for _ in sys.stdin:
        with tempfile.TemporaryDirectory() as folder:
            started = time.perf_counter()
            callbacks = [keras.callbacks.TensorBoard(folder, update_freq=1)]
            model.fit(inputs, targets, batch_size=int(data["batch_size"]), epochs=1, verbose=0, callbacks=callbacks)
            sys.stdout.write(f"{time.perf_counter() - started}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1])
