"""Weights that come with batches."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np
import pytest

from trainer import Estimator, EstimatorSpec, LinearClassifier

X = np.random.default_rng(0).normal(size=(16, 2)).astype(np.float32)
Y = np.arange(16) % 2
NONE = np.zeros(8)


@pytest.fixture(scope="module")
def model() -> LinearClassifier:
    return LinearClassifier(n_classes=2).fit([(X[:8], Y[:8], NONE), (X[8:], Y[8:], NONE + 1)])


def test_batch_without_any_weight_counts_nothing(model: LinearClassifier) -> None:
    assert model.n_iter_ == 2
    half = model.evaluate(X[8:], Y[8:])
    assert model.evaluate([(X[:8], Y[:8], NONE), (X[8:], Y[8:], NONE + 1)]) == pytest.approx(half, rel=1e-5)


def test_arrays_without_any_weight_are_refused(model: LinearClassifier) -> None:
    with pytest.raises(ValueError, match=r"sample_weight must have an entry above 0; got only zeros\."):
        model.evaluate(X[:8], Y[:8], NONE)


def test_message_names_the_batch(model: LinearClassifier) -> None:
    with pytest.raises(ValueError, match=r"weights of batch 1 must be finite and at least 0"):
        model.evaluate([(X[:8], Y[:8], NONE + 1), (X[8:], Y[8:], NONE - 1)])


def test_weights_are_refused_with_a_model_fn() -> None:
    def model_fn(features: Any, labels: Any, mode: Any) -> EstimatorSpec:
        return EstimatorSpec(mode, loss=jnp.mean(labels - features[:, 0]), predictions=features)

    with pytest.raises(ValueError, match=r"sample_weight must be None with a model_fn; got weights\."):
        Estimator(model_fn).fit([(X, Y, np.ones(16))])
