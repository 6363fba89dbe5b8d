"""Fits tf.estimator's own classifiers for `swapping`, in TensorFlow's own environment.

Arguments are the file of the data, how often to fit, and the names; the output is a JSON object of errors and seconds.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import numpy as np
import tensorflow as tf

tf.get_logger().setLevel("ERROR")
STEPS = 1_000


def make(name, columns, num_classes, folder):
    """A fresh estimator, with the network and optimizer that ours has without a config where it can."""
    if name == "DNNClassifier":
        return tf.estimator.DNNClassifier([100], columns, folder, num_classes, optimizer="Adam")
    return tf.estimator.LinearClassifier(columns, folder, num_classes)


def fit(name, data):
    """The share of wrong labels among the held-out rows, and the seconds of the training."""
    read = tf.compat.v1.estimator.inputs.numpy_input_fn
    columns = [tf.feature_column.numeric_column("x", shape=data["features"].shape[1:])]
    train = read({"x": data["features"]}, data["labels"], batch_size=32, num_epochs=None, shuffle=True)
    held_out = read({"x": data["held_out_features"]}, data["held_out"], shuffle=False)
    with tempfile.TemporaryDirectory() as folder:
        model = make(name, columns, int(data["labels"].max()) + 1, folder)
        started = time.perf_counter()
        model.train(train, steps=STEPS)
        secs = time.perf_counter() - started
        return 1 - float(model.evaluate(held_out)["accuracy"]), secs


def main(path, rounds, *names):
    """Prints the error of the last fit, and the least seconds after the first."""
    data = dict(np.load(path))
    found = {}
    for name in names:
        fits = [fit(name, data) for _ in range(int(rounds) + 1)]
        found[name] = fits[-1][0], min(secs for _, secs in fits[1:])
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
