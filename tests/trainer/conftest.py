from __future__ import annotations

import os

import numpy as np
import pytest

# Keras reads it when it is imported; without it, it looks for TensorFlow.
os.environ.setdefault("KERAS_BACKEND", "jax")


@pytest.fixture
def blobs() -> tuple[np.ndarray, np.ndarray]:
    """Three well separated classes, (90, 2) and (90,)."""
    generator = np.random.default_rng(0)
    centers = np.array([[0.0, 0.0], [4.0, 0.0], [0.0, 4.0]])
    labels = np.arange(90) % 3
    return centers[labels] + 0.5 * generator.normal(size=(90, 2)), labels


@pytest.fixture
def line() -> tuple[np.ndarray, np.ndarray]:
    """y = 2 a - b + 1, (64, 2) and (64,)."""
    generator = np.random.default_rng(1)
    features = generator.normal(size=(64, 2))
    return features, 2 * features[:, 0] - features[:, 1] + 1
