"""What is trained in the benchmark, the same for all peers: data, network, and the order of the rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from examples.iris_dnn import load_iris

CONV_FILTERS = (32, 64)
DENSE_AFTER_CONV = 128


@dataclass(frozen=True)
class Problem:
    """A classification by a fully connected network, or by two convolutions and one.

    Attributes:
        name: For the table.
        features: ``(n, columns)`` or ``(n, 28, 28, 1)`` float32.
        labels: ``(n,)`` int32.
        hidden: Units of the hidden layers; empty for the convolutional network.
        batch_size: Rows of a step.
        steps: Steps of a fit.
    """

    name: str
    features: np.ndarray
    labels: np.ndarray
    hidden: Sequence[int]
    batch_size: int
    steps: int

    @property
    def num_classes(self) -> int:
        """How many labels there are."""
        return int(self.labels.max()) + 1

    @cached_property
    def order(self) -> np.ndarray:
        """Rows of each step, epoch after epoch in random order, ``(steps, batch_size)`` int32."""
        count = self.steps * self.batch_size
        epochs = np.random.default_rng(0).random((-(-count // len(self.labels)), len(self.labels)))
        return np.argsort(epochs, axis=1).astype(np.int32).reshape(-1)[:count].reshape(self.steps, self.batch_size)


def iris() -> Problem:
    """4-10-20-10-3: the step itself takes 15 µs, so that all else shows."""
    features, species = load_iris()
    labels = np.unique(species, return_inverse=True)[1].astype(np.int32)
    return Problem("iris 10-20-10", features.astype(np.float32), labels, (10, 20, 10), 32, 2_000)


def mlp() -> Problem:
    """784-512-512-10."""
    features, labels = _digits()
    return Problem("MLP 512-512", features.reshape(len(features), -1), labels, (512, 512), 128, 200)


def cnn() -> Problem:
    """Convolutions of 32 and 64 filters of 3 × 3, each with pooling, and a dense layer of 128."""
    features, labels = _digits()
    return Problem("CNN 32-64-128", features, labels, (), 128, 50)


def _digits() -> tuple[np.ndarray, np.ndarray]:
    """Noise in the shape of handwritten digits: the time is the same."""
    generator = np.random.default_rng(0)
    features = generator.random((4_096, 28, 28, 1), np.float32)
    return features, generator.integers(0, 10, 4_096).astype(np.int32)
