"""Fits tf.estimator's classifiers for `training_environments`, in TensorFlow's own environment.

A line on the input starts a fit; a line on the output is the time of it, in seconds.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import numpy as np
import tensorflow as tf

tf.get_logger().setLevel("ERROR")
CONV_FILTERS = (32, 64)


def model_fn(features, labels, mode, params):
    """Two convolutions with pooling and a dense layer, as the guide of TensorFlow 1 writes them."""
    layers = tf.compat.v1.layers
    outputs = features["x"]
    for filters in CONV_FILTERS:
        outputs = layers.conv2d(outputs, filters, 3, padding="same", activation=tf.nn.relu)
        outputs = layers.max_pooling2d(outputs, 2, 2)
    outputs = layers.dense(layers.flatten(outputs), 128, activation=tf.nn.relu)
    logits = layers.dense(outputs, params["num_classes"])
    loss = tf.compat.v1.losses.sparse_softmax_cross_entropy(labels, logits)
    train_op = tf.compat.v1.train.AdamOptimizer().minimize(loss, tf.compat.v1.train.get_global_step())
    return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train_op)


def make(data, folder):
    """A fresh estimator for the arrays of the problem."""
    hidden, num_classes = data["hidden"].tolist(), int(data["labels"].max()) + 1
    if not hidden:
        return tf.estimator.Estimator(model_fn, folder, params={"num_classes": num_classes})
    columns = [tf.feature_column.numeric_column("x", shape=data["features"].shape[1:])]
    return tf.estimator.DNNClassifier(hidden, columns, folder, num_classes, optimizer="Adam")


def main(path):
    """Answers each line with the time of one fit."""
    data = dict(np.load(path))
    input_fn = tf.compat.v1.estimator.inputs.numpy_input_fn(
        {"x": data["features"]}, data["labels"], batch_size=int(data["batch_size"]), num_epochs=None, shuffle=True
    )
    for _ in sys.stdin:
        with tempfile.TemporaryDirectory() as folder:
            started = time.perf_counter()
            make(data, folder).train(input_fn, steps=int(data["steps"]))
            sys.stdout.write(f"{time.perf_counter() - started}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1])
