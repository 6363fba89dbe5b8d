"""A convolutional network on scikit-learn's 1,797 handwritten digits of 8 × 8 pixels, in the manner of MNIST's.

You will see: a held-out accuracy of about 0.98, and in the page activations, the graph of the network, and where it was
best.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from sklearn.datasets import load_digits

from trainer import Estimator, RunConfig, heads, layers

NUM_HELD_OUT = 397


def train(logdir: Path, steps: int = 400) -> float:
    """Trains, and returns the accuracy on the digits held out."""
    images, digits = load_digits(return_X_y=True)
    images = (images.reshape(-1, 8, 8, 1) / 16).astype(np.float32)
    order = np.random.default_rng(0).permutation(len(images))
    held_out, rest = order[:NUM_HELD_OUT], order[NUM_HELD_OUT:]
    network = layers.Sequential(
        [
            layers.Conv2D(16, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(),
            layers.Conv2D(32, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dropout(0.25),
            layers.Dense(10),
        ]
    )
    model = Estimator(
        network,
        head=heads.MultiClassHead(10),
        learning_rate=2e-3,
        model_dir=logdir,
        config=RunConfig(batch_size=64, steps=steps, best_metric="accuracy"),
    )
    validation = images[held_out], digits[held_out]
    return model.fit(images[rest], digits[rest], validation_data=validation).score(*validation)


def main() -> None:
    """Reads the command line, trains, and says how to look at the run."""
    parser = argparse.ArgumentParser(description="Train a convolutional network on handwritten digits.")
    parser.add_argument("--logdir", type=Path, default=Path("runs/digits_cnn"), help="folder of the run")
    logdir: Path = parser.parse_args().logdir
    print(f"held-out accuracy {train(logdir):.3f}")
    print(f"Look at it:\n  board --logdir {logdir}")


if __name__ == "__main__":
    main()
