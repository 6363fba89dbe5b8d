"""One network on the iris flowers, composed in each way that there is.

You will see: one line for each way, with its held-out accuracy of 0.95 and more, and a page with their runs side by
side; they differ by their initial weights only.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jax
import numpy as np
import optax  # type: ignore[import-untyped]
from iris_dnn import NUM_HELD_OUT, load_iris

from trainer import DNNClassifier, Estimator, EstimatorSpec, Mode, RunConfig, heads, layers, metrics

UNITS = (10, 20, 10)
SPECIES = ("setosa", "versicolor", "virginica")


def sequential(**options: Any) -> Estimator:
    """A list of layers."""
    network = layers.Sequential([*(layers.Dense(units, "relu") for units in UNITS), layers.Dense(len(SPECIES))])
    return Estimator(network, head=heads.MultiClassHead(len(SPECIES)), **options)


def symbolic(**options: Any) -> Estimator:
    """Layers called on symbolic inputs: for several inputs and outputs, and weights that are shared."""
    inputs = hidden = layers.Input((4,))
    for units in UNITS:
        hidden = layers.Dense(units, "relu")(hidden)
    network = layers.Model(inputs, layers.Dense(len(SPECIES))(hidden))
    return Estimator(network, head=heads.MultiClassHead(len(SPECIES)), **options)


class Classifier(layers.Layer):
    """Layers called in Python, with loops and conditions."""

    def call(self, inputs: Any) -> Any:
        """Maps measures ``(batch, 4)`` to logits ``(batch, 3)``."""
        for units in UNITS:
            inputs = layers.Dense(units, "relu")(inputs)
        return layers.Dense(len(SPECIES))(inputs)


def subclass(**options: Any) -> Estimator:
    """A layer of one's own."""
    return Estimator(Classifier(), head=heads.MultiClassHead(len(SPECIES)), **options)


def model_fn(features: Any, labels: Any, mode: Mode, params: Any) -> EstimatorSpec:
    """TensorFlow 1.0's functions; loss, predictions and metrics are written out."""
    for units in params["units"]:
        features = layers.dense(features, units=units, activation=jax.nn.relu)
    logits = layers.dense(features, units=len(SPECIES))
    class_ids = logits.argmax(axis=-1)
    if mode == Mode.PREDICT:
        return EstimatorSpec(mode, predictions={"class_ids": class_ids})
    loss = optax.softmax_cross_entropy_with_integer_labels(logits, labels).mean()
    return EstimatorSpec(mode, loss=loss, eval_metrics={"accuracy": metrics.accuracy(labels, class_ids)})


def functional(**options: Any) -> Estimator:
    """A model_fn."""
    return Estimator(model_fn, params={"units": UNITS}, **options)


def canned(**options: Any) -> DNNClassifier:
    """All of it under one name; the other ways do not standardise the measures either."""
    return DNNClassifier(UNITS, standardize=False, **options)


WAYS: dict[str, Callable[..., Any]] = {
    "Sequential": sequential,
    "Model": symbolic,
    "subclass": subclass,
    "model_fn": functional,
    "DNNClassifier": canned,
}


def train(logdir: Path, way: str, steps: int = 600) -> float:
    """Trains the network composed in this way as the run `logdir`, and returns its held-out accuracy."""
    features, names = load_iris()
    species = np.searchsorted(SPECIES, names)
    order = np.random.default_rng(0).permutation(len(features))
    held_out, rest = order[:NUM_HELD_OUT], order[NUM_HELD_OUT:]
    model = WAYS[way](learning_rate=0.01, model_dir=logdir, config=RunConfig(steps=steps))
    validation = features[held_out], species[held_out]
    evaluation = model.fit(features[rest], species[rest], validation_data=validation).evaluate(*validation)
    return float(evaluation["accuracy"])


def main() -> None:
    """Reads the command line, trains, and says how to look at the runs."""
    parser = argparse.ArgumentParser(description="Compose one network in each way that there is.")
    parser.add_argument("--logdir", type=Path, default=Path("runs/iris_compose"), help="folder of the runs")
    parser.add_argument("--steps", type=int, default=600, help="where to stop")
    options = parser.parse_args()
    for way in WAYS:
        started = time.perf_counter()
        accuracy = train(options.logdir / way, way, options.steps)
        print(f"{way:13} accuracy {accuracy:.3f} after {time.perf_counter() - started:.1f} s")
    print(f"Look at them:\n  board --logdir {options.logdir}")


if __name__ == "__main__":
    main()
