"""A Keras model that knows the digits 0 to 4 learns 5 to 9: its lower layers are frozen, by the names of their weights.

Keras trains the model for a few epochs; an Estimator takes it as it is, with the weights that it has, trains only its
last layer, and writes the weights back into the model.

You will see: a held-out accuracy of about 0.9 on digits that the filters were not made for, and in the page filters
that stay as they are while the head changes.

    pip install keras scikit-learn
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.datasets import load_digits

os.environ["KERAS_BACKEND"] = "jax"  # read when keras is imported
import keras

from trainer import Estimator, RunConfig, heads, interop

NUM_HELD_OUT = 200


def load_images(first: int, last: int) -> tuple[np.ndarray, np.ndarray]:
    """Returns the images of some digits, (n, 8, 8, 1) in [0, 1], shuffled, and which one each is, from 0 on."""
    images, digits = load_digits(return_X_y=True)
    chosen = np.random.default_rng(0).permutation(np.flatnonzero((digits >= first) & (digits <= last)))
    return (images[chosen].reshape(-1, 8, 8, 1) / 16).astype(np.float32), digits[chosen] - first


def pretrain(epochs: int = 5) -> Any:
    """Returns a Keras model that tells the digits 0 to 4 apart."""
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [
            keras.layers.Input((8, 8, 1)),
            keras.layers.Conv2D(16, 3, activation="relu", name="filters"),
            keras.layers.Flatten(),
            keras.layers.Dense(64, activation="relu", name="body"),
            keras.layers.Dense(5, name="head"),
        ]
    )
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile("adam", loss=loss, metrics=["accuracy"])
    model.fit(*load_images(0, 4), epochs=epochs, verbose=0)
    return model


def fine_tune(model: Any, logdir: Path | None, steps: int = 400) -> float:
    """Trains the model's head on the digits 5 to 9, and returns the model's held-out accuracy."""
    images, digits = load_images(5, 9)
    held_out = images[:NUM_HELD_OUT], digits[:NUM_HELD_OUT]
    network = interop.as_network(model)
    estimator = Estimator(
        network,
        head=heads.MultiClassHead(5),
        learning_rate=1e-2,
        model_dir=logdir,
        config=RunConfig(steps=steps, trainable=("*/head/*",)),
    )
    estimator.fit(images[NUM_HELD_OUT:], digits[NUM_HELD_OUT:], validation_data=held_out)
    network.assign(estimator.params_, estimator.state_)
    predicted = np.asarray(model(held_out[0])).argmax(axis=1)
    return float(np.mean(predicted == held_out[1]))


def main() -> None:
    """Reads the command line, trains, and says how to look at the run."""
    parser = argparse.ArgumentParser(description="Fine-tune a Keras model on other digits.")
    parser.add_argument("--logdir", type=Path, default=Path("runs/fine_tune_keras"), help="folder of the run")
    parser.add_argument("--steps", type=int, default=400, help="where to stop")
    options = parser.parse_args()
    print(f"held-out accuracy {fine_tune(pretrain(), options.logdir, options.steps):.3f}")
    print(f"Look at it:\n  board --logdir {options.logdir}")


if __name__ == "__main__":
    main()
